// What all callers together can make the server hold: calls under way, in all, unauthenticated ones and those of one
// connection, and the bytes of their requests and answers. Beyond a limit a call is refused at once, with a time to
// retry; a caller that keeps the server waiting is cut, the sooner the less of the budget is left.
import { overloaded, type Refusal, slowConsumer } from "../../core/refusal.ts";

export type CallBudgetConfig = {
  readonly callsMax: number;
  readonly callBytesMax: number;
  /** How long a caller may take over a request, or over an answer, while the budget is unused. */
  readonly requestTimeoutMs: number;
};

/** Requests that need no credential are tiny. */
export const unauthenticatedMessageBytesMax = 16_384;

/** What one request takes of the budget, from its headers until both its stream and its handler have ended. */
export type CallSlot = {
  /** Set when the request must be refused. */
  readonly refusal: Refusal | undefined;
  /** Reserves bytes, or answers why it cannot. */
  hold(bytes: number): Refusal | undefined;
  /** Reserves bytes that can no longer be refused. */
  holdUnchecked(bytes: number): void;
  release(bytes: number): void;
  /** Since when the caller owes bytes of its request; undefined while it owes none. */
  readingSinceMs: number | undefined;
  /** Since when an answer waits to be read; undefined while none does. */
  unreadSinceMs: number | undefined;
  /** The stream is closed: nothing can be sent any more. */
  closed(): void;
  /** The handler has ended. */
  ended(): void;
};

export type Entry = {
  /** The HTTP/2 session, or the socket of HTTP/1.1. */
  readonly connection: object;
  readonly isHttp2: boolean;
  /** No credential is asked for. */
  readonly isUnauthenticated: boolean;
  /** Ends the stream. */
  readonly cut: (refusal?: Refusal) => void;
  /** Set when the call is refused whatever the budget says. */
  readonly refusal?: Refusal;
};

export type CallBudget = {
  enter(entry: Entry): CallSlot;
  /** Cuts callers that keep the server waiting. To be called regularly. */
  cutSlow(): void;
};

/** By then slow callers are cut and quick ones are answered. */
const retryMs = 1_000;
/** However full the budget is, a caller has this long. */
const patienceMinMs = 1_000;
/** Health checks, reflection and the like must neither use up the budget nor be kept out by those who do. */
const unauthenticatedShare = 0.5;
/** The rest is for small messages: many large answers that wait to be read leave them their share. */
const largeShare = 0.8;
const smallBytesMax = 65_536;
/** Twice the streams that a connection may have open: the handler of a stream that was reset may still run. */
export const callsPerSessionMax = 4_096;
/** HTTP/1.1 answers one request after the other: a client gains nothing by pipelining more. */
export const callsPerSocketMax = 16;

/** For calls that come from no connection. */
export const unlimitedSlot: CallSlot = {
  refusal: undefined,
  hold: () => undefined,
  holdUnchecked: () => {},
  release: () => {},
  readingSinceMs: undefined,
  unreadSinceMs: undefined,
  closed: () => {},
  ended: () => {},
};

type Used = {
  calls: number;
  unauthenticated: number;
  bytes: number;
  unauthenticatedBytes: number;
  readonly callsByConnection: WeakMap<object, number>;
};

export function createCallBudget(config: CallBudgetConfig, monotonicMs: () => number): CallBudget {
  const callsByConnection = new WeakMap<object, number>();
  const used: Used = { calls: 0, unauthenticated: 0, bytes: 0, unauthenticatedBytes: 0, callsByConnection };
  const slots = new Map<CallSlot, Entry["cut"]>();
  return {
    enter(entry) {
      const refusal = entry.refusal ?? refusalOf(entry, used, config);
      const slot = createSlot({ entry, refusal, used, config, monotonicMs, onLeave: (left) => slots.delete(left) });
      slots.set(slot, entry.cut);
      return slot;
    },
    cutSlow() {
      const left = 1 - used.bytes / config.callBytesMax;
      const patienceMs = Math.max(config.requestTimeoutMs * left, Math.min(patienceMinMs, config.requestTimeoutMs));
      const latestMs = monotonicMs() - patienceMs;
      for (const [slot, cut] of slots) {
        if (!isOverdue(slot.readingSinceMs, latestMs) && !isOverdue(slot.unreadSinceMs, latestMs)) continue;
        const isUnread = isOverdue(slot.unreadSinceMs, latestMs);
        slot.readingSinceMs = undefined;
        slot.unreadSinceMs = undefined;
        cut(isUnread ? slowConsumer() : undefined);
      }
    },
  };
}

function isOverdue(sinceMs: number | undefined, latestMs: number): boolean {
  return sinceMs !== undefined && sinceMs <= latestMs;
}

function refusalOf(
  { connection, isHttp2, isUnauthenticated }: Entry,
  used: Used,
  config: CallBudgetConfig,
): Refusal | undefined {
  const ofConnection = used.callsByConnection.get(connection) ?? 0;
  const limits: readonly (readonly [limit: string, bound: number, value: number])[] = [
    ["calls_per_connection_max", isHttp2 ? callsPerSessionMax : callsPerSocketMax, ofConnection + 1],
    isUnauthenticated
      ? ["open_calls_max", Math.ceil(config.callsMax * unauthenticatedShare), used.unauthenticated + 1]
      : ["calls_max", config.callsMax, used.calls - used.unauthenticated + 1],
  ];
  for (const [limit, bound, value] of limits) if (value > bound) return overloaded({ limit, bound, value }, retryMs);
  return undefined;
}

type SlotOptions = {
  readonly entry: Entry;
  readonly refusal: Refusal | undefined;
  readonly used: Used;
  readonly config: CallBudgetConfig;
  readonly monotonicMs: () => number;
  readonly onLeave: (slot: CallSlot) => void;
};

function createSlot({ entry, refusal, used, config, monotonicMs, onLeave }: SlotOptions): CallSlot {
  const { isUnauthenticated } = entry;
  let bytesHeld = 0;
  let isClosed = false;
  let isEnded = false;
  const add = (bytes: number) => {
    if (isClosed && isEnded) return;
    bytesHeld += bytes;
    used.bytes += bytes;
    if (isUnauthenticated) used.unauthenticatedBytes += bytes;
  };
  const leave = () => {
    add(-bytesHeld);
    countCall(entry, used, -1);
    onLeave(slot);
  };
  countCall(entry, used, 1);
  const slot: CallSlot = {
    refusal,
    readingSinceMs: monotonicMs(),
    unreadSinceMs: undefined,
    hold(bytes) {
      const share = isUnauthenticated ? unauthenticatedShare : bytes > smallBytesMax ? largeShare : 1;
      const bound = Math.ceil(config.callBytesMax * share);
      const value = (isUnauthenticated ? used.unauthenticatedBytes : used.bytes) + bytes;
      if (value > bound) return overloaded({ limit: "call_bytes_max", bound, value }, retryMs);
      add(bytes);
      return undefined;
    },
    holdUnchecked: add,
    release: (bytes) => add(-bytes),
    closed() {
      if (isClosed) return;
      if (isEnded) leave();
      isClosed = true;
    },
    ended() {
      if (isEnded) return;
      if (isClosed) leave();
      isEnded = true;
      slot.readingSinceMs = undefined;
      slot.unreadSinceMs = monotonicMs(); // until all of the answer is sent, and the stream closed
    },
  };
  return slot;
}

function countCall({ connection, isUnauthenticated }: Entry, used: Used, by: 1 | -1): void {
  used.calls += by;
  if (isUnauthenticated) used.unauthenticated += by;
  used.callsByConnection.set(connection, (used.callsByConnection.get(connection) ?? 0) + by);
}
