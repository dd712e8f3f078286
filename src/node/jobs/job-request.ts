// From a job's plan to what its supervisor is told.

import { sandboxWorkspace } from "../sandbox/bubblewrap-driver.ts";
import type { DriverChoice } from "../sandbox/create-driver.ts";
import type { Surroundings } from "../sandbox/wrapping.ts";
import type { JobSpec } from "./job-spec.ts";
import type { JobPlace } from "./place.ts";
import type { JobPlan } from "./policy.ts";
import type { SuperviseRequest } from "./supervise.ts";

/** Between SIGTERM and SIGKILL at the time-out. */
const timeoutGraceMs = 5_000;
const pathDefault = "/usr/local/bin:/usr/bin:/bin";

export type JobRequestInit = {
  readonly place: JobPlace;
  readonly spec: JobSpec;
  readonly plan: JobPlan;
  readonly choice: DriverChoice;
  readonly surroundings: Surroundings;
  readonly taskId: string;
  readonly attempt: number;
  readonly spool: string;
  readonly orphanMs: number;
  readonly uid?: number;
};

export function jobRequest(init: JobRequestInit): SuperviseRequest {
  const { place, spec, plan, choice, surroundings, taskId, attempt, spool, orphanMs, uid } = init;
  const { limiter, mountsWorkspaces, scratch, usersFrom } = surroundings;
  const workspace = choice.name === "process" ? place.workspace : sandboxWorkspace;
  return {
    job: {
      id: place.leaseId,
      command: spec.command,
      env: {
        PATH: pathDefault,
        HOME: workspace,
        ...spec.env,
        ASYNCGATE_TASK_ID: taskId,
        ASYNCGATE_ATTEMPT: String(attempt),
        ASYNCGATE_WORKSPACE: workspace,
      },
      workspace: place.workspace,
      network: spec.network,
      ...(spec.image !== undefined && { image: spec.image }),
      limits: plan.limits,
      timeoutMs: plan.timeoutMs,
      graceMs: timeoutGraceMs,
      ...(uid !== undefined && { uid }),
    },
    driver: choice,
    usersFrom,
    isMounted: mountsWorkspaces,
    withoutLimiter: limiter.name === "rlimits",
    outputBytes: plan.outputBytes,
    files: spec.files.map(({ path, bytes, isExecutable }) => {
      return { path, base64: Buffer.from(bytes).toString("base64"), isExecutable };
    }),
    spool,
    scratch,
    orphanMs,
  };
}
