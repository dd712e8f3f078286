// ListTasks by scenario: filters, pages, and who sees what.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  cancel,
  claim,
  complete,
  createAll,
  createTask,
  fail,
  granted,
  held,
  inMs,
  openScenario,
  read,
  refused,
  type Scenario,
  start,
} from "../../helpers/scenario.ts";

type ListInit = Omit<MessageInitShape<typeof ListTasksRequestSchema>, "$typeName" | "$unknown">;

const ask = (s: Scenario, request: ListInit, by = s.operator) =>
  s.operations.listTasks(by, create(ListTasksRequestSchema, request));

async function typesOf(s: Scenario, request: ListInit, by = s.operator): Promise<string[]> {
  return granted(await ask(s, request, by)).tasks.map(({ type }) => type);
}

/** Reads on until there is no next page; the sizes of the pages, and all their tasks. */
async function allPages(s: Scenario, request: ListInit) {
  const sizes: number[] = [];
  const types: string[] = [];
  let pageToken = "";
  do {
    const page = granted(await ask(s, { ...request, pageToken }));
    sizes.push(page.tasks.length);
    types.push(...page.tasks.map(({ type }) => type));
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && sizes.length < 50);
  return { sizes, types };
}

test("each filter finds its tasks, newest first, and together they all hold", async () => {
  const s = await openScenario();
  const bob = s.tenant.caller("agent", "bob");
  await createTask(s, { type: "old", labels: { team: "blue", size: "s" } });
  s.clock.advance(1_000);
  const from = inMs(s, 0);
  await createTask(s, { type: "aside", queue: "aside", labels: { team: "blue" } });
  await createTask(s, { type: "bobs", labels: { team: "red" } }, bob);
  s.clock.advance(1_000);
  const before = inMs(s, 0);
  await createTask(s, { type: "new" });
  const list = (request: ListInit) => typesOf(s, request);
  expect(await list({})).toEqual(["new", "bobs", "aside", "old"]);
  expect(await list({ type: "aside" })).toEqual(["aside"]);
  expect(await list({ queue: "default" })).toEqual(["new", "bobs", "old"]);
  expect(await list({ labels: { team: "blue" } })).toEqual(["aside", "old"]);
  expect(await list({ labels: { size: "s", team: "blue" } })).toEqual(["old"]);
  expect(await list({ labels: { size: "m", team: "blue" } })).toEqual([]);
  expect(await list({ createdFrom: from })).toEqual(["new", "bobs", "aside"]);
  expect(await list({ createdBefore: before })).toEqual(["bobs", "aside", "old"]);
  expect(await list({ createdFrom: from, createdBefore: before, queue: "default" })).toEqual(["bobs"]);
  expect(await list({ createdBy: { kind: PrincipalKind.AGENT, id: "bob" } })).toEqual(["bobs"]);
  expect(await list({ createdBy: { kind: PrincipalKind.HUMAN, id: "bob" } })).toEqual([]);
});

test("each state is found where its tasks are, alone and together with others", async () => {
  const s = await openScenario();
  granted(await complete(s, await held(s, { type: "succeeded" })));
  granted(await fail(s, await held(s, { type: "failed", maxAttempts: 1 })));
  granted(await cancel(s, (await createTask(s, { type: "canceled" })).taskId));
  granted(await start(s, await held(s, { type: "running" })));
  await held(s, { type: "leased" });
  await createTask(s, { type: "queued" });
  const { QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED, CANCELED, PAUSED } = TaskState;
  const each = { QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED, CANCELED };
  for (const [name, state] of Object.entries(each)) {
    expect(await typesOf(s, { states: [state] })).toEqual([name.toLowerCase()]);
  }
  expect(await typesOf(s, { states: [PAUSED] })).toEqual([]);
  expect(await typesOf(s, { states: [SUCCEEDED, RUNNING, QUEUED] })).toEqual(["queued", "running", "succeeded"]);
  const { tasks } = granted(await ask(s, { states: [RUNNING] }));
  expect(tasks[0]).toEqual(await read(s, tasks[0]?.taskId ?? ""));
  const mixed = { states: [QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED, CANCELED], pageSize: 2 };
  expect(await allPages(s, mixed)).toEqual({
    sizes: [2, 2, 2],
    types: ["queued", "leased", "running", "canceled", "failed", "succeeded"],
  });
});

test("pages are full until the last, complete, and without a task twice, while new tasks come", async () => {
  const s = await openScenario();
  const plan = Array.from({ length: 23 }, (_, place) => ({ type: `t${place}`, queue: place % 2 ? "odd" : "even" }));
  await createAll(s, plan);
  const newestFirst = plan.map(({ type }) => type).reverse();
  expect(await allPages(s, { pageSize: 5 })).toEqual({ sizes: [5, 5, 5, 5, 3], types: newestFirst });
  expect((await allPages(s, { pageSize: 23 })).sizes).toEqual([23]);
  const odd = newestFirst.filter((type) => Number(type.slice(1)) % 2);
  expect(await allPages(s, { pageSize: 4, queue: "odd" })).toEqual({ sizes: [4, 4, 3], types: odd });
  const first = granted(await ask(s, { pageSize: 20 }));
  s.clock.advance(1);
  await createTask(s, { type: "late" });
  await claim(s);
  const rest = granted(await ask(s, { pageSize: 20, pageToken: first.nextPageToken }));
  expect([...first.tasks, ...rest.tasks].map(({ type }) => type)).toEqual(newestFirst);
  await createAll(s, plan.concat(plan));
  expect(granted(await ask(s, {})).tasks).toHaveLength(50);
});

test("the page token of another question, or of none, is refused", async () => {
  const s = await openScenario();
  await createAll(s, [{}, {}, {}]);
  const { nextPageToken: pageToken } = granted(await ask(s, { pageSize: 1, labels: {} }));
  const others: ListInit[] = [
    { pageToken, type: "t" },
    { pageToken, states: [TaskState.QUEUED] },
    { pageToken, labels: { a: "b" } },
    { pageToken, createdBy: { kind: PrincipalKind.AGENT, id: "alice" } },
    { pageToken: "nonsense" },
    { pageToken: `${pageToken}${pageToken}` },
  ];
  for (const other of others) {
    const { facts } = await refused(ask(s, other), ErrorReason.INVALID_ARGUMENT);
    expect(facts).toMatchObject({ case: "violations", value: { violations: [{ field: "page_token" }] } });
  }
  expect(granted(await ask(s, { pageToken, pageSize: 200 })).tasks).toHaveLength(2);
});

test("a caller sees what it created or owes; others' with the wider scope, and never another tenant's", async () => {
  const s = await openScenario();
  const bob = s.tenant.caller("agent", "bob");
  await createTask(s, { type: "alices" });
  await createTask(s, { type: "bobs, owed by alice", obligated: { kind: PrincipalKind.AGENT, id: "alice" } }, bob);
  await createTask(s, { type: "bobs" }, bob);
  const elsewhere = (await s.makeTenant()).caller("human", "olga");
  await createTask(s, { type: "elsewhere" }, elsewhere);
  expect(await typesOf(s, {}, s.agent)).toEqual(["bobs, owed by alice", "alices"]);
  expect(await typesOf(s, {}, elsewhere)).toEqual(["elsewhere"]);
  expect(await typesOf(s, {})).toHaveLength(3);
  const ofBob = { createdBy: { kind: PrincipalKind.AGENT, id: "bob" } };
  const { facts } = await refused(ask(s, ofBob, s.agent), ErrorReason.PERMISSION_DENIED);
  expect(facts).toMatchObject({ case: "permission", value: { scope: "tasks:read_all" } });
  expect(await typesOf(s, ofBob, bob)).toEqual(["bobs", "bobs, owed by alice"]);
});
