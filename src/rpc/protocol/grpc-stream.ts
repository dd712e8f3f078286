// Streams of gRPC over HTTP/2, straight on Node's streams, as unary calls are (grpc-unary.ts): frames in, frames out.
// Through the library a message passes nine async generators, and a stream keeps them all. Requests are read no faster
// than the handler takes them, answers are made no faster than the caller reads.
import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { create, type Message } from "@bufbuild/protobuf";
import type { HandlerContext, Interceptor, MethodImplSpec, StreamRequest } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { answerTooLarge, Refused } from "../../core/refusal.ts";
import { encode } from "../../wire/encode.ts";
import { unauthenticatedMessageBytesMax } from "../call/call-budget.ts";
import { isPublic } from "../interceptors/authorize.ts";
import { brokenOff, malformed } from "../interceptors/map-errors.ts";
import { compressBytesMin, fail, grpcContentType, inflate, parse, type Serving, serve, withEach } from "./grpc-call.ts";
import { framed, messageIn } from "./grpc-message.ts";
import { gathered } from "./request-body.ts";

export type StreamSpec = Extract<MethodImplSpec, { kind: "server_streaming" | "bidi_streaming" }>;

/** What interceptors and handlers are told of a call: to the ones it is the request, to the others the context. */
type Exchange = StreamRequest & HandlerContext;

export function streamHandlerOf(spec: StreamSpec): ReturnType<Interceptor> {
  const { method } = spec;
  return async (request) => {
    const exchange = request as Exchange; // interceptors hand on what `serveStream` gave them
    const message = spec.kind === "bidi_streaming" ? spec.impl(exchange.message, exchange) : toOne(spec, exchange);
    const { responseHeader: header, responseTrailer: trailer } = exchange;
    return {
      stream: true,
      service: method.parent,
      method,
      message: message as AsyncIterable<Message>,
      header,
      trailer,
    };
  };
}

// In the library's words, as it answers for the other protocols.
const missingMessage = "protocol error: missing input message for server-streaming method";
const extraMessage = "protocol error: received extra input message for server-streaming method";

async function* toOne(spec: Extract<StreamSpec, { kind: "server_streaming" }>, exchange: Exchange) {
  const requests = exchange.message[Symbol.asyncIterator]();
  const first = await requests.next();
  if (first.done) throw new Refused(malformed(missingMessage));
  if (!(await requests.next()).done) throw new Refused(malformed(extraMessage));
  yield* spec.impl(first.value, exchange);
}

export async function serveStream(
  { spec, run }: { readonly spec: StreamSpec; readonly run: ReturnType<Interceptor> },
  serving: Serving,
): Promise<void> {
  const { stream } = serving;
  let answer: Answer | undefined;
  await serve(spec, serving, {
    async answer({ context, encodings, fault }) {
      const message = requestsOf(spec, serving, encodings.request, fault);
      const { requestHeader: header, values: contextValues } = context;
      const response = await run({ ...context, stream: true, message, header, contextValues } as Exchange);
      if (!response.stream) throw new Error("a stream was answered as if it were none");
      answer = answerOf(stream, context, encodings.response);
      await send(response.message, spec, answer, serving);
      end(answer, serving);
    },
    onError(error, context) {
      if (!stream.headersSent || answer === undefined) return fail(stream, error, context);
      answer.trailers = withEach({}, setTrailerStatus(new Headers(context?.responseTrailer), error));
      end(answer, serving);
    },
  });
}

async function* requestsOf(
  spec: StreamSpec,
  { stream, call, options }: Serving,
  encoding: Compression | null,
  fault: Error | undefined,
) {
  if (fault !== undefined) throw fault; // in here, so that it ends the call as all that cannot be read does
  const isStranger = isPublic(spec.method);
  const messageBytesMax = isStranger ? unauthenticatedMessageBytesMax : options.messageBytesMax;
  // The stream does not end when the request is no longer read: the answer may go on.
  const body = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  const frames = gathered(body, {
    slot: call.slot,
    isEnveloped: true,
    isOpenEnded: spec.kind === "bidi_streaming",
    isPatient: !isStranger,
    messageBytesMax,
    monotonicMs: options.monotonicMs,
    refused: (refusal) => new Refused(refusal),
    callerGone: brokenOff,
  });
  for await (const frame of frames) {
    const { isCompressed, bytes } = messageIn(frame, messageBytesMax);
    yield parse(spec, isCompressed ? await inflate(bytes, encoding, options) : bytes);
  }
}

/** An answer under way. */
type Answer = {
  readonly stream: ServerHttp2Stream;
  readonly context: HandlerContext;
  readonly encoding: Compression | null;
  trailers: OutgoingHttpHeaders;
};

function answerOf(stream: ServerHttp2Stream, context: HandlerContext, encoding: Compression | null): Answer {
  return { stream, context, encoding, trailers: {} };
}

async function send(
  messages: AsyncIterable<Message>,
  { method }: StreamSpec,
  answer: Answer,
  serving: Serving,
): Promise<void> {
  const { stream, encoding } = answer;
  const { answerBytesMax } = serving.options;
  for await (const message of messages) {
    if (isGone(stream)) return;
    const bytes = encode(method.output, create(method.output, message));
    if (bytes.length > answerBytesMax) throw new Refused(answerTooLarge(bytes.length, answerBytesMax));
    const isCompressed = encoding !== null && bytes.length >= compressBytesMin;
    const sent = isCompressed ? await encoding.compress(bytes as Uint8Array<ArrayBuffer>) : bytes;
    if (isGone(stream)) return;
    if (!stream.headersSent) begin(answer);
    if (!stream.write(framed({ isCompressed, bytes: sent }))) await drained(stream, sent.length, serving);
  }
}

function isGone(stream: ServerHttp2Stream): boolean {
  return stream.closed || stream.destroyed;
}

/** An answer that waits to be read is counted, and for how long. */
async function drained(stream: ServerHttp2Stream, bytes: number, { call, options }: Serving): Promise<void> {
  const { slot } = call;
  slot.holdUnchecked(bytes);
  slot.unreadSinceMs = options.monotonicMs();
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
  });
  slot.unreadSinceMs = undefined;
  slot.release(bytes);
}

/** With the first message: until then a handler may add headers. */
function begin(answer: Answer): void {
  const { stream, context, encoding } = answer;
  const headers: OutgoingHttpHeaders = { "content-type": grpcContentType };
  if (encoding !== null) headers["grpc-encoding"] = encoding.name;
  stream.respond(withEach(headers, context.responseHeader), { waitForTrailers: true });
  stream.once("wantTrailers", () => {
    if (!isGone(stream)) stream.sendTrailers(answer.trailers);
  });
}

/** Trailers say how the call ended. If the caller has not ended its side, the rest of it is discarded. */
function end(answer: Answer, { call }: Serving): void {
  const { stream, context } = answer;
  if (isGone(stream)) return;
  if (!stream.headersSent) begin(answer);
  answer.trailers = { "grpc-status": "0", ...withEach({}, context.responseTrailer), ...answer.trailers };
  call.closeAfterAnswer();
  stream.end();
  if (!stream.readableEnded) stream.resume();
}
