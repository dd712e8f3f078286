// Conditions and waits as the store keeps them and as the rules know them.
import { fromBinary } from "@bufbuild/protobuf";
import { ConditionStatus, type OnImpossible, TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ConditionRecord } from "../../core/conditions.ts";
import type { NewQuestion } from "../../core/questions.ts";
import type { SignalTake } from "../../core/signals.ts";
import type { BegunWait, BlockedTask, WaitRecord } from "../../core/wait.ts";
import { writeQuestions } from "../../store/question.sql.gen.ts";
import { deleteKept, insertTaken } from "../../store/signal.sql.gen.ts";
import type { ReadTermsRow } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import {
  deleteConditions,
  insertConditions,
  insertWaits,
  type ReadConditionsRow,
  type ReadWaitsRow,
} from "../../store/wait.sql.gen.ts";

/** The status of a condition that its wait was over without: it is not looked for any more. */
export const left = 4;

export function conditionOf(row: ReadConditionsRow): ConditionRecord {
  return { ...row, status: row.status === left ? ConditionStatus.PENDING : (row.status as ConditionStatus) };
}

function storedStatus(condition: ConditionRecord, { verdict, left: leftOut }: BegunWait): number {
  const isLeft = condition.status === ConditionStatus.PENDING && (verdict === "over" || leftOut.includes(condition));
  return isLeft ? left : condition.status;
}

export function waitOf(row: ReadWaitsRow): WaitRecord {
  return { ...row, onImpossible: row.onImpossible as OnImpossible };
}

export function blockedTaskOf({ owner, obligated, terms }: ReadTermsRow): BlockedTask {
  return { owner, obligated, terms: fromBinary(TaskSchema, terms) };
}

/** A wait that has begun, of a task that has not ended by it. */
export type NewWait = {
  readonly taskId: string;
  readonly begun: BegunWait;
  readonly beginReceiptId: string;
  /** It has waited before: the conditions of that wait are replaced. */
  readonly isAgain: boolean;
};

/** What is over at once keeps its conditions, for the next holder, and no wait. */
export async function writeWaits(tx: Transaction, tenantId: string, waits: readonly NewWait[]): Promise<void> {
  if (waits.length === 0) return;
  const again = waits.filter(({ isAgain }) => isAgain);
  const waiting = waits.filter(({ begun: { verdict } }) => verdict !== "over");
  const conditions = waits.flatMap(({ begun }) => begun.conditions);
  await Promise.all([
    again.length > 0 ? deleteConditions(tx, { tenantId, taskIds: again.map(({ taskId }) => taskId) }) : undefined,
    waiting.length > 0
      ? insertWaits(tx, {
          tenantId,
          taskIds: waiting.map(({ taskId }) => taskId),
          wakeTimes: waiting.map(({ begun }) => begun.wakeTime),
          groupsLeft: waiting.map(({ begun }) => begun.groupsLeft),
          onImpossibles: waiting.map(({ begun }) => begun.onImpossible),
          beginReceiptIds: waiting.map(({ beginReceiptId }) => beginReceiptId),
        })
      : undefined,
    insertConditions(tx, {
      tenantId,
      taskIds: conditions.map(({ taskId }) => taskId),
      groupPlaces: conditions.map(({ groupPlace }) => groupPlace),
      places: conditions.map(({ place }) => place),
      names: conditions.map(({ name }) => name),
      onTaskIds: conditions.map(({ onTaskId }) => onTaskId),
      accepts: conditions.map(({ accepts }) => accepts),
      discharged: conditions.map(({ discharged }) => discharged),
      atTimes: conditions.map(({ atTime }) => atTime),
      statuses: waits.flatMap(({ begun }) => begun.conditions.map((condition) => storedStatus(condition, begun))),
      receiptIds: conditions.map(({ receiptId }) => receiptId),
      channels: conditions.map(({ channel }) => channel),
      counts: conditions.map(({ count }) => count),
      inputIds: conditions.map(({ inputId }) => inputId),
    }),
    writeTakes(
      tx,
      tenantId,
      waits.flatMap(({ begun }) => begun.takes),
    ),
  ]);
}

/** What conditions have taken is theirs until their task ends or waits again. */
export async function writeTakes(tx: Transaction, tenantId: string, takes: readonly SignalTake[]): Promise<void> {
  const rows = takes.flatMap(({ signalIds, ...condition }) =>
    signalIds.map((signalId) => ({ ...condition, signalId })),
  );
  if (rows.length === 0) return;
  const signalIds = rows.map(({ signalId }) => signalId);
  await Promise.all([
    insertTaken(tx, {
      tenantId,
      taskIds: rows.map(({ taskId }) => taskId),
      groupPlaces: rows.map(({ groupPlace }) => groupPlace),
      places: rows.map(({ place }) => place),
      signalIds,
    }),
    deleteKept(tx, { tenantId, signalIds }),
  ]);
}

/** Questions that are open from now on, with the waits for their answers. */
export async function writeAsked(tx: Transaction, tenantId: string, questions: readonly NewQuestion[]): Promise<void> {
  if (questions.length === 0) return;
  await Promise.all([
    writeWaits(
      tx,
      tenantId,
      questions.map(({ inputId, ...one }) => ({ ...one, beginReceiptId: inputId })),
    ),
    writeQuestions(tx, {
      tenantId,
      requestTime: tx.now,
      taskIds: questions.map(({ taskId }) => taskId),
      inputIds: questions.map(({ inputId }) => inputId),
      askers: questions.map(({ asker }) => asker),
      addressees: questions.map(({ addressee }) => addressee),
      bodies: questions.map(({ body }) => body),
    }),
  ]);
}
