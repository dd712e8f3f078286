// What the HTTP/1.1 and the HTTP/2 server behind the listener have in common. Neither listens itself: each is handed
// its sockets by the listener, which has told the protocols apart.
import type { Socket } from "node:net";
import type { HttpRequest, HttpResponse } from "./http-routes.ts";

export type BackendConfig = {
  /** How long a connection may take to send its first bytes, and a request its headers. */
  readonly headersTimeoutMs: number;
  /** How long a request of HTTP/1.1 may take to arrive whole. */
  readonly requestTimeoutMs: number;
  readonly keepalivePingIntervalMs: number;
  readonly keepalivePingTimeoutMs: number;
  /** How long the address of a flooder gets health checks and metrics only; 0: it is not treated differently. */
  readonly floodCooldownMs: number;
};

export type OnRequest = (request: HttpRequest, response: HttpResponse) => void;

export type Backend = {
  take(socket: Socket): void;
  /** Closes idle connections at once, the others when their last call ends. */
  drain(): void;
  close(): void;
};

export const headerListBytesMax = 16_384;
export const headersMax = 128;
