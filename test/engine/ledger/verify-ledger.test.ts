// VerifyLedger: finds changes made to the ledger behind the service's back, and names the first bad place. The database
// itself refuses such changes; that is the first wall, and it is tested here too.

import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LedgerFaultKind, VerifyLedgerRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { query } from "../../helpers/database.ts";
import {
  chainOf,
  claim,
  complete,
  damage,
  granted,
  hand,
  openScene,
  readTables,
  receiptOfType,
  refused,
  report,
  type Scene,
  succeedWithoutLocator,
  verify,
} from "../../helpers/ledger-scenario.ts";

const { CONTENT_ALTERED, HASH_MISMATCH, BROKEN_LINK, MISSING, TRUNCATED, PARENT_MISSING } = LedgerFaultKind;
const ledgerMayDiffer = true;

test.each(["ledger_page", "a week of it"])(
  "law 9: the database refuses to change %s, even for its owner",
  async (what) => {
    const scene = await openScene();
    await succeedWithoutLocator(scene);
    const { databaseUrl } = scene.database;
    const [week] = await query<{ name: string }>(
      databaseUrl,
      "select distinct tableoid::regclass::text as name from ledger_page",
    );
    const table = what === "ledger_page" ? what : week?.name;
    expect(table).toMatch(what === "ledger_page" ? /^ledger_page$/ : /^ledger_page_w\d{8}$/);
    const before = await readTables(databaseUrl);
    for (const sql of [
      `update ${table} set to_principals = array_fill('agent:eve'::text, array[1])`,
      `update ${table} set sequences = sequences`,
      `delete from ${table}`,
      `delete from ${table} where sequences[1] = 1`,
      `truncate ${table}`,
      `insert into ${table} select * from ${table} on conflict (tenant_id, page_id, week) do update set types = '{1}'`,
      `merge into ${table} r using (select 1) s on true when matched then delete`,
    ]) {
      await expect(query(databaseUrl, sql), sql).rejects.toThrow(/append-only/);
    }
    expect(await readTables(databaseUrl)).toEqual(before);
  },
);

test("law 9: weeks that are made later refuse to be changed, too", async () => {
  const scene = await openScene();
  const weekMs = 7 * 86_400_000;
  scene.clock.advance(10 * weekMs);
  await scene.operations.makePartitions();
  await hand(scene);
  const { databaseUrl } = scene.database;
  const [week] = await query<{ name: string }>(databaseUrl, "select tableoid::regclass::text as name from ledger_page");
  for (const sql of ["update TABLE set types = '{2}'", "delete from TABLE", "truncate TABLE"]) {
    await expect(query(databaseUrl, sql.replace("TABLE", week?.name ?? ""))).rejects.toThrow(/append-only/);
  }
});

test("an intact ledger passes: tasks in every state, receipts of no task, with links between tasks", async () => {
  const scene = await openScene();
  const first = await succeedWithoutLocator(scene);
  await hand(scene, { parentReceipts: [first.receiptId] });
  await claim(scene);
  await hand(scene);
  await report(scene, { to: scene.agent.principal });
  expect(await verify(scene)).toMatchObject({ whole: true, chains: 4n, receipts: 9n, faults: [], nextPageToken: "" });
  expect(await verify(scene, { taskId: first.taskId })).toMatchObject({ whole: true, chains: 1n, receipts: 5n });
});

const set = (column: string, value: string, sequence: number) =>
  `update receipt set ${column} = ${value} where sequence = ${sequence} and chain_id = CHAIN`;
test.each<[string, string, number, LedgerFaultKind]>([
  ["an altered body", set("body", "body || '\\x00'::bytea", 3), 3, CONTENT_ALTERED],
  ["an altered addressee", set("to_principal", "'agent:eve'", 2), 2, CONTENT_ALTERED],
  ["an altered sender", set("from_principal", "'agent:eve'", 1), 1, CONTENT_ALTERED],
  ["an altered type", set("type", "6", 3), 3, CONTENT_ALTERED],
  ["a lease taken away", set("lease_id", "null", 3), 3, CONTENT_ALTERED],
  ["a parent taken away", set("parents", "'{}'", 3), 3, CONTENT_ALTERED],
  ["an altered digest", set("content_digest", "sha256('x')", 4), 4, CONTENT_ALTERED],
  // The receipts of one page have one time.
  ["an altered time", set("create_time", "create_time - interval '1 day'", 4), 3, HASH_MISMATCH],
  ["an altered id", set("receipt_id", "(left(receipt_id::text, 32) || '0fff')::uuid", 4), 4, HASH_MISMATCH],
  ["an altered hash in the middle", set("hash", "sha256('x')", 3), 3, HASH_MISMATCH],
  ["an altered hash at the end", set("hash", "sha256('x')", 5), 5, HASH_MISMATCH],
  ["an altered link", set("prev_hash", "sha256('x')", 4), 4, BROKEN_LINK],
  ["an altered first link", set("prev_hash", "sha256('x')", 1), 1, BROKEN_LINK],
  ["one deleted in the middle", "delete from receipt where sequence = 3 and chain_id = CHAIN", 4, MISSING],
  ["the first deleted", "delete from receipt where sequence = 1 and chain_id = CHAIN", 2, MISSING],
  [
    "one deleted and the gap closed",
    `delete from receipt where sequence = 3 and chain_id = CHAIN;
      ${set("sequence", "3", 4)}; ${set("sequence", "4", 5)}`,
    3,
    BROKEN_LINK,
  ],
  [
    "two reordered",
    `${set("sequence", "99", 3)}; ${set("sequence", "3", 4)}; ${set("sequence", "4", 99)}`,
    3,
    BROKEN_LINK,
  ],
  ["the end cut off", "delete from receipt where sequence >= 4 and chain_id = CHAIN", 4, TRUNCATED],
  ["everything cut off", "delete from receipt where chain_id = CHAIN", 1, TRUNCATED],
])("law 9: %s is found, by task and by tenant, at its place", async (_what, sql, place, kind) => {
  const scene = await openScene({ ledgerMayDiffer });
  await succeedWithoutLocator(scene);
  const { taskId } = await succeedWithoutLocator(scene);
  const { receipt } = granted(await report(scene, { to: scene.agent.principal }));
  await damage(scene.database.databaseUrl, sql.replaceAll("CHAIN", `'${taskId}'`));
  const found = await verify(scene, { taskId });
  expect(found).toMatchObject({ whole: false, faults: [{ taskId, sequence: BigInt(place), kind }] });
  const ofTenant = await verify(scene);
  expect(ofTenant).toMatchObject({ whole: false, chains: 3n });
  expect(ofTenant.faults).toEqual(found.faults);
  expect(receipt.taskId).toBe("");
});

/** All that a forger can do without the task's own record: a receipt whose digests and links are right. */
async function forge(scene: Scene, taskId: string, sequence: number): Promise<void> {
  await damage(
    scene.database.databaseUrl,
    `create function part(b bytea) returns bytea language sql as $$ select int4send(length(b)) || b $$;
     create temp table f as select * from receipt where chain_id = '${taskId}' and sequence = ${sequence};
     delete from receipt where chain_id = '${taskId}' and sequence = ${sequence};
     update f set receipt_id = (left(receipt_id::text, 32) || '0fff')::uuid;
     update f set hash = sha256(part('asyncgate receipt link v1') || part(prev_hash) || part(receipt_id::text::bytea)
       || part(sequence::text::bytea) || part(((extract(epoch from create_time) * 1000)::bigint)::text::bytea)
       || part(content_digest));
     insert into receipt select * from f`,
  );
}

test("law 9: a receipt forged with a right hash is found by the one after it", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const { taskId } = await succeedWithoutLocator(scene);
  await forge(scene, taskId, 3);
  expect((await verify(scene)).faults).toMatchObject([{ taskId, sequence: 4n, kind: BROKEN_LINK }]);
});

test("law 9: a last receipt forged with a right hash is found by the task's own record", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const { taskId } = await succeedWithoutLocator(scene);
  const last = receiptOfType(await chainOf(scene, taskId), ReceiptType.SYSTEM_ANOMALY);
  await forge(scene, taskId, 5);
  expect((await verify(scene)).faults).toMatchObject([
    { taskId, sequence: 5n, receiptId: `${last.receiptId.slice(0, 32)}0fff`, kind: HASH_MISMATCH },
  ]);
});

test("law 9: a receipt added behind the end is found where it stands", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const { taskId } = await succeedWithoutLocator(scene);
  const { databaseUrl } = scene.database;
  // The task's record is set back: what the chain has beyond it counts as added.
  await damage(
    databaseUrl,
    `update ended set head_sequence = 4,
       head_hash = (select hash from receipt where chain_id = '${taskId}' and sequence = 4)`,
  );
  expect((await verify(scene)).faults).toMatchObject([{ taskId, sequence: 5n, kind: BROKEN_LINK }]);
});

test("law 9: a receipt of no task that is altered is found by its own hash", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const { receipt } = granted(await report(scene, { to: scene.agent.principal }));
  await damage(scene.database.databaseUrl, "update receipt set to_principal = 'agent:eve'");
  expect((await verify(scene)).faults).toMatchObject([
    { taskId: "", sequence: 1n, receiptId: receipt.receiptId, kind: CONTENT_ALTERED },
  ]);
});

test("law 9: a parent in another chain that was deleted is missed by the one that names it", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const { receipt } = granted(await report(scene, { to: scene.agent.principal }));
  const child = await hand(scene, { parentReceipts: [receipt.receiptId] });
  await damage(scene.database.databaseUrl, `delete from receipt where chain_id = '${receipt.receiptId}'`);
  expect((await verify(scene)).faults).toMatchObject([
    { taskId: child.taskId, sequence: 1n, receiptId: child.assignedReceiptId, kind: PARENT_MISSING },
  ]);
});

test("a tenant is verified page by page, each chain once, and a bad chain is reported with its page", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const tasks = [];
  for (let count = 0; count < 5; count += 1) tasks.push((await hand(scene)).taskId);
  await damage(scene.database.databaseUrl, `update receipt set type = 2 where chain_id = '${tasks[3]}'`);
  const pages = [];
  for (let pageToken = ""; ; ) {
    const page = await verify(scene, { pageSize: 2, pageToken });
    pages.push([page.chains, page.whole, page.faults.map(({ taskId }) => taskId)]);
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(pages).toEqual([
    [2n, true, []],
    [2n, false, [tasks[3]]],
    [1n, true, []],
  ]);
});

test("an unknown task and a made-up token are refused", async () => {
  const { operations, operator } = await openScene();
  const ask = (request: Parameters<typeof verify>[1]) =>
    operations.verifyLedger(operator, create(VerifyLedgerRequestSchema, request));
  await refused(ask({ taskId: "01900000-0000-7000-8000-000000000000" }), ErrorReason.TASK_NOT_FOUND);
  await refused(ask({ pageToken: "made up" }), ErrorReason.INVALID_ARGUMENT);
});

test("verifying writes nothing", async () => {
  const scene = await openScene();
  await hand(scene);
  granted(await complete(scene, await claim(scene)));
  const before = await readTables(scene.database.databaseUrl);
  await verify(scene);
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
});

test("law 9: a receipt falsely marked as superseded is found", async () => {
  const scene = await openScene({ ledgerMayDiffer });
  const { taskId, anomalyReceiptId } = await succeedWithoutLocator(scene);
  await damage(
    scene.database.databaseUrl,
    `update receipt set superseded_by = '${anomalyReceiptId}' where sequence = 3 and chain_id = '${taskId}'`,
  );
  expect(await verify(scene, { taskId })).toMatchObject({ whole: false });
});
