// The part of plan-expectations.ts about agents.
import type { Expectation } from "./plan-expectations.ts";

const key = {
  agent: "agent: agent_pkey (tenant_id, agent_id)",
  version: "agent_version: agent_version_pkey (tenant_id, agent_id, version)",
  words: "agent_word: agent_word_pkey (tenant_id, kind, word)",
  writes: "agent_write: agent_write_pkey (tenant_id, key)",
  acting: "agent_session: agent_session_pkey (session_id, tenant_id)",
  actingOf: "agent_session: agent_session_of_tenant (tenant_id, session_id)",
  actingAs: "agent_session: agent_session_of_agent (tenant_id, agent_id, session_id)",
  actingBy: "agent_session: agent_session_by_name (tenant_id, name)",
  session: "session: session_pkey (tenant_id, session_id)",
  ofSession: "lease: lease_by_session (tenant_id, session_id)",
  agreement: "hand_off_contract: hand_off_contract_pkey (tenant_id, name)",
  child: "child: child_pkey (task_id, tenant_id)",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });

export const agentPlans: Readonly<Record<string, Expectation>> = {
  ReadAgent: by(key.agent),
  ReadAgentVersion: by(key.version),
  CountAgents: by("agent: agent_pkey (tenant_id)"),
  DeleteAgentVersions: by(key.version),
  DeleteAgentWords: by("agent_word: agent_word_of_agent (agent_id, tenant_id)"),
  DeleteAgentWrites: by(key.writes, "agent_write: ctid"),
  FindAgentWrites: by(key.writes),
  ListAgents: by(key.agent),
  // What is sorted is bounded for each word.
  FindAgentWords: { ...by(key.words), sortsItsAnswer: true },
  ReadActiveAgents: by(key.agent),
  ListAgentsOfWord: by(key.words, key.agent),
  CountSessionsOfAgent: by("agent_session: agent_session_of_agent (tenant_id, agent_id)", key.session),
  ReadPreflightOverride: by("preflight_override: preflight_override_pkey (tenant_id, agent_id)"),
  DeletePreflightOverride: by("preflight_override: preflight_override_pkey (tenant_id, agent_id)"),
  FindPreflightDemand: by(
    "lane: lane_pkey (tenant_id)",
    "principal_lane: principal_lane_pkey (tenant_id)",
    "ready: ready_of_lane (tenant_id, lane_id, eligible_time)",
  ),
  ReadHandOffContract: by(key.agreement),
  ReadHandOffContracts: by(key.agreement),
  CountHandOffContracts: by("hand_off_contract: hand_off_contract_pkey (tenant_id)"),
  ListHandOffContracts: by(key.agreement),
  ReadAgentSession: by(key.acting, key.session),
  ReadAgentSessionNamed: by(key.actingBy, key.session),
  DeleteAgentSession: by(key.acting),
  ListScopedSessions: by(key.acting),
  ListAgentSessions: by(key.actingOf, key.session, key.ofSession),
  ListSessionsOfAgent: by(key.actingAs, key.session, key.ofSession),
  ListSessionNamed: by(key.actingBy, key.session, key.ofSession),
  ExtendSessions: by(key.session, "session: ctid"),
  LockTreeOfSession: by(key.session),
  ReadTreeOfSession: by("lease: lease_by_session (tenant_id, session_id)", key.child),
  ReadRoots: by("task: task_pkey (tenant_id, task_id)"),
  // As PickReady.
  PickReadyForAgent: {
    ...by(
      "lane: lane_pkey (tenant_id)",
      "principal_lane: principal_lane_pkey (tenant_id, principal)",
      "ready: ready_of_lane (tenant_id, lane_id, eligible_time)",
      "paused_queue: paused_queue_pkey (tenant_id)",
      "verifier: verifier_pkey (task_id, tenant_id)",
    ),
    sortsItsAnswer: true,
  },
  PickReadyOfTree: {
    ...by(
      "child: child_of_root (tenant_id, root_task_id)",
      "ready: ready_pkey (tenant_id, task_id)",
      "lane: lane_pkey (tenant_id, lane_id)",
      "principal_lane: principal_lane_by_id (tenant_id, lane_id)",
      "paused_queue: paused_queue_pkey (tenant_id)",
      "verifier: verifier_pkey (task_id, tenant_id)",
    ),
    sortsItsAnswer: true,
  },
  ListWaitingPlaces: {
    ...by("lane: lane_pkey (tenant_id)", "principal_lane: principal_lane_pkey (tenant_id)"),
    sortsItsAnswer: true,
  },
  // A tenant has few lanes: all are read.
  CountAgentLoads: by(
    "lane: lane_pkey (tenant_id)",
    "principal_lane: principal_lane_pkey (tenant_id, principal)",
    "ready: ready_of_lane (tenant_id, lane_id)",
    "lease: lease_of_worker (tenant_id, worker)",
  ),
};

const ten = Array.from({ length: 10 }, (_, index) => 1 + 3 * index);
const each = (form: (number: number) => string) => `array[${ten.map(form).join(", ")}]`;

/** Of statements about agents. */
export const agentArguments = {
  own_ids: "array[]::uuid[]",
  verifies: "false",
  most_looked_at: "10",
  agent_id: "'agent-1'",
  agent_ids: each((number) => `'agent-${number}'`),
  after_agent_id: "''",
  version: "1",
  kind: "1",
  words: each((number) => `'word-${number}'`),
  word: "'word-1'",
  most_of_word: "10",
  until_keys: each((number) => `'key-1-${number}0'`),
  above_keys: each((number) => `'repo:${number}/'`),
  above_places: each(() => "1"),
} as const;

/** Rows for the statements: agents that each have a version, a word that others have, too, and a write scope. */
export function agentRows(tenantId: string, owner: string, span: string): string[] {
  return [
    `insert into agent select '${tenantId}', 'agent-' || i, 1, 2, ${owner}, '' from ${span} where i % 3 = 1`,
    `insert into agent_version select '${tenantId}', 'agent-' || i, 1, '' from ${span} where i % 3 = 1`,
    `insert into agent_word select '${tenantId}', 1, 'word-' || i / 30, 'agent-' || i, 3, '', null
       from ${span} where i % 3 = 1`,
    `insert into session select '${tenantId}', plan_id(1, i), ${owner}, '', now() + interval '1 hour', 60000, now()
       from ${span} where i % 3 = 1 on conflict do nothing`,
    `insert into agent_session select '${tenantId}', plan_id(1, i), 'name-' || i, 'agent-' || i / 30, 2, false, null,
       false, '' from ${span} where i % 3 = 1`,
    `insert into hand_off_contract select '${tenantId}', 'name-' || i, '' from ${span} where i % 3 = 1`,
    `insert into preflight_override select '${tenantId}', 'agent-' || i, now(), '', '' from ${span} where i % 3 = 1`,
    `insert into agent_write select '${tenantId}', 'repo:' || i || '/', 'agent-' || i from ${span} where i % 3 = 1`,
  ];
}
