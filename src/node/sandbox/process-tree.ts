// Processes as /proc shows them: which descend from which, and whether a process is still the one that it was.
import { readdirSync, readFileSync } from "node:fs";

/** Trees are looked at while they grow: more than this is a fork bomb, which its own bound stops. */
const processesMax = 100_000;

/** Where the kernel says when a process has started, in ticks since the start of the machine: field 22 of `stat`. */
const startField = 19;

/** Undefined if there is no such process, or only what is left of one until its parent has looked. */
export function startTicksOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name, in brackets, may have spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined || fields[0] === "Z" ? undefined : fields[startField];
}

/** Process numbers are used again: the time of the start tells whether it is the same process. */
export function isRunning(pid: number, startTicks: string): boolean {
  return startTicksOf(pid) === startTicks;
}

/** All processes at least so many generations below: 1 are children. */
export function descendantsOf(pid: number, generation: number): number[] {
  const found: number[] = [];
  let parents = [pid];
  for (let depth = 1; parents.length > 0 && found.length < processesMax; depth += 1) {
    parents = parents.flatMap(childrenOf);
    if (depth >= generation) found.push(...parents);
  }
  return found;
}

function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) => {
    const text = read(`/proc/${pid}/task/${thread}/children`)?.trim();
    return text ? text.split(" ").map(Number) : [];
  });
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended.
    return [];
  }
}

/** Files of /proc of a process that has ended are not there, or cannot be read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Returns false if there is no such process any more. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
