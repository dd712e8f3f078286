// Questions: what a handler returns to ask a person or an agent, and what the next holder is answered.
import { create, type JsonValue, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type RequestInputRequest,
  RequestInputRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  type AnswererSchema,
  InputOutcome,
  type InputResult,
  OnExpiry,
  type QuestionSchema,
} from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { type Content, payloadOf } from "./content.ts";
import { dateOf, durationOf, spanMs, type TimeSpan } from "./durations.ts";

type Named = Pick<Principal, "kind" | "id">;

export type QuestionInit = {
  /** What it is about, in one line. */
  readonly title: string;
  readonly text?: string;
  /** What one should know to answer it. */
  readonly context?: JsonValue;
  /** What the answer must look like, as a JSON Schema. */
  readonly answerSchema?: { readonly [keyword: string]: JsonValue };
  /** Answers to choose among. Without a schema, the answer is the value of one of them. */
  readonly options?: readonly (
    | string
    | { readonly value: string; readonly label?: string; readonly description?: string }
  )[];
  /** The digest of the action that the answer decides on; it comes back with the answer. */
  readonly actionDigest?: Uint8Array;
  /** The principal that owes the answer. If absent, the owner of the task. */
  readonly addressee?: Named;
  /** Principals, and roles by their names, that may answer as well. */
  readonly alsoAllowed?: readonly (string | Named)[];
  /** Whether this worker may answer itself. */
  readonly askerMayAnswer?: boolean;
  /** When it expires: then the task fails, goes on without an answer, or goes on with the given one. */
  readonly expires?: {
    readonly after: TimeSpan;
    readonly otherwise?: "fail" | "decline" | { readonly answer: JsonValue };
  };
  /** A second principal, which owes the answer, too, after a time. */
  readonly escalate?: { readonly after: TimeSpan; readonly to: Named };
  /** What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays. */
  readonly checkpoint?: Content;
  /** The name under which the next holder finds the answer: `job.answer(name)`. If absent, `input`. */
  readonly name?: string;
};

/** A task that waits for an answer, made by `job.ask`, for handlers to return, as a Suspension is. */
export class Asking {
  readonly request: RequestInputRequest;
  readonly checkpoint: Payload | undefined;

  /** Checks all here, so that a mistake is thrown where it was made. */
  constructor(init: QuestionInit) {
    const { addressee, alsoAllowed = [], askerMayAnswer = false, escalate, checkpoint, name = "" } = init;
    this.checkpoint = checkpoint === undefined ? undefined : payloadOf(checkpoint);
    this.request = create(RequestInputRequestSchema, {
      question: questionOf(init),
      alsoAllowed: alsoAllowed.map(answererOf),
      notTheAsker: !askerMayAnswer,
      ...(addressee && { addressee }),
      ...expiryOf(init),
      ...(escalate && { escalate: { after: durationOf(spanMs(escalate.after)), to: escalate.to } }),
      name,
    });
  }
}

function answererOf(value: string | Named): MessageInitShape<typeof AnswererSchema> {
  if (typeof value === "string") return { answerer: { case: "role", value } };
  return { answerer: { case: "principal", value } };
}

function questionOf({
  title,
  text = "",
  context,
  answerSchema,
  options = [],
  actionDigest,
}: QuestionInit): MessageInitShape<typeof QuestionSchema> {
  return {
    title,
    text,
    ...(context !== undefined && { context: JSON.stringify(context) }),
    ...(answerSchema && { answerSchema: JSON.stringify(answerSchema) }),
    options: options.map((option) => (typeof option === "string" ? { value: option } : { ...option })),
    ...(actionDigest && { actionDigest: new Uint8Array(actionDigest) }),
  };
}

function expiryOf({ expires }: QuestionInit) {
  if (!expires) return {};
  const { after, otherwise = "fail" } = expires;
  const time = durationOf(spanMs(after));
  if (typeof otherwise === "object") {
    const defaultAnswer = JSON.stringify(otherwise.answer);
    return { expires: { after: time, onExpiry: OnExpiry.DEFAULT, defaultAnswer } };
  }
  return { expires: { after: time, onExpiry: otherwise === "fail" ? OnExpiry.FAIL : OnExpiry.DECLINE } };
}

/** How the question of a task was settled. */
export type Answer = {
  /** `defaulted`: it expired, and its default answer counts. */
  readonly outcome: "answered" | "declined" | "defaulted" | "expired";
  /** Undefined unless it was answered or defaulted. */
  readonly answer: JsonValue | undefined;
  /** The principal that answered or declined it. */
  readonly by: Principal | undefined;
  /** Why it was declined. */
  readonly reason: string;
  readonly actionDigest: Uint8Array;
  readonly time: Date | undefined;
  readonly inputId: string;
  readonly receiptId: string;
};

const outcomes: Readonly<Record<InputOutcome, Answer["outcome"]>> = {
  [InputOutcome.UNSPECIFIED]: "expired",
  [InputOutcome.ANSWERED]: "answered",
  [InputOutcome.DECLINED]: "declined",
  [InputOutcome.DEFAULTED]: "defaulted",
  [InputOutcome.EXPIRED]: "expired",
};

export function answerOf({ outcome, answer, by, reason, actionDigest, time, inputId, receiptId }: InputResult): Answer {
  return {
    outcome: outcomes[outcome] ?? "expired",
    answer: answer === "" ? undefined : (JSON.parse(answer) as JsonValue),
    by,
    reason,
    actionDigest,
    time: dateOf(time),
    inputId,
    receiptId,
  };
}
