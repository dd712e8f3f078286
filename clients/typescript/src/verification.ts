// Work that is checked before it counts as done: how a new task asks for it, the verdict that a verifier's handler
// returns, and what a later holder is told of a report that was rejected.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Artifact } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  OnReject,
  OnVerificationTimeout,
  type VerificationSchema,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type Review,
  VerdictDecision,
  type VerdictSchema,
} from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { type Content, contentOf } from "./content.ts";
import { dateOf, durationOf, timestampOf } from "./durations.ts";

/** Each field has the meaning of the field of that name in the contract's Verification. */
export type VerificationInit = {
  readonly verifiers?: number;
  readonly acceptAt?: number;
  /** Which workers get the verification tasks. If absent, those of the task's queue with a handler for `verify`. */
  readonly verifier?: { readonly capabilities?: readonly string[]; readonly queue?: string; readonly type?: string };
  readonly evidenceRequired?: readonly string[];
  readonly timeoutMs?: number;
  readonly onTimeout?: keyof typeof timeouts;
  readonly onReject?: keyof typeof rejections;
  readonly criteria?: readonly string[];
};

const timeouts = {
  fail: OnVerificationTimeout.FAIL,
  accept: OnVerificationTimeout.ACCEPT,
  "ask owner": OnVerificationTimeout.ASK_OWNER,
} as const;
const rejections = { retry: OnReject.RETRY, fail: OnReject.FAIL } as const;

export function verificationOf(init: VerificationInit): MessageInitShape<typeof VerificationSchema> {
  const { verifier, evidenceRequired = [], criteria = [], timeoutMs, onTimeout, onReject, ...same } = init;
  return {
    ...same,
    evidenceRequired: [...evidenceRequired],
    criteria: [...criteria],
    ...(verifier && { verifier: verifierOf(verifier) }),
    ...(timeoutMs !== undefined && { timeout: durationOf(timeoutMs) }),
    ...(onTimeout && { onTimeout: timeouts[onTimeout] }),
    ...(onReject && { onReject: rejections[onReject] }),
  };
}

function verifierOf({ capabilities, queue = "", type = "" }: NonNullable<VerificationInit["verifier"]>) {
  return { queue, type, ...(capabilities && { requirements: { capabilities: [...capabilities] } }) };
}

export type EvidenceInit = {
  readonly kind: string;
  readonly uri: string;
  readonly digest?: string;
  /** When it was made: not before the report. */
  readonly time: Date;
};

export type VerdictInit = {
  readonly decision: keyof typeof decisions;
  /** What was found, for the worker that does the task next. */
  readonly findings?: readonly string[];
  /** From 0 to 1. */
  readonly confidence?: number;
  readonly evidence?: readonly EvidenceInit[];
  /** Stored by the server as the result of the verification task. If absent, the verdict is. */
  readonly result?: Content;
};

const decisions = {
  accept: VerdictDecision.ACCEPT,
  reject: VerdictDecision.REJECT,
  unverifiable: VerdictDecision.UNVERIFIABLE,
} as const;

export function verdictOf(init: VerdictInit): MessageInitShape<typeof VerdictSchema> {
  const { decision, findings = [], confidence, evidence = [] } = init;
  const number = decisions[decision];
  if (number === undefined) throw new TypeError("decision must be accept, reject or unverifiable");
  return {
    decision: number,
    findings: [...findings],
    ...(confidence !== undefined && { confidence }),
    evidence: evidence.map(({ time, ...same }) => ({ ...same, time: timestampOf(time) })),
  };
}

/** A report on the task that was rejected, for its next holder. */
export type RejectedReport = {
  /** All that verifiers have found, in the order of their verdicts. */
  readonly findings: readonly string[];
  readonly executor: Principal | undefined;
  readonly attempt: number;
  readonly result: ReturnType<typeof contentOf>;
  readonly artifacts: readonly Artifact[];
  readonly time: Date | undefined;
  readonly receiptId: string;
};

export function rejectedReportOf({ report, verdicts }: Review): RejectedReport | undefined {
  if (!report) return undefined;
  const { executor, attempt, result, artifacts, time, receiptId } = report;
  const findings = verdicts.flatMap(({ verdict }) => verdict?.findings ?? []);
  return { findings, executor, attempt, result: contentOf(result), artifacts, time: time && dateOf(time), receiptId };
}
