// Unary gRPC over HTTP/2, straight on Node's streams: most calls come this way, and through the library's universal
// handler each costs several times as much. Only bytes are handled here. Admission, interceptors and handlers
// are the ones that the library is given, so a call is judged alike on either way.
import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { create, type Message } from "@bufbuild/protobuf";
import type { HandlerContext, Interceptor, MethodImplSpec, UnaryRequest } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { assert } from "../../core/assert.ts";
import { answerTooLarge, Refused } from "../../core/refusal.ts";
import { encode } from "../../wire/encode.ts";
import { callKey } from "../call/call.ts";
import { unauthenticatedMessageBytesMax } from "../call/call-budget.ts";
import { isPublic } from "../interceptors/authorize.ts";
import {
  compressBytesMin,
  fail,
  type GrpcOptions,
  grpcContentType,
  inflate,
  parse,
  type Serving,
  serve,
  withEach,
} from "./grpc-call.ts";
import { framed, readMessage } from "./grpc-message.ts";

export type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** What interceptors and handlers are told of a call: to the ones it is the request, to the others the context. */
type Exchange = UnaryRequest & HandlerContext & { answer: Uint8Array | undefined };

export function unaryHandlerOf(spec: UnarySpec, { answerBytesMax }: GrpcOptions): ReturnType<Interceptor> {
  const { method, impl } = spec;
  return async (request) => {
    const exchange = request as Exchange; // interceptors hand on what `serve` gave them
    const message = create(method.output, await impl(exchange.message, exchange));
    // In here, so that an answer that cannot be sent is one more way for the call to fail.
    const bytes = encode(method.output, message);
    if (bytes.length > answerBytesMax) throw new Refused(answerTooLarge(bytes.length, answerBytesMax));
    const full = exchange.values.get(callKey)?.slot.hold(bytes.length);
    if (full !== undefined) throw new Refused(full);
    exchange.answer = bytes;
    const { responseHeader: header, responseTrailer: trailer } = exchange;
    return { stream: false, service: method.parent, method, message, header, trailer };
  };
}

type UnaryMethod = { readonly spec: UnarySpec; readonly run: ReturnType<Interceptor> };

export async function serveUnary({ spec, run }: UnaryMethod, serving: Serving): Promise<void> {
  const { stream, call, options } = serving;
  await serve(spec, serving, {
    async answer({ context, encodings, fault }) {
      if (fault !== undefined) throw fault;
      const bytesMax = isPublic(spec.method) ? unauthenticatedMessageBytesMax : options.messageBytesMax;
      const received = await readMessage(stream, bytesMax, call.slot);
      if (received === undefined) return;
      const bytes = received.isCompressed ? await inflate(received.bytes, encodings.request, options) : received.bytes;
      const exchange = exchangeOf(context, parse(spec, bytes));
      await run(exchange);
      await answer(stream, exchange, encodings.response);
    },
    onError: (error, context) => fail(stream, error, context),
  });
}

function exchangeOf(context: HandlerContext, message: Message): Exchange {
  const { requestHeader: header, values: contextValues } = context;
  return { ...context, stream: false, message, header, contextValues, answer: undefined } as Exchange;
}

async function answer(stream: ServerHttp2Stream, exchange: Exchange, encoding: Compression | null): Promise<void> {
  const made = exchange.answer;
  assert(made !== undefined, "interceptors hand on the request they are given");
  const isCompressed = encoding !== null && made.length >= compressBytesMin;
  const bytes = isCompressed ? await encoding.compress(made as Uint8Array<ArrayBuffer>) : made;
  if (stream.closed || stream.destroyed) return;
  const headers: OutgoingHttpHeaders = { "content-type": grpcContentType };
  if (encoding !== null) headers["grpc-encoding"] = encoding.name;
  const trailers: OutgoingHttpHeaders = { "grpc-status": "0" };
  stream.respond(withEach(headers, exchange.responseHeader), { waitForTrailers: true });
  stream.once("wantTrailers", () => {
    if (!stream.closed && !stream.destroyed) stream.sendTrailers(withEach(trailers, exchange.responseTrailer));
  });
  stream.end(framed({ isCompressed, bytes }));
}
