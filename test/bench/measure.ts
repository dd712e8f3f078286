// What the benchmarks share: percentiles, lines on stdout, and a file of results with the machine they are of.
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";
import { dirname } from "node:path";

export type Result = {
  readonly kind: "ratio" | "figure";
  readonly name: string;
  readonly value: number;
  readonly unit: string;
};

/** The value that a part of all samples does not pass. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)];
  if (value === undefined) throw new Error("no sample was taken");
  return value;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

export type Report = ReturnType<typeof createReport>;

/** Prints results as they come, one a line, and keeps them. */
export function createReport() {
  const results: Result[] = [];
  const add = (result: Result) => {
    results.push(result);
    const unit = result.unit === "" ? "" : ` ${result.unit}`;
    process.stdout.write(`${result.kind} ${result.name} ${result.value}${unit}\n`);
  };
  return {
    results,
    ratio: (name: string, value: number) => add({ kind: "ratio", name, value: rounded(value), unit: "" }),
    figure: (name: string, value: number, unit: string) => add({ kind: "figure", name, value: rounded(value), unit }),
  };
}

const significantDigits = 4;

function rounded(value: number): number {
  return Number(value.toPrecision(significantDigits));
}

/** Absolute figures move with the machine: they mean nothing without it. */
export function machineFacts(postgres: string) {
  const [first] = cpus();
  const gibibyte = 2 ** 30;
  return {
    cpu: first?.model ?? "unknown",
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / gibibyte),
    system: `${type()} ${release()}`,
    node: process.version,
    postgres,
  };
}

export async function writeResults(path: string, content: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Talk, with how long it has been going on. */
export function tell(text: string): void {
  const seconds = Math.round(performance.now() / 1_000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`);
}
