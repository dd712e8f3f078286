/**
 * What all callers together can make the server hold: calls under way, in all, of strangers, and on one connection, and
 * the bytes of their requests and answers. Beyond a bound a call is refused at once, with a time to come back; whoever
 * keeps the server waiting is cut, the sooner the less room is left.
 */
import { overloaded, type Refusal } from "../../core/refusal.ts";

export type CallBudgetConfig = {
  readonly callsMax: number;
  readonly callBytesMax: number;
  /** How long a caller may take over a request, or over an answer, while there is room. */
  readonly requestTimeoutMs: number;
};

/** Requests that need no credential are tiny. */
export const unauthenticatedMessageBytesMax = 16_384;

/** The room of one request, from its headers until both its answer and its handler are through. */
export type CallSlot = {
  /** Why the request is to be turned away, if it is. */
  readonly refusal: Refusal | undefined;
  /** Takes room for so many bytes, or says why there is none. */
  hold(bytes: number): Refusal | undefined;
  /** Takes it without asking, for what cannot be refused any more. */
  holdUnchecked(bytes: number): void;
  release(bytes: number): void;
  /** From when on the caller owes bytes of its request; undefined while it owes none. */
  readingSinceMs: number | undefined;
  /** From when on an answer waits to be read; undefined while none does. */
  unreadSinceMs: number | undefined;
  /** Nothing can be sent any more: the stream is closed. */
  closed(): void;
  /** Nothing is done for it any more. */
  ended(): void;
};

export type Entry = {
  /** The HTTP/2 session, or the socket of HTTP/1. */
  readonly connection: object;
  readonly isHttp2: boolean;
  /** Nobody has asked, or will ask, who it is. */
  readonly isUnauthenticated: boolean;
  /** Ends the stream. */
  readonly cut: () => void;
};

export type CallBudget = {
  enter(entry: Entry): CallSlot;
  /** Cuts those who keep the server waiting. Called now and then. */
  cutSlow(): void;
};

/** Callers come back when what is slow has been cut, and what is quick has been answered. */
const RETRY_MS = 1_000;
/** However full it is, a caller has this long. */
const PATIENCE_MIN_MS = 1_000;
/** Liveness, reflection and the like must not fill the room, nor be kept out by those who do. */
const UNAUTHENTICATED_PART = 0.5;
/** What is left is for the small: a flood of large answers that nobody reads leaves them their room. */
const LARGE_PART = 0.8;
const SMALL_BYTES_MAX = 65_536;
/**
 * Twice what a connection may have open at once: a stream that is reset makes place for the next one, while its handler
 * still runs.
 */
const CALLS_PER_SESSION_MAX = 512;
/** HTTP/1.1 answers one after the other: whoever asks ahead gains nothing by asking more. */
const CALLS_PER_SOCKET_MAX = 16;

/** For calls that came through no door. */
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

type Held = {
  calls: number;
  unauthenticated: number;
  bytes: number;
  unauthenticatedBytes: number;
  readonly byConnection: WeakMap<object, number>;
};

export function createCallBudget(config: CallBudgetConfig, monotonicMs: () => number): CallBudget {
  const held: Held = { calls: 0, unauthenticated: 0, bytes: 0, unauthenticatedBytes: 0, byConnection: new WeakMap() };
  const places = new Map<CallSlot, () => void>();
  return {
    enter(entry) {
      const refusal = refusalOf(entry, held, config);
      const place = createSlot({ entry, refusal, held, config, monotonicMs, onLeave: (gone) => places.delete(gone) });
      places.set(place, entry.cut);
      return place;
    },
    cutSlow() {
      const left = 1 - held.bytes / config.callBytesMax;
      const patienceMs = Math.max(config.requestTimeoutMs * left, Math.min(PATIENCE_MIN_MS, config.requestTimeoutMs));
      const since = monotonicMs() - patienceMs;
      for (const [place, cut] of places) {
        if (!isBefore(place.readingSinceMs, since) && !isBefore(place.unreadSinceMs, since)) continue;
        place.readingSinceMs = undefined;
        place.unreadSinceMs = undefined;
        cut();
      }
    },
  };
}

function isBefore(ms: number | undefined, since: number): boolean {
  return ms !== undefined && ms <= since;
}

function refusalOf(
  { connection, isHttp2, isUnauthenticated }: Entry,
  held: Held,
  config: CallBudgetConfig,
): Refusal | undefined {
  const ofConnection = held.byConnection.get(connection) ?? 0;
  const bounds: readonly (readonly [string, number, number])[] = [
    ["calls_per_connection_max", isHttp2 ? CALLS_PER_SESSION_MAX : CALLS_PER_SOCKET_MAX, ofConnection + 1],
    isUnauthenticated
      ? ["open_calls_max", Math.ceil(config.callsMax * UNAUTHENTICATED_PART), held.unauthenticated + 1]
      : ["calls_max", config.callsMax, held.calls - held.unauthenticated + 1],
  ];
  for (const [limit, bound, value] of bounds) if (value > bound) return overloaded({ limit, bound, value }, RETRY_MS);
  return undefined;
}

type Making = {
  readonly entry: Entry;
  readonly refusal: Refusal | undefined;
  readonly held: Held;
  readonly config: CallBudgetConfig;
  readonly monotonicMs: () => number;
  readonly onLeave: (place: CallSlot) => void;
};

function createSlot({ entry, refusal, held, config, monotonicMs, onLeave }: Making): CallSlot {
  const { connection, isUnauthenticated } = entry;
  let bytesHeld = 0;
  let isClosed = false;
  let isEnded = false;
  const count = (by: 1 | -1) => {
    held.calls += by;
    if (isUnauthenticated) held.unauthenticated += by;
    held.byConnection.set(connection, (held.byConnection.get(connection) ?? 0) + by);
  };
  const add = (bytes: number) => {
    if (isClosed && isEnded) return;
    bytesHeld += bytes;
    held.bytes += bytes;
    if (isUnauthenticated) held.unauthenticatedBytes += bytes;
  };
  const leave = () => {
    add(-bytesHeld);
    count(-1);
    onLeave(place);
  };
  count(1);
  const place: CallSlot = {
    refusal,
    readingSinceMs: monotonicMs(),
    unreadSinceMs: undefined,
    hold(bytes) {
      const part = isUnauthenticated ? UNAUTHENTICATED_PART : bytes > SMALL_BYTES_MAX ? LARGE_PART : 1;
      const bound = Math.ceil(config.callBytesMax * part);
      const value = (isUnauthenticated ? held.unauthenticatedBytes : held.bytes) + bytes;
      if (value > bound) return overloaded({ limit: "call_bytes_max", bound, value }, RETRY_MS);
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
      place.readingSinceMs = undefined;
      place.unreadSinceMs = monotonicMs(); // until all of the answer is gone, and the stream with it
    },
  };
  return place;
}
