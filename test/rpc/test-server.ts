// A server on a free port with services of the test's own: everything between the socket and the handler is the real
// thing. What it logged and counted is kept.
import { createSecretKey } from "node:crypto";
import { createRequire } from "node:module";
import type { ConnectRouter } from "@connectrpc/connect";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { defaultLimits } from "../../src/core/limits.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { createLog } from "../../src/log.ts";
import { createTenantScheduler } from "../../src/rpc/admission/tenant-scheduler.ts";
import { createRates } from "../../src/rpc/call/rates.ts";
import type { Readiness } from "../../src/rpc/health.ts";
import { createMetrics } from "../../src/rpc/metrics.ts";
import { createServer, type ServerConfig, type ServerOptions, type ServiceContext } from "../../src/rpc/server.ts";

export const testKey = "ag_test_key1_0123456789abcdef";

export const config: ServerConfig = {
  host: "127.0.0.1",
  tlsByProxy: false,
  publicUrl: undefined,
  allowedHosts: [],
  port: 0,
  messageBytesMax: 1_048_576,
  deadlineMaxMs: 3_600_000,
  connectionsMax: 100,
  connectionsPerAddressMax: 100,
  callsMax: 1_000,
  callBytesMax: 256 * 1_048_576,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepalivePingIntervalMs: 30_000,
  keepalivePingTimeoutMs: 10_000,
  floodCooldownMs: 0,
};

export type LogLine = Record<string, unknown> & { message: string };

export type TestServer = Awaited<ReturnType<typeof openTestServer>>;

export type ServerWishes = {
  readonly services?: (router: ConnectRouter, endpoint: ServiceContext) => void;
  readonly config?: Partial<ServerConfig>;
  readonly scopes?: readonly string[];
  readonly authenticate?: ServerOptions["authenticate"];
  readonly readiness?: () => Readiness;
  readonly routes?: ServerOptions["routes"];
  /** Whatever else a server can be given. */
  readonly more?: Partial<
    Pick<ServerOptions, "auditRefusal" | "tls" | "certificate" | "rates" | "scheduler" | "mcp" | "issuers" | "spans">
  >;
};

const allScopes = ["system:read", "tasks:create", "tasks:read", "tasks:cancel", "leases:claim", "leases:hold"];

export async function openTestServer(wishes: ServerWishes = {}) {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const log = createLog({
    level: "debug",
    now: () => new Date(0),
    write(line) {
      lines.push(JSON.parse(line) as LogLine);
      for (const look of waiting) look();
    },
  });
  let ids = 0;
  const metrics = createMetrics();
  const server = createServer({
    config: { ...config, ...wishes.config },
    services: wishes.services ?? (() => {}),
    authenticate:
      wishes.authenticate ?? (async (key) => (key === testKey ? identity(wishes.scopes ?? allScopes) : undefined)),
    log,
    metrics,
    rates: createRates({ monotonicMs: () => performance.now() }),
    scheduler: createTenantScheduler({ monotonicMs: () => performance.now() }),
    readiness: wishes.readiness ?? (() => ({ ready: true })),
    newId: () => `call-${++ids}`,
    monotonicMs: () => performance.now(),
    ...(wishes.routes === undefined ? {} : { routes: wishes.routes }),
    ...wishes.more,
  });
  const { port } = await server.listen();

  /** The first log line that is like this, as soon as there is one. */
  async function logged(like: (line: LogLine) => boolean): Promise<LogLine> {
    const { promise, resolve } = Promise.withResolvers<LogLine>();
    const look = () => {
      const found = lines.find(like);
      if (found !== undefined) resolve(found);
    };
    waiting.add(look);
    look();
    const line = await promise;
    waiting.delete(look);
    return line;
  }
  return { server, port, url: `http://127.0.0.1:${port}`, lines, metrics, logged };
}

export function identity(scopes: readonly string[]): Caller {
  const principal = { kind: PrincipalKind.AGENT, id: "alice" };
  return {
    tenantId: "0190b0f0-0000-7000-8000-00000000000a",
    tenantName: "tests",
    principal,
    principalText: "agent:alice",
    roles: [],
    scopes: new Set(scopes),
    keyId: "key1",
    locatabilityMode: LocatabilityMode.LENIENT,
    limits: defaultLimits,
    tokenKey: createSecretKey(new Uint8Array(32)),
  };
}

export const authorization = `Bearer ${testKey}`;
export const require = createRequire(import.meta.url);
