// A document to a machine that can be executed, or every fault of it. Machines in other files are read and put in the
// place of their names, so a machine that is loaded needs nothing but itself.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { type Machine, MachineSchema } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { CheckRules } from "../document/check-rules.ts";
import { decode } from "../document/decode.ts";
import { type Fault, pathFrom, type RawFault } from "../document/faults.ts";
import { machineJson } from "../document/machine-json.ts";
import { readText } from "../document/read-text.ts";
import { machineFaults } from "./check-machine.ts";
import { unsupportedFaults } from "./unsupported.ts";

export type Loaded = { readonly machine: Machine } | { readonly faults: readonly Fault[] };

export type LoadOptions = {
  readonly checkRules: CheckRules;
  /**
   * The text of a file that the document names, with the path for what that one names. If absent, files are refused.
   */
  readonly readFile?: (path: string) => Promise<{ readonly text: string; readonly at: LoadOptions["readFile"] }>;
};

/** Files in files. */
const filesDepthMax = 8;

export async function loadMachine(text: string, options: LoadOptions): Promise<Loaded> {
  return await load(text, options, 0);
}

async function load(text: string, options: LoadOptions, depth: number): Promise<Loaded> {
  const read = readText(text);
  if ("faults" in read) return read;
  const { value, located } = read;
  const resolved = await withFiles(value, options, depth);
  if ("faults" in resolved)
    return { faults: resolved.faults.map((one) => ("line" in one ? one : located(one as RawFault))) };
  const checked = checkMachine(resolved.value, options.checkRules, { short: true });
  return "faults" in checked ? { faults: checked.faults.map(located) } : checked;
}

/** A document as JSON. Without `short`, only the forms of the contract are taken. */
export function checkMachine(
  value: JsonValue,
  checkRules: CheckRules,
  { short = false }: { readonly short?: boolean } = {},
): { readonly machine: Machine } | { readonly faults: readonly RawFault[] } {
  const decoded = decode(MachineSchema, value, { short });
  if ("faults" in decoded) return decoded;
  const { message: machine } = decoded;
  const broken = checkRules(MachineSchema, machine).map(({ field, description }) => ({
    path: pathFrom(field),
    message: description,
  }));
  const faults = [...broken, ...unsupportedFaults(MachineSchema, machine)];
  if (faults.length === 0) faults.push(...machineFaults(machine));
  return faults.length > 0 ? { faults } : { machine };
}

/** With the documents that `machines` names by files in their places. */
async function withFiles(
  value: JsonValue,
  { checkRules, readFile }: LoadOptions,
  depth: number,
): Promise<{ readonly value: JsonValue } | { readonly faults: readonly (Fault | RawFault)[] }> {
  const machines = isObject(value) ? value["machines"] : undefined;
  if (!isObject(value) || !isObject(machines) || readFile === undefined) return { value };
  const faults: (Fault | RawFault)[] = [];
  const read: JsonObject = {};
  for (const [name, ref] of Object.entries(machines)) {
    const file = typeof ref === "string" ? ref : isObject(ref) ? ref["file"] : undefined;
    read[name] = ref;
    if (typeof file !== "string") continue;
    if (depth >= filesDepthMax) {
      faults.push({ path: ["machines", name], message: `files are at most ${filesDepthMax} in one another` });
      continue;
    }
    try {
      const { text, at } = await readFile(file);
      const loaded = await load(text, { checkRules, ...(at && { readFile: at }) }, depth + 1);
      if ("machine" in loaded) read[name] = { inline: machineJson(loaded.machine) };
      else faults.push(...loaded.faults.map((fault) => ({ path: ["machines", name], message: inFile(file, fault) })));
    } catch (error) {
      faults.push({ path: ["machines", name], message: `${file}: ${error instanceof Error ? error.message : error}` });
    }
  }
  return faults.length > 0 ? { faults } : { value: { ...value, machines: read } };
}

function inFile(file: string, { line, path, message }: Fault): string {
  return `${file}${line === undefined ? "" : `:${line}`}: ${path === "" ? "" : `${path}: `}${message}`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
