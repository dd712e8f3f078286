/**
 * Calls in turn by tenant. All calls share one processor here, so a tenant that has many under way keeps every other's
 * waiting behind them. While only one tenant calls, nobody waits. While several do, each has a few unary calls under
 * way, and the rest of its own wait here, before their bodies are read: behind each other, and in front of nobody else.
 * How few depends on what they weigh: when the event loop comes late they are heavy, and there may be fewer.
 */
import type { DescMethod } from "@bufbuild/protobuf";
import { overloaded, Refused } from "../core/refusal.ts";
import { methodName } from "./interceptors/authorize.ts";

export type CallTurns = {
  /** Resolves when a call of the tenant may go on. The answer ends it: exactly once, however the call ends. */
  enter(tenantId: string): Promise<() => void>;
};

/** Streams live long, and calls that wait may: they would keep places without doing anything. */
const waitingMethods = new Set(["asyncgate.v1.TaskService/AwaitTask", "asyncgate.v1.LeaseService/ClaimTasks"]);

export function takesTurns(method: DescMethod): boolean {
  return method.methodKind === "unary" && !waitingMethods.has(methodName(method));
}

/** As many light calls of one tenant as keep a server and its database busy, and as many heavy ones. */
const ofOneMax = 4;
const ofOneMin = 1;
/** How often the event loop is asked, and from when on it is late: a call comes to it some five times. */
const tickMs = 20;
const lateMs = 3;
/** As many more each time it is not: what is heavy stays alone for most of a second. */
const growth = 0.05;
/** What runs for longer waits for something else than the processor: a renewal must not wait for it in turn. */
const slowMs = 250;
/** Who has called in this time still calls. */
const callsForMs = 1_000;
/** How often it is found out who does. */
const countedForMs = 50;
/** A waiting call is some kilobytes. Whoever comes then is told to come again. */
const waitingMax = 10_000;
const overloadedRetryMs = 1_000;

export type CallTurnsOptions = {
  readonly monotonicMs: () => number;
  /** Calls back now and then with how late the event loop came, until the answer is called. */
  readonly watchLoop?: (onTick: (byMs: number) => void) => () => void;
};

type Running = { readonly startedMs: number };
type Tenant = {
  /** Longest first. */
  readonly running: Set<Running>;
  calledMs: number;
  readonly waiting: ((running: Running) => void)[];
};

export function createCallTurns({ monotonicMs, watchLoop = watchEventLoop }: CallTurnsOptions): CallTurns {
  const tenants = new Map<string, Tenant>();
  let calling = 1;
  let countedMs = Number.NEGATIVE_INFINITY;
  let most = ofOneMax;
  let stopWatching: (() => void) | undefined;

  /** Half as many when it is late, a little more when it is not: as senders find out what a network can carry. */
  function onTick(lateByMs: number): void {
    most = lateByMs > lateMs ? Math.max(ofOneMin, most / 2) : Math.min(ofOneMax, most + growth);
    if (ofOne(monotonicMs()) === Number.POSITIVE_INFINITY) {
      stopWatching?.();
      stopWatching = undefined;
    }
    for (const tenant of tenants.values()) {
      passOverSlow(tenant);
      letOn(tenant);
    }
  }

  function passOverSlow({ running }: Tenant): void {
    const sinceMs = monotonicMs() - slowMs;
    for (const one of running) {
      if (one.startedMs > sinceMs) return;
      running.delete(one);
    }
  }

  function start({ running }: Tenant): Running {
    const one = { startedMs: monotonicMs() };
    running.add(one);
    return one;
  }

  function ofOne(nowMs: number): number {
    if (nowMs - countedMs >= countedForMs) {
      countedMs = nowMs;
      for (const [tenantId, tenant] of tenants) {
        const isQuiet = tenant.running.size + tenant.waiting.length === 0 && nowMs - tenant.calledMs > callsForMs;
        if (isQuiet) tenants.delete(tenantId);
      }
      calling = tenants.size;
    }
    if (calling <= 1) return Number.POSITIVE_INFINITY;
    stopWatching ??= watchLoop(onTick);
    return Math.floor(most);
  }

  function tenantOf(tenantId: string, nowMs: number): Tenant {
    const tenant = tenants.get(tenantId) ?? { running: new Set<Running>(), calledMs: nowMs, waiting: [] };
    if (!tenants.has(tenantId)) {
      tenants.set(tenantId, tenant);
      // A newcomer changes everybody's part at once.
      countedMs = Number.NEGATIVE_INFINITY;
    }
    tenant.calledMs = nowMs;
    return tenant;
  }

  function letOn(tenant: Tenant): void {
    const atOnce = ofOne(monotonicMs());
    while (tenant.running.size < atOnce) {
      const next = tenant.waiting.shift();
      if (next === undefined) return;
      next(start(tenant));
    }
  }

  return {
    async enter(tenantId) {
      const nowMs = monotonicMs();
      const tenant = tenantOf(tenantId, nowMs);
      const mayGo = tenant.waiting.length === 0 && tenant.running.size < ofOne(nowMs);
      const value = tenant.waiting.length + 1;
      if (!mayGo && value > waitingMax) {
        throw new Refused(overloaded({ limit: "waiting_calls_max", bound: waitingMax, value }, overloadedRetryMs));
      }
      const one = mayGo ? start(tenant) : await new Promise<Running>((resolve) => tenant.waiting.push(resolve));
      return () => {
        tenant.running.delete(one);
        letOn(tenant);
      };
    },
  };
}

function watchEventLoop(onTick: (lateByMs: number) => void): () => void {
  let dueMs = performance.now() + tickMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    onTick(nowMs - dueMs);
    dueMs = nowMs + tickMs;
  }, tickMs).unref();
  return () => clearInterval(timer);
}
