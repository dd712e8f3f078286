// Reading a machine's document for the commands: from a file, with the files that it names, and its faults as lines
// that editors understand.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Machine } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { Fault } from "../../machines/document/faults.ts";
import { type Loaded, loadMachine } from "../../machines/validation/load.ts";
import { checkRules } from "../../rpc/rules/check-rules.ts";
import { CallFailed, UsageError } from "../command.ts";

export { checkRules };

export async function loadDocument(path: string): Promise<Loaded> {
  return await loadMachine(await readDocument(path), { checkRules, readFile: readerIn(dirname(resolve(path))) });
}

export async function readDocument(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

type Reader = (path: string) => Promise<{ readonly text: string; readonly at: Reader }>;

/** Files are named from the file that names them. */
function readerIn(folder: string): Reader {
  return async (path) => {
    const file = resolve(folder, path);
    return { text: await readFile(file, "utf8"), at: readerIn(dirname(file)) };
  };
}

/** Throws with all faults if the document has any. */
export async function machineIn(path: string): Promise<Machine> {
  const loaded = await loadDocument(path);
  if ("machine" in loaded) return loaded.machine;
  throw new CallFailed(`${path} is not a machine that can run:\n${faultLines(path, loaded.faults).join("\n")}`);
}

export function faultLines(file: string, faults: readonly Fault[]): string[] {
  return faults.map(({ path, line, column, message }) => {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    return `${place}: ${path === "" ? "" : `${path}: `}${message}`;
  });
}
