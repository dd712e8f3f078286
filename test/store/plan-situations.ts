// The part of plan-expectations.ts about situations of tasks, ready work and sessions.
import { agentArguments } from "./plan-agents.ts";
import type { Expectation } from "./plan-expectations.ts";
import { nodeArguments } from "./plan-nodes.ts";

const key = {
  task: "task: task_pkey (tenant_id, task_id)",
  ready: "ready: ready_pkey (tenant_id, task_id)",
  lease: "lease: lease_pkey (tenant_id, task_id)",
  ended: "ended: ended_pkey (tenant_id, task_id)",
  session: "session: session_pkey (tenant_id, session_id)",
  sessions: "session: session_pkey (tenant_id)",
  kind: "session_kind: session_kind_pkey (tenant_id, session_id)",
  acting: "agent_session: agent_session_pkey (session_id, tenant_id)",
  lane: "lane: lane_pkey (tenant_id, lane_id)",
  pausedQueues: "paused_queue: paused_queue_pkey (tenant_id)",
  verifier: "verifier: verifier_pkey (task_id, tenant_id)",
  page: "ledger_page: ledger_page_pkey (tenant_id, page_id, week)",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });
const tablesOfTask = [key.ready, key.lease, key.ended];

export const situationPlans: Readonly<Record<string, Expectation>> = {
  // Both indexes find exactly one lane.
  PickNamedReady: {
    ways: [
      [
        key.lane,
        key.pausedQueues,
        "principal_lane: principal_lane_by_id (tenant_id, lane_id)",
        key.ready,
        key.verifier,
      ],
      [
        key.lane,
        key.pausedQueues,
        "principal_lane: principal_lane_pkey (tenant_id, principal, lane_id)",
        key.ready,
        key.verifier,
      ],
    ],
    sortsItsAnswer: true,
  },
  ListReadyTaskIds: by(key.ready, key.task),
  ReadSituation: by(
    key.task,
    ...tablesOfTask,
    key.session,
    "note: note_pkey (tenant_id, task_id)",
    "task_pause: task_pause_pkey (tenant_id, task_id)",
    "wait: wait_pkey (tenant_id, task_id)",
    "scope_wait: scope_wait_pkey (task_id, tenant_id)",
    "tenant: tenant_pkey (tenant_id)",
    "question: question_pkey (tenant_id, task_id)",
  ),
  ReadAwaited: by(key.task, ...tablesOfTask),
  CountAhead: by("ready: ready_of_lane (tenant_id, lane_id, eligible_time)"),
  CountWorkers: by(key.sessions, key.kind),
  // A group for each capability of one task.
  CountOffers: { ...by(key.sessions, key.kind), sortsItsAnswer: true },
  // What is sorted are the last receipts of one chain.
  ReadLastFailure: { ...by(...tablesOfTask, key.page), sortsItsAnswer: true },
  EndSession: by(key.session, key.kind, key.acting),
  DeleteSessions: by(
    key.session,
    "lease: lease_by_session (tenant_id, session_id)",
    "session: ctid",
    key.kind,
    "session_kind: ctid",
    key.acting,
    "agent_session: ctid",
  ),
};

export const situationArguments = {
  ...agentArguments,
  ...nodeArguments,
  any_principal: "true",
  hash: "'sha256:0'",
  version: "'1'",
  before_number: "100",
  any_queue: "true",
  barred: "'{}'",
  only_ready: "true",
  lane_id: "0",
  eligible_time: "now()",
} as const;
