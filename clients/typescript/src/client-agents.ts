// A client's agents: who can do what, which of them a task belongs to, and giving work to one. A worker that does the
// tasks of an agent offers the capability `agent:` followed by the agent's id.
import type { JsonValue, MessageInitShape } from "@bufbuild/protobuf";
import {
  type Agent,
  type AgentCheck,
  type AgentContractSchema,
  type AgentEndpointSchema,
  type AgentHealth,
  type AgentSchema,
  type AgentScopeSchema,
  type AgentSession,
  AgentStatus,
  type HandOffContract,
} from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type {
  DelegateToAgentRequestSchema,
  OfferedTool,
  RouteQuerySchema,
  RouteTaskResponse,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { Preflight } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type AgentSessionInit,
  closeAgentSession,
  type OpenedAgentSession,
  openAgentSession,
  roleOf,
} from "./agent-session.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { type Created, createdOf } from "./client-tasks.ts";
import { durationOf, timestampOf } from "./durations.ts";
import type { RequiredArtifactInit } from "./new-task.ts";
import { type VerificationInit, verificationOf } from "./verification.ts";
import { type WaitInit, waitOf } from "./wait.ts";

const statusOf = {
  planned: AgentStatus.PLANNED,
  active: AgentStatus.ACTIVE,
  superseded: AgentStatus.SUPERSEDED,
  retired: AgentStatus.RETIRED,
} as const;

export type AgentToolInit = {
  readonly name: string;
  /** The type of the tasks that it becomes. */
  readonly taskType: string;
  readonly title?: string;
  readonly description?: string;
  /** What its input must look like. If absent, any JSON. */
  readonly inputSchema?: JsonValue;
};

/** Each field has the meaning of the field of that name in the contract's Agent. */
export type AgentInit = {
  readonly agentId: string;
  readonly displayName?: string;
  readonly domain?: string;
  readonly contract?: MessageInitShape<typeof AgentContractSchema>;
  readonly roles?: readonly (keyof typeof roleOf)[];
  readonly capabilities?: readonly string[];
  readonly scope?: MessageInitShape<typeof AgentScopeSchema>;
  readonly tools?: readonly AgentToolInit[];
  readonly writeScopes?: readonly string[];
  readonly endpoints?: readonly MessageInitShape<typeof AgentEndpointSchema>[];
  readonly gates?: readonly string[];
  readonly keywords?: readonly string[];
  readonly status?: keyof typeof statusOf;
  readonly supersededBy?: string;
  readonly principal?: Pick<Principal, "kind" | "id">;
  /** Whether each session of it works on one tree of tasks at a time. */
  readonly oneTree?: boolean;
  /** The version that this one replaces. If absent, any. */
  readonly version?: bigint;
};

/** By what an agent is looked for: a text, or one of these. */
export type RouteInit =
  | string
  | { readonly domain: string }
  | { readonly capability: string }
  | { readonly taskType: string };

export type DelegationInit = {
  /** If absent, the tool of the route's task type, or the only one. */
  readonly tool?: string;
  readonly input?: JsonValue;
  readonly queue?: string;
  readonly priority?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly wait?: WaitInit;
  readonly verification?: VerificationInit;
  readonly deadline?: Date;
  /** The token of a lease: the task becomes a child of that one. */
  readonly under?: string;
  readonly idempotencyKey?: string;
  /** Whether the agent must be well. If absent, `ADVISORY`: the answer says how it is. */
  readonly preflight?: Preflight;
};

export type Delegated = Created & {
  readonly agentId: string;
  readonly why: string;
  /** How the agent is. Unspecified if it was not looked at. */
  readonly health: AgentHealth;
};

/** Each field has the meaning of the field of that name in the contract's HandOffContract. */
export type HandOffContractInit = {
  readonly name: string;
  readonly fromRole?: string;
  readonly toRole?: string;
  readonly description?: string;
  readonly required: readonly RequiredArtifactInit[];
};

/** Agents to check: by their ids, or by a capability. */
export type CheckInit = readonly string[] | { readonly capability: string };

export type Agents = {
  /** Registers an agent, or changes it. */
  register(agent: AgentInit, options?: CallOptions): Promise<{ readonly agent: Agent; readonly changed: boolean }>;
  get(agentId: string, version?: bigint, options?: CallOptions): Promise<Agent>;
  /** All agents by id, or those with one of the statuses. */
  list(statuses?: readonly (keyof typeof statusOf)[], options?: CallOptions): AsyncGenerator<Agent>;
  /** What can be delegated to an agent, or to all. */
  tools(agentId?: string, options?: CallOptions): AsyncGenerator<OfferedTool>;
  /** Which agent a task belongs to, and why. */
  route(by: RouteInit, options?: CallOptions): Promise<RouteTaskResponse>;
  /** Gives work to an agent: by its id, or to the one that a route finds. */
  delegate(
    to: string | { readonly route: RouteInit },
    work?: DelegationInit,
    options?: CallOptions,
  ): Promise<Delegated>;
  /** Whether agents are well: by their endpoints and their live sessions. Strictly, `NO_PROBES` does not pass. */
  check(
    which: CheckInit,
    strict?: boolean,
    options?: CallOptions,
  ): Promise<{ readonly checks: readonly AgentCheck[]; readonly passed: boolean }>;
  /** Lets an agent pass its preflight for some time, whatever its health; with 0, no longer. For operators. */
  overridePreflight(agentId: string, forMs: number, reason?: string, options?: CallOptions): Promise<void>;
  /** Keeps a contract by which work is handed over, or changes it. For operators. */
  putContract(
    contract: HandOffContractInit,
    options?: CallOptions,
  ): Promise<{ readonly contract: HandOffContract; readonly changed: boolean }>;
  contract(name: string, options?: CallOptions): Promise<HandOffContract>;
  /** All contracts by name. */
  contracts(options?: CallOptions): AsyncGenerator<HandOffContract>;
  /** Is present as an agent, in one role, until the session is closed. It is kept alive in the background. */
  openSession(session: AgentSessionInit, options?: CallOptions): Promise<OpenedAgentSession>;
  /** The live sessions, of one agent or with one name, or all. */
  sessions(
    which?: { readonly agentId?: string; readonly name?: string },
    options?: CallOptions,
  ): AsyncGenerator<AgentSession>;
  /** Ends a session by its id: one's own, or, for an operator, any. */
  closeSession(agentSessionId: string, reason?: string, options?: CallOptions): Promise<void>;
};

export function agentsOf(calls: Calls): Agents {
  return { ...registryOf(calls), ...workOf(calls), ...contractsOf(calls) };
}

type Registry = Pick<Agents, "register" | "get" | "list" | "tools" | "route">;

function registryOf({ stubs: { agents: stub }, call }: Calls): Registry {
  return {
    async register(init, options = {}) {
      const keyed = withRequestId(options);
      const { requestId } = keyed;
      const request = { agent: agentOf(init), requestId };
      const { agent, changed } = await call(keyed, (bounds) => stub.registerAgent(request, bounds));
      return { agent: present(agent), changed };
    },
    get: async (agentId, version = 0n, options = {}) =>
      present((await call(options, (bounds) => stub.getAgent({ agentId, version }, bounds))).agent),
    list(statuses = [], options = {}) {
      const request = { statuses: statuses.map((status) => statusOf[status]) };
      return all(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listAgents({ ...request, pageToken }, bounds));
        return [page.agents, page.nextPageToken];
      });
    },
    tools: (agentId = "", options = {}) =>
      all(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listAgentTools({ agentId, pageToken }, bounds));
        return [page.tools, page.nextPageToken];
      }),
    route: (by, options = {}) => call(options, (bounds) => stub.routeTask({ query: queryOf(by) }, bounds)),
  };
}

type Work = Pick<Agents, "delegate" | "check" | "overridePreflight" | "openSession" | "sessions" | "closeSession">;

function workOf(calls: Calls): Work {
  const { stubs, call } = calls;
  const { agents: stub } = stubs;
  return {
    async delegate(to, work = {}, options = {}) {
      // With an idempotency key, the call is safe to repeat without a request id.
      const keyed = work.idempotencyKey ? options : withRequestId(options);
      const request = delegationOf(to, work, keyed.requestId);
      const answer = await call(keyed, (bounds) => stub.delegateToAgent(request, bounds));
      const { agentId, why, health } = answer;
      return { ...createdOf(answer), agentId, why, health };
    },
    check(which, strict = false, options = {}) {
      const of = "capability" in which ? { capability: which.capability } : { agentIds: [...which] };
      return call(options, (bounds) => stub.checkAgents({ ...of, strict }, bounds));
    },
    async overridePreflight(agentId, forMs, reason = "", options = {}) {
      const keyed = withRequestId(options);
      const request = { agentId, duration: durationOf(forMs), reason, requestId: keyed.requestId };
      await call(keyed, (bounds) => stub.overridePreflight(request, bounds));
    },
    openSession: (session, options = {}) => openAgentSession(calls, session, options),
    sessions: ({ agentId = "", name = "" } = {}, options = {}) =>
      all(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listAgentSessions({ agentId, name, pageToken }, bounds));
        return [page.sessions, page.nextPageToken];
      }),
    closeSession: (agentSessionId, reason = "", options = {}) =>
      closeAgentSession(calls, agentSessionId, reason, options),
  };
}

function contractsOf({ stubs: { agents: stub }, call }: Calls): Pick<Agents, "putContract" | "contract" | "contracts"> {
  return {
    async putContract({ required, ...same }, options = {}) {
      const keyed = withRequestId(options);
      const request = { contract: { ...same, required: [...required] }, requestId: keyed.requestId };
      const { contract, changed } = await call(keyed, (bounds) => stub.putHandOffContract(request, bounds));
      return { contract: present(contract), changed };
    },
    contract: async (name, options = {}) =>
      present((await call(options, (bounds) => stub.getHandOffContract({ name }, bounds))).contract),
    contracts: (options = {}) =>
      all(async (pageToken) => {
        const page = await call(options, (bounds) => stub.listHandOffContracts({ pageToken }, bounds));
        return [page.contracts, page.nextPageToken];
      }),
  };
}

/** The items of all pages: of each, its items and the token of the next. */
async function* all<Item>(ask: (pageToken: string) => Promise<[readonly Item[], string]>): AsyncGenerator<Item> {
  for (let pageToken = ""; ; ) {
    const [items, next] = await ask(pageToken);
    yield* items;
    if (next === "") return;
    pageToken = next;
  }
}

function present<Value>(value: Value | undefined): Value {
  if (!value) throw new Error("the server answered without what it was asked for");
  return value;
}

function agentOf(init: AgentInit): MessageInitShape<typeof AgentSchema> {
  const { roles, status, tools, capabilities, writeScopes, endpoints, gates, keywords, ...same } = init;
  return {
    ...same,
    ...(roles && { roles: roles.map((role) => roleOf[role]) }),
    ...(status && { status: statusOf[status] }),
    ...(capabilities && { capabilities: [...capabilities] }),
    ...(writeScopes && { writeScopes: [...writeScopes] }),
    ...(endpoints && { endpoints: [...endpoints] }),
    ...(gates && { gates: [...gates] }),
    ...(keywords && { keywords: [...keywords] }),
    ...(tools && {
      tools: tools.map(({ inputSchema, ...tool }) => ({
        ...tool,
        ...(inputSchema !== undefined && { inputSchema: JSON.stringify(inputSchema) }),
      })),
    }),
  };
}

function queryOf(by: RouteInit): MessageInitShape<typeof RouteQuerySchema> {
  if (typeof by === "string") return { by: { case: "text", value: by } };
  if ("domain" in by) return { by: { case: "domain", value: by.domain } };
  if ("capability" in by) return { by: { case: "capability", value: by.capability } };
  return { by: { case: "taskType", value: by.taskType } };
}

function delegationOf(
  to: string | { readonly route: RouteInit },
  { input, wait, verification, deadline, ...same }: DelegationInit,
  requestId = "",
): MessageInitShape<typeof DelegateToAgentRequestSchema> {
  return {
    ...same,
    requestId,
    to: typeof to === "string" ? { case: "agentId", value: to } : { case: "route", value: queryOf(to.route) },
    ...(input !== undefined && { input: JSON.stringify(input) }),
    ...(wait && { wait: waitOf(wait) }),
    ...(verification && { verification: verificationOf(verification) }),
    ...(deadline && { deadline: timestampOf(deadline) }),
  };
}
