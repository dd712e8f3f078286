// Keeps a worker's session alive: connects, says hello, and after a break resumes the same session, at the same or the
// next endpoint. It knows nothing about tasks and does not need the thread of the handlers: a handler that blocks its
// thread for minutes loses no lease.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { HelloSchema, StreamEndReason } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { backoffMs, pause } from "./backoff.ts";
import { isServerReason } from "./contract.ts";
import { msOf } from "./durations.ts";
import { createLeaseClock, type LeaseClock } from "./lease-clock.ts";
import { monotonicMs } from "./monotonic.ts";
import {
  errorOfFailure,
  type Failure,
  type Frame,
  type FromKeeper,
  failureOf,
  type Port,
  type SessionKeeperOptions,
  type ToKeeper,
} from "./session-messages.ts";
import { openSessionStream, type SessionStream, type StreamEnding, type StreamListener } from "./session-stream.ts";
import { type ConnectionOptions, connect } from "./transport.ts";

/** How long a busy worker loop has to list its held leases. After that the session is resumed with all its leases. */
const heldTimeoutMs = 500;

type Keeper = {
  readonly options: SessionKeeperOptions;
  readonly loop: Port<FromKeeper>;
  readonly clock: LeaseClock;
  readonly closing: AbortController;
  stream: { readonly number: number; readonly connection: SessionStream } | undefined;
  resumeToken: string;
  /** Streams that failed since the last acknowledged heartbeat. */
  failures: number;
  onHeld: ((leaseTokens: readonly string[]) => void) | undefined;
};

/** Posts to the worker loop through `loop`, and takes its messages through the port that is returned. */
export function startSessionKeeper(options: SessionKeeperOptions, loop: Port<FromKeeper>): Port<ToKeeper> {
  const keeper: Keeper = {
    options,
    loop,
    clock: createLeaseClock(() => loop.post({ type: "leases_expired" })),
    closing: new AbortController(),
    stream: undefined,
    resumeToken: options.resume?.token ?? "",
    failures: 0,
    onHeld: undefined,
  };
  if (options.resume) keeper.clock.welcomed(monotonicMs(), options.resume.withinMs, options.resume.withinMs);
  // Not in this turn: the worker loop, which a resumed session asks at once, is made after its keeper.
  Promise.resolve()
    .then(() => keepSession(keeper))
    .catch((error: unknown) => failureOf(error))
    .then((failure) => {
      keeper.clock.stop();
      loop.post(failure ? { type: "closed", failure } : { type: "closed" });
    });
  return { post: (message) => takeMessage(keeper, message) };
}

function takeMessage(keeper: Keeper, message: ToKeeper): void {
  const { stream, closing } = keeper;
  if (message.type === "close") {
    closing.abort();
    setTimeout(() => stream?.connection.abort(closing.signal.reason), message.withinMs).unref();
  } else if (message.type === "held") {
    keeper.onHeld?.(message.leaseTokens);
  } else if (message.stream !== stream?.number) {
    return;
  } else if (message.type === "reconnect") {
    stream.connection.abort(new ConnectError("the server asked for a new hello", Code.Unavailable));
  } else {
    stream.connection.send(message.frame);
  }
}

/** Stream after stream, until the worker loop closes or a failure is final. Resolves with that failure. */
async function keepSession(keeper: Keeper): Promise<Failure | undefined> {
  const { options, loop, clock, closing } = keeper;
  const { endpoints, connection, transport, reconnect } = options;
  const open = (endpoint: string) => (transport ? { transport, close: () => {} } : connect(endpoint, connection));
  for (let number = 1; !closing.signal.aborted; number += 1) {
    const endpoint = endpoints[(number - 1) % endpoints.length] ?? "";
    const hello = await helloOf(keeper, number);
    // Closed meanwhile: a stream that is opened now would not be ended by anything.
    if (closing.signal.aborted) break;
    const stream = openSessionStream(() => open(endpoint), hello, listenerOf(keeper, number, endpoint));
    keeper.stream = { number, connection: stream };
    const ending = await stream.ended;
    keeper.stream = undefined;
    clock.disconnected();
    if (closing.signal.aborted) break;
    const { failure, reason } = ending;
    // The answer to the worker's own bye, which may be here before the worker loop's word that it closes.
    if (reason === StreamEndReason.BYE) return undefined;
    if (isFinal(ending, connection)) return failure;
    if (reason === StreamEndReason.EXPIRED) clock.expire();
    keeper.failures += 1;
    const retryInMs = (errorOfFailure(failure).retryAfterMs ?? 0) + backoffMs(reconnect, keeper.failures);
    loop.post({ type: "disconnected", stream: number, failure, retryInMs });
    await pause(retryInMs, closing.signal);
  }
  return undefined;
}

async function helloOf(keeper: Keeper, number: number): Promise<Frame> {
  const { options, resumeToken } = keeper;
  if (resumeToken === "") return options.hello;
  const leaseTokens = await askHeld(keeper, number);
  const held = leaseTokens && { $typeName: "asyncgate.v1.HeldLeases" as const, leaseTokens: [...leaseTokens] };
  const hello = { ...fromBinary(HelloSchema, options.hello), resumeToken, ...(held && { held }) };
  return toBinary(HelloSchema, hello) as Frame;
}

function askHeld(keeper: Keeper, number: number): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, heldTimeoutMs, undefined);
    keeper.onHeld = (leaseTokens) => {
      clearTimeout(timeout);
      resolve(leaseTokens);
    };
    keeper.loop.post({ type: "held_wanted", stream: number });
  });
}

function listenerOf(keeper: Keeper, number: number, endpoint: string): StreamListener {
  const { loop, clock } = keeper;
  return {
    onWelcome({ resumeToken, ttl, resumeGrace }, helloAtMs) {
      keeper.resumeToken = resumeToken;
      clock.welcomed(helloAtMs, ttl ? msOf(ttl) : 0, resumeGrace ? msOf(resumeGrace) : 0);
    },
    onHeartbeatAck(sentAtMs) {
      clock.acknowledged(sentAtMs);
      keeper.failures = 0;
    },
    onFrame: (frame) => loop.post({ type: "frame", stream: number, frame, receivedAtMs: monotonicMs(), endpoint }),
    onWritten: () => loop.post({ type: "frame_written", stream: number }),
  };
}

/** Whether a further stream would end in the same way. */
function isFinal({ failure }: StreamEnding, { key }: ConnectionOptions): boolean {
  if (failure.detail === undefined) return false;
  const error = errorOfFailure(failure);
  // The next stream may have another key.
  if (error.reason === ErrorReason.UNAUTHENTICATED && typeof key === "function") return false;
  // An internal error of the server may be gone at the next attempt.
  return !error.retryable && !isServerReason(error.reason);
}
