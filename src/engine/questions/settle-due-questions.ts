// The part of the sweep for questions: those that were not answered in time, and those that a second principal owes
// answers to from now on. The wait of the task says when to look.
import type { Decision } from "../../core/decision.ts";
import {
  escalateQuestion,
  escalateTimeOf,
  expireTimeOf,
  nextTimeOf,
  type QuestionRecord,
} from "../../core/questions.ts";
import { expireQuestion } from "../../core/settle-question.ts";
import { mayHaveOpenQuestion } from "../../core/task-record.ts";
import { escalateQuestions, readQuestions } from "../../store/question.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { updateWaits } from "../../store/wait.sql.gen.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import type { Look } from "../tx/resolve-ends.ts";
import { writeDecisions } from "../tx/write-decisions.ts";
import { questionOf, writeSettled } from "./question-rows.ts";

export type AskingLook = { readonly look: Look; readonly question: QuestionRecord };

/** Locked tasks whose questions are open, and the others. Costs nothing where no task has asked. */
export async function splitAsking(
  tx: Transaction,
  tenantId: string,
  looks: readonly Look[],
): Promise<{ readonly asking: readonly AskingLook[]; readonly others: readonly Look[] }> {
  const taskIds = looks.filter(({ waiting }) => mayHaveOpenQuestion(waiting)).map(({ waiting }) => waiting.taskId);
  if (taskIds.length === 0) return { asking: [], others: looks };
  const rows = (await readQuestions(tx, { tenantId, taskIds })).filter(({ result }) => result === null);
  const questions = new Map(rows.map((row) => [row.taskId, questionOf(row)]));
  const asking = looks.flatMap((look) => {
    const question = questions.get(look.waiting.taskId);
    return question ? [{ look, question }] : [];
  });
  return { asking, others: looks.filter(({ waiting }) => !questions.has(waiting.taskId)) };
}

/** An expiry counts more than an escalation that is due as well. */
export function settleDueQuestions(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  asking: readonly AskingLook[],
): { readonly decided: readonly Decision[]; readonly writes: Promise<unknown> } {
  const moment = decisionContext(engine, tx.now);
  const isDue = (time: Date | null) => time !== null && time <= tx.now;
  const expired = asking
    .filter(({ question }) => isDue(expireTimeOf(question)))
    .map(({ look, question }) => expireQuestion(look.waiting, look.task, question, moment));
  const escalated = asking
    .filter(({ question }) => !isDue(expireTimeOf(question)) && isDue(escalateTimeOf(question)))
    .map(({ look, question }) => ({ question, ...escalateQuestion(look.waiting, question, moment) }));
  const decided = [...expired, ...escalated];
  if (decided.length === 0) return { decided, writes: Promise.resolve() };
  const writes = Promise.all([
    ...writeSettled(tx, tenantId, expired),
    ...(escalated.length > 0 ? writeEscalated(tx, tenantId, escalated) : []),
    writeDecisions(engine, tx, tenantId, decided),
  ]);
  wakeAbout(engine.wakeups, tx, tenantId, decided);
  const asked = new Map(asking.map(({ look: { waiting, task } }) => [waiting.taskId, task.terms]));
  wakeClaimers(engine.wakeups, tx, tenantId, expired, (taskId) => asked.get(taskId));
  return { decided, writes };
}

type Escalated = ReturnType<typeof escalateQuestion> & { readonly question: QuestionRecord };

function writeEscalated(tx: Transaction, tenantId: string, all: readonly Escalated[]): Promise<unknown>[] {
  const taskIds = all.map(({ after }) => after.taskId);
  return [
    escalateQuestions(tx, {
      tenantId,
      taskIds,
      escalatedTos: all.map(({ escalatedTo }) => escalatedTo),
      receiptIds: all.map(({ receiptId }) => receiptId),
    }),
    updateWaits(tx, {
      tenantId,
      taskIds,
      groupsLeft: all.map(() => 1),
      wakeTimes: all.map(({ question, receiptId: escalatedReceiptId }) =>
        nextTimeOf({ ...question, escalatedReceiptId }),
      ),
    }),
  ];
}
