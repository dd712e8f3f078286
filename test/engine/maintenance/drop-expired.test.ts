// Retention under a scripted clock: expired tasks are dropped by the week, a task that must stay keeps its whole week,
// and what is left can still be proven.
import { createHash } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Receipt, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LedgerFaultKind } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CancelTaskRequestSchema,
  CreateTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { dropExpired } from "../../../src/engine/maintenance/drop-expired.ts";
import { createTestDatabase, query } from "../../helpers/database.ts";
import { createClock, openTestEngine } from "../../helpers/engine.ts";
import {
  append,
  artifact,
  chainOf,
  claim,
  complete,
  damage,
  granted,
  hand,
  openOf,
  openScene,
  peopleOf,
  receiptOfType,
  refused,
  report,
  type Scene,
  succeedWithoutLocator,
  verify,
} from "../../helpers/ledger-scenario.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const retentionMs = 30 * dayMs;
/** A Wednesday, so that a day more or less is the same week. */
const start = new Date("2027-03-03T12:00:00Z");
const nothing = { weeks: 0, chains: 0, receipts: 0, rows: 0, busy: 0, more: false };

type Retaining = Scene & { readonly drop: () => ReturnType<typeof dropExpired> };

/** Servers keep what has ended for thirty days, unless a tenant says otherwise. */
async function openRetaining(options: Parameters<typeof openScene>[0] = {}): Promise<Retaining> {
  const scene = await openScene({ clock: createClock(start), ...options });
  const engine = { ...scene.engine, server: { ...scene.engine.server, retentionMs } };
  return { ...scene, drop: () => dropExpired(engine, new AbortController().signal) };
}

/** Time goes by, and the weeks that a server would have made meanwhile are there. */
async function pass({ clock, operations }: Pick<Scene, "clock" | "operations">, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= weekMs) {
    clock.advance(Math.min(left, weekMs));
    await operations.makePartitions();
  }
}

async function finish(scene: Scene, parentReceipts: string[] = []): Promise<string> {
  const { taskId } = await hand(scene, { parentReceipts });
  granted(await complete(scene, await claim(scene)));
  return taskId;
}

async function weeksOf({ database }: Pick<Scene, "database">): Promise<string[]> {
  const rows = await query<{ name: string }>(
    database.databaseUrl,
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'ledger_page'::regclass order by 1",
  );
  return rows.map(({ name }) => name);
}

const firstWeek = "ledger_page_w20270301";

async function expectGone({ operations, agent }: Scene, taskId: string): Promise<void> {
  await refused(operations.getTask(agent, { taskId }), ErrorReason.TASK_NOT_FOUND);
}

async function expectThere({ operations, agent }: Scene, taskId: string): Promise<void> {
  expect(await operations.getTask(agent, { taskId })).toMatchObject({ taskId });
}

describe("a week", () => {
  test("is dropped when all that ended in it has been kept for long enough, and not a day before", async () => {
    const scene = await openRetaining();
    const taskId = await finish(scene);
    await pass(scene, retentionMs - hourMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    await expectThere(scene, taskId);
    await pass(scene, 2 * hourMs);
    expect(await scene.drop()).toMatchObject({ chains: 1, receipts: 4, busy: 0 });
    await expectGone(scene, taskId);
    expect(await scene.drop()).toEqual(nothing);
  });

  test("is kept, and all in it, while one of its tasks waits, is held or owes", async () => {
    const scene = await openRetaining();
    const done = await finish(scene);
    const owing = await succeedWithoutLocator(scene);
    const waiting = await hand(scene, { notBefore: undefined, type: "later" });
    await pass(scene, 2 * retentionMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    const held = await claim(scene);
    expect(held.taskId).toBe(waiting.taskId);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    granted(await complete(scene, held));
    await pass(scene, retentionMs + dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    await expectThere(scene, done);
    expect(await openOf(scene, scene.agent)).toEqual([owing.assignedReceiptId]);
    granted(
      await append(scene, scene.worker, {
        parents: [owing.assignedReceiptId],
        taskId: owing.taskId,
        artifacts: [artifact],
      }),
    );
    expect(await scene.drop()).toMatchObject({ chains: 3 });
    for (const taskId of [done, owing.taskId, waiting.taskId]) await expectGone(scene, taskId);
  });

  test("is kept while a task that was canceled late has not been kept for long enough", async () => {
    const scene = await openRetaining();
    const { taskId } = await hand(scene);
    await pass(scene, 3 * retentionMs);
    granted(await scene.operations.cancelTask(scene.agent, create(CancelTaskRequestSchema, { taskId })));
    await pass(scene, retentionMs - dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    expect(await scene.operations.getTask(scene.agent, { taskId })).toMatchObject({
      state: TaskState.CANCELED,
    });
    await pass(scene, 2 * dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 1 });
  });

  test("is kept for a tenant that keeps what has ended for ever, or for longer", async () => {
    const scene = await openRetaining();
    const other = { ...scene, ...peopleOf(await scene.makeTenant()) };
    const [own, others] = [await finish(scene), await finish(other)];
    const say = (retention: number) =>
      query(
        scene.database.databaseUrl,
        `update tenant set retention_ms = ${retention} where tenant_id = '${other.agent.tenantId}'`,
      );
    await say(0);
    await pass(scene, 4 * retentionMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    await say(5 * retentionMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    await expectThere(scene, own);
    await expectThere(other, others);
    await say(dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 2 });
    await expectGone(other, others);
  });

  test("is never dropped while ids can still fall into it, however short a tenant keeps what has ended", async () => {
    const scene = await openRetaining();
    await query(scene.database.databaseUrl, "update tenant set retention_ms = 1");
    const taskId = await finish(scene);
    await pass(scene, 5 * dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    await pass(scene, dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 1 });
    await expectGone(scene, taskId);
  });

  test("goes with receipts that belong to no task, when they have been kept for long enough", async () => {
    const scene = await openRetaining();
    granted(await report(scene));
    await pass(scene, retentionMs - dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 0 });
    await pass(scene, 2 * dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 1, receipts: 1 });
  });

  test("is left alone while a long read of the ledger runs, and dropped by the next pass", async () => {
    const scene = await openRetaining();
    await finish(scene);
    await pass(scene, retentionMs + dayMs);
    const reader = new pg.Client({ connectionString: scene.database.databaseUrl });
    await reader.connect();
    await reader.query("begin; select from receipt");
    expect(await scene.drop()).toMatchObject({ weeks: 0, busy: 1 });
    expect(await weeksOf(scene)).toContain(firstWeek);
    await reader.query("commit");
    await reader.end();
    expect(await scene.drop()).toMatchObject({ chains: 1, busy: 0 });
    expect(await weeksOf(scene)).not.toContain(firstWeek);
  });

  test("is dropped once when two servers find it at once", async () => {
    const scene = await openRetaining();
    await finish(scene);
    await pass(scene, retentionMs + dayMs);
    const both = await Promise.all([scene.drop(), scene.drop()]);
    expect(both.map(({ weeks, busy }) => weeks + busy).reduce((sum, count) => sum + count)).toBeGreaterThan(0);
    expect(both.map(({ chains }) => chains).sort()).toEqual([0, 1]);
  });

  test("is 168 hours long, whatever the timezone of the database", async () => {
    const databaseUrl = await createTestDatabase();
    await query(databaseUrl, `alter database ${new URL(databaseUrl).pathname.slice(1)} set timezone = 'Europe/Berlin'`);
    // Clocks go forward on the 28th of March.
    const clock = createClock(new Date("2027-03-10T12:00:00Z"));
    const scene = { ...(await openTestEngine({ databaseUrl, clock })) };
    await pass(scene, 8 * weekMs);
    const bounds = await query<{ bound: string }>(
      databaseUrl,
      `select pg_get_expr(c.relpartbound, c.oid) as bound from pg_class c
       join pg_inherits i on i.inhrelid = c.oid where i.inhparent = 'task'::regclass order by c.relname`,
    );
    const spans = bounds.map(({ bound }) => [...bound.matchAll(/'([0-9a-f]{8})-([0-9a-f]{4})/g)].map(idTimeMs));
    expect(spans.map(([from = 0, until = 0]) => until - from)).toEqual(spans.map(() => weekMs));
  });
});

function idTimeMs([, high = "", low = ""]: RegExpMatchArray): number {
  return Number.parseInt(high + low, 16);
}

describe("what is left of a dropped week", () => {
  test("is a digest of its chains' last hashes, which a client that kept them can recompute", async () => {
    const scene = await openRetaining();
    const chains: Receipt[][] = [];
    for (let count = 0; count < 3; count += 1) {
      chains.push(await chainOf(scene, await finish(scene)));
      // Ids that begin with other digits.
      await pass(scene, hourMs);
    }
    chains.push([granted(granted(await report(scene)).receipt)]);
    await pass(scene, retentionMs + dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 4, receipts: 13 });
    const [row] = await query<{ chains: string; receipts: string; digest: Buffer; week: Date; drop_time: Date }>(
      scene.database.databaseUrl,
      `select chains, receipts, digest, week, drop_time from dropped_week where tenant_id = '${scene.tenant.tenantId}'`,
    );
    expect(row).toMatchObject({ chains: "4", receipts: "13", drop_time: scene.clock.now() });
    expect(row?.week).toEqual(new Date("2027-03-01T00:00:00Z"));
    expect(row?.digest.toString("hex")).toBe(weekDigest(chains));
  });

  test("cannot be changed or removed", async () => {
    const scene = await openRetaining();
    await finish(scene);
    await pass(scene, retentionMs + dayMs);
    await scene.drop();
    for (const sql of ["update dropped_week set chains = 7", "delete from dropped_week", "truncate dropped_week"]) {
      await expect(query(scene.database.databaseUrl, sql)).rejects.toThrow("for ever");
    }
  });

  test("law 9: lets the ledger prove what remains, though parents have gone with their week", async () => {
    const scene = await openRetaining();
    const parent = await hand(scene);
    await pass(scene, 2 * weekMs);
    // A receipt whose id is of a later week than its chain.
    granted(await complete(scene, await claim(scene)));
    const late = receiptOfType(await chainOf(scene, parent.taskId), ReceiptType.TASK_COMPLETED);
    await pass(scene, 3 * weekMs);
    const child = await finish(scene, [parent.assignedReceiptId, late.receiptId]);
    await pass(scene, 10 * dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 1 });
    await expectGone(scene, parent.taskId);
    await expectThere(scene, child);
    expect(await verify(scene)).toMatchObject({ whole: true, chains: 1n, faults: [] });
    expect(await verify(scene, { taskId: child })).toMatchObject({ whole: true });
  });

  test("the control: a parent that no dropped week has held is still found missing", async () => {
    const scene = await openRetaining({ ledgerMayDiffer: true });
    await finish(scene);
    await pass(scene, 5 * weekMs);
    const parent = await hand(scene);
    granted(await complete(scene, await claim(scene)));
    const child = await finish(scene, [parent.assignedReceiptId]);
    await scene.drop();
    for (const table of ["receipt", "ended", "task"]) {
      const column = table === "receipt" ? "chain_id" : "task_id";
      await damage(scene.database.databaseUrl, `delete from ${table} where ${column} = '${parent.taskId}'`);
    }
    const { faults } = await verify(scene);
    expect(faults).toMatchObject([{ taskId: child, kind: LedgerFaultKind.PARENT_MISSING }]);
  });
});

function sha256(...parts: Uint8Array[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

/** As docs/decisions/0007-retention.md says it. */
function weekDigest(chains: readonly (readonly Receipt[])[]): string {
  const groups = new Map<string, Buffer[]>();
  const heads = chains.map((chain) => {
    const [first, last] = [chain[0], chain.at(-1)];
    return { id: first?.taskId || (first?.receiptId ?? ""), sequence: last?.sequence, hash: last?.hash };
  });
  for (const { id, sequence, hash } of heads.sort((one, other) => (one.id < other.id ? -1 : 1))) {
    const place = Buffer.alloc(4);
    place.writeUInt32BE(Number(sequence));
    const head = Buffer.concat([Buffer.from(id.replaceAll("-", ""), "hex"), place, hash ?? Buffer.alloc(0)]);
    groups.set(id.slice(0, 8), [...(groups.get(id.slice(0, 8)) ?? []), head]);
  }
  return sha256(...[...groups.values()].map((group) => sha256(...group))).toString("hex");
}

describe("what points into a dropped week", () => {
  test("an idempotency key holds as long as its task is kept, and then is free again", async () => {
    const scene = await openRetaining();
    const ask = () => hand(scene, { idempotencyKey: "once" });
    const first = await ask();
    granted(await complete(scene, await claim(scene)));
    await pass(scene, retentionMs - dayMs);
    await scene.drop();
    expect(await ask()).toEqual(first);
    await pass(scene, 2 * dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 1, rows: 1 });
    const second = await ask();
    expect(second.taskId).not.toBe(first.taskId);
    expect(await ask()).toEqual(second);
  });

  test("a request id is known for a day at least, and forgotten after two", async () => {
    const scene = await openRetaining();
    const { operations, agent } = scene;
    const ask = async () => {
      const [created] = await operations.createTasks(agent, {
        tasks: [create(CreateTaskRequestSchema, { type: "t" })],
        requestId: "call-1",
      });
      return granted(created).task.taskId;
    };
    const first = await ask();
    await pass(scene, dayMs);
    await scene.drop();
    expect(await ask()).toBe(first);
    await pass(scene, dayMs + hourMs);
    expect(await scene.drop()).toMatchObject({ rows: 1 });
    expect(await ask()).not.toBe(first);
  });

  test("deliveries and links of receipts are forgotten with the weeks before the oldest", async () => {
    const scene = await openRetaining();
    const parent = await hand(scene);
    granted(await complete(scene, await claim(scene)));
    await finish(scene, [parent.assignedReceiptId]);
    await hand(scene);
    await openOf(scene, scene.agent);
    const count = async (table: string) => (await query(scene.database.databaseUrl, `select from ${table}`)).length;
    expect([await count("delivery"), await count("receipt_link")]).toEqual([1, 1]);
    granted(await complete(scene, await claim(scene)));
    await pass(scene, retentionMs + dayMs);
    expect(await scene.drop()).toMatchObject({ chains: 3, rows: 2 });
    expect([await count("delivery"), await count("receipt_link")]).toEqual([0, 0]);
  });
});
