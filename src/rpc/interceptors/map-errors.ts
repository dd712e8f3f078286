// The only place that makes ConnectErrors. Every failed call is answered with a code, a reason and one detail. An
// unforeseen error is logged in full under the call's id, and the caller is told INTERNAL and nothing else.
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import {
  type ErrorDetail,
  ErrorDetailSchema,
  type ErrorReason,
} from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { errorDetailOf, failureOf } from "../../core/error-detail.ts";
import {
  answerTooLarge,
  deadlineExceeded,
  internal,
  invalidArgument,
  limitExceeded,
  type Refusal,
  Refused,
  unavailable,
  unsupported,
} from "../../core/refusal.ts";
import { errorFields, type Log } from "../../log.ts";
import { type Call, callKey, isCallerGone } from "../call/call.ts";

export type MapErrorsOptions = { readonly log: Log; readonly messageBytesMax: number };

export function mapErrors(options: MapErrorsOptions): Interceptor {
  return (next) => async (request) => {
    const call = request.contextValues.get(callKey);
    const toError = (thrown: unknown) => connectErrorOf(causeOf(thrown, request.signal), call, options);
    try {
      // A call whose deadline passed while its body was read is not begun.
      if (request.signal.aborted) throw request.signal.reason;
      const response = await next(request);
      return response.stream ? { ...response, message: refusing(response.message, toError) } : response;
    } catch (thrown) {
      throw toError(thrown);
    }
  };
}

async function* refusing<Message>(
  messages: AsyncIterable<Message>,
  toError: (thrown: unknown) => ConnectError,
): AsyncIterable<Message> {
  try {
    yield* messages;
  } catch (thrown) {
    throw toError(thrown);
  }
}

/** Work that was broken off throws whatever its abort made it throw; the signal knows why it was broken off. */
function causeOf(thrown: unknown, signal: AbortSignal): unknown {
  if (thrown instanceof Refused || !signal.aborted) return thrown;
  if (thrown === signal.reason || isAbort(thrown)) return isAbort(signal.reason) ? canceled() : signal.reason;
  return thrown;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}

/** The error to answer with. An error that was made here before is kept as it is. */
export function connectErrorOf(thrown: unknown, call: Call | undefined, options: MapErrorsOptions): ConnectError {
  if (isCallerGone(thrown, call)) return canceled();
  if (thrown instanceof Refused) return errorFrom(thrown.refusal, call);
  if (thrown instanceof ConnectError) return fromLibrary(thrown, call, options);
  options.log.error("rpc failed unexpectedly", { call_id: call?.id, method: call?.method, ...errorFields(thrown) });
  return errorFrom(internal(), call);
}

/**
 * The same for an error that the library throws where no interceptor sees it: while it reads a unary request, or writes
 * an answer. It is given its reason in place, before the library writes it: admission.ts watches for such errors.
 */
export function rewriteLibraryError(error: ConnectError, call: Call, options: MapErrorsOptions): void {
  if (isCallerGone(error, call) || reasonOf(error) !== undefined) return;
  const answering = call.entered && error.code === Code.Internal; // an answer that cannot be written is our fault
  const { code, rawMessage, message, details } = connectErrorOf(
    answering ? new Error(error.message) : error,
    call,
    options,
  );
  Object.assign(error, { code, rawMessage, message, details });
}

/** The reason an error carries, for logs and metrics. */
export function reasonOf(error: unknown): ErrorReason | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  for (const detail of error.details) {
    if ("desc" in detail && detail.desc === ErrorDetailSchema) return (detail.value as ErrorDetail).reason;
  }
  return undefined;
}

/** For a standard protocol of others that asks for a code and knows no reasons of ours (health). */
export function foreignNotFound(message: string): ConnectError {
  return new ConnectError(message, Code.NotFound);
}

function canceled(cause?: unknown): ConnectError {
  return new ConnectError("The caller has gone.", Code.Canceled, undefined, undefined, cause);
}

/** For the library, where the body of a request ends before its time. */
export function brokenOff(cause: unknown): ConnectError {
  return canceled(cause);
}

const msPerSecond = 1_000;

function errorFrom(refusal: Refusal, call: Call | undefined): ConnectError {
  const { grpcCode } = failureOf(refusal.reason);
  const metadata = new Headers();
  if (grpcCode === Code.Unauthenticated) metadata.set("www-authenticate", "Bearer");
  if (refusal.retryAfterMs !== undefined) {
    metadata.set("retry-after", String(Math.ceil(refusal.retryAfterMs / msPerSecond)));
  }
  const detail = errorDetailOf(refusal, call?.id ?? "");
  return new ConnectError(refusal.message, grpcCode, metadata, [{ desc: ErrorDetailSchema, value: detail }]);
}

function fromLibrary(error: ConnectError, call: Call | undefined, options: MapErrorsOptions): ConnectError {
  if (reasonOf(error) !== undefined) return error;
  if (error.cause instanceof Refused) return errorFrom(error.cause.refusal, call); // of a decoder of ours
  const refusal = refusalOf(error, options);
  if (refusal === undefined) return error.code === Code.NotFound ? error : canceled();
  return errorFrom(refusal, call);
}

/** What the library's own errors mean here. The caller has gone, or asked something of another's protocol: nothing. */
function refusalOf(error: ConnectError, { messageBytesMax }: MapErrorsOptions): Refusal | undefined {
  switch (error.code) {
    case Code.Canceled:
    case Code.Aborted: // how the library says that the peer reset its connection
    case Code.NotFound:
      return undefined;
    case Code.DeadlineExceeded:
      return deadlineExceeded();
    case Code.Unavailable:
      return unavailable(shorten(error.rawMessage));
    case Code.Unimplemented:
      return error.rawMessage.startsWith("protocol error")
        ? malformed(error.rawMessage)
        : unsupported(shorten(error.rawMessage));
    case Code.ResourceExhausted:
      return sizeRefusal(error.rawMessage, messageBytesMax);
    default:
      return malformed(error.rawMessage);
  }
}

/** Whether the request was too large or its answer is, the message says by the name of the library's setting. */
function sizeRefusal(message: string, messageBytesMax: number): Refusal {
  const [, setting, configured] = /(readMaxBytes|writeMaxBytes) (\d+)/.exec(message) ?? [];
  const bound = Number(configured ?? messageBytesMax);
  const value = Number(/size (\d+) is larger/.exec(message)?.[1] ?? bound + 1);
  return setting === "writeMaxBytes"
    ? answerTooLarge(value, bound)
    : limitExceeded({ limit: "message_bytes_max", bound, value });
}

/** For bytes that are not a request of this protocol. */
export function malformed(what: string): Refusal {
  return { ...invalidArgument([]), message: `The request cannot be read: ${shorten(what)}.` };
}

const messageCharactersMax = 300;

function shorten(text: string): string {
  return text.length > messageCharactersMax ? `${text.slice(0, messageCharactersMax)}…` : text;
}
