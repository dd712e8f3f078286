// What all rows share: timing, result lines on stdout, and the facts of the machine.
import { cpus, release, totalmem, type } from "node:os";

export type Result = {
  readonly kind: "ratio" | "figure";
  readonly name: string;
  readonly value: number;
  readonly unit: string;
};

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

export type Report = ReturnType<typeof createReport>;

/** Prints each result on a line of its own, and keeps it. */
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

export type Machine = ReturnType<typeof machineFacts>;

/** Absolute figures mean nothing without the machine they were measured on. */
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

/** Prints progress with the seconds since the start. */
export function tell(text: string): void {
  const seconds = Math.round(performance.now() / 1_000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`);
}
