// The port: accepts connections, counts and limits them in all and by address, and hands each to the HTTP/1.1 or the
// HTTP/2 server as soon as its first bytes, after the handshake of TLS if there is one, tell the protocol.
import net, { type Socket } from "node:net";
import type { Metrics } from "../metrics.ts";
import type { Backend, BackendConfig } from "./backend.ts";
import type { FloodControl } from "./flood-control.ts";
import { detectProtocol } from "./protocol-detector.ts";
import { createTls, type Tls, type TlsMaterial } from "./tls.ts";

export type ListenerConfig = BackendConfig & {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
};

export type ListenerOptions = {
  readonly config: ListenerConfig;
  /** If absent, connections are plain text. */
  readonly tls?: TlsMaterial;
  readonly metrics: Metrics;
  readonly http1: Backend;
  readonly http2: Backend;
  readonly floods: FloodControl;
};

export type Listener = {
  listen(host: string, port: number): Promise<{ readonly address: string; readonly port: number }>;
  /** Stops accepting; resolves when the last connection is closed. */
  close(): Promise<void>;
  destroy(): void;
  count(): number;
  renewTls(material: TlsMaterial): void;
};

export function createListener(options: ListenerOptions): Listener {
  const { config, metrics, floods } = options;
  const detector = createProtocolDetector(options);
  const connections = countConnections(metrics);
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const address = socket.remoteAddress ?? "";
    const isFull = connections.sockets.size >= config.connectionsMax;
    const isAddressFull = connections.ofAddress(address) >= config.connectionsPerAddressMax;
    // A flooder that holds all connections of its address must not keep a health check out.
    if (isFull || (isAddressFull && !floods.isCoolingDown(address))) {
      metrics.connectionRefused(isFull ? "total" : "address");
      socket.destroy();
      return;
    }
    connections.add(address, socket);
    floods.admit(socket);
    detector.take(socket);
  });
  const { sockets } = connections;
  return {
    listen: (host, port) => listen(server, host, port),
    async close() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve()); // also when it never listened
      detector.closeSilent();
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy(); // before a handshake
      await promise;
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
    count: () => sockets.size,
    renewTls: detector.renew,
  };
}

function countConnections(metrics: Metrics) {
  const sockets = new Set<Socket>();
  const byAddress = new Map<string, number>();
  const ofAddress = (address: string) => byAddress.get(address) ?? 0;
  return {
    sockets: sockets as ReadonlySet<Socket>,
    ofAddress,
    add(address: string, socket: Socket) {
      sockets.add(socket);
      byAddress.set(address, ofAddress(address) + 1);
      metrics.connectionsChanged(1);
      socket.once("close", () => {
        sockets.delete(socket);
        const left = ofAddress(address) - 1;
        if (left > 0) byAddress.set(address, left);
        else byAddress.delete(address);
        metrics.connectionsChanged(-1);
      });
    },
  };
}

async function listen(server: net.Server, host: string, port: number) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  await promise;
  server.off("error", reject);
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("a TCP server has an address once it listens");
  return { address: bound.address, port: bound.port };
}

type ProtocolDetector = Tls & {
  /** Closes the connections that have sent nothing yet: no call of theirs is under way. */
  closeSilent(): void;
};

function createProtocolDetector({ config, metrics, http1, http2, tls: material }: ListenerOptions): ProtocolDetector {
  const silent = new Set<Socket>();
  const timeoutMs = config.headersTimeoutMs;
  const handTo = (backend: Backend) => (socket: Socket) => {
    silent.delete(socket);
    backend.take(socket);
  };
  let isClosing = false;
  const detect = (socket: Socket) => {
    if (isClosing) return void socket.destroy(); // its handshake was under way
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
    const onLate = () => metrics.connectionRefused("first_bytes");
    detectProtocol(socket, { timeoutMs, onHttp1: handTo(http1), onHttp2: handTo(http2), onLate });
  };
  const onFailure = () => metrics.connectionRefused("tls");
  const plain: Tls = { take: detect, renew: () => {} };
  const tls = material && createTls({ material, handshakeTimeoutMs: timeoutMs, onSecure: detect, onFailure });
  return {
    ...(tls ?? plain),
    closeSilent() {
      isClosing = true;
      for (const socket of silent) socket.destroy();
    },
  };
}
