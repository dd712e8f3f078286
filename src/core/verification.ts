// How work is checked, as rules: what a policy says, what a verification task is told, what verdicts add up to, and
// which verdicts are none.
import { create, type DescMessage, type MessageShape, toJsonString } from "@bufbuild/protobuf";
import type { CompleteTaskRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  ArtifactSchema,
  DeliveryProofSchema,
  type Payload,
  PayloadSchema,
} from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import {
  ExpectedOutcomeSchema,
  OnReject,
  OnVerificationTimeout,
  type Task,
  type Verification,
  VerificationSchema,
  VerifierSchema,
} from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type Report,
  type Review,
  type Verdict,
  VerdictDecision,
  VerdictSchema,
} from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { dateOfTimestamp } from "./duration.ts";
import { formatPrincipal } from "./principal.ts";
import {
  type FieldViolation,
  invalidArgument,
  outcomeIncomplete,
  type Refusal,
  verifierNotIndependent,
} from "./refusal.ts";

const { ACCEPT } = VerdictDecision;

/** With every default filled in. `queue` is that of the task. */
export function verificationOf(asked: Verification, queue: string): Verification {
  const { verifier } = asked;
  return create(VerificationSchema, {
    ...asked,
    verifiers: asked.verifiers ?? 1,
    acceptAt: asked.acceptAt ?? 1,
    verifier: create(VerifierSchema, {
      ...(verifier?.requirements && { requirements: verifier.requirements }),
      queue: verifier?.queue || queue,
      type: verifier?.type || "verify",
    }),
    onTimeout: asked.onTimeout || OnVerificationTimeout.FAIL,
    onReject: asked.onReject || OnReject.RETRY,
  });
}

export function checkVerification(asked: Verification | undefined): FieldViolation[] {
  if (!asked || (asked.acceptAt ?? 1) <= (asked.verifiers ?? 1)) return [];
  const description = "must be at most verifiers";
  return [{ field: "verification.accept_at", description, rule: "verification.accept_at" }];
}

/** What a verifier is given: the task as it was asked, what was reported, and what to check. */
export function verificationPayload(terms: Task, payload: Payload | undefined, report: Report): Payload {
  const { taskId, type, queue, labels, expectedOutcome, verification } = terms;
  const { receiptId, executor, attempt, result, artifacts, deliveryProof, time } = report;
  const value = jsonOf({
    task: jsonOf({
      task_id: JSON.stringify(taskId),
      type: JSON.stringify(type),
      queue: JSON.stringify(queue),
      labels: JSON.stringify(labels),
      payload: payload && payloadJson(payload),
      expected_outcome: expectedOutcome && messageJson(ExpectedOutcomeSchema, expectedOutcome),
    }),
    report: jsonOf({
      receipt_id: JSON.stringify(receiptId),
      executor: executor && JSON.stringify(formatPrincipal(executor)),
      attempt: JSON.stringify(attempt),
      time: time && JSON.stringify(dateOfTimestamp(time).toISOString()),
      result: result && payloadJson(result),
      delivery_proof: deliveryProof && messageJson(DeliveryProofSchema, deliveryProof),
    }),
    artifacts: `[${artifacts.map((one) => messageJson(ArtifactSchema, one)).join(",")}]`,
    criteria: JSON.stringify(verification?.criteria ?? []),
  });
  return create(PayloadSchema, { content: { case: "json", value } });
}

/** Of texts that are JSON already: what callers have written as JSON stays as they have written it. */
function jsonOf(members: Readonly<Record<string, string | undefined>>): string {
  const texts = Object.entries(members).flatMap(([name, text]) => (text === undefined ? [] : [`"${name}":${text}`]));
  return `{${texts.join(",")}}`;
}

/** JSON as it is, other content as the contract's Payload. */
function payloadJson(payload: Payload): string {
  return payload.content.case === "json" ? payload.content.value : messageJson(PayloadSchema, payload);
}

function messageJson<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  return toJsonString(schema, message, { useProtoFieldName: true });
}

/** A verdict as the result that the server stores of its task: where else should one look for it? */
export function verdictResult(verdict: Verdict): Payload {
  return create(PayloadSchema, { content: { case: "json", value: messageJson(VerdictSchema, verdict) } });
}

/** What is wrong with the verdict of a completion, whatever it verifies. */
export function checkVerdict({ next }: CompleteTaskRequest): Refusal | undefined {
  if (next.length === 0) return undefined;
  const description = "must be empty with a verdict";
  return invalidArgument([{ field: "next", description, rule: "verdict.next" }]);
}

/** A completion has a verdict if its task is a verification, and only then. */
export function verdictFault(isGiven: boolean): Refusal {
  const description = isGiven
    ? "must be absent: the task is no verification task"
    : "is required: the task is a verification task";
  return invalidArgument([{ field: "verdict", description, rule: isGiven ? "verdict.absent" : "verdict.required" }]);
}

export type VerdictRules = {
  readonly verifier: string;
  /** The principals that have held the verified task. */
  readonly barred: readonly string[];
  readonly evidenceRequired: readonly string[];
  readonly report: Report;
};

/** Why a verdict does not count. */
export function refuseVerdict(
  { decision, evidence }: Verdict,
  { verifier, barred, evidenceRequired, report }: VerdictRules,
): Refusal | undefined {
  if (barred.includes(verifier)) return verifierNotIndependent();
  const reported = report.time && dateOfTimestamp(report.time);
  const violations = evidence.flatMap(({ time }, place): FieldViolation[] => {
    if (time && reported && dateOfTimestamp(time) >= reported) return [];
    const description = `must not be before the report, ${reported?.toISOString()}`;
    return [{ field: `verdict.evidence[${place}].time`, description, rule: "verdict.evidence_time" }];
  });
  if (violations.length > 0) return invalidArgument(violations);
  if (decision !== ACCEPT) return undefined;
  const kinds = new Set(evidence.map(({ kind }) => kind));
  const missing = evidenceRequired.filter((kind) => !kinds.has(kind));
  if (missing.length === 0) return undefined;
  return outcomeIncomplete(
    missing.map((kind) => ({
      required: { $typeName: "asyncgate.v1.RequiredArtifact", kind, uriPattern: "", mediaType: "", min: 1 },
      found: 0,
    })),
  );
}

/** What the verdicts add up to. */
export type Tally = "open" | "accepted" | "rejected";

/** Once the owner was asked, its verdict alone decides. */
export function tallyOf({ report, verdicts }: Review, { verifiers, acceptAt }: Verification): Tally {
  const ownerTaskId = report?.ownerTaskId ?? "";
  if (ownerTaskId !== "") {
    const own = verdicts.find(({ taskId }) => taskId === ownerTaskId);
    if (!own) return "open";
    return own.verdict?.decision === ACCEPT ? "accepted" : "rejected";
  }
  const [most = 1, needed = 1] = [verifiers, acceptAt];
  const accepted = verdicts.filter(({ verdict }) => verdict?.decision === ACCEPT).length;
  if (accepted >= needed) return "accepted";
  return accepted + most - verdicts.length < needed ? "rejected" : "open";
}

/** Whether the task is one that may still give a verdict on the report. */
export function isOpenFor({ report, verdicts }: Review, taskId: string): boolean {
  if (!report || verdicts.some((one) => one.taskId === taskId)) return false;
  return report.ownerTaskId === "" ? report.verificationTaskIds.includes(taskId) : report.ownerTaskId === taskId;
}
