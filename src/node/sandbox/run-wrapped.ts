// Runs a command whose last part is the job's program and whose first parts are a sandbox's, and ends all of it: by
// itself, at its time-out, when it is stopped, or when its workspace is full. Nothing of the node's environment is
// passed on, neither to the program nor to what is run before it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type EndCause, type RunOptions, type SandboxEnd, SandboxFailed, type SandboxJob } from "./driver.ts";
import type { LimitGroup } from "./limiter.ts";
import { descendantsOf, signalProcess } from "./process-tree.ts";
import { watchRoom } from "./workspace.ts";

/** Where the programs of a sandbox are looked for. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The last wrapper: tells through the descriptor 3, which the program does not get, that the sandbox stands, and
 * becomes the program.
 */
export const announce: readonly string[] = ["/bin/sh", "-c", 'echo >&3; exec 3>&-; exec "$@"', "sh"];

/** Processes of the sandbox itself: the one that is started here and the first within. The program's are below. */
const wrapperGenerations = 2;
/** All processes are gone when the sandbox's own has ended. If its pipes do not close then, they are closed here. */
const pipesGraceMs = 2_000;
const failureBytesMax = 4_096;
/** A program that prints much more than is kept is slowed down to some 50 MB/s. */
const slowPauseMs = 2;

export type Wrapped = {
  readonly argv: readonly string[];
  readonly job: SandboxJob;
  readonly group: LimitGroup;
  /** Whether the size of the workspace has to be looked at. */
  readonly watchesRoom: boolean;
};

type Running = {
  readonly child: ChildProcess;
  cause: EndCause | undefined;
  hasStarted: boolean;
  /** What was said before the program ran. */
  said: string;
};

export async function runWrapped(wrapped: Wrapped, options: RunOptions): Promise<SandboxEnd> {
  const { argv, job, group, watchesRoom } = wrapped;
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    cwd: "/",
    env: { PATH: systemPath },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  const running: Running = { child, cause: undefined, hasStarted: false, said: "" };
  const over = new AbortController();
  const closed = closeOf(child);
  listen(running, options);
  const end = (cause: EndCause, graceMs: number) => void stop(running, group, cause, graceMs, over.signal);
  const timeout = setTimeout(() => end("TIMED_OUT", job.graceMs), job.timeoutMs);
  void options.stopped.then(({ graceMs }) => end("STOPPED", graceMs));
  if (watchesRoom) void watchRoom(job, over.signal).then((isFull) => isFull && end("WORKSPACE_FULL", 0));
  try {
    const exitCode = await closed;
    if (!running.hasStarted && running.cause === undefined) throw failureOf(program, exitCode, running.said);
    const isOutOfMemory = exitCode !== 0 && (await group.isOutOfMemory());
    return { cause: isOutOfMemory ? "OUT_OF_MEMORY" : (running.cause ?? "EXITED"), exitCode };
  } finally {
    clearTimeout(timeout);
    over.abort();
  }
}

function failureOf(program: string, exitCode: number, said: string): SandboxFailed {
  return new SandboxFailed(`${program} ended with ${exitCode} before the program ran: ${said.trim() || "no reason"}`);
}

function listen(running: Running, { onStart, onChunk }: RunOptions): void {
  const { stdout, stderr, stdio } = running.child;
  (stdio[3] as Readable).once("data", () => {
    running.hasStarted = true;
    onStart();
  });
  const take = (name: "stdout" | "stderr", stream: Readable | null) =>
    stream?.on("data", (chunk: Buffer) => {
      if (!running.hasStarted && running.said.length < failureBytesMax) running.said += chunk.toString();
      if (onChunk(name, chunk)) return;
      stream.pause();
      setTimeout(() => stream.resume(), slowPauseMs);
    });
  take("stdout", stdout);
  take("stderr", stderr);
}

/** The exit code, when no process has the pipes any more. */
async function closeOf(child: ChildProcess): Promise<number> {
  const closed = once(child, "close");
  closed.catch(() => {});
  const [code, signal] = (await once(child, "exit").catch((error: Error) => {
    throw new SandboxFailed(error.message);
  })) as [number | null, NodeJS.Signals | null];
  const inTime = new AbortController();
  const late = pause(pipesGraceMs, undefined, { signal: inTime.signal, ref: false }).then(
    () => {
      for (const stream of child.stdio) stream?.destroy();
    },
    () => {},
  );
  await closed;
  inTime.abort();
  await late;
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** The first cause counts. The program is asked to end, and after the grace everything is killed. */
async function stop(
  running: Running,
  group: LimitGroup,
  cause: EndCause,
  graceMs: number,
  over: AbortSignal,
): Promise<void> {
  const { pid = 0 } = running.child;
  if (over.aborted || pid === 0) return;
  running.cause ??= cause;
  if (graceMs > 0) {
    for (const one of descendantsOf(pid, wrapperGenerations)) signalProcess(one, "SIGTERM");
    await pause(graceMs, undefined, { signal: over }).catch(() => {});
  }
  if (over.aborted) return;
  // What is within has it as the signal of its parent's death, and the first process takes all others with it.
  running.child.kill("SIGKILL");
  await group.kill();
}
