// ClaimTasks as a rule: which of several claims gets which task, and how a waiting task becomes a held one, under a
// fence that was never used before.
import type { AgentSessionRef } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { PreflightOutcome } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type ActingAgent, tiesOfGrant } from "./agent-session.ts";
import { setBounded } from "./bounded-map.ts";
import { compoundKey } from "./compound-key.ts";
import type { TaskRow } from "./create-task.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, durationOfMs, msOfDuration, timestampOfDate } from "./duration.ts";
import { type CallMark, encodeBody, type ReceiptDraft } from "./ledger.ts";
import { clampTtlMs, type LeaseBounds } from "./limits.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";
import type { Held, Waiting } from "./task-record.ts";

export type Claimer = {
  readonly principal: string;
  readonly instance: string;
  readonly ttlWishMs: number | undefined;
  /** The session that is to keep the lease: its time counts then, and the TTL that was wished for does not. */
  readonly session: { readonly sessionId: string; readonly ttlMs: number; readonly expireTime: Date } | undefined;
  readonly bounds: LeaseBounds;
  /** The agent whose session that is, if it is one's. */
  readonly agent?: ActingAgent | undefined;
  /** What was known of the agents that the task is for. */
  readonly preflight?: PreflightOutcome | undefined;
  readonly mark?: CallMark | undefined;
};

/** What one claim asks for, at most. Its first task may weigh more than `bytesMax`. */
export type Demand = { readonly tasks: number; readonly bytesMax: number };
/** `isCut`: the claim got fewer tasks than it asked for though there is one left: it would have weighed too much. */
export type Allocation<Item> = { readonly tasks: readonly Item[]; readonly isCut: boolean };

/**
 * Distributes tasks among claims, one at a time in turn and the best first, so that each claim gets its share of the
 * most urgent ones. A claim that cannot carry the next task gets nothing more: a lighter one does not overtake it. A
 * task that no claim may take (`isFor`: the claim's place) is left for others.
 */
export function distribute<Item>(
  tasks: readonly Item[],
  demands: readonly Demand[],
  weigh: (task: Item) => number = () => 0,
  isFor: (task: Item, place: number) => boolean = () => true,
): Allocation<Item>[] {
  const allocations = demands.map(() => ({ tasks: [] as Item[], bytes: 0 }));
  const unfilled = [...demands.keys()].filter((place) => (demands[place]?.tasks ?? 0) > 0);
  let isLeft = false;
  for (const task of tasks) {
    if (unfilled.length === 0) isLeft = true;
    if (isLeft && unfilled.length === 0) break;
    const { place, isTooHeavy } = takeNext(unfilled, allocations, demands, weigh(task), (one) => isFor(task, one));
    isLeft ||= isTooHeavy;
    const allocation = place === undefined ? undefined : allocations[place];
    if (place === undefined || !allocation) continue;
    if (allocation.tasks.push(task) < (demands[place]?.tasks ?? 0)) unfilled.push(place);
  }
  return allocations.map(({ tasks: given }, place) => {
    return { tasks: given, isCut: isLeft && given.length < (demands[place]?.tasks ?? 0) };
  });
}

/** The next claim that can carry the weight. Those before it that cannot are filled with what they have. */
function takeNext(
  unfilled: number[],
  allocations: readonly { readonly tasks: readonly unknown[]; bytes: number }[],
  demands: readonly Demand[],
  bytes: number,
  isFor: (place: number) => boolean,
): { readonly place: number | undefined; readonly isTooHeavy: boolean } {
  let isTooHeavy = false;
  for (let at = unfilled.findIndex(isFor); at >= 0; at = unfilled.findIndex(isFor)) {
    const [place = 0] = unfilled.splice(at, 1);
    const allocation = allocations[place];
    const bytesMax = demands[place]?.bytesMax ?? 0;
    if (!allocation || (allocation.tasks.length > 0 && allocation.bytes + bytes > bytesMax)) {
      isTooHeavy = true;
      continue;
    }
    allocation.bytes += bytes;
    return { place, isTooHeavy: false };
  }
  return { place: undefined, isTooHeavy };
}

export function claimTask(
  waiting: Waiting,
  task: Pick<TaskRow, "owner" | "obligated"> & { readonly terms: Task },
  claimer: Claimer,
  context: DecisionContext,
): Decision<Held> {
  const { now } = context;
  const { session } = claimer;
  const ttlOfTask = task.terms.leaseTtl && msOfDuration(task.terms.leaseTtl);
  const ttlMs = session?.ttlMs ?? clampTtlMs(claimer.bounds, claimer.ttlWishMs, ttlOfTask);
  const lease: Lease = {
    leaseId: context.newId(),
    acceptedReceiptId: context.newId(),
    fence: waiting.fence + 1,
    deliveries: waiting.deliveries + 1,
    ttlMs,
    expireTime: session?.expireTime ?? addMs(now, ttlMs),
  };
  const { carried, receipts } = step(waiting, context, [acceptedDraft(waiting, claimer, lease)]);
  const after: Held = {
    ...carried,
    ...lease,
    state: stateAfter(waiting.state, "claim"),
    ties: tiesOfGrant(carried.ties, claimer.agent),
    laneId: waiting.laneId,
    sessionId: session?.sessionId ?? null,
    worker: claimer.principal,
    instance: claimer.instance,
    owner: task.owner,
    obligated: task.obligated,
    grantTime: now,
    renewals: 0,
    startTime: null,
    ...heldBounds(task.terms, now),
    cancelPrincipal: null,
    cancelReason: null,
    cancelTime: null,
  };
  return { before: waiting, after, receipts };
}

type Lease = Pick<Held, "leaseId" | "acceptedReceiptId" | "fence" | "deliveries" | "ttlMs" | "expireTime">;

function acceptedDraft(waiting: Waiting, claimer: Claimer, lease: Lease): ReceiptDraft {
  const { principal, instance, mark, agent, preflight = PreflightOutcome.UNSPECIFIED } = claimer;
  return {
    receiptId: lease.acceptedReceiptId,
    from: servicePrincipal,
    to: principal,
    leaseId: lease.leaseId,
    parents: [waiting.assignedReceiptId],
    mark,
    ...acceptedBody({
      attempt: waiting.attempt,
      delivery: lease.deliveries,
      fence: lease.fence,
      principal,
      instance,
      ttlMs: lease.ttlMs,
      expireMs: lease.expireTime.getTime(),
      agent,
      preflight,
    }),
  };
}

/** All that the body of an accepted receipt says. */
type Accepted = {
  readonly attempt: number;
  readonly delivery: number;
  readonly fence: number;
  readonly principal: string;
  readonly instance: string;
  readonly ttlMs: number;
  readonly expireMs: number;
  readonly agent: ActingAgent | undefined;
  readonly preflight: PreflightOutcome;
};
type AcceptedBody = Required<Pick<ReceiptDraft, "body" | "encodedBody">>;

/** By all that they say: tasks that are granted together to one worker are mostly accepted in the same words. */
const acceptedBodies = new Map<string, AcceptedBody>();
/** More than the workers of one batch. */
const acceptedBodiesMax = 256;

function acceptedBody(accepted: Accepted): AcceptedBody {
  const { attempt, delivery, fence, ttlMs, expireMs, principal, instance, agent, preflight } = accepted;
  const sessionId = agent?.sessionId ?? "";
  const counts = `${attempt} ${delivery} ${fence} ${ttlMs} ${expireMs} ${preflight} ${sessionId}`;
  const key = compoundKey(counts, principal, instance);
  const known = acceptedBodies.get(key);
  if (known) return known;
  const made = makeAcceptedBody(accepted);
  setBounded(acceptedBodies, key, made, acceptedBodiesMax);
  return made;
}

function makeAcceptedBody(accepted: Accepted): AcceptedBody {
  const { principal, instance, ttlMs, expireMs, fence, agent, ...counts } = accepted;
  const body: ReceiptDraft["body"] = {
    case: "taskAccepted",
    value: {
      $typeName: "asyncgate.v1.TaskAccepted",
      ...counts,
      fence: BigInt(fence),
      worker: { $typeName: "asyncgate.v1.Worker", principal: parsePrincipal(principal), instance },
      ttl: durationOfMs(ttlMs),
      expireTime: timestampOfDate(new Date(expireMs)),
      agentSession: agent && sessionRef(agent),
    },
  };
  return { body, encodedBody: encodeBody(body) };
}

function sessionRef({ sessionId, name, agentId, role }: ActingAgent): AgentSessionRef {
  return { $typeName: "asyncgate.v1.AgentSessionRef", agentSessionId: sessionId, name, agentId, role };
}

/** When a held task fails although its lease is renewed: at its deadline, or when this attempt has taken too long. */
function heldBounds(terms: Task, now: Date): Pick<Held, "failTime" | "failReason"> {
  const deadline = terms.deadline && dateOfTimestamp(terms.deadline);
  const timeout = terms.attemptTimeout && addMs(now, msOfDuration(terms.attemptTimeout));
  if (timeout && (!deadline || timeout < deadline)) {
    return { failTime: timeout, failReason: TerminalReason.ATTEMPT_TIMEOUT };
  }
  if (deadline) return { failTime: deadline, failReason: TerminalReason.DEADLINE_EXCEEDED };
  return { failTime: null, failReason: null };
}
