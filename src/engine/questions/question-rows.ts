// Questions as the store keeps them and as the rules know them, and how they are settled there: the question, the
// condition that it met, the wait of a task that stays paused. The locks of the tasks are held.
import { InputResultSchema } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { type QuestionRecord, requestedFrom, resultFrom } from "../../core/questions.ts";
import type { Settling } from "../../core/settle-question.ts";
import { isEnded, isPaused } from "../../core/task-record.ts";
import { type ReadQuestionsRow, settleQuestions } from "../../store/question.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { updateConditions, updateWaits } from "../../store/wait.sql.gen.ts";
import { encode } from "../../wire/encode.ts";

export function questionOf({ body, result, ...row }: ReadQuestionsRow): QuestionRecord {
  return { ...row, asked: requestedFrom(body), result: resultFrom(result) };
}

/** What is to be sent before the decisions, which end the waits. */
export function writeSettled(tx: Transaction, tenantId: string, all: readonly Settling[]): Promise<unknown>[] {
  const going = all.filter(({ after }) => !isEnded(after));
  if (going.length === 0) return [];
  const conditions = going.map(({ condition }) => condition);
  const paused = going.filter(({ after }) => isPaused(after)).map(({ after }) => after.taskId);
  return [
    settleQuestions(tx, {
      tenantId,
      taskIds: going.map(({ after }) => after.taskId),
      results: going.map(({ result }) => encode(InputResultSchema, result)),
    }),
    updateConditions(tx, {
      tenantId,
      taskIds: conditions.map(({ taskId }) => taskId),
      groupPlaces: conditions.map(({ groupPlace }) => groupPlace),
      places: conditions.map(({ place }) => place),
      statuses: conditions.map(({ status }) => status),
      receiptIds: conditions.map(({ receiptId }) => receiptId),
    }),
    ...(paused.length > 0
      ? [
          updateWaits(tx, {
            tenantId,
            taskIds: paused,
            groupsLeft: paused.map(() => 0),
            wakeTimes: paused.map(() => null),
          }),
        ]
      : []),
  ];
}
