// The primary process of a server of several processes. It owns the port, whose connections Node's cluster module hands
// to the server processes in turn, and the embedded Postgres. It replaces processes that end, and it serves no call.
import cluster from "node:cluster";
import { setTimeout as wait } from "node:timers/promises";
import { errorFields, type Log } from "../../log.ts";
import type { EmbeddedPostgres } from "../../postgres/embedded-postgres.ts";
import type { Config } from "../config.ts";
import { createAnswers } from "./answers.ts";
import type { AnswersOfAll } from "./messages.ts";
import { type Ending, forkServerProcess, type ServerProcess } from "./server-process.ts";

export type ProcessesOptions = {
  readonly config: Config;
  readonly count: number;
  /** The arguments of a server process: a command and its flags. */
  readonly args: readonly string[];
  readonly log: Log;
  readonly startPostgres: () => Promise<EmbeddedPostgres>;
  readonly interrupted: AbortSignal;
  readonly monotonicMs: () => number;
};

export type RunningProcesses = {
  /** The exit code, if the first process ended before it served. */
  readonly failed: number | undefined;
  stop(): Promise<void>;
};

/** One for each core beyond the second, at least one: Postgres and the kernel need some, too. */
export function processesOf({ processes, poolMax }: Pick<Config, "processes" | "poolMax">, cores: number): number {
  return processes > 0 ? processes : Math.max(1, Math.min(cores - coresOfOthers, poolMax));
}

const coresOfOthers = 2;

/** Together they open what one process would. */
export function poolShare(poolMax: number, process: number, count: number): number {
  return Math.floor(poolMax / count) + (process <= poolMax % count ? 1 : 0);
}

export async function runProcesses(options: ProcessesOptions): Promise<RunningProcesses> {
  const { config, log } = options;
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ args: [...options.args] });
  const postgres = config.databaseUrl === undefined ? await options.startPostgres() : undefined;
  const stopping = new AbortController();
  const processes = new Map<number, ServerProcess | undefined>();
  for (let number = 1; number <= options.count; number += 1) processes.set(number, undefined);
  const databaseUrl = config.databaseUrl ?? postgres?.databaseUrl ?? "";
  const group = {
    ...options,
    databaseUrl,
    processes,
    answers: createAnswers(processes, log),
    stopping: stopping.signal,
  };
  const stop = async () => {
    stopping.abort();
    await endAll(group);
    await postgres?.stop().catch((error: unknown) => log.error("stopping failed", errorFields(error)));
  };
  // Alone until it serves: it migrates, checks the configuration with its files, and takes the port. What is wrong with
  // any of these is said once.
  const first = fork(group, 1);
  const failure = await untilServing(first, options);
  if (failure !== undefined) return { failed: failure, stop };
  for (const number of processes.keys()) void keepRunning(group, number, number === 1 ? first : fork(group, number));
  return { failed: undefined, stop };
}

/** The exit code of a process that ends before it serves; it has said why, unless it was killed. */
async function untilServing(process: ServerProcess, { interrupted, log }: ProcessesOptions) {
  const stop = () => process.stop();
  if (interrupted.aborted) stop();
  interrupted.addEventListener("abort", stop, { once: true });
  const ending = await Promise.race([process.serving, process.ended]);
  interrupted.removeEventListener("abort", stop);
  if (ending === undefined) return undefined;
  if (interrupted.aborted) return 0;
  if (ending.exitCode === null) log.error("process ended before it served", endingFields(ending, 1));
  return ending.exitCode ?? 1;
}

type Group = ProcessesOptions & {
  readonly databaseUrl: string;
  readonly processes: Map<number, ServerProcess | undefined>;
  readonly answers: AnswersOfAll;
  readonly stopping: AbortSignal;
};

function fork({ config, count, databaseUrl, processes, answers, log }: Group, number: number): ServerProcess {
  const poolMax = poolShare(config.poolMax, number, count);
  const process = forkServerProcess({
    start: { kind: "start", process: number, databaseUrl, poolMax },
    ask: answers.ask,
  });
  processes.set(number, process);
  log.info("process started", { process: number, processes: count, pid: process.pid });
  return process;
}

async function keepRunning(group: Group, number: number, first: ServerProcess): Promise<void> {
  const { log, processes, answers, stopping, monotonicMs } = group;
  let failures = 0;
  for (let process = first; ; process = fork(group, number)) {
    const startedMs = monotonicMs();
    const ending = await process.ended;
    if (stopping.aborted) return;
    processes.set(number, undefined);
    answers.ended(number);
    failures = monotonicMs() - startedMs >= steadyMs ? 1 : failures + 1;
    const restartMs = restartDelayMs(failures);
    // One that was told to end has ended well.
    const level = ending.exitCode === 0 ? "info" : "error";
    log[level]("process ended by itself and is replaced", { ...endingFields(ending, number), restart_ms: restartMs });
    await wait(restartMs, undefined, { signal: stopping }).catch(() => {}); // stopped meanwhile
    if (stopping.aborted) return;
  }
}

function endingFields({ exitCode, signal, error }: Ending, number: number) {
  return { process: number, exit_code: exitCode, signal, ...(error !== undefined && { error }) };
}

/** A process that ran this long did not fail because of how it was started. */
const steadyMs = 60_000;
const restartStepMs = 1_000;
const restartMaxMs = 30_000;

/** The first replacement starts at once; the processes after it wait longer and longer. */
export function restartDelayMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(restartStepMs * 2 ** (failures - 2), restartMaxMs);
}

/** A process closes its loops and connections after the grace. */
const afterGraceMs = 10_000;

async function endAll({ processes, config, log }: Group): Promise<void> {
  const running = [...processes.values()].filter((process) => process !== undefined);
  for (const process of running) process.stop();
  const late = setTimeout(() => {
    log.warn("processes killed: they did not end in time", { grace_ms: config.shutdownGraceMs });
    for (const process of running) process.kill();
  }, config.shutdownGraceMs + afterGraceMs);
  await Promise.all(running.map(({ ended }) => ended));
  clearTimeout(late);
}
