// Each check of an execution's history can fail: a history that is whole passes all of them, and one that is doctored
// in a single place fails the check for it.
import { create, type JsonValue, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ReceiptType, type Task, TaskState } from "../../clients/typescript/src/index.ts";
import { ReceiptSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { TaskHistory } from "./history.ts";
import { callText } from "./machine-cases.ts";
import { faultsOfMachine, type MachineCheckName, machineCheckNames } from "./machine-checks.ts";
import type { MachineHistory } from "./machine-history.ts";

const { TASK_ASSIGNED, TASK_ACCEPTED, TASK_SUSPENDED, TASK_RESUMED, TASK_COMPLETED } = ReceiptType;
const noon = Date.parse("2026-11-30T12:00:00Z");
const at = (ms: number) => timestampFromMs(noon + ms);
const json = (value: JsonValue) => ({ content: { case: "json", value: JSON.stringify(value) } }) as const;

type Init = Extract<MessageInitShape<typeof TaskSchema>, { readonly $typeName?: never }>;

function taskOf(taskId: string, more: Init, result?: JsonValue): Task {
  const outcome = result === undefined ? {} : { outcome: { result: json(result) } };
  return create(TaskSchema, { taskId, state: TaskState.SUCCEEDED, createTime: at(0), ...outcome, ...more });
}

/** Leased, suspended for what it has created, leased again, completed. */
function machineOf(task: Task, created: readonly string[]): TaskHistory {
  const accepted = (fence: bigint) => ({ body: { case: "taskAccepted", value: { fence } } }) as const;
  const suspended = {
    body: { case: "taskSuspended", value: { created: created.map((taskId) => ({ taskId })) } },
  } as const;
  const lines: MessageInitShape<typeof ReceiptSchema>[] = [
    { receiptId: "assigned", type: TASK_ASSIGNED },
    { receiptId: "accepted 1", type: TASK_ACCEPTED, parents: ["assigned"], body: accepted(1n) },
    { receiptId: "suspended", type: TASK_SUSPENDED, parents: ["accepted 1"], body: suspended },
    { receiptId: "resumed", type: TASK_RESUMED, parents: ["suspended"] },
    { receiptId: "accepted 2", type: TASK_ACCEPTED, parents: ["assigned"], body: accepted(2n) },
    { receiptId: "completed", type: TASK_COMPLETED, parents: ["assigned", "accepted 2"] },
  ];
  return { task, receipts: lines.map((line) => create(ReceiptSchema, line)), completions: 0, signals: [] };
}

const output = {
  kept: 1,
  results: [{ output: { did: 0 } }, { error: { type: "CANCELED", message: "not needed" } }],
};
const payloads = { zero: { index: 0, input: "a" }, one: { index: 1, input: "b" }, machine: { input: {} } };

const zero = taskOf(
  "0",
  { type: "m.work", parentTaskId: "e", payload: json(payloads.zero), labels: { state: "work" }, endTime: at(10) },
  { output: { did: 0 } },
);
const one = taskOf("1", {
  type: "m.work",
  parentTaskId: "e",
  payload: json(payloads.one),
  labels: { state: "work" },
  state: TaskState.CANCELED,
  endTime: at(400),
});
const machine = taskOf("2", {
  type: "asyncgate.machine",
  parentTaskId: "e",
  payload: json(payloads.machine),
  labels: { state: "then" },
  endTime: at(500),
});
const grandchild = taskOf("3", { type: "m.work", parentTaskId: "2", payload: json({ index: 0 }), endTime: at(450) });

const whole: MachineHistory = {
  execution: machineOf(taskOf("e", { type: "asyncgate.machine" }, output), ["0", "1", "2"]),
  inner: [machineOf(machine, ["3"])],
  below: [zero, one, machine, grandchild],
  expected: {
    output,
    calls: [
      callText("m.work", payloads.zero),
      callText("m.work", payloads.one),
      callText("asyncgate.machine", payloads.machine),
    ],
    retryAfterMs: 300,
    isFlat: true,
    effects: 4,
  },
  lines: [1_000, 1_010, 1_005, 1_012].map((bytes, step) => ({ taskId: "e", step: String(step), place: "work", bytes })),
};

const withExecution = (execution: Partial<TaskHistory>): MachineHistory => ({
  ...whole,
  execution: { ...whole.execution, ...execution },
});
const { task, receipts } = whole.execution;
const without = (receiptId: string) => receipts.filter((receipt) => receipt.receiptId !== receiptId);
const instead = (other: Task) => whole.below.map((child) => (child.taskId === other.taskId ? other : child));

const doctored: Readonly<Record<MachineCheckName, readonly MachineHistory[]>> = {
  "the output of an undisturbed run": [
    withExecution({ task: taskOf("e", {}, { ...output, kept: 2 }) }),
    withExecution({ task: taskOf("e", { state: TaskState.FAILED }) }),
  ],
  "the calls of an undisturbed run": [
    { ...whole, below: [...whole.below, { ...zero, taskId: "again" }] },
    { ...whole, below: whole.below.slice(1) },
    { ...whole, below: instead({ ...zero, payload: one.payload }) },
  ],
  "no call without its snapshot": [
    { ...whole, execution: machineOf(task, ["0", "1"]) },
    { ...whole, execution: machineOf(task, ["0", "1", "2", "lost"]) },
    { ...whole, execution: machineOf(task, ["0", "1", "2", "2"]) },
    { ...whole, inner: [machineOf(machine, [])] },
  ],
  "all that was started has ended": [{ ...whole, below: instead({ ...grandchild, state: TaskState.QUEUED }) }],
  "machines end once": [
    withExecution({ receipts: [...receipts, ...receipts.slice(-1)] }),
    withExecution({ receipts: without("completed") }),
  ],
  "a step has one lease": [withExecution({ receipts: without("suspended") })],
  "every wait is over once": [
    withExecution({ receipts: without("resumed") }),
    withExecution({ receipts: [...receipts, ...receipts.filter(({ type }) => type === TASK_RESUMED)] }),
  ],
  "no result is lost": [
    { ...whole, below: instead({ ...one, state: TaskState.SUCCEEDED, outcome: zero.outcome } as Task) },
    { ...whole, below: instead({ ...zero, state: TaskState.CANCELED } as Task) },
    withExecution({ task: taskOf("e", {}, { results: "TIMEOUT" }) }),
  ],
  "not before a rate limit says": [{ ...whole, below: instead({ ...one, endTime: at(200) }) }],
  "snapshots that do not grow": [
    { ...whole, lines: whole.lines.map((line, place) => ({ ...line, bytes: 1_000 + 60 * place })) },
    { ...whole, lines: [] },
  ],
};

test("a history that is whole passes every check", () => {
  expect(faultsOfMachine(whole)).toEqual([]);
});

test.each(machineCheckNames)("doctored histories fail the check %s", (name) => {
  for (const history of doctored[name]) expect(faultsOfMachine(history).map(({ check }) => check)).toContain(name);
});
