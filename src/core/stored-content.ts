// Whether what is stored of a task beside its chain is what its receipts have on record: its request by digest, its
// outcome by reason, artifacts and the digest of its result, its last hand-off, its last report and the verdicts on it.
import { create, equals, fromBinary } from "@bufbuild/protobuf";
import {
  type ReceiptBody,
  ReceiptBodySchema,
  VerdictGivenSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Outcome, OutcomeSchema, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ReviewSchema } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { digestOf } from "./chain.ts";
import { handOffBytes, handOffOf } from "./hand-off.ts";
import { storedResult } from "./locator.ts";

export type StoredContent = {
  readonly terms: Uint8Array;
  readonly payload: Uint8Array | null;
  readonly outcome: Uint8Array | null;
  readonly handOff: Uint8Array | null;
  readonly review: Uint8Array | null;
};

/** The receipt as it is kept. */
type Kept = {
  readonly receiptId: string;
  readonly fromPrincipal: string;
  readonly createTime: Date;
  readonly body: Uint8Array;
};

/** `chain` has the task's receipts, in their order. */
export function contentFaults(stored: StoredContent, chain: readonly Kept[]): string[] {
  const bodies = chain.map((row) => fromBinary(ReceiptBodySchema, row.body).body);
  const faults: string[] = [];
  const [assigned] = bodies;
  if (assigned?.case === "taskAssigned") {
    const digest = digestOf(stored.terms, stored.payload ?? new Uint8Array());
    if (!same(digest, assigned.value.requestDigest)) faults.push("the stored request is not the one on record");
  }
  const end = bodies.find(isEnd);
  if (end && stored.outcome && !isOnRecord(stored.outcome, end)) {
    faults.push("the stored outcome is not the one on record");
  }
  if (!same(handOffOnRecord(chain, bodies), stored.handOff ?? nothing)) {
    faults.push("the stored hand-off is not the last one on record");
  }
  if (!isReviewOnRecord(stored.review, chain, bodies)) {
    faults.push("the stored review is not the one on record");
  }
  return faults;
}

/** Its report is the last one, and its verdicts are those that have followed. */
function isReviewOnRecord(stored: Uint8Array | null, chain: readonly Kept[], bodies: readonly Body[]): boolean {
  const place = bodies.findLastIndex((body) => body.case === "taskReported");
  const reported = bodies[place];
  if (reported?.case !== "taskReported") return stored === null;
  const { report, verdicts } = fromBinary(ReviewSchema, stored ?? nothing);
  const given = bodies.slice(place).flatMap((body) => (body.case === "verdictGiven" ? [body.value] : []));
  const told = verdicts.map(({ taskId, verdict }) => ({ verificationTaskId: taskId, verdict }));
  return (
    report?.receiptId === chain[place]?.receiptId &&
    same(storedResult(report?.result)?.digest ?? nothing, reported.value.resultDigest) &&
    equals(OutcomeSchema, withArtifacts(report?.artifacts ?? []), withArtifacts(reported.value.artifacts)) &&
    given.length === told.length &&
    given.every(({ attempt }, at) => {
      const one = create(VerdictGivenSchema, { ...told[at], attempt });
      const other = given[at];
      return other !== undefined && equals(VerdictGivenSchema, one, other);
    })
  );
}

const nothing = new Uint8Array();

function handOffOnRecord(chain: readonly Kept[], bodies: readonly Body[]): Uint8Array {
  const place = bodies.findLastIndex((body) => body.case === "taskHandedOff");
  const [receipt, body] = [chain[place], bodies[place]];
  if (!receipt || body?.case !== "taskHandedOff") return nothing;
  return handOffBytes(handOffOf({ ...receipt, from: receipt.fromPrincipal }, body.value));
}

type Body = ReceiptBody["body"];
type End = Extract<Body, { readonly case: "taskCompleted" | "taskFailed" | "taskCanceled" }>;

/** A locator that is supplied later comes after the completion. */
function isEnd(body: Body): body is End {
  return body.case === "taskCompleted" || body.case === "taskFailed" || body.case === "taskCanceled";
}

function isOnRecord(outcome: Uint8Array, end: End): boolean {
  const { terminalReason, artifacts, result } = fromBinary(OutcomeSchema, outcome);
  if (end.case === "taskFailed") return terminalReason === end.value.terminalReason;
  if (end.case === "taskCanceled") return terminalReason === TerminalReason.CANCELED;
  return (
    terminalReason === TerminalReason.COMPLETED &&
    same(storedResult(result)?.digest ?? new Uint8Array(), end.value.resultDigest) &&
    equals(OutcomeSchema, withArtifacts(artifacts), withArtifacts(end.value.artifacts))
  );
}

function withArtifacts(artifacts: Outcome["artifacts"]): Outcome {
  return create(OutcomeSchema, { artifacts });
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
