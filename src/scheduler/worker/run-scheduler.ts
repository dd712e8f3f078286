// A scheduler: takes tasks that are schedules when they are due, and tasks that ask for something about schedules. It
// keeps nothing: two may run beside each other, and one that is killed is followed by the next lease.
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { type AsyncGateError, asyncGateErrorOf, NonRetryable } from "../../../clients/typescript/src/errors.ts";
import type { LeasedTask } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { CheckRules } from "../rules/check-schedule.ts";
import { controlQueue, scheduleQueue, scheduleType } from "../rules/names.ts";
import { dateOf } from "../rules/pass.ts";
import { carryOutSchedule } from "./carry-out.ts";
import { answerControl, controlTypes, resultOf } from "./control.ts";

export type SchedulerEvent =
  | { readonly type: "fired"; readonly taskId: string; readonly fired: number }
  | { readonly type: "answered"; readonly taskId: string; readonly verb: string }
  /** The lease was returned, and the task is tried again. */
  | { readonly type: "failed"; readonly taskId: string; readonly error: AsyncGateError }
  /** No task can be taken; it is tried again after a pause. */
  | { readonly type: "disconnected"; readonly error: AsyncGateError };

export type SchedulerOptions = {
  readonly client: Client;
  /** The checks of the contract's field rules: a task may bring any payload, past all services. */
  readonly checkRules: CheckRules;
  /** For people: host and process id. */
  readonly instance: string;
  readonly onEvent?: (event: SchedulerEvent) => void;
  /** How long a call waits for a task. If absent, 50 s. */
  readonly waitMs?: number;
};

export type Scheduler = {
  /** Takes nothing more, and resolves when what was taken is done. Rejects nothing. */
  stop(): Promise<void>;
  /** Resolves when no further task can be taken, with the reason: a credential that is refused. */
  readonly failed: Promise<AsyncGateError>;
};

/** Passes at the same time. Each is a few calls, which the server gathers. Many schedules fire in the same second. */
const schedulesAtOnce = 256;
/** They wait for what they ask for, up to 5 s, so they have places of their own. */
const controlsAtOnce = 32;
/** What one claim may ask for. */
const claimMax = 100;

const waitMsDefault = 50_000;
/** A pass is a few calls. What a scheduler that was killed has held is late by this. */
const scheduleTtlMs = 10_000;
const controlTtlMs = 30_000;
const emptyPauseMs = 20;
const pauseMinMs = 100;
const pauseMaxMs = 5_000;
/** A pass that failed by a bug or a broken connection is tried again after this. */
const againMs = 5_000;

type Lane = {
  readonly queues: readonly string[];
  readonly types: readonly string[];
  readonly places: number;
  readonly leaseTtlMs: number;
};

const scheduleLane: Lane = {
  queues: [scheduleQueue],
  types: [scheduleType],
  places: schedulesAtOnce,
  leaseTtlMs: scheduleTtlMs,
};
const controlLane: Lane = {
  queues: [controlQueue],
  types: controlTypes,
  places: controlsAtOnce,
  leaseTtlMs: controlTtlMs,
};

type Running = {
  readonly options: SchedulerOptions;
  readonly emit: (event: SchedulerEvent) => void;
  readonly stopping: AbortController;
  readonly fail: (error: AsyncGateError) => void;
  readonly underWay: Set<Promise<void>>;
};

export function runScheduler(options: SchedulerOptions): Scheduler {
  const failed = Promise.withResolvers<AsyncGateError>();
  const running: Running = {
    options,
    emit: options.onEvent ?? (() => {}),
    stopping: new AbortController(),
    fail: failed.resolve,
    underWay: new Set(),
  };
  const lanes = [takeTasks(running, scheduleLane, carryOut), takeTasks(running, controlLane, answer)];
  return {
    failed: failed.promise,
    async stop() {
      running.stopping.abort();
      await Promise.all(lanes);
      await Promise.all(running.underWay);
    },
  };
}

/** Takes what is ready now, does it, and tells how many tasks that were. For tests and one-off runs. */
export async function takeOnce(options: SchedulerOptions): Promise<number> {
  const running: Running = {
    options: { ...options, waitMs: 0 },
    emit: options.onEvent ?? (() => {}),
    stopping: new AbortController(),
    fail: () => {},
    underWay: new Set(),
  };
  const schedules = (await claim(running, scheduleLane, scheduleLane.places)) ?? [];
  await Promise.all(schedules.map((leased) => carryOut(running, leased)));
  const controls = (await claim(running, controlLane, controlLane.places)) ?? [];
  await Promise.all(controls.map((leased) => answer(running, leased)));
  return schedules.length + controls.length;
}

type Work = (running: Running, leased: LeasedTask) => Promise<void>;

async function takeTasks(running: Running, lane: Lane, work: Work): Promise<void> {
  const { stopping, underWay } = running;
  const own = new Set<Promise<void>>();
  let failures = 0;
  while (!stopping.signal.aborted) {
    // A claim for each place that becomes free would be a claim for each task.
    while (own.size > lane.places / 2) await Promise.race(own);
    const tasks = await claim(running, lane, lane.places - own.size);
    if (stopping.signal.aborted && tasks === undefined) return;
    failures = tasks ? 0 : failures + 1;
    if (!tasks) await pause(Math.min(pauseMinMs * 2 ** failures, pauseMaxMs), stopping.signal);
    // A server that lets no call wait is not to be asked all the time.
    if (tasks?.length === 0) await pause(emptyPauseMs, stopping.signal);
    for (const leased of tasks ?? []) {
      const done: Promise<void> = work(running, leased).finally(() => {
        own.delete(done);
        underWay.delete(done);
      });
      own.add(done);
      underWay.add(done);
    }
  }
}

/** Undefined where the call failed. What is leased while the scheduler stops is done before it has stopped. */
async function claim({ options, stopping, emit, fail }: Running, lane: Lane, places: number) {
  const { client, instance, waitMs = waitMsDefault } = options;
  try {
    const { tasks } = await client.stubs.leases.claimTasks(
      {
        queues: [...lane.queues],
        acceptTypes: [...lane.types],
        maxTasks: Math.min(places, claimMax),
        wait: durationFromMs(waitMs),
        leaseTtl: durationFromMs(lane.leaseTtlMs),
        instance,
      },
      { signal: stopping.signal, timeoutMs: waitMs + lane.leaseTtlMs },
    );
    return tasks;
  } catch (thrown) {
    if (stopping.signal.aborted) return undefined;
    const error = asyncGateErrorOf(thrown);
    emit({ type: "disconnected", error });
    if (isFinal(error)) fail(error);
    return undefined;
  }
}

/** The credential will not be better at the next try. A suspended tenant may be resumed. */
function isFinal({ reasonName }: AsyncGateError): boolean {
  return reasonName === "UNAUTHENTICATED" || reasonName === "PERMISSION_DENIED";
}

async function carryOut(running: Running, leased: LeasedTask): Promise<void> {
  const { options, emit } = running;
  const taskId = leased.task?.taskId ?? "";
  try {
    const { fired } = await carryOutSchedule(options, leased);
    if (fired > 0) emit({ type: "fired", taskId, fired });
  } catch (thrown) {
    await giveBack(running, leased, asyncGateErrorOf(thrown));
  }
}

async function answer(running: Running, leased: LeasedTask): Promise<void> {
  const { client } = running.options;
  const { task, lease } = leased;
  if (!task || !lease?.grantTime) return;
  const { token: leaseToken } = lease;
  try {
    const answered = await answerControl(running.options, task, dateOf(lease.grantTime));
    await client.stubs.leases.completeTask({ leaseToken, result: resultOf(answered), next: [...answered.next] });
    running.emit({ type: "answered", taskId: task.taskId, verb: task.type });
  } catch (thrown) {
    const error = thrown instanceof NonRetryable ? undefined : asyncGateErrorOf(thrown);
    if (error?.retryable || error?.facts.case === "lease") return await giveBack(running, leased, error);
    const type = thrown instanceof NonRetryable ? (thrown.type ?? thrown.name) : (error?.reasonName ?? "Error");
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const refused = { type, message: message.slice(0, 1_024), retryable: false };
    await client.stubs.leases
      .failTask({ leaseToken, error: refused })
      .catch((failed: unknown) => giveBack(running, leased, asyncGateErrorOf(failed)));
  }
}

/** If the lease has ended after all, there is nothing to return. */
async function giveBack({ options, emit }: Running, { task, lease }: LeasedTask, error: AsyncGateError): Promise<void> {
  if (error.facts.case === "lease" || error.facts.case === "transition") return;
  emit({ type: "failed", taskId: task?.taskId ?? "", error });
  const reason = error.message.slice(0, 1_000);
  await options.client.stubs.leases
    .releaseLease({ leaseToken: lease?.token ?? "", reason, delay: durationFromMs(againMs) })
    .catch(() => {});
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
