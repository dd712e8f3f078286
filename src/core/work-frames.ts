// What each part of a worker's frame does in each state of its session, as data. Nothing else says so; the test prints
// the table cell by cell.
import type { WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

export const sessionStates = [
  /** Nothing was said yet. */
  "AWAITING_HELLO",
  /** The session is opened or taken up again; no frame is read meanwhile. */
  "OPENING",
  "OPEN",
  /** The worker wants to finish: nothing more is offered. */
  "DRAINING",
  /** The server is about to go: nothing more is offered, and the stream ends when the worker is done or time is up. */
  "STOPPING",
  /** The stream ends as soon as what is under way is answered. */
  "LEAVING",
  /** What the worker still held goes back; the stream ends then. */
  "CLOSING",
  /** There is no stream any more; what was under way comes to its end, and offers have their windows. */
  "BROKEN",
  "GONE",
] as const;
export type SessionState = (typeof sessionStates)[number];

/** In the order in which they take effect. */
export const frameParts = [
  "hello",
  "credit",
  "accepts",
  "declines",
  "heartbeat",
  "starts",
  "progress",
  "completes",
  "fails",
  "releases",
  "drain",
  "bye",
] as const satisfies readonly (keyof WorkRequest)[];
export type FramePart = (typeof frameParts)[number];

export type FrameRule =
  /** Opens the session. */
  | "open"
  /** Takes effect once the session is open, if a hello came with it; else the frame is malformed. */
  | "with_hello"
  | "do"
  /** Means nothing any more. It is not answered: whoever comes back says it again. */
  | "ignore"
  | "malformed";

type Row = Readonly<Record<FramePart, FrameRule>>;

const everyPart = (rule: FrameRule): Row => ({
  ...{ hello: rule, credit: rule, accepts: rule, declines: rule, heartbeat: rule, starts: rule },
  ...{ progress: rule, completes: rule, fails: rule, releases: rule, drain: rule, bye: rule },
});
const open: Row = { ...everyPart("do"), hello: "malformed" };
const finishing: Row = { ...open, credit: "ignore", drain: "ignore" };

export const frameRules: Readonly<Record<SessionState, Row>> = {
  AWAITING_HELLO: { ...everyPart("with_hello"), hello: "open" },
  OPENING: everyPart("ignore"),
  OPEN: open,
  DRAINING: finishing,
  STOPPING: finishing,
  LEAVING: everyPart("ignore"),
  CLOSING: everyPart("ignore"),
  BROKEN: everyPart("ignore"),
  GONE: everyPart("ignore"),
};

/** The parts that a frame has. */
export function partsOf(frame: WorkRequest): FramePart[] {
  return frameParts.filter((part) => {
    const value = frame[part];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
}
