/**
 * Floods of one HTTP/2 session: frames that cost their sender nothing, and calls that are given up as they begin. Node
 * bounds resets, empty frames and what it could not send; what is counted here it bears for as long as it comes.
 */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";

export const STREAMS_PER_CONNECTION_MAX = 256;
/**
 * A second. Pings and settings have to be answered each; clients that measure the line with pings send one a round trip
 * at the most. Stillborn are calls that are given up as they begin: who changes his mind that fast, and that often, has
 * none.
 */
const PER_SECOND_MAX = { pings: 10_000, settings: 100, stillborn: STREAMS_PER_CONNECTION_MAX / 2 };
const SECOND_MS = 1_000;
/** What Node ends by itself: more resets than it bears, frames that break the protocol. */
const ENDED_BY_NODE: ReadonlySet<string> = new Set(["ERR_HTTP2_ERROR", "ERR_HTTP2_TOO_MANY_INVALID_FRAMES"]);

/** Node tells of a stream before it looks whether its end has come in the same breath: it is looked at after that. */
export function findStillborn(onStillborn: (session: ServerHttp2Session) => void) {
  let begun: { readonly stream: ServerHttp2Stream; readonly session: ServerHttp2Session }[] = [];
  const look = () => {
    const all = begun;
    begun = [];
    for (const { stream, session } of all) {
      if (stream.rstCode === constants.NGHTTP2_CANCEL && !stream.headersSent) onStillborn(session);
    }
  };
  return (stream: ServerHttp2Stream) => {
    if (begun.length === 0) setImmediate(look);
    begun.push({ stream, session: stream.session as ServerHttp2Session });
  };
}

export type Floods = {
  count(what: keyof typeof PER_SECOND_MAX): void;
  stop(): void;
};

/** Ends the session when one of these comes too often. Tells that it was ended for a flood, by whomever. */
export function endFloods(session: ServerHttp2Session, onFlood: () => void): Floods {
  const counted = { pings: 0, settings: 0, stillborn: 0 };
  let second: NodeJS.Timeout | undefined;
  const forget = () => {
    Object.assign(counted, { pings: 0, settings: 0, stillborn: 0 });
    second = undefined;
  };
  const floods: Floods = {
    count(what) {
      second ??= setTimeout(forget, SECOND_MS).unref();
      counted[what] += 1;
      if (counted[what] <= PER_SECOND_MAX[what] || session.destroyed) return;
      onFlood();
      session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    },
    stop: () => clearTimeout(second),
  };
  session.on("error", (error) => {
    if (ENDED_BY_NODE.has(String(Reflect.get(error, "code")))) onFlood();
  });
  session.on("ping", () => floods.count("pings"));
  session.on("remoteSettings", () => floods.count("settings"));
  return floods;
}
