// Whether a node can do jobs, and if not, why: for its log, and over HTTP for those that watch it.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
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

export type HealthServer = { readonly url: string; close(): Promise<void> };

/** For slow or silent connections. */
const requestTimeoutMs = 5_000;
const connectionsMax = 64;

export async function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  readiness: Readiness,
): Promise<HealthServer> {
  const server: Server = createServer(({ url, method }, answer) => {
    const send = (status: number, body: unknown) => {
      answer.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      answer.end(method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
    };
    if (method !== "GET" && method !== "HEAD") return send(405, { error: "only GET" });
    if (url === "/healthz") return send(200, { alive: true });
    if (url !== "/readyz") return send(404, { error: "there are /healthz and /readyz" });
    const reasons = readiness.reasons();
    return send(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
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
