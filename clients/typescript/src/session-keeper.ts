// Keeps a worker's session alive: connects, says hello, beats, and after a break comes back to the same session, here
// or at another endpoint. It looks into no task. It needs nothing of the thread that runs the handlers to do so: a
// handler that keeps that thread busy for minutes loses no lease.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  HeartbeatAckSchema,
  HeartbeatSchema,
  HelloSchema,
  StreamEndReason,
  StreamEndSchema,
  type Welcome,
  WelcomeSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { backoffMs, pause } from "./backoff.ts";
import { isServerReason } from "./contract.ts";
import { monotonicMs, msOf } from "./durations.ts";
import { createLeaseClock } from "./lease-clock.ts";
import {
  openRequest,
  partOf,
  type RelayRequest,
  type RelayResponse,
  relayedWork,
  requestOf,
  sealResponse,
} from "./opaque-frames.ts";
import type { Failure, Frame, FromSession, Port, SessionKeeperOptions, ToSession } from "./session-messages.ts";
import { errorOfFailure, failureOf } from "./session-messages.ts";
import { connect } from "./transport.ts";

/** How long the desk may take to say what it holds. A busy one is not waited for: then all leases come along. */
const heldPatienceMs = 500;
/** A server that takes the connection and does not answer the hello is left for another one. */
const welcomePatienceMs = 15_000;
/** So many beats without an answer mean that the stream is dead, with time left to come back before the TTL is over. */
const beatsUnansweredMax = 2;

export type SessionKeeper = { take(message: ToSession): void };

/** One stream, from its hello to its end. */
type Stream = {
  readonly number: number;
  readonly endpoint: string;
  readonly abort: AbortController;
  readonly outgoing: { readonly request: RelayRequest; readonly isDesks: boolean }[];
  wake: () => void;
  hasEnded: boolean;
  /** When each beat that is not answered was sent, by its sequence. */
  readonly beats: Map<bigint, number>;
  gone: StreamEndReason | undefined;
};

export function startSessionKeeper(options: SessionKeeperOptions, desk: Port<FromSession>): SessionKeeper {
  const closing = new AbortController();
  const clock = createLeaseClock(() => desk.post({ type: "lapsed" }));
  let stream: Stream | undefined;
  let resumeToken = "";
  let beatSequence = 0n;
  let failures = 0;
  let answerHeld: ((leaseTokens: readonly string[]) => void) | undefined;

  async function run(): Promise<void> {
    let failure: Failure | undefined;
    for (let number = 1; !closing.signal.aborted; number += 1) {
      const endpoint = options.endpoints[(number - 1) % options.endpoints.length] ?? "";
      const hello = await sayHello(number);
      stream = openStream(number, endpoint);
      failure = await live(stream, hello);
      clock.broken();
      const { gone } = stream;
      stream = undefined;
      if (closing.signal.aborted) break;
      if (isFinal(failure, gone)) return finish(failure);
      if (gone === StreamEndReason.EXPIRED) clock.lapse();
      failures += 1;
      const retryInMs = (errorOfFailure(failure).retryAfterMs ?? 0) + backoffMs(options.reconnect, failures);
      desk.post({ type: "broken", stream: number, failure, retryInMs });
      await pause(retryInMs, closing.signal);
    }
    finish(undefined);
  }

  function finish(failure: Failure | undefined): void {
    clock.stop();
    desk.post(failure ? { type: "over", failure } : { type: "over" });
  }

  async function sayHello(number: number): Promise<RelayRequest> {
    const hello = fromBinary(HelloSchema, options.hello);
    if (resumeToken === "") return requestOf({ hello: toBinary(HelloSchema, hello) as Frame });
    const leaseTokens = await askHeld(number);
    return requestOf({
      hello: toBinary(HelloSchema, {
        ...hello,
        resumeToken,
        ...(leaseTokens && { held: { $typeName: "asyncgate.v1.HeldLeases", leaseTokens: [...leaseTokens] } }),
      }) as Frame,
    });
  }

  function askHeld(number: number): Promise<readonly string[] | undefined> {
    return new Promise((resolve) => {
      const patience = setTimeout(resolve, heldPatienceMs, undefined);
      answerHeld = (leaseTokens) => {
        clearTimeout(patience);
        resolve(leaseTokens);
      };
      desk.post({ type: "asking", stream: number });
    });
  }

  /** Resolves with why the stream ended. */
  async function live(current: Stream, hello: RelayRequest): Promise<Failure> {
    const connection = connect(current.endpoint, options.connection);
    let beating: NodeJS.Timeout | undefined;
    const cut = (why: string) => current.abort.abort(new ConnectError(why, Code.Unavailable));
    const unwelcome = setTimeout(() => cut("no welcome came"), welcomePatienceMs);
    try {
      const helloAtMs = monotonicMs();
      const { signal } = current.abort;
      const frames = outgoing(current, hello);
      const answer = await connection.transport.stream(relayedWork, signal, undefined, undefined, frames as never);
      for await (const frame of answer.message as AsyncIterable<RelayResponse>) {
        const welcome = partOf(frame, "welcome");
        if (welcome && beating === undefined) {
          clearTimeout(unwelcome);
          beating = setInterval(() => beat(current, cut), welcomed(welcome, helloAtMs));
        }
        const answeredBeat = partOf(frame, "heartbeatAck");
        if (answeredBeat) beaten(current, fromBinary(HeartbeatAckSchema, answeredBeat).sequence);
        const gone = partOf(frame, "streamEnd");
        if (gone) current.gone = fromBinary(StreamEndSchema, gone).reason;
        desk.post({
          type: "frame",
          stream: current.number,
          frame: sealResponse(frame),
          atMs: monotonicMs(),
          endpoint: current.endpoint,
        });
      }
      return failureOf(new ConnectError("the server ended the stream", Code.Unavailable));
    } catch (error) {
      return failureOf(current.abort.signal.aborted ? current.abort.signal.reason : error);
    } finally {
      clearTimeout(unwelcome);
      clearInterval(beating);
      current.hasEnded = true;
      current.wake();
      connection.close();
    }
  }

  async function* outgoing(current: Stream, hello: RelayRequest): AsyncGenerator<RelayRequest> {
    yield hello;
    while (!current.hasEnded) {
      const next = current.outgoing.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          current.wake = resolve;
        });
        continue;
      }
      yield next.request;
      // Asked for the next one: this one is written.
      if (next.isDesks) desk.post({ type: "written", stream: current.number });
    }
  }

  /** Answers how often to beat. */
  function welcomed(bytes: Frame, helloAtMs: number): number {
    const welcome = fromBinary(WelcomeSchema, bytes);
    resumeToken = welcome.resumeToken;
    const { ttl, resumeGrace } = welcome;
    clock.welcomed(helloAtMs, ttl ? msOf(ttl) : 0, resumeGrace ? msOf(resumeGrace) : 0);
    return beatIntervalMs(welcome);
  }

  function beat(current: Stream, cut: (why: string) => void): void {
    if (current.beats.size >= beatsUnansweredMax) {
      cut("beats were not answered");
      return;
    }
    beatSequence += 1n;
    current.beats.set(beatSequence, monotonicMs());
    const bytes = toBinary(HeartbeatSchema, create(HeartbeatSchema, { sequence: beatSequence })) as Frame;
    // Before all that waits: keeping the leases is what must not be late.
    current.outgoing.unshift({ request: requestOf({ heartbeat: bytes }), isDesks: false });
    current.wake();
  }

  function beaten(current: Stream, sequence: bigint): void {
    const sentAtMs = current.beats.get(sequence);
    for (const earlier of current.beats.keys()) if (earlier <= sequence) current.beats.delete(earlier);
    if (sentAtMs !== undefined) clock.beaten(sentAtMs);
    // A stream that has lived for a beat is a good one.
    failures = 0;
  }

  run().catch((error: unknown) => finish(failureOf(error)));

  return {
    take(message) {
      if (message.type === "close") {
        closing.abort();
        const last = stream;
        const timer = setTimeout(() => last?.abort.abort(closing.signal.reason), message.withinMs);
        timer.unref();
      } else if (message.type === "held") answerHeld?.(message.leaseTokens);
      else if (message.stream !== stream?.number) return;
      else if (message.type === "renew")
        stream.abort.abort(new ConnectError("asked to say hello again", Code.Unavailable));
      else {
        stream.outgoing.push({ request: openRequest(message.frame), isDesks: true });
        stream.wake();
      }
    },
  };
}

function beatIntervalMs({ heartbeatInterval, ttl }: Welcome): number {
  if (heartbeatInterval) return msOf(heartbeatInterval);
  return ttl ? msOf(ttl) / 3 : 1_000;
}

function openStream(number: number, endpoint: string): Stream {
  return {
    ...{ number, endpoint, abort: new AbortController(), outgoing: [], wake: () => {}, hasEnded: false },
    ...{ beats: new Map(), gone: undefined },
  };
}

/** Whether no further stream would fare better. */
function isFinal(failure: Failure, gone: StreamEndReason | undefined): boolean {
  if (gone === StreamEndReason.BYE) return true;
  if (failure.detail === undefined) return false;
  const error = errorOfFailure(failure);
  // The server's own fault may be over by the next try.
  return !error.retryable && !isServerReason(error.reason);
}
