// What the end of a task does to those that wait for it, in the transaction that ends it: conditions are met or become
// impossible, and a task whose wait is over is queued. A transaction looks at a bounded number of waiters, and waits
// for no lock of theirs, so that no circle of locks can arise; what is left, the sweep does.
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type ConditionRecord,
  endOfDecision,
  nextTime,
  type Progress,
  settleConditions,
  type TaskEnd,
  type Verdict,
  verdictOf,
} from "../../core/conditions.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { isAwaited, isBlocked, isEnded, type TaskRecord, type Waiting } from "../../core/task-record.ts";
import { type BlockedTask, nextStep, type WaitRecord } from "../../core/wait.ts";
import { lockReadyUnlessBusy } from "../../store/ready.sql.gen.ts";
import { insertReceiptLinks } from "../../store/receipt.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import {
  insertUnresolvedEnds,
  pickConditionsOn,
  type ReadConditionsRow,
  readConditions,
  readGroups,
  readWaits,
  updateConditions,
  updateWaits,
} from "../../store/wait.sql.gen.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { blockedTaskOf, conditionOf, waitOf } from "./condition-rows.ts";
import { waitingOf } from "./lock-tasks.ts";
import { writeDecisions } from "./write-decisions.ts";

/** A few milliseconds: the end of a task must not become slow by those that wait for it. */
const waitersMax = 64;
/** A condition that is met without more is an update; many ends of one transaction may meet conditions of one task. */
const conditionsMax = 500;

/** `decisions` are written. Costs nothing where no task of them is awaited. */
export async function resolveEnds(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  decisions: readonly Decision[],
): Promise<void> {
  let ends = endsOf(decisions);
  const left: string[] = [];
  for (let room = waitersMax; ends.length > 0; ) {
    const { decided, waiters, isAll } = await resolveWaiters(engine, tx, tenantId, ends, room);
    room -= waiters;
    if (!isAll) left.push(...ends.map(({ taskId }) => taskId));
    ends = endsOf(decided);
  }
  if (left.length > 0) await insertUnresolvedEnds(tx, { tenantId, taskIds: left });
}

/** Whether an end has to be told to waiters: then `record` has more to do than to write. */
export function endsAwaited(decisions: readonly Decision[]): boolean {
  return decisions.some(({ before, after }) => before !== undefined && isAwaited(before) && isEnded(after));
}

/** A success may be discharged long after its end: that may meet conditions, too. */
function endsOf(decisions: readonly Decision[]): TaskEnd[] {
  return decisions.flatMap((decision) => {
    const { before, after } = decision;
    if (!before || !isEnded(after)) return [];
    const isDischarge = isEnded(before) && !before.discharged && after.discharged;
    return isAwaited(before) || isDischarge ? (endOfDecision(decision) ?? []) : [];
  });
}

export type Resolved = {
  readonly decided: readonly Decision[];
  readonly waiters: number;
  /** No waiter is left that was locked by another transaction, or one too many. */
  readonly isAll: boolean;
};

/** The first step for as many tasks as `most` that wait for one of `ends`. */
export async function resolveWaiters(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  ends: readonly TaskEnd[],
  most: number,
): Promise<Resolved> {
  const onTaskIds = ends.map(({ taskId }) => taskId);
  const picked = await pickConditionsOn(tx, { tenantId, onTaskIds, most: conditionsMax });
  const waiters = [...new Set(picked.map(({ taskId }) => taskId))];
  const taskIds = waiters.slice(0, Math.max(most, 0));
  if (taskIds.length === 0) return { decided: [], waiters: 0, isAll: waiters.length === 0 };
  const within = picked.filter(({ taskId }) => taskIds.includes(taskId));
  const groups = [...new Map(within.map((row) => [`${row.taskId} ${row.groupPlace}`, row])).values()];
  const looks = await lockLooks(tx, tenantId, taskIds, () =>
    readGroups(tx, {
      tenantId,
      taskIds: groups.map(({ taskId }) => taskId),
      groupPlaces: groups.map(({ groupPlace }) => groupPlace),
    }),
  );
  const decided = await settleLooks(engine, tx, tenantId, looks, new Map(ends.map((end) => [end.taskId, end])));
  const isAll = picked.length < conditionsMax && looks.length === waiters.length;
  return { decided, waiters: looks.length, isAll };
}

/** Blocked tasks that no other transaction has locked, with conditions that may have changed. */
export async function lockLooks(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
  readRows: () => Promise<readonly ReadConditionsRow[]>,
): Promise<Look[]> {
  // Sent together and run in this order: what is read was written before the locks were had.
  const [locked, waits, rows, terms] = await Promise.all([
    lockReadyUnlessBusy(tx, { tenantId, taskIds }),
    readWaits(tx, { tenantId, taskIds }),
    readRows(),
    readTerms(tx, { tenantId, taskIds }),
  ]);
  const conditions = Map.groupBy(rows.map(conditionOf), ({ taskId }) => taskId);
  const waitById = new Map(waits.map((row) => [row.taskId, waitOf(row)]));
  const taskById = new Map(terms.map((row) => [row.taskId, blockedTaskOf(row)]));
  return locked.map(waitingOf).flatMap((waiting): Look[] => {
    const wait = waitById.get(waiting.taskId);
    const task = taskById.get(waiting.taskId);
    const known = conditions.get(waiting.taskId);
    return isBlocked(waiting) && wait && task && known ? [{ waiting, wait, task, known }] : [];
  });
}

/** A blocked task that is locked, with the conditions that may have changed; each group of them whole. */
export type Look = {
  readonly waiting: Waiting;
  readonly wait: WaitRecord;
  readonly task: BlockedTask;
  readonly known: readonly ConditionRecord[];
};

type Settled = Look & {
  readonly progress: Progress;
  readonly verdict: Verdict;
  readonly groupsLeft: number;
  readonly wakeTime: Date | null;
};

/** Settles conditions of locked tasks, and writes what follows. `isWhole`: the looks have all conditions of a task. */
export async function settleLooks(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  looks: readonly Look[],
  ends: ReadonlyMap<string, TaskEnd>,
  isWhole = false,
): Promise<Decision[]> {
  const settled = looks.map((look): Settled => {
    const progress = settleConditions(look.known, ends, tx.now);
    const { groupsLeft, verdict } = verdictOf(look.wait.onImpossible, look.wait.groupsLeft, progress);
    const wakeTime = isWhole ? nextTime(progress.conditions) : look.wait.wakeTime;
    return { ...look, progress, verdict, groupsLeft, wakeTime };
  });
  if (settled.length === 0) return [];
  const all = isWhole ? undefined : await readOver(tx, tenantId, settled);
  const moment = decisionContext(engine, tx.now);
  const decided = settled.flatMap((one) =>
    decide(one, all?.get(one.waiting.taskId) ?? one.progress.conditions, moment),
  );
  await Promise.all([...writeProgress(tx, tenantId, settled), writeDecisions(tx, tenantId, decided)]);
  await linkCauses(tx, tenantId, decided);
  wakeAbout(engine.wakeups, tx, tenantId, decided);
  const queues = new Map(settled.map(({ waiting, task }) => [waiting.taskId, task.terms.queue]));
  wakeClaimers(engine.wakeups, tx, tenantId, decided, (taskId) => queues.get(taskId));
  return decided;
}

/** All conditions of the waits that are over, as they are now: the receipt names what met them. */
async function readOver(tx: Transaction, tenantId: string, settled: readonly Settled[]) {
  const over = settled.filter(({ verdict }) => verdict === "over");
  if (over.length === 0) return new Map<string, ConditionRecord[]>();
  const rows = await readConditions(tx, { tenantId, taskIds: over.map(({ waiting }) => waiting.taskId) });
  const changed = new Map(over.flatMap(({ progress }) => progress.changed.map((one) => [keyOf(one), one] as const)));
  return Map.groupBy(
    rows.map(conditionOf).map((row) => changed.get(keyOf(row)) ?? row),
    ({ taskId }) => taskId,
  );
}

function keyOf({ taskId, groupPlace, place }: ConditionRecord): string {
  return `${taskId} ${groupPlace} ${place}`;
}

function decide(
  { waiting, task, wait, verdict }: Settled,
  conditions: readonly ConditionRecord[],
  moment: DecisionContext,
): Decision<TaskRecord>[] {
  const step = nextStep(waiting, task, wait.beginReceiptId, { verdict, conditions }, moment);
  return step ? [step] : [];
}

/** What has ended keeps no conditions; what is over keeps no wait. */
function writeProgress(tx: Transaction, tenantId: string, settled: readonly Settled[]): Promise<unknown>[] {
  const changed = settled
    .filter(({ verdict }) => verdict !== "fails" && verdict !== "cancels")
    .flatMap(({ progress }) => progress.changed);
  const waiting = settled.filter(({ verdict }) => verdict === "waits" || verdict === "waits in vain");
  return [
    ...(changed.length > 0
      ? [
          updateConditions(tx, {
            tenantId,
            taskIds: changed.map(({ taskId }) => taskId),
            groupPlaces: changed.map(({ groupPlace }) => groupPlace),
            places: changed.map(({ place }) => place),
            statuses: changed.map(({ status }) => status),
            receiptIds: changed.map(({ receiptId }) => receiptId),
          }),
        ]
      : []),
    ...(waiting.length > 0
      ? [
          updateWaits(tx, {
            tenantId,
            taskIds: waiting.map((one) => one.waiting.taskId),
            groupsLeft: waiting.map(({ groupsLeft }) => groupsLeft),
            wakeTimes: waiting.map(({ wakeTime }) => wakeTime),
          }),
        ]
      : []),
  ];
}

/** Parents in other chains, so that a trace finds from what met a wait what it let go on. */
async function linkCauses(tx: Transaction, tenantId: string, decided: readonly Decision[]): Promise<void> {
  const links = linksOf(decided);
  if (links.length === 0) return;
  await insertReceiptLinks(tx, {
    tenantId,
    parentReceiptIds: links.map(({ parent }) => parent),
    childReceiptIds: links.map(({ child }) => child),
  });
}

export function linksOf(decided: readonly Decision[]): { readonly parent: string; readonly child: string }[] {
  return decided.flatMap(({ receipts }) =>
    receipts.flatMap(({ body: _, type, parents, receiptId }) =>
      type === ReceiptType.TASK_RESUMED ? parents.slice(1).map((parent) => ({ parent, child: receiptId })) : [],
    ),
  );
}
