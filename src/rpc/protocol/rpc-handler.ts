// Turns an HTTP request into a call: finds the method by its path, opens the call, and has it answered: gRPC over
// HTTP/2 by grpc.ts, all else by the Connect library. A request that never becomes a call (an unknown path, a wrong
// content type) is answered, logged and counted here.
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import {
  Code,
  type ConnectError,
  type ConnectRouter,
  type ConnectRouterOptions,
  createConnectRouter,
  createContextValues,
  createMethodImplSpec,
  createServiceImplSpec,
  type MethodImplSpec,
} from "@connectrpc/connect";
import type { UniversalHandler, UniversalHandlerOptions } from "@connectrpc/connect/protocol";
import { errorToJson } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { failureOf } from "../../core/error-detail.ts";
import { answerBytesMaxOf } from "../../core/limits.ts";
import { type Refusal, Refused, unavailable, unsupported } from "../../core/refusal.ts";
import type { Caller } from "../../engine/caller.ts";
import { errorFields } from "../../log.ts";
import { type AdmissionOptions, admitLibraryCall, identifyCaller, rejectCall } from "../admission/admission.ts";
import { createStartQueue } from "../admission/start-queue.ts";
import { type Call, callKey } from "../call/call.ts";
import { type CallBudget, type CallSlot, unauthenticatedMessageBytesMax } from "../call/call-budget.ts";
import { audit, recordRefusal } from "../interceptors/audit.ts";
import { isPublic, methodName } from "../interceptors/authorize.ts";
import { brokenOff, connectErrorOf, mapErrors } from "../interceptors/map-errors.ts";
import { callerGone, endCall, observe } from "../interceptors/observe.ts";
import { readableAnswers } from "../interceptors/readable-answers.ts";
import { createReauthentication, type Reauthentication } from "../interceptors/reauthenticate.ts";
import { throttle } from "../interceptors/throttle.ts";
import { validate } from "../interceptors/validate.ts";
import { connectionOf, cutOff, type HttpRequest, type HttpResponse, pathOf, respondJson } from "../net/http-routes.ts";
import type { Rules } from "../rules/rules.ts";
import { createGrpc } from "./grpc.ts";
import { type CallInProcess, createInProcess } from "./in-process.ts";
import { strictJson } from "./json-requests.ts";
import { type BodyOptions, counted, gathered } from "./request-body.ts";

export type RpcHandlerOptions = AdmissionOptions & {
  readonly routes: (router: ConnectRouter) => void;
  readonly rules: Rules;
  readonly budget: CallBudget;
  readonly deadlineMaxMs: number;
  readonly newId: () => string;
  /** How long a connection still gets unauthenticated calls only; 0 when it gets everything. */
  readonly limitedForMs: (socket: Socket | undefined) => number;
  /** The caller that the certificate of a connection identifies. */
  readonly certificate?: (socket: Socket | undefined) => Promise<Caller | undefined>;
};

export type RpcHandler = {
  readonly services: readonly DescService[];
  handle(request: HttpRequest, response: HttpResponse): void;
  /** Takes the streams of HTTP/2 that need no library, and says whether this one was. */
  handleStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean;
  /** Logs and counts a request that cannot become a call, and gives the error to answer it with. */
  rejectRequest(request: HttpRequest, response: HttpResponse, refusal: Refusal): ConnectError;
  /** Identifies the caller of a request that makes its calls later, and gives the slot that the request takes. */
  identifyCaller(request: HttpRequest, response: HttpResponse, protocol: string): Promise<CallSlot | ConnectError>;
  /** For REST and MCP, whose requests become calls within this process. */
  readonly callInProcess: CallInProcess;
  /** Judges the credentials of open streams anew. Called by itself now and then. */
  reauthenticateStreams(): Promise<void>;
  /** Resolves as soon as no call runs. */
  idle(): Promise<void>;
  /** Nothing is called by itself any more. */
  stop(): void;
};

export function createRpcHandler(given: RpcHandlerOptions): RpcHandler {
  const running = createRunningCalls();
  const options: RpcHandlerOptions = { ...given, onCallEnd: running.end };
  const reauthentication = createReauthentication();
  const library = libraryOptions(options, reauthentication);
  const { router, specs } = recording(createConnectRouter(library));
  options.routes(router);
  const grpc = createGrpc(specs, {
    ...options,
    interceptors: library.interceptors,
    answerBytesMax: library.writeMaxBytes,
  });
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  for (const { method } of router.handlers) options.rules.prepare(method.input);
  const open = (opening: Opening) => running.begin(openCall(opening, options));
  return {
    services: [...new Set(router.handlers.map(({ service }) => service))],
    handleStream: streamHandler(grpc, open, options),
    handle: requestHandler(handlers, open, options),
    rejectRequest(request, response, refusal) {
      const call = openCall(openingOf(request, response, true), options);
      response.once("close", call.slot.closed);
      return rejectCall(call, new Refused(refusal), options);
    },
    async identifyCaller(request, response, protocol) {
      const call = openCall(openingOf(request, response, false), options);
      call.protocol = protocol;
      response.once("close", call.slot.closed);
      return (await identifyCaller(call, request.headers.authorization, options)) ?? call.slot;
    },
    callInProcess: createInProcess({
      handlers,
      open({ request, response }, { method }) {
        const call = open(openingOf(request, response, isPublic(method)));
        response.once("close", call.slot.closed);
        return call;
      },
      bodyOptions: (handler, { request }, call) => bodyOptions(handler, request, call, options),
      admission: options,
    }),
    reauthenticateStreams: reauthentication.runOnce,
    stop: reauthentication.stop,
    idle: running.idle,
  };
}

/** The calls under way, and a promise for the moment when there are none. */
function createRunningCalls() {
  const running = new Set<Call>();
  let onIdle: (() => void) | undefined;
  return {
    begin(call: Call): Call {
      running.add(call);
      return call;
    },
    end(call: Call): void {
      running.delete(call);
      call.slot.ended();
      call.leaveScheduler();
      if (running.size === 0) onIdle?.();
    },
    async idle(): Promise<void> {
      if (running.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onIdle = resolve;
      await promise;
    },
  };
}

type OpenCall = (opening: Opening) => Call;

function openingOf(request: HttpRequest, response: HttpResponse, isUnauthenticated: boolean): Opening {
  return { socket: request.socket, connection: connectionOf(request), stream: response, isUnauthenticated };
}

function streamHandler(
  grpc: ReturnType<typeof createGrpc>,
  open: OpenCall,
  options: RpcHandlerOptions,
): RpcHandler["handleStream"] {
  const begins = createStartQueue();
  return (stream, headers) => {
    const method = stream.destroyed ? undefined : grpc.methodOf(headers);
    if (method === undefined) return false;
    const { session } = stream;
    const isUnauthenticated = isPublic(method.spec.method);
    const call = open({ socket: session?.socket, connection: session, stream, isUnauthenticated });
    let hasBegun = false;
    stream.once("close", () => {
      call.slot.closed();
      // A canceled crowd must not keep the connection's next calls out until its turn to begin has come.
      if (!hasBegun) call.slot.ended();
    });
    begins(session ?? stream, () => {
      hasBegun = true;
      if (stream.closed || stream.destroyed) {
        call.method = methodName(method.spec.method);
        call.protocol = "grpc";
        return endCall(call, { error: callerGone }, options);
      }
      grpc.serve(method, stream, headers, call).catch((error: unknown) => {
        options.log.error("rpc could not be answered", { call_id: call.id, ...errorFields(error) });
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      });
    });
    return true;
  };
}

function requestHandler(
  handlers: ReadonlyMap<string, UniversalHandler>,
  open: OpenCall,
  options: RpcHandlerOptions,
): RpcHandler["handle"] {
  return (request, response) => {
    const handler = handlers.get(pathOf(request));
    const isUnauthenticated = handler === undefined || isPublic(handler.method);
    const call = open(openingOf(request, response, isUnauthenticated));
    response.once("close", () => {
      call.slot.closed();
      // Calls that were begun end in `observe`, when their handler does.
      if (!call.entered)
        endCall(call, { status: response.statusCode, error: httpError(response, call, options) }, options);
    });
    if (handler === undefined) return answerUnknown(request, response, call, options);
    void serve(handler, request, response, call, options);
  };
}

/**
 * Keeps what services register as it is, too: what the library makes of it can be reached through the library only. The
 * library gets the methods one by one, each with a decoder that knows what its requests may hold.
 */
function recording(router: ConnectRouter): { router: ConnectRouter; specs: readonly MethodImplSpec[] } {
  const specs: MethodImplSpec[] = [];
  const register = (spec: MethodImplSpec, options: Partial<UniversalHandlerOptions> | undefined) => {
    specs.push(spec);
    router.rpc(spec.method, spec.impl as never, { ...options, jsonOptions: strictJson(spec.method.input) });
  };
  const recorder: ConnectRouter = {
    handlers: router.handlers,
    service(service, implementation, options) {
      const { methods } = createServiceImplSpec(service, implementation);
      for (const spec of Object.values(methods)) register(spec, options);
      return recorder;
    },
    rpc(method, implementation, options) {
      register(createMethodImplSpec(method, implementation), options);
      return recorder;
    },
  };
  return { router: recorder, specs };
}

function libraryOptions(options: RpcHandlerOptions, recheck: Reauthentication) {
  return {
    readMaxBytes: options.messageBytesMax,
    writeMaxBytes: answerBytesMaxOf(options.messageBytesMax),
    maxTimeoutMs: options.deadlineMaxMs,
    // gzip only: a caller could ask for brotli, which at the library's setting takes seconds for a large answer.
    acceptCompression: [compressionGzip],
    requestGate: gateWithRoom(options),
    interceptors: [
      ...[observe(options), audit(options), mapErrors(options), recheck.interceptor],
      ...[throttle(options.rates), validate(options.rules), readableAnswers()],
    ],
  } satisfies ConnectRouterOptions;
}

/** Refuses a call for which there is no room before any work is done for it. */
function gateWithRoom(options: AdmissionOptions): ReturnType<typeof admitLibraryCall> {
  const admit = admitLibraryCall(options);
  return async (context) => {
    const call = context.values.get(callKey);
    if (call?.slot.refusal === undefined) return await admit(context);
    call.protocol = call.door ?? context.protocolName;
    const error = rejectCall(call, new Refused(call.slot.refusal), options);
    await recordRefusal(context.method, call, error, {}, options);
    throw error;
  };
}

type Ends = Pick<Call, "cut" | "cutReason" | "closeAfterAnswer">;

function endsOf(carrier: HttpResponse | ServerHttp2Stream): Ends {
  let cutReason: Refusal | undefined;
  return {
    cut(refusal) {
      cutReason ??= refusal;
      cutOff(carrier, refusal ? failureOf(refusal.reason).grpcCode : Code.Canceled);
    },
    cutReason: () => cutReason,
    closeAfterAnswer: () => closeAfterAnswer(carrier),
  };
}

const coolingDown =
  "Connections of this address were ended for floods: for now it gets health checks and metrics only.";

type Opening = {
  readonly socket: Socket | undefined;
  readonly connection: object | undefined;
  readonly stream: HttpResponse | ServerHttp2Stream;
  readonly isUnauthenticated: boolean;
};

function openCall({ socket, connection, stream, isUnauthenticated }: Opening, options: RpcHandlerOptions): Call {
  const { newId, monotonicMs, certificate, budget } = options;
  const ends = endsOf(stream);
  const isHttp2 = "stream" in stream || "session" in stream;
  const entry = { connection: connection ?? stream, isHttp2, isUnauthenticated, cut: ends.cut };
  const limitedForMs = isUnauthenticated ? 0 : options.limitedForMs(socket);
  return {
    slot: budget.enter(limitedForMs > 0 ? { ...entry, refusal: unavailable(coolingDown, limitedForMs) } : entry),
    id: newId(),
    startedMs: monotonicMs(),
    peer: socket?.remoteAddress ?? "",
    method: "unknown",
    protocol: "http",
    callerSignal: undefined,
    caller: undefined,
    reauthenticate: undefined,
    certificate: certificate && (() => certificate(socket)),
    credentialFault: "",
    audited: false,
    entered: false,
    ended: false,
    leaveScheduler: () => {},
    isAllowed: async () => false,
    spans: options.spans,
    ...ends,
    counts: new Map(),
  };
}

/** For the trailers to be handed over, which are asked for after the last byte. */
const trailersMs = 50;

/** A stream that is answered whole would stay half open for as long as its caller does not end it as well. */
function closeAfterAnswer(carrier: HttpResponse | ServerHttp2Stream): void {
  const stream = "stream" in carrier ? carrier.stream : carrier;
  if (!("session" in stream)) return; // HTTP/1.1 has none
  stream.once("finish", () => setTimeout(() => stream.resume().close(), trailersMs).unref());
}

async function serve(
  handler: UniversalHandler,
  request: HttpRequest,
  response: HttpResponse,
  call: Call,
  options: RpcHandlerOptions,
): Promise<void> {
  call.method = methodName(handler.method);
  try {
    const contextValues = createContextValues().set(callKey, call);
    // The library throws here over a request without a usable Host.
    const universal = universalRequestFromNodeRequest(request, response, undefined, contextValues);
    call.callerSignal = universal.signal;
    const bodies = bodyOptions(handler, request, call, options);
    const body = gathered(universal.body as AsyncIterable<Uint8Array>, bodies); // as bytes: it is not parsed yet
    const answer = await handler({ ...universal, body });
    call.closeAfterAnswer(); // otherwise a call refused amid a large body would never end
    const answered = answer.body ? { ...answer, body: counted(answer.body, bodies) } : answer;
    await universalResponseToNodeResponse(answered, response);
  } catch (error) {
    if (response.destroyed || response.writableEnded) return; // the caller has gone
    options.log.debug("rpc could not be answered", { call_id: call.id, ...errorFields(error) });
    if (response.headersSent) response.destroy();
    else respondJson(response, 400, { code: "invalid_argument", message: "The request is not well-formed HTTP." });
  }
}

const enveloped = /^application\/(grpc|connect\+)/;

function bodyOptions(
  { method }: UniversalHandler,
  request: HttpRequest,
  call: Call,
  options: RpcHandlerOptions,
): BodyOptions {
  const { slot } = call;
  const { messageBytesMax, monotonicMs } = options;
  const isUnauthenticated = isPublic(method);
  if (request.method === "GET") slot.readingSinceMs = undefined; // the library asks for no body
  return {
    slot,
    isEnveloped: enveloped.test(request.headers["content-type"] ?? ""),
    // A stranger who opens a stream has something to ask.
    isOpenEnded: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
    isPatient: !isUnauthenticated,
    messageBytesMax: isUnauthenticated ? unauthenticatedMessageBytesMax : messageBytesMax,
    monotonicMs,
    refused: (refusal) => connectErrorOf(new Refused(refusal), call, options),
    callerGone: brokenOff,
  };
}

/** What an answer by HTTP status alone stands for in the log. The caller's going is one of them. */
function httpError(response: HttpResponse, call: Call, options: RpcHandlerOptions): unknown {
  if (!response.writableFinished) return callerGone;
  return connectErrorOf(new Refused(unsupported(`HTTP status ${response.statusCode}`)), call, options);
}

/** Answers in the caller's protocol: gRPC clients read trailers, all others JSON. */
function answerUnknown(request: HttpRequest, response: HttpResponse, call: Call, options: RpcHandlerOptions): void {
  const refused = new Refused(unsupported("Nothing is served at this path."));
  const error = connectErrorOf(refused, call, options);
  const contentType = request.headers["content-type"] ?? "";
  if (/^application\/grpc(\+|;|$)/.test(contentType)) {
    call.protocol = "grpc";
    response.setHeader("content-type", contentType);
    setTrailerStatus(new Headers(), error).forEach((value, name) => void response.setHeader(name, value));
    response.end();
  } else {
    respondJson(response, 404, errorToJson(error, undefined));
  }
  endCall(call, { error, status: response.statusCode }, options);
}
