// What the port answers besides RPCs. A route takes requests by its own `matches`; the first that matches answers. Each
// is reached over HTTP/1.1 and HTTP/2 alike.
import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Stream } from "node:http2";
import { Code } from "@connectrpc/connect";
import type { Readiness } from "../health.ts";
import type { Metrics } from "../metrics.ts";

export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** The trace that a request belongs to, for the calls that are made for it. */
export function traceHeadersOf({ headers }: HttpRequest): Readonly<Record<string, string>> {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== "string") return {};
  return { traceparent, ...(typeof tracestate === "string" && { tracestate }) };
}

export type HttpRoute = {
  matches(request: HttpRequest): boolean;
  handle(request: HttpRequest, response: HttpResponse): void | Promise<void>;
};

export type ProbeOptions = {
  readonly metrics: Metrics;
  /** The metrics of all processes of the server. If absent, there is only this one. */
  readonly readMetrics?: () => Promise<string>;
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly draining: AbortSignal;
};

/** For those who run the server: does it live, can it serve, what has it counted. */
export function probeRoutes({ metrics, readMetrics, readiness, draining }: ProbeOptions): HttpRoute[] {
  return [
    reading("/healthz", (response) => respondJson(response, 200, { status: "alive" })),
    reading("/readyz", async (response) => {
      const is: Readiness = draining.aborted ? { ready: false, reason: "shutting down" } : await readiness();
      if (is.ready) respondJson(response, 200, { status: "ready", detail: is.detail });
      else respondJson(response, 503, { status: "not ready", reason: is.reason });
    }),
    reading("/metrics", async (response) => {
      respondWith(response, 200, metrics.registry.contentType, await (readMetrics?.() ?? metrics.registry.metrics()));
    }),
  ];
}

function reading(path: string, answer: (response: HttpResponse) => void | Promise<void>): HttpRoute {
  return {
    matches: (request) => pathOf(request) === path && (request.method === "GET" || request.method === "HEAD"),
    handle: (_request, response) => answer(response),
  };
}

/** Ends a request and its answer, whether its caller reads or not. */
export function cutOff(carrier: HttpResponse | ServerHttp2Stream, code: Code = Code.Canceled): void {
  const stream = "stream" in carrier ? carrier.stream : carrier;
  // By a frame, which passes flow control: a stream that is only destroyed waits until its caller has read the answer.
  if ("session" in stream) stream.close(resetCodes[code] ?? constants.NGHTTP2_CANCEL);
  else stream.destroy();
}

/** gRPC maps these back: its libraries report a stream that was reset in this way with that code. */
const resetCodes: Readonly<Partial<Record<Code, number>>> = {
  [Code.ResourceExhausted]: constants.NGHTTP2_ENHANCE_YOUR_CALM,
};

/** What its requests share: the session, or the socket. */
export function connectionOf(request: HttpRequest): object {
  return ("stream" in request ? request.stream.session : request.socket) ?? request;
}

export function pathOf(request: HttpRequest): string {
  const url = request.url ?? "";
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

export function respondJson(response: HttpResponse, status: number, body: unknown): void {
  respondWith(response, status, "application/json", `${JSON.stringify(body)}\n`);
}

export function respondWith(response: HttpResponse, status: number, contentType: string, body: string | Buffer): void {
  // Through setHeader and end: the two HTTP versions type writeHead differently, and mean the same.
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.setHeader("x-content-type-options", "nosniff");
  response.end(body);
}
