// Schedules unary calls by tenant: all share one event loop, so a tenant with many calls would delay all others. The
// calls of a single tenant never wait. While several call, a tenant with few calls starts them at once. A tenant with
// more gets batches: the next one starts when the calls of this one have ended; the others wait, with their bodies
// unread. Beside a tenant with few calls it is throttled as well: it pauses between batches, the longer the more it
// asks for. Measurements: docs/decisions/0013-limits-and-turns.md.
import type { DescMethod } from "@bufbuild/protobuf";
import { Cost } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { overloaded, Refused } from "../../core/refusal.ts";

export type TenantScheduler = {
  /** Resolves when a call of the tenant may start, with what ends it: to be called once, however the call ends. */
  enter(tenantId: string, weight: number): Promise<() => void>;
};

/** The weight of a batch. */
export const quantum = 24;

/** What a call weighs; a waiting one is not scheduled, because it would fill a batch without doing anything. */
const weights: Readonly<Partial<Record<Cost, number>>> = {
  [Cost.BATCHED]: 2,
  [Cost.SINGLE]: 6,
  [Cost.PAGE]: 12,
  [Cost.BULK]: quantum,
};

/** Undefined for a method that is not scheduled. */
export function weightOf(method: DescMethod): number | undefined {
  return weights[methodOptions(method).cost];
}

/** A tenant with no more than this under way starts its calls at once. */
const lightWeight = 12;
/** A tenant that asks for more batches than this at once is throttled, and from the other number on fully. */
const throttledFrom = 1;
const throttledFully = 4;
/** It is throttled beside a tenant that asks for this many times less. */
const lessBy = 4;
/** The pause as a multiple of the batch's duration; limited, because a slow database is no reason to stand still. */
const pauseFactorMax = 3;
const pauseMaxMs = 100;
/** A call that runs longer waits for something other than the processor and leaves its batch. */
const slowMs = 250;
/** A tenant counts as calling for this long after its last call. */
const callingMs = 1_000;
/** How often the calling tenants, and what the least busy of them asks for, are determined. */
const surveyIntervalMs = 50;
/** What a tenant asked for is halved this often. Without it, a busy tenant would look light between its answers. */
const demandHalfLifeMs = 500;
/** A waiting call takes some kilobytes. Beyond these, callers are told to retry. */
const waitingMax = 10_000;
const overloadedRetryMs = 1_000;

type Running = { readonly startedMs: number; readonly weight: number };
type Waiting = { readonly weight: number; readonly start: (call: Running) => void };
type Tenant = {
  /** The longest running first. */
  readonly running: Set<Running>;
  readonly waiting: Waiting[];
  /** Of all of these. */
  weight: number;
  lastCallMs: number;
  /** The highest recent weight, fading. */
  demand: number;
  demandMs: number;
  batchStartedMs: number;
  pausedUntilMs: number;
  timer: NodeJS.Timeout | undefined;
};

type Scheduler = {
  readonly monotonicMs: () => number;
  readonly tenants: Map<string, Tenant>;
  isAlone: boolean;
  leastDemand: number;
  surveyedMs: number;
};

export function createTenantScheduler({ monotonicMs }: { readonly monotonicMs: () => number }): TenantScheduler {
  const tenants = new Map<string, Tenant>();
  const scheduler: Scheduler = { monotonicMs, tenants, isAlone: true, leastDemand: 0, surveyedMs: -Infinity };
  return {
    async enter(tenantId, weight) {
      const nowMs = monotonicMs();
      const tenant = tenantOf(scheduler, tenantId, nowMs);
      tenant.lastCallMs = nowMs;
      survey(scheduler, nowMs);
      const startsAtOnce = mayStart(scheduler, tenant, weight, nowMs);
      const value = tenant.waiting.length + 1;
      if (!startsAtOnce && value > waitingMax) {
        throw new Refused(overloaded({ limit: "waiting_calls_max", bound: waitingMax, value }, overloadedRetryMs));
      }
      tenant.weight += weight;
      if (startsAtOnce) {
        const call = start(tenant, weight, nowMs);
        return () => leave(scheduler, tenant, call);
      }
      const started = new Promise<Running>((resolve) => tenant.waiting.push({ weight, start: resolve }));
      if (value === 1) checkLater(scheduler, tenant, nowMs);
      const call = await started;
      return () => leave(scheduler, tenant, call);
    },
  };
}

function tenantOf(scheduler: Scheduler, tenantId: string, nowMs: number): Tenant {
  const known = scheduler.tenants.get(tenantId);
  if (known !== undefined) return known;
  const tenant: Tenant = {
    running: new Set(),
    waiting: [],
    weight: 0,
    lastCallMs: nowMs,
    demand: 0,
    demandMs: nowMs,
    batchStartedMs: nowMs,
    pausedUntilMs: nowMs,
    timer: undefined,
  };
  scheduler.tenants.set(tenantId, tenant);
  // From its first call on, a second tenant counts.
  if (scheduler.isAlone) scheduler.surveyedMs = Number.NEGATIVE_INFINITY;
  return tenant;
}

/** Forgets tenants that no longer call, and determines what the least busy of the others asks for. */
function survey(scheduler: Scheduler, nowMs: number): void {
  if (nowMs - scheduler.surveyedMs < surveyIntervalMs) return;
  const { tenants } = scheduler;
  scheduler.surveyedMs = nowMs;
  scheduler.leastDemand = Number.POSITIVE_INFINITY;
  for (const [tenantId, tenant] of tenants) {
    const isQuiet = tenant.weight === 0 && nowMs - tenant.lastCallMs > callingMs;
    if (isQuiet) tenants.delete(tenantId);
    else scheduler.leastDemand = Math.min(scheduler.leastDemand, demandOf(tenant, nowMs));
  }
  scheduler.isAlone = tenants.size <= 1;
}

function demandOf(tenant: Tenant, nowMs: number): number {
  const faded = tenant.demand * 0.5 ** ((nowMs - tenant.demandMs) / demandHalfLifeMs);
  tenant.demand = Math.max(tenant.weight, faded);
  tenant.demandMs = nowMs;
  return tenant.demand;
}

function mayStart({ isAlone }: Scheduler, tenant: Tenant, weight: number, nowMs: number): boolean {
  if (isAlone) return true;
  if (tenant.waiting.length > 0 || nowMs < tenant.pausedUntilMs) return false;
  return tenant.running.size === 0 || tenant.weight + weight <= lightWeight;
}

function start(tenant: Tenant, weight: number, nowMs: number): Running {
  if (tenant.running.size === 0) tenant.batchStartedMs = nowMs;
  const call = { startedMs: nowMs, weight };
  tenant.running.add(call);
  return call;
}

function leave(scheduler: Scheduler, tenant: Tenant, call: Running): void {
  const nowMs = scheduler.monotonicMs();
  survey(scheduler, nowMs);
  end(scheduler, tenant, call, nowMs);
  startWaiting(scheduler, tenant, nowMs);
}

function end({ isAlone, leastDemand }: Scheduler, tenant: Tenant, call: Running, nowMs: number): void {
  if (!tenant.running.delete(call)) return; // it was slow and left its batch before
  const batches = demandOf(tenant, nowMs) / quantum;
  tenant.weight -= call.weight;
  if (tenant.running.size > 0 || isAlone || batches * quantum < leastDemand * lessBy) return;
  const share = Math.max(0, Math.min(1, (batches - throttledFrom) / (throttledFully - throttledFrom)));
  const pauseMs = (nowMs - tenant.batchStartedMs) * pauseFactorMax * share;
  tenant.pausedUntilMs = nowMs + Math.min(pauseMaxMs, pauseMs);
}

function startWaiting(scheduler: Scheduler, tenant: Tenant, nowMs: number): void {
  const { running, waiting } = tenant;
  if (waiting.length === 0) return;
  for (const call of running) {
    if (nowMs - call.startedMs < slowMs) break;
    end(scheduler, tenant, call, nowMs);
  }
  const isDue = running.size === 0 && nowMs >= tenant.pausedUntilMs;
  const calls = scheduler.isAlone ? waiting.length : isDue ? callsOfBatch(waiting) : 0;
  for (const call of waiting.splice(0, calls)) call.start(start(tenant, call.weight, nowMs));
  if (waiting.length > 0) checkLater(scheduler, tenant, nowMs);
}

/** When the pause is over, or when the longest running call becomes slow. */
function checkLater(scheduler: Scheduler, tenant: Tenant, nowMs: number): void {
  clearTimeout(tenant.timer);
  const [longest] = tenant.running;
  const dueMs = longest === undefined ? tenant.pausedUntilMs : longest.startedMs + slowMs;
  const check = () => {
    const laterMs = scheduler.monotonicMs();
    survey(scheduler, laterMs);
    startWaiting(scheduler, tenant, laterMs);
  };
  tenant.timer = setTimeout(check, Math.max(1, Math.ceil(dueMs - nowMs))).unref();
}

/** As many calls as weigh one batch, at least one. */
function callsOfBatch(waiting: readonly Waiting[]): number {
  let weight = 0;
  let calls = 0;
  for (const call of waiting) {
    weight += call.weight;
    if (calls > 0 && weight > quantum) break;
    calls += 1;
  }
  return calls;
}
