// One stream of a worker's session, from its hello to its end: frames in both directions, and the heartbeats. A stream
// whose heartbeats are not acknowledged is dead and ends itself.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  HeartbeatAckSchema,
  HeartbeatSchema,
  type StreamEndReason,
  StreamEndSchema,
  type Welcome,
  WelcomeSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Connection } from "./client.ts";
import { msOf } from "./durations.ts";
import { monotonicMs } from "./monotonic.ts";
import {
  decodeRequest,
  encodeResponse,
  type OpaqueRequest,
  type OpaqueResponse,
  opaqueWork,
  partOf,
  requestOf,
} from "./opaque-frames.ts";
import { type Failure, type Frame, failureOf } from "./session-messages.ts";

/** A server that accepts the connection and does not answer the hello is given up. */
const welcomeTimeoutMs = 15_000;
/** This many unacknowledged heartbeats end the stream, with time left to reconnect before the TTL is over. */
const unacknowledgedMax = 2;

export type StreamListener = {
  onWelcome(welcome: Welcome, helloAtMs: number): void;
  onHeartbeatAck(sentAtMs: number): void;
  /** Every frame of the server, whole. */
  onFrame(frame: Frame): void;
  /** A frame given to `send` has been written. */
  onWritten(): void;
};

export type StreamEnding = {
  readonly failure: Failure;
  /** The reason of the server's `stream_end`, if there was one. */
  readonly reason: StreamEndReason | undefined;
};

export type SessionStream = {
  send(frame: Frame): void;
  abort(why: unknown): void;
  readonly ended: Promise<StreamEnding>;
};

type Outgoing = { readonly request: OpaqueRequest; readonly isHeartbeat: boolean };

type StreamState = {
  readonly abort: AbortController;
  readonly listener: StreamListener;
  readonly outgoing: Outgoing[];
  wakeWriter: () => void;
  hasEnded: boolean;
  heartbeats: number;
  /** When each heartbeat that is not acknowledged was sent, by its sequence. */
  readonly unacknowledged: Map<bigint, number>;
  heartbeatTimer: NodeJS.Timeout | undefined;
  endReason: StreamEndReason | undefined;
};

export function openSessionStream(open: () => Connection, hello: Frame, listener: StreamListener): SessionStream {
  const state: StreamState = {
    abort: new AbortController(),
    listener,
    outgoing: [],
    wakeWriter: () => {},
    hasEnded: false,
    heartbeats: 0,
    unacknowledged: new Map(),
    heartbeatTimer: undefined,
    endReason: undefined,
  };
  return {
    send(frame) {
      state.outgoing.push({ request: decodeRequest(frame), isHeartbeat: false });
      state.wakeWriter();
    },
    abort: (why) => state.abort.abort(why),
    ended: run(state, open, hello),
  };
}

async function run(state: StreamState, open: () => Connection, hello: Frame): Promise<StreamEnding> {
  const connection = open();
  const { signal } = state.abort;
  const unwelcome = setTimeout(() => cut(state, "no welcome came"), welcomeTimeoutMs);
  let failure: Failure;
  try {
    const helloAtMs = monotonicMs();
    const frames = outgoingFrames(state, hello);
    const answer = await connection.transport.stream(opaqueWork, signal, undefined, undefined, frames as never);
    for await (const frame of answer.message as AsyncIterable<OpaqueResponse>) {
      if (partOf(frame, "welcome")) clearTimeout(unwelcome);
      takeFrame(state, frame, helloAtMs);
    }
    failure = failureOf(new ConnectError("the server ended the stream", Code.Unavailable));
  } catch (error) {
    failure = failureOf(signal.aborted ? signal.reason : error);
  } finally {
    clearTimeout(unwelcome);
    clearInterval(state.heartbeatTimer);
    state.hasEnded = true;
    state.wakeWriter();
    connection.close();
  }
  return { failure, reason: state.endReason };
}

function cut({ abort }: StreamState, why: string): void {
  abort.abort(new ConnectError(why, Code.Unavailable));
}

async function* outgoingFrames(state: StreamState, hello: Frame): AsyncGenerator<OpaqueRequest> {
  yield requestOf({ hello });
  while (!state.hasEnded) {
    const next = state.outgoing.shift();
    if (next === undefined) {
      await new Promise<void>((resolve) => {
        state.wakeWriter = resolve;
      });
      continue;
    }
    yield next.request;
    // The transport asks for the next frame when it has written this one.
    if (!next.isHeartbeat) state.listener.onWritten();
  }
}

function takeFrame(state: StreamState, frame: OpaqueResponse, helloAtMs: number): void {
  const welcome = partOf(frame, "welcome");
  if (welcome && state.heartbeatTimer === undefined) {
    const message = fromBinary(WelcomeSchema, welcome);
    state.heartbeatTimer = setInterval(() => sendHeartbeat(state), heartbeatIntervalMs(message));
    state.listener.onWelcome(message, helloAtMs);
  }
  const ack = partOf(frame, "heartbeatAck");
  if (ack) takeAck(state, fromBinary(HeartbeatAckSchema, ack).sequence);
  const end = partOf(frame, "streamEnd");
  if (end) state.endReason = fromBinary(StreamEndSchema, end).reason;
  state.listener.onFrame(encodeResponse(frame));
}

function heartbeatIntervalMs({ heartbeatInterval, ttl }: Welcome): number {
  if (heartbeatInterval) return msOf(heartbeatInterval);
  return ttl ? msOf(ttl) / 3 : 1_000;
}

function sendHeartbeat(state: StreamState): void {
  if (state.unacknowledged.size >= unacknowledgedMax) {
    cut(state, "heartbeats were not acknowledged");
    return;
  }
  state.heartbeats += 1;
  const sequence = BigInt(state.heartbeats);
  state.unacknowledged.set(sequence, monotonicMs());
  const heartbeat = toBinary(HeartbeatSchema, create(HeartbeatSchema, { sequence })) as Frame;
  // Ahead of the frames that wait: a late heartbeat loses all leases.
  state.outgoing.unshift({ request: requestOf({ heartbeat }), isHeartbeat: true });
  state.wakeWriter();
}

/** An acknowledgement stands for all earlier heartbeats too. */
function takeAck({ unacknowledged, listener }: StreamState, sequence: bigint): void {
  const sentAtMs = unacknowledged.get(sequence);
  for (const earlier of unacknowledged.keys()) if (earlier <= sequence) unacknowledged.delete(earlier);
  if (sentAtMs !== undefined) listener.onHeartbeatAck(sentAtMs);
}
