// `asyncgate machine graph`: a machine as a picture, on stdout.
import { parseArgs } from "node:util";
import { mermaidOf } from "../../machines/graph/mermaid.ts";
import { svgOf } from "../../machines/graph/svg.ts";
import { type Command, UsageError } from "../command.ts";
import { machineIn } from "./document.ts";

const usage = "machine graph <file> [--format svg | mermaid]";
const formats = { svg: svgOf, mermaid: mermaidOf } as const;

export const machineGraph: Command = {
  usage,
  about: "draws a machine, as SVG or as text for Mermaid",
  takesServerFlags: false,
  async run({ arguments: args, terminal }) {
    const { values, positionals } = readArguments(args);
    const [file, ...rest] = positionals;
    if (!file || rest.length > 0) throw new UsageError(`expected one file; usage: ${usage}`);
    const { format = "svg" } = values;
    const draw = Object.hasOwn(formats, format) ? formats[format as keyof typeof formats] : undefined;
    if (!draw) throw new UsageError(`--format is ${Object.keys(formats).join(" or ")}`);
    terminal.print(draw(await machineIn(file)));
    return 0;
  },
};

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { format: { type: "string" } }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; usage: ${usage}`);
  }
}
