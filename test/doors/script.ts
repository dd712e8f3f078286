// One script for every door, as data: a step calls a method in a role, with what earlier steps have answered.
import type { JsonValue } from "@bufbuild/protobuf";

export type As = "tasker" | "worker" | "operator" | "stranger";

export type Step = {
  readonly name: string;
  readonly as: As;
  /** `TaskService.CreateTask`. */
  readonly method: string;
  /** Strings that begin with `$` stand for a value of an earlier answer: `$created.task.task_id`. */
  readonly request: JsonValue;
  /** The reason that the call is refused for. If absent, it is answered. */
  readonly refused?: string;
};

const payload = {
  json: { title: "Quarterly report", pages: [1, 2, 3], draft: false, note: null, ключ: "значение 🎉" },
};
const create = { type: "report.write", queue: "doors", payload, labels: { team: "red" }, max_attempts: 2 };
const nowhere = "01a226bf-7543-7000-8000-000000000000";
const tooManyParents = Array.from({ length: 11 }, (_, index) => nowhere.replace(/00$/, String(10 + index)));

export const script: readonly Step[] = [
  { name: "nothing", as: "tasker", method: "ObligationService.ListOpenObligations", request: {} },
  { name: "created", as: "tasker", method: "TaskService.CreateTask", request: { ...create, idempotency_key: "one" } },
  { name: "replayed", as: "tasker", method: "TaskService.CreateTask", request: { ...create, idempotency_key: "one" } },
  {
    name: "conflict",
    as: "tasker",
    method: "TaskService.CreateTask",
    request: { ...create, idempotency_key: "one", priority: 9 },
    refused: "IDEMPOTENCY_CONFLICT",
  },
  {
    name: "no type",
    as: "tasker",
    method: "TaskService.CreateTask",
    request: { type: "" },
    refused: "INVALID_ARGUMENT",
  },
  {
    name: "too many parents",
    as: "tasker",
    method: "TaskService.CreateTask",
    request: { ...create, parent_receipts: tooManyParents },
    refused: "LIMIT_EXCEEDED",
  },
  {
    name: "a worker creates",
    as: "worker",
    method: "TaskService.CreateTask",
    request: create,
    refused: "PERMISSION_DENIED",
  },
  {
    name: "a stranger creates",
    as: "stranger",
    method: "TaskService.CreateTask",
    request: create,
    refused: "UNAUTHENTICATED",
  },
  {
    name: "foreign id",
    as: "tasker",
    method: "TaskService.GetTask",
    request: { task_id: nowhere },
    refused: "TASK_NOT_FOUND",
  },
  {
    name: "malformed id",
    as: "tasker",
    method: "TaskService.GetTask",
    request: { task_id: "7" },
    refused: "INVALID_ARGUMENT",
  },
  { name: "read", as: "tasker", method: "TaskService.GetTask", request: { task_id: "$created.task.task_id" } },
  {
    name: "listed",
    as: "tasker",
    method: "TaskService.ListTasks",
    request: { states: ["TASK_STATE_QUEUED"], labels: { team: "red" } },
  },
  {
    name: "waited",
    as: "tasker",
    method: "TaskService.AwaitTask",
    request: { task_id: "$created.task.task_id", wait: "0s" },
  },
  { name: "claimed", as: "worker", method: "LeaseService.ClaimTasks", request: { queues: ["doors"], instance: "one" } },
  {
    name: "nothing to claim",
    as: "worker",
    method: "LeaseService.ClaimTasks",
    request: { queues: ["doors"], instance: "two" },
  },
  {
    name: "renewed",
    as: "worker",
    method: "LeaseService.RenewLeases",
    request: { lease_tokens: ["$claimed.tasks.0.lease.token"] },
  },
  {
    name: "started",
    as: "worker",
    method: "LeaseService.StartTask",
    request: { task_id: "$created.task.task_id", lease_token: "$claimed.tasks.0.lease.token" },
  },
  {
    name: "progress",
    as: "worker",
    method: "LeaseService.ReportProgress",
    request: {
      task_id: "$created.task.task_id",
      lease_token: "$claimed.tasks.0.lease.token",
      progress: { percent: 40, message: "half of it", detail: { page: 2 } },
    },
  },
  {
    name: "failed once",
    as: "worker",
    method: "LeaseService.FailTask",
    request: {
      task_id: "$created.task.task_id",
      lease_token: "$claimed.tasks.0.lease.token",
      error: { type: "Flaky", message: "the printer was away" },
      retry_after: "0s",
    },
  },
  {
    name: "stale completion",
    as: "worker",
    method: "LeaseService.CompleteTask",
    request: { task_id: "$created.task.task_id", lease_token: "$claimed.tasks.0.lease.token" },
    refused: "FENCED",
  },
  {
    name: "claimed again",
    as: "worker",
    method: "LeaseService.ClaimTasks",
    request: { queues: ["doors"], instance: "one" },
  },
  {
    name: "completed without locator",
    as: "worker",
    method: "LeaseService.CompleteTask",
    request: { task_id: "$created.task.task_id", lease_token: "$claimed again.tasks.0.lease.token" },
  },
  { name: "open before", as: "tasker", method: "ObligationService.ListOpenObligations", request: {} },
  {
    name: "explained",
    as: "tasker",
    method: "ObligationService.ExplainObligation",
    request: { receipt_id: "$open before.open_obligations.0.receipt.receipt_id" },
  },
  {
    name: "locator supplied",
    as: "tasker",
    method: "ReceiptService.AppendReceipt",
    request: {
      type: "RECEIPT_TYPE_TASK_COMPLETED",
      task_id: "$created.task.task_id",
      parents: ["$open before.open_obligations.0.receipt.receipt_id"],
      artifacts: [{ kind: "file", uri: "file:///reports/q3.pdf", media_type: "application/pdf" }],
    },
  },
  { name: "open after", as: "tasker", method: "ObligationService.ListOpenObligations", request: {} },
  {
    name: "canceled too late",
    as: "tasker",
    method: "TaskService.CancelTask",
    request: { task_id: "$created.task.task_id" },
    refused: "INVALID_TRANSITION",
  },
  { name: "second", as: "tasker", method: "TaskService.CreateTask", request: { ...create, idempotency_key: "two" } },
  {
    name: "canceled",
    as: "tasker",
    method: "TaskService.CancelTask",
    request: { task_id: "$second.task.task_id", reason: "not wanted any more" },
  },
  {
    name: "its receipts",
    as: "tasker",
    method: "ReceiptService.ListReceipts",
    request: { task_id: "$created.task.task_id" },
  },
  {
    name: "a receipt",
    as: "tasker",
    method: "ReceiptService.GetReceipt",
    request: { receipt_id: "$locator supplied.receipt.receipt_id" },
  },
  {
    name: "traced",
    as: "tasker",
    method: "ReceiptService.TraceReceipt",
    request: { receipt_id: "$its receipts.receipts.0.receipt_id" },
  },
  {
    name: "foreign receipt",
    as: "tasker",
    method: "ReceiptService.GetReceipt",
    request: { receipt_id: nowhere },
    refused: "RECEIPT_NOT_FOUND",
  },
  { name: "its end", as: "tasker", method: "TaskService.GetTask", request: { task_id: "$created.task.task_id" } },
];
