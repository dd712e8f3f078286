// Signals as rules: channels, which conditions take which signals, and the receipt of one that was sent.
import type { SendSignalRequest } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { digestOf, emptyChain } from "./chain.ts";
import { type ConditionKey, conditionKey } from "./conditions.ts";
import { msOfDuration, timestampOfDate } from "./duration.ts";
import { type ReceiptDraft, type SealedReceipt, sealReceipts } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { uuidShape } from "./page-token.ts";
import { checkPayload } from "./payload.ts";
import { servicePrincipal } from "./principal.ts";
import { invalidArgument, type Refusal } from "./refusal.ts";

const prefix = "task/";

/** The channel of what is sent to a task. */
export function channelOfTask(taskId: string): string {
  return prefix + taskId;
}

export type Target = { readonly channel: string; readonly taskId: string | undefined };

/** A channel, and the task that it belongs to. No other channel may look as if it belonged to one. */
export function targetOfChannel(channel: string, field: string): Target | Refusal {
  if (!channel.startsWith(prefix)) return { channel, taskId: undefined };
  const taskId = channel.slice(prefix.length).toLowerCase();
  if (uuidShape.test(taskId)) return targetOfTask(taskId);
  const description = "must be a name that does not begin with task/, or that and the id of a task";
  return invalidArgument([{ field, description, rule: "signal.channel" }]);
}

export function targetOfTask(taskId: string): Target {
  const lower = taskId.toLowerCase();
  return { channel: channelOfTask(lower), taskId: lower };
}

/** What is wrong with a request that no rule on one field can say. */
export function checkSendSignal(request: SendSignalRequest, limits: Limits): Refusal | undefined {
  if (request.to.case === undefined) {
    return invalidArgument([{ field: "channel", description: "or a task must be named", rule: "signal.to" }]);
  }
  const { signal_payload_bytes_max: bound } = limits;
  return checkPayload(request.payload, "payload", "signal_payload_bytes_max", bound);
}

const dayMs = 86_400_000;
const ttlDefaultMs = 7 * dayMs;

/** How long a signal is kept: no longer than a task that has ended. `retentionMs` of 0 means forever. */
export function keepMs(ttl: SendSignalRequest["ttl"], retentionMs: number): number {
  const wishMs = ttl ? msOfDuration(ttl) : ttlDefaultMs;
  return retentionMs === 0 ? wishMs : Math.min(wishMs, retentionMs);
}

/** A condition takes all of its signals at once. */
export type SignalTake = ConditionKey & { readonly signalIds: readonly string[] };

type Waiter = ConditionKey & { readonly count: number };

/**
 * Gives kept signals, oldest first, to conditions, those first that have waited longest. One that needs more than there
 * are keeps those behind it waiting; it would starve otherwise. A group takes once.
 */
export function allotSignals(waiters: readonly Waiter[], kept: readonly string[]): SignalTake[] {
  const takes: SignalTake[] = [];
  const groups = new Set<string>();
  let next = 0;
  for (const { taskId, groupPlace, place, count } of waiters) {
    const group = `${taskId} ${groupPlace}`;
    if (groups.has(group)) continue;
    if (kept.length - next < count) break;
    groups.add(group);
    takes.push({ taskId, groupPlace, place, signalIds: kept.slice(next, next + count) });
    next += count;
  }
  return takes;
}

/** By the key of the condition. */
export type TakenSignals = ReadonlyMap<string, readonly string[]>;

export function takenSignals(takes: readonly SignalTake[]): TakenSignals {
  return new Map(takes.map((take) => [conditionKey(take), take.signalIds]));
}

export type Sent = {
  readonly signalId: string;
  readonly from: string;
  readonly channel: string;
  readonly payload: Uint8Array | null;
  readonly broadcast: boolean;
  readonly takenByTaskId: string;
  readonly keepUntil: Date | undefined;
  readonly waiting: number;
};

/**
 * A chain of its own, also if it went to a task: its sender then waits for no lock of a task that it does not own, and
 * does not change the version that the task's holder remembers.
 */
export function signalReceipt(sent: Sent, now: Date): SealedReceipt[] {
  const { signalId, payload, keepUntil } = sent;
  const draft: ReceiptDraft = {
    receiptId: signalId,
    from: sent.from,
    to: servicePrincipal,
    parents: [],
    body: {
      case: "signalSent",
      value: {
        $typeName: "asyncgate.v1.SignalSent",
        channel: sent.channel,
        payloadDigest: payload ? digestOf(payload) : new Uint8Array(),
        broadcast: sent.broadcast,
        takenByTaskId: sent.takenByTaskId,
        ...(keepUntil && { keepUntil: timestampOfDate(keepUntil) }),
        waiting: sent.waiting,
      },
    },
  };
  return sealReceipts({ chainId: signalId, taskId: null, head: emptyChain, taskVersion: 0, now }, [draft]);
}
