// The indexes that each statement of src/store/*.sql uses, whatever the planner knows about the tables, and the
// parameters with which the tests run it.
import * as data from "./plan-data.ts";
import { outputArguments, outputExpectations, spendKey } from "./plan-expectations-output.ts";
import { operatorPlans, operatorsExempt, questionKey } from "./plan-operators.ts";
import { scopeArguments, scopePlans, scopeWaitKey } from "./plan-scopes.ts";
import type { Arguments } from "./plan-shape.ts";
import { polledSignals, signalPlans } from "./plan-signals.ts";
import { situationArguments, situationPlans } from "./plan-situations.ts";

export type Expectation = {
  /** The allowed lists of scans, each written `table: index (columns)`. */
  readonly ways: readonly (readonly string[])[];
  /** It returns everything that it finds for one key in some order, so what it sorts is its answer. */
  readonly sortsItsAnswer?: true;
};

const key = {
  task: "task: task_pkey (tenant_id, task_id)",
  ready: "ready: ready_pkey (tenant_id, task_id)",
  lane: "ready: ready_of_lane (tenant_id, lane_id, eligible_time)",
  picked: "ready: ready_of_lane (tenant_id, lane_id, eligible_time, task_id)",
  lease: "lease: lease_pkey (tenant_id, task_id)",
  ofWorker: "lease: lease_of_worker (tenant_id, worker, accepted_receipt_id)",
  ofSession: "lease: lease_by_session (tenant_id, session_id)",
  session: "session: session_pkey (tenant_id, session_id)",
  ended: "ended: ended_pkey (tenant_id, task_id)",
  note: "note: note_pkey (tenant_id, task_id)",
  wait: "wait: wait_pkey (tenant_id, task_id)",
  taskPause: "task_pause: task_pause_pkey (tenant_id, task_id)",
  conditions: "condition: condition_pkey (tenant_id, task_id)",
  waiters: "condition: condition_on_task (tenant_id, on_task_id)",
  group: "condition: condition_pkey (tenant_id, task_id, group_place)",
  signal: "signal: signal_pkey (tenant_id, signal_id)",
  taken: "signal_taken: signal_taken_pkey (tenant_id, task_id)",
  obligation: "obligation: obligation_pkey (tenant_id, principal, receipt_id)",
  page: "ledger_page: ledger_page_pkey (tenant_id, page_id)",
  pageOfWeek: "ledger_page: ledger_page_pkey (tenant_id, page_id, week)",
  delivery: "delivery: delivery_pkey (tenant_id, receipt_id)",
  tenant: "tenant: tenant_pkey (tenant_id)",
  tenants: "tenant: tenant_pkey ()",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });

const sessionsByKey = Object.fromEntries(
  ["ReadSessions", "LockSession", "ResumeSession", "BreakSession", "LockSessionsToGrant", "LockExpiredSessions"]
    .concat("ExpectSessions", "ExpectFreeSessions")
    .map((name) => [name, by(key.session)]),
);
const tablesOfTask = [key.ready, key.lease, key.ended];
/** The row of the task names the last page of its chain, and each page the one before. What is sorted is one chain. */
const chains = (...more: string[]): Expectation => ({
  ...by(...tablesOfTask, key.pageOfWeek, ...more),
  sortsItsAnswer: true,
});

export const expectations: Readonly<Record<string, Expectation>> = {
  ReadApiKey: by("api_key: api_key_pkey (key_id)", key.tenant),
  TouchApiKey: by("api_key: api_key_pkey (key_id)"),
  ReadTenantByName: by("tenant: tenant_name_key (name)"),
  ReadTenant: by(key.tenant),
  LockTenant: by(key.tenant),
  UpdateTenant: by(key.tenant),
  ListTenantsByName: by("tenant: tenant_name_key (name)"),
  ListPrincipalsSeen: by("principal_seen: principal_seen_pkey (tenant_id, principal)"),
  LockApiKey: by("api_key: api_key_pkey (key_id)"),
  RevokeApiKey: by("api_key: api_key_pkey (key_id)"),
  ListApiKeys: by("api_key: api_key_by_time (tenant_id, create_time)"),
  ListAudit: by("audit: audit_pkey (audit_id)"),
  ListAuditAboutTenant: by("audit: audit_about_tenant (tenant_id, audit_id)"),
  ReadRelationship: by(
    "principal_seen: principal_seen_pkey (tenant_id, principal)",
    "session: session_of_principal (tenant_id, principal)",
  ),
  ReadIdempotencyKeys: by("idempotency: idempotency_pkey (tenant_id, principal, key)"),
  ReadRequests: by("request: request_pkey (tenant_id, principal, request_id)"),
  LockRequestRows: by("request: request_pkey (tenant_id, principal, request_id)"),
  UpdateRequests: by("request: request_pkey (tenant_id, principal, request_id)", "request: ctid"),

  // A tenant has few lanes: all are read, and the best few tasks of each are sorted. The tests of a claim with a large
  // backlog show that it is only a few of each.
  PickReady: {
    ...by(
      "lane: lane_pkey (tenant_id)",
      "principal_lane: principal_lane_pkey (tenant_id, principal)",
      key.lane,
      "paused_queue: paused_queue_pkey (tenant_id)",
      "verifier: verifier_pkey (task_id, tenant_id)",
    ),
    sortsItsAnswer: true,
  },
  // Both indexes find exactly one row.
  LockPickedReady: { ways: [[key.picked], [key.ready]] },
  PickOverdueReady: by("ready: ready_by_fail_time (tenant_id, fail_time)", key.tenants),
  LockReady: by(key.ready),
  LockReadyUnlessBusy: by(key.ready),
  DeleteReady: by(key.ready, "ready: ctid"),

  LockLeases: by(key.lease, key.session),
  LockLeasesUnlessBusy: by(key.lease, key.session),
  ExpectLeases: by(key.lease, key.session),
  DeleteLeases: by(key.lease, "lease: ctid"),
  UpdateLeases: by(key.lease, "lease: ctid"),
  RenewLeases: by(key.lease, "lease: ctid"),
  AttachLeases: by(key.lease, "lease: ctid"),
  DetachLeases: by(key.lease, "lease: ctid"),
  PickExpiredLeases: by(
    "lease: lease_by_cancel_time (tenant_id, cancel_time)",
    "lease: lease_by_expire_time (tenant_id, expire_time)",
    "lease: lease_by_fail_time (tenant_id, fail_time)",
    key.tenants,
  ),
  HeartbeatSessions: by(key.session, "session: ctid"),
  ...sessionsByKey,
  ListLeasesOfSession: by(key.ofSession),
  PickLeasesOfSession: by(key.ofSession),
  ListLeasesOfSessions: by(key.ofSession),

  DeleteConditions: by(key.conditions, "condition: ctid", key.taken, "signal_taken: ctid", key.signal, "signal: ctid"),
  LeaveConditions: by(key.conditions, "condition: ctid"),
  ReadWaits: by(key.wait),
  UpdateWaits: by(key.wait, "wait: ctid"),
  UpdateConditions: by("condition: condition_pkey (tenant_id, task_id, group_place, place)", "condition: ctid"),
  // The order is that of one wait.
  ReadConditions: { ...by(key.conditions), sortsItsAnswer: true },
  PickWaiters: { ...by(key.ended, key.waiters), sortsItsAnswer: true },
  LockWaiters: { ...by(key.ended, key.waiters, key.ready), sortsItsAnswer: true },
  ReadWaiters: { ...by(key.ended, key.waiters, key.wait, key.task), sortsItsAnswer: true },
  // Of a large wait only the groups that may change, until the last of them.
  ReadWaiterConditions: {
    ...by(key.ended, key.waiters, key.wait, key.conditions, key.group),
    sortsItsAnswer: true,
  },
  ReadEdges: by(key.conditions),
  ReadEnds: by(key.ended),
  TieReady: by(key.ready, "ready: ctid"),
  TieLeases: by(key.lease, "lease: ctid"),
  PickDueWaits: by("wait: wait_by_wake_time (tenant_id, wake_time)", key.tenants),
  PickUnresolvedEnds: by("unresolved_end: unresolved_end_pkey (tenant_id)", key.tenants),
  DeleteUnresolvedEnds: by("unresolved_end: unresolved_end_pkey (tenant_id, task_id)", "unresolved_end: ctid"),

  ...operatorPlans,
  ...signalPlans,
  ...scopePlans,
  ...situationPlans,

  LockEnded: by(key.ended),
  UpdateEnded: by(key.ended, "ended: ctid"),
  ReadNotes: by(key.note),
  ReadHandOffs: by(key.note),
  ReadReviews: by(key.note),
  AddToReview: by(key.note),
  ReadTasks: by(key.task, ...tablesOfTask, key.session, key.note, key.taskPause, questionKey, spendKey, scopeWaitKey),
  ReadTerms: by(key.task),
  ReadTaskParties: by(key.task, key.lease),
  CountFittingTasks: by(key.task, key.ended, key.note, questionKey),
  ReadToGrant: by(key.task, key.note),
  ReadTaskSummaries: by(...tablesOfTask, key.session),
  ReadHeads: by(...tablesOfTask),
  ReadTaskCounters: by(...tablesOfTask),

  CountLiveTasks: by("ready: ready_pkey (tenant_id)", "lease: lease_pkey (tenant_id)"),
  CountLiveTasksOf: by("obligation: obligation_pkey (tenant_id, principal)", key.ready, key.lease),
  CountLeases: by("lease: lease_pkey (tenant_id)"),
  CountLeasesOf: by("lease: lease_of_worker (tenant_id, worker)"),
  CountSessions: by("session: session_pkey (tenant_id)"),
  CountSessionsOf: by("session: session_of_principal (tenant_id, principal)"),

  ListOpenAssigned: by(key.obligation),
  ListOpenAccepted: by(key.ofWorker),
  DeleteObligations: by(key.obligation, "obligation: ctid"),
  ReadOpenByKey: by(key.obligation),

  ReadReceipt: by(key.pageOfWeek, key.delivery),
  ReadReceipts: by(key.pageOfWeek, key.delivery),
  ReadReceiptTypes: by(key.pageOfWeek),
  // The week is known by the task. The order is that of the question.
  ReadReceiptsOfTasks: { ...by(key.pageOfWeek, key.delivery), sortsItsAnswer: true },
  ReadReceiptsWithoutTask: by(
    "ledger_page: ledger_page_without_task (tenant_id, digest_without_task)",
    key.pageOfWeek,
    key.delivery,
  ),
  ReadChains: chains(),
  ReadHolders: chains(),
  ReadReceiptsOfCalls: chains(),
  OutlineReceipts: by(key.pageOfWeek),
  OutlineChains: chains(),
  OutlineAnswers: chains(),
  ReadChainsWhole: chains(key.delivery),
  ListReceiptsOfTask: chains(key.delivery),
  ListReceiptsSince: chains(key.delivery),
  ListReceiptsTo: by("ledger_to: ledger_to_pkey (tenant_id, principal, page_id)", key.pageOfWeek, key.delivery),
  ListChains: by("ledger_page: ledger_page_of_no_task (tenant_id, page_id)", key.task),
  ListChildren: by("receipt_link: receipt_link_pkey (tenant_id, parent_receipt_id)"),

  ListDroppedAmong: by("dropped_week: dropped_week_pkey (tenant_id)"),

  // For everything that calls wait for; it groups what it finds by queue.
  PollWaits: {
    ...by(
      "lane: lane_pkey (tenant_id)",
      "principal_lane: principal_lane_pkey (tenant_id, principal)",
      key.lane,
      ...tablesOfTask,
      key.tenants,
      "lease: lease_by_cancel_time (tenant_id, cancel_time)",
      "lease: lease_by_expire_time (tenant_id, expire_time)",
      "lease: lease_by_fail_time (tenant_id, fail_time)",
      "ready: ready_by_fail_time (tenant_id, fail_time)",
      "session: session_pkey (tenant_id)",
      "wait: wait_by_wake_time (tenant_id, wake_time)",
      "unresolved_end: unresolved_end_pkey (tenant_id)",
      "parent_end: parent_end_pkey (tenant_id)",
      "overspent: overspent_pkey (tenant_id)",
      ...polledSignals,
      "unresolved_scope: unresolved_scope_pkey (tenant_id)",
    ),
    sortsItsAnswer: true,
  },
  ...outputExpectations,
  PollObligations: by(
    "obligation: obligation_pkey (tenant_id, principal)",
    "lease: lease_of_worker (tenant_id, worker)",
  ),

  ListTaskIds: by(key.task),
  ListQueuedTaskIds: by(key.ready, key.task),
  ListBlockedTaskIds: by(key.wait, key.ready, key.task),
  ListPausedTaskIds: by(key.taskPause, key.task),
  ListHeldTaskIds: by(key.lease, key.task),
  ListEndedTaskIds: by(key.ended, key.task),
};

/** Statements whose plans are not tested, and why. Inserts, and statements that read no table, are left out. */
export const exempt: Readonly<Record<string, string>> = {
  CountOpen: "counts all rows, for the ledger check",
  FindLiveKey: "looks for any key, once, when a server starts",
  ...operatorsExempt,
  TakeIdempotencyKeys: "inserts, and counts what it has inserted",
  TakeRequests: "inserts, and counts what it has inserted",
  LockTrees: "reads no table",
  LockNames: "reads no table",
  LockChannels: "reads no table",
  InsertKeptSignal: "inserts",
  InsertBroadcast: "inserts",
  HasWeek: "reads the catalog",
  ListWeeks: "reads the catalog",
  FindWeekUser: "reads a whole week, once, before it is dropped",
  PickExpiredSessions: "reads all sessions, once per sweep: an index by time would be written at every heartbeat",
};

/** A batch of medium size. */
export const batch = 10;
const numbers = Array.from({ length: batch }, (_, index) => 1 + 3 * index);
const each = (expression: string) => `array[${numbers.map(() => expression).join(", ")}]`;

const lanes = `'{${data.laneIds.join(", ")}}'`;
const lanesOfNumbers = `'{${numbers.map((number) => number % data.laneIds.length).join(", ")}}'`;

/** SQL for every parameter. The ids are those of tasks in the table that the statement reads. */
export function argumentsOf(statement: string): Arguments {
  const life = /Lease|Session|Accepted|Held/.test(statement) ? "lease" : /Ended/.test(statement) ? "ended" : "ready";
  const ids = `array[${numbers.map((number) => data.idSql(life, number)).join(", ")}]`;
  const idsBy = (name: string) =>
    `array[${numbers.map((number) => `${name}(${data.idSql(life, number)})`).join(", ")}]`;
  const id = data.idSql(life, 1);
  const principal = `'${life === "lease" ? data.worker : data.agent}'`;
  const [leastId, greatestId] = ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"];
  return {
    tenant_id: `'${data.tenantId}'`,
    session_id: `'${data.sessionId}'`,
    key_id: "'k'",
    name: "'name-1'",
    names: each("'name-1'"),
    // One session that exists, and others that do not.
    session_ids: `array['${data.sessionId}'::uuid] || ${ids}`,
    tenant_ids: each(`'${data.tenantId}'::uuid`),
    epochs: each("1"),
    ties: each("0"),
    wake_times: each("now()"),
    channels: each("'news-1'"),
    channel: "'news-1'",
    mosts: each(String(batch)),
    after_position: "0",
    before_position: "1000000",
    position: "1",
    signal_ids: ids,
    signal_id: id,
    until: "now()",
    group_places: each("1"),
    places: each("0"),
    groups_left: each("1"),
    statuses: each("2"),
    on_task_ids: `array[${numbers.map((number) => data.idSql("ended", number)).join(", ")}]`,
    epoch: "1",
    instance: "''",
    ttl_ms: "60000",
    task_ids: ids,
    parent_task_ids: ids,
    root_task_ids: ids,
    parent_task_id: id,
    root_task_id: id,
    any_root: "true",
    any_parent: "true",
    any_state: "true",
    receipt_ids: ids,
    chain_ids: ids,
    weeks: idsBy("week_of"),
    page_ids: idsBy("page_of"),
    task_id: id,
    receipt_id: id,
    after_receipt_id: leastId,
    after_chain_id: leastId,
    after_session_id: leastId,
    before_receipt_id: greatestId,
    before_task_id: greatestId,
    after_sequence: "0",
    after_version: "0",
    until_version: "9",
    most: String(batch),
    most_waiters: String(batch),
    most_of_tenant: String(batch),
    bytes_max: "1000000000",
    principal,
    addressee: principal,
    to_principal: principal,
    me: principal,
    owner: principal,
    principals: each(principal),
    keys: each("'key-1-3'"),
    request_ids: each("'call-1-10'"),
    queues: "'{default}'",
    capabilities: "'{}'",
    types: "'{}'",
    type: "'t'",
    queue: "'default'",
    after_queue: "''",
    never: "'9999-12-31Z'",
    counted_max: String(batch),
    pages_max: String(batch),
    since: "now() - interval '1 minute'",
    any_type: "true",
    any_addressee: "true",
    any_owner: "true",
    everything: "true",
    lane_ids: statement === "LockPickedReady" ? lanesOfNumbers : lanes,
    priorities: "'{5, 5, 5, 5, 5}'",
    floor_lane_ids: "'{0, 1}'",
    floors: "'{2020-01-01Z, 2020-01-01Z}'",
    labels: "'{}'",
    before: "'2025-01-06Z'::timestamptz + interval '1 s'",
    oldest_week: "'2025-01-06Z'",
    after_name: "''",
    after_principal: "''",
    before_key_id: "'zz'",
    from_time: "'2020-01-01'",
    before_time: "'2100-01-01'",
    before_audit_id: greatestId,
    suspend_time: "null",
    retention_ms: "null",
    locatability_mode: "1",
    limits: "'{}'",
    now: "now()",
    created_from: "'2020-01-01'",
    created_before: "'2100-01-01'",
    eligible_times: `array[${numbers.map((number) => data.eligibleTimeSql(String(number))).join(", ")}]`,
    fences: each("1"),
    versions: each("2"),
    head_sequences: each("2"),
    head_hashes: each("''::bytea"),
    head_page_ids: ids,
    states: life === "ended" ? "'{4}'" : each("2"),
    start_times: each("now()"),
    discharged: each("true"),
    cancel_principals: each("null::text"),
    cancel_reasons: each("null::text"),
    cancel_times: each("null::timestamptz"),
    escalated_tos: each("'agent:0'"),
    results: each("''::bytea"),
    expire_times: each("now() + interval '1 hour'"),
    scripted_now: "null::timestamptz",
    back_ms: "60000",
    ahead_ms: "5000",
    asks_due: "true",
    queue_tenant_ids: `'{${data.tenantId}}'`,
    addressee_tenant_ids: `'{${data.tenantId}}'`,
    addressees: "'{worker:w}'",
    task_tenant_ids: each(`'${data.tenantId}'::uuid`),
    seen_versions: each("0"),
    expire_time: "now() + interval '1 hour'",
    content_digest: "''",
    ...outputArguments,
    ...situationArguments,
    piece: "''::bytea",
    verified_task_ids: ids,
    ...scopeArguments(statement, ids),
  };
}
