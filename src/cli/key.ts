// `asyncgate key tasker`: a key that `asyncgate dev` has made, for scripts: `KEY=$(asyncgate key tasker)`.
import { readArguments } from "./arguments.ts";
import { type Command, UsageError } from "./command.ts";
import { readDevKeys } from "./dev-files.ts";

export const key: Command = {
  usage: "key <name> [--data-dir <directory>]",
  about: "prints a key of the server that `asyncgate dev` runs: tasker, worker, operator, admin …",
  takesServerFlags: false,
  async run({ arguments: args, readConfig, terminal }) {
    const options = { "data-dir": { type: "string" } } as const;
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1, what: "the name of the key" });
    const dataDir = values["data-dir"] ?? readConfig().dataDir;
    const keys = await readDevKeys(dataDir);
    const [name = ""] = positionals;
    const found = keys.find((one) => one.name === name);
    if (found) {
      terminal.print(found.key);
      return 0;
    }
    if (keys.length === 0) {
      const advice = "run `asyncgate dev` first, or name the folder of one that runs in ASYNCGATE_DATA_DIR";
      throw new UsageError(`there are no keys in ${dataDir}: ${advice}`);
    }
    throw new UsageError(`there is no key "${name}"; there are ${keys.map((one) => one.name).join(", ")}`);
  },
};
