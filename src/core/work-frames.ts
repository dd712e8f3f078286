// What each part of a worker's frame does in each state of its session, as data. This table is the only place that
// defines it; the test prints it cell by cell.
import type { WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

export const sessionStates = [
  /** No frame has come yet. */
  "AWAITING_HELLO",
  /** The session is being opened or resumed; no frame is read meanwhile. */
  "OPENING",
  /** Tasks are offered, and every part of a frame takes effect. */
  "OPEN",
  /** The worker wants to finish: nothing more is offered. */
  "DRAINING",
  /** The server shuts down: nothing more is offered, and the stream ends when the worker is done or time is up. */
  "STOPPING",
  /** The stream ends as soon as everything in flight is answered. */
  "ENDING",
  /** The worker said bye: its remaining leases are being released, and the stream ends after that. */
  "RELEASING",
  /** The stream has ended. Operations in flight run to their end, and offers wait out their windows. */
  "BROKEN",
  /** Nothing of the session is left in this server. */
  "CLOSED",
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
  "outputs",
  "completes",
  "fails",
  "releases",
  "suspends",
  "handOffs",
  "questions",
  "drain",
  "bye",
] as const satisfies readonly (keyof WorkRequest)[];
export type FramePart = (typeof frameParts)[number];

export type FrameRule =
  /** Opens the session. */
  | "open"
  /** Takes effect once the session is open, if a hello came with it; otherwise the frame is malformed. */
  | "with_hello"
  | "apply"
  /** Has no effect and no answer; a worker that comes back repeats it. */
  | "ignore"
  | "malformed";

type Row = Readonly<Record<FramePart, FrameRule>>;

const everyPart = (rule: FrameRule): Row => ({
  hello: rule,
  credit: rule,
  accepts: rule,
  declines: rule,
  heartbeat: rule,
  starts: rule,
  progress: rule,
  outputs: rule,
  completes: rule,
  fails: rule,
  releases: rule,
  suspends: rule,
  handOffs: rule,
  questions: rule,
  drain: rule,
  bye: rule,
});
const open: Row = { ...everyPart("apply"), hello: "malformed" };
const finishing: Row = { ...open, credit: "ignore", drain: "ignore" };

export const frameRules: Readonly<Record<SessionState, Row>> = {
  AWAITING_HELLO: { ...everyPart("with_hello"), hello: "open" },
  OPENING: everyPart("ignore"),
  OPEN: open,
  DRAINING: finishing,
  STOPPING: finishing,
  ENDING: everyPart("ignore"),
  RELEASING: everyPart("ignore"),
  BROKEN: everyPart("ignore"),
  CLOSED: everyPart("ignore"),
};

/** The parts that a frame has. */
export function partsOf(frame: WorkRequest): FramePart[] {
  return frameParts.filter((part) => {
    const value = frame[part];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
}
