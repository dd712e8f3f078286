// Signals in the model: what is kept, what waits for it, and which meets which.
import { ConditionStatus } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree, type Call, nameOf, type TenantIndex } from "./calls.ts";
import { isOfTree } from "./children.ts";
import { hasEnded, type Model, type ModelTask, taskOf } from "./model.ts";
import { type Prediction, record, recordedUnder, sameAsBefore } from "./predict.ts";
import { type ModelCondition, mayWait, settle, statusOf } from "./waits.ts";

const { PENDING, MET } = ConditionStatus;

/** `channel` begins with the tenant. */
export type ModelSignal = { readonly channel: string; readonly expireMs: number };

export const channels: readonly string[] = ["c0", "c1"];
const weekMs = 7 * 86_400_000;

export function channelOf(task: Pick<ModelTask, "tenant" | "taskId">, channel: string): string {
  return nameOfChannel(task.tenant, channel === "" ? `task/${task.taskId}` : channel);
}

const nameOfChannel = (tenant: TenantIndex, channel: string) => `${tenant}/${channel}`;

type Waiter = {
  readonly task: ModelTask;
  readonly condition: ModelCondition;
  readonly group: readonly ModelCondition[];
};

/** Those that have waited longest first. A group that holds waits for nothing. */
function waitersOn(model: Model, channel: string): Waiter[] {
  return model.tasks
    .filter(mayWait)
    .flatMap((task) =>
      (task.wait?.groups ?? []).flatMap((group) => group.map((condition) => ({ task, group, condition }))),
    )
    .filter(({ group, condition: { asked, status }, task }) => {
      const isOn = "channel" in asked && channelOf(task, asked.channel) === channel;
      return isOn && status === PENDING && statusOf(group) === PENDING;
    })
    .sort((one, other) => one.condition.position - other.condition.position);
}

function keptOn({ signals, nowMs }: Model, channel: string): ModelSignal[] {
  return signals.filter((one) => one.channel === channel && one.expireMs > nowMs);
}

function countOf({ asked }: ModelCondition): number {
  return "count" in asked ? asked.count : 1;
}

function drop(model: Model, taken: readonly ModelSignal[]): void {
  for (const one of taken) model.signals.splice(model.signals.indexOf(one), 1);
}

/** What a wait takes as it begins, unless others wait already. Nothing of it is taken if the task ends by its wait. */
export function takeAtBeginning(model: Model, task: ModelTask, begin: () => void): void {
  const groups = task.wait?.groups ?? [];
  const own = groups.flat().flatMap(({ asked }) => ("channel" in asked ? [channelOf(task, asked.channel)] : []));
  const taken: ModelSignal[] = [];
  for (const channel of new Set(own)) {
    const waiters = waitersOn(model, channel);
    if (waiters.some((one) => one.task !== task)) continue;
    taken.push(...meet(waiters, keptOn(model, channel)));
  }
  begin();
  if (!hasEnded(task.state)) drop(model, taken);
}

/** Oldest first; one that needs more than there are keeps those behind it waiting. Returns what was taken. */
function meet(waiters: readonly Waiter[], kept: readonly ModelSignal[]): ModelSignal[] {
  let next = 0;
  for (const { condition, group } of waiters) {
    if (statusOf(group) !== PENDING) continue;
    const count = countOf(condition);
    if (kept.length - next < count) break;
    next += count;
    condition.status = MET;
  }
  return kept.slice(0, next);
}

function resolve(model: Model, channel: string): ModelTask[] {
  const waiters = waitersOn(model, channel);
  drop(model, meet(waiters, keptOn(model, channel)));
  return settleAll(model, waiters);
}

/** What a signal meets has all its times looked at, too: they may have passed, and the wait may be over. */
function settleAll(model: Model, waiters: readonly Waiter[]): ModelTask[] {
  const met = new Set(waiters.filter(({ condition }) => condition.status === MET).map(({ task }) => task));
  return [...met].filter((task) => mayWait(task) && settle(model, task, true));
}

/** What a condition that waits no longer has left on its channel goes to the next ones. */
export function sweepSignals(model: Model): ModelTask[] {
  const all = new Set(model.signals.map(({ channel }) => channel));
  return [...all].flatMap((channel) => resolve(model, channel));
}

/** How both sides of a channel stand. */
export function sidesOf(model: Model, tenant: TenantIndex, channel: string) {
  const name = nameOfChannel(tenant, channel);
  return { kept: keptOn(model, name).length, waiting: waitersOn(model, name).map(({ task }) => task.taskId) };
}

export function predictSignal(model: Model, call: Call, asked: Extract<Asked, { method: "signal" }>): Prediction {
  const { actor } = call;
  const me = nameOf(actor);
  const task = asked.taskId === undefined ? undefined : taskOf(model, actor, asked.taskId);
  if (asked.taskId === undefined) {
    if (actor.kind === "worker") return { reason: "PERMISSION_DENIED" };
  } else if (
    !task ||
    !(actor.kind === "human" || [task.owner, task.lease?.holder].includes(me) || isOfTree(model, task, me))
  ) {
    return { reason: "TASK_NOT_FOUND" };
  }
  const recorded = recordedUnder(model, call);
  if (recorded === "conflict") return { reason: "IDEMPOTENCY_CONFLICT" };
  if (recorded) return sameAsBefore(recorded.answer);
  if (task && hasEnded(task.state)) return { reason: "INVALID_TRANSITION", state: task.state };
  const channel = task ? channelOf(task, "") : nameOfChannel(actor.tenant, asked.channel ?? "");
  return {
    adopt(answer) {
      record(model, call, answer);
      return asked.broadcast ? adoptBroadcast(model, channel, answer) : adoptSignal(model, channel, asked, answer);
    },
  };
}

function adoptBroadcast(model: Model, channel: string, answer: Answer): ModelTask[] {
  const waiters = waitersOn(model, channel);
  agree(
    "what a broadcast met",
    { waiting: answer.sequence, taskId: answer.taskId },
    { waiting: waiters.length, taskId: "" },
  );
  for (const { condition } of waiters) condition.status = MET;
  return settleAll(model, waiters);
}

function adoptSignal(
  model: Model,
  channel: string,
  { ttlMs = weekMs }: { readonly ttlMs?: number },
  answer: Answer,
): ModelTask[] {
  const signal = { channel, expireMs: model.nowMs + ttlMs };
  model.signals.push(signal);
  const before = new Map(waitersOn(model, channel).map((one) => [one.condition, one.task]));
  const touched = resolve(model, channel);
  const isTaken = !model.signals.includes(signal);
  // Several may be met at once where one that waited for several has gone; the last of them took this one.
  const taker = isTaken ? [...before].findLast(([{ status }]) => status === MET)?.[1] : undefined;
  agree("the task that took a signal", answer.taskId, taker?.taskId ?? "");
  agree("until when it is kept", answer.expireMs, isTaken ? Number.NaN : signal.expireMs);
  return touched;
}
