// The weeks of the ledger: made before they are needed, once, by any server, and verified as one ledger.
import { expect, test } from "vitest";
import { query } from "../../helpers/database.ts";
import { hand, openScene, verify } from "../../helpers/ledger-scenario.ts";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const parents = ["task", "note", "ended", "ledger_page", "ledger_to"];

function weeksOf(databaseUrl: string): Promise<{ parent: string; name: string }[]> {
  return query(
    databaseUrl,
    `select inhparent::regclass::text as parent, inhrelid::regclass::text as name from pg_inherits
      where inhparent::regclass::text in (${parents.map((name) => `'${name}'`).join(", ")}) order by 1, 2`,
  );
}

test("weeks are made for each table, a day back and four weeks ahead, and once", async () => {
  const { operations, database, clock } = await openScene();
  const weeks = await weeksOf(database.databaseUrl);
  expect(new Set(weeks.map(({ parent }) => parent))).toEqual(new Set(parents));
  const names = new Set(weeks.map(({ name }) => name));
  const mondayOf = (ms: number) => new Date(ms - (Math.floor(ms / dayMs + 3) % 7) * dayMs);
  for (const ms of [-dayMs, 0, weekMs, 2 * weekMs, 3 * weekMs, 4 * weekMs]) {
    const day = mondayOf(clock.now().getTime() + ms)
      .toISOString()
      .slice(0, 10)
      .replaceAll("-", "");
    for (const parent of parents) expect(names).toContain(`${parent}_w${day}`);
  }
  expect(await operations.makePartitions()).toBe(0);
  expect(await weeksOf(database.databaseUrl)).toEqual(weeks);
});

test("servers that make weeks at once make each once", async () => {
  const { operations, database, clock } = await openScene();
  clock.advance(5 * weekMs);
  const other = await openScene({ databaseUrl: database.databaseUrl, clock: { ...clock, now: clock.now } });
  clock.advance(5 * weekMs);
  const made = await Promise.all([operations, other.operations].map((server) => server.makePartitions()));
  expect(made.filter((count) => count > 0)).toHaveLength(1);
  expect(await operations.makePartitions()).toBe(0);
});

test("tasks of different weeks lie in different weeks and are listed, owed and verified as one ledger", async () => {
  const scene = await openScene();
  const first = await hand(scene);
  scene.clock.advance(weekMs);
  const second = await hand(scene, { parentReceipts: [first.assignedReceiptId] });
  const rows = await query<{ week: string }>(
    scene.database.databaseUrl,
    "select distinct tableoid::regclass::text as week from ledger_page order by 1",
  );
  expect(rows).toHaveLength(2);
  expect(await verify(scene)).toMatchObject({ whole: true, chains: 2n, receipts: 2n });
  expect(second.taskId > first.taskId).toBe(true);
});
