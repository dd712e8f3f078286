/**
 * The door: one port that speaks gRPC, Connect and gRPC-Web over HTTP/1.1 and HTTP/2, and a few plain HTTP paths. Every
 * wait, size and number of things that a caller can make it hold is bounded.
 */
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectRouter } from "@connectrpc/connect";
import { Health } from "../../gen/typescript/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../gen/typescript/grpc/reflection/v1/reflection_pb.ts";
import type { Refusal } from "../core/refusal.ts";
import type { AuditRefusal } from "../engine/admin/audit.ts";
import type { Caller } from "../engine/caller.ts";
import { errorFields, type Log } from "../log.ts";
import type { TenantScheduler } from "./admission/tenant-scheduler.ts";
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
import { createAddressCooldown } from "./net/address-cooldown.ts";
import {
  connectionOf,
  cutOff,
  type HttpRequest,
  type HttpResponse,
  type HttpRoute,
  probeRoutes,
  respondJson,
} from "./net/http-routes.ts";
import { createHttp1, createHttp2, createListener, type ListenersConfig } from "./net/listeners.ts";
import type { TlsMaterial } from "./net/tls.ts";
import { createRpcHandler } from "./protocol/rpc-handler.ts";
import { reflectionService } from "./reflection.ts";
import { createRules, type Rules } from "./rules/rules.ts";

export type ServerConfig = ListenersConfig &
  CallBudgetConfig & {
    readonly host: string;
    /** 0 takes any that is free; `listen` tells which. */
    readonly port: number;
    readonly messageBytesMax: number;
    readonly deadlineMaxMs: number;
  };

/** What services may know of the door they stand behind. */
export type ServiceContext = {
  /** Aborted when the server begins to go: whoever waits ends the wait with UNAVAILABLE. */
  readonly draining: AbortSignal;
  /** For items of batches and frames, where a bad one must not fail its neighbours. */
  readonly rules: Rules;
  /** How long what runs may take to finish, from `draining` on. */
  readonly drainWithinMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
};

export type ServerOptions = {
  readonly config: ServerConfig;
  readonly services: (router: ConnectRouter, door: ServiceContext) => void;
  readonly authenticate: Authenticate;
  readonly rates: Rates;
  readonly scheduler: TenantScheduler;
  /** If absent, the door speaks in clear. */
  readonly tls?: TlsMaterial;
  /** Whom the certificate of a connection stands for. */
  readonly certificate?: (socket: Socket | undefined) => Promise<Caller | undefined>;
  /** Puts refusals of administrative calls on record. */
  readonly auditRefusal?: AuditRefusal;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly newId: () => string;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  /** Further HTTP paths, asked before RPCs are. */
  readonly routes?: readonly HttpRoute[];
};

export type Server = {
  /** Ends streams whose credential is no good any more, at once; the server does it twice a second. */
  reauthenticateStreams(): Promise<void>;
  /** For connections to come. Throws over material that does not fit together, and keeps the old. */
  renewTls(material: TlsMaterial): void;
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  /** Takes no more, lets what runs finish within the grace, then cuts it. Saying it again is safe. */
  close(options: { readonly graceMs: number }): Promise<void>;
  readonly draining: AbortSignal;
};

const CHECK_INTERVAL_MS = 1_000;
/** For handlers to come to their end once their connections are cut. */
const ABORT_MS = 1_000;

export function createServer(options: ServerOptions): Server {
  const { config, log, metrics } = options;
  const draining = new AbortController();
  let drainWithinMs = 0;
  const budget = createCallBudget(config, options.monotonicMs);
  const rpcs = buildRpcs(options, budget, draining.signal, () => drainWithinMs);
  const onRequest = dispatcher([...probeRoutes({ ...options, draining: draining.signal }), ...(options.routes ?? [])], {
    otherwise: rpcs.handle,
    budget,
    log,
  });
  const http1 = createHttp1(config, onRequest);
  const cooldown = createAddressCooldown({ cooldownMs: config.floodCooldownMs, monotonicMs: options.monotonicMs });
  const http2 = createHttp2(config, { onRequest, onStream: rpcs.handleStream, onFlood: cooldown.recordFlood }, log);
  const listener = createListener({
    config,
    metrics,
    http1,
    http2,
    cooldown,
    ...(options.tls && { tls: options.tls }),
  });
  const checks = setInterval(budget.cutSlow, CHECK_INTERVAL_MS).unref();

  async function shutDown(graceMs: number): Promise<void> {
    drainWithinMs = graceMs;
    draining.abort();
    const allClosed = listener.close();
    http1.drain();
    http2.drain();
    if (!(await within(allClosed, graceMs))) {
      log.warn("connections cut at the end of the grace", { grace_ms: graceMs, connections: listener.count() });
      listener.destroy();
      await within(allClosed, ABORT_MS);
    }
    if (!(await within(rpcs.idle(), ABORT_MS)))
      log.warn("handlers outlived their connections", { waited_ms: ABORT_MS });
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

/** Throws over a method that nobody may call by the contract, and over a field rule that nobody would check. */
function buildRpcs(options: ServerOptions, budget: CallBudget, draining: AbortSignal, drainWithinMs: () => number) {
  const rules = createRules();
  const { log, metrics } = options;
  return createRpcHandler({
    ...options,
    draining,
    rules,
    budget,
    messageBytesMax: options.config.messageBytesMax,
    deadlineMaxMs: options.config.deadlineMaxMs,
    routes(router) {
      options.services(router, { draining, rules, drainWithinMs, log, metrics });
      const services = [...new Set(router.handlers.map(({ service }) => service))];
      assertEveryMethodHasAccess(services);
      const { readiness } = options;
      const tiny = { readMaxBytes: unauthenticatedMessageBytesMax };
      router.service(Health, healthService({ services, readiness, draining }), tiny);
      router.service(ServerReflection, reflectionService([...services, Health, ServerReflection]), tiny);
    },
  });
}

type DispatchOptions = {
  readonly otherwise: (request: HttpRequest, response: HttpResponse) => void;
  readonly budget: CallBudget;
  readonly log: Log;
};

function dispatcher(routes: readonly HttpRoute[], { otherwise, budget, log }: DispatchOptions) {
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
  { budget, log }: Pick<DispatchOptions, "budget" | "log">,
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

function respondOverloaded({ message, retryAfterMs = 0 }: Refusal, response: HttpResponse): void {
  response.setHeader("retry-after", Math.ceil(retryAfterMs / MS_PER_SECOND));
  respondJson(response, 503, { code: "unavailable", message });
}

const MS_PER_SECOND = 1_000;

async function run(route: HttpRoute, request: HttpRequest, response: HttpResponse, log: Log): Promise<void> {
  try {
    await route.handle(request, response);
  } catch (error) {
    log.error("http route failed", { path: request.url, ...errorFields(error) });
    if (response.headersSent) response.destroy();
    else respondJson(response, 500, { code: "internal", message: "The server met a fault of its own." });
  }
}

/** Whether it came about in time. */
async function within(what: Promise<void>, ms: number): Promise<boolean> {
  const late = new AbortController();
  const inTime = what.then(() => true);
  const timeout = sleep(ms, false, { signal: late.signal }).catch(() => false);
  const is = await Promise.race([inTime, timeout]);
  late.abort();
  return is;
}
