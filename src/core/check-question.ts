// What is wrong with a question that no rule on one field can say: its schema, its answerers, its times, its default
// answer.
import { RoleSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { RequestInputRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type Answerer, OnExpiry } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { compileQuestion } from "./answer-schema.ts";
import { msOfDuration } from "./duration.ts";
import type { Limits } from "./limits.ts";
import { checkPayload } from "./payload.ts";
import { faultOfAddressee } from "./principal.ts";
import { type FieldViolation, invalidArgument, type Refusal } from "./refusal.ts";
import type { CheckValue } from "./schema.ts";

export function checkRequestInput(request: RequestInputRequest, limits: Limits): Refusal | undefined {
  const { question, addressee, alsoAllowed, escalate, checkpoint } = request;
  const violations: FieldViolation[] = [];
  const add = (field: string, fault: Omit<FieldViolation, "field"> | undefined) => {
    if (fault) violations.push({ field, ...fault });
  };
  add("addressee.kind", faultOfAddressee(addressee));
  add("escalate.to.kind", faultOfAddressee(escalate?.to));
  for (const [place, one] of alsoAllowed.entries()) violations.push(...faultsOfAnswerer(one, `also_allowed[${place}]`));
  const values = question?.options.map(({ value }) => value) ?? [];
  if (new Set(values).size < values.length) {
    add("question.options", { description: "must have different values", rule: "question.options" });
  }
  violations.push(...faultsOfTimes(request));
  const compiled = question ? compileQuestion(question) : [];
  if (typeof compiled === "function") violations.push(...faultsOfAnswers(request, compiled));
  else violations.push(...compiled);
  if (violations.length > 0) return invalidArgument(violations);
  return checkPayload(checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max);
}

const roles = new Set(RoleSchema.values.slice(1).map(({ name }) => name.replace("ROLE_", "").toLowerCase()));

function faultsOfAnswerer({ answerer }: Answerer, field: string): FieldViolation[] {
  if (answerer.case === "principal") {
    const fault = faultOfAddressee(answerer.value);
    return fault ? [{ field: `${field}.principal.kind`, ...fault }] : [];
  }
  if (answerer.case === "role" && roles.has(answerer.value)) return [];
  const description = `must be a principal, or one of the roles ${[...roles].join(", ")}`;
  return [{ field, description, rule: "question.answerer" }];
}

function faultsOfTimes({ expires, escalate }: RequestInputRequest): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (expires && (expires.onExpiry === OnExpiry.DEFAULT) !== (expires.defaultAnswer !== "")) {
    const description = "must be set if, and only if, the question expires with DEFAULT";
    violations.push({ field: "expires.default_answer", description, rule: "question.default_answer" });
  }
  if (expires?.after && escalate?.after && msOfDuration(escalate.after) >= msOfDuration(expires.after)) {
    const description = "must be shorter than expires.after";
    violations.push({ field: "escalate.after", description, rule: "question.escalate" });
  }
  return violations;
}

/** Answers that the question itself has. */
function faultsOfAnswers({ question, expires }: RequestInputRequest, check: CheckValue): FieldViolation[] {
  const options = (question?.answerSchema ? question.options : []).flatMap(({ value }, place) =>
    check(JSON.stringify(value), `question.options[${place}].value`),
  );
  return expires?.defaultAnswer ? [...options, ...check(expires.defaultAnswer, "expires.default_answer")] : options;
}
