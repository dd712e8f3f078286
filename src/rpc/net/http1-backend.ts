// The HTTP/1.1 server behind the listener. Slow headers and bodies are cut, what cannot be read is answered once.
import http, { type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Backend, type BackendConfig, headerListBytesMax, headersMax, type OnRequest } from "./backend.ts";

/** Above the 60 s for which load balancers usually keep idle connections, so that they close first. */
const keepAliveMs = 65_000;
const checkIntervalMs = 1_000;
/** Unlimited: each request is limited by itself. */
const requestsPerSocketMax = 0;

export function createHttp1(config: BackendConfig, onRequest: OnRequest): Backend {
  let draining = false;
  const server = http.createServer({
    maxHeaderSize: headerListBytesMax,
    headersTimeout: Math.min(config.headersTimeoutMs, config.requestTimeoutMs),
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkIntervalMs,
  });
  server.maxHeadersCount = headersMax;
  server.maxRequestsPerSocket = requestsPerSocketMax;
  const open = createOpenResponses();
  server.on("request", (request, response) => {
    if (draining) response.shouldKeepAlive = false;
    open.add(request.socket, response);
    response.once("close", () => {
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
    onRequest(request, response);
  });
  server.on("clientError", (error, socket) => {
    if (open.has(socket) || !socket.writable) socket.destroy();
    else answerUnreadable(socket, Reflect.get(error, "code"));
  });
  // Node begins to look for slow headers and bodies when a server starts to listen, which this one never does.
  server.emit("listening");
  return {
    take: (socket) => void server.emit("connection", socket),
    drain() {
      draining = true;
      server.closeIdleConnections();
    },
    close() {
      server.close(() => {});
      server.closeAllConnections();
    },
  };
}

type OpenResponses = {
  add(socket: Socket, response: ServerResponse): void;
  has(socket: object): boolean;
};

/**
 * When a connection breaks, Node closes the response that is being sent, but none of the pipelined ones behind it.
 * Their calls would run on without a caller and never leave the call budget, so they are closed here.
 */
function createOpenResponses(): OpenResponses {
  const bySocket = new WeakMap<object, Set<ServerResponse>>();
  return {
    has: (socket) => (bySocket.get(socket)?.size ?? 0) > 0,
    add(socket, response) {
      let open = bySocket.get(socket);
      if (open === undefined) {
        const all = new Set<ServerResponse>();
        socket.once("close", () => {
          for (const one of all) one.emit("close");
        });
        bySocket.set(socket, all);
        open = all;
      }
      open.add(response);
      response.once("close", () => open.delete(response));
    },
  };
}

const unreadableAnswers: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "resource_exhausted",
    `The header list is larger than ${headerListBytesMax} bytes.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "deadline_exceeded", "The request did not arrive in time."],
};
const notHttp = ["400 Bad Request", "invalid_argument", "This is not HTTP."] as const;

function answerUnreadable(socket: Duplex, errorCode: string): void {
  const [status, code, message] = unreadableAnswers[errorCode] ?? notHttp;
  const body = `${JSON.stringify({ code, message })}\n`;
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${body.length}\r\n\r\n${body}`, () => socket.destroy());
}
