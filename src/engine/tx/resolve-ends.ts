// What the end of a task does to those that wait for it, in the transaction that ends it: conditions are met or become
// impossible, and a task whose wait is over is queued. A transaction looks at a bounded number of waiters, and waits
// for no lock of theirs, so that no circle of locks can arise; what is left, the sweep does.
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
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
import type { TakenSignals } from "../../core/signals.ts";
import {
  isAwaited,
  isEnded,
  isHandedOff,
  isPaused,
  isWaiting,
  mayHaveWait,
  type TaskRecord,
  type Waiting,
} from "../../core/task-record.ts";
import { type BlockedTask, nextStep, type WaitRecord } from "../../core/wait.ts";
import { lockReadyUnlessBusy } from "../../store/ready.sql.gen.ts";
import { insertReceiptLinks } from "../../store/receipt.sql.gen.ts";
import { insertUnresolvedChannels } from "../../store/signal.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import {
  insertUnresolvedEnds,
  lockWaiters,
  type PickWaitersRow,
  pickWaiters,
  readConditions,
  readWaiterConditions,
  readWaiters,
  readWaits,
  updateConditions,
  updateWaits,
} from "../../store/wait.sql.gen.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { blockedTaskOf, conditionOf, left, waitOf } from "./condition-rows.ts";
import { waitingOf, withQuestions } from "./lock-tasks.ts";
import { asHandedOff } from "./who-may-lease.ts";
import { writeDecisions } from "./write-decisions.ts";

/** A few milliseconds: the end of a task must not become slow by those that wait for it. */
const waitersMax = 64;
/** A condition that is met without more is an update; many ends of one transaction may meet conditions of one task. */
const conditionsMax = 500;

/** What a transaction still has to wait for; after its last writes it may commit. */
export type Writing = {
  readonly writes: Promise<unknown>;
  readonly isLast: boolean;
  readonly grant?: GrantWoken | undefined;
};

/** A task that may be claimed from now on, with all that it has waited for. */
export type Woken = {
  readonly waiting: Waiting;
  readonly owner: string;
  readonly obligated: string;
  /** As hand-offs have left them, without the payload. */
  readonly terms: Task;
  readonly conditions: readonly ConditionRecord[];
};

/** Grants some of them to workers that wait. `follow` sends what comes behind the record. */
export type GrantWoken = (
  tx: Transaction,
  tenantId: string,
  moment: DecisionContext,
  woken: readonly Woken[],
) => { readonly decisions: ReadonlyMap<string, Decision>; readonly follow: () => Promise<unknown> } | undefined;

/**
 * The writes that end the tasks have been sent. The looks at their waiters go out with them, and what follows for these
 * with the commit: a task goes on two flights after the end of the one that it waited for.
 */
export async function resolveEnds(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  ended: readonly TaskEnd[],
  { writes, isLast, grant }: Writing,
): Promise<void> {
  let ends = ended;
  let room = waitersMax;
  let written = writes;
  while (ends.length > 0) {
    // Both are awaited together: where a write fails, the looks behind it fail with it.
    const [looked] = await Promise.all([lookAtWaiters(tx, tenantId, ends, room), written]);
    const { decided, waiters, isAll, writes: follow } = settleWaiters(engine, tx, tenantId, ends, looked, grant);
    room -= waiters;
    const left = isAll ? [] : ends.map(({ taskId }) => taskId);
    if (left.length > 0) engine.leftovers.note(tx);
    written = Promise.all([
      follow,
      left.length > 0 ? insertUnresolvedEnds(tx, { tenantId, taskIds: left }) : undefined,
    ]);
    ends = endsOf(decided);
  }
  await (isLast ? tx.commitWith(written) : written);
}

/** Those that waiters have to be told of. A success may be discharged long after its end: that may meet conditions. */
export function endsOf(decisions: readonly Decision[]): TaskEnd[] {
  return decisions.flatMap((decision) => {
    const { before, after } = decision;
    if (!before || !isEnded(after)) return [];
    const isDischarge = isEnded(before) && !before.discharged && after.discharged;
    return isAwaited(before) || isDischarge ? (endOfDecision(decision) ?? []) : [];
  });
}

type Waiters = {
  readonly picked: readonly PickWaitersRow[];
  readonly looks: readonly Look[];
  readonly most: number;
};

/** Sent together and run in this order: what is read was written before the locks were had. */
async function lookAtWaiters(
  tx: Transaction,
  tenantId: string,
  ends: readonly TaskEnd[],
  most: number,
): Promise<Waiters> {
  const onTaskIds = ends.map(({ taskId }) => taskId);
  const which = { tenantId, onTaskIds, most: conditionsMax, mostWaiters: most + 1 };
  const [picked, locked, waits, rows] = await Promise.all([
    pickWaiters(tx, which),
    lockWaiters(tx, { ...which, mostWaiters: most }),
    readWaiters(tx, { ...which, mostWaiters: most }),
    readWaiterConditions(tx, { ...which, mostWaiters: most }),
  ]);
  const whole = new Set(rows.flatMap(({ isWhole, taskId }) => (isWhole ? taskId : [])));
  const known = Map.groupBy(
    rows.map(({ isWhole: _, ...row }) => conditionOf(row)),
    ({ taskId }) => taskId,
  );
  const byId = new Map(waits.map((row) => [row.taskId, row]));
  const looks = locked.map(waitingOf).flatMap((waiting): Look[] => {
    const row = byId.get(waiting.taskId);
    const conditions = known.get(waiting.taskId);
    if (!mayHaveWait(waiting) || !row || !conditions) return [];
    const { owner, obligated, terms, ...wait } = row;
    const task = blockedTaskOf({ taskId: waiting.taskId, owner, obligated, terms });
    return [{ waiting, wait: waitOf(wait), task, known: conditions, isWhole: whole.has(waiting.taskId) }];
  });
  return { picked, looks: await asPlaced(tx, tenantId, looks), most };
}

export type Resolved = {
  readonly decided: readonly Decision[];
  readonly waiters: number;
  /** No waiter is left that was locked by another transaction, or one too many. */
  readonly isAll: boolean;
  /** The answers to what was sent. */
  readonly writes: Promise<unknown>;
};

function settleWaiters(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  ends: readonly TaskEnd[],
  { picked, looks, most }: Waiters,
  grant?: GrantWoken,
): Resolved {
  const byId = new Map(ends.map((end) => [end.taskId, end]));
  const { decided, writes } = settleLooks(engine, tx, tenantId, looks, byId, { grant });
  const conditions = picked.reduce((sum, row) => sum + row.conditions, 0);
  const isAll = conditions < conditionsMax && picked.length <= most && looks.length === picked.length;
  return { decided, waiters: looks.length, isAll, writes };
}

/** The first step for as many tasks as `most` that wait for one of `ends`. */
export async function resolveWaiters(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  ends: readonly TaskEnd[],
  most: number,
): Promise<Resolved> {
  return settleWaiters(engine, tx, tenantId, ends, await lookAtWaiters(tx, tenantId, ends, most));
}

/** Blocked tasks that no other transaction has locked, with all their conditions. */
export async function lockLooks(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<readonly Look[]> {
  // Sent together and run in this order: what is read was written before the locks were had.
  const [locked, waits, rows, terms] = await Promise.all([
    lockReadyUnlessBusy(tx, { tenantId, taskIds }),
    readWaits(tx, { tenantId, taskIds }),
    readConditions(tx, { tenantId, taskIds }),
    readTerms(tx, { tenantId, taskIds }),
  ]);
  const conditions = Map.groupBy(rows.map(conditionOf), ({ taskId }) => taskId);
  const waitById = new Map(waits.map((row) => [row.taskId, waitOf(row)]));
  const taskById = new Map(terms.map((row) => [row.taskId, blockedTaskOf(row)]));
  const waitings = await withQuestions(tx, tenantId, locked.map(waitingOf));
  const looks = waitings.flatMap((waiting): Look[] => {
    const wait = waitById.get(waiting.taskId);
    const task = taskById.get(waiting.taskId);
    const known = conditions.get(waiting.taskId);
    return mayHaveWait(waiting) && wait && task && known ? [{ waiting, wait, task, known, isWhole: true }] : [];
  });
  return await asPlaced(tx, tenantId, looks);
}

/** With the terms as hand-offs have left them: claimers are told where a task waits. */
async function asPlaced(tx: Transaction, tenantId: string, looks: readonly Look[]): Promise<readonly Look[]> {
  const living = looks.map(({ waiting }) => waiting);
  if (!living.some(isHandedOff)) return looks;
  const asked = new Map(looks.map(({ waiting, task }) => [waiting.taskId, task.terms]));
  const placed = await asHandedOff(tx, tenantId, living, asked);
  return looks.map((look) => {
    const { waiting, task } = look;
    return { ...look, task: { ...task, terms: placed.get(waiting.taskId) ?? task.terms } };
  });
}

/** A blocked task that is locked, with the conditions that may have changed; each group of them whole. */
export type Look = {
  /** `known` is all that it waits for. So it is where the wait may be over. */
  readonly isWhole: boolean;
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

type Settling = {
  /** What conditions take, by their keys. */
  readonly taken?: TakenSignals;
  readonly grant?: GrantWoken | undefined;
};

/** Settles conditions of locked tasks, and sends what follows. */
export function settleLooks(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  looks: readonly Look[],
  ends: ReadonlyMap<string, TaskEnd>,
  { taken, grant }: Settling = {},
): { readonly decided: readonly Decision[]; readonly writes: Promise<unknown> } {
  const settled = looks.map((look): Settled => {
    const progress = settleConditions(look.known, ends, tx.now, taken);
    const { groupsLeft, verdict: found } = verdictOf(look.wait.onImpossible, look.wait.groupsLeft, progress);
    assert(found !== "over" || look.isWhole, "what may be over is known whole");
    // What is paused goes on when it is resumed, and not before.
    const verdict = found === "over" && isPaused(look.waiting) ? "waits" : found;
    const wakeTime = groupsLeft === 0 ? null : look.isWhole ? nextTime(progress.conditions) : look.wait.wakeTime;
    return { ...look, progress, verdict, groupsLeft, wakeTime };
  });
  const moment = decisionContext(engine, tx.now);
  const steps = settled.flatMap((one) => decide(one, moment));
  const granted = grant?.(tx, tenantId, moment, wokenBy(steps, settled));
  const decided = steps.map((one) => withGrant(one, granted?.decisions.get(one.after.taskId)));
  const writes = Promise.all([
    ...writeProgress(tx, tenantId, settled),
    ...(decided.length > 0 ? [writeDecisions(engine, tx, tenantId, decided)] : []),
    linkCauses(tx, tenantId, decided),
    granted?.follow(),
  ]);
  wakeAbout(engine.wakeups, tx, tenantId, decided);
  const asked = new Map(settled.map(({ waiting, task }) => [waiting.taskId, task.terms]));
  wakeClaimers(engine.wakeups, tx, tenantId, decided, (taskId) => asked.get(taskId));
  return { decided, writes };
}

function wokenBy(steps: readonly Decision[], settled: readonly Settled[]): Woken[] {
  const byId = new Map(settled.map((one) => [one.waiting.taskId, one]));
  return steps.flatMap(({ after }) => {
    const one = byId.get(after.taskId);
    if (!one || !isWaiting(after) || after.state !== TaskState.QUEUED) return [];
    const { owner, obligated, terms } = one.task;
    return [{ waiting: after, owner, obligated, terms, conditions: one.progress.conditions }];
  });
}

function withGrant(step: Decision, grant: Decision | undefined): Decision {
  return grant ? { ...step, after: grant.after, receipts: [...step.receipts, ...grant.receipts] } : step;
}

function decide({ waiting, task, wait, verdict, progress }: Settled, moment: DecisionContext): Decision<TaskRecord>[] {
  const { conditions } = progress;
  const step = nextStep(waiting, task, wait.beginReceiptId, { verdict, conditions }, moment);
  return step ? [step] : [];
}

/** What has ended keeps no conditions; what is over keeps no wait. */
function writeProgress(tx: Transaction, tenantId: string, settled: readonly Settled[]): Promise<unknown>[] {
  const waiting = settled.filter(({ verdict }) => verdict === "waits" || verdict === "waits in vain");
  // Where the wait is over, all that are pending are left with it.
  const leftOut = waiting.flatMap(({ progress }) => progress.left);
  const changed = [
    ...settled
      .filter(({ verdict }) => verdict !== "fails" && verdict !== "cancels")
      .flatMap(({ progress }) => progress.changed),
    ...leftOut.map((one) => ({ ...one, status: left })),
  ];
  const channels = [...new Set(leftOut.flatMap(({ channel, count }) => (channel && (count ?? 1) > 1 ? channel : [])))];
  return [
    ...(channels.length > 0 ? [insertUnresolvedChannels(tx, { tenantId, channels: channels.sort() })] : []),
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

/** `ownIds`: receipts of the same chain; those are found without a link. */
export function linksOf(
  decided: readonly Decision[],
  ownIds: readonly string[] = [],
): { readonly parent: string; readonly child: string }[] {
  return decided.flatMap(({ receipts }) =>
    receipts.flatMap(({ type, parents, receiptId }) => {
      const causes = type === ReceiptType.TASK_RESUMED ? parents.slice(1).filter((id) => !ownIds.includes(id)) : [];
      return causes.map((parent) => ({ parent, child: receiptId }));
    }),
  );
}
