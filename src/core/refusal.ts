// A refusal is the expected way for a call to fail. Rules return it as a value; an operation throws it as `Refused`,
// and one interceptor turns that into an error. Batches hold refusals as values, one per item. What a reason means on
// the wire is defined in the contract.
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type AgentScopeFacts_AgentScopeOverlap,
  type AgentVersionFacts,
  type BudgetFacts,
  type ErrorDetailSchema,
  ErrorReason,
  type LeaseFacts,
  type OutcomeFacts_MissingArtifact,
  type ScopeFacts_HeldScopeFact,
  type TransitionFacts,
  type ViolationFacts_FieldViolation,
} from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { InputOutcome, type InputResult } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import type { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { rolesWith } from "./roles.ts";

/** Only `makeRefusal` makes refusals, so that nothing that merely looks like one is taken for one. */
const brand = Symbol("refusal");

export type Refusal = {
  readonly [brand]: true;
  readonly reason: ErrorReason;
  /** What was wrong, in one sentence. */
  readonly message: string;
  readonly facts?: NonNullable<MessageInitShape<typeof ErrorDetailSchema>["facts"]>;
  readonly retryAfterMs?: number;
  /** The item of the request that was refused, where one item refuses the whole call: `next[2]`. */
  readonly item?: string;
};

export type FieldViolation = Facts<ViolationFacts_FieldViolation>;

/** A refusal, thrown by an operation. */
export class Refused extends Error {
  override name = "Refused";
  readonly refusal: Refusal;
  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message, options);
    this.refusal = refusal;
  }
}

export function isRefusal(value: object): value is Refusal {
  return brand in value;
}

/** The value, or its refusal thrown. */
export function orThrow<Value extends object>(value: Value | Refusal): Value {
  if (isRefusal(value)) throw new Refused(value);
  return value;
}

export function throwIfRefused(refusal: Refusal | undefined): void {
  if (refusal) throw new Refused(refusal);
}

/** For the functions of this file, and of files that have the refusals of one room. */
export function makeRefusal(fields: Omit<Refusal, typeof brand>): Refusal {
  return { [brand]: true, ...fields };
}

// --- the refusals -------------------------------------------------------------------------------------------------

const notFoundReasons = {
  task: ErrorReason.TASK_NOT_FOUND,
  receipt: ErrorReason.RECEIPT_NOT_FOUND,
  tenant: ErrorReason.TENANT_NOT_FOUND,
  api_key: ErrorReason.API_KEY_NOT_FOUND,
  agent: ErrorReason.AGENT_NOT_FOUND,
  agent_session: ErrorReason.AGENT_SESSION_NOT_FOUND,
  hand_off_contract: ErrorReason.HAND_OFF_CONTRACT_NOT_FOUND,
  machine: ErrorReason.MACHINE_NOT_FOUND,
  node: ErrorReason.NODE_NOT_FOUND,
  node_enrollment: ErrorReason.NODE_ENROLLMENT_NOT_FOUND,
  node_rollout: ErrorReason.NODE_ROLLOUT_NOT_FOUND,
} as const satisfies Readonly<Record<string, ErrorReason>>;

type ResourceKind = keyof typeof notFoundReasons;

/** The same words whether the thing does not exist or belongs to another tenant, so that ids cannot be probed. */
export function notFound(kind: ResourceKind, id: string): Refusal {
  return resourceRefused(notFoundReasons[kind], kind, id, `There is no ${kind.replaceAll("_", " ")} ${quote(id)}.`);
}

export function resourceRefused(reason: ErrorReason, kind: ResourceKind, id: string, message: string): Refusal {
  return makeRefusal({ reason, message, facts: { case: "resource", value: { kind, id } } });
}

/** For names in place of ids: one that no live task bears, or one whose task the caller may not know of. */
export function nameNotFound(taskIdOrName: string, name: string): Refusal {
  const message = `No live task bears the name ${quote(name)}. ListTasks with this name shows ended ones.`;
  return { ...notFound("task", taskIdOrName), message };
}

export function nameTaken(name: string, taskId: string): Refusal {
  const message = taskId
    ? `Task ${taskId} bears the name ${quote(name)}.`
    : `Another live task of the tenant bears the name ${quote(name)}.`;
  const facts = { case: "name", value: { name, taskId } } as const;
  return makeRefusal({ reason: ErrorReason.NAME_TAKEN, message, facts });
}

export function tenantExists(name: string): Refusal {
  return resourceRefused(ErrorReason.TENANT_EXISTS, "tenant", name, `There is a tenant ${quote(name)} already.`);
}

export function machineVersionExists(name: string, version: string): Refusal {
  const message = `Another document is kept as version ${quote(version)} of ${quote(name)}.`;
  return resourceRefused(ErrorReason.MACHINE_VERSION_EXISTS, "machine", `${name}@${version}`, message);
}

type Facts<Message> = Omit<Message, "$typeName" | "$unknown">;

export function invalidTransition(facts: Facts<TransitionFacts>, message: string): Refusal {
  return makeRefusal({ reason: ErrorReason.INVALID_TRANSITION, message, facts: { case: "transition", value: facts } });
}

export function leaseRefused(
  reason: typeof ErrorReason.LEASE_EXPIRED | typeof ErrorReason.FENCED | typeof ErrorReason.NOT_HOLDER,
  facts: Facts<LeaseFacts>,
  message: string,
): Refusal {
  return makeRefusal({ reason, message, facts: { case: "lease", value: facts } });
}

/** Error details travel in HTTP/2 trailers, which Java's gRPC clients cap at 8 KiB: so many fit, more are counted. */
export const violationsMax = 20;

export function invalidArgument(violations: readonly FieldViolation[], omitted = 0): Refusal {
  const first = violations[0];
  const count = violations.length + omitted;
  const more = count > 1 ? `, and ${count - 1} more fields of the request are invalid` : "";
  const message = first === undefined ? "The request is malformed." : `${first.field} ${first.description}${more}.`;
  const value = { violations: violations.slice(0, violationsMax).map((violation) => ({ ...violation })) };
  return makeRefusal({ reason: ErrorReason.INVALID_ARGUMENT, message, facts: { case: "violations", value } });
}

type Limit = { readonly limit: string; readonly bound: number; readonly value: number; readonly field?: string };

export function limitExceeded(limit: Limit, message = limitMessage(limit)): Refusal {
  return makeRefusal({ reason: ErrorReason.LIMIT_EXCEEDED, message, facts: limitFacts(limit) });
}

/** The answer to the call is larger than an answer may be. */
export function answerTooLarge(value: number, bound: number): Refusal {
  const message = `answer_bytes_max is ${bound}, and the answer would have ${value} bytes.`;
  return limitExceeded({ limit: "answer_bytes_max", bound, value }, message);
}

/** As many exist as may. Some of them will end, so a later call may succeed. */
export function limitReached(limit: Limit, retryAfterMs: number): Refusal {
  const message = `${limit.limit} is ${limit.bound}, and this would make it ${limit.value}.`;
  return { ...limitExceeded(limit, message), retryAfterMs };
}

export function rateLimited(limit: Limit, retryAfterMs: number): Refusal {
  const reason = ErrorReason.RATE_LIMITED;
  return makeRefusal({ reason, message: limitMessage(limit), facts: limitFacts(limit), retryAfterMs });
}

export function overloaded(limit: Limit, retryAfterMs: number): Refusal {
  const reason = ErrorReason.OVERLOADED;
  return makeRefusal({ reason, message: limitMessage(limit), facts: limitFacts(limit), retryAfterMs });
}

export function unavailable(message: string, retryAfterMs?: number): Refusal {
  const refusal = makeRefusal({ reason: ErrorReason.UNAVAILABLE, message });
  return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs };
}

export function deadlineExceeded(): Refusal {
  return makeRefusal({
    reason: ErrorReason.DEADLINE_EXCEEDED,
    message: "The deadline of the call passed before its answer.",
  });
}

/** One sentence for every way a credential can be wrong, so that the answer tells nothing about keys. */
export function unauthenticated(): Refusal {
  return makeRefusal({ reason: ErrorReason.UNAUTHENTICATED, message: "The call carries no valid credential." });
}

export function permissionDenied(method: string, scope: string): Refusal {
  const roles = rolesWith(scope);
  const having =
    roles.length === 0 ? "" : `, which comes with the ${roles.length === 1 ? "role" : "roles"} ${roles.join(", ")}`;
  const message = scope === "" ? `${method} is not for this caller.` : `${method} needs the scope ${scope}${having}.`;
  const facts = { case: "permission", value: { method, scope } } as const;
  return makeRefusal({ reason: ErrorReason.PERMISSION_DENIED, message, facts });
}

export function tenantSuspended(): Refusal {
  const message = "The tenant of the credential is suspended.";
  return makeRefusal({ reason: ErrorReason.TENANT_SUSPENDED, message });
}

export function unsupported(message: string): Refusal {
  return makeRefusal({ reason: ErrorReason.UNSUPPORTED, message });
}

export function slowConsumer(): Refusal {
  return makeRefusal({ reason: ErrorReason.SLOW_CONSUMER, message: "The caller does not read the stream." });
}

export function internal(): Refusal {
  return makeRefusal({ reason: ErrorReason.INTERNAL, message: "The server met a fault of its own." });
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

/** For the same reason, of a long path its ends are told. */
const cycleEndsMax = 10;

/** `taskIds`: each waits for the one after it. */
export function dependencyCycle(taskIds: readonly string[]): Refusal {
  const message = `The task would wait for itself, over ${taskIds.length - 2} other tasks.`;
  const isLong = taskIds.length > 2 * cycleEndsMax;
  const told = isLong ? [...taskIds.slice(0, cycleEndsMax), ...taskIds.slice(-cycleEndsMax)] : [...taskIds];
  const facts = { case: "cycle" as const, value: { taskIds: told } };
  return makeRefusal({ reason: ErrorReason.DEPENDENCY_CYCLE, message, facts });
}

type OutputEnd = {
  readonly stream: string;
  readonly fence: number;
  readonly nextOffset: number;
  readonly isClosed: boolean;
};

function outputFacts({ stream, fence, nextOffset, isClosed }: OutputEnd, sha256: Uint8Array = new Uint8Array()) {
  const end = { fence: BigInt(fence), nextOffset: BigInt(nextOffset), closed: isClosed };
  const value = { stream, ...end, sha256: new Uint8Array(sha256) };
  return { case: "output" as const, value };
}

export function offsetMismatch(log: OutputEnd): Refusal {
  const { stream, nextOffset, isClosed } = log;
  const message = `The log ${quote(stream)} ends at ${nextOffset}${isClosed ? " and is closed" : ""}.`;
  return makeRefusal({ reason: ErrorReason.OFFSET_MISMATCH, message, facts: outputFacts(log) });
}

export function digestMismatch(log: OutputEnd, sha256: Uint8Array): Refusal {
  const message = `The bytes of the log ${quote(log.stream)} have another SHA-256.`;
  return makeRefusal({ reason: ErrorReason.DIGEST_MISMATCH, message, facts: outputFacts(log, sha256) });
}

export function idempotencyConflict(key: string, taskId = ""): Refusal {
  const message = `The key ${quote(key)} has been used for another request.`;
  const facts = { case: "conflict", value: { key, taskId } } as const;
  return makeRefusal({ reason: ErrorReason.IDEMPOTENCY_CONFLICT, message, facts });
}

/** The one message of the contract that programs may match on. */
const receiptLimitMessage = "Receipt bodies are contracts, not chat messages";

/** The refusal of one item as that of the whole call. */
export function refusedItem(item: string, refusal: Refusal): Refusal {
  return { ...refusal, item, message: `${item}: ${refusal.message}` };
}

export function receiptLimitExceeded(limit: string, bound: number, value: number): Refusal {
  return limitExceeded({ limit, bound, value }, receiptLimitMessage);
}

export function parentRefused(
  reason:
    | typeof ErrorReason.PARENT_REQUIRED
    | typeof ErrorReason.PARENT_NOT_FOUND
    | typeof ErrorReason.ILLEGAL_TERMINATOR,
  parent: { readonly type: ReceiptType; readonly parentReceiptId?: string; readonly parentType?: ReceiptType },
  message: string,
): Refusal {
  return makeRefusal({ reason, message, facts: { case: "parent", value: parent } });
}

/** As many requirements of full length fit into an answer. */
const missingMax = 5;

/** `contract`: the hand-off contract that the call names. */
export function outcomeIncomplete(missing: readonly Facts<OutcomeFacts_MissingArtifact>[], contract = ""): Refusal {
  const names = missing.slice(0, missingMax).map(({ required }) => quote(required?.kind ?? ""));
  const by = contract === "" ? "" : `, or the contract ${contract},`;
  const message = `The task${by} requires artifacts that are missing: ${names.join(", ")}.`;
  const value = { missing: missing.slice(0, missingMax).map((one) => ({ ...one })), count: missing.length, contract };
  return makeRefusal({ reason: ErrorReason.OUTCOME_INCOMPLETE, message, facts: { case: "outcome", value } });
}

export function budgetExceeded(facts: Facts<BudgetFacts>): Refusal {
  const units = Object.entries(facts.spent).map(([unit, amount]) => `${amount} of ${facts.budget[unit]} ${unit}`);
  const message = `Task ${facts.taskId} has spent its budget: ${units.join(", ")}.`;
  return makeRefusal({ reason: ErrorReason.BUDGET_EXCEEDED, message, facts: { case: "budget", value: { ...facts } } });
}

export function verifierNotIndependent(): Refusal {
  const message = "The principal has held the task that is to be verified, and cannot verify it.";
  return makeRefusal({ reason: ErrorReason.VERIFIER_NOT_INDEPENDENT, message });
}

const heldScopesMax = 10;
/** What fits into an answer's trailers beside the rest. */
const heldScopesBytesMax = 4_096;

export function scopeHeld(held: readonly Facts<ScopeFacts_HeldScopeFact>[]): Refusal {
  const [first] = held;
  const [wanted, other] = [first?.resource, first?.heldResource].map((resource) => quote(resource ?? ""));
  const holder = first?.agentSessionId ? `agent session ${first.agentSessionId}` : `task ${first?.taskId}`;
  const message = `${wanted} overlaps ${other}, which the ${holder} holds.`;
  let bytes = 0;
  const told = held.slice(0, heldScopesMax).filter((one, place) => {
    bytes += Buffer.byteLength(one.resource + one.heldResource + one.taskId + (one.principal?.id ?? ""));
    return place === 0 || bytes <= heldScopesBytesMax;
  });
  const value = { held: told.map((one) => ({ ...one })) };
  return makeRefusal({ reason: ErrorReason.SCOPE_HELD, message, facts: { case: "scopes", value } });
}

export function agentScopeTaken(overlaps: readonly Facts<AgentScopeFacts_AgentScopeOverlap>[]): Refusal {
  const [first] = overlaps;
  const [own, other] = [first?.resource, first?.otherResource].map((resource) => quote(resource ?? ""));
  const message = `${own} of the agent ${first?.agentId} overlaps ${other} of the agent ${first?.otherAgentId}.`;
  let bytes = 0;
  const told = overlaps.slice(0, heldScopesMax).filter((one, place) => {
    bytes += Buffer.byteLength(one.resource + one.otherResource + one.agentId + one.otherAgentId);
    return place === 0 || bytes <= heldScopesBytesMax;
  });
  const value = { overlaps: told.map((one) => ({ ...one })) };
  return makeRefusal({ reason: ErrorReason.AGENT_SCOPE_TAKEN, message, facts: { case: "agentScopes", value } });
}

export function agentVersionConflict(value: Facts<AgentVersionFacts>): Refusal {
  const { agentId, version, expectedVersion } = value;
  const message = `The agent ${agentId} has the version ${version}, and not ${expectedVersion}.`;
  return makeRefusal({ reason: ErrorReason.AGENT_VERSION_CONFLICT, message, facts: { case: "agentVersion", value } });
}

/** `why`: as what it stands there. */
export function agentNotActive(agentId: string, why: string): Refusal {
  return resourceRefused(ErrorReason.AGENT_NOT_ACTIVE, "agent", agentId, `The agent ${agentId} is ${why}.`);
}

/** Of a route that leads nowhere: what was looked for stands in place of the id. */
export function noAgentMatches(by: string, value: string): Refusal {
  return { ...notFound("agent", value), message: `No ACTIVE agent matches the ${by} ${quote(value)}.` };
}

/** The caller is an agent, and its scope does not have the tool. */
export function outOfAgentScope(method: string, agentId: string, key: string): Refusal {
  const message = `The scope of the agent ${agentId} does not have ${quote(key)}.`;
  return { ...permissionDenied(method, ""), message };
}

/** An answer that the error has no room for is left out: GetReceipt has it. */
const answerBytesMax = 2_048;

export function inputAnswered(result: InputResult): Refusal {
  const by = result.by ? ` by ${result.by.id}` : "";
  const how = (Object.entries(InputOutcome).find(([, value]) => value === result.outcome)?.[0] ?? "").toLowerCase();
  const message = `The question is no longer open: it was ${how}${by}.`;
  const isLight = Buffer.byteLength(result.answer) <= answerBytesMax;
  const value = isLight ? result : { ...result, answer: "" };
  return makeRefusal({ reason: ErrorReason.INPUT_ANSWERED, message, facts: { case: "input", value } });
}

export function locatorRequired(): Refusal {
  const message = "The success names no place where its result can be found, and the tenant requires one.";
  return makeRefusal({ reason: ErrorReason.LOCATOR_REQUIRED, message });
}

const quotedCharactersMax = 100;

/** What a caller sent, shortened: a message must not repeat an id of a megabyte. */
export function quote(text: string): string {
  return text.length > quotedCharactersMax ? `"${text.slice(0, quotedCharactersMax)}…"` : `"${text}"`;
}
