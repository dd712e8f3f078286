// Writes decisions down: moves each task from where it lay to where it lies, adds its receipts, opens and closes its
// obligation. Only `record` and what follows from it write here.
import { assert } from "../../core/assert.ts";
import { endOfDecision } from "../../core/conditions.ts";
import type { Decision, Obligation } from "../../core/decision.ts";
import {
  type Ended,
  type Held,
  hasChildren,
  hasConditions,
  hasName,
  hasQuestion,
  hasScopes,
  isChild,
  isEnded,
  isHeldTask,
  isPaused,
  isVerification,
  isVerifying,
  isWaiting,
  mayHaveWait,
  type TaskRecord,
  tie,
  type Waiting,
} from "../../core/task-record.ts";
import { deleteChildren, insertParentEnds } from "../../store/child.sql.gen.ts";
import { insertEnded, updateEnded } from "../../store/ended.sql.gen.ts";
import { deleteLeases, insertLeases, updateLeases } from "../../store/lease.sql.gen.ts";
import { deleteTaskNames } from "../../store/name.sql.gen.ts";
import { deleteObligations, insertObligations } from "../../store/obligation.sql.gen.ts";
import { deleteTaskPauses } from "../../store/pause.sql.gen.ts";
import { deleteQuestions } from "../../store/question.sql.gen.ts";
import { deleteReady, insertReady } from "../../store/ready.sql.gen.ts";
import { deleteScopeWaits } from "../../store/scope.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import type { Transaction } from "../../store/transaction.ts";
import { deleteVerifiers, endVerifiers, overVerifiers } from "../../store/verifier.sql.gen.ts";
import { deleteConditions, deleteWaits, deleteWaitsOfPaused, leaveConditions } from "../../store/wait.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { hits, recordReceipts } from "./record-receipts.ts";

export type Recording = Executor & Pick<Transaction, "afterCommit" | "now">;

/**
 * The locks of all `before` rows are held. Statements go out together, one table each, before the first answer; a row
 * that is not as it was read is a bug, and Postgres itself rolls the transaction back with it.
 */
export async function writeDecisions(
  { recorded, traces }: Pick<Engine, "recorded" | "traces">,
  tx: Recording,
  tenantId: string,
  decisions: readonly Decision[],
): Promise<void> {
  recorded.note(tx, decisions);
  traces.note(tx, tenantId, decisions);
  const tied = decisions.filter(mayBeTied);
  await Promise.all([
    ...leaveReady(tx, tenantId, decisions),
    ...changeLeases(tx, tenantId, decisions),
    ...changeEnded(tx, tenantId, decisions),
    ...enterReady(tx, tenantId, decisions),
    ...recordReceipts(
      tx,
      tenantId,
      decisions.flatMap(({ receipts }) => receipts),
    ),
    ...changeObligations(tx, tenantId, decisions),
    ...(tied.length > 0 ? changeTied(tx, tenantId, tied) : []),
  ]);
}

/** What belongs to tasks beside their own rows. Most have nothing, and none of this is looked for. */
function changeTied(tx: Executor, tenantId: string, decisions: readonly Decision[]): Promise<unknown>[] {
  return [
    ...endWaits(tx, tenantId, decisions),
    ...leaveTrees(tx, tenantId, decisions),
    ...freeNames(tx, tenantId, decisions),
    ...endVerifications(tx, tenantId, decisions),
    ...leaveScopeWaits(tx, tenantId, decisions),
  ];
}

function mayBeTied({ before, after }: Decision): boolean {
  return before !== undefined && ((before.ties | after.ties) !== 0 || isPaused(before));
}

/** A task that waits for a scope does so until it is claimed, or changes in another way. */
function leaveScopeWaits(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<unknown>[] {
  const taskIds = moves.flatMap(({ before }) =>
    before && isWaiting(before) && hasScopes(before) ? before.taskId : [],
  );
  return taskIds.length > 0 ? [deleteScopeWaits(tx, { tenantId, taskIds })] : [];
}

type Move = { readonly before: TaskRecord | undefined; readonly after: TaskRecord };

/** A wait is over with the state, and so is a pause; what was waited for is kept until the task ends. */
function endWaits(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<unknown>[] {
  const over = moves.filter(({ before, after }) => before && mayHaveWait(before) && !mayHaveWait(after));
  const paused = over.filter(({ before }) => before && isPaused(before));
  const blocked = over.filter(({ before }) => before && !isPaused(before));
  const unpaused = moves.filter(({ before, after }) => before && isPaused(before) && !isPaused(after));
  const ended = moves.filter(({ before, after }) => before && hasConditions(before) && isEnded(after));
  const answered = ended.filter(({ after }) => hasQuestion(after));
  const idsOf = (some: readonly Move[]) => some.map(({ after }) => after.taskId);
  return [
    ...(blocked.length > 0 ? [deleteWaits(tx, { tenantId, taskIds: idsOf(blocked) })] : []),
    ...(paused.length > 0 ? [deleteWaitsOfPaused(tx, { tenantId, taskIds: idsOf(paused) })] : []),
    ...(unpaused.length > 0 ? [deleteTaskPauses(tx, { tenantId, taskIds: idsOf(unpaused) })] : []),
    ...(over.length > 0 ? [leaveConditions(tx, { tenantId, taskIds: idsOf(over) })] : []),
    ...(ended.length > 0 ? [deleteConditions(tx, { tenantId, taskIds: idsOf(ended) })] : []),
    ...(answered.length > 0 ? [deleteQuestions(tx, { tenantId, taskIds: idsOf(answered) })] : []),
  ];
}

/** A child that has ended leaves its tree; the children of a task that has ended are left to the sweep. */
function leaveTrees(tx: Executor, tenantId: string, decisions: readonly Decision[]): Promise<unknown>[] {
  const ended = decisions.filter(({ before, after }) => before && !isEnded(before) && isEnded(after));
  const children = ended.filter(({ after }) => isChild(after));
  const parents = ended.flatMap((decision) => (hasChildren(decision.after) ? (endOfDecision(decision) ?? []) : []));
  return [
    ...(children.length > 0
      ? [deleteChildren(tx, { tenantId, taskIds: children.map(({ after }) => after.taskId) })]
      : []),
    ...(parents.length > 0
      ? [
          insertParentEnds(tx, {
            tenantId,
            taskIds: parents.map(({ taskId }) => taskId),
            receiptIds: parents.map(({ receiptId }) => receiptId),
          }),
        ]
      : []),
  ];
}

/** Where the task that ends creates the next one, this comes first, and the name passes on. */
function freeNames(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<unknown>[] {
  const ended = moves.filter(({ before, after }) => before && hasName(before) && isEnded(after) && !isEnded(before));
  return ended.length > 0 ? [deleteTaskNames(tx, { tenantId, taskIds: ended.map(({ after }) => after.taskId) })] : [];
}

/** Verifications that are over, and verification tasks, with their verdicts or without. The sweep does the rest. */
function endVerifications(tx: Executor, tenantId: string, decisions: readonly Decision[]): Promise<unknown>[] {
  const over = decisions.filter(({ before, after }) => before && isVerifying(before) && !isVerifying(after));
  const ended = decisions.filter(({ before, after }) => before && isVerification(before) && isEnded(after));
  const [silent, judging] = [ended.filter(({ after }) => isVerification(after)), ended.filter(gaveVerdict)];
  const columns = (some: readonly Decision[]) => ({ tenantId, receiptIds: some.map(lastReceiptOf) });
  const idsOf = (some: readonly Decision[]) => some.map(({ after }) => after.taskId);
  return [
    ...(over.length > 0 ? [overVerifiers(tx, { ...columns(over), verifiedTaskIds: idsOf(over) })] : []),
    ...(silent.length > 0 ? [endVerifiers(tx, { ...columns(silent), taskIds: idsOf(silent) })] : []),
    ...(judging.length > 0 ? [deleteVerifiers(tx, { tenantId, taskIds: idsOf(judging) })] : []),
  ];
}

function gaveVerdict({ after }: Decision): boolean {
  return !isVerification(after);
}

/** The receipt that ended it, or sent it on. */
function lastReceiptOf(decision: Decision): string {
  const receiptId = endOfDecision(decision)?.receiptId ?? decision.receipts.at(-1)?.receiptId;
  assert(receiptId !== undefined, "no state without its receipts");
  return receiptId;
}

function leaveReady(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<unknown>[] {
  const taskIds = moves.flatMap(({ before }) => (before && isWaiting(before) ? [before.taskId] : []));
  return taskIds.length > 0 ? [deleteReady(tx, { tenantId, taskIds })] : [];
}

function enterReady(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<void>[] {
  const rows = moves.flatMap(({ after }) => (isWaiting(after) ? [after] : []));
  if (rows.length === 0) return [];
  return [
    hits(
      rows.length,
      "InsertReady",
      insertReady(tx, {
        tenantId,
        ...carriedColumns(rows),
        laneIds: rows.map((row) => row.laneId),
        eligibleTimes: rows.map((row) => row.eligibleTime),
        failTimes: rows.map((row) => row.failTime),
        states: rows.map((row) => row.state),
        ties: rows.map((row) => row.ties),
      }),
    ),
  ];
}

function carriedColumns(rows: readonly (Waiting | Held | Ended)[]) {
  return {
    taskIds: rows.map((row) => row.taskId),
    attempts: rows.map((row) => row.attempt),
    leaseLosses: rows.map((row) => row.leaseLosses),
    deliveries: rows.map((row) => row.deliveries),
    fences: rows.map((row) => row.fence),
    versions: rows.map((row) => row.version),
    headSequences: rows.map((row) => row.headSequence),
    headHashes: rows.map((row) => row.headHash),
    headPageIds: rows.map((row) => row.headPageId),
    assignedReceiptIds: rows.map((row) => row.assignedReceiptId),
  };
}

function changeLeases(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<unknown>[] {
  const gone: Held[] = [];
  const kept: Held[] = [];
  const granted: Held[] = [];
  for (const { before, after } of moves) {
    const held = before && isHeldTask(before) ? before : undefined;
    if (isHeldTask(after)) (held ? kept : granted).push(after);
    else if (held) gone.push(held);
  }
  return [
    ...(gone.length > 0 ? [removeLeases(tx, tenantId, gone)] : []),
    ...(kept.length > 0 ? [keepLeases(tx, tenantId, kept)] : []),
    ...(granted.length > 0 ? [grantLeases(tx, tenantId, granted)] : []),
  ];
}

function removeLeases(tx: Executor, tenantId: string, rows: readonly Held[]): Promise<unknown> {
  const taskIds = rows.map((row) => row.taskId);
  const fences = rows.map((row) => row.fence);
  return deleteLeases(tx, { tenantId, taskIds, fences, ties: rows.map((row) => row.ties) });
}

function keepLeases(tx: Executor, tenantId: string, rows: readonly Held[]): Promise<unknown> {
  return updateLeases(tx, {
    tenantId,
    taskIds: rows.map((row) => row.taskId),
    fences: rows.map((row) => row.fence),
    states: rows.map((row) => row.state),
    versions: rows.map((row) => row.version),
    headSequences: rows.map((row) => row.headSequence),
    headHashes: rows.map((row) => row.headHash),
    headPageIds: rows.map((row) => row.headPageId),
    startTimes: rows.map((row) => row.startTime),
    cancelPrincipals: rows.map((row) => row.cancelPrincipal),
    cancelReasons: rows.map((row) => row.cancelReason),
    cancelTimes: rows.map((row) => row.cancelTime),
    ties: rows.map((row) => row.ties),
  });
}

function grantLeases(tx: Executor, tenantId: string, rows: readonly Held[]): Promise<void> {
  return hits(
    rows.length,
    "InsertLeases",
    insertLeases(tx, {
      tenantId,
      ...carriedColumns(rows),
      laneIds: rows.map((row) => row.laneId),
      leaseIds: rows.map((row) => row.leaseId),
      sessionIds: rows.map((row) => row.sessionId),
      workers: rows.map((row) => row.worker),
      instances: rows.map((row) => row.instance),
      owners: rows.map((row) => row.owner),
      obligateds: rows.map((row) => row.obligated),
      states: rows.map((row) => row.state),
      acceptedReceiptIds: rows.map((row) => row.acceptedReceiptId),
      grantTimes: rows.map((row) => row.grantTime),
      expireTimes: rows.map((row) => row.expireTime),
      ttlsMs: rows.map((row) => row.ttlMs),
      renewals: rows.map((row) => row.renewals),
      startTimes: rows.map((row) => row.startTime),
      failTimes: rows.map((row) => row.failTime),
      failReasons: rows.map((row) => row.failReason),
      ties: rows.map((row) => row.ties),
    }),
  );
}

function changeEnded(tx: Executor, tenantId: string, moves: readonly Move[]): Promise<unknown>[] {
  const ending: Ended[] = [];
  const following: Ended[] = [];
  for (const { before, after } of moves) {
    if (isEnded(after)) (before && isEnded(before) ? following : ending).push(after);
  }
  return [
    ...(ending.length > 0 ? [enterEnded(tx, tenantId, ending)] : []),
    ...(following.length > 0 ? [followEnded(tx, tenantId, following)] : []),
  ];
}

function enterEnded(tx: Executor, tenantId: string, rows: readonly Ended[]): Promise<void> {
  return hits(
    rows.length,
    "InsertEnded",
    insertEnded(tx, {
      tenantId,
      ...carriedColumns(rows),
      states: rows.map((row) => row.state),
      eligibleTimes: rows.map((row) => row.eligibleTime),
      startTimes: rows.map((row) => row.startTime),
      endTimes: rows.map((row) => row.endTime),
      outcomes: rows.map((row) => row.outcome),
      discharged: rows.map((row) => row.discharged),
      // All else that belonged to it is gone, or told. Children that go on may spend more.
      ties: rows.map((row) => row.ties & (tie.spend | tie.children | tie.verification)),
    }),
  );
}

function followEnded(tx: Executor, tenantId: string, rows: readonly Ended[]): Promise<unknown> {
  return updateEnded(tx, {
    tenantId,
    taskIds: rows.map((row) => row.taskId),
    versions: rows.map((row) => row.version),
    headSequences: rows.map((row) => row.headSequence),
    headHashes: rows.map((row) => row.headHash),
    headPageIds: rows.map((row) => row.headPageId),
    discharged: rows.map((row) => row.discharged),
  });
}

function changeObligations(tx: Executor, tenantId: string, decisions: readonly Decision[]): Promise<unknown>[] {
  const opened = decisions.flatMap((decision) => decision.opened ?? []);
  const closed = decisions.flatMap((decision) => decision.closed ?? []);
  const columns = (rows: readonly Obligation[]) => ({
    tenantId,
    principals: rows.map((row) => row.principal),
    receiptIds: rows.map((row) => row.receiptId),
  });
  return [
    ...(opened.length > 0
      ? [
          hits(
            opened.length,
            "InsertObligations",
            insertObligations(tx, { ...columns(opened), taskIds: opened.map((row) => row.taskId) }),
          ),
        ]
      : []),
    ...(closed.length > 0 ? [deleteObligations(tx, columns(closed))] : []),
  ];
}
