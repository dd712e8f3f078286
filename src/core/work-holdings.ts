// What a session holds: its leases, those that are only offered yet, and the order of what is asked about each lease. A
// lease about which something is under way keeps what comes next waiting; different leases may overtake each other.

import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type {
  CompleteTaskRequest,
  FailTaskRequest,
  ReleaseLeaseRequest,
  ReportProgressRequest,
  StartTaskRequest,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Accept, Decline, Settled, WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "./assert.ts";
import type { LeaseClaim } from "./lease-token.ts";
import { errorDetailOf, isRefusal, type Refusal } from "./refusal.ts";

export type HeldLease = {
  readonly claim: LeaseClaim;
  readonly token: string;
  readonly acceptedReceiptId: string;
  /** Until when it waits to be accepted; undefined once it is. */
  offeredUntilMs: number | undefined;
  /** Whether the worker knows that the task's owner wants the work to end. */
  isCancelTold: boolean;
};

type Messages = {
  readonly accept: Accept;
  readonly decline: Decline;
  readonly start: StartTaskRequest;
  readonly progress: ReportProgressRequest;
  readonly complete: CompleteTaskRequest;
  readonly fail: FailTaskRequest;
  readonly release: ReleaseLeaseRequest;
};
/** What a worker asks about a lease. */
export type ItemKind = keyof Messages;
export type ItemOf<Kind extends ItemKind> = { readonly kind: Kind; readonly message: Messages[Kind] };
export type Item = { readonly [Kind in ItemKind]: ItemOf<Kind> }[ItemKind];

/** Whether an item keeps the contract's rules. */
export type CheckItem = (kind: ItemKind, message: Item["message"]) => Refusal | undefined;

/** What is done together: items of one kind, no two of one lease; or offers that go back. */
export type Run =
  | { readonly kind: ItemKind; readonly items: readonly Item[] }
  | { readonly kind: "return"; readonly leases: readonly HeldLease[]; readonly why: string };

/** The answer of an operation to one item. */
export type Answer = object | Refusal;

export type Holdings = {
  readonly leases: Map<string, HeldLease>;
  /** Those that wait to be accepted; who has waited longest comes first. */
  readonly offers: Map<string, HeldLease>;
  readonly byTask: Map<string, HeldLease>;
  /** By lease id: those about which nothing is under way. */
  readonly idle: Map<string, HeldLease>;
  /** What waits behind what is under way, by token. */
  readonly busy: Map<string, Item[]>;
  /** Runs that are not answered, and items that are not. */
  runsUnderWay: number;
  itemsUnderWay: number;
};

/** What becomes of items: runs to start, answers to give, leases that left. */
export type Outcome = {
  readonly runs: Run[];
  readonly settled: Settled[];
  readonly unfollowed: HeldLease[];
};

export function createHoldings(): Holdings {
  const maps = { leases: new Map(), offers: new Map(), byTask: new Map(), idle: new Map(), busy: new Map() };
  return { ...maps, runsUnderWay: 0, itemsUnderWay: 0 };
}

export function holdLeases(holdings: Holdings, leases: readonly HeldLease[]): void {
  for (const lease of leases) {
    holdings.leases.set(lease.token, lease);
    holdings.byTask.set(lease.claim.taskId, lease);
    // Of a lease that comes back while something is under way about it, the answer is still to come.
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
  ["completes", "complete"],
  ["fails", "fail"],
  ["releases", "release"],
] as const satisfies readonly (readonly [keyof WorkRequest, ItemKind])[];

type Batches = Map<ItemKind, Item[]>;

export type Asking = { readonly check: CheckItem; readonly callId: string };

/** A bad item is refused by itself and does not touch its neighbours. */
export function takeItems(holdings: Holdings, frame: WorkRequest, asking: Asking, outcome: Outcome): void {
  const batches: Batches = new Map();
  for (const [list, kind] of lists) {
    for (const message of frame[list]) {
      const refusal = asking.check(kind, message);
      const item = { kind, message } as Item;
      if (refusal) {
        outcome.settled.push(answerOf(item, refusal, asking.callId));
        continue;
      }
      holdings.itemsUnderWay += 1;
      const waiting = holdings.busy.get(message.leaseToken);
      if (waiting) waiting.push(item);
      else begin(holdings, item, batches, outcome, asking.callId);
    }
  }
  startRuns(holdings, batches, outcome);
}

/** Answers to a run. What waited behind its items goes on. */
export function takeAnswers(
  holdings: Holdings,
  run: Run,
  answers: readonly Answer[],
  { callId }: Asking,
  outcome: Outcome,
): void {
  holdings.runsUnderWay -= 1;
  const batches: Batches = new Map();
  if (run.kind === "return") {
    for (const { token } of run.leases) goOnWith(holdings, token, batches, outcome, callId);
  } else {
    for (const [place, item] of run.items.entries()) {
      const answer = answers[place];
      assert(answer !== undefined, "every item of a run is answered");
      holdings.itemsUnderWay -= 1;
      if (giveBackDeclined(holdings, item, answer, outcome)) continue;
      // A decline is answered only when there was nothing to decline.
      if (item.kind !== "decline" || isRefusal(answer)) outcome.settled.push(answerOf(item, answer, callId));
      const { leaseToken } = item.message;
      const lease = holdings.leases.get(leaseToken);
      if (lease && endsLease(item.kind, answer)) {
        dropLease(holdings, lease);
        outcome.unfollowed.push(lease);
      }
      goOnWith(holdings, leaseToken, batches, outcome, callId);
    }
  }
  startRuns(holdings, batches, outcome);
}

/** Who declined does not hold it, though that could not be written: it is given back as an overdue offer is. */
function giveBackDeclined(holdings: Holdings, item: Item, answer: Answer, outcome: Outcome): boolean {
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

/** Takes offers out of the session. What is asked about them from now on waits until they are back in their queues. */
export function withdraw(holdings: Holdings, leases: readonly HeldLease[], why: string, outcome: Outcome): void {
  if (leases.length === 0) return;
  for (const lease of leases) {
    dropLease(holdings, lease);
    outcome.unfollowed.push(lease);
    holdings.busy.set(lease.token, holdings.busy.get(lease.token) ?? []);
  }
  holdings.runsUnderWay += 1;
  outcome.runs.push({ kind: "return", leases, why });
}

/** Whatever a holder asks about an offer takes it on: it knows of it. */
function begin(holdings: Holdings, item: Item, batches: Batches, outcome: Outcome, callId: string): void {
  const { leaseToken } = item.message;
  const lease = holdings.leases.get(leaseToken);
  if (lease?.offeredUntilMs !== undefined) {
    lease.offeredUntilMs = undefined;
    holdings.offers.delete(leaseToken);
  }
  if (item.kind === "accept" && lease) {
    holdings.itemsUnderWay -= 1;
    outcome.settled.push(answerOf(item, { receiptId: lease.acceptedReceiptId }, callId));
    return;
  }
  if (!holdings.busy.has(leaseToken)) holdings.busy.set(leaseToken, []);
  if (lease) holdings.idle.delete(lease.claim.leaseId);
  const batch = batches.get(item.kind);
  if (batch) batch.push(item);
  else batches.set(item.kind, [item]);
}

function goOnWith(holdings: Holdings, token: string, batches: Batches, outcome: Outcome, callId: string): void {
  const waiting = holdings.busy.get(token);
  assert(waiting !== undefined, "what was under way kept its lease busy");
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const before = holdings.itemsUnderWay;
    begin(holdings, next, batches, outcome, callId);
    if (holdings.itemsUnderWay === before) return; // it was not answered from memory
  }
  holdings.busy.delete(token);
  const lease = holdings.leases.get(token);
  if (lease) holdings.idle.set(lease.claim.leaseId, lease);
}

function startRuns(holdings: Holdings, batches: Batches, outcome: Outcome): void {
  for (const [kind, items] of batches) {
    holdings.runsUnderWay += 1;
    outcome.runs.push({ kind, items });
  }
}

const endings: ReadonlySet<ItemKind> = new Set(["decline", "complete", "fail", "release"]);
/** Refusals of a lease that is past; after any other one it stays. */
const pastReasons: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.LEASE_EXPIRED,
  ErrorReason.FENCED,
  ErrorReason.NOT_HOLDER,
  ErrorReason.INVALID_TRANSITION,
]);

function endsLease(kind: ItemKind, answer: Answer): boolean {
  return isRefusal(answer) ? pastReasons.has(answer.reason) : endings.has(kind);
}

/** A decline has no answer of its own but a refusal. */
const results = {
  accept: ["accepted", "asyncgate.v1.Accepted"],
  decline: ["released", "asyncgate.v1.ReleaseLeaseResponse"],
  start: ["started", "asyncgate.v1.StartTaskResponse"],
  progress: ["progressed", "asyncgate.v1.ReportProgressResponse"],
  complete: ["completed", "asyncgate.v1.CompleteTaskResponse"],
  fail: ["failed", "asyncgate.v1.FailTaskResponse"],
  release: ["released", "asyncgate.v1.ReleaseLeaseResponse"],
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
    // Which answer belongs to which kind is said above; the operations are held to it by their types.
    result: result as Settled["result"],
  };
}
