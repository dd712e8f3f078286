// What a session holds: its leases, which of them are still offers, and the order of the items of each lease. While an
// item of a lease is in flight, later items of that lease wait; items of different leases may overtake each other.
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type {
  CompleteTaskRequest,
  FailTaskRequest,
  HandOffRequest,
  ReleaseLeaseRequest,
  ReportProgressRequest,
  RequestInputRequest,
  StartTaskRequest,
  SuspendTaskRequest,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { AppendOutputRequest } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type {
  Accept,
  Decline,
  Directive,
  Settled,
  WorkRequest,
} from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "./assert.ts";
import { errorDetailOf } from "./error-detail.ts";
import type { LeaseClaim } from "./lease-token.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { budgetDirective } from "./work-directives.ts";
import type { Lost } from "./work-events.ts";

export type HeldLease = {
  readonly claim: LeaseClaim;
  readonly token: string;
  readonly acceptedReceiptId: string;
  /** When it must be accepted; undefined once it is. */
  offeredUntilMs: number | undefined;
  /** Whether the worker was told that the task's owner has asked for cancellation. */
  isCancelSent: boolean;
  /** Whether the worker was told that the task has spent more than its budget. */
  isBudgetSent?: boolean;
  /** Whether the task has changed while an item was in flight, whose answer may be older than the change. */
  hasChanged?: boolean;
};

type Messages = {
  readonly accept: Accept;
  readonly decline: Decline;
  readonly start: StartTaskRequest;
  readonly progress: ReportProgressRequest;
  readonly complete: CompleteTaskRequest;
  readonly fail: FailTaskRequest;
  readonly release: ReleaseLeaseRequest;
  readonly suspend: SuspendTaskRequest;
  readonly output: AppendOutputRequest;
  readonly handOff: HandOffRequest;
  readonly question: RequestInputRequest;
};
/** What a worker may ask for a lease. */
export type ItemKind = keyof Messages;
export type ItemOf<Kind extends ItemKind> = { readonly kind: Kind; readonly message: Messages[Kind] };
export type Item = { readonly [Kind in ItemKind]: ItemOf<Kind> }[ItemKind];

/** Returns the refusal of an item that breaks a rule of the contract. */
export type CheckItem = (kind: ItemKind, message: Item["message"]) => Refusal | undefined;

/** What is applied together: items of one kind, at most one of each lease; or offers that return to their queues. */
export type Batch =
  | { readonly kind: ItemKind; readonly items: readonly Item[] }
  | { readonly kind: "return"; readonly leases: readonly HeldLease[]; readonly why: string };

/** An operation's answer to one item. */
export type Answer = object | Refusal;

export type Holdings = {
  readonly leases: Map<string, HeldLease>;
  /** Those that wait to be accepted, the oldest first. */
  readonly offers: Map<string, HeldLease>;
  readonly byTask: Map<string, HeldLease>;
  /** By lease id: those without an item in flight. */
  readonly idle: Map<string, HeldLease>;
  /** By token: the items that wait behind the one in flight. */
  readonly busy: Map<string, Item[]>;
  /** Batches and items that are not answered yet; items include those that wait. */
  batchesInFlight: number;
  itemsInFlight: number;
};

/** What follows from items: batches to start, answers to send, leases that left the session, those the worker lost. */
export type Outcome = {
  readonly batches: Batch[];
  readonly settled: Settled[];
  readonly removed: HeldLease[];
  readonly lost: Lost[];
  readonly directives: Directive[];
};

export function createHoldings(): Holdings {
  const maps = { leases: new Map(), offers: new Map(), byTask: new Map(), idle: new Map(), busy: new Map() };
  return { ...maps, batchesInFlight: 0, itemsInFlight: 0 };
}

export function holdLeases(holdings: Holdings, leases: readonly HeldLease[]): void {
  for (const lease of leases) {
    holdings.leases.set(lease.token, lease);
    holdings.byTask.set(lease.claim.taskId, lease);
    // A lease may come back while an item of it is in flight; the answer makes it idle.
    if (!holdings.busy.has(lease.token)) holdings.idle.set(lease.claim.leaseId, lease);
    if (lease.offeredUntilMs !== undefined) holdings.offers.set(lease.token, lease);
  }
}

export function dropLease(holdings: Holdings, lease: HeldLease): void {
  holdings.leases.delete(lease.token);
  holdings.offers.delete(lease.token);
  holdings.idle.delete(lease.claim.leaseId);
  if (holdings.byTask.get(lease.claim.taskId) === lease) holdings.byTask.delete(lease.claim.taskId);
}

/** The lists of a frame in the order in which the contract applies them. */
const lists = [
  ["accepts", "accept"],
  ["declines", "decline"],
  ["starts", "start"],
  ["progress", "progress"],
  ["outputs", "output"],
  ["completes", "complete"],
  ["fails", "fail"],
  ["releases", "release"],
  ["suspends", "suspend"],
  ["handOffs", "handOff"],
  ["questions", "question"],
] as const satisfies readonly (readonly [keyof WorkRequest, ItemKind])[];

type ItemsByKind = Map<ItemKind, Item[]>;

export type ItemContext = { readonly check: CheckItem; readonly callId: string };

/** A bad item is refused alone and does not affect the others. */
export function takeItems(holdings: Holdings, frame: WorkRequest, context: ItemContext, outcome: Outcome): void {
  const ready: ItemsByKind = new Map();
  for (const [list, kind] of lists) {
    for (const message of frame[list]) {
      const refusal = context.check(kind, message);
      const item = { kind, message } as Item;
      if (refusal) {
        outcome.settled.push(answerOf(item, refusal, context.callId));
        continue;
      }
      holdings.itemsInFlight += 1;
      const waiting = holdings.busy.get(message.leaseToken);
      if (waiting) waiting.push(item);
      else begin(holdings, item, ready, outcome, context.callId);
    }
  }
  startBatches(holdings, ready, outcome);
}

/** Takes the answers to a batch, and begins the items that waited behind its items. */
export function takeAnswers(
  holdings: Holdings,
  batch: Batch,
  answers: readonly Answer[],
  { callId }: ItemContext,
  outcome: Outcome,
): void {
  holdings.batchesInFlight -= 1;
  const ready: ItemsByKind = new Map();
  if (batch.kind === "return") {
    for (const { token } of batch.leases) beginNext(holdings, token, ready, outcome, callId);
  } else {
    for (const [index, item] of batch.items.entries()) {
      const answer = answers[index];
      assert(answer !== undefined, "every item of a batch is answered");
      holdings.itemsInFlight -= 1;
      if (returnDeclined(holdings, item, answer, outcome)) continue;
      // A decline is answered only if it was refused.
      if (item.kind !== "decline" || isRefusal(answer)) outcome.settled.push(answerOf(item, answer, callId));
      const { leaseToken } = item.message;
      const lease = holdings.leases.get(leaseToken);
      if (lease && "overBudget" in answer && answer.overBudget) tellBudget(lease, outcome);
      if (lease && (endsLease(item.kind, answer) || isStopped(item.kind, answer))) {
        dropLease(holdings, lease);
        outcome.removed.push(lease);
        if (isStopped(item.kind, answer)) outcome.lost.push(lostBy(lease, LeaseLoss.FENCED));
        else if (isRefusal(answer) && goingOn.has(item.kind)) outcome.lost.push(lostBy(lease, lossBy(answer)));
      }
      beginNext(holdings, leaseToken, ready, outcome, callId);
    }
  }
  startBatches(holdings, ready, outcome);
}

/** Once: a task that has spent too much stays so. */
function tellBudget(lease: HeldLease, outcome: Outcome): void {
  if (!lease.isBudgetSent) outcome.directives.push(budgetDirective(lease.claim));
  lease.isBudgetSent = true;
}

/** A decline could not be written: the worker does not hold the lease, so it is returned as an overdue offer is. */
function returnDeclined(holdings: Holdings, item: Item, answer: Answer, outcome: Outcome): boolean {
  const lease = holdings.leases.get(item.message.leaseToken);
  if (item.kind !== "decline" || !lease || !isRefusal(answer) || endsLease(item.kind, answer)) return false;
  withdraw(holdings, [lease], item.message.reason, outcome);
  return true;
}

/** Offers that were not accepted in time. */
export function overdueOffers({ offers }: Holdings, nowMs: number): HeldLease[] {
  const overdue: HeldLease[] = [];
  for (const lease of offers.values()) {
    if (lease.offeredUntilMs === undefined || lease.offeredUntilMs > nowMs) break;
    overdue.push(lease);
  }
  return overdue;
}

/** Takes offers out of the session. Items that come for them from now on wait until they are back in their queues. */
export function withdraw(holdings: Holdings, leases: readonly HeldLease[], why: string, outcome: Outcome): void {
  if (leases.length === 0) return;
  for (const lease of leases) {
    dropLease(holdings, lease);
    outcome.removed.push(lease);
    holdings.busy.set(lease.token, holdings.busy.get(lease.token) ?? []);
  }
  holdings.batchesInFlight += 1;
  outcome.batches.push({ kind: "return", leases, why });
}

/** Any item for an offer accepts it: the worker knows of the lease. */
function begin(holdings: Holdings, item: Item, ready: ItemsByKind, outcome: Outcome, callId: string): void {
  const { leaseToken } = item.message;
  const lease = holdings.leases.get(leaseToken);
  if (lease?.offeredUntilMs !== undefined) {
    lease.offeredUntilMs = undefined;
    holdings.offers.delete(leaseToken);
  }
  if (item.kind === "accept" && lease) {
    holdings.itemsInFlight -= 1;
    outcome.settled.push(answerOf(item, { receiptId: lease.acceptedReceiptId }, callId));
    return;
  }
  if (!holdings.busy.has(leaseToken)) holdings.busy.set(leaseToken, []);
  if (lease) holdings.idle.delete(lease.claim.leaseId);
  const items = ready.get(item.kind);
  if (items) items.push(item);
  else ready.set(item.kind, [item]);
}

function beginNext(holdings: Holdings, token: string, ready: ItemsByKind, outcome: Outcome, callId: string): void {
  const waiting = holdings.busy.get(token);
  assert(waiting !== undefined, "an item in flight keeps its lease busy");
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const before = holdings.itemsInFlight;
    begin(holdings, next, ready, outcome, callId);
    if (holdings.itemsInFlight === before) return; // in flight: it was not answered from memory
  }
  holdings.busy.delete(token);
  const lease = holdings.leases.get(token);
  if (lease) holdings.idle.set(lease.claim.leaseId, lease);
}

function startBatches(holdings: Holdings, ready: ItemsByKind, outcome: Outcome): void {
  for (const [kind, items] of ready) {
    holdings.batchesInFlight += 1;
    outcome.batches.push({ kind, items });
  }
}

const endings: ReadonlySet<ItemKind> = new Set([
  "decline",
  "complete",
  "fail",
  "release",
  "suspend",
  "handOff",
  "question",
] as const);
/** Refusals that say that the lease has ended; after any other refusal it stays in the session. */
const leaseEndedReasons: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.LEASE_EXPIRED,
  ErrorReason.FENCED,
  ErrorReason.NOT_HOLDER,
  ErrorReason.INVALID_TRANSITION,
]);

/** After these a worker goes on: it must be told that its lease is lost, beside the refusal of the item. */
const goingOn: ReadonlySet<ItemKind> = new Set(["start", "progress", "output"] as const);

function endsLease(kind: ItemKind, answer: Answer): boolean {
  return isRefusal(answer) ? leaseEndedReasons.has(answer.reason) : endings.has(kind);
}

/** A report that spent too much was taken, and ended the lease: its answer has no time at which that expires. */
function isStopped(kind: ItemKind, answer: Answer): boolean {
  return kind === "progress" && !isRefusal(answer) && !("expireTime" in answer);
}

function lostBy({ claim: { leaseId, taskId }, token: leaseToken }: HeldLease, loss: LeaseLoss): Lost {
  return { leaseId, taskId, leaseToken, loss };
}

function lossBy({ reason, facts }: Refusal): LeaseLoss {
  if (reason === ErrorReason.LEASE_EXPIRED) return LeaseLoss.EXPIRED;
  const isCanceled = facts?.case === "transition" && facts.value.from === TaskState.CANCELED;
  return isCanceled ? LeaseLoss.CANCELED : LeaseLoss.FENCED;
}

/** The field and the message of each kind's answer. A decline has no answer of its own except a refusal. */
const results = {
  accept: ["accepted", "asyncgate.v1.Accepted"],
  decline: ["released", "asyncgate.v1.ReleaseLeaseResponse"],
  start: ["started", "asyncgate.v1.StartTaskResponse"],
  progress: ["progressed", "asyncgate.v1.ReportProgressResponse"],
  complete: ["completed", "asyncgate.v1.CompleteTaskResponse"],
  fail: ["failed", "asyncgate.v1.FailTaskResponse"],
  release: ["released", "asyncgate.v1.ReleaseLeaseResponse"],
  suspend: ["suspended", "asyncgate.v1.SuspendTaskResponse"],
  output: ["appended", "asyncgate.v1.AppendOutputResponse"],
  handOff: ["handedOff", "asyncgate.v1.HandOffResponse"],
  question: ["asked", "asyncgate.v1.RequestInputResponse"],
} as const;

function answerOf({ kind, message }: Item, answer: Answer, callId: string): Settled {
  const [name, typeName] = results[kind];
  const result = isRefusal(answer)
    ? { case: "error", value: errorDetailOf(answer, callId) }
    : { case: name, value: { $typeName: typeName, ...answer } };
  return {
    $typeName: "asyncgate.v1.Settled",
    requestId: "requestId" in message ? message.requestId : "",
    leaseToken: message.leaseToken,
    // The table above pairs kinds with answers; the types of the operations hold them to it.
    result: result as Settled["result"],
  };
}
