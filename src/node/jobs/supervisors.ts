// A job's supervisor, as its node sees it: a process that may have been started by an earlier node.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Stop } from "../sandbox/driver.ts";
import { signalProcess } from "../sandbox/process-tree.ts";
import { type Ended, isAlive, type JobPlace, type ProcessMark, readJson, writeJson } from "./place.ts";

/** Sources run as they are; in a package, they are compiled. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const program = fileURLToPath(new URL(`./supervise-main.${extension}`, import.meta.url));
const lookMs = 100;
/** A machine that is busy takes seconds to start a process. */
const startMsMax = 30_000;
/** For a supervisor to write how its job ended, after the grace of the job. */
const endMsMax = 10_000;

export function startSupervisor({ folder }: JobPlace): void {
  // A session of its own: it outlives this process, and a terminal's signals do not reach it.
  const child = spawn(process.execPath, [program, folder], {
    cwd: "/",
    // Compiled sources are kept: a supervisor starts in a fifth of the time, and has 35 MB less in memory.
    env: { PATH: "/usr/bin:/bin", NODE_COMPILE_CACHE: join(folder, "../../compile-cache") },
    stdio: "ignore",
    detached: true,
  });
  // That it does not start shows by what it does not write.
  child.on("error", () => {});
  child.unref();
}

/** Whether one has ever begun: it may have ended since. */
export async function hasSupervisor(place: JobPlace): Promise<boolean> {
  return (await readJson(place.supervisor)) !== undefined;
}

/**
 * How the job ended. Looks for it in the spool, so it does not matter which process has started the supervisor. Throws
 * the reason of the signal.
 */
export async function endOf(place: JobPlace, signal: AbortSignal): Promise<Ended> {
  let waitedMs = 0;
  for (;;) {
    const mark = await readJson<ProcessMark>(place.supervisor);
    const isGone = mark ? !isAlive(mark) : waitedMs > startMsMax;
    // Read after the look at the process: its last act is to write this.
    const ended = await readJson<Ended>(place.ended);
    if (ended) return ended;
    if (isGone) return { failed: mark ? "the job's supervisor was killed" : "the job's supervisor did not start" };
    await pause(lookMs, undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
    waitedMs += lookMs;
  }
}

/** Ends the job, and resolves when its supervisor is gone. What is left of it then, a sweep of its sandbox ends. */
export async function stopSupervisor(place: JobPlace, stop: Stop): Promise<void> {
  await writeJson(place.stop, stop);
  const untilMs = stop.graceMs + endMsMax;
  for (let waitedMs = 0; ; waitedMs += lookMs) {
    const mark = await readJson<ProcessMark>(place.supervisor);
    const isStarting = mark === undefined && waitedMs < startMsMax;
    if (!isStarting && !isAlive(mark)) return;
    if (mark && waitedMs === 0) signalProcess(mark.pid, "SIGTERM");
    if (mark && waitedMs > untilMs) {
      signalProcess(mark.pid, "SIGKILL");
      return;
    }
    await pause(lookMs);
  }
}
