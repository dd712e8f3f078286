// `asyncgate machine validate`: every fault of machines' documents, with path and line, as data on stdout.
import { machineHash } from "../../machines/document/machine-json.ts";
import { type Command, UsageError } from "../command.ts";
import { faultLines, loadDocument } from "./document.ts";

const usage = "machine validate <file> … [--json]";

export const machineValidate: Command = {
  usage,
  about: "checks machines' documents, and prints every fault with its path and line",
  takesServerFlags: false,
  async run({ arguments: args, terminal }) {
    const isJson = args.includes("--json");
    const files = args.filter((one) => one !== "--json");
    const unknown = files.find((one) => one.startsWith("-"));
    if (unknown) throw new UsageError(`there is no ${unknown}; usage: ${usage}`);
    if (files.length === 0) throw new UsageError(`expected at least one file; usage: ${usage}`);
    let isValid = true;
    for (const file of files) {
      const loaded = await loadDocument(file);
      const faults = "faults" in loaded ? loaded.faults : [];
      isValid &&= faults.length === 0;
      if (isJson) {
        const hash = "machine" in loaded ? { hash: machineHash(loaded.machine) } : {};
        terminal.print(JSON.stringify({ file, valid: faults.length === 0, ...hash, faults }));
      } else if ("machine" in loaded) terminal.print(`${file}: valid, ${machineHash(loaded.machine)}`);
      else for (const line of faultLines(file, faults)) terminal.print(line);
    }
    return isValid ? 0 : 1;
  },
};
