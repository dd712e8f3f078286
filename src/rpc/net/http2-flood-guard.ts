/**
 * Floods of one HTTP/2 session: frames that cost their sender nothing. Node bounds resets, empty frames and what it
 * could not send; what is counted here it bears for as long as it comes.
 */
import { constants, type ServerHttp2Session } from "node:http2";

/**
 * A second. They have to be answered each; clients that measure the line with pings send one a round trip at the most.
 */
const PER_SECOND_MAX = { pings: 10_000, settings: 100 };
const SECOND_MS = 1_000;
/** What Node ends by itself: more resets than it bears, frames that break the protocol. */
const ENDED_BY_NODE: ReadonlySet<string> = new Set(["ERR_HTTP2_ERROR", "ERR_HTTP2_TOO_MANY_INVALID_FRAMES"]);

export type FloodGuard = {
  count(what: keyof typeof PER_SECOND_MAX): void;
  stop(): void;
};

/** Ends the session when one of these comes too often. Tells that it was ended for a flood, by whomever. */
export function guardAgainstFloods(session: ServerHttp2Session, onFlood: () => void): FloodGuard {
  const counted = { pings: 0, settings: 0 };
  let second: NodeJS.Timeout | undefined;
  let isTold = false;
  /** Once, though Node may find the same flood. */
  const tell = () => {
    if (!isTold) onFlood();
    isTold = true;
  };
  const forget = () => {
    Object.assign(counted, { pings: 0, settings: 0 });
    second = undefined;
  };
  const floods: FloodGuard = {
    count(what) {
      second ??= setTimeout(forget, SECOND_MS).unref();
      counted[what] += 1;
      if (counted[what] <= PER_SECOND_MAX[what] || session.destroyed) return;
      tell();
      session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    },
    stop: () => clearTimeout(second),
  };
  session.on("error", (error) => {
    if (ENDED_BY_NODE.has(String(Reflect.get(error, "code")))) tell();
  });
  session.on("ping", () => floods.count("pings"));
  session.on("remoteSettings", () => floods.count("settings"));
  return floods;
}
