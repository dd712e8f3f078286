// A session of an agent: opened, kept alive in the background, closed. What is claimed in it lasts as long as it does.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { AgentRole, type AgentSession } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { OpenAgentSessionRequestSchema } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { KeptLease } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { type ScopeInit, scopeOf } from "./client-scopes.ts";
import { durationOf, msOf } from "./durations.ts";
import { AsyncGateError } from "./errors.ts";

export const roleOf = {
  orchestrator: AgentRole.ORCHESTRATOR,
  executor: AgentRole.EXECUTOR,
  verifier: AgentRole.VERIFIER,
} as const;

export type AgentSessionInit = {
  readonly agentId: string;
  /** At most one live session has it. */
  readonly name: string;
  /** If absent, the only role that the agent has. */
  readonly role?: keyof typeof roleOf;
  /** What it works on beside the scopes of its tasks, as long as it lives. */
  readonly scopes?: readonly ScopeInit[];
  /** A task by id, or `named(…)`: the session is leased only tasks of its tree. */
  readonly binds?: string;
  /** How long it lasts without a heartbeat. If absent, the server's default. */
  readonly ttlMs?: number;
  readonly instance?: string;
  /** Whether it is kept alive in the background until it is closed. If absent, it is. */
  readonly keep?: boolean;
  /** Called with leases whose owners want them canceled, or whose budgets are used up. Must not throw. */
  readonly onDirectives?: (leases: readonly KeptLease[]) => void;
};

export type OpenedAgentSession = {
  /** For `agentSession` of a worker, and `agentSessionId` of a claim. */
  readonly id: string;
  /** As it was opened. */
  readonly session: AgentSession;
  /** Aborted when the session has ended: closed, or lost, then with the error as reason. */
  readonly signal: AbortSignal;
  /** A heartbeat by hand. */
  keep(options?: CallOptions): Promise<{ readonly leases: number; readonly directives: readonly KeptLease[] }>;
  /** Gives its leases and scopes back. A session that has ended already counts as closed. */
  close(reason?: string, options?: CallOptions): Promise<void>;
};

export async function openAgentSession(
  calls: Calls,
  init: AgentSessionInit,
  options: CallOptions,
): Promise<OpenedAgentSession> {
  const { stubs, call } = calls;
  const keyed = withRequestId(options);
  const request = { ...requestOf(init), requestId: keyed.requestId };
  const answer = await call(keyed, (bounds) => stubs.agents.openAgentSession(request, bounds));
  const { session, keepInterval } = answer;
  if (!session) throw new Error("the server answered without the session");
  const { agentSessionId: id } = session;
  const ended = new AbortController();
  const keep = (own: CallOptions = {}) =>
    call(own, (bounds) => stubs.agents.keepAgentSession({ agentSessionId: id }, bounds));
  if (init.keep ?? true) {
    const intervalMs = keepInterval ? msOf(keepInterval) : 0;
    const ttlMs = session.ttl ? msOf(session.ttl) : 0;
    void keepAlive({ keep, ended, intervalMs, ttlMs, onDirectives: init.onDirectives ?? (() => {}) });
  }
  return {
    id,
    session,
    signal: ended.signal,
    keep,
    async close(reason = "", own = {}) {
      ended.abort();
      await closeAgentSession(calls, id, reason, own);
    },
  };
}

/** A session that has ended already counts as closed. */
export async function closeAgentSession(
  { stubs, call }: Calls,
  agentSessionId: string,
  reason: string,
  options: CallOptions,
): Promise<void> {
  const keyed = withRequestId(options);
  const request = { agentSessionId, reason, requestId: keyed.requestId };
  await call(keyed, (bounds) => stubs.agents.closeAgentSession(request, bounds)).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

function requestOf(init: AgentSessionInit): MessageInitShape<typeof OpenAgentSessionRequestSchema> {
  const { agentId, name, role, scopes, binds, ttlMs, instance } = init;
  return {
    agentId,
    name,
    ...(role && { role: roleOf[role] }),
    ...(scopes && { scopes: scopes.map(scopeOf) }),
    ...(binds !== undefined && { binds }),
    ...(ttlMs !== undefined && { ttl: durationOf(ttlMs) }),
    ...(instance !== undefined && { instance }),
  };
}

type Keeping = {
  readonly keep: (options: CallOptions) => Promise<{ readonly directives: readonly KeptLease[] }>;
  readonly ended: AbortController;
  readonly intervalMs: number;
  readonly ttlMs: number;
  readonly onDirectives: (leases: readonly KeptLease[]) => void;
};

/** Until the session is closed, is gone, or could not be kept for its TTL. */
async function keepAlive({ keep, ended, intervalMs, ttlMs, onDirectives }: Keeping): Promise<void> {
  const { signal } = ended;
  let untilMs = performance.now() + ttlMs;
  while (await pauseUnlessAborted(intervalMs, signal)) {
    const sentAtMs = performance.now();
    try {
      const { directives } = await keep({ signal, timeoutMs: Math.max(untilMs - sentAtMs, 1) });
      untilMs = sentAtMs + ttlMs;
      if (directives.length > 0) onDirectives(directives);
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error) || performance.now() >= untilMs) ended.abort(error);
    }
  }
}

/** The server knows of no such session: it was closed, or not heard of in time. */
function isGone(error: unknown): boolean {
  return error instanceof AsyncGateError && error.reason === ErrorReason.AGENT_SESSION_NOT_FOUND;
}

/** Resolves with false when it was aborted. Lets a program end that waits for nothing else. */
function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const onAbort = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve(true);
    }, ms);
    // In browsers, timers are numbers.
    if (typeof timer === "object") timer.unref();
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
