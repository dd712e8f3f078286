// Connections to a server: one of the protocols of its port, with or without TLS. The options are plain data, so that a
// worker can pass them to the thread of its session.
import type { Interceptor } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import type { Connection } from "./client.ts";

/** PEM texts. */
export type TlsOptions = {
  /** Certificate authorities to trust. If absent, those that Node trusts. */
  readonly ca?: string;
  /** The client's certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate, if it differs from the endpoint's. */
  readonly serverName?: string;
};

export type Protocol = "grpc" | "connect" | "grpc-web" | "grpc-js";

export type ApiKey = string | (() => string);

export function keyNow(key: ApiKey): string {
  return typeof key === "string" ? key : key();
}

export type ConnectionOptions = {
  /**
   * The API key. If absent, none is sent: then the client's certificate says who calls. A function is asked for each
   * call, for keys that are renewed; a worker with one needs `thread: false`.
   */
  readonly key?: ApiKey;
  readonly tls?: TlsOptions;
  /** If absent, gRPC over HTTP/2. `grpc-js` needs the package @grpc/grpc-js. */
  readonly protocol?: Protocol;
  /** Whether the server may compress large answers: fewer bytes, more CPU time. If absent, it may not. */
  readonly compression?: boolean;
};

/** Finds a dead peer within 30 s. */
const ping = { pingIntervalMs: 20_000, pingTimeoutMs: 10_000 };

/** Throws a RangeError for anything but `http://host:port` and `https://host:port`: no retry would help. */
export function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (isWeb && url.pathname === "/") return;
  throw new RangeError(`"${endpoint}" is no endpoint: write it as http://host:port or https://host:port`);
}

export function connect(endpoint: string, options: ConnectionOptions): Connection {
  const { key = "", tls, protocol = "grpc", compression = false } = options;
  if (protocol === "grpc-js") return connectByGrpcJs(endpoint, options);
  const { serverName, ...pem } = tls ?? {};
  const sessionManager = new Http2SessionManager(endpoint, ping, {
    ...pem,
    ...(serverName && { servername: serverName }),
  });
  const credential: Interceptor = (next) => (request) => {
    const bearer = keyNow(key);
    if (bearer !== "") request.header.set("authorization", `Bearer ${bearer}`);
    return next(request);
  };
  const common = {
    baseUrl: endpoint,
    sessionManager,
    interceptors: [credential],
    acceptCompression: compression ? [compressionGzip] : [],
  };
  const close = () => sessionManager.abort();
  if (protocol === "grpc") return { transport: createGrpcTransport(common), close };
  if (protocol === "grpc-web") return { transport: createGrpcWebTransport({ ...common, httpVersion: "2" }), close };
  return { transport: createConnectTransport({ ...common, httpVersion: "2", useBinaryFormat: true }), close };
}

/** Imported only when used, because the package is optional. */
function connectByGrpcJs(endpoint: string, options: ConnectionOptions): Connection {
  const imported = import("./grpc-js-transport.ts").then((adapter) => adapter.connectByGrpcJs(endpoint, options));
  // If the package is missing, each call says so.
  imported.catch(() => {});
  return {
    transport: {
      unary: async (method, signal, timeoutMs, header, input) =>
        (await imported).transport.unary(method, signal, timeoutMs, header, input),
      stream: async (method, signal, timeoutMs, header, input) =>
        (await imported).transport.stream(method, signal, timeoutMs, header, input),
    },
    close: () => void imported.then(({ close }) => close()).catch(() => {}),
  };
}
