// Jobs as they are run, whichever way they have come: each begins once under a supervisor, is gone on with by a later
// process of the node, and is cleared from the spool when nothing of it is needed any more.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import type { DriverChoice } from "../sandbox/create-driver.ts";
import type { Capabilities, SandboxDriver } from "../sandbox/driver.ts";
import type { Surroundings } from "../sandbox/wrapping.ts";
import type { KeptArtifacts } from "./artifacts.ts";
import { tailFileOf } from "./capture.ts";
import { jobRequest } from "./job-request.ts";
import { type JobEnd, resultOf } from "./job-result.ts";
import { type JobSpec, readJobSpec } from "./job-spec.ts";
import { type JobPlace, readBytes, readJson } from "./place.ts";
import { type Policy, planJob } from "./policy.ts";
import { removePlace, type Spool } from "./spool.ts";
import type { SuperviseRequest } from "./supervise.ts";
import { hasSupervisor, startSupervisor, stopSupervisor } from "./supervisors.ts";

export type RunnerOptions = {
  readonly spool: Spool;
  readonly choice: DriverChoice;
  readonly driver: SandboxDriver;
  readonly surroundings: Surroundings;
  readonly capabilities: Capabilities;
  readonly policy: () => Policy;
  readonly onTrouble: (message: string, fields: Readonly<Record<string, string>>) => void;
};

export type NewJob = {
  readonly taskId: string;
  readonly attempt: number;
  readonly spec: JobSpec;
  /** How long it goes on without its node. */
  readonly orphanMs: number;
  /** Makes its place, with this request in it. */
  readonly make: (request: SuperviseRequest) => Promise<void>;
};

export type JobRunner = {
  /** Whether it was begun, by this process or an earlier one. */
  isBegun(place: JobPlace): Promise<boolean>;
  /** Throws a NonRetryable if the job may not be run here. */
  begin(place: JobPlace, job: NewJob): Promise<void>;
  /** Goes on with a job that an earlier process has begun. */
  goOn(place: JobPlace): Promise<void>;
  result(place: JobPlace, end: JobEnd, kept: KeptArtifacts): Promise<JsonObject>;
  /** Ends it, also what a supervisor that was killed has left running, and removes it from the spool. */
  clear(place: JobPlace, graceMs: number): Promise<void>;
  /** Ends what is left of it. */
  sweep(place: JobPlace): Promise<void>;
};

/** The sandbox failed. Another attempt may succeed, here or elsewhere. */
export class SandboxBroke extends Error {
  override readonly name = "SANDBOX_FAILED";
}

/** Throws a NonRetryable with all faults of a payload. */
export function jobSpecOf(input: JsonValue | undefined): JobSpec {
  const spec = readJobSpec(input);
  if ("faults" in spec) throw new NonRetryable(spec.faults.join("; "), { type: "JOB_INVALID", detail: spec.faults });
  return spec;
}

/** More than a node has slots. */
const usersMax = 2_000;

type State = {
  readonly options: RunnerOptions;
  /** The users that jobs have, by their numbers from the first one on. */
  readonly users: Map<string, number>;
  /** The last one that was given. */
  lastUser: number;
};

/** `left`: the jobs of an earlier process. */
export async function createJobRunner(options: RunnerOptions, left: readonly JobPlace[]): Promise<JobRunner> {
  const state: State = { options, users: new Map(), lastUser: 0 };
  for (const place of left) {
    const request = await readJson<SuperviseRequest>(place.request);
    const uid = request?.job.uid;
    if (uid !== undefined) state.users.set(place.leaseId, uid - options.surroundings.usersFrom);
  }
  return {
    isBegun: async (place) => (await readJson<SuperviseRequest>(place.request)) !== undefined,
    async begin(place, job) {
      await job.make(requestOf(state, place, job));
      startSupervisor(place);
    },
    async goOn(place) {
      if (!(await hasSupervisor(place))) startSupervisor(place);
    },
    async result(place, end, kept) {
      const { driver: sandbox } = options.capabilities;
      return resultOf({ ...kept, end, sandbox, tails: await tailsOf(place) });
    },
    clear: (place, graceMs) => clear(state, place, graceMs),
    sweep: ({ leaseId }) => options.driver.sweep(leaseId),
  };
}

function requestOf(state: State, place: JobPlace, { taskId, attempt, spec, orphanMs }: NewJob): SuperviseRequest {
  const { options, users } = state;
  const { surroundings, choice, spool, policy, capabilities } = options;
  const plan = planJob(spec, policy(), capabilities);
  if ("refused" in plan) {
    throw new NonRetryable(plan.refused.join("; "), { type: "JOB_REFUSED", detail: plan.refused });
  }
  const { isRoot, usersFrom } = surroundings;
  const user = nextUser(state);
  users.set(place.leaseId, user);
  return jobRequest({
    place,
    spec,
    plan,
    choice,
    surroundings,
    taskId,
    attempt,
    spool: spool.folder,
    orphanMs,
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

async function tailsOf({ stdout, stderr }: JobPlace) {
  const nothing = new Uint8Array();
  return {
    stdout: (await readBytes(tailFileOf(stdout))) ?? nothing,
    stderr: (await readBytes(tailFileOf(stderr))) ?? nothing,
  };
}

async function clear({ options, users }: State, place: JobPlace, graceMs: number): Promise<void> {
  try {
    const request = await readJson<SuperviseRequest>(place.request);
    if (request) await stopSupervisor(place, { graceMs });
    await options.driver.sweep(place.leaseId);
    await removePlace(place);
    users.delete(place.leaseId);
  } catch (error) {
    options.onTrouble("a job was not cleared", { lease_id: place.leaseId, error: String(error) });
    throw error;
  }
}
