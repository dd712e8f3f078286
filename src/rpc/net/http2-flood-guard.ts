// Recognizes floods on an HTTP/2 session and ends it. A flood is always identified by what it consists of: frames and
// resets counted here, or an error by which Node or nghttp2 names one. Any other protocol error ends its session and
// counts as nothing: closing a grpc-go client sends GOAWAY with stream 2³¹−1, which nghttp2 takes for such an error.
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { FloodCause } from "../metrics.ts";

export type FloodLimits = { readonly pings: number; readonly settings: number };

/** A second. Each has to be answered. Clients that measure a connection send one ping a round trip at the most. */
export const floodLimits: FloodLimits = { pings: 10_000, settings: 100 };
/** While an address is in cooldown: a health check needs one of each. */
export const probeFloodLimits: FloodLimits = { pings: 50, settings: 10 };

const secondMs = 1_000;
/** What a reset costs: a call that had begun, and one that was given up before it could begin (rapid reset). */
const resetCost = { begun: 1, unbegun: 10 };

/** Floods that nghttp2 finds, by the code of its error. */
const causesByCode: ReadonlyMap<unknown, FloodCause> = new Map([
  [-902, "streams"], // Node refused more streams in a row than it may (`maxSessionRejectedStreams`)
  [-904, "acknowledgements"], // of pings and settings, which the client does not read
  [-905, "continuations"],
]);

export type FloodGuardOptions = {
  readonly limits: () => FloodLimits;
  /** Takes the cost of resets out of what the address may spend; false when it has spent all. */
  readonly spend: (cost: number) => boolean;
  /** Called once a session, before it is ended. */
  readonly onFlood: (cause: FloodCause) => void;
};

/** Returns a function that stops the guard; call it when the session is closed. */
export function guardAgainstFloods(session: ServerHttp2Session, options: FloodGuardOptions): () => void {
  let isReported = false;
  const report = (cause: FloodCause) => {
    if (!isReported) options.onFlood(cause);
    isReported = true;
  };
  const end = (cause: FloodCause) => {
    if (session.destroyed) return;
    report(cause);
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  };
  session.on("error", (error) => {
    const cause = causeOf(error);
    if (cause !== undefined) report(cause);
  });
  const frames = countFrames(options.limits, end);
  session.on("ping", () => frames.count("pings"));
  session.on("remoteSettings", () => frames.count("settings"));
  countResets(session, (cost) => {
    if (!options.spend(cost)) end("resets");
  });
  return frames.stop;
}

function causeOf(error: Error): FloodCause | undefined {
  const code: unknown = Reflect.get(error, "code");
  if (code === "ERR_HTTP2_TOO_MANY_INVALID_FRAMES") return "invalid_frames";
  return code === "ERR_HTTP2_ERROR" ? causesByCode.get(Reflect.get(error, "errno")) : undefined;
}

function countFrames(limits: () => FloodLimits, onExceeded: (cause: FloodCause) => void) {
  const counted = { pings: 0, settings: 0 };
  let second: NodeJS.Timeout | undefined;
  const startOver = () => {
    Object.assign(counted, { pings: 0, settings: 0 });
    second = undefined;
  };
  return {
    count(what: keyof FloodLimits) {
      second ??= setTimeout(startOver, secondMs).unref();
      counted[what] += 1;
      if (counted[what] > limits()[what]) onExceeded(what);
    },
    stop: () => clearTimeout(second),
  };
}

/**
 * Calls back once in each turn of the event loop in which the client reset streams that were not answered yet. By then
 * a session whose connection broke is destroyed, and the end of its streams counts as nothing.
 */
function countResets(session: ServerHttp2Session, onResets: (cost: number) => void): void {
  let turn = 0;
  let cost = 0;
  let isScheduled = false;
  const endTurn = () => {
    const due = cost;
    isScheduled = false;
    turn += 1;
    cost = 0;
    if (due > 0 && !session.destroyed) onResets(due);
  };
  const schedule = () => {
    if (!isScheduled) setImmediate(endTurn);
    isScheduled = true;
  };
  session.on("stream", (stream: ServerHttp2Stream) => {
    schedule();
    if (stream.aborted || stream.destroyed) {
      cost += resetCost.unbegun;
      return;
    }
    const openedIn = turn;
    stream.once("aborted", () => {
      cost += turn === openedIn ? resetCost.unbegun : resetCost.begun;
      schedule();
    });
  });
}
