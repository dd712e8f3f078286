// Questions in the model: what a holder asks, what is owed for it, and how it is settled.
import fc from "fast-check";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type Answer, type Asked, agree, type Call, contentOf, nameOf } from "./calls.ts";
import { addReceipt, end, hasEnded, type Model, type ModelLease, type ModelTask, taskOf, write } from "./model.ts";
import { at, escalated, operator, seconds } from "./picking.ts";
import { type Prediction, record, recordedUnder } from "./predict.ts";

export type ModelQuestion = {
  readonly inputId: string;
  readonly asker: string;
  readonly addressee: string;
  readonly expireMs?: number;
  readonly onExpiry: "fail" | "decline" | "default";
  /** The second addressee. Its receipt is known when it has been escalated. */
  readonly escalation?: { readonly atMs: number; readonly to: string; isDone: boolean; receiptId?: string };
  /** `ended`: its task has ended before. */
  status: "open" | "settled" | "ended";
};

type Of<Method extends Asked["method"]> = Extract<Asked, { method: Method }>;

const { INPUT_REQUIRED, QUEUED, PAUSED, FAILED } = TaskState;

export const openQuestion = ({ questions }: ModelTask) => questions.find(({ status }) => status === "open");

// --- commands --------------------------------------------------------------------------------------------------------

export const asking: fc.Arbitrary<Omit<Of<"ask">, "token">> = fc
  .record({
    toOwner: fc.boolean(),
    expiresInMs: fc.constantFrom(undefined, 3 * seconds, 40 * seconds),
    onExpiry: fc.constantFrom("fail" as const, "decline" as const, "default" as const),
    escalatesInMs: fc.constantFrom(undefined, undefined, seconds),
  })
  .map(({ expiresInMs, onExpiry, escalatesInMs, toOwner }) => ({
    method: "ask" as const,
    toOwner,
    ...(escalatesInMs !== undefined && { escalatesInMs }),
    // What does not expire says nothing of it: two that differ in it alone are one call.
    ...(expiresInMs === undefined ? { onExpiry: "fail" as const } : { onExpiry, expiresInMs }),
  }));

export type ProvideCommand = {
  readonly kind: "provide";
  readonly pick: number;
  readonly who: number;
  readonly what: Of<"provide">["what"];
  readonly naming: "none" | "fresh" | "used";
};

export const providing: fc.Arbitrary<ProvideCommand> = fc.record({
  kind: fc.constant("provide" as const),
  pick: fc.nat({ max: 1_000 }),
  who: fc.nat({ max: 1_000 }),
  what: fc.constantFrom("yes" as const, "no" as const, "yes" as const, "decline" as const, "maybe" as const),
  naming: fc.constantFrom("none" as const, "none" as const, "fresh" as const, "used" as const),
});

/** Mostly an open question, and mostly by its addressee. */
export function resolveProvide(
  { tasks }: Model,
  { pick, who, what }: ProvideCommand,
  actors: readonly Actor[],
): { readonly actor: Actor; readonly asked: Asked } | undefined {
  const all = tasks.flatMap((task) => task.questions.map((question) => ({ task, question })));
  const open = all.filter(({ question }) => question.status === "open");
  const found = at(pick % 4 === 0 || open.length === 0 ? all : open, pick);
  if (!found) return undefined;
  const { taskId } = found.task;
  const { addressee, escalation } = found.question;
  const second = escalation?.receiptId;
  const named = actors.filter((actor) => [addressee, second && escalation?.to].includes(nameOf(actor)));
  const inputId = second && pick % 3 === 0 ? second : found.question.inputId;
  const actor = at(who % 5 === 0 ? actors : named, who);
  // A task's own id is the id of no question.
  return actor && { actor, asked: { method: "provide", taskId, inputId: who % 17 === 0 ? taskId : inputId, what } };
}

// --- predictions -----------------------------------------------------------------------------------------------------

export function addresseeOf(task: ModelTask, { toOwner }: Of<"ask">): string {
  return toOwner ? task.owner : nameOf({ tenant: task.tenant, ...operator });
}

export function secondOf({ tenant }: ModelTask): string {
  return nameOf({ tenant, ...escalated });
}

export function adoptAsk(model: Model, asked: Of<"ask">, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  const addressee = addresseeOf(task, asked);
  delete task.lease;
  delete task.wait;
  task.state = INPUT_REQUIRED;
  agree("the state of a task that asks", answer.state, task.state);
  task.questions.push({
    inputId: answer.receiptId ?? "",
    asker: lease.holder,
    addressee,
    ...(asked.expiresInMs !== undefined && { expireMs: model.nowMs + asked.expiresInMs }),
    onExpiry: asked.onExpiry,
    ...(asked.escalatesInMs !== undefined && {
      escalation: {
        atMs: model.nowMs + asked.escalatesInMs,
        to: secondOf(task),
        isDone: false,
      },
    }),
    status: "open",
  });
  write(task, ReceiptType.INPUT_REQUESTED);
  addReceipt(model, task, answer.receiptId, addressee);
  return [task];
}

export function predictProvide(model: Model, call: Call, asked: Of<"provide">): Prediction {
  const task = taskOf(model, call.actor, asked.taskId);
  if (!task) return { reason: "TASK_NOT_FOUND" };
  const me = nameOf(call.actor);
  const question = task.questions.find(({ inputId, escalation }) =>
    [inputId, escalation?.receiptId].includes(asked.inputId),
  );
  const isSecond = question?.escalation?.isDone === true && question.escalation.to === me;
  if (question?.addressee !== me && !isSecond) {
    const isNamed = question?.asker === me;
    const mayRead = call.actor.kind === "human" || [task.owner, task.obligated, task.lease?.holder].includes(me);
    if (!isNamed && !mayRead) return { reason: "TASK_NOT_FOUND" };
    return { reason: question ? "PERMISSION_DENIED" : "RECEIPT_NOT_FOUND" };
  }
  const recorded = recordedUnder(model, call);
  if (recorded === "conflict") return { reason: "IDEMPOTENCY_CONFLICT" };
  if (recorded) {
    return {
      adopt(answer) {
        agree("a repeated answer", answer, { state: task.state, receiptId: recorded.answer.receiptId });
        return [task];
      },
    };
  }
  const isLate = question.expireMs !== undefined && question.expireMs <= model.nowMs;
  if (question.status === "settled" || (question.status === "open" && isLate)) return { reason: "INPUT_ANSWERED" };
  if (question.status === "ended") return { reason: "INVALID_TRANSITION", state: task.state };
  if (asked.what === "maybe") return { reason: "INVALID_ARGUMENT" };
  return { adopt: (answer) => adoptProvide(model, call, task, question, answer) };
}

function adoptProvide(model: Model, call: Call, task: ModelTask, question: ModelQuestion, answer: Answer): ModelTask[] {
  const isDecline = call.asked.method === "provide" && call.asked.what === "decline";
  settle(model, task, question, isDecline ? ReceiptType.INPUT_DECLINED : ReceiptType.INPUT_PROVIDED);
  agree(`the state after ${contentOf(call)}`, answer.state, task.state);
  addReceipt(model, task, answer.receiptId, task.owner);
  record(model, call, answer);
  return [task];
}

/** The task goes on, unless it is paused. */
function settle(model: Model, task: ModelTask, question: ModelQuestion, type: ReceiptType): void {
  question.status = "settled";
  write(task, type);
  if (task.state === PAUSED) return;
  task.state = QUEUED;
  const fromMs = Math.max(model.nowMs, task.notBeforeMs);
  task.eligible = { fromMs, toMs: fromMs };
  write(task, ReceiptType.TASK_RESUMED);
}

/** Questions that have expired, or are escalated. Returns the tasks that changed. */
export function sweepQuestions(model: Model): ModelTask[] {
  return model.tasks.filter((task) => {
    const question = openQuestion(task);
    if (question && isEscalatedNow(model, question)) {
      write(task, ReceiptType.INPUT_REQUESTED);
      return true;
    }
    if (question?.expireMs === undefined || question.expireMs > model.nowMs || hasEnded(task.state)) return false;
    if (question.onExpiry === "fail") {
      question.status = "settled";
      write(task, ReceiptType.INPUT_EXPIRED);
      end(task, FAILED, TerminalReason.INPUT_EXPIRED, ReceiptType.TASK_FAILED);
    } else settle(model, task, question, ReceiptType.INPUT_EXPIRED);
    return true;
  });
}

/** An expiry counts more. */
function isEscalatedNow({ nowMs }: Model, { expireMs, escalation }: ModelQuestion): boolean {
  const isExpired = expireMs !== undefined && expireMs <= nowMs;
  if (!escalation || escalation.isDone || escalation.atMs > nowMs || isExpired) return false;
  escalation.isDone = true;
  return true;
}
