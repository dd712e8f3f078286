// A node tells the supervisors of its jobs that it lives. A job whose node is gone for longer than a lease lasts
// without it must end: by then, another node may have the task.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const everyMs = 1_000;

/** The same for all processes of a machine, and never set back. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

function fileIn(spool: string): string {
  return join(spool, "alive");
}

/** By the machine's clock; undefined if the node has never told it. */
export async function lastAliveMs(spool: string): Promise<number | undefined> {
  const text = await readFile(fileIn(spool), "utf8").catch(() => "");
  return text === "" ? undefined : Number(text);
}

export type Pulse = { stop(): void };

/** Resolves when it was told once. */
export async function startPulse(spool: string): Promise<Pulse> {
  const tell = async () => {
    const file = fileIn(spool);
    await writeFile(`${file}.unfinished`, String(machineMs()));
    await rename(`${file}.unfinished`, file);
  };
  await tell();
  // A disk that is full for a moment loses no job; for longer, it does.
  const timer = setInterval(() => void tell().catch(() => {}), everyMs);
  return { stop: () => clearInterval(timer) };
}
