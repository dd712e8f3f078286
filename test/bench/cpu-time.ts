// Processor time of processes as the Linux kernel counts it, measured alike for the server, Postgres and the load. On
// other systems every value is zero.
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, which is 100 on every Linux. */
const ticksPerSecond = 100;

type Stat = { readonly parent: number; readonly ownTicks: number; readonly reapedTicks: number };

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold blanks; what follows it is numbers.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = (index: number) => Number(fields[index]);
    return { parent: Number(fields[1]), ownTicks: ticks(11) + ticks(12), reapedTicks: ticks(13) + ticks(14) };
  } catch {
    return undefined; // the process has ended, or this is not Linux
  }
}

export function parentOf(pid: number): number {
  return statOf(pid)?.parent ?? 0;
}

/** A process, its children, and its ended children: a postmaster with its backends, a server with its processes. */
export function cpuSecondsOfTree(pid: number): number {
  const root = statOf(pid);
  if (root === undefined) return 0;
  const children = allPids()
    .map((other) => statOf(other))
    .filter((stat) => stat?.parent === pid);
  const ticks = children.reduce((sum, stat) => sum + (stat?.ownTicks ?? 0), root.ownTicks + root.reapedTicks);
  return ticks / ticksPerSecond;
}

function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Resident memory of one process, in MiB. */
export function residentMib(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** A process with its children. */
export function residentMibOfTree(pid: number): number {
  const children = allPids().filter((other) => parentOf(other) === pid);
  return [pid, ...children].reduce((sum, one) => sum + residentMib(one), 0);
}
