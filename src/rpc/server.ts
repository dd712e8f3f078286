// The server: one port that speaks gRPC, Connect and gRPC-Web over HTTP/1.1 and HTTP/2, and a few plain HTTP paths.
// Every wait, size and number of things that a caller can make it hold is bounded.
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectRouter } from "@connectrpc/connect";
import { Health } from "../../gen/typescript/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../gen/typescript/grpc/reflection/v1/reflection_pb.ts";
import type { Refusal } from "../core/refusal.ts";
import type { AuditRefusal } from "../engine/admin/audit.ts";
import type { Caller } from "../engine/caller.ts";
import { routesOf } from "../facade/routes.ts";
import { errorFields, type Log } from "../log.ts";
import type { TenantScheduler } from "./admission/tenant-scheduler.ts";
import type { CallSpans } from "./call/call.ts";
import {
  type CallBudget,
  type CallBudgetConfig,
  type CallSlot,
  createCallBudget,
  unauthenticatedMessageBytesMax,
} from "./call/call-budget.ts";
import type { Rates } from "./call/rates.ts";
import { healthService, type Readiness } from "./health.ts";
import type { Authenticate } from "./interceptors/authenticate.ts";
import { assertEveryMethodHasAccess } from "./interceptors/authorize.ts";
import type { Metrics } from "./metrics.ts";
import { createFloodControl, type FloodControl } from "./net/flood-control.ts";
import {
  connectionOf,
  cutOff,
  type HttpRequest,
  type HttpResponse,
  type HttpRoute,
  pathOf,
  probeRoutes,
  respondJson,
} from "./net/http-routes.ts";
import { createHttp1 } from "./net/http1-backend.ts";
import { createHttp2 } from "./net/http2-backend.ts";
import { createListener, type ListenerConfig } from "./net/listener.ts";
import type { TlsMaterial } from "./net/tls.ts";
import { createRpcHandler, type RpcHandler } from "./protocol/rpc-handler.ts";
import { reflectionService } from "./reflection.ts";
import { createRules, type Rules } from "./rules/rules.ts";
import { createMcpDoor, type LoadMcp } from "./web/mcp-door.ts";
import { referenceRoutes } from "./web/reference.ts";
import { createProtectedResource, type ProtectedResource, type TokenIssuers } from "./web/resource-metadata.ts";
import { createRest } from "./web/rest.ts";
import { createSites, type Sites, type SitesConfig } from "./web/sites.ts";

export type ServerConfig = ListenerConfig &
  CallBudgetConfig &
  SitesConfig & {
    readonly host: string;
    /** 0: any free port; `listen` answers which. */
    readonly port: number;
    readonly messageBytesMax: number;
    readonly deadlineMaxMs: number;
  };

/** What services may know of the server. */
export type ServiceContext = {
  /** Aborted when the server begins to shut down: waiting calls end with UNAVAILABLE. */
  readonly draining: AbortSignal;
  /** For items of batches and frames, where a bad item must not fail the others. */
  readonly rules: Rules;
  /** How long running calls may take to finish, from `draining` on. */
  readonly drainWithinMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
};

export type ServerOptions = {
  readonly config: ServerConfig;
  readonly services: (router: ConnectRouter, context: ServiceContext) => void;
  readonly authenticate: Authenticate;
  readonly rates: Rates;
  readonly scheduler: TenantScheduler;
  /** If absent, connections are plain text. */
  readonly tls?: TlsMaterial;
  /** The caller that the certificate of a connection identifies. */
  readonly certificate?: (socket: Socket | undefined) => Promise<Caller | undefined>;
  /** Writes the audit record of a refused administrative call. */
  readonly auditRefusal?: AuditRefusal;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Tells of calls as spans. If absent, the server tells of none. */
  readonly spans?: CallSpans;
  /** The metrics of all processes of the server. If absent, there is only this one. */
  readonly readMetrics?: () => Promise<string>;
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly newId: () => string;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  /** The bridge for MCP hosts. If absent, there is no such path. */
  readonly mcp?: LoadMcp;
  /** Whose tokens `authenticate` takes. */
  readonly issuers?: TokenIssuers;
  /** Further HTTP paths. They are matched before RPCs. */
  readonly routes?: readonly HttpRoute[];
};

export type Server = {
  /** Ends the streams whose credential is no longer valid; the server does it twice a second by itself. */
  reauthenticateStreams(): Promise<void>;
  /** For new connections. Throws when key and certificate do not match, and keeps the old ones. */
  renewTls(material: TlsMaterial): void;
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  /** Accepts nothing new, lets running calls finish within the grace, then cuts them. May be called again. */
  close(options: { readonly graceMs: number }): Promise<void>;
  readonly draining: AbortSignal;
};

const checkIntervalMs = 1_000;
/** How long handlers get to end once their connections are cut. */
const abortMs = 1_000;

export function createServer(options: ServerOptions): Server {
  const { config, log, metrics, monotonicMs } = options;
  const draining = new AbortController();
  let drainWithinMs = 0;
  const budget = createCallBudget(config, monotonicMs);
  const floods = createFloodControl({ cooldownMs: config.floodCooldownMs, log, metrics, monotonicMs });
  const rpcs = buildRpcs(options, { budget, floods, draining: draining.signal, drainWithinMs: () => drainWithinMs });
  const sites = createSites(config);
  const resource = createProtectedResource(config.publicUrl, options.issuers, sites);
  const probes = probeRoutes({ ...options, draining: draining.signal });
  const routes = [...probes, ...referenceRoutes(sites), ...(resource?.routes ?? [])];
  const onRequest = routeRequests([...routes, ...(options.routes ?? [])], {
    otherwise: webOrRpc(options, rpcs, { sites, resource }),
    budget,
    log,
  });
  const http1 = createHttp1(config, onRequest);
  const http2 = createHttp2({ config, log, floods, onRequest, onStream: rpcs.handleStream });
  const listener = createListener({ config, metrics, floods, http1, http2, ...(options.tls && { tls: options.tls }) });
  const checks = setInterval(budget.cutSlow, checkIntervalMs).unref();

  async function shutDown(graceMs: number): Promise<void> {
    drainWithinMs = graceMs;
    draining.abort();
    const allClosed = listener.close();
    http1.drain();
    http2.drain();
    if (!(await within(allClosed, graceMs))) {
      log.warn("connections cut at the end of the grace", { grace_ms: graceMs, connections: listener.count() });
      listener.destroy();
      await within(allClosed, abortMs);
    }
    if (!(await within(rpcs.idle(), abortMs))) log.warn("handlers outlived their connections", { waited_ms: abortMs });
    http1.close();
    clearInterval(checks);
    rpcs.stop();
  }

  let closed: Promise<void> | undefined;
  return {
    draining: draining.signal,
    reauthenticateStreams: rpcs.reauthenticateStreams,
    renewTls: listener.renewTls,
    listen: () => listener.listen(config.host, config.port),
    close({ graceMs }) {
      closed ??= shutDown(graceMs);
      return closed;
    },
  };
}

type RpcsOptions = {
  readonly budget: CallBudget;
  readonly floods: FloodControl;
  readonly draining: AbortSignal;
  readonly drainWithinMs: () => number;
};

/** Throws when the contract does not say who may call a method, or states a field rule that the code does not check. */
function buildRpcs(options: ServerOptions, { budget, floods, draining, drainWithinMs }: RpcsOptions) {
  const rules = createRules();
  const { log, metrics } = options;
  return createRpcHandler({
    ...options,
    draining,
    rules,
    budget,
    limitedForMs: floods.limitedForMs,
    messageBytesMax: options.config.messageBytesMax,
    deadlineMaxMs: options.config.deadlineMaxMs,
    routes(router) {
      options.services(router, { draining, rules, drainWithinMs, log, metrics });
      const services = [...new Set(router.handlers.map(({ service }) => service))];
      assertEveryMethodHasAccess(services);
      const { readiness } = options;
      const limits = { readMaxBytes: unauthenticatedMessageBytesMax };
      router.service(Health, healthService({ services, readiness, draining }), limits);
      router.service(ServerReflection, reflectionService([...services, Health, ServerReflection]), limits);
    },
  });
}

type WebOptions = { readonly sites: Sites; readonly resource: ProtectedResource | undefined };

/** REST and MCP by their paths; everything else is an RPC, or nothing that is served. */
function webOrRpc({ mcp, config, log }: ServerOptions, rpcs: RpcHandler, { sites, resource }: WebOptions) {
  const { callInProcess, rejectRequest } = rpcs;
  const rest = createRest({ routes: routesOf(rpcs.services), callInProcess, sites, rejectRequest });
  const { messageBytesMax } = config;
  const challenge = resource?.challenge ?? "Bearer";
  const mcpDoors = mcp ? [createMcpDoor({ ...rpcs, sites, load: mcp, challenge, messageBytesMax, log })] : [];
  const doors = [rest, ...mcpDoors];
  return (request: HttpRequest, response: HttpResponse): void => {
    const door = doors.find((one) => one.matches(request));
    if (door === undefined) rpcs.handle(request, response);
    else
      door.handle(request, response).catch((error: unknown) => {
        log.error("request failed", { path: pathOf(request), ...errorFields(error) });
        response.destroy();
      });
  };
}

type RouteOptions = {
  readonly otherwise: (request: HttpRequest, response: HttpResponse) => void;
  readonly budget: CallBudget;
  readonly log: Log;
};

function routeRequests(routes: readonly HttpRoute[], { otherwise, budget, log }: RouteOptions) {
  return (request: HttpRequest, response: HttpResponse): void => {
    const route = routes.find((candidate) => candidate.matches(request));
    if (route === undefined) otherwise(request, response);
    else void runWithinBudget(route, request, response, { budget, log });
  };
}

async function runWithinBudget(
  route: HttpRoute,
  request: HttpRequest,
  response: HttpResponse,
  { budget, log }: Pick<RouteOptions, "budget" | "log">,
): Promise<void> {
  const slot = enter(budget, request, response);
  if (slot.refusal === undefined) await run(route, request, response, log);
  else respondOverloaded(slot.refusal, response);
  slot.holdUnchecked(Number(response.getHeader("content-length") ?? 0));
  slot.ended();
}

function enter(budget: CallBudget, request: HttpRequest, response: HttpResponse): CallSlot {
  const cut = () => cutOff(response);
  const connection = connectionOf(request);
  const slot = budget.enter({ connection, isHttp2: "stream" in request, isUnauthenticated: true, cut });
  response.once("close", slot.closed);
  return slot;
}

const msPerSecond = 1_000;

function respondOverloaded({ message, retryAfterMs = 0 }: Refusal, response: HttpResponse): void {
  response.setHeader("retry-after", Math.ceil(retryAfterMs / msPerSecond));
  respondJson(response, 503, { code: "unavailable", message });
}

async function run(route: HttpRoute, request: HttpRequest, response: HttpResponse, log: Log): Promise<void> {
  try {
    await route.handle(request, response);
  } catch (error) {
    log.error("http route failed", { path: request.url, ...errorFields(error) });
    if (response.headersSent) response.destroy();
    else respondJson(response, 500, { code: "internal", message: "The server met a fault of its own." });
  }
}

/** Whether it settled in time. */
async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  const settled = new AbortController();
  const timeout = sleep(ms, false, { signal: settled.signal }).catch(() => false);
  const inTime = await Promise.race([promise.then(() => true), timeout]);
  settled.abort();
  return inTime;
}
