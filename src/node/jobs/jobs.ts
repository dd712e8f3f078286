// The handler of jobs: starts each under a supervisor, or goes on with one that an earlier process of the node has
// started, sends what it prints, and keeps its result in the spool until the service has it.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { NonRetryable, type StopCause, WorkStopped } from "../../../clients/typescript/src/errors.ts";
import { type Done, done, type Job } from "../../../clients/typescript/src/job.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { DriverChoice } from "../sandbox/create-driver.ts";
import type { Capabilities, SandboxDriver } from "../sandbox/driver.ts";
import type { Surroundings } from "../sandbox/wrapping.ts";
import { keepArtifacts } from "./artifacts.ts";
import { tailFileOf } from "./capture.ts";
import { jobRequest } from "./job-request.ts";
import { resultOf } from "./job-result.ts";
import { type JobSpec, readJobSpec } from "./job-spec.ts";
import { type JobPlace, readBytes, readJson } from "./place.ts";
import { type JobPlan, type Policy, planJob } from "./policy.ts";
import { type LeftJob, makePlace, removePlace, type Spool } from "./spool.ts";
import type { SuperviseRequest } from "./supervise.ts";
import { endOf, hasSupervisor, startSupervisor, stopSupervisor } from "./supervisors.ts";
import { uploadFile } from "./upload.ts";

export type JobsOptions = {
  readonly client: Client;
  readonly spool: Spool;
  readonly choice: DriverChoice;
  readonly driver: SandboxDriver;
  readonly surroundings: Surroundings;
  readonly capabilities: Capabilities;
  readonly policy: () => Policy;
  /** How long leases last after this process has ended, as the service says. */
  readonly graceMs: () => number;
  readonly onTrouble: (message: string, fields: Readonly<Record<string, string>>) => void;
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

/** The sandbox failed. Another attempt may succeed, here or elsewhere. */
class SandboxBroke extends Error {
  override readonly name = "SANDBOX_FAILED";
}

/** Between SIGTERM and SIGKILL, by why a job must end. The kit releases drained tasks after 2 s. */
const graceMsOf: Readonly<Record<StopCause["why"], number>> = { canceled: 5_000, drain: 1_000, lease_lost: 0 };
/** Shorter than leases last without their node, so that a job has ended when another node begins it again. */
const orphanMarginMs = 2_500;
const orphanMsMin = 1_000;

/** More than a node has slots. */
const usersMax = 2_000;

type State = {
  readonly options: JobsOptions;
  /** The users that jobs have, by their numbers from the first one on. */
  readonly users: Map<string, number>;
  /** The last one that was given. */
  lastUser: number;
  readonly underWay: Set<Promise<unknown>>;
};

export async function createJobs(options: JobsOptions, left: readonly LeftJob[]): Promise<Jobs> {
  const state: State = { options, users: new Map(), lastUser: 0, underWay: new Set() };
  for (const { place } of left) {
    const request = await readJson<SuperviseRequest>(place.request);
    const uid = request?.job.uid;
    if (uid !== undefined) state.users.set(place.leaseId, uid - options.surroundings.usersFrom);
  }
  return {
    handler: (input, job) => track(state, handle(state, input, job)),
    takeEvent: (event) => takeEvent(state, event),
    async clear(jobs) {
      for (const { place } of jobs) await clear(state, place, 0);
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
  const { spool } = state.options;
  const { lease } = job.leased;
  if (!lease) throw new Error("a task is granted with a lease");
  const place = spool.place(lease.leaseId);
  const spec = specOf(input);
  const isLeft = (await readJson<SuperviseRequest>(place.request)) !== undefined;
  if (!isLeft && !job.signal.aborted) await begin(state, place, job, spec);
  else if (isLeft && !(await hasSupervisor(place))) startSupervisor(place);
  try {
    return await goOn(state, place, lease, spec, job.signal);
  } catch (error) {
    if (!(error instanceof WorkStopped)) throw error;
    // The settlement of the others clears them.
    if (error.stop.why === "lease_lost") await clear(state, place, 0);
    else await stopSupervisor(place, { graceMs: graceMsOf[error.stop.why] });
    throw error;
  }
}

function specOf(input: JsonValue | undefined): JobSpec {
  const spec = readJobSpec(input);
  if ("faults" in spec) throw new NonRetryable(spec.faults.join("; "), { type: "JOB_INVALID", detail: spec.faults });
  return spec;
}

async function begin(state: State, place: JobPlace, job: Job, spec: JobSpec): Promise<void> {
  const { options } = state;
  const plan = planJob(spec, options.policy(), options.capabilities);
  if ("refused" in plan) {
    throw new NonRetryable(plan.refused.join("; "), { type: "JOB_REFUSED", detail: plan.refused });
  }
  await makePlace(place, job.leased, requestOf(state, place, job, spec, plan));
  startSupervisor(place);
}

function requestOf(state: State, place: JobPlace, job: Job, spec: JobSpec, plan: JobPlan): SuperviseRequest {
  const { options, users } = state;
  const { surroundings, choice, spool, graceMs } = options;
  const { isRoot, usersFrom } = surroundings;
  const user = nextUser(state);
  users.set(place.leaseId, user);
  return jobRequest({
    place,
    spec,
    plan,
    choice,
    surroundings,
    taskId: job.taskId,
    attempt: job.attempt,
    spool: spool.folder,
    orphanMs: Math.max(orphanMsMin, graceMs() - orphanMarginMs),
    ...(isRoot && { uid: usersFrom + user }),
  });
}

/**
 * One that no job has: a bound of processes counts all of a user. Each in its turn, because what is left of a process
 * counts until it is reaped, and not every machine's first process does that at once. The first is for probes.
 */
function nextUser(state: State): number {
  const taken = new Set(state.users.values());
  do state.lastUser = (state.lastUser % usersMax) + 1;
  while (taken.has(state.lastUser));
  return state.lastUser;
}

/** Until the job has ended and all that it has printed was sent. Throws the reason of the signal if it must stop. */
async function goOn(state: State, place: JobPlace, lease: Lease, spec: JobSpec, signal: AbortSignal): Promise<Done> {
  const { client, capabilities, onTrouble } = state.options;
  let isOver = false;
  const upload = { client, lease, signal, isOver: () => isOver };
  const sent = (["stdout", "stderr"] as const).map(async (stream) => {
    const refused = await uploadFile({ ...upload, stream, file: place[stream] });
    if (refused !== undefined) onTrouble("output was refused", { task_id: lease.taskId, stream, refused });
  });
  const ended = await endOf(place, signal);
  isOver = true;
  if ("failed" in ended) {
    await sweep(state, place);
    throw new SandboxBroke(ended.failed);
  }
  await Promise.all(sent);
  const paths = spec.artifacts;
  const kept = await keepArtifacts({ client, lease, signal, workspace: place.workspace, paths });
  signal.throwIfAborted();
  return done({
    result: resultOf({ ...kept, end: ended.end, sandbox: capabilities.driver, tails: await tailsOf(place) }),
  });
}

async function tailsOf({ stdout, stderr }: JobPlace) {
  const nothing = new Uint8Array();
  return {
    stdout: (await readBytes(tailFileOf(stdout))) ?? nothing,
    stderr: (await readBytes(tailFileOf(stderr))) ?? nothing,
  };
}

function takeEvent(state: State, event: WorkerEvent): void {
  const leaseId = "task" in event ? event.task.holder?.leaseId : undefined;
  if (leaseId === undefined) return;
  // After another refusal the task is settled in another way.
  const isLeaseEnded = event.type === "refused" && ["lease", "transition"].includes(event.error.facts.case ?? "");
  if (event.type !== "settled" && !isLeaseEnded) return;
  void track(state, clear(state, state.options.spool.place(leaseId), 0)).catch(() => {});
}

/** Also what a supervisor that was killed has left running. */
async function clear(state: State, place: JobPlace, graceMs: number): Promise<void> {
  const { options, users } = state;
  const request = await readJson<SuperviseRequest>(place.request);
  try {
    if (request) await stopSupervisor(place, { graceMs });
    await sweep(state, place);
    await removePlace(place);
    users.delete(place.leaseId);
  } catch (error) {
    options.onTrouble("a job was not cleared", { lease_id: place.leaseId, error: String(error) });
    throw error;
  }
}

async function sweep({ options }: State, { leaseId }: JobPlace): Promise<void> {
  await options.driver.sweep(leaseId);
}
