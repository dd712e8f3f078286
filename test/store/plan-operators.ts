// The part of plan-expectations.ts about queues, pauses, children, names, verification,
// questions and schedules.
import { agentPlans } from "./plan-agents.ts";
import type { Expectation } from "./plan-expectations.ts";
import { nodePlans } from "./plan-nodes.ts";

export const questionKey = "question: question_pkey (tenant_id, task_id)";

const key = {
  child: "child: child_pkey (task_id, tenant_id)",
  childrenOf: "task: task_of_parent (tenant_id, parent_task_id, task_id)",
  lane: "ready: ready_of_lane (tenant_id, lane_id, eligible_time)",
  lease: "lease: lease_pkey (tenant_id, task_id)",
  machine: "machine_version: machine_version_pkey (tenant_id, name)",
  machineNumber: "machine_version: machine_version_pkey (tenant_id, name, number)",
  pausedQueue: "paused_queue: paused_queue_pkey (tenant_id, queue)",
  task: "task: task_pkey (tenant_id, task_id)",
  taskPause: "task_pause: task_pause_pkey (tenant_id, task_id)",
  tenants: "tenant: tenant_pkey ()",
  ready: "ready: ready_pkey (tenant_id, task_id)",
  ended: "ended: ended_pkey (tenant_id, task_id)",
  verifier: "verifier: verifier_pkey (task_id, tenant_id)",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });
const tablesOfTask = [key.ready, key.lease, key.ended];

const nameOfTask = "task_name: task_name_of_task (task_id, tenant_id)";

export const operatorPlans: Readonly<Record<string, Expectation>> = {
  ...agentPlans,
  ...nodePlans,
  ListTenantsOfSchedules: by(
    "lane: lane_of_schedules ()",
    "lane: lane_of_schedules (tenant_id)",
    "tenant: tenant_pkey (tenant_id)",
  ),
  ListTenantsOfMachines: by(
    "lane: lane_of_machines ()",
    "lane: lane_of_machines (tenant_id)",
    "tenant: tenant_pkey (tenant_id)",
  ),
  ReadMachineByHash: by(key.machine),
  ReadMachineByVersion: by("machine_version: machine_version_by_version (tenant_id, name, version)"),
  ReadLatestMachine: by(key.machine),
  ReadMachineStanding: by(key.machine, key.machineNumber),
  CountMachineVersions: by("machine_version: machine_version_pkey (tenant_id)"),
  ListLatestMachines: by(key.machine, key.machineNumber),
  ListMachineVersions: by(key.machineNumber),
  ReadQuestions: by(questionKey),
  EscalateQuestions: by(questionKey, "question: ctid"),
  SettleQuestions: by(questionKey, "question: ctid"),
  DeleteQuestions: by(questionKey, "question: ctid"),
  ListAskingTaskIds: by(questionKey, key.ready, key.task),
  ReadPausedQueue: by(key.pausedQueue),
  DeletePausedQueue: by(key.pausedQueue),
  ReadTaskPauses: by(key.taskPause),
  OverrideConditions: by("condition: condition_pkey (tenant_id, task_id)", "condition: ctid"),
  DeleteWaits: by("wait: wait_pkey (tenant_id, task_id)", "wait: ctid"),
  DeleteWaitsOfPaused: by("wait: wait_pkey (tenant_id, task_id)", "wait: ctid"),
  DeleteTaskPauses: by(key.taskPause, "task_pause: ctid"),
  // A tenant has few lanes: all are read.
  ListQueueNames: {
    ...by("lane: lane_pkey (tenant_id)", key.pausedQueue),
    sortsItsAnswer: true,
  },
  // Each count ends at its bound.
  CountQueues: { ...by("lane: lane_pkey (tenant_id)", key.lane), sortsItsAnswer: true },
  CountHeldByQueue: {
    ...by("lease: lease_pkey (tenant_id)", "lane: lane_pkey (tenant_id, lane_id)"),
    sortsItsAnswer: true,
  },
  ListLiveSessions: by(
    "session: session_pkey (tenant_id, session_id)",
    "session_kind: session_kind_pkey (tenant_id, session_id)",
    "lease: lease_by_session (tenant_id, session_id)",
  ),
  SampleFlow: {
    ...by("ledger_page: ledger_page_pkey (tenant_id, page_id)", key.task),
    sortsItsAnswer: true,
  },
  DeleteChildren: by(key.child, "child: ctid"),
  TieParents: by(key.lease, "lease: ctid"),
  CountTrees: by("child: child_of_root (tenant_id, root_task_id)"),
  PickParentEnds: by("parent_end: parent_end_pkey (tenant_id)", key.tenants),
  PickChildrenToCancel: by("child: child_to_cancel (tenant_id, parent_task_id)"),
  DeleteParentEnds: by("parent_end: parent_end_pkey (tenant_id, task_id)", "parent_end: ctid"),
  // What is sorted are the children of one level.
  ListChildrenOf: { ...by("task: task_of_parent (tenant_id, parent_task_id)"), sortsItsAnswer: true },
  ReadOutlines: by(key.task, ...tablesOfTask),
  ListChildTaskIds: by(key.childrenOf, ...tablesOfTask),
  ReadBearers: by("task_name: task_name_pkey (tenant_id, name)", key.task, key.lease),
  DeleteTaskNames: by(nameOfTask, "task_name: ctid"),
  ListNamedTaskIds: by("task: task_of_name (tenant_id, name, task_id)", ...tablesOfTask),
  ListTreeTaskIds: by("task: task_of_root (tenant_id, root_task_id, task_id)", ...tablesOfTask),
  ListVerifyingTaskIds: by("ready: ready_verifying (tenant_id, task_id)", key.task),
  ReadVerifiers: by(key.verifier),
  OverVerifiers: by("verifier: verifier_of_task (tenant_id, verified_task_id)", "verifier: ctid"),
  EndVerifiers: by(key.verifier, "verifier: ctid"),
  DeleteVerifiers: by(key.verifier, "verifier: ctid"),
  PickVerifiersToCancel: by("verifier: verifier_over (tenant_id)", key.tenants),
  PickEndedVerifiers: by("verifier: verifier_ended (tenant_id)", key.tenants),
  PickOverdueVerifying: by("ready: ready_by_fail_time (tenant_id, fail_time)", key.tenants),
};

export const operatorsExempt: Readonly<Record<string, string>> = {
  ListTenants: "reads all tenants",
  ListRetentions: "reads all tenants",
  MeasureQueues: "reads a bounded number of lanes of all tenants, when metrics are asked for",
};
