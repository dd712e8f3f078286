// gRPC over HTTP/2 without the library: finds the method of a request by its path, and has it served as what it is.
// Whatever is not known here (Connect, gRPC-Web, JSON, HTTP/1.1) goes through the library.
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Interceptor, MethodImplSpec } from "@connectrpc/connect";
import { createAdmission } from "../admission/admission.ts";
import type { Call } from "../call/call.ts";
import { type GrpcOptions, grpcContentType, type Serving } from "./grpc-call.ts";
import { type StreamSpec, serveStream, streamHandlerOf } from "./grpc-stream.ts";
import { serveUnary, type UnarySpec, unaryHandlerOf } from "./grpc-unary.ts";

export type Grpc = {
  /** The method that is asked for, if this is how it is asked for. */
  methodOf(headers: IncomingHttpHeaders): GrpcMethod | undefined;
  serve(method: GrpcMethod, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, call: Call): Promise<void>;
};

export type GrpcMethod = {
  readonly spec: UnarySpec | StreamSpec;
  readonly serve: (serving: Serving) => Promise<void>;
};

export function createGrpc(specs: Iterable<MethodImplSpec>, options: GrpcOptions): Grpc {
  const methods = new Map<string, GrpcMethod>();
  const wrapped = (handler: ReturnType<Interceptor>) =>
    options.interceptors.reduceRight((next, wrap) => wrap(next), handler);
  for (const spec of specs) {
    if (spec.kind === "client_streaming") continue; // the contract has none
    methods.set(`/${spec.method.parent.typeName}/${spec.method.name}`, methodFor(spec, wrapped, options));
  }
  const admit = createAdmission(options);
  return {
    methodOf(headers) {
      const contentType = headers["content-type"];
      if (contentType !== "application/grpc" && contentType !== grpcContentType) return undefined;
      if (headers[":method"] !== "POST" || headers[":authority"] === undefined) return undefined;
      return headers.expect === undefined ? methods.get(headers[":path"] ?? "") : undefined;
    },
    serve: (method, stream, headers, call) => method.serve({ stream, headers, call, admit, options }),
  };
}

/** The handler has the interceptors around it. */
function methodFor(
  spec: UnarySpec | StreamSpec,
  wrapped: (handler: ReturnType<Interceptor>) => ReturnType<Interceptor>,
  options: GrpcOptions,
): GrpcMethod {
  if (spec.kind === "unary") {
    const run = wrapped(unaryHandlerOf(spec, options));
    return { spec, serve: (serving) => serveUnary({ spec, run }, serving) };
  }
  const run = wrapped(streamHandlerOf(spec));
  return { spec, serve: (serving) => serveStream({ spec, run }, serving) };
}
