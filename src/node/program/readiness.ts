// Whether a node can do jobs, and if not, why: for its log, and over HTTP for those that watch it.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Readiness = {
  /** Says that something is in the way, or with undefined that it no longer is. */
  set(part: string, reason: string | undefined): void;
  /** Why the node is not ready; none if it is. Parts that are left out do not count. */
  reasons(without?: readonly string[]): string[];
};

export function createReadiness(onChange: (reasons: readonly string[]) => void): Readiness {
  const inTheWay = new Map<string, string>();
  const reasons = (without: readonly string[] = []) =>
    [...inTheWay].filter(([part]) => !without.includes(part)).map(([part, reason]) => `${part}: ${reason}`);
  return {
    reasons,
    set(part, reason) {
      if (inTheWay.get(part) === reason) return;
      if (reason === undefined) inTheWay.delete(part);
      else inTheWay.set(part, reason);
      onChange(reasons());
    },
  };
}

/** What is to be done when the node gets ready, or is no longer. */
export type Changes = { onChange: () => void };

export type HealthServer = { readonly url: string; close(): Promise<void> };

/** For slow or silent connections. */
const requestTimeoutMs = 5_000;
const connectionsMax = 64;

/** Whether it was a path of health. */
export function answerHealth({ url, method }: IncomingMessage, answer: ServerResponse, readiness: Readiness): boolean {
  if ((url !== "/healthz" && url !== "/readyz") || (method !== "GET" && method !== "HEAD")) return false;
  const reasons = url === "/readyz" ? readiness.reasons() : [];
  const body = url === "/readyz" ? { ready: reasons.length === 0, reasons } : { alive: true };
  send({ method }, answer, reasons.length === 0 ? 200 : 503, body);
  return true;
}

function send({ method }: Pick<IncomingMessage, "method">, answer: ServerResponse, status: number, body: unknown) {
  answer.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  answer.end(method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
}

export async function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  readiness: Readiness,
): Promise<HealthServer> {
  const server: Server = createServer((request, answer) => {
    if (answerHealth(request, answer, readiness)) return;
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (isRead) send(request, answer, 404, { error: "there are /healthz and /readyz" });
    else send(request, answer, 405, { error: "only GET" });
  });
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = requestTimeoutMs;
  server.maxConnections = connectionsMax;
  server.listen(port, host);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
