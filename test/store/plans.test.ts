// Plans do not depend on statistics. Each statement enters each table by one index, the same before anything was
// analyzed, with statistics of a table that has long outgrown them, with a plan kept from then, and with good ones;
// and what it touches follows from what it is asked for, not from what lies beside. TEST_PLAN_TASKS sets how many tasks
// the large tables hold (300000 make a million rows and more).
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import type { ParsedStatement } from "../../src/build/parse-sql.ts";
import { PLANNER_SETTINGS } from "../../src/store/transaction.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { fillTables, prepareTables, type Sizes, tenantId } from "./plan-data.ts";
import { argumentsOf, batch, exempt, expectations } from "./plan-expectations.ts";
import * as plan from "./plan-shape.ts";

const none: Sizes = { ready: 0, lease: 0, ended: 0 };
const one: Sizes = { ready: 1, lease: 1, ended: 1 };
/** Enough for a whole read to be told from a few looks, and for stale statistics to be far off. */
const some: Sizes = { ready: 5_000, lease: 3_000, ended: 8_000 };

/** About 16 buffers a looked-up row for the widest (ReadTasks: six tables, four levels and a heap page at the most). */
const buffersPerRowMax = 30;
/** A week that is asked costs a page or two though it has nothing: the price of receipts sought by id alone. */
const weeks = 6;
const largeTasks = Number(process.env["TEST_PLAN_TASKS"] ?? 60_000);
const timeoutMs = 30_000 + largeTasks;

type Mode = "force_generic_plan" | "force_custom_plan";
type Connect = (mode: Mode, settings?: typeof PLANNER_SETTINGS) => Promise<pg.Client>;
type Looked = { readonly ways: readonly string[]; readonly faults: readonly string[]; readonly cost: plan.Cost };

async function openTables() {
  const databaseUrl = await createTestDatabase();
  const connect: Connect = async (mode, settings = PLANNER_SETTINGS) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(`set plan_cache_mode = ${mode}`);
    for (const [name, value] of settings) await client.query(`set ${name} = ${value}`);
    return client;
  };
  const admin = await connect("force_custom_plan", []);
  await prepareTables(admin);
  return { admin, connect, statements: await hotStatements(), catalog: await plan.readCatalog(admin) };
}

async function hotStatements(): Promise<ParsedStatement[]> {
  return [...(await plan.readStatements()).values()].filter(({ name }) => Object.hasOwn(expectations, name));
}

/** Runs each statement, prepared before or now, and takes back what it did. */
async function look(
  client: pg.Client,
  statements: readonly ParsedStatement[],
  catalog: plan.Catalog,
  prepared: "now" | "before",
): Promise<Map<string, Looked>> {
  const looked = new Map<string, Looked>();
  if (prepared === "now") await client.query("deallocate all");
  for (const statement of statements) {
    if (prepared === "now") await plan.prepare(client, statement);
    await client.query("begin");
    const seen = await plan.explain(client, statement, argumentsOf(statement.name), "analyze, buffers, timing off, ");
    await client.query("rollback");
    looked.set(statement.name, { ...plan.shapeOf(seen, catalog), cost: plan.costOf(seen) });
  }
  return looked;
}

function expectShapes(looked: ReadonlyMap<string, Looked>): void {
  const faults: string[] = [];
  for (const [name, { ways, faults: found }] of looked) {
    const expectation = expectations[name];
    const allowed = expectation?.ways.some((one) => one.join() === ways.join());
    if (!allowed) faults.push(`${name} goes by ${ways.join(", ")}`);
    if (expectation?.sortsItsAnswer !== true || !found.every((fault) => fault.startsWith("sorts"))) {
      faults.push(...found.map((fault) => `${name}: ${fault}`));
    }
  }
  expect(faults).toEqual([]);
}

/** Of what is asked for by key, nothing is read in vain, and each row costs a walk down an index. */
function expectBounded(looked: ReadonlyMap<string, Looked>): void {
  const rowsMax = batch * weeks;
  const faults = [...looked]
    .filter(([name]) => !answersAll.has(name))
    .filter(([, { cost }]) => cost.removed > rowsMax || cost.buffers > rowsMax * buffersPerRowMax)
    .map(([name, { cost }]) => `${name} touched ${cost.buffers} buffers and removed ${cost.removed} rows`);
  expect(faults).toEqual([]);
}

/** Its answer is as large as what one session keeps, which here is half of all leases. */
const answersAll = new Set(["PollObligations", "ListLeasesOfSession", "ListLeasesOfSessions"]);

test("every statement is expected to go one way, or is exempt and says why", async () => {
  const statements = [...(await plan.readStatements()).values()];
  const unknown = statements
    .filter(({ sql }) => !/^\s*insert\b/i.test(sql) && /\b(?:from|update)\b/i.test(sql))
    .map(({ name }) => name)
    .filter((name) => !Object.hasOwn(expectations, name) && !Object.hasOwn(exempt, name));
  expect(unknown, "add them to test/store/plan-expectations.ts").toEqual([]);
  const names = new Set(statements.map(({ name }) => name));
  const gone = [...Object.keys(expectations), ...Object.keys(exempt)].filter((name) => !names.has(name));
  expect(gone, "remove them from test/store/plan-expectations.ts").toEqual([]);
});

test("nothing was ever analyzed: each statement goes its one way, before and after the tables have grown", async () => {
  const { admin, connect, statements, catalog } = await openTables();
  const [kept, generic, custom] = [
    await connect("force_generic_plan"),
    await connect("force_generic_plan"),
    await connect("force_custom_plan"),
  ];
  expectShapes(await look(kept, statements, catalog, "now"));
  expectShapes(await look(custom, statements, catalog, "now"));
  await fillTables(admin, none, some);
  for (const looked of [
    await look(kept, statements, catalog, "before"),
    await look(generic, statements, catalog, "now"),
    await look(custom, statements, catalog, "now"),
  ]) {
    expectShapes(looked);
    expectBounded(looked);
  }
});

test("statistics and kept plans of tables of one row: each statement goes its one way among thousands", async () => {
  const { admin, connect, statements, catalog } = await openTables();
  await fillTables(admin, none, one);
  await admin.query("vacuum analyze");
  const [kept, generic, custom] = [
    await connect("force_generic_plan"),
    await connect("force_generic_plan"),
    await connect("force_custom_plan"),
  ];
  expectShapes(await look(kept, statements, catalog, "now"));
  await fillTables(admin, one, some);
  for (const looked of [
    await look(kept, statements, catalog, "before"),
    await look(generic, statements, catalog, "now"),
    await look(custom, statements, catalog, "now"),
  ]) {
    expectShapes(looked);
    expectBounded(looked);
  }
});

// A busy cluster may make a connection plan anew by itself, and then the control shows nothing: it is tried again.
test("the control: a plan kept from a table of one row reads all of it, unless a planner setting forbids", {
  retry: 10,
}, async () => {
  const { admin, connect, statements, catalog } = await openTables();
  await fillTables(admin, none, one);
  await admin.query("vacuum analyze");
  const client = await connect("force_generic_plan", []);
  const lockLeases = statements.filter(({ name }) => name === "LockLeases");
  await look(client, lockLeases, catalog, "now");
  await fillTables(admin, one, some);
  const looked = await look(client, lockLeases, catalog, "before");
  expect(looked.get("LockLeases")?.ways).toContain("lease: Seq Scan");
  expect(looked.get("LockLeases")?.cost.removed).toBeGreaterThan(some.lease);
});

test(
  "large and analyzed: each statement goes its one way, and touches what it is asked for",
  async () => {
    const { admin, connect, statements, catalog } = await openTables();
    const large = { ready: largeTasks / 4, lease: largeTasks / 12, ended: (largeTasks * 2) / 3 };
    await fillTables(admin, none, large);
    await admin.query("analyze");
    for (const mode of ["force_generic_plan", "force_custom_plan"] as const) {
      const looked = await look(await connect(mode), statements, catalog, "now");
      expectShapes(looked);
      expectBounded(looked);
    }
  },
  timeoutMs,
);

test("the wait poller has no planner settings: planned anew, it reads no table that has grown as a whole", async () => {
  const { admin, connect, statements, catalog } = await openTables();
  const pollWaits = statements.filter(({ name }) => name === "PollWaits");
  const bare = await connect("force_custom_plan", []);
  const ofGrown = async () => {
    const looked = await look(bare, pollWaits, catalog, "now");
    expectBounded(looked);
    const ways = looked.get("PollWaits")?.ways ?? [];
    // Weeks in which nothing has ended are read whole, and cost nothing; that others are not, the bounds say.
    return ways.filter((way) => /^(ready|lease): Seq Scan/.test(way));
  };
  await fillTables(admin, none, some);
  expect(await ofGrown(), "never analyzed").toEqual([]);
  await admin.query("analyze");
  expect(await ofGrown(), "analyzed").toEqual([]);
  await fillTables(admin, some, { ready: 20_000, lease: 12_000, ended: 32_000 });
  expect(await ofGrown(), "with statistics that were outgrown").toEqual([]);
});

/** What a claim reads and locks, and then takes away. */
const claim = ["PickReady", "LockPickedReady", "ReadToGrant", "DeleteReady"];
/** An index of a large table has a level or two more, and its pages are split elsewhere. */
const growthMax = 1.7;

async function buffersOf(client: pg.Client, names: readonly string[], catalog: plan.Catalog): Promise<number> {
  const statements = (await hotStatements()).filter(({ name }) => names.includes(name));
  // Once to fill the caches of the connection, whose own reads are counted too.
  await look(client, statements, catalog, "now");
  const looked = await look(client, statements, catalog, "before");
  return [...looked.values()].reduce((sum, { cost }) => sum + cost.buffers, 0);
}

test(
  "a claim touches as much beside a hundred thousand tasks that nobody here can do as beside none",
  async () => {
    const { admin, connect, catalog } = await openTables();
    await fillTables(admin, none, { ...none, ready: 1_000 });
    const client = await connect("force_generic_plan");
    const without = await buffersOf(client, claim, catalog);
    await admin.query(
      `insert into lane values ('${tenantId}', 99, 'default', 'rare', '{gpu}', 9);
     insert into ready select '${tenantId}', 99, '2024-12-01Z', plan_id(4, i), 1, 0, 0, 0, 1, 1,
       decode(repeat('ab', 32), 'hex'), plan_id(4, i), null from generate_series(1, 100000) as i`,
    );
    expect(await buffersOf(client, claim, catalog)).toBeLessThan(without * growthMax);
  },
  timeoutMs,
);

test(
  "a claim touches as much of a large backlog as of a small one",
  async () => {
    const { admin, connect, catalog } = await openTables();
    await fillTables(admin, none, { ...none, ready: 1_000 });
    const client = await connect("force_generic_plan");
    const small = await buffersOf(client, claim, catalog);
    await fillTables(admin, { ...none, ready: 1_000 }, { ...none, ready: largeTasks });
    expect(await buffersOf(client, claim, catalog)).toBeLessThan(small * growthMax);
  },
  timeoutMs,
);

test(
  "what is open is listed at the same cost beside a large closed history as beside none",
  async () => {
    const { admin, connect, catalog } = await openTables();
    await fillTables(admin, none, { ...none, ready: 500, lease: 500 });
    const client = await connect("force_generic_plan");
    const list = ["ListOpenAssigned", "ListOpenAccepted", "ReadReceiptsOfTasks", "ReadStandings"];
    const without = await buffersOf(client, list, catalog);
    await fillTables(admin, { ...none, ready: 500, lease: 500 }, { ready: 500, lease: 500, ended: largeTasks });
    expect(await buffersOf(client, list, catalog)).toBeLessThan(without * growthMax);
  },
  timeoutMs,
);
