// A refusal: the expected way for a call to fail. Rules return it as a value; at the border to the doors it is thrown
// as `Refused`, and one interceptor turns it into an answer. What a reason means on the wire stands in the contract.
import { create, getOption, type MessageInitShape } from "@bufbuild/protobuf";
import { type Failure, failure } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import {
  type ErrorDetail,
  ErrorDetailSchema,
  ErrorReason,
  ErrorReasonSchema,
  type LeaseFacts,
  type TransitionFacts,
  type ViolationFacts_FieldViolation,
} from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";

export type Refusal = {
  readonly reason: ErrorReason;
  /** What was wrong, in one sentence. */
  readonly message: string;
  readonly facts?: NonNullable<MessageInitShape<typeof ErrorDetailSchema>["facts"]>;
  readonly retryAfterMs?: number;
};

export type FieldViolation = Facts<ViolationFacts_FieldViolation>;

/** Carries a refusal from the engine to the door. */
export class Refused extends Error {
  override name = "Refused";
  readonly refusal: Refusal;
  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message, options);
    this.refusal = refusal;
  }
}

export function isRefusal(value: object): value is Refusal {
  return "reason" in value && "message" in value;
}

// --- the common ones; rules that refuse for reasons of their own build theirs beside the rule -----------------------

type ResourceKind = "task" | "receipt" | "tenant" | "api_key";

const NOT_FOUND_REASONS: Readonly<Record<ResourceKind, ErrorReason>> = {
  task: ErrorReason.TASK_NOT_FOUND,
  receipt: ErrorReason.RECEIPT_NOT_FOUND,
  tenant: ErrorReason.TENANT_NOT_FOUND,
  api_key: ErrorReason.API_KEY_NOT_FOUND,
};

/** The same words whether the thing is nowhere or another tenant's: nobody can probe for ids. */
export function notFound(kind: ResourceKind, id: string): Refusal {
  const facts = { case: "resource", value: { kind, id } } as const;
  return { reason: NOT_FOUND_REASONS[kind], message: `There is no ${kind.replace("_", " ")} ${quote(id)}.`, facts };
}

export function tenantExists(name: string): Refusal {
  const facts = { case: "resource", value: { kind: "tenant", id: name } } as const;
  return { reason: ErrorReason.TENANT_EXISTS, message: `There is a tenant ${quote(name)} already.`, facts };
}

type Facts<Message> = Omit<Message, "$typeName" | "$unknown">;

export function invalidTransition(facts: Facts<TransitionFacts>, message: string): Refusal {
  return { reason: ErrorReason.INVALID_TRANSITION, message, facts: { case: "transition", value: facts } };
}

export function leaseRefused(
  reason: typeof ErrorReason.LEASE_EXPIRED | typeof ErrorReason.FENCED | typeof ErrorReason.NOT_HOLDER,
  facts: Facts<LeaseFacts>,
  message: string,
): Refusal {
  return { reason, message, facts: { case: "lease", value: facts } };
}

export function invalidArgument(violations: readonly FieldViolation[], omitted = 0): Refusal {
  const first = violations[0];
  const count = violations.length + omitted;
  const more = count > 1 ? `, and ${count - 1} more of the request's fields are not what they must be` : "";
  const message = first === undefined ? "The request is malformed." : `${first.field} ${first.description}${more}.`;
  const value = { violations: violations.map((violation) => ({ ...violation })) };
  return { reason: ErrorReason.INVALID_ARGUMENT, message, facts: { case: "violations", value } };
}

type Limit = { readonly limit: string; readonly bound: number; readonly value: number; readonly field?: string };

export function limitExceeded(limit: Limit, message = limitMessage(limit)): Refusal {
  return { reason: ErrorReason.LIMIT_EXCEEDED, message, facts: limitFacts(limit) };
}

/** There are as many as there may be. Some of them go: whoever comes again may find room. */
export function limitReached(limit: Limit, retryAfterMs: number): Refusal {
  const message = `${limit.limit} is ${limit.bound}, and this would make it ${limit.value}.`;
  return { ...limitExceeded(limit, message), retryAfterMs };
}

export function rateLimited(limit: Limit, retryAfterMs: number): Refusal {
  return { reason: ErrorReason.RATE_LIMITED, message: limitMessage(limit), facts: limitFacts(limit), retryAfterMs };
}

export function overloaded(limit: Limit, retryAfterMs: number): Refusal {
  return { reason: ErrorReason.OVERLOADED, message: limitMessage(limit), facts: limitFacts(limit), retryAfterMs };
}

export function unavailable(message: string, retryAfterMs?: number): Refusal {
  const refusal = { reason: ErrorReason.UNAVAILABLE, message };
  return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs };
}

export function deadlineExceeded(): Refusal {
  return { reason: ErrorReason.DEADLINE_EXCEEDED, message: "The deadline of the call passed before its answer." };
}

/** One sentence for every way a credential can be wrong, so that the answer tells nothing about keys. */
export function unauthenticated(): Refusal {
  return { reason: ErrorReason.UNAUTHENTICATED, message: "The call carries no valid credential." };
}

export function permissionDenied(method: string, scope: string): Refusal {
  const message = scope === "" ? `${method} is not for this caller.` : `${method} needs the scope ${scope}.`;
  return { reason: ErrorReason.PERMISSION_DENIED, message, facts: { case: "permission", value: { method, scope } } };
}

export function tenantSuspended(): Refusal {
  return { reason: ErrorReason.TENANT_SUSPENDED, message: "The tenant of the credential is suspended." };
}

export function unsupported(message: string): Refusal {
  return { reason: ErrorReason.UNSUPPORTED, message };
}

export function internal(): Refusal {
  return { reason: ErrorReason.INTERNAL, message: "The server met a fault of its own." };
}

function limitFacts(limit: Limit): NonNullable<Refusal["facts"]> {
  const { bound, value, field = "" } = limit;
  return {
    case: "limit",
    value: { limit: limit.limit, bound: BigInt(Math.trunc(bound)), value: BigInt(Math.trunc(value)), field },
  };
}

function limitMessage({ limit, bound, value, field }: Limit): string {
  const where = field === undefined || field === "" ? "" : ` at ${field}`;
  return `${limit} is ${bound}, and the call had ${value}${where}.`;
}

export function idempotencyConflict(key: string, taskId = ""): Refusal {
  const message = `The key ${quote(key)} has been used for another request.`;
  return {
    reason: ErrorReason.IDEMPOTENCY_CONFLICT,
    message,
    facts: { case: "conflict", value: { key, taskId } },
  };
}

/** The one message of the contract that programs may match on. */
const RECEIPT_LIMIT_MESSAGE = "Receipt bodies are contracts, not chat messages";

export function receiptLimitExceeded(limit: string, bound: number, value: number): Refusal {
  return limitExceeded({ limit, bound, value }, RECEIPT_LIMIT_MESSAGE);
}

export function parentRefused(
  reason:
    | typeof ErrorReason.PARENT_REQUIRED
    | typeof ErrorReason.PARENT_NOT_FOUND
    | typeof ErrorReason.ILLEGAL_TERMINATOR,
  parent: { readonly type: ReceiptType; readonly parentReceiptId?: string; readonly parentType?: ReceiptType },
  message: string,
): Refusal {
  return { reason, message, facts: { case: "parent", value: parent } };
}

export function locatorRequired(): Refusal {
  return {
    reason: ErrorReason.LOCATOR_REQUIRED,
    message: "The success names no place where its result can be found, and the tenant requires one.",
  };
}

// --- what the contract says about a reason ---------------------------------------------------------------------------

const failures: ReadonlyMap<ErrorReason, Failure> = new Map(
  ErrorReasonSchema.values.map((value) => [value.number as ErrorReason, getOption(value, failure)]),
);

/** The code a reason travels as, whether saying it again can help, and what the caller does then. */
export function failureOf(reason: ErrorReason): Failure {
  const found = failures.get(reason);
  if (found === undefined || found.grpcCode === 0) throw new Error(`ErrorReason ${reason} carries no failure option`);
  return found;
}

/** `LIMIT_EXCEEDED`: the name of a reason as logs and metrics write it. */
export function reasonName(reason: ErrorReason): string {
  const value = ErrorReasonSchema.value[reason];
  return value === undefined ? String(reason) : value.name.replace(/^ERROR_REASON_/, "");
}

/** The one form a refusal takes on the wire, whether it fails a call or one item of a batch. */
export function errorDetailOf(refusal: Refusal, callId: string): ErrorDetail {
  const { advice, retryable } = failureOf(refusal.reason);
  const detail: MessageInitShape<typeof ErrorDetailSchema> = {
    reason: refusal.reason,
    message: refusal.message,
    advice,
    // Who is told when to come again may succeed then, whatever the reason says of others.
    retryable: retryable || refusal.retryAfterMs !== undefined,
    callId,
  };
  if (refusal.facts !== undefined) detail.facts = refusal.facts;
  if (refusal.retryAfterMs !== undefined) detail.retryAfter = durationOf(refusal.retryAfterMs);
  return create(ErrorDetailSchema, detail);
}

/** Rounded up to milliseconds: the contract promises "never less than the server needs". */
function durationOf(ms: number): { seconds: bigint; nanos: number } {
  const whole = Math.ceil(ms);
  return { seconds: BigInt(Math.floor(whole / 1_000)), nanos: (whole % 1_000) * 1_000_000 };
}

const QUOTED_CHARACTERS_MAX = 100;

/** What callers send is repeated to them, shortened: a megabyte of id is not repeated. */
function quote(text: string): string {
  return text.length > QUOTED_CHARACTERS_MAX ? `"${text.slice(0, QUOTED_CHARACTERS_MAX)}…"` : `"${text}"`;
}
