// Receipts that were stored in rows: a database of the schema before pages, with tasks in every place, is migrated and
// then goes on.
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { ListReceiptsRequestSchema } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { weekOf } from "../../src/core/ledger-page.ts";
import { checkLedger } from "../../src/engine/maintenance/check-ledger.ts";
import { migrate, migrationsDirectory } from "../../src/store/migrate.ts";
import { createTestDatabase, openTestDatabase, query } from "../helpers/database.ts";
import {
  chainOf,
  claim,
  complete,
  granted,
  hand,
  openOf,
  openScene,
  report,
  succeedWithoutLocator,
  verify,
} from "../helpers/ledger-scenario.ts";

const weekMs = 604_800_000;

/** The migrations before the one that makes pages. */
async function earlierMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const file of await readdir(migrationsDirectory)) {
    if (file.endsWith(".sql") && file < "0006") await cp(join(migrationsDirectory, file), join(directory, file));
  }
  return directory;
}

/** Copies every table that both have, by the columns of the older schema; receipts come from the view. */
async function copyInto(target: string, source: string): Promise<void> {
  const [from, to] = [new pg.Client({ connectionString: source }), new pg.Client({ connectionString: target })];
  await Promise.all([from.connect(), to.connect()]);
  try {
    await to.query("set session_replication_role = replica");
    const { rows: tables } = await to.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition and relname <> 'schema_migration'`,
    );
    for (const { name } of tables) {
      const { rows } = await from.query<{ rows: string | null }>(
        `select jsonb_agg(to_jsonb(t)) as rows from ${name} t`,
      );
      const values = JSON.stringify(rows[0]?.rows ?? []);
      await to.query(`insert into ${name} select * from jsonb_populate_recordset(null::${name}, $1)`, [values]);
    }
  } finally {
    await Promise.all([from.end(), to.end()]);
  }
}

test("receipts stored in rows become pages: the same chains, still whole, and tasks go on from there", async () => {
  const scene = await openScene();
  const { databaseUrl } = scene.database;
  const earlier = await hand(scene);
  scene.clock.advance(weekMs);
  await scene.operations.makePartitions();
  granted(await complete(scene, await claim(scene))); // a chain of another week than its last receipts
  const unlocated = await succeedWithoutLocator(scene);
  const child = await hand(scene, { parentReceipts: [unlocated.receiptId] });
  const held = await claim(scene);
  expect(held.taskId).toBe(child.taskId);
  const waiting = await hand(scene);
  const lone = granted(granted(await report(scene, { to: scene.agent.principal })).receipt);
  const taskIds = [earlier, unlocated, child, waiting].map(({ taskId }) => taskId);
  const chains = (of: typeof scene) => Promise.all(taskIds.map((taskId) => chainOf(of, taskId)));
  const owed = await openOf(scene, scene.agent); // on record as delivered from now on
  const before = await chains(scene);

  const oldUrl = await createTestDatabase("empty");
  const database = await openTestDatabase({ databaseUrl: oldUrl });
  await migrate(database, await earlierMigrations());
  await query(oldUrl, "select ensure_partitions($1, $2)", [
    new Date(scene.clock.now().getTime() - 2 * weekMs),
    scene.clock.now(),
  ]);
  await copyInto(oldUrl, databaseUrl);
  expect((await migrate(database))[0]).toBe("0006_ledger_pages.sql");

  const migrated = await openScene({ databaseUrl: oldUrl, clock: scene.clock });
  const same = { ...migrated, agent: scene.agent, worker: scene.worker, operator: scene.operator };
  expect(await chains(same)).toEqual(before);
  expect(await openOf(same, scene.agent)).toEqual(owed);
  expect(await verify(same)).toMatchObject({ whole: true, faults: [], chains: 5n });
  const inbox = await same.operations.listReceipts(scene.agent, create(ListReceiptsRequestSchema, {}));
  expect(inbox.receipts.map(({ receiptId }) => receiptId)).toContain(lone.receiptId);
  granted(await complete(same, held));
  granted(await complete(same, await claim(same)));
  expect(await verify(same)).toMatchObject({ whole: true, faults: [] });
  expect((await checkLedger(migrated.engine)).differences).toEqual([]);
  // The chain of the earlier week has its pages there.
  const weeks = await query<{ week: string }>(oldUrl, "select distinct week::text from ledger_page order by 1");
  expect(weeks.map(({ week }) => week)).toEqual([weekOf(earlier.taskId), weekOf(waiting.taskId)]);
});
