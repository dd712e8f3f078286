// ClaimTasks as a rule: who of several claimers gets which task, and how a waiting task becomes a held one, under a
// fence that was never used before.
import { type Task, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { TaskRow } from "./create-task.ts";
import { type Decision, type Moment, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, durationOfMs, msOfDuration, timestampOfDate } from "./duration.ts";
import type { CallMark } from "./ledger.ts";
import { clampTtlMs, type LeaseBounds } from "./limits.ts";
import type { Held, Waiting } from "./living.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";

export type Claimer = {
  readonly principal: string;
  readonly instance: string;
  readonly ttlWishMs: number | undefined;
  /** The session that is to keep the lease: then its time counts, and no wish. */
  readonly session: { readonly sessionId: string; readonly ttlMs: number; readonly expireTime: Date } | undefined;
  readonly bounds: LeaseBounds;
  readonly mark?: CallMark | undefined;
};

/** What a claim may be dealt. */
export type Wish = { readonly tasks: number; readonly bytesMax: number };
/** `isCut`: it was left with less than it wanted because that weighed too much. */
export type Hand<Card> = { readonly cards: readonly Card[]; readonly isCut: boolean };

/**
 * Deals like cards, best first: each claim gets its share of the good ones, and no more than it wants. Who cannot carry
 * the next one has as much as he gets: what is light does not overtake what is better.
 */
export function deal<Card>(
  cards: readonly Card[],
  wishes: readonly Wish[],
  weigh: (card: Card) => number = () => 0,
): Hand<Card>[] {
  const hands = wishes.map(() => ({ cards: [] as Card[], bytes: 0, isCut: false }));
  const hungry = [...wishes.keys()].filter((place) => (wishes[place]?.tasks ?? 0) > 0);
  for (const card of cards) {
    const bytes = weigh(card);
    for (let place = hungry.shift(); place !== undefined; place = hungry.shift()) {
      const [hand, wish] = [hands[place], wishes[place]];
      if (!hand || !wish) break;
      hand.isCut = hand.cards.length > 0 && hand.bytes + bytes > wish.bytesMax;
      if (hand.isCut) continue;
      hand.bytes += bytes;
      if (hand.cards.push(card) < wish.tasks) hungry.push(place);
      break;
    }
    if (hungry.length === 0) break;
  }
  return hands;
}

export function claimTask(
  waiting: Waiting,
  task: Pick<TaskRow, "owner" | "obligated"> & { readonly terms: Task },
  claimer: Claimer,
  moment: Moment,
): Decision<Held> {
  const { now } = moment;
  const { terms } = task;
  const { session } = claimer;
  const ofTask = terms.leaseTtl && msOfDuration(terms.leaseTtl);
  const ttlMs = session?.ttlMs ?? clampTtlMs(claimer.bounds, claimer.ttlWishMs, ofTask);
  const expireTime = session?.expireTime ?? addMs(now, ttlMs);
  const leaseId = moment.newId();
  const acceptedReceiptId = moment.newId();
  const fence = waiting.fence + 1;
  const deliveries = waiting.deliveries + 1;
  const { carried, receipts } = step(waiting, moment, [
    {
      receiptId: acceptedReceiptId,
      from: servicePrincipal,
      to: claimer.principal,
      leaseId,
      parents: [waiting.assignedReceiptId],
      mark: claimer.mark,
      body: {
        case: "taskAccepted",
        value: {
          $typeName: "asyncgate.v1.TaskAccepted",
          attempt: waiting.attempt,
          delivery: deliveries,
          fence: BigInt(fence),
          worker: {
            $typeName: "asyncgate.v1.Worker",
            principal: parsePrincipal(claimer.principal),
            instance: claimer.instance,
          },
          ttl: durationOfMs(ttlMs),
          expireTime: timestampOfDate(expireTime),
        },
      },
    },
  ]);
  const after: Held = {
    ...carried,
    state: stateAfter(waiting.state, "claim"),
    fence,
    deliveries,
    laneId: waiting.laneId,
    leaseId,
    sessionId: session?.sessionId ?? null,
    worker: claimer.principal,
    instance: claimer.instance,
    owner: task.owner,
    obligated: task.obligated,
    acceptedReceiptId,
    grantTime: now,
    expireTime,
    ttlMs,
    renewals: 0,
    startTime: null,
    ...heldBounds(terms, now),
    cancelPrincipal: null,
    cancelReason: null,
    cancelTime: null,
  };
  return { before: waiting, after, receipts };
}

/** When a held task fails though its lease is renewed: at its deadline, or when this attempt has held it too long. */
function heldBounds(terms: Task, now: Date): Pick<Held, "failTime" | "failReason"> {
  const deadline = terms.deadline && dateOfTimestamp(terms.deadline);
  const timeout = terms.attemptTimeout && addMs(now, msOfDuration(terms.attemptTimeout));
  if (timeout && (!deadline || timeout < deadline)) {
    return { failTime: timeout, failReason: TerminalReason.ATTEMPT_TIMEOUT };
  }
  if (deadline) return { failTime: deadline, failReason: TerminalReason.DEADLINE_EXCEEDED };
  return { failTime: null, failReason: null };
}
