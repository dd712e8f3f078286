// The handler of jobs: starts each under a supervisor, or goes on with one that an earlier process of the node has
// started, sends what it prints, and keeps its result in the spool until the service has it.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { type StopCause, WorkStopped } from "../../../clients/typescript/src/errors.ts";
import { type Done, done, type Job } from "../../../clients/typescript/src/job.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { keepArtifacts } from "./artifacts.ts";
import { createJobRunner, type JobRunner, jobSpecOf, type RunnerOptions, SandboxBroke } from "./job-runner.ts";
import type { JobSpec } from "./job-spec.ts";
import type { JobPlace } from "./place.ts";
import { type LeftJob, makePlace } from "./spool.ts";
import { endOf, stopSupervisor } from "./supervisors.ts";
import { uploadFile } from "./upload.ts";

export type JobsOptions = RunnerOptions & {
  readonly client: Client;
  /** How long leases last after this process has ended, as the service says. */
  readonly graceMs: () => number;
};

export type Jobs = {
  readonly handler: (input: never, job: Job) => Promise<Done>;
  /** To be told of all events of the worker: with a settled task, its job is cleared from the spool. */
  takeEvent(event: WorkerEvent): void;
  /** Ends and clears jobs whose leases are lost for certain. */
  clear(left: readonly LeftJob[]): Promise<void>;
  /** Resolves when nothing is left to do: to be called when the worker has stopped. */
  finish(): Promise<void>;
};

/** Between SIGTERM and SIGKILL, by why a job must end. The kit releases drained tasks after 2 s. */
const graceMsOf: Readonly<Record<StopCause["why"], number>> = { canceled: 5_000, drain: 1_000, lease_lost: 0 };
/** Shorter than leases last without their node, so that a job has ended when another node begins it again. */
const orphanMarginMs = 2_500;
const orphanMsMin = 1_000;

type State = {
  readonly options: JobsOptions;
  readonly runner: JobRunner;
  readonly underWay: Set<Promise<unknown>>;
};

export async function createJobs(options: JobsOptions, left: readonly LeftJob[]): Promise<Jobs> {
  const places = left.map(({ place }) => place);
  const runner = await createJobRunner(options, places);
  const state: State = { options, runner, underWay: new Set() };
  return {
    handler: (input, job) => track(state, handle(state, input, job)),
    takeEvent: (event) => takeEvent(state, event),
    async clear(jobs) {
      for (const { place } of jobs) await runner.clear(place, 0);
    },
    async finish() {
      while (state.underWay.size > 0) await Promise.allSettled(state.underWay);
    },
  };
}

function track<Value>({ underWay }: State, promise: Promise<Value>): Promise<Value> {
  const tracked: Promise<Value> = promise.finally(() => underWay.delete(tracked));
  underWay.add(tracked);
  return tracked;
}

async function handle(state: State, input: JsonValue | undefined, job: Job): Promise<Done> {
  const { options, runner } = state;
  const { lease } = job.leased;
  if (!lease) throw new Error("a task is granted with a lease");
  const place = options.spool.place(lease.leaseId);
  const spec = jobSpecOf(input);
  const isLeft = await runner.isBegun(place);
  if (!isLeft && !job.signal.aborted) await begin(state, place, job, spec);
  else if (isLeft) await runner.goOn(place);
  try {
    return await goOn(state, place, lease, spec, job.signal);
  } catch (error) {
    if (!(error instanceof WorkStopped)) throw error;
    // The settlement of the others clears them.
    if (error.stop.why === "lease_lost") await runner.clear(place, 0);
    else await stopSupervisor(place, { graceMs: graceMsOf[error.stop.why] });
    throw error;
  }
}

async function begin({ options, runner }: State, place: JobPlace, job: Job, spec: JobSpec): Promise<void> {
  const { taskId, attempt, leased } = job;
  const orphanMs = Math.max(orphanMsMin, options.graceMs() - orphanMarginMs);
  await runner.begin(place, {
    taskId,
    attempt,
    spec,
    orphanMs,
    make: (request) => makePlace(place, { leased }, request),
  });
}

/** Until the job has ended and all that it has printed was sent. Throws the reason of the signal if it must stop. */
async function goOn(state: State, place: JobPlace, lease: Lease, spec: JobSpec, signal: AbortSignal): Promise<Done> {
  const { client, onTrouble } = state.options;
  let isOver = false;
  const upload = { client, lease, signal, isOver: () => isOver };
  const sent = (["stdout", "stderr"] as const).map(async (stream) => {
    const refused = await uploadFile({ ...upload, stream, file: place[stream] });
    if (refused !== undefined) onTrouble("output was refused", { task_id: lease.taskId, stream, refused });
  });
  const ended = await endOf(place, signal);
  isOver = true;
  if ("failed" in ended) {
    await state.runner.sweep(place);
    throw new SandboxBroke(ended.failed);
  }
  await Promise.all(sent);
  const send = (stream: string, file: string) =>
    uploadFile({ client, lease, signal, stream, file, isOver: () => true });
  const kept = await keepArtifacts({ workspace: place.workspace, paths: spec.artifacts, send });
  signal.throwIfAborted();
  return done({ result: await state.runner.result(place, ended.end, kept) });
}

function takeEvent(state: State, event: WorkerEvent): void {
  const leaseId = "task" in event ? event.task.holder?.leaseId : undefined;
  if (leaseId === undefined) return;
  // After another refusal the task is settled in another way.
  const isLeaseEnded = event.type === "refused" && ["lease", "transition"].includes(event.error.facts.case ?? "");
  if (event.type !== "settled" && !isLeaseEnded) return;
  void track(state, state.runner.clear(state.options.spool.place(leaseId), 0)).catch(() => {});
}
