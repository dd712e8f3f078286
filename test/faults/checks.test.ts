// Each check of a history can fail: a history that is whole passes all of them, and one that is doctored in a single
// place fails the check for it.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { PrincipalKind, ReceiptType, ScopeMode, TaskState } from "../../clients/typescript/src/index.ts";
import { type Receipt, type ReceiptBody, ReceiptSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TaskSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { VerdictDecision } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { type CheckName, checkNames, faultsOf } from "./checks.ts";
import type { History, TaskHistory } from "./history.ts";

const { TASK_ASSIGNED, TASK_ACCEPTED, TASK_COMPLETED, TASK_CANCELED, TASK_REPORTED, TASK_HANDED_OFF } = ReceiptType;
const { TASK_SUSPENDED, TASK_RESUMED, TASK_RETRY_SCHEDULED, INPUT_REQUESTED, INPUT_PROVIDED, VERDICT_GIVEN } =
  ReceiptType;
const { SUCCEEDED, CANCELED } = TaskState;
const { READ, WRITE } = ScopeMode;

type Extra = Pick<MessageInitShape<typeof ReceiptSchema>, "from" | "to" | "body">;
type Line = readonly [id: string, type: ReceiptType, parents: readonly string[], extra?: Extra];

const worker = { kind: PrincipalKind.WORKER, id: "wanda" };
const verifier = { kind: PrincipalKind.AGENT, id: "vera" };
const service = { kind: PrincipalKind.SERVICE, id: "asyncgate" };

function accepted(id: string, fence: bigint): Line {
  return [id, TASK_ACCEPTED, ["assigned"], { to: worker, body: bodyOf("taskAccepted", { fence }) }];
}

function bodyOf(kind: string, value: object): Extra["body"] {
  return { body: { case: kind, value } as ReceiptBody["body"] } as Extra["body"];
}

function verdict(id: string, report: string, verificationTaskId: string, decision: VerdictDecision, from = verifier) {
  return [
    id,
    VERDICT_GIVEN,
    [report],
    { from, body: bodyOf("verdictGiven", { verificationTaskId, verdict: { decision } }) },
  ] as Line;
}

function taskOf(taskId: string, lines: readonly Line[], task: MessageInitShape<typeof TaskSchema> = {}): TaskHistory {
  const receipts = lines.map(
    ([receiptId, type, parents, extra]): Receipt =>
      create(ReceiptSchema, { receiptId, type, parents: [...parents], ...extra }),
  );
  const whole: Task = create(TaskSchema, { taskId, state: SUCCEEDED, ...task });
  return { task: whole, receipts, completions: 1, signals: [] };
}

const question = bodyOf("inputRequested", { inputId: "" });
const { ACCEPT, REJECT } = VerdictDecision;

/** Suspended, asked, handed off and completed; named, with two children, and met by a signal. */
const parent = taskOf(
  "parent",
  [
    ["assigned", TASK_ASSIGNED, []],
    accepted("accepted 1", 1n),
    ["suspended", TASK_SUSPENDED, ["accepted 1"]],
    ["resumed", TASK_RESUMED, ["suspended"]],
    accepted("accepted 2", 2n),
    ["requested", INPUT_REQUESTED, ["accepted 2"], { body: question }],
    ["provided", INPUT_PROVIDED, ["requested"]],
    accepted("accepted 3", 3n),
    ["handed off", TASK_HANDED_OFF, ["accepted 3"]],
    accepted("accepted 4", 4n),
    ["completed", TASK_COMPLETED, ["assigned", "accepted 4"], { from: worker }],
  ],
  { name: "loop" },
);
const next = taskOf(
  "next",
  [
    ["assigned", TASK_ASSIGNED, ["completed"]],
    accepted("accepted", 1n),
    ["completed too", TASK_COMPLETED, ["assigned", "accepted"], { from: worker }],
  ],
  { name: "loop" },
);
const child = taskOf(
  "child",
  [
    ["assigned", TASK_ASSIGNED, ["accepted 1"]],
    ["canceled", TASK_CANCELED, ["assigned", "completed"]],
  ],
  { state: CANCELED, parentTaskId: "parent" },
);
/** Rejected once, then accepted by two of three. */
const verified = taskOf(
  "verified",
  [
    ["assigned", TASK_ASSIGNED, []],
    accepted("accepted 1", 1n),
    ["reported 1", TASK_REPORTED, ["accepted 1"]],
    verdict("rejected 1", "reported 1", "v1", REJECT),
    verdict("rejected 2", "reported 1", "v2", REJECT),
    ["retried", TASK_RETRY_SCHEDULED, ["reported 1"]],
    accepted("accepted 2", 2n),
    ["reported 2", TASK_REPORTED, ["accepted 2"]],
    verdict("accepts 1", "reported 2", "v3", ACCEPT),
    verdict("accepts 2", "reported 2", "v4", ACCEPT),
    ["completed", TASK_COMPLETED, ["assigned", "reported 2"], { from: service }],
  ],
  { verification: { verifiers: 3, acceptAt: 2 } },
);

const hold = (taskId: string, resource: string, fromMs: number, toMs: number, mode: ScopeMode = WRITE) => ({
  taskId,
  resource,
  mode,
  fromMs,
  toMs,
});

const whole: History = {
  outcome: {
    expected: new Map([
      ["parent", [SUCCEEDED]],
      ["next", [SUCCEEDED]],
      ["child", [CANCELED]],
      ["verified", [SUCCEEDED]],
    ]),
    signals: ["signal"],
    broadcasts: new Map([["broadcast", 2]]),
    names: new Map([["loop", 2]]),
    children: new Map([["parent", 1]]),
    handOffs: new Map([["parent", 1]]),
    snapshots: [
      [
        { taskId: "parent", resource: "repo:a/b", mode: READ },
        { taskId: "next", resource: "repo:a", mode: READ },
        { taskId: "verified", resource: "repo:ab", mode: WRITE },
      ],
    ],
  },
  tasks: [{ ...parent, signals: ["signal", "broadcast"] }, { ...next, signals: ["broadcast"] }, child, verified],
  holds: [hold("parent", "repo:a", 0, 10), hold("next", "repo:a/b", 10, 20), hold("verified", "repo:a/c", 10, 20)],
};

/** The history with other receipts of one task. */
function doctored(taskId: string, change: (receipts: readonly Receipt[]) => Receipt[]): History {
  return changed(taskId, (one) => ({ ...one, receipts: change(one.receipts) }));
}

function changed(taskId: string, change: (one: TaskHistory) => TaskHistory): History {
  return { ...whole, tasks: whole.tasks.map((one) => (one.task.taskId === taskId ? change(one) : one)) };
}

const without = (id: string) => (receipts: readonly Receipt[]) => receipts.filter(({ receiptId }) => receiptId !== id);
const twice = (id: string) => (receipts: readonly Receipt[]) =>
  receipts.flatMap((one) => (one.receiptId === id ? [one, { ...one, receiptId: `${id} again` }] : [one]));
const altered = (id: string, change: Partial<Receipt>) => (receipts: readonly Receipt[]) =>
  receipts.map((one) => (one.receiptId === id ? { ...one, ...change } : one));
const retried: Partial<Receipt> = { type: TASK_RETRY_SCHEDULED, parents: ["accepted 3"] };

const cases: readonly (readonly [CheckName, string, History])[] = [
  ["endsAsItShould", "a task that is blocked", changed("next", (one) => stateOf(one, TaskState.BLOCKED))],
  ["endsAsItShould", "a cascade that has left one out", changed("child", (one) => stateOf(one, SUCCEEDED))],
  ["endsOnce", "two ends", doctored("next", twice("completed too"))],
  ["endsOnce", "no end", doctored("child", without("canceled"))],
  ["endsOnce", "a worker that was told twice", changed("next", (one) => ({ ...one, completions: 2 }))],
  ["noAttemptFails", "a failed attempt", doctored("parent", altered("handed off", retried))],
  ["isLeasedOnceAtATime", "a second lease beside the first", doctored("parent", without("suspended"))],
  ["isLeasedOnceAtATime", "a lease that stays", doctored("next", altered("completed too", { parents: ["assigned"] }))],
  ["isLeasedOnceAtATime", "a fence that does not rise", doctored("parent", fenceOf("accepted 2", 1n))],
  ["isLeasedOnceAtATime", "a lease after the end", doctored("next", leasedAfterEnd)],
  ["goesOnOnce", "a suspension that is over twice", doctored("parent", twice("resumed"))],
  ["goesOnOnce", "a suspension that is never over", doctored("parent", without("resumed"))],
  ["questionsCloseOnce", "a question with two answers", doctored("parent", twice("provided"))],
  ["questionsCloseOnce", "a question that stays open", doctored("parent", without("provided"))],
  ["asksOnce", "a question that is asked again", doctored("parent", askedAgain)],
  ["isVerifiedByOthers", "one verification counted twice", doctored("verified", twice("accepts 1"))],
  ["isVerifiedByOthers", "too few acceptances", doctored("verified", without("accepts 2"))],
  ["isVerifiedByOthers", "a rejection that decides too early", doctored("verified", without("rejected 2"))],
  [
    "isVerifiedByOthers",
    "a verdict by the executor",
    doctored("verified", altered("accepts 1", { from: fromWorker() })),
  ],
  [
    "isVerifiedByOthers",
    "an executor that accepts itself",
    doctored("verified", altered("completed", { from: fromWorker() })),
  ],
  ["isVerifiedByOthers", "a report without a decision", doctored("verified", without("retried"))],
  ["isHandedOffOnce", "a hand-off that is done again", doctored("parent", twice("handed off"))],
  ["hasItsChildren", "a child that was created twice", { ...whole, tasks: [...whole.tasks, renamed(child, "twin")] }],
  ["hasItsChildren", "a child that ends by itself", doctored("child", altered("canceled", { parents: ["assigned"] }))],
  ["signalsMeetOnce", "a signal that two tasks took", changed("next", (one) => met(one, "signal", "broadcast"))],
  [
    "signalsMeetOnce",
    "a signal that one task took twice",
    changed("next", (one) => met(one, "broadcast", "broadcast")),
  ],
  ["signalsMeetOnce", "a signal that was lost", changed("parent", (one) => met(one, "broadcast"))],
  ["signalsMeetOnce", "a broadcast that left one out", changed("next", (one) => met(one))],
  ["signalsMeetOnce", "a signal that none has sent", changed("child", (one) => met(one, "unsent"))],
  ["namesPassOn", "a bearer too many", { ...whole, tasks: [...whole.tasks, renamed(parent, "twin")] }],
  [
    "namesPassOn",
    "an end that passes it on twice",
    doctored("parent", altered("assigned", { parents: ["completed"] })),
  ],
  ["isHeldApart", "handlers that overlap", { ...whole, holds: [...whole.holds, hold("late", "repo:a/b/c", 9, 11)] }],
  [
    "isHeldApart",
    "a reader beside a writer",
    { ...whole, holds: [...whole.holds, hold("reader", "repo:a", 5, 6, READ)] },
  ],
  ["isHeldApart", "a list that overlaps", listing("repo:a/b/c", WRITE)],
];

function stateOf(one: TaskHistory, state: TaskState): TaskHistory {
  return { ...one, task: { ...one.task, state } };
}

function renamed(one: TaskHistory, taskId: string): TaskHistory {
  return { ...one, task: { ...one.task, taskId } };
}

function met(one: TaskHistory, ...signals: readonly string[]): TaskHistory {
  return { ...one, signals };
}

function fenceOf(id: string, fence: bigint) {
  const [receipt] = taskOf("t", [accepted(id, fence)]).receipts;
  return altered(id, receipt ?? {});
}

function leasedAfterEnd(receipts: readonly Receipt[]): Receipt[] {
  return [
    ...receipts,
    ...taskOf("t", [accepted("late", 9n), ["released", ReceiptType.LEASE_RELEASED, ["late"]]]).receipts,
  ];
}

function askedAgain(receipts: readonly Receipt[]): Receipt[] {
  const lines: Line[] = [
    accepted("accepted again", 3n),
    ["requested again", INPUT_REQUESTED, ["accepted again"], { body: question }],
    ["provided again", INPUT_PROVIDED, ["requested again"]],
  ];
  const at = receipts.findIndex(({ receiptId }) => receiptId === "accepted 3");
  const later = fenceOf("accepted 4", 5n)(fenceOf("accepted 3", 4n)(receipts.slice(at)));
  return [...receipts.slice(0, at), ...taskOf("t", lines).receipts, ...later];
}

function fromWorker() {
  return taskOf("t", [["id", TASK_COMPLETED, [], { from: worker }]]).receipts[0]?.from as NonNullable<Receipt["from"]>;
}

function listing(resource: string, mode: ScopeMode): History {
  const [snapshot = []] = whole.outcome.snapshots ?? [];
  return { ...whole, outcome: { ...whole.outcome, snapshots: [[...snapshot, { taskId: "late", resource, mode }]] } };
}

test("a history that is whole has no faults", () => {
  expect(faultsOf(whole)).toEqual([]);
});

test.each(cases)("%s finds %s", (check, _, history) => {
  expect(new Set(faultsOf(history).map((fault) => fault.check))).toContain(check);
});

test("each check finds something", () => {
  expect(new Set(cases.map(([check]) => check))).toEqual(new Set(checkNames));
});
