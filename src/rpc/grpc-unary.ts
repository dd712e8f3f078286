/**
 * Unary gRPC over HTTP/2, straight on Node's streams: most calls come this way, and through the library's universal
 * handler each costs several times as much. Only bytes are handled here. The gate, the interceptors and the handlers
 * are the ones that the library is given, so a call is judged alike on either way.
 */
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { create, type DescMethod, fromBinary, type Message } from "@bufbuild/protobuf";
import {
  type ConnectError,
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type UnaryRequest,
} from "@connectrpc/connect";
import { type Compression, compressionNegotiate } from "@connectrpc/connect/protocol";
import { parseTimeout, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { compressionGzip } from "@connectrpc/connect-node";
import { assert } from "../core/assert.ts";
import { encode } from "../core/encode.ts";
import { deadlineExceeded, Refused } from "../core/refusal.ts";
import { type admission, type GateOptions, turnAway } from "./gate.ts";
import { framed, readMessage, tooLarge } from "./grpc-message.ts";
import { type Call, callKey } from "./identity.ts";
import { noteRefusal } from "./interceptors/audit.ts";
import { isPublic, methodName } from "./interceptors/authorize.ts";
import { CALLER_GONE, endCall } from "./interceptors/observe.ts";
import { connectErrorOf, malformed } from "./interceptors/refuse.ts";
import { STRANGERS_MESSAGE_BYTES_MAX } from "./room.ts";

export type GrpcOptions = GateOptions & {
  readonly interceptors: readonly Interceptor[];
  readonly answerBytesMax: number;
  readonly deadlineMaxMs: number;
};

export type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** What interceptors and handlers are told of a call: to the ones it is the request, to the others the context. */
type Exchange = UnaryRequest & HandlerContext & { answer: Uint8Array | undefined };

export const CONTENT_TYPE = "application/grpc+proto";
/** As in the library: smaller answers are not worth the work. */
export const COMPRESS_BYTES_MIN = 1_024;
/** Made once: to make one costs more than all else at the end of a call. */
const CALL_OVER = new DOMException("The call is over.", "AbortError");

export function unaryHandlerOf(
  spec: UnarySpec,
  { answerBytesMax, messageBytesMax }: GrpcOptions,
): ReturnType<Interceptor> {
  const { method, impl } = spec;
  return async (request) => {
    const exchange = request as Exchange; // interceptors hand on what `serve` gave them
    const message = create(method.output, await impl(exchange.message, exchange));
    // In here, so that an answer that cannot be sent is one more way for the call to fail.
    const bytes = encode(method.output, message);
    if (bytes.length > answerBytesMax) throw new Refused(tooLarge(bytes.length, messageBytesMax));
    const full = exchange.values.get(callKey)?.place.hold(bytes.length);
    if (full !== undefined) throw new Refused(full);
    exchange.answer = bytes;
    const { responseHeader: header, responseTrailer: trailer } = exchange;
    return { stream: false, service: method.parent, method, message, header, trailer };
  };
}

type UnaryMethod = { readonly spec: UnarySpec; readonly run: ReturnType<Interceptor> };

export type Serving = {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly call: Call;
  readonly admit: ReturnType<typeof admission>;
  readonly options: GrpcOptions;
};

export async function serveUnary({ spec, run }: UnaryMethod, serving: Serving): Promise<void> {
  const { stream, headers, call, admit, options } = serving;
  call.method = methodName(spec.method);
  call.protocol = "grpc";
  const timeout = parseTimeout(text(headers["grpc-timeout"]), options.deadlineMaxMs);
  const signal = signalOf(spec.method, serving, timeout.error === undefined ? timeout.timeoutMs : undefined);
  let context: HandlerContext | undefined;
  try {
    context = contextOf(spec, serving, signal, timeout.timeoutMs);
    if (call.place.refusal !== undefined) throw new Refused(call.place.refusal);
    await admit(context, call);
    if (call.ended) return;
    const encodings = encodingsOf(headers);
    if (encodings.error !== undefined) throw encodings.error;
    if (timeout.error !== undefined) throw timeout.error;
    const bytesMax = isPublic(spec.method) ? STRANGERS_MESSAGE_BYTES_MAX : options.messageBytesMax;
    const received = await readMessage(stream, bytesMax, call.place);
    if (received === undefined) return;
    const bytes = received.isCompressed ? await inflate(received.bytes, encodings.request, options) : received.bytes;
    const exchange = exchangeOf(context, parse(spec, bytes));
    await run(exchange);
    await answer(stream, exchange, encodings.response);
  } catch (thrown) {
    // After the gate, and after the interceptors, the call has ended already.
    const error = call.ended ? connectErrorOf(thrown, call, options) : turnAway(call, thrown, options);
    await noteRefusal(spec.method, call, error, {}, options);
    fail(stream, error, context);
  }
}

/** Aborted when the deadline passes, when the caller goes and, as the library does it, when the call is over. */
export function signalOf(
  method: DescMethod,
  { stream, call, options }: Serving,
  timeoutMs: number | undefined,
): AbortSignal {
  const controller = new AbortController();
  const expire = () => {
    const late = new Refused(deadlineExceeded());
    controller.abort(late);
    // Before its handler has it, nobody else would answer it.
    if (call.entered || call.ended) return;
    const error = turnAway(call, late, options);
    void noteRefusal(method, call, error, {}, options);
    fail(stream, error, undefined);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
  stream.on("error", () => {}); // `close` follows, and is all there is to know
  stream.once("close", () => {
    clearTimeout(timer);
    if (!controller.signal.aborted) {
      call.caller = controller.signal;
      controller.abort(CALL_OVER);
    }
    if (!call.entered) endCall(call, { error: CALLER_GONE }, options);
  });
  return controller.signal;
}

export function contextOf(
  { method }: Pick<MethodImplSpec, "method">,
  { headers, call, options }: Serving,
  signal: AbortSignal,
  timeoutMs: number | undefined,
): HandlerContext {
  const requestHeader = new Headers();
  for (const name in headers) if (!name.startsWith(":")) requestHeader.append(name, text(headers[name]) ?? "");
  return {
    method,
    service: method.parent,
    protocolName: "grpc",
    requestMethod: "POST",
    url: `${headers[":scheme"]}://${headers[":authority"]}${headers[":path"]}`,
    signal,
    timeoutMs: () => (timeoutMs === undefined ? undefined : call.startedMs + timeoutMs - options.monotonicMs()),
    requestHeader,
    responseHeader: new Headers(),
    responseTrailer: new Headers(),
    values: createContextValues().set(callKey, call),
  };
}

function exchangeOf(context: HandlerContext, message: Message): Exchange {
  const { requestHeader: header, values: contextValues } = context;
  return { ...context, stream: false, message, header, contextValues, answer: undefined } as Exchange;
}

export function encodingsOf(headers: IncomingHttpHeaders): ReturnType<typeof compressionNegotiate> {
  const requested = text(headers["grpc-encoding"]);
  return compressionNegotiate(
    [compressionGzip],
    requested,
    text(headers["grpc-accept-encoding"]),
    "grpc-accept-encoding",
  );
}

export async function inflate(bytes: Uint8Array, encoding: Compression | null, options: GrpcOptions) {
  if (encoding === null) {
    throw new Refused(malformed("received compressed envelope, but do not know how to decompress"));
  }
  return await encoding.decompress(bytes as Uint8Array<ArrayBuffer>, options.messageBytesMax);
}

export function parse({ method }: Pick<MethodImplSpec, "method">, bytes: Uint8Array): Message {
  try {
    return fromBinary(method.input, bytes);
  } catch (error) {
    throw new Refused(malformed(`parse binary: ${error instanceof Error ? error.message : String(error)}`));
  }
}

async function answer(stream: ServerHttp2Stream, exchange: Exchange, encoding: Compression | null): Promise<void> {
  const made = exchange.answer;
  assert(made !== undefined, "interceptors hand on the request they are given");
  const isCompressed = encoding !== null && made.length >= COMPRESS_BYTES_MIN;
  const bytes = isCompressed ? await encoding.compress(made as Uint8Array<ArrayBuffer>) : made;
  if (stream.closed || stream.destroyed) return;
  const headers: OutgoingHttpHeaders = { "content-type": CONTENT_TYPE };
  if (encoding !== null) headers["grpc-encoding"] = encoding.name;
  const trailers: OutgoingHttpHeaders = { "grpc-status": "0" };
  stream.respond(withEach(headers, exchange.responseHeader), { waitForTrailers: true });
  stream.once("wantTrailers", () => {
    if (!stream.closed && !stream.destroyed) stream.sendTrailers(withEach(trailers, exchange.responseTrailer));
  });
  stream.end(framed({ isCompressed, bytes }));
}

/** Status and all in the headers, without a body: one frame. */
export function fail(stream: ServerHttp2Stream, error: ConnectError, context: HandlerContext | undefined): void {
  if (stream.headersSent || stream.closed || stream.destroyed) return;
  const headers = withEach({ "content-type": CONTENT_TYPE }, context?.responseHeader);
  const status = setTrailerStatus(new Headers(context?.responseTrailer), error);
  stream.respond(withEach(headers, status), { endStream: true });
  // What may still come of the request is not wanted; what has come is thrown away, or the stream would never close.
  if (!stream.readableEnded) stream.resume().close(constants.NGHTTP2_NO_ERROR);
}

export function withEach(target: OutgoingHttpHeaders, headers: Headers | undefined): OutgoingHttpHeaders {
  headers?.forEach((value, name) => {
    target[name] = value;
  });
  return target;
}

export function text(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  return typeof header === "string" ? header : header.join(", ");
}
