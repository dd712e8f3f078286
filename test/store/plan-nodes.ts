// The part of plan-expectations.ts about nodes.
import type { Expectation } from "./plan-expectations.ts";

const key = {
  node: "node: node_pkey (tenant_id, node_id)",
  config: "node_config: node_config_pkey (tenant_id, node_id, number)",
  version: "node_config: node_config_by_version (tenant_id, node_id, version)",
  acks: "node_config_ack: node_config_ack_pkey (tenant_id, node_id, number)",
  // Of the column with digits in its name, the shape says nothing.
  report: "node_report: node_report_pkey (tenant_id, node_id)",
  enrollment: "node_enrollment: node_enrollment_pkey (tenant_id, enrollment_id)",
  apiKey: "api_key: api_key_pkey (key_id)",
  rollout: "node_rollout: node_rollout_pkey (tenant_id, rollout_id)",
  live: "node_rollout: node_rollout_live (tenant_id)",
  member: "node_rollout_node: node_rollout_node_pkey (node_id, rollout_id, tenant_id)",
  place: "node_rollout_node: node_rollout_node_by_place (tenant_id, rollout_id, place)",
  status: "node_rollout_node: node_rollout_node_by_status (tenant_id, rollout_id, status)",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });

export const nodePlans: Readonly<Record<string, Expectation>> = {
  LockNode: by(key.node),
  ReadNode: by(key.node),
  ListNodes: by(key.node),
  CountNodes: by("node: node_pkey (tenant_id)"),
  WriteNodeReported: by(key.node),
  DeleteNodeReports: by("node_report: node_report_by_time (tenant_id, node_id, create_time)", "node_report: ctid"),
  ReadNodeReport: by(key.report),
  PollNodes: by(key.node),
  DeleteNodeConfigs: by(key.config),
  DeleteNodeConfigAcks: by(key.acks),
  ReadNodeConfig: by(key.config),
  ReadNodeConfigByVersion: by(key.version),
  ListNodeConfigs: by(key.config),
  // What is sorted are the answers to one page of versions.
  ListNodeConfigAcks: { ...by(key.acks), sortsItsAnswer: true },
  LockNodeEnrollment: by(key.enrollment),
  WriteNodeEnrollmentUse: by(key.enrollment),
  RevokeNodeEnrollment: by(key.enrollment),
  ListNodeEnrollments: by(key.enrollment),
  CountNodeEnrollments: by("node_enrollment: node_enrollment_pkey (tenant_id)"),
  DeleteEndedNodeEnrollments: by(key.enrollment),
  DeleteApiKeys: by(key.apiKey, "api_key: ctid"),
  ReadApiKeyUse: by(key.apiKey),
  LockNodesOf: by(key.node),
  ListNodesWith: by(key.node),
  ReadNodeStates: by(key.node),
  ReadNodeConfigsAt: by(key.config),
  LockNodeRollout: by(key.rollout),
  ReadNodeRollout: by(key.rollout),
  WriteNodeRollout: by(key.rollout),
  ListNodeRollouts: by(key.rollout),
  ListLiveNodeRollouts: by("node_rollout: node_rollout_live (tenant_id, rollout_id)"),
  ReadLiveRolloutOfNode: by(key.live, key.member),
  ReadLiveRolloutsOfNodes: by(key.live, key.member),
  PickDueNodeRollouts: by("node_rollout: node_rollout_due (due_time)"),
  LockDueNodeRollout: by(key.rollout),
  ListEndedNodeRollouts: by("node_rollout: node_rollout_pkey (tenant_id)"),
  DeleteNodeRolloutNodes: by(
    "node_rollout_node: ctid",
    "node_rollout_node: node_rollout_node_by_place (tenant_id, rollout_id)",
  ),
  DeleteNodeRollouts: by("node_rollout: ctid", key.rollout),
  ReadNodeRolloutNode: by(key.member),
  CountNodeRolloutNodes: by("node_rollout_node: node_rollout_node_by_status (tenant_id, rollout_id)"),
  PickNodeRolloutNodes: by("node_rollout_node: node_rollout_node_by_status (tenant_id, rollout_id, status, place)"),
  ListNodeRolloutNodes: by(key.place),
  ListNodeRolloutNodesIn: by("node_rollout_node: node_rollout_node_by_status (tenant_id, rollout_id, status, place)"),
  WriteNodeRolloutNodes: by(key.member, "node_rollout_node: ctid"),
  MarkNodesToRevert: by(key.status),
  ReadNodeRolloutDue: by(key.status),
};

const ten = Array.from({ length: 10 }, (_, index) => 1 + 3 * index);
const each = (form: (number: number) => string) => `array[${ten.map(form).join(", ")}]`;

/** Of statements about nodes. */
export const nodeArguments = {
  node_id: "'node-1'",
  after_node_id: "''",
  node_ids: each((number) => `'node-${number}'`),
  enrollment_id: "'00000000-0000-0000-0000-000000000000'",
  before_enrollment_id: "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
  key_ids: each((number) => `'key-${number}'`),
  number: "1",
  config_version: "'00000000-0000-0000-0000-000000000000'",
  state: "2",
  numbers: each(() => "1"),
  until_number: "1",
  kept: "20",
  nodes: "1",
  minute_time: "now()",
  minute_count: "1",
  report_sha256: "''::bytea",
  ready: "true",
  reasons: "'{}'",
  jobs: "0",
  effective_hash: "''",
  push: "false",
  applied_number: "null::bigint",
  applied_version: "null::uuid",
  node_id_prefix: "'node-1'",
  rollout_id: "'00000000-0000-0000-0000-000000000000'",
  before_rollout_id: "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
  rollout_ids: "'{00000000-0000-0000-0000-000000000000}'",
  state_time: "now()",
  state_reason: "''",
  counts: "'{0}'",
  canaries_left: "0",
  status: "1",
  after_place: "0",
  until_place: "1000",
  config_versions: "array_fill(null::uuid, array[10])",
  former_numbers: "array_fill(null::bigint, array[10])",
  former_versions: "array_fill(null::uuid, array[10])",
  due_times: "array_fill(null::timestamptz, array[10])",
  due_time: "null::timestamptz",
  errors: each(() => "''"),
} as const;

/** Rows for the statements: nodes with a configuration, an answer and a report each, and pre-shared keys. */
export function nodeRows(tenantId: string, span: string): string[] {
  const nowhere = "'00000000-0000-0000-0000-000000000000'";
  const from = `from ${span} where i % 3 = 1`;
  return [
    `insert into node (tenant_id, node_id, state, state_reason, enrollment_id, create_time, register_time,
                       config_number, config_version, config_open, ready, reasons, jobs, effective_hash)
       select '${tenantId}', 'node-' || i, 2, '', ${nowhere}, now(), now(), 1, ${nowhere}, false, true, '{}', 0, ''
       ${from}`,
    `insert into node_config select '${tenantId}', 'node-' || i, 1, ${nowhere}, '', '', '', now() ${from}`,
    `insert into node_config_ack select '${tenantId}', 'node-' || i, 1, ${nowhere}, 1, '', '', now() ${from}`,
    `insert into node_report select '${tenantId}', 'node-' || i, '', '', now() ${from}`,
    // One that lives, with some nodes, and many that have ended.
    `insert into node_rollout
       select '${tenantId}', case when i = 1 then ${nowhere} else gen_random_uuid() end,
              case when i = 1 then 1 else 4 end, now(), '', '', '', 1, '{}', 0, '', now(),
              case when i = 1 then now() end, ${nowhere}
       ${from} on conflict do nothing`,
    `insert into node_rollout_node
       select '${tenantId}', case when i < 60 then ${nowhere}::uuid else gen_random_uuid() end, 'node-' || i, i,
              1 + i % 10, now(), ${nowhere}, 1, null, null, '' ${from}`,
    `insert into node_enrollment
       select '${tenantId}', gen_random_uuid(), '', '', '', false, 1, 0, now(), 0, '', '', now(), now() + '1 year'
       ${from}`,
  ];
}
