// Jobs that a dispatcher gives to this node. Each task and attempt is begun once, however often it is asked for; who
// asks again joins it. A job that no stream follows for its linger is ended, because its task may be elsewhere by then.
import type { JsonValue } from "@bufbuild/protobuf";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import { keepArtifacts } from "../jobs/artifacts.ts";
import { createJobRunner, type JobRunner, jobSpecOf, type RunnerOptions } from "../jobs/job-runner.ts";
import type { JobSpec } from "../jobs/job-spec.ts";
import type { Ended, JobPlace } from "../jobs/place.ts";
import { type LeftPushed, makePlace, type Pushed } from "../jobs/spool.ts";
import { endOf } from "../jobs/supervisors.ts";
import { fileSource, type Piece, pieces } from "./pieces.ts";

export type PushedJobsOptions = RunnerOptions & {
  readonly slots: number;
  /** Why no job may be begun now. Undefined: one may. */
  readonly closed: () => string | undefined;
  /** How many run has changed. */
  readonly onChange: () => void;
};

export type Ask = Pushed & {
  readonly job: JsonValue;
  readonly joinOnly: boolean;
  /** By stream, from where on its output is told. */
  readonly offsets: Readonly<Record<string, number>>;
};

export type JobEvent =
  | { readonly type: "accepted"; readonly joined: boolean }
  | (Piece & { readonly type: "output" })
  | { readonly type: "result"; readonly result: JsonValue }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "alive" };

export type Failure = {
  readonly type: string;
  readonly message: string;
  readonly details: readonly string[];
  readonly retryable: boolean;
};

/** Why a job is neither begun nor joined. */
export class PushRefused extends Error {
  override readonly name = "PushRefused";
  readonly why: "unknown" | "closed" | "full";

  constructor(why: PushRefused["why"], message: string) {
    super(message);
    this.why = why;
  }
}

export type PushedJobs = {
  /** Until the job has ended. Throws a PushRefused, or the reason of the signal. */
  tell(ask: Ask, signal: AbortSignal): AsyncGenerator<JobEvent>;
  /** Ends a job and forgets it. Whether it was there. */
  end(key: Pick<Pushed, "taskId" | "attempt">, graceMs: number): Promise<boolean>;
  running(): number;
  /** The process ends: jobs go on, for a later one. */
  close(): void;
};

/** For a dispatcher that comes back, and for one that takes its place. */
const resultKeptMs = 86_400_000;
/** With results that no dispatcher has come for. */
const placesMax = 1_000;
const lingerGraceMs = 5_000;

type Entry = {
  readonly place: JobPlace;
  readonly pushed: Pushed;
  /** Resolves when it was begun; rejects if it may not be. */
  readonly begun: Promise<void>;
  readonly over: AbortController;
  streams: number;
  ended: Ended | undefined;
  timer: NodeJS.Timeout | undefined;
  clearing: Promise<void> | undefined;
};

type State = {
  readonly options: PushedJobsOptions;
  readonly runner: JobRunner;
  readonly entries: Map<string, Entry>;
};

export async function openPushedJobs(options: PushedJobsOptions, left: readonly LeftPushed[]): Promise<PushedJobs> {
  const places = left.map(({ place }) => place);
  const state: State = { options, runner: await createJobRunner(options, places), entries: new Map() };
  for (const { place, pushed } of left) {
    await state.runner.goOn(place);
    const entry = keep(state, place, pushed, Promise.resolve());
    arm(state, entry);
  }
  return {
    tell: (ask, signal) => tell(state, ask, signal),
    end: (key, graceMs) => end(state, key, graceMs),
    running: () => runningIn(state),
    close() {
      for (const { timer, over } of state.entries.values()) {
        clearTimeout(timer);
        over.abort();
      }
    },
  };
}

function runningIn({ entries }: State): number {
  return [...entries.values()].filter(({ ended }) => ended === undefined).length;
}

function idOf({ taskId, attempt }: Pick<Pushed, "taskId" | "attempt">): string {
  return `${taskId}.${attempt}`;
}

function keep(state: State, place: JobPlace, pushed: Pushed, begun: Promise<void>): Entry {
  const over = new AbortController();
  const entry: Entry = {
    place,
    pushed,
    begun,
    over,
    streams: 0,
    ended: undefined,
    timer: undefined,
    clearing: undefined,
  };
  state.entries.set(place.leaseId, entry);
  const watched = begun.then(async () => {
    entry.ended = await endOf(place, over.signal);
    if (entry.streams === 0) arm(state, entry);
    state.options.onChange();
  });
  // One that may not be begun was never there. One that is over is told of by its streams.
  watched.catch(() => {});
  begun.catch(() => state.entries.delete(place.leaseId));
  state.options.onChange();
  return entry;
}

function arm(state: State, entry: Entry): void {
  clearTimeout(entry.timer);
  const ms = entry.ended ? resultKeptMs : entry.pushed.lingerMs;
  entry.timer = setTimeout(() => void clear(state, entry, lingerGraceMs).catch(() => {}), ms);
  entry.timer.unref();
}

async function* tell(state: State, ask: Ask, signal: AbortSignal): AsyncGenerator<JobEvent> {
  let spec: JobSpec;
  try {
    spec = jobSpecOf(ask.job);
  } catch (error) {
    return yield failedBy(error);
  }
  await state.entries.get(idOf(ask))?.clearing?.catch(() => {});
  const found = state.entries.get(idOf(ask));
  const entry = found ?? begin(state, ask, spec);
  clearTimeout(entry.timer);
  entry.streams += 1;
  try {
    try {
      await entry.begun;
    } catch (error) {
      return yield failedBy(error);
    }
    yield { type: "accepted", joined: found !== undefined };
    yield* follow(state, entry, spec, ask.offsets, AbortSignal.any([signal, entry.over.signal]));
  } finally {
    entry.streams -= 1;
    if (entry.streams === 0 && state.entries.get(entry.place.leaseId) === entry && !entry.clearing) arm(state, entry);
  }
}

/** In one turn of the event loop up to where the entry is kept: of two that ask at once, one begins it. */
function begin(state: State, ask: Ask, spec: JobSpec): Entry {
  const { options, runner, entries } = state;
  const { taskId, attempt, lingerMs } = ask;
  if (ask.joinOnly) throw new PushRefused("unknown", "this node does not have that job");
  const closed = options.closed();
  if (closed !== undefined) throw new PushRefused("closed", `this node takes no jobs: ${closed}`);
  if (runningIn(state) >= options.slots) throw new PushRefused("full", `this node runs ${options.slots} jobs already`);
  if (entries.size >= placesMax) throw new PushRefused("full", `this node keeps ${placesMax} jobs already`);
  const pushed = { taskId, attempt, lingerMs };
  const place = options.spool.place(idOf(ask));
  const make = (request: unknown) => makePlace(place, { pushed }, request);
  return keep(state, place, pushed, runner.begin(place, { taskId, attempt, spec, orphanMs: lingerMs, make }));
}

function failedBy(error: unknown): JobEvent {
  if (!(error instanceof NonRetryable)) throw error;
  const details = Array.isArray(error.detail) ? error.detail.map(String) : [];
  return {
    type: "failed",
    failure: { type: error.type ?? "FAILED", message: error.message, details, retryable: false },
  };
}

async function* follow(
  state: State,
  entry: Entry,
  spec: JobSpec,
  offsets: Ask["offsets"],
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  const { place } = entry;
  const from = (stream: string, file: string) => fileSource(stream, file, offsets[stream] ?? 0);
  const printed = [from("stdout", place.stdout), from("stderr", place.stderr)];
  yield* pieces(printed, () => entry.ended !== undefined, signal);
  const { ended } = entry;
  if (!ended) throw new Error("what a job prints ends with the job");
  if ("failed" in ended) {
    await state.runner.sweep(place);
    const failure = { type: "SANDBOX_FAILED", message: ended.failed, details: [], retryable: true };
    return yield { type: "failed", failure };
  }
  const files: ReturnType<typeof fileSource>[] = [];
  const send = async (stream: string, file: string) => void files.push(from(stream, file));
  const kept = await keepArtifacts({ workspace: place.workspace, paths: spec.artifacts, send });
  yield* pieces(files, () => true, signal);
  yield { type: "result", result: await state.runner.result(place, ended.end, kept) };
}

async function end(state: State, key: Pick<Pushed, "taskId" | "attempt">, graceMs: number): Promise<boolean> {
  const entry = state.entries.get(idOf(key));
  if (!entry) return false;
  await entry.begun.catch(() => {});
  await clear(state, entry, graceMs);
  return true;
}

async function clear(state: State, entry: Entry, graceMs: number): Promise<void> {
  clearTimeout(entry.timer);
  entry.clearing ??= state.runner.clear(entry.place, entry.ended ? 0 : graceMs).then(
    () => forget(state, entry),
    (error: unknown) => {
      // It is there as before, and may be tried to be cleared again.
      entry.clearing = undefined;
      throw error;
    },
  );
  await entry.clearing;
}

function forget({ entries, options }: State, entry: Entry): void {
  entry.over.abort(new PushRefused("unknown", "this node has ended that job"));
  entries.delete(entry.place.leaseId);
  options.onChange();
}
