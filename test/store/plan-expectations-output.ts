// The part of plan-expectations.ts about output, spending and what is dropped.
import type { Expectation } from "./plan-expectations.ts";

const key = {
  task: "task: task_pkey (tenant_id, task_id)",
  tenants: "tenant: tenant_pkey ()",
  ready: "ready: ready_pkey (tenant_id, task_id)",
  lease: "lease: lease_pkey (tenant_id, task_id)",
  ended: "ended: ended_pkey (tenant_id, task_id)",
  outputs: "output_head: output_head_pkey (tenant_id, task_id, fence)",
  outputsOfTask: "output_head: output_head_pkey (tenant_id, task_id)",
  output: "output_head: output_head_pkey (tenant_id, task_id, fence, stream)",
  pieces: "output_piece: output_piece_pkey (tenant_id, task_id, fence, stream, from_offset)",
} as const;

const by = (...ways: string[]): Expectation => ({ ways: [ways.sort()] });

export const spendKey = "spend: spend_pkey (tenant_id, task_id)";

/** Of output, each reads the logs of one task. */
export const outputExpectations: Readonly<Record<string, Expectation>> = {
  ReadOutputHeads: by(key.outputs),
  SumEarlierOutputs: { ...by(key.outputs), sortsItsAnswer: true },
  ReadOutputPieces: by(key.pieces),
  ListOutputPieces: by(key.pieces),
  DeleteOutputPieces: by(key.pieces),
  DeleteEarlierOutputPieces: by("output_piece: output_piece_pkey (tenant_id, task_id, fence)"),
  EmptyEarlierOutputHeads: by(key.outputs),
  ReadOutputTask: by(key.task, key.ready, key.lease, key.ended),
  FindOutputHead: by(key.output),
  FindNextOutputHead: by(key.output),
  ListOutputHeads: { ...by(key.outputsOfTask, key.output), sortsItsAnswer: true },
  ReadSpends: by(spendKey),
  LiftBudget: by(spendKey),
  AddSpends: { ...by(key.task), sortsItsAnswer: true },
  PickOverspent: by("overspent: overspent_pkey (tenant_id)", key.tenants),
  DeleteOverspent: by(
    "overspent: overspent_pkey (tenant_id, task_id)",
    "overspent: ctid",
    "ready: ready_pkey (tenant_id, task_id)",
    "lease: lease_pkey (tenant_id, task_id)",
  ),
  PollOutputs: { ...by(key.outputsOfTask), sortsItsAnswer: true },

  // Once an hour; each finds the first few rows of each tenant.
  DeleteKeysOfDroppedTasks: by(
    "dropped_week: dropped_week_pkey ()",
    "idempotency: idempotency_by_task (tenant_id, task_id)",
    "idempotency: ctid",
  ),
  DeleteOldRequests: by("tenant: tenant_pkey ()", "request: request_by_time (tenant_id, create_time)", "request: ctid"),
  DeleteOldDeliveries: by(
    "tenant: tenant_pkey ()",
    "delivery: delivery_pkey (tenant_id, receipt_id)",
    "delivery: ctid",
  ),
  DeleteOldLinks: by(
    "tenant: tenant_pkey ()",
    "receipt_link: receipt_link_pkey (tenant_id, parent_receipt_id)",
    "receipt_link: ctid",
  ),
};

export const outputArguments = {
  fence: "2",
  least_fence: "1",
  before_fence: "3",
  stream: "'stdout'",
  before_stream: "''",
  from_offset: "0",
  until_offset: "100000",
  piece_bytes_max: "65536",
  units: "array_fill('usd'::text, '{10}')",
  amounts: "array_fill('1'::text, '{10}')",
  belows: "array_fill('1'::text, '{10}')",
  limit_task_ids: "'{}'",
  limit_units: "'{}'",
  limit_amounts: "'{}'",
  looked_at: "array_fill(true, '{10}')",
};
