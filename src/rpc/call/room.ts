/**
 * What all callers together can make the server hold: calls under way, in all, of strangers, and on one connection, and
 * the bytes of their requests and answers. Beyond a bound a call is refused at once, with a time to come back; whoever
 * keeps the server waiting is cut, the sooner the less room is left.
 */
import { overloaded, type Refusal } from "../../core/refusal.ts";

export type RoomConfig = {
  readonly callsMax: number;
  readonly callBytesMax: number;
  /** How long a caller may take over a request, or over an answer, while there is room. */
  readonly requestTimeoutMs: number;
};

/** Requests that need no credential are tiny. */
export const STRANGERS_MESSAGE_BYTES_MAX = 16_384;

/** The room of one request, from its headers until both its answer and its handler are through. */
export type Place = {
  /** Why the request is to be turned away, if it is. */
  readonly refusal: Refusal | undefined;
  /** Takes room for so many bytes, or says why there is none. */
  hold(bytes: number): Refusal | undefined;
  /** Takes it without asking, for what cannot be refused any more. */
  holdAnyway(bytes: number): void;
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
  readonly isStranger: boolean;
  /** Ends the stream. */
  readonly cut: () => void;
};

export type Room = {
  enter(entry: Entry): Place;
  /** Cuts those who keep the server waiting. Called now and then. */
  cutSlow(): void;
};

/** Callers come back when what is slow has been cut, and what is quick has been answered. */
const RETRY_MS = 1_000;
/** However full it is, a caller has this long. */
const PATIENCE_MIN_MS = 1_000;
/** Liveness, reflection and the like must not fill the room, nor be kept out by those who do. */
const STRANGERS_PART = 0.5;
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
export const BOUNDLESS: Place = {
  refusal: undefined,
  hold: () => undefined,
  holdAnyway: () => {},
  release: () => {},
  readingSinceMs: undefined,
  unreadSinceMs: undefined,
  closed: () => {},
  ended: () => {},
};

type Held = {
  calls: number;
  strangers: number;
  bytes: number;
  bytesOfStrangers: number;
  readonly byConnection: WeakMap<object, number>;
};

export function createRoom(config: RoomConfig, monotonicMs: () => number): Room {
  const held: Held = { calls: 0, strangers: 0, bytes: 0, bytesOfStrangers: 0, byConnection: new WeakMap() };
  const places = new Map<Place, () => void>();
  return {
    enter(entry) {
      const refusal = refusalOf(entry, held, config);
      const place = createPlace({ entry, refusal, held, config, monotonicMs, onLeave: (gone) => places.delete(gone) });
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

function refusalOf({ connection, isHttp2, isStranger }: Entry, held: Held, config: RoomConfig): Refusal | undefined {
  const ofConnection = held.byConnection.get(connection) ?? 0;
  const bounds: readonly (readonly [string, number, number])[] = [
    ["calls_per_connection_max", isHttp2 ? CALLS_PER_SESSION_MAX : CALLS_PER_SOCKET_MAX, ofConnection + 1],
    isStranger
      ? ["open_calls_max", Math.ceil(config.callsMax * STRANGERS_PART), held.strangers + 1]
      : ["calls_max", config.callsMax, held.calls - held.strangers + 1],
  ];
  for (const [limit, bound, value] of bounds) if (value > bound) return overloaded({ limit, bound, value }, RETRY_MS);
  return undefined;
}

type Making = {
  readonly entry: Entry;
  readonly refusal: Refusal | undefined;
  readonly held: Held;
  readonly config: RoomConfig;
  readonly monotonicMs: () => number;
  readonly onLeave: (place: Place) => void;
};

function createPlace({ entry, refusal, held, config, monotonicMs, onLeave }: Making): Place {
  const { connection, isStranger } = entry;
  let bytesHeld = 0;
  let isClosed = false;
  let isEnded = false;
  const count = (by: 1 | -1) => {
    held.calls += by;
    if (isStranger) held.strangers += by;
    held.byConnection.set(connection, (held.byConnection.get(connection) ?? 0) + by);
  };
  const add = (bytes: number) => {
    if (isClosed && isEnded) return;
    bytesHeld += bytes;
    held.bytes += bytes;
    if (isStranger) held.bytesOfStrangers += bytes;
  };
  const leave = () => {
    add(-bytesHeld);
    count(-1);
    onLeave(place);
  };
  count(1);
  const place: Place = {
    refusal,
    readingSinceMs: monotonicMs(),
    unreadSinceMs: undefined,
    hold(bytes) {
      const part = isStranger ? STRANGERS_PART : bytes > SMALL_BYTES_MAX ? LARGE_PART : 1;
      const bound = Math.ceil(config.callBytesMax * part);
      const value = (isStranger ? held.bytesOfStrangers : held.bytes) + bytes;
      if (value > bound) return overloaded({ limit: "call_bytes_max", bound, value }, RETRY_MS);
      add(bytes);
      return undefined;
    },
    holdAnyway: add,
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
