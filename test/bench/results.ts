// The file of results: what each row measured when it last ran on one machine. The docs are generated from it. Figures
// of two machines say nothing beside each other, so the file never holds both, and a run loses no row that it did not
// run.
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

/** New rows replace their earlier results. Results of two machines are not merged. */
export function mergeResults(before: Results | undefined, now: Results): Results {
  const earlier = before?.rows ?? [];
  if (before && differences(before.machine, now.machine).length > 0) throw new Error("results of another machine");
  const kept = earlier.filter((row) => !now.rows.some((other) => isSame(row, other)));
  return { machine: now.machine, rows: [...now.rows, ...kept].sort((one, other) => place(one) - place(other)) };
}

/** Where the results of a run go. */
export type Keeping = {
  /** Why nothing is kept, for the person who runs it. */
  readonly warning?: string;
  /** Called after each row with all rows so far. */
  readonly keep: (rows: readonly RowResults[]) => Promise<void>;
};

/**
 * Results of another machine than the file's are not kept, unless `replaces` asks for a file that begins anew with
 * them: then all rows of the other machine go when the first row has been measured.
 */
export async function openResults(path: string, machine: Machine, replaces: boolean): Promise<Keeping> {
  const before = await readResults(path);
  const other = before === undefined ? [] : differences(before.machine, machine);
  if (other.length > 0 && !replaces) {
    const warning =
      `results are printed and not kept: ${path} has those of another machine (${other.join("; ")}). ` +
      "`--replace` drops them all and keeps this machine's";
    return { warning, keep: async () => {} };
  }
  let drops = other.length > 0;
  const keep = async (rows: readonly RowResults[]) => {
    // Read each time: another run may have kept a row meanwhile.
    const kept = drops ? undefined : await readResults(path);
    drops = false;
    await writeResults(path, mergeResults(kept, { machine, rows }));
  };
  return { keep };
}

function differences(before: Machine, now: Machine): string[] {
  const names = Object.keys({ ...before, ...now }) as (keyof Machine)[];
  return names.filter((name) => before[name] !== now[name]).map((name) => `${name} ${before[name]}, here ${now[name]}`);
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
