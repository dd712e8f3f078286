// CreateTask and CreateTasks by scenario.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { breakTable, mendTable } from "../../helpers/ledger-scenario.ts";
import {
  cancel,
  chain,
  claim,
  createAll,
  createOne,
  createTask,
  everything,
  granted,
  held,
  inMs,
  json,
  ms,
  openScenario,
  read,
  refused,
} from "../../helpers/scenario.ts";

const key = { idempotencyKey: "invoice-7" };

test("what the creator left open is filled in, and what was said stays as it was said", async () => {
  const s = await openScenario();
  const plain = await createTask(s);
  expect(plain).toMatchObject({
    queue: "default",
    priority: 5,
    maxAttempts: 3,
    maxLeaseLosses: 20,
    retry: { initialInterval: ms(30_000), multiplier: 2, maxInterval: ms(900_000), jitter: 0.1 },
    createdBy: { kind: PrincipalKind.AGENT, id: "alice" },
    obligated: { kind: PrincipalKind.AGENT, id: "alice" },
    state: TaskState.QUEUED,
    version: 1n,
    attempt: 1,
    createTime: inMs(s, 0),
    eligibleTime: inMs(s, 0),
  });
  expect(plain.notBefore).toBeUndefined();
  const said = {
    type: "thumbnail.render",
    queue: "images",
    payload: json('{"page":1}'),
    labels: { team: "blue" },
    requirements: { capabilities: ["gpu"] },
    priority: 0,
    maxAttempts: 1,
    maxLeaseLosses: 0,
    retry: { multiplier: 1, jitter: 0, nonRetryableTypes: ["Fatal"] },
    attemptTimeout: ms(9_000),
    deadline: inMs(s, 60_000),
    expectedOutcome: { kind: "file", mediaType: "image/png" },
    obligated: { kind: PrincipalKind.WORKER, id: "wanda" },
    traceContext: { traceparent: "00-1-2-03", tracestate: "" },
  };
  const full = await createTask(s, said);
  expect(full).toMatchObject(said);
  expect(await read(s, full.taskId)).toEqual(full);
});

test("law 8: a task and its assigned receipt are there together, or neither is", async () => {
  const s = await openScenario();
  const created = granted(await createOne(s, { obligated: { kind: PrincipalKind.WORKER, id: "wanda" } }));
  const [assigned, ...others] = await chain(s, created.task.taskId);
  expect(others).toEqual([]);
  expect(assigned).toMatchObject({
    receiptId: created.assignedReceiptId,
    type: ReceiptType.TASK_ASSIGNED,
    from: { id: "alice" },
    to: { id: "wanda" },
    sequence: 1n,
    taskVersion: 1n,
  });
  const { databaseUrl } = s.database;
  const before = await everything(s);
  for (const table of ["task", "ready", "ledger_page", "obligation"]) {
    await breakTable(databaseUrl, table, "insert");
    await expect(createOne(s, key)).rejects.toThrow("broken by a test");
    await mendTable(databaseUrl, table);
    expect(await everything(s), table).toEqual(before);
  }
  granted(await createOne(s, key));
});

test("law 5: a creation said again with its key answers with the task that exists and emits no receipt", async () => {
  const s = await openScenario();
  const first = granted(await createOne(s, key));
  expect(first.existed).toBe(false);
  const before = await everything(s);
  const again = granted(await createOne(s, key));
  expect(again).toEqual({ ...first, existed: true });
  expect(await everything(s)).toEqual(before);
  granted(await cancel(s, first.task.taskId));
  expect(granted(await createOne(s, key))).toMatchObject({ existed: true, task: { state: TaskState.CANCELED } });
  expect(await chain(s, first.task.taskId)).toHaveLength(3);
});

test("law 5: of twins that race with one key, on two servers, exactly one creates", async () => {
  const s = await openScenario();
  const second = { ...s, ...(await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock })) };
  const twins = [s, second, s, second, s, second].map((server) => createOne(server, key, s.agent));
  const answers = (await Promise.all(twins)).map((answer) => granted(answer));
  expect(new Set(answers.map(({ task }) => task.taskId)).size).toBe(1);
  expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
  expect((await everything(s))["ledger_page"]).toHaveLength(1);
});

test("law 5: the same key with another request is refused, and nothing is written", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { ...key, payload: json("1") });
  const before = await everything(s);
  const others = [
    { payload: json("2") },
    { payload: json("1"), priority: 6 },
    { payload: json("1"), labels: { a: "b" } },
    { payload: json("1"), delay: ms(1) },
  ];
  for (const other of others) {
    const { facts } = await refused(createOne(s, { ...key, ...other }), ErrorReason.IDEMPOTENCY_CONFLICT);
    expect(facts).toEqual({ case: "conflict", value: { key: "invoice-7", taskId } });
  }
  expect(await everything(s)).toEqual(before);
});

test("law 5: the same key under another principal, and in another tenant, is another key", async () => {
  const s = await openScenario();
  const elsewhere = (await s.makeTenant()).caller("agent", "alice");
  const callers = [s.agent, s.tenant.caller("agent", "bob"), s.tenant.caller("human", "alice"), elsewhere];
  const made = [];
  for (const caller of callers) made.push(granted(await createOne(s, key, caller)));
  expect(made.map(({ existed }) => existed)).toEqual([false, false, false, false]);
  expect(new Set(made.map(({ task }) => task.taskId)).size).toBe(callers.length);
});

test("law 5: the order of labels and the trace are no part of what makes two requests the same", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { ...key, labels: { a: "1", b: "2" }, traceContext: { traceparent: "x" } });
  const again = await createOne(s, { ...key, labels: { b: "2", a: "1" }, traceContext: { traceparent: "y" } });
  expect(granted(again)).toMatchObject({ existed: true, task: { taskId, traceContext: { traceparent: "x" } } });
});

test("law 5: a creation repeated with its request id answers with that task and writes nothing", async () => {
  const s = await openScenario();
  const request = { requestId: "r1", payload: json("1"), delay: ms(5), labels: { b: "1", a: "2" } };
  const first = granted(await createOne(s, request));
  expect(first.existed).toBe(false);
  const before = await everything(s);
  s.clock.advance(1);
  expect(await createOne(s, request)).toEqual({ ...first, existed: true });
  expect(await everything(s)).toEqual(before);
  s.clock.advance(4);
  granted(await claim(s));
  const { taskId } = first.task;
  expect(await createOne(s, request)).toEqual({ ...first, task: await read(s, taskId), existed: true });
  const leased = await everything(s);
  const conflict = await refused(createOne(s, { ...request, payload: json("2") }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(conflict.facts).toMatchObject({ case: "conflict", value: { key: "r1", taskId } });
  expect(await everything(s)).toEqual(leased);
  expect(granted(await createOne(s, request, s.tenant.caller("agent", "bob"))).task.taskId).not.toBe(taskId);
});

test("law 5: a repeated batch writes nothing: created tasks exist now, refused items are refused again", async () => {
  const s = await openScenario();
  const old = await createTask(s, key);
  s.clock.advance(1);
  const twin = { idempotencyKey: "twin" };
  const batch = [{ type: "a" }, { obligated: { kind: PrincipalKind.SYSTEM, id: "x" } }, key, twin, twin];
  const first = await createAll(s, batch, "batch-1");
  const existed = (answers: typeof first) =>
    answers.map((answer) => (isRefusal(answer) ? answer.reason : answer.existed));
  const { INVALID_ARGUMENT } = ErrorReason;
  expect(existed(first)).toEqual([false, INVALID_ARGUMENT, true, false, true]);
  expect(first[2]).toMatchObject({ task: { taskId: old.taskId } });
  const before = await everything(s);
  s.clock.advance(1);
  const again = await createAll(s, batch, "batch-1");
  expect(existed(again)).toEqual([true, INVALID_ARGUMENT, true, true, true]);
  expect(again).toEqual(first.map((answer) => (isRefusal(answer) ? answer : { ...answer, existed: true })));
  const other = await createAll(s, batch.slice(1), "batch-1");
  for (const answer of other) await refused(answer, ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(await everything(s)).toEqual(before);
});

test("bad items of a batch do not fail their neighbours, and the answers are in order", async () => {
  const s = await openScenario();
  const nowhere = "01900000-0000-7000-8000-000000000000";
  const { taskId: live } = await createTask(s);
  const answers = await createAll(s, [
    { type: "one" },
    { obligated: { kind: PrincipalKind.SYSTEM, id: "x" } },
    { parentReceipts: [nowhere] },
    { type: "two", idempotencyKey: "k" },
    { redriveOf: live },
    { type: "two", idempotencyKey: "k" },
    { type: "other", idempotencyKey: "k" },
    { notBefore: inMs(s, 1), delay: ms(1) },
    { payload: json(`"${"x".repeat(256 * 1_024)}"`) },
    { type: "three" },
  ]);
  const { INVALID_ARGUMENT, PARENT_NOT_FOUND, IDEMPOTENCY_CONFLICT, LIMIT_EXCEEDED } = ErrorReason;
  expect(answers.map((answer) => (isRefusal(answer) ? answer.reason : answer.task.type))).toEqual([
    "one",
    INVALID_ARGUMENT,
    PARENT_NOT_FOUND,
    "two",
    INVALID_ARGUMENT,
    "two",
    IDEMPOTENCY_CONFLICT,
    INVALID_ARGUMENT,
    LIMIT_EXCEEDED,
    "three",
  ]);
  expect([answers[3], answers[5]]).toMatchObject([{ existed: false }, { existed: true }]);
  expect((await everything(s))["task"]).toHaveLength(4);
});

test("a task names the receipts that led to it, of its own tenant only", async () => {
  const s = await openScenario();
  const { task, acceptedReceiptId } = await held(s);
  const child = await createTask(s, { parentReceipts: [task.assignedReceiptId, acceptedReceiptId] });
  const [assigned] = await chain(s, child.taskId);
  expect(assigned?.parents).toEqual([task.assignedReceiptId, acceptedReceiptId]);
  const elsewhere = (await s.makeTenant()).caller("agent", "alice");
  await refused(createOne(s, { parentReceipts: [task.assignedReceiptId] }, elsewhere), ErrorReason.PARENT_NOT_FOUND);
  await refused(createOne(s, { redriveOf: task.taskId }, elsewhere), ErrorReason.INVALID_ARGUMENT);
});
