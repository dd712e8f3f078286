/**
 * Calls in turn by tenant. All calls share one processor here, so a tenant that has many under way keeps every other's
 * waiting behind them. While only one tenant calls, nobody waits. While several do, whoever asks for little goes at
 * once, and whoever asks for more goes in turns: so many of his calls together, the others waiting here, before their
 * bodies are read. And beside somebody who asks for little he rests in between, the longer the more he asks for.
 */
import type { DescMethod } from "@bufbuild/protobuf";
import { overloaded, Refused } from "../../core/refusal.ts";
import { methodName } from "../interceptors/authorize.ts";

export type TenantScheduler = {
  /** Resolves when a call of the tenant may go on. The answer ends it: exactly once, however the call ends. */
  enter(tenantId: string, weight: number): Promise<() => void>;
};

/** What makes one turn up. */
export const quantum = 24;

/** Calls that are done together with others that come at the same time, in one transaction: alone they cost most. */
const gatheredWeight = 2;
const gathered = new Set([
  "asyncgate.v1.TaskService/CreateTask",
  "asyncgate.v1.TaskService/GetTask",
  "asyncgate.v1.LeaseService/StartTask",
  "asyncgate.v1.LeaseService/ReportProgress",
  "asyncgate.v1.LeaseService/CompleteTask",
  "asyncgate.v1.LeaseService/FailTask",
  "asyncgate.v1.LeaseService/ReleaseLease",
]);
/** Hundreds of tasks or receipts in one call. */
const bulky = new Set([
  "asyncgate.v1.TaskService/CreateTasks",
  "asyncgate.v1.LeaseService/CompleteTasks",
  "asyncgate.v1.ReceiptService/TraceReceipt",
  "asyncgate.v1.ReceiptService/VerifyLedger",
]);
const pageWeight = 12;
const otherWeight = 6;
/** Streams live long, and calls that wait may: they would keep places without doing anything. */
const waitingMethods = new Set(["asyncgate.v1.TaskService/AwaitTask", "asyncgate.v1.LeaseService/ClaimTasks"]);

export const namedMethods: readonly string[] = [...gathered, ...bulky, ...waitingMethods];

/** How much of a turn a call of it takes; undefined when it takes none. */
export function weightOf(method: DescMethod): number | undefined {
  const name = methodName(method);
  if (method.methodKind !== "unary" || waitingMethods.has(name)) return undefined;
  if (gathered.has(name)) return gatheredWeight;
  if (bulky.has(name)) return quantum;
  return "pageSize" in method.input.field ? pageWeight : otherWeight;
}

/** Whoever has no more than this under way asks for little. */
const littleWeight = 12;
/** From how many turns at once somebody rests, with how many he does fully, and how much less another asks for then. */
const throttleFrom = 1;
const throttleFully = 4;
const lessBy = 4;
/** As a multiple of what the turn took, but not without end: a slow database is no reason to stand still. */
const throttleMost = 3;
const throttleMaxMs = 100;
/** What runs for longer waits for something else than the processor: a renewal must not wait for it in turn. */
const slowMs = 250;
/** Who has called in this time still calls. */
const callsForMs = 1_000;
/** How often it is found out who does, and how much the least busy asks for. */
const countedForMs = 50;
/** Who asked for much a moment ago does not ask for little because his answers have just come. */
const forgottenHalfMs = 500;
/** A waiting call is some kilobytes. Whoever comes then is told to come again. */
const waitingMax = 10_000;
const overloadedRetryMs = 1_000;

type Running = { readonly startedMs: number; readonly weight: number };
type Waiting = { readonly weight: number; readonly go: (one: Running) => void };
type Tenant = {
  /** Longest first. */
  readonly running: Set<Running>;
  readonly waiting: Waiting[];
  /** Of all of these. */
  weight: number;
  calledMs: number;
  /** The most it had at once lately. */
  asked: number;
  askedMs: number;
  turnMs: number;
  throttledUntilMs: number;
  timer: NodeJS.Timeout | undefined;
};

export function createTenantScheduler({ monotonicMs }: { readonly monotonicMs: () => number }): TenantScheduler {
  const tenants = new Map<string, Tenant>();
  let isAlone = true;
  let leastAsked = 0;
  let countedMs = Number.NEGATIVE_INFINITY;

  /** Who still calls, and what the least busy of them asks for. */
  function count(nowMs: number): void {
    if (nowMs - countedMs < countedForMs) return;
    countedMs = nowMs;
    leastAsked = Number.POSITIVE_INFINITY;
    for (const [tenantId, tenant] of tenants) {
      const isQuiet = tenant.weight === 0 && nowMs - tenant.calledMs > callsForMs;
      if (isQuiet) tenants.delete(tenantId);
      else leastAsked = Math.min(leastAsked, askedBy(tenant, nowMs));
    }
    isAlone = tenants.size <= 1;
  }

  function askedBy(tenant: Tenant, nowMs: number): number {
    const faded = tenant.asked * 0.5 ** ((nowMs - tenant.askedMs) / forgottenHalfMs);
    tenant.asked = Math.max(tenant.weight, faded);
    tenant.askedMs = nowMs;
    return tenant.asked;
  }

  function tenantOf(tenantId: string, nowMs: number): Tenant {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant: Tenant = {
      ...{ running: new Set(), waiting: [], weight: 0 },
      ...{ calledMs: nowMs, asked: 0, askedMs: nowMs, turnMs: nowMs, throttledUntilMs: nowMs, timer: undefined },
    };
    tenants.set(tenantId, tenant);
    if (isAlone) countedMs = Number.NEGATIVE_INFINITY; // the second one changes everything, at once
    return tenant;
  }

  function mayGo(tenant: Tenant, weight: number, nowMs: number): boolean {
    if (isAlone) return true;
    if (tenant.waiting.length > 0 || nowMs < tenant.throttledUntilMs) return false;
    return tenant.running.size === 0 || tenant.weight + weight <= littleWeight;
  }

  function start(tenant: Tenant, weight: number, nowMs: number): Running {
    if (tenant.running.size === 0) tenant.turnMs = nowMs;
    const one = { startedMs: nowMs, weight };
    tenant.running.add(one);
    return one;
  }

  function leave(tenant: Tenant, one: Running): void {
    const nowMs = monotonicMs();
    count(nowMs);
    end(tenant, one, nowMs);
    letOn(tenant, nowMs);
  }

  function end(tenant: Tenant, one: Running, nowMs: number): void {
    if (!tenant.running.delete(one)) return;
    const turns = askedBy(tenant, nowMs) / quantum;
    tenant.weight -= one.weight;
    if (tenant.running.size > 0 || isAlone || turns * quantum < leastAsked * lessBy) return;
    const part = Math.max(0, Math.min(1, (turns - throttleFrom) / (throttleFully - throttleFrom)));
    tenant.throttledUntilMs = nowMs + Math.min(throttleMaxMs, (nowMs - tenant.turnMs) * throttleMost * part);
  }

  function letOn(tenant: Tenant, nowMs: number): void {
    if (tenant.waiting.length === 0) return;
    for (const one of tenant.running) {
      if (nowMs - one.startedMs < slowMs) break;
      end(tenant, one, nowMs);
    }
    const isTurn = tenant.running.size === 0 && nowMs >= tenant.throttledUntilMs;
    const calls = isAlone ? tenant.waiting.length : isTurn ? callsOfTurn(tenant.waiting) : 0;
    for (const { weight, go } of tenant.waiting.splice(0, calls)) go(start(tenant, weight, nowMs));
    if (tenant.waiting.length > 0) lookAgain(tenant, nowMs);
  }

  /** When it has rested, or when the call that runs for longest is slow. */
  function lookAgain(tenant: Tenant, nowMs: number): void {
    clearTimeout(tenant.timer);
    const [longest] = tenant.running;
    const dueMs = longest === undefined ? tenant.throttledUntilMs : longest.startedMs + slowMs;
    const look = () => {
      const laterMs = monotonicMs();
      count(laterMs);
      letOn(tenant, laterMs);
    };
    tenant.timer = setTimeout(look, Math.max(1, Math.ceil(dueMs - nowMs))).unref();
  }

  return {
    async enter(tenantId, weight) {
      const nowMs = monotonicMs();
      const tenant = tenantOf(tenantId, nowMs);
      tenant.calledMs = nowMs;
      count(nowMs);
      const isFirst = mayGo(tenant, weight, nowMs);
      const value = tenant.waiting.length + 1;
      if (!isFirst && value > waitingMax) {
        throw new Refused(overloaded({ limit: "waiting_calls_max", bound: waitingMax, value }, overloadedRetryMs));
      }
      tenant.weight += weight;
      if (isFirst) {
        const one = start(tenant, weight, nowMs);
        return () => leave(tenant, one);
      }
      const turn = new Promise<Running>((go) => tenant.waiting.push({ weight, go }));
      if (value === 1) lookAgain(tenant, nowMs);
      const one = await turn;
      return () => leave(tenant, one);
    },
  };
}

/** As many as make one turn up, at least one. */
function callsOfTurn(waiting: readonly Waiting[]): number {
  let weight = 0;
  let calls = 0;
  for (const one of waiting) {
    weight += one.weight;
    if (calls > 0 && weight > quantum) break;
    calls += 1;
  }
  return calls;
}
