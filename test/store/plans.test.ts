// Plans do not depend on statistics. Each statement reads each table by one index: without statistics, with outdated
// ones, with a plan kept from when they were outdated, and with good ones. Its cost follows from what it is asked for,
// not from the size of the tables. TEST_PLAN_TASKS sets the number of tasks in the large tables (300000 make over a
// million rows).
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import type { ParsedStatement } from "../../src/build/parse-sql.ts";
import { plannerSettings } from "../../src/store/transaction.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { fillTables, prepareTables, type Sizes, tenantId } from "./plan-data.ts";
import { argumentsOf, batch, exempt, expectations } from "./plan-expectations.ts";
import * as plan from "./plan-shape.ts";

const none: Sizes = { ready: 0, lease: 0, ended: 0 };
const one: Sizes = { ready: 1, lease: 1, ended: 1 };
/** Enough to tell a scan from a few lookups, and for outdated statistics to be far off. */
const some: Sizes = { ready: 5_000, lease: 3_000, ended: 8_000 };

/**
 * The widest statement (ReadTasks) takes about 16 buffers per row: six tables, each with up to four levels and a page.
 */
const buffersPerRowMax = 30;
/** Looking up a receipt by id alone reads every week, a page or two where it is not. */
const weeks = 6;
const largeTasks = Number(process.env["TEST_PLAN_TASKS"] ?? 60_000);
const timeoutMs = 30_000 + largeTasks;

type Mode = "force_generic_plan" | "force_custom_plan";
type Connect = (mode: Mode, settings?: typeof plannerSettings) => Promise<pg.Client>;
/** Statements are run with keys that are not there, too: guards let that pass here. */
const noGuards = `create or replace function expected(holds boolean, what text) returns boolean language plpgsql as
  $$ begin return true; end $$`;

type Explained = { readonly ways: readonly string[]; readonly faults: readonly string[]; readonly cost: plan.Cost };

async function openTables() {
  const databaseUrl = await createTestDatabase();
  const connect: Connect = async (mode, settings = plannerSettings) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(`set plan_cache_mode = ${mode}`);
    for (const [name, value] of settings) await client.query(`set ${name} = ${value}`);
    return client;
  };
  const admin = await connect("force_custom_plan", []);
  await prepareTables(admin);
  await admin.query(noGuards);
  return { admin, connect, statements: await hotStatements(), catalog: await plan.readCatalog(admin) };
}

async function hotStatements(): Promise<ParsedStatement[]> {
  return [...(await plan.readStatements()).values()].filter(({ name }) => Object.hasOwn(expectations, name));
}

/** Runs each statement, prepared before or now, and rolls it back. */
async function explainAll(
  client: pg.Client,
  statements: readonly ParsedStatement[],
  catalog: plan.Catalog,
  prepared: "now" | "before",
): Promise<Map<string, Explained>> {
  const explained = new Map<string, Explained>();
  if (prepared === "now") await client.query("deallocate all");
  for (const statement of statements) {
    if (prepared === "now") await plan.prepare(client, statement);
    await client.query("begin");
    const seen = await plan.explain(client, statement, argumentsOf(statement.name), "analyze, buffers, timing off, ");
    await client.query("rollback");
    explained.set(statement.name, { ...plan.shapeOf(seen, catalog), cost: plan.costOf(seen) });
  }
  return explained;
}

function expectShapes(explained: ReadonlyMap<string, Explained>): void {
  const faults: string[] = [];
  for (const [name, { ways, faults: found }] of explained) {
    const expectation = expectations[name];
    const allowed = expectation?.ways.some((one) => one.join() === ways.join());
    if (!allowed) faults.push(`${name} reads by ${ways.join(", ")}`);
    if (expectation?.sortsItsAnswer !== true || !found.every((fault) => fault.startsWith("sorts"))) {
      faults.push(...found.map((fault) => `${name}: ${fault}`));
    }
  }
  expect(faults).toEqual([]);
}

/** A lookup by key reads nothing in vain, and each row costs one descent of an index. */
function expectBounded(explained: ReadonlyMap<string, Explained>): void {
  const rowsMax = batch * weeks;
  const faults = [...explained]
    .filter(([name]) => !answersAll.has(name))
    .filter(([, { cost }]) => cost.removed > rowsMax || cost.buffers > rowsMax * buffersPerRowMax)
    .map(([name, { cost }]) => `${name} touched ${cost.buffers} buffers and removed ${cost.removed} rows`);
  expect(faults).toEqual([]);
}

/** Their answer is everything that one session keeps, which here is half of all leases. */
const answersAll = new Set(["PollObligations", "ListLeasesOfSession", "ListLeasesOfSessions"]);

test("every statement has an expected plan, or an exemption with its reason", async () => {
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

test("without statistics, each statement keeps its plan, before and after the tables have grown", async () => {
  const { admin, connect, statements, catalog } = await openTables();
  const [kept, generic, custom] = [
    await connect("force_generic_plan"),
    await connect("force_generic_plan"),
    await connect("force_custom_plan"),
  ];
  expectShapes(await explainAll(kept, statements, catalog, "now"));
  expectShapes(await explainAll(custom, statements, catalog, "now"));
  await fillTables(admin, none, some);
  for (const explained of [
    await explainAll(kept, statements, catalog, "before"),
    await explainAll(generic, statements, catalog, "now"),
    await explainAll(custom, statements, catalog, "now"),
  ]) {
    expectShapes(explained);
    expectBounded(explained);
  }
});

test("with statistics and kept plans of tables of one row, each statement keeps its plan among thousands", async () => {
  const { admin, connect, statements, catalog } = await openTables();
  await fillTables(admin, none, one);
  await admin.query("vacuum analyze");
  const [kept, generic, custom] = [
    await connect("force_generic_plan"),
    await connect("force_generic_plan"),
    await connect("force_custom_plan"),
  ];
  expectShapes(await explainAll(kept, statements, catalog, "now"));
  await fillTables(admin, one, some);
  for (const explained of [
    await explainAll(kept, statements, catalog, "before"),
    await explainAll(generic, statements, catalog, "now"),
    await explainAll(custom, statements, catalog, "now"),
  ]) {
    expectShapes(explained);
    expectBounded(explained);
  }
});

/** So few that little else happens on the cluster before they are there. */
const few = { ready: 2, lease: 3_000, ended: 2 };

// On a busy cluster a connection may plan again by itself; then the control shows nothing and is retried.
test("a control: without planner settings, a plan kept from a table of one row reads the whole table", {
  retry: 30,
}, async () => {
  const { admin, connect, statements, catalog } = await openTables();
  await fillTables(admin, none, one);
  await admin.query("vacuum analyze");
  const client = await connect("force_generic_plan", []);
  const lockLeases = statements.filter(({ name }) => name === "LockLeases");
  await explainAll(client, lockLeases, catalog, "now");
  await fillTables(admin, one, few);
  const explained = await explainAll(client, lockLeases, catalog, "before");
  expect(explained.get("LockLeases")?.ways).toContain("lease: Seq Scan");
  expect(explained.get("LockLeases")?.cost.removed).toBeGreaterThan(few.lease);
});

test(
  "with large, analyzed tables, each statement keeps its plan and reads only what it is asked for",
  async () => {
    const { admin, connect, statements, catalog } = await openTables();
    const large = { ready: largeTasks / 4, lease: largeTasks / 12, ended: (largeTasks * 2) / 3 };
    await fillTables(admin, none, large);
    await admin.query("analyze");
    for (const mode of ["force_generic_plan", "force_custom_plan"] as const) {
      const explained = await explainAll(await connect(mode), statements, catalog, "now");
      expectShapes(explained);
      expectBounded(explained);
    }
  },
  timeoutMs,
);

test("the wait poller, planned each time without planner settings, scans no large table", async () => {
  const { admin, connect, statements, catalog } = await openTables();
  const pollWaits = statements.filter(({ name }) => name === "PollWaits");
  const bare = await connect("force_custom_plan", []);
  const scansOfLarge = async () => {
    const explained = await explainAll(bare, pollWaits, catalog, "now");
    expectBounded(explained);
    const ways = explained.get("PollWaits")?.ways ?? [];
    // Empty weeks are scanned, at no cost; the bounds show that other weeks are not.
    return ways.filter((way) => /^(ready|lease): Seq Scan/.test(way));
  };
  await fillTables(admin, none, some);
  expect(await scansOfLarge(), "never analyzed").toEqual([]);
  await admin.query("analyze");
  expect(await scansOfLarge(), "analyzed").toEqual([]);
  await fillTables(admin, some, { ready: 20_000, lease: 12_000, ended: 32_000 });
  expect(await scansOfLarge(), "with outdated statistics").toEqual([]);
});

/** The statements of a claim. */
const claim = ["PickReady", "LockPickedReady", "ReadToGrant", "DeleteReady"];
/** An index of a large table has a level or two more, and its pages are split at other places. */
const growthMax = 1.7;

async function buffersOf(client: pg.Client, names: readonly string[], catalog: plan.Catalog): Promise<number> {
  const statements = (await hotStatements()).filter(({ name }) => names.includes(name));
  // The first run fills the connection's caches, whose reads are counted as well.
  await explainAll(client, statements, catalog, "now");
  const explained = await explainAll(client, statements, catalog, "before");
  return [...explained.values()].reduce((sum, { cost }) => sum + cost.buffers, 0);
}

test(
  "a claim reads as little beside a hundred thousand tasks that the worker cannot do as without them",
  async () => {
    const { admin, connect, catalog } = await openTables();
    await fillTables(admin, none, { ...none, ready: 1_000 });
    const client = await connect("force_generic_plan");
    const without = await buffersOf(client, claim, catalog);
    await admin.query(
      `insert into lane values ('${tenantId}', 99, 'default', 'rare', '{gpu}', 9);
     insert into ready select '${tenantId}', 99, '2024-12-01Z', plan_id(4, i), 1, 0, 0, 0, 1, 1,
       decode(repeat('ab', 32), 'hex'), plan_id(4, i), null, page_of(plan_id(4, i))
     from generate_series(1, 100000) as i`,
    );
    expect(await buffersOf(client, claim, catalog)).toBeLessThan(without * growthMax);
  },
  timeoutMs,
);

test(
  "a claim reads as little from a large backlog as from a small one",
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
  "open obligations are listed at the same cost beside a large history as without one",
  async () => {
    const { admin, connect, catalog } = await openTables();
    await fillTables(admin, none, { ...none, ready: 500, lease: 500 });
    const client = await connect("force_generic_plan");
    const list = ["ListOpenAssigned", "ListOpenAccepted", "ReadReceiptsOfTasks", "ReadTaskSummaries"];
    const without = await buffersOf(client, list, catalog);
    await fillTables(admin, { ...none, ready: 500, lease: 500 }, { ready: 500, lease: 500, ended: largeTasks });
    expect(await buffersOf(client, list, catalog)).toBeLessThan(without * growthMax);
  },
  timeoutMs,
);
