// ListOpenObligations: exactly what is open, oldest first, in four fields and no more, whatever is closed beside it.
import { create, type MessageInitShape, toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ListOpenObligationsRequestSchema,
  ListOpenObligationsResponseSchema,
  type OpenObligation,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  breakTable,
  claim,
  complete,
  granted,
  hand,
  mendTable,
  openOf,
  openScene,
  readTables,
  refused,
  type Scene,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

type Request = Omit<MessageInitShape<typeof ListOpenObligationsRequestSchema>, "$typeName" | "$unknown">;

function list({ operations }: Pick<Scene, "operations">, caller: Caller, request: Request = {}) {
  return operations.listOpenObligations(caller, create(ListOpenObligationsRequestSchema, request));
}

const idOf = ({ receipt }: OpenObligation) => receipt?.receiptId ?? "";

async function pages(scene: Scene, caller: Caller, pageSize: number): Promise<string[][]> {
  const all: string[][] = [];
  for (let cursor = ""; ; ) {
    const page = granted(await list(scene, caller, { pageSize, cursor }));
    all.push(page.openObligations.map(idOf));
    cursor = page.cursor;
    if (cursor === "") return all;
    if (all.length > 50) throw new Error("the pages do not end");
  }
}

test("law 12: the answer has exactly four fields, in the contract and as JSON", async () => {
  expect(ListOpenObligationsResponseSchema.fields.map(({ name }) => name)).toEqual([
    "server",
    "relationship",
    "open_obligations",
    "cursor",
  ]);
  expect(ListOpenObligationsResponseSchema.oneofs).toEqual([]);
  const scene = await openScene();
  await hand(scene);
  await hand(scene);
  const answer = granted(await list(scene, scene.agent, { pageSize: 1 }));
  const json = toJson(ListOpenObligationsResponseSchema, answer, { useProtoFieldName: true }) as Record<string, object>;
  expect(Object.keys(json).sort()).toEqual(["cursor", "open_obligations", "relationship", "server"]);
  expect(Object.keys(json["server"] ?? {}).sort()).toEqual(["environment", "name", "uptime", "version"]);
  expect(Object.keys(json["relationship"] ?? {}).sort()).toEqual(["first_seen_time", "last_seen_time"]);
  const [first] = json["open_obligations"] as object[];
  expect(Object.keys(first ?? {}).sort()).toEqual(["age", "receipt", "task_state", "why"]);
});

test("nothing owed is an empty answer", async () => {
  const scene = await openScene();
  expect(granted(await list(scene, scene.agent))).toMatchObject({
    server: { name: "asyncgate", version: "test", environment: "test" },
    relationship: { sessions: 0 },
    openObligations: [],
    cursor: "",
  });
});

test("pages are full until the end, oldest first, with closed ones between", async () => {
  const scene = await openScene();
  const open: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    const { taskId, assignedReceiptId } = await hand(scene);
    const cancel = create(CancelTaskRequestSchema, { taskId });
    if (count % 3 === 1) granted(await scene.operations.cancelTask(scene.agent, cancel));
    else open.push(assignedReceiptId);
  }
  const paged = await pages(scene, scene.agent, 3);
  expect(paged.map((page) => page.length)).toEqual([3, 3, 2]);
  expect(paged.flat()).toEqual(open);
  expect((await pages(scene, scene.agent, 4)).map((page) => page.length)).toEqual([4, 4]);
});

test("what was handed over and what is held come in one order", async () => {
  const scene = await openScene();
  const { tenant } = scene;
  // One principal both owes tasks and works.
  const worker = tenant.caller("worker", "wanda");
  const expected: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const { assignedReceiptId } = await hand(scene, { obligated: worker.principal });
    const { acceptedReceiptId } = await claim(scene);
    expected.push(assignedReceiptId, acceptedReceiptId);
  }
  expect((await pages(scene, worker, 3)).map((page) => page.length)).toEqual([3, 3, 2]);
  expect((await pages(scene, worker, 3)).flat()).toEqual(expected);
});

test("each tells the state of its task, its age and why it is open", async () => {
  const scene = await openScene();
  await hand(scene);
  scene.clock.advance(1_000);
  await claim(scene);
  await hand(scene);
  await hand(scene, { delay: { seconds: 60n } });
  const { openObligations } = granted(await list(scene, scene.agent));
  expect(openObligations.map(({ taskState }) => taskState)).toEqual([
    TaskState.LEASED,
    TaskState.QUEUED,
    TaskState.QUEUED,
  ]);
  expect(openObligations.map(({ age }) => Number(age?.seconds))).toEqual([1, 0, 0]);
  expect(openObligations.map(({ why }) => why.split(" ").slice(0, 3).join(" "))).toEqual([
    "held by worker:wanda",
    "waiting for a",
    expect.stringMatching(/^rests until/),
  ]);
  const done = await openScene();
  await succeedWithoutLocator(done);
  expect(granted(await list(done, done.agent)).openObligations).toMatchObject([
    { taskState: TaskState.SUCCEEDED, why: "succeeded without saying where the result is" },
  ]);
});

test("another's obligations need a scope, and a cursor is its principal's alone", async () => {
  const scene = await openScene();
  const bob = scene.tenant.caller("agent", "bob");
  const ids = [(await hand(scene)).assignedReceiptId, (await hand(scene)).assignedReceiptId];
  await hand({ ...scene, agent: bob });
  const principal = scene.agent.principal;
  await refused(list(scene, bob, { principal }), ErrorReason.PERMISSION_DENIED);
  expect(granted(await list(scene, scene.agent, { principal })).openObligations.map(idOf)).toEqual(ids);
  expect(granted(await list(scene, scene.operator, { principal })).openObligations.map(idOf)).toEqual(ids);
  const { cursor } = granted(await list(scene, scene.agent, { pageSize: 1 }));
  await refused(list(scene, bob, { cursor }), ErrorReason.INVALID_ARGUMENT);
  await refused(list(scene, scene.operator, { cursor }), ErrorReason.INVALID_ARGUMENT);
  await refused(list(scene, scene.agent, { cursor: `x${cursor}` }), ErrorReason.INVALID_ARGUMENT);
  const rest = granted(await list(scene, scene.operator, { principal, cursor }));
  expect(rest.openObligations.map(idOf)).toEqual(ids.slice(1));
});

test("law 8: what a call opens or closes and the call's receipts are all there, or none of it is", async () => {
  const scene = await openScene();
  const { databaseUrl } = scene.database;
  const steps: readonly [string, readonly string[], () => Promise<unknown>][] = [
    ["hand", ["task", "ready", "ledger_page", "obligation"], () => hand(scene)],
    ["claim", ["ready", "lease", "ledger_page"], () => claim(scene)],
  ];
  for (const [name, tables, step] of steps) {
    for (const table of tables) await failsWhole(databaseUrl, table, `${name} at ${table}`, step);
    await step();
  }
  await hand(scene);
  const lease = await claim(scene);
  for (const table of ["lease", "ended", "ledger_page", "obligation"]) {
    await failsWhole(databaseUrl, table, `complete at ${table}`, () => complete(scene, lease));
  }
  granted(await complete(scene, lease));
  expect(await openOf(scene, scene.agent)).toHaveLength(1);
  expect(await openOf(scene, scene.worker)).toHaveLength(1);
});

async function failsWhole(databaseUrl: string, table: string, what: string, step: () => Promise<unknown>) {
  const before = await readTables(databaseUrl);
  await breakTable(databaseUrl, table, "insert or update or delete");
  await expect(step(), what).rejects.toThrow("broken by a test");
  expect(await readTables(databaseUrl), what).toEqual(before);
  await mendTable(databaseUrl, table);
}
