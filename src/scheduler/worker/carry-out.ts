// A leased schedule, from the lease to the call that ends it. What a pass decides is one call: it creates the tasks
// that are due, keeps the progress and sets the next wake in one transaction, so a scheduler may die before or after it
// at any moment and nothing is fired twice or lost.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { type AsyncGateError, asyncGateErrorOf } from "../../../clients/typescript/src/errors.ts";
import type { LeasedTask, WaitResult } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { CreateAs } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type Principal, PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { AnomalyKind, ReceiptType, SystemAnomalySchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type ScheduleDefinition,
  ScheduleDefinitionSchema,
  type ScheduleProgress,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type ScheduleCommand,
  ScheduleCommandSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import type { Signal } from "../../../gen/typescript/asyncgate/v1/signal_pb.ts";
import {
  type ConditionSchema,
  ConditionStatus,
  type Task,
  TaskState,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CheckRules, checkSchedule } from "../rules/check-schedule.ts";
import { conditionOf, decide, type Outcome, type Wake } from "../rules/decide.ts";
import { runTimeText, scheduleTaskName } from "../rules/names.ts";
import { dateOf, firingsMax, type Refusals } from "../rules/pass.ts";
import { scheduleTask } from "../rules/schedule-task.ts";
import { definitionOf, progressOf, readStored, storedProgress } from "../rules/stored.ts";

/** The condition that commands meet. */
const commandCondition = "command";

const cancelGraceDefault = durationFromMs(10_000);

/** What is done for one schedule, or why it could not be. */
export type CarriedOut = { readonly fired: number; readonly ended: boolean };

type Leased = { readonly client: Client; readonly task: Task; readonly leaseToken: string; readonly now: Date };

type Calls = { readonly client: Client; readonly checkRules: CheckRules };

export async function carryOutSchedule(
  { client, checkRules }: Calls,
  { task, lease, waitResults }: LeasedTask,
): Promise<CarriedOut> {
  if (!task || !lease?.grantTime) throw new Error("a leased task comes with its lease");
  const leased: Leased = { client, task, leaseToken: lease.token, now: dateOf(lease.grantTime) };
  const definition = definitionOf(task);
  const fault = faultOf(task, definition, checkRules);
  if (!definition || fault) return await refuse(leased, fault ?? "The payload is no ScheduleDefinition.");
  const wake: Omit<Wake, "refusals"> = {
    definition,
    progress: progressOf(task, definition),
    now: leased.now,
    createTime: dateOf(definition.createTime ?? task.createTime ?? lease.grantTime),
    generationTime: dateOf(task.createTime ?? lease.grantTime),
    results: await withEnds(client, waitResults),
    commands: commandsFor(task, waitResults),
  };
  return await settle(leased, wake);
}

/** A task of this type that the service has not made may say anything. */
function faultOf(task: Task, definition: ScheduleDefinition | undefined, checkRules: CheckRules): string | undefined {
  if (!definition) return undefined;
  const name = scheduleTaskName(definition.scheduleId);
  if (task.name !== name) return `The task must bear the name ${name}.`;
  if (task.checkpoint || definition.createTime) return undefined;
  // The rules first: they bound what the others have to look at.
  const [broken] = checkRules(ScheduleDefinitionSchema, definition);
  const created = task.createTime ? dateOf(task.createTime) : new Date(0);
  const fault = broken ?? checkSchedule(definition, created)[0];
  return fault && `${fault.field} ${fault.description}.`;
}

async function refuse({ client, leaseToken }: Leased, message: string): Promise<CarriedOut> {
  const error = { type: "InvalidSchedule", message, retryable: false };
  await client.stubs.leases.failTask({ leaseToken, error });
  return { fired: 0, ended: true };
}

/** A wait that was over long before there was a scheduler does not tell what has ended since. */
async function withEnds(client: Client, results: readonly WaitResult[]): Promise<WaitResult[]> {
  return await Promise.all(
    results.map(async (result) => {
      const isRun = result.name.startsWith("run/") && result.taskId !== "";
      if (!isRun || result.status !== ConditionStatus.PENDING) return result;
      const { state, endTime } = await client.getTask(result.taskId);
      return endTime ? { ...result, status: ConditionStatus.MET, taskState: state } : result;
    }),
  );
}

/** Others may be able to send to the task, too: holders of its tree. What they ask is not carried out. */
function commandsFor(task: Task, results: readonly WaitResult[]): ScheduleCommand[] {
  return commandsIn(
    task,
    results.flatMap(({ name, signals }) => (name === commandCondition ? signals : [])),
  );
}

function commandsIn(task: Task, signals: readonly Signal[]): ScheduleCommand[] {
  return signals
    .filter(({ from }) => from && (from.kind === PrincipalKind.SERVICE || isSame(from, task.createdBy)))
    .flatMap(({ payload, signalId }) => {
      const command = readStored(ScheduleCommandSchema, payload);
      return command ? [{ ...command, commandId: command.commandId || signalId }] : [];
    });
}

/**
 * Commands that came while the task was ready already, so that its wait has not taken them. They would be lost with the
 * generation; the next one takes them up here.
 */
async function keptCommands({ client, task }: Leased): Promise<ScheduleCommand[]> {
  const { signals } = await client.stubs.signals.listSignals({ of: { case: "taskId", value: task.taskId } });
  return commandsIn(task, signals);
}

function isSame(one: Principal, other: Principal | undefined): boolean {
  return other !== undefined && one.kind === other.kind && one.id === other.id;
}

/** Decides, and calls; where a task of it is refused, decides again without that. */
async function settle(leased: Leased, given: Omit<Wake, "refusals">): Promise<CarriedOut> {
  let wake = given;
  const refused = new Map<string, string>();
  let held: Refusals["held"];
  for (let tries = 0; ; tries += 1) {
    let outcome = decide({ ...wake, refusals: { refused, held } });
    if (outcome.kind === "next generation") {
      wake = { ...wake, commands: [...wake.commands, ...(await keptCommands(leased))] };
      outcome = decide({ ...wake, refusals: { refused, held } });
    }
    try {
      return await end(leased, wake, outcome);
    } catch (thrown) {
      const error = asyncGateErrorOf(thrown);
      const place = placeOf(error);
      const firing = "firings" in outcome && place !== undefined ? outcome.firings[place] : undefined;
      if (!firing || place === undefined || tries > firingsMax) throw error;
      // A quota that is full now will not be for ever.
      if (error.retryable || error.retryAfterMs !== undefined) held = { most: place, why: error.message };
      else refused.set(runTimeText(firing.runTime), error.message);
    }
  }
}

/** Which task of the call was refused. */
function placeOf({ item }: AsyncGateError): number | undefined {
  const place = /^(?:create|next)\[(\d+)\]/.exec(item)?.[1];
  return place === undefined ? undefined : Number(place);
}

async function end(leased: Leased, wake: Omit<Wake, "refusals">, outcome: Outcome): Promise<CarriedOut> {
  const { client, task, leaseToken } = leased;
  if (outcome.stale) await reportStale(leased, wake, outcome);
  if (outcome.kind === "next generation") {
    const { definition, progress } = outcome;
    const next = scheduleTask(definition, {
      key: `schedule:${definition.scheduleId}:generation:${task.taskId}`,
      obligated: task.obligated,
    });
    const result = storedProgress(progress);
    await client.stubs.leases.completeTask({ leaseToken, result, next: [next] });
    return { fired: 0, ended: false };
  }
  const fired = outcome.firings.length;
  const tasks = outcome.firings.map(({ request }) => ({
    ...request,
    // It is the owner's, and counts against the owner's quotas: not against those of this scheduler.
    ...(!request.obligated && task.obligated && { obligated: task.obligated }),
  }));
  if (outcome.kind === "end") {
    const result = storedProgress(outcome.progress);
    await client.stubs.leases.completeTask({ leaseToken, result, next: tasks });
    return { fired, ended: true };
  }
  await Promise.all(outcome.cancels.map((taskId) => cancel(leased, wake.definition, taskId)));
  await client.stubs.leases.suspendTask({
    leaseToken,
    checkpoint: storedProgress(outcome.progress),
    create: tasks.map((one) => ({ task: one, as: CreateAs.NEXT })),
    wait: { allOf: [{ anyOf: conditionsOf(outcome.progress, wake.definition, outcome) }] },
  });
  return { fired, ended: false };
}

type Sleep = Extract<Outcome, { kind: "sleep" }>;
type Conditions = MessageInitShape<typeof ConditionSchema>[];

/**
 * The next time, a command, or the end of a run where something waits for it. The other runs are named so that the next
 * pass is told what has become of them: a condition that only a cancellation meets wakes the schedule seldom.
 */
function conditionsOf(progress: ScheduleProgress, { policies }: ScheduleDefinition, outcome: Sleep): Conditions {
  const { wakeTime, firings } = outcome;
  const conditions: Conditions = [{ name: commandCondition, condition: { case: "signal", value: {} } }];
  if (wakeTime) {
    const at = timestampFromDate(wakeTime);
    conditions.push({ name: "next", condition: { case: "time", value: { of: { case: "at", value: at } } } });
  }
  const all = [TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED];
  const seldom = policies?.pauseOnFailure ? [TaskState.FAILED] : [TaskState.CANCELED];
  const acceptStates = progress.waitingRuns.length > 0 ? all : seldom;
  const places = new Map(firings.map(({ runTime }, place) => [`run/${runTimeText(runTime)}`, place]));
  for (const run of progress.liveRuns) {
    const name = conditionOf(run);
    const item = places.get(name);
    const of =
      item === undefined ? ({ case: "taskId", value: run.taskId } as const) : ({ case: "item", value: item } as const);
    if (item === undefined && run.taskId === "") continue;
    conditions.push({ name, condition: { case: "task", value: { of, acceptStates, discharged: false } } });
  }
  return conditions;
}

async function cancel({ client, task }: Leased, { policies }: ScheduleDefinition, taskId: string): Promise<void> {
  const gracePeriod = policies?.cancelGrace ?? cancelGraceDefault;
  const reason = `The next run of ${task.name} is due.`;
  try {
    await client.stubs.tasks.cancelTask({ taskId, reason, gracePeriod, requestId: `schedule-cancel:${taskId}` });
  } catch (thrown) {
    // It has ended meanwhile, as was wished.
    const { facts } = asyncGateErrorOf(thrown);
    if (facts.case !== "transition") throw thrown;
  }
}

/** Its owner is told once for each gap. That it could not be told holds up no run. */
async function reportStale({ client, task, now }: Leased, { definition }: Omit<Wake, "refusals">, outcome: Outcome) {
  const runTime = outcome.stale && runTimeText(outcome.stale.runTime);
  const details = { schedule_id: definition.scheduleId, run_time: runTime, found_time: runTimeText(now) };
  await client.stubs.receipts
    .appendReceipt({
      taskId: task.taskId,
      type: ReceiptType.SYSTEM_ANOMALY,
      anomaly: create(SystemAnomalySchema, {
        kind: AnomalyKind.STALE_SCHEDULE,
        details: JSON.stringify(details),
        recommendedAction: "Keep a scheduler running. The schedule's counts tell how many runs were missed.",
      }),
      requestId: `schedule-stale:${task.taskId}:${runTime}`,
    })
    .catch((thrown: unknown) => asyncGateErrorOf(thrown));
}
