// The file of results: what each row measured when it last ran on this machine. The docs are generated from it.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Machine, Result } from "./measure.ts";

export type RowResults = {
  readonly prints: Readonly<Record<string, string>>;
  readonly time: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly results: readonly Result[];
};

export type Results = { readonly machine: Machine; readonly rows: readonly RowResults[] };

/** New rows replace their earlier results. Results of another machine are dropped. */
export function mergeResults(before: Results | undefined, now: Results): Results {
  const same = before !== undefined && JSON.stringify(before.machine) === JSON.stringify(now.machine);
  const kept = (same ? before.rows : []).filter((row) => !now.rows.some((other) => isSame(row, other)));
  return { machine: now.machine, rows: [...now.rows, ...kept].sort((one, other) => place(one) - place(other)) };
}

function isSame(one: RowResults, other: RowResults): boolean {
  return Object.keys(other.prints).some((name) => Object.hasOwn(one.prints, name));
}

/** The order in the docs: pipelines first. */
const order = ["pipeline_", "create_", "start_", "backlog_", "history_", "held_", "keep_", "idle_", "memory"];

function place({ prints }: RowResults): number {
  const [first = ""] = Object.keys(prints);
  const found = order.findIndex((prefix) => first.startsWith(prefix));
  return found < 0 ? order.length : found;
}

export async function readResults(path: string): Promise<Results | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Results;
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
}
