// What signals do to the tasks that wait for them: conditions are met, and a task whose wait is over is queued. As at
// the end of a task, a transaction looks at a bounded number of waiters and waits for no lock of theirs; what is left,
// the sweep does.

import { ConditionStatus } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ConditionKey } from "../../core/conditions.ts";
import type { Decision } from "../../core/decision.ts";
import { allotSignals, type SignalTake, takenSignals } from "../../core/signals.ts";
import { pickConditionsOnChannel, readKept, readLastBroadcast } from "../../store/signal.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { writeTakes } from "./condition-rows.ts";
import { type Look, lockLooks, settleLooks } from "./resolve-ends.ts";

/** A few milliseconds, in which the channel is locked. */
const waitersMax = 64;
/** As many as one condition may take. */
const keptMax = 1_000;
const positionMax = Number.MAX_SAFE_INTEGER;

export type ResolvedSignals = {
  readonly takes: readonly SignalTake[];
  readonly decided: readonly Decision[];
  /** Nothing is left that could be met now. */
  readonly isAll: boolean;
};

/** Gives what is kept on a channel to those that have waited longest. The channel is locked. */
export async function resolveChannel(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  channel: string,
): Promise<ResolvedSignals> {
  const last = await readLastBroadcast(tx, { tenantId, channel });
  const between = { afterPosition: last?.position ?? 0, beforePosition: positionMax, most: waitersMax };
  const waiters = await pickConditionsOnChannel(tx, { tenantId, channel, ...between });
  const wanted = waiters.reduce((sum, { count }) => sum + count, 0);
  const most = Math.min(wanted, keptMax);
  const kept = most > 0 ? await readKept(tx, { tenantId, channels: [channel], mosts: [most], now: tx.now }) : [];
  const allotted = allotSignals(
    waiters,
    kept.map(({ signalId }) => signalId),
  );
  if (allotted.length === 0) return { takes: [], decided: [], isAll: true };
  const looks = await lockWaiters(tx, tenantId, allotted);
  const free = new Map(looks.map((look) => [look.waiting.taskId, look]));
  // In their order: what one that is busy would take is not for those behind it.
  const busyAt = allotted.findIndex((take) => !isPending(free.get(take.taskId), take));
  const takes = busyAt < 0 ? allotted : allotted.slice(0, busyAt);
  const decided = await meet(engine, tx, tenantId, looks, takes);
  const isAll = busyAt < 0 && kept.length < keptMax && waiters.length < waitersMax;
  return { takes, decided, isAll };
}

export type Broadcast = { readonly channel: string; readonly signalId: string; readonly position: number };

/** Meets some of the conditions that waited before a broadcast. */
export async function resolveBroadcast(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  { channel, signalId, position }: Broadcast,
): Promise<ResolvedSignals> {
  const before = { afterPosition: 0, beforePosition: position, most: waitersMax };
  const waiters = await pickConditionsOnChannel(tx, { tenantId, channel, ...before });
  if (waiters.length === 0) return { takes: [], decided: [], isAll: true };
  const looks = await lockWaiters(tx, tenantId, waiters);
  const free = new Map(looks.map((look) => [look.waiting.taskId, look]));
  const takes = waiters
    .filter((waiter) => isPending(free.get(waiter.taskId), waiter))
    .map(({ taskId, groupPlace, place }) => ({ taskId, groupPlace, place, signalIds: [signalId] }));
  const decided = await meet(engine, tx, tenantId, looks, takes);
  return { takes, decided, isAll: waiters.length < waitersMax && takes.length === waiters.length };
}

function lockWaiters(tx: Transaction, tenantId: string, waiters: readonly ConditionKey[]): Promise<readonly Look[]> {
  return lockLooks(tx, tenantId, [...new Set(waiters.map(({ taskId }) => taskId))]);
}

/** Looked at again under the lock of its task: it may have been met meanwhile. */
function isPending(look: Look | undefined, { groupPlace, place }: ConditionKey): boolean {
  const own = look?.known.find((one) => one.groupPlace === groupPlace && one.place === place);
  return own?.status === ConditionStatus.PENDING;
}

async function meet(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  looks: readonly Look[],
  takes: readonly SignalTake[],
): Promise<readonly Decision[]> {
  if (takes.length === 0) return [];
  const met = new Set(takes.map(({ taskId }) => taskId));
  const meeting = looks.filter((look) => met.has(look.waiting.taskId));
  const { decided, writes } = settleLooks(engine, tx, tenantId, meeting, new Map(), { taken: takenSignals(takes) });
  await Promise.all([writes, writeTakes(tx, tenantId, takes)]);
  return decided;
}
