// A client's questions: those that the caller owes answers to, and its answers.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { Question } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import type { ProvideInputResponse } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { obligations } from "./client-lists.ts";
import { dateOf } from "./durations.ts";

/** Any object that has the ids of a question, such as an OpenQuestion. */
export type QuestionRef = { readonly taskId: string; readonly inputId: string };

/** A question that the caller owes an answer to. */
export type OpenQuestion = QuestionRef & {
  readonly title: string;
  readonly text: string;
  readonly context: JsonValue | undefined;
  readonly answerSchema: JsonValue | undefined;
  readonly options: Question["options"];
  readonly actionDigest: Uint8Array;
  readonly from: Principal | undefined;
  readonly expireTime: Date | undefined;
};

/** Oldest first. */
export async function* openQuestions(calls: Calls, options: CallOptions): AsyncGenerator<OpenQuestion> {
  for await (const { receipt } of obligations(calls, {}, options)) {
    const body = receipt?.body?.body;
    if (receipt === undefined || body?.case !== "inputRequested") continue;
    const { question, expireTime } = body.value;
    yield {
      taskId: receipt.taskId,
      inputId: receipt.receiptId,
      title: question?.title ?? "",
      text: question?.text ?? "",
      context: jsonOf(question?.context),
      answerSchema: jsonOf(question?.answerSchema),
      options: question?.options ?? [],
      actionDigest: question?.actionDigest ?? new Uint8Array(),
      from: receipt.from,
      expireTime: dateOf(expireTime),
    };
  }
}

function jsonOf(text = ""): JsonValue | undefined {
  return text === "" ? undefined : (JSON.parse(text) as JsonValue);
}

export function answerQuestion(
  calls: Calls,
  question: QuestionRef,
  answer: JsonValue,
  options: AnswerOptions,
): Promise<ProvideInputResponse> {
  return provide(calls, question, { case: "answer", value: JSON.stringify(answer) }, options);
}

export function declineQuestion(
  calls: Calls,
  question: QuestionRef,
  reason: string,
  options: AnswerOptions,
): Promise<ProvideInputResponse> {
  return provide(calls, question, { case: "decline", value: { reason } }, options);
}

export type AnswerOptions = CallOptions & {
  /** If set, the answer is taken only if the question asks about this action. */
  readonly actionDigest?: Uint8Array;
};

type Outcome =
  | { readonly case: "answer"; readonly value: string }
  | { readonly case: "decline"; readonly value: { readonly reason: string } };

async function provide(
  { stubs, call }: Calls,
  { taskId, inputId }: QuestionRef,
  outcome: Outcome,
  { actionDigest, ...options }: AnswerOptions,
): Promise<ProvideInputResponse> {
  const keyed = withRequestId(options);
  const request = {
    taskId,
    inputId,
    outcome,
    requestId: keyed.requestId,
    ...(actionDigest && { actionDigest: new Uint8Array(actionDigest) }),
  };
  return await call(keyed, (bounds) => stubs.tasks.provideInput(request, bounds));
}
