/**
 * The sockets behind the door: a listener in front that tells the protocols apart, and an HTTP/1.1 and an HTTP/2 server
 * behind it that never listen themselves. Connections are counted and capped in front, in all and by address.
 */
import http, { type ServerResponse } from "node:http";
import http2, { type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import net, { type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { errorFields, type Log } from "../../log.ts";
import type { Metrics } from "../metrics.ts";
import type { AddressCooldown } from "./address-cooldown.ts";
import type { HttpRequest, HttpResponse } from "./http-routes.ts";
import { guardAgainstFloods } from "./http2-flood-guard.ts";
import { detectProtocol } from "./protocol-detector.ts";
import { createTls, type Tls, type TlsMaterial } from "./tls.ts";

export type ListenersConfig = {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** How long a connection may take to say its first bytes, and a request its headers. */
  readonly headersTimeoutMs: number;
  /** How long a request of HTTP/1.1 may take to arrive whole. */
  readonly requestTimeoutMs: number;
  readonly keepalivePingIntervalMs: number;
  readonly keepalivePingTimeoutMs: number;
  /** How long addresses rest whose connections flood the door; 0: not at all. */
  readonly floodCooldownMs: number;
};

type OnRequest = (request: HttpRequest, response: HttpResponse) => void;

/** A server that is handed its sockets. */
type Backend = {
  take(socket: Socket): void;
  /** Lets go of what is idle at once, and of the rest as it ends. */
  drain(): void;
  close(): void;
};

const HEADER_LIST_BYTES_MAX = 16_384;
const HEADERS_MAX = 128;
/** Above the 60 s that load balancers keep idle connections by custom, so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const CHECK_INTERVAL_MS = 1_000;
const REQUESTS_PER_SOCKET_MAX = 0; // no bound: each is bounded by itself

export function createHttp1(config: ListenersConfig, onRequest: OnRequest): Backend {
  let draining = false;
  const server = http.createServer({
    maxHeaderSize: HEADER_LIST_BYTES_MAX,
    headersTimeout: Math.min(config.headersTimeoutMs, config.requestTimeoutMs),
    requestTimeout: config.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  });
  server.maxHeadersCount = HEADERS_MAX;
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET_MAX;
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
  // Node starts looking for slow headers and bodies when a server begins to listen, which this one never does.
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
 * When a connection breaks, Node tells the response whose turn it is and none that was asked for ahead: their calls
 * would go on for callers who have gone, and stay counted for ever.
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

const UNREADABLE: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "resource_exhausted",
    `The header list is larger than ${HEADER_LIST_BYTES_MAX} bytes.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "deadline_exceeded", "The request did not arrive in time."],
};

/** Whoever speaks no HTTP, or too much of it, is told so once. */
function answerUnreadable(socket: Duplex, fault: string): void {
  const [status, code, message] = UNREADABLE[fault] ?? ["400 Bad Request", "invalid_argument", "This is no HTTP."];
  const body = `${JSON.stringify({ code, message })}\n`;
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${body.length}\r\n\r\n${body}`, () => socket.destroy());
}

const STREAMS_PER_CONNECTION_MAX = 256;
/** Node's unit is megabytes: full windows of all streams of a connection (256 × 64 KiB), and as much for answers. */
const SESSION_MEMORY_MB_MAX = 32;
const SETTINGS_PER_FRAME_MAX = 32;
/** A client that goes may reset all its streams at once, and once more for what it has just begun. */
const RESETS_AT_ONCE_MAX = 2 * STREAMS_PER_CONNECTION_MAX;
const RESETS_PER_SECOND_MAX = 33;

type OnHttp2 = {
  readonly onRequest: OnRequest;
  /** Is asked first, and says whether it took the stream. */
  readonly onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
  /** A connection of this address had to be ended. */
  readonly onFlood: (address: string) => void;
};

export function createHttp2(config: ListenersConfig, { onRequest, onStream, onFlood }: OnHttp2, log: Log): Backend {
  const sessions = new Set<ServerHttp2Session>();
  let draining = false;
  const server = http2.createServer({
    maxSessionMemory: SESSION_MEMORY_MB_MAX,
    maxSettings: SETTINGS_PER_FRAME_MAX,
    maxHeaderListPairs: HEADERS_MAX,
    streamResetBurst: RESETS_AT_ONCE_MAX,
    streamResetRate: RESETS_PER_SECOND_MAX,
    settings: {
      enablePush: false,
      maxConcurrentStreams: STREAMS_PER_CONNECTION_MAX,
      maxHeaderListSize: HEADER_LIST_BYTES_MAX,
    },
  });
  // Makes requests and responses, as HTTP/1.1 has them, of the streams that are left; never has a socket of its own.
  const compatible = http2.createServer();
  compatible.on("request", onRequest);
  server.on("stream", (stream, headers, flags, rawHeaders) => {
    // A broken connection tells all its streams, those that nobody serves as well; unheard, it would end the server.
    stream.on("error", () => {});
    // Closed already: nobody waits for an answer.
    if (stream.closed || stream.destroyed) return;
    if (!onStream(stream, headers)) compatible.emit("stream", stream, headers, flags, rawHeaders);
  });
  server.on("session", (session) => {
    const address = session.socket.remoteAddress ?? "";
    const floods = guardAgainstFloods(session, () => onFlood(address));
    sessions.add(session);
    const stopPings = keepAlive(session, config);
    session.once("close", () => {
      sessions.delete(session);
      stopPings();
      floods.stop();
    });
    if (draining) session.close();
  });
  server.on("sessionError", (error) => log.debug("http/2 session failed", errorFields(error)));
  return {
    take(socket) {
      // HTTP/1.1 answers callers that have closed their half; a session whose peer has closed is over.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
    },
    drain() {
      draining = true;
      for (const session of sessions) session.close(); // says GOAWAY and ends with its last stream
    },
    close: () => {},
  };
}

/** A peer that has vanished answers no ping; without them its streams and leases would be kept until TCP gives up. */
function keepAlive(session: ServerHttp2Session, config: ListenersConfig): () => void {
  let overdue: NodeJS.Timeout | undefined;
  const ping = setInterval(() => {
    if (session.destroyed || overdue !== undefined) return;
    overdue = setTimeout(() => session.destroy(), config.keepalivePingTimeoutMs).unref();
    session.ping(() => {
      clearTimeout(overdue);
      overdue = undefined;
    });
  }, config.keepalivePingIntervalMs).unref();
  return () => {
    clearInterval(ping);
    clearTimeout(overdue);
  };
}

export type ListenerOptions = {
  readonly config: ListenersConfig;
  /** If absent, the door speaks in clear. */
  readonly tls?: TlsMaterial;
  readonly metrics: Metrics;
  readonly http1: Backend;
  readonly http2: Backend;
  readonly cooldown: AddressCooldown;
};

export type Listener = {
  listen(host: string, port: number): Promise<{ readonly address: string; readonly port: number }>;
  /** Stops accepting; resolves when the last connection is gone. */
  close(): Promise<void>;
  destroy(): void;
  count(): number;
  renewTls(material: TlsMaterial): void;
};

type Sorter = Tls & {
  /** Lets go of connections that have said nothing yet: nothing of theirs is under way. */
  letGo(): void;
};

/** Hands a new connection to the server of its protocol, as soon as its first bytes, with TLS or in clear, tell it. */
function createProtocolSorting({ config, metrics, http1, http2, tls: material }: ListenerOptions): Sorter {
  const silent = new Set<Socket>();
  const timeoutMs = config.headersTimeoutMs;
  const onward = (backend: Backend) => (socket: Socket) => {
    silent.delete(socket);
    backend.take(socket);
  };
  let leaving = false;
  const sort = (socket: Socket) => {
    if (leaving) return void socket.destroy(); // its handshake was under way
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
    const onLate = () => metrics.connectionRefused("first_bytes");
    detectProtocol(socket, { timeoutMs, onHttp1: onward(http1), onHttp2: onward(http2), onLate });
  };
  const onFailure = () => metrics.connectionRefused("tls");
  const inClear: Tls = { take: sort, renew: () => {} };
  const tls = material && createTls({ material, handshakeTimeoutMs: timeoutMs, onSecure: sort, onFailure });
  return {
    ...(tls ?? inClear),
    letGo() {
      leaving = true;
      for (const socket of silent) socket.destroy();
    },
  };
}

export function createListener(options: ListenerOptions): Listener {
  const { config, metrics, cooldown } = options;
  const sorter = createProtocolSorting(options);
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const address = socket.remoteAddress ?? "";
    const ofAddress = perAddress.get(address) ?? 0;
    if (cooldown.isCoolingDown(address)) {
      metrics.connectionRefused("flood");
      return void socket.destroy();
    }
    const full = sockets.size >= config.connectionsMax;
    if (full || ofAddress >= config.connectionsPerAddressMax) {
      metrics.connectionRefused(full ? "total" : "address");
      socket.destroy();
      return;
    }
    sockets.add(socket);
    perAddress.set(address, ofAddress + 1);
    metrics.connectionsChanged(1);
    socket.once("close", () => {
      sockets.delete(socket);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
      metrics.connectionsChanged(-1);
    });
    sorter.take(socket);
  });
  return { ...frontOf(server, sockets, sorter), count: () => sockets.size, renewTls: sorter.renew };
}

function frontOf(
  server: net.Server,
  sockets: ReadonlySet<Socket>,
  sorter: Sorter,
): Omit<Listener, "count" | "renewTls"> {
  return {
    async listen(host, port) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once("error", reject);
      server.listen({ host, port }, resolve);
      await promise;
      server.off("error", reject);
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("a TCP server has an address once it listens");
      return { address: bound.address, port: bound.port };
    },
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve()); // also when it never listened
      sorter.letGo();
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy(); // before a handshake
      await promise;
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
