// A new task in native types: JSON values, milliseconds, dates.
import { create } from "@bufbuild/protobuf";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { OnExceeded, OnParentEnd, Preflight } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type CreateTaskRequest,
  CreateTaskRequestSchema,
  type OnNameTaken,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type AmountsInit, amountsOf } from "./amounts.ts";
import { type ScopeInit, scopeOf } from "./client-scopes.ts";
import { type Content, payloadOf } from "./content.ts";
import { durationOf, timestampOf } from "./durations.ts";
import { type VerificationInit, verificationOf } from "./verification.ts";
import { type WaitInit, waitOf } from "./wait.ts";

export type RetryPolicyInit = {
  readonly initialIntervalMs?: number;
  readonly multiplier?: number;
  readonly maxIntervalMs?: number;
  readonly jitter?: number;
  readonly nonRetryableTypes?: readonly string[];
};

export type ExpectedOutcomeInit = {
  readonly kind?: string;
  readonly mediaType?: string;
  /** Artifacts that the outcome must have; enforced where `enforce` says so. */
  readonly required?: readonly RequiredArtifactInit[];
  readonly enforce?: boolean;
  /** A hand-off contract, whose artifacts are enforced. */
  readonly contract?: string;
};

export type RequiredArtifactInit = {
  readonly kind: string;
  readonly uriPattern?: string;
  readonly mediaType?: string;
  readonly min?: number;
};

/** Each field has the meaning of the field of that name in CreateTaskRequest. */
export type NewTask = {
  readonly type: string;
  readonly payload?: Content;
  readonly queue?: string;
  /** Your key for this task: creating it again with the same key returns the task that exists. */
  readonly idempotencyKey?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly capabilities?: readonly string[];
  readonly priority?: number;
  readonly maxAttempts?: number;
  readonly retry?: RetryPolicyInit;
  readonly notBefore?: Date;
  readonly delayMs?: number;
  readonly startDeadline?: Date;
  readonly deadline?: Date;
  readonly attemptTimeoutMs?: number;
  readonly leaseTtlMs?: number;
  readonly maxLeaseLosses?: number;
  readonly expectedOutcome?: ExpectedOutcomeInit;
  /** The only principal that may lease it. */
  readonly addressee?: Pick<Principal, "kind" | "id">;
  readonly obligated?: Pick<Principal, "kind" | "id">;
  readonly parentReceipts?: readonly string[];
  readonly traceContext?: { readonly traceparent: string; readonly tracestate?: string };
  readonly redriveOf?: string;
  /** No worker gets the task before this has happened: a condition, `anyOf(…)` or `allOf(…)`. */
  readonly wait?: WaitInit;
  /** The token of a lease: the task becomes a child of that one. `job.child` fills it in. */
  readonly under?: string;
  /** What happens to a child when its parent ends. If absent, it is canceled. */
  readonly onParentEnd?: OnParentEnd;
  /** A name, which at most one live task of the tenant bears. Calls find the task by it: `named("reports/nightly")`. */
  readonly name?: string;
  /** What happens if a live task bears the name. If absent, the creation is refused with NAME_TAKEN. */
  readonly onNameTaken?: OnNameTaken;
  /** How its work is checked before it counts as done. If absent, a completion is the end. */
  readonly verification?: VerificationInit;
  /**
   * What the task works on: `"repo:shop/api"` to write, `{ read: "repo:shop" }` to read. While it is leased, no task is
   * leased whose scopes overlap these, unless both read.
   */
  readonly scopes?: readonly ScopeInit[];
  /** Whether the agents whose capabilities it requires must be well before a worker gets it. If absent, `ADVISORY`. */
  readonly preflight?: Preflight;
  /** What the task may spend, and what happens beyond: if absent, its holder is told. */
  readonly budget?: { readonly amounts: AmountsInit; readonly onExceeded?: OnExceeded };
};

/** The live task that bears a name, wherever a call takes the id of a task. */
export function named(name: string): string {
  return `name:${name}`;
}

export function requestOf(task: NewTask, requestId = ""): CreateTaskRequest {
  const { payload, capabilities, retry, parentReceipts, wait, budget, scopes, expectedOutcome, ...more } = task;
  const { verification, ...rest } = more;
  const { notBefore, delayMs, startDeadline, deadline, attemptTimeoutMs, leaseTtlMs, ...same } = rest;
  return create(CreateTaskRequestSchema, {
    ...same,
    requestId,
    ...(payload !== undefined && { payload: payloadOf(payload) }),
    ...(capabilities && { requirements: { capabilities: [...capabilities] } }),
    ...(retry && { retry: retryPolicy(retry) }),
    ...(parentReceipts && { parentReceipts: [...parentReceipts] }),
    ...(wait && { wait: waitOf(wait) }),
    ...(verification && { verification: verificationOf(verification) }),
    ...(scopes && { scopes: scopes.map(scopeOf) }),
    ...(budget && { budget: { ...budget, amounts: amountsOf(budget.amounts) } }),
    ...(expectedOutcome && {
      expectedOutcome: { ...expectedOutcome, required: [...(expectedOutcome.required ?? [])] },
    }),
    ...(notBefore && { notBefore: timestampOf(notBefore) }),
    ...(startDeadline && { startDeadline: timestampOf(startDeadline) }),
    ...(deadline && { deadline: timestampOf(deadline) }),
    ...(delayMs !== undefined && { delay: durationOf(delayMs) }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeout: durationOf(attemptTimeoutMs) }),
    ...(leaseTtlMs !== undefined && { leaseTtl: durationOf(leaseTtlMs) }),
  });
}

function retryPolicy({ initialIntervalMs, maxIntervalMs, nonRetryableTypes, ...same }: RetryPolicyInit) {
  return {
    ...same,
    ...(initialIntervalMs !== undefined && { initialInterval: durationOf(initialIntervalMs) }),
    ...(maxIntervalMs !== undefined && { maxInterval: durationOf(maxIntervalMs) }),
    ...(nonRetryableTypes && { nonRetryableTypes: [...nonRetryableTypes] }),
  };
}
