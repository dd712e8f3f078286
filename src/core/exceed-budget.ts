// What follows when a task has spent more than its budget: its owner is told or asked, or the task ends.
import { create } from "@bufbuild/protobuf";
import { QuestionSchema } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { InputRequestedSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { OnExceeded, type Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { wantsCancel } from "./cancel-task.ts";
import { type Decision, type DecisionContext, step } from "./decision.ts";
import { anomalyDraft } from "./end-task.ts";
import { servicePrincipal } from "./principal.ts";
import { type Asking, waitForAnswerTo } from "./questions.ts";
import {
  type Account,
  amountsBeyond,
  beyondBudget,
  budgetAnomaly,
  failByBudget,
  failsByBudget,
  type Parties,
  type Spending,
  spentTies,
} from "./spend.ts";
import { type Held, isHeldTask, type Waiting } from "./task-record.ts";

type Sums = Pick<Spending, "sums" | "budget" | "beyond">;

/** The answers to choose from. */
export const goOn = "go_on";
const stop = "stop";

/** A task that its owner wants canceled is not asked about any more. */
export function asksByBudget(living: Waiting | Held, { budget, beyond }: Sums): living is Held {
  const isAsked = beyond.length > 0 && budget?.onExceeded === OnExceeded.ASK;
  return isAsked && isHeldTask(living) && !wantsCancel(living);
}

/** The lease ends, and the owner owes an answer. */
export function askAboutBudget(
  held: Held,
  { sums: total, budget, beyond }: Sums,
  terms: Task,
  moment: DecisionContext,
): Decision<Waiting> & Asking {
  const asked = create(InputRequestedSchema, {
    attempt: held.attempt,
    fence: BigInt(held.fence),
    question: create(QuestionSchema, {
      title: "The task has spent more than its budget",
      text: "Let it go on without the budget, or stop it: it then fails. If declined, it fails as well.",
      context: JSON.stringify({ task_id: held.taskId, ...amountsBeyond({ total, budget }, beyond) }),
      options: [
        { value: goOn, label: "Go on", description: "The budget is lifted: nothing bounds the task any more." },
        { value: stop, label: "Stop", description: "The task fails with BUDGET_EXCEEDED." },
      ],
    }),
    askerMayAnswer: false,
    name: "budget",
    overBudget: true,
  });
  return waitForAnswerTo(held, { from: servicePrincipal, addressee: held.owner, asked, terms }, moment);
}

/** What becomes of a task when others under it have used up its budget; undefined if that was dealt with before. */
export function exceedBudget(
  living: Waiting | Held,
  { total, budget }: Account,
  { terms, ...parties }: Parties & { readonly terms: Task },
  moment: DecisionContext,
): (Decision & Partial<Asking>) | undefined {
  const spending = { sums: total, budget, beyond: beyondBudget(total, budget) };
  const anomaly = budgetAnomaly(living, spending);
  if (!anomaly) return undefined;
  const tied = { ...living, ties: spentTies(living.ties, spending) };
  if (failsByBudget(spending)) return { ...failByBudget(tied, parties, moment, anomaly), before: living };
  if (asksByBudget(tied, spending)) return { ...askAboutBudget(tied, spending, terms, moment), before: living };
  const told = anomalyDraft(anomaly, parties.owner, living.assignedReceiptId, moment);
  const { carried, receipts } = step(living, moment, [told]);
  return { before: living, after: { ...tied, ...carried, ties: tied.ties }, receipts };
}
