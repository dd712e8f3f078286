// What became of the conditions of a task, as its next holder gets it with the lease.
import { fromBinary } from "@bufbuild/protobuf";
import type { WaitResult } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { InputResult } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { OutcomeSchema, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type ConditionRecord, conditionKey } from "../../core/conditions.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { resultFrom } from "../../core/questions.ts";
import { hasConditions, type TaskCommon } from "../../core/task-record.ts";
import { readQuestions } from "../../store/question.sql.gen.ts";
import { type ReadTakenRow, readTaken } from "../../store/signal.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type ReadEndsRow, readConditions, readEnds } from "../../store/wait.sql.gen.ts";
import { conditionOf } from "../tx/condition-rows.ts";
import { assembleSignal } from "../views/assemble-signal.ts";
import type { WaitResults } from "../views/granted-task.ts";

/** What results of one task may weigh together. */
const resultBytesMax = 65_536;
/** About what a condition weighs without the outcome of its task. */
const conditionBytes = 150;
/** And a signal without its payload. */
const signalBytes = 150;

/** By task; those without conditions are left out, and cost no look. */
export async function readWaitResults(
  tx: Pick<Transaction, "query">,
  tenantId: string,
  tasks: readonly Pick<TaskCommon, "taskId" | "ties">[],
): Promise<Map<string, WaitResults>> {
  const taskIds = tasks.filter((task) => hasConditions(task)).map(({ taskId }) => taskId);
  if (taskIds.length === 0) return new Map();
  return await readResults(tx, tenantId, (await readConditions(tx, { tenantId, taskIds })).map(conditionOf));
}

/** The same of conditions that are known; all of each task. What is read is sent together. */
export async function readResults(
  tx: Pick<Transaction, "query">,
  tenantId: string,
  conditions: readonly ConditionRecord[],
): Promise<Map<string, WaitResults>> {
  const onTaskIds = [...new Set(conditions.flatMap(({ onTaskId }) => onTaskId ?? []))];
  const takers = [...new Set(conditions.flatMap(({ channel, taskId }) => (channel === null ? [] : taskId)))];
  const askers = conditions.flatMap(({ inputId, taskId }) => (inputId === null ? [] : taskId));
  const [ends, taken, questions] = await Promise.all([
    onTaskIds.length > 0 ? readEnds(tx, { tenantId, taskIds: onTaskIds }) : [],
    takers.length > 0 ? readTaken(tx, { tenantId, taskIds: takers }) : [],
    askers.length > 0 ? readQuestions(tx, { tenantId, taskIds: askers }) : [],
  ]);
  const endOf = new Map(ends.map((end) => [end.taskId, end]));
  const takenBy = Map.groupBy(taken, conditionKey);
  const inputOf = new Map(questions.map(({ taskId, result }) => [taskId, resultFrom(result)]));
  const byTask = Map.groupBy(conditions, ({ taskId }) => taskId);
  return new Map([...byTask].map(([taskId, own]) => [taskId, resultsOf(own, endOf, takenBy, inputOf.get(taskId))]));
}

function resultsOf(
  conditions: readonly ConditionRecord[],
  endOf: ReadonlyMap<string, ReadEndsRow>,
  takenBy: ReadonlyMap<string, readonly ReadTakenRow[]>,
  input: InputResult | undefined,
): WaitResults {
  let bytes = 0;
  let count = 0;
  const isLight = (more: number) => {
    if (bytes + more > resultBytesMax) return false;
    bytes += more;
    return true;
  };
  const results = conditions.map((condition) => {
    const end = condition.onTaskId === null ? undefined : endOf.get(condition.onTaskId);
    const taken = condition.channel === null ? [] : (takenBy.get(conditionKey(condition)) ?? []);
    const signals = taken.map((row) => assembleSignal(row, !isLight(row.payload?.length ?? 0)));
    const omitsPayload = taken.some((row, place) => row.payload && !signals[place]?.payload);
    count += signals.length;
    const result = resultOf(condition, end, end !== undefined && isLight(end.outcome.length));
    // The one condition of its wait, so there is room for it.
    if (condition.inputId !== null && input && isLight(input.answer.length)) result.input = input;
    return { ...result, signals, omitted: result.omitted || omitsPayload };
  });
  return { results, bytes: bytes + conditions.length * conditionBytes + count * signalBytes };
}

function resultOf(condition: ConditionRecord, end: ReadEndsRow | undefined, isLight: boolean): WaitResult {
  const outcome = end && isLight ? fromBinary(OutcomeSchema, end.outcome) : undefined;
  return {
    $typeName: "asyncgate.v1.WaitResult",
    name: condition.name,
    status: condition.status,
    receiptId: condition.receiptId ?? "",
    taskId: condition.onTaskId ?? "",
    taskState: (end?.state ?? TaskState.UNSPECIFIED) as TaskState,
    result: outcome?.result,
    artifacts: outcome?.artifacts ?? [],
    error: outcome?.error,
    omitted: end !== undefined && !isLight,
    at: condition.atTime ? timestampOfDate(condition.atTime) : undefined,
    signals: [],
  };
}
