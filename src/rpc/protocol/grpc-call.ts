// What calls by gRPC over HTTP/2 have in common, unary ones and streams: their signal, their context, their encodings,
// and how they fail.
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { type DescMethod, fromBinary, type Message } from "@bufbuild/protobuf";
import {
  type ConnectError,
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
} from "@connectrpc/connect";
import { type Compression, compressionNegotiate } from "@connectrpc/connect/protocol";
import { parseTimeout, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { compressionGzip } from "@connectrpc/connect-node";
import { deadlineExceeded, Refused } from "../../core/refusal.ts";
import { type AdmissionOptions, type createAdmission, rejectCall } from "../admission/admission.ts";
import { type Call, callKey } from "../call/call.ts";
import { recordRefusal } from "../interceptors/audit.ts";
import { methodName } from "../interceptors/authorize.ts";
import { connectErrorOf, malformed } from "../interceptors/map-errors.ts";
import { callerGone, endCall } from "../interceptors/observe.ts";

export type GrpcOptions = AdmissionOptions & {
  readonly interceptors: readonly Interceptor[];
  readonly answerBytesMax: number;
  readonly deadlineMaxMs: number;
};

export type Serving = {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly call: Call;
  readonly admit: ReturnType<typeof createAdmission>;
  readonly options: GrpcOptions;
};

export const grpcContentType = "application/grpc+proto";
/** As in the library: smaller answers are not worth the work. */
export const compressBytesMin = 1_024;
/** Made once: to make one costs more than all else at the end of a call. */
const callOver = new DOMException("The call is over.", "AbortError");

/** A call that was admitted. */
export type Admitted = {
  readonly context: HandlerContext;
  readonly encodings: ReturnType<typeof compressionNegotiate>;
  /** What is wrong with its headers, for which it must fail. */
  readonly fault: Error | undefined;
};

export type Work = {
  readonly answer: (admitted: Admitted) => Promise<void>;
  /** The context is absent if it could not be made. */
  readonly onError: (error: ConnectError, context: HandlerContext | undefined) => void;
};

/** From the headers to an admitted call, and from whatever is thrown on the way or after it to the error to answer. */
export async function serve({ method }: Pick<MethodImplSpec, "method">, serving: Serving, work: Work): Promise<void> {
  const { headers, call, admit, options } = serving;
  call.method = methodName(method);
  call.protocol = "grpc";
  const timeout = parseTimeout(text(headers["grpc-timeout"]), options.deadlineMaxMs);
  const signal = signalOf(method, serving, timeout.error === undefined ? timeout.timeoutMs : undefined);
  let context: HandlerContext | undefined;
  try {
    context = contextOf(method, serving, signal, timeout.timeoutMs);
    if (call.slot.refusal !== undefined) throw new Refused(call.slot.refusal);
    await admit(context, call);
    if (call.ended) return;
    const encodings = encodingsOf(headers);
    await work.answer({ context, encodings, fault: encodings.error ?? timeout.error });
  } catch (thrown) {
    // After the admission, and after the interceptors, the call has ended already.
    const error = call.ended ? connectErrorOf(thrown, call, options) : rejectCall(call, thrown, options);
    await recordRefusal(method, call, error, {}, options);
    work.onError(error, context);
  }
}

/** Aborted when the deadline passes, when the caller goes and, as the library does it, when the call is over. */
function signalOf(method: DescMethod, { stream, call, options }: Serving, timeoutMs: number | undefined): AbortSignal {
  const controller = new AbortController();
  const expire = () => {
    const late = new Refused(deadlineExceeded());
    controller.abort(late);
    // Until its handler has the call, only this code can answer it.
    if (call.entered || call.ended) return;
    const error = rejectCall(call, late, options);
    void recordRefusal(method, call, error, {}, options);
    fail(stream, error, undefined);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
  stream.on("error", () => {}); // `close` follows, and is all there is to know
  stream.once("close", () => {
    clearTimeout(timer);
    if (!controller.signal.aborted) {
      call.callerSignal = controller.signal;
      controller.abort(callOver);
    }
    if (!call.entered) endCall(call, { error: callerGone }, options);
  });
  return controller.signal;
}

function contextOf(
  method: DescMethod,
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

function encodingsOf(headers: IncomingHttpHeaders): Admitted["encodings"] {
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

/** Status and all in the headers, without a body: one frame. */
export function fail(stream: ServerHttp2Stream, error: ConnectError, context: HandlerContext | undefined): void {
  if (stream.headersSent || stream.closed || stream.destroyed) return;
  const headers = withEach({ "content-type": grpcContentType }, context?.responseHeader);
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

function text(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  return typeof header === "string" ? header : header.join(", ");
}
