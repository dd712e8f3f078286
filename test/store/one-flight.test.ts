// Transactions whose commit is sent in one flight with their last statements: what undoes them, and that nothing that
// was undone is taken for a success.
import { expect, test, vi } from "vitest";
import { classifyDriverError, isUnexpected } from "../../src/store/driver-errors.ts";
import type { Database } from "../../src/store/pool.ts";
import type { Executor, RawRow } from "../../src/store/statement.ts";
import { read, type Transaction, transaction } from "../../src/store/transaction.ts";
import { openCuttingProxy } from "../helpers/cutting-proxy.ts";
import { createTestDatabase, openTestDatabase, query } from "../helpers/database.ts";
import { patience } from "../helpers/patience.ts";

function sql(tx: Executor, text: string, ...values: (string | number)[]): Promise<readonly RawRow[]> {
  return tx.query({ name: "", text }, values, ({ rows }) => rows);
}

const add = (tx: Executor) => sql(tx, "update counter set value = value + 1");
const refuse = (tx: Executor) => sql(tx, "select expected(false, 'this')");
const errorOf = (work: Promise<unknown>) => work.catch((reason: unknown) => reason);

async function openCounter(options: Parameters<typeof openTestDatabase>[0] = {}) {
  const database = await openTestDatabase(options);
  await query(database.databaseUrl, "create table counter (value int); insert into counter values (0)");
  return database;
}

async function counted(database: Database): Promise<number> {
  const rows = await read(database, {}, (tx) => sql(tx, "select value from counter"));
  return Number(rows[0]?.[0]);
}

/** Lets the clock be estimated, so that the next transaction waits for nothing. */
const warm = (database: Database) => transaction(database, {}, add);

/** What a transaction did beside its statements. */
function watch(tx: Transaction, seen: string[]): void {
  tx.afterCommit(() => void seen.push("committed"));
  tx.afterRollback(() => void seen.push("rolled back"));
}

test("a commit that is sent with the last statements is answered once they are", async () => {
  const database = await openCounter();
  await warm(database);
  const seen: string[] = [];
  const rows = await transaction(database, {}, (tx) => {
    watch(tx, seen);
    return tx.commitWith(Promise.all([add(tx), sql(tx, "select value from counter")]));
  });
  expect(rows[1]).toEqual([["2"]]);
  expect(await counted(database)).toBe(2);
  expect(seen).toEqual(["committed"]);
});

test("begin, statements and commit are one flight", async () => {
  const databaseUrl = await createTestDatabase();
  const proxy = await openCuttingProxy(Number(new URL(databaseUrl).port));
  const proxied = new URL(databaseUrl);
  proxied.port = new URL(proxy.url).port;
  await query(databaseUrl, "create table counter (value int); insert into counter values (0)");
  const database = await openTestDatabase({ databaseUrl: proxied.href, poolMax: 1 });
  await warm(database);
  // No answer comes back, and still all is done.
  const held = proxy.hold("down");
  const work = errorOf(transaction(database, {}, (tx) => tx.commitWith(add(tx))));
  await held;
  await vi.waitFor(async () => expect(await query(databaseUrl, "select value from counter")).toEqual([{ value: 2 }]), {
    ...patience,
  });
  proxy.cut();
  expect(classifyDriverError(await work)).toEqual({ kind: "unavailable", outcomeUnknown: true });
});

test("a guard that raises undoes all, and a commit that is answered with ROLLBACK is no success", async () => {
  const database = await openCounter({ poolMax: 1 });
  await warm(database);
  const seen: string[] = [];
  const error = await errorOf(
    transaction(database, {}, async (tx) => {
      watch(tx, seen);
      await tx.commitWith(Promise.all([add(tx), refuse(tx), add(tx)]));
    }),
  );
  expect(isUnexpected(error)).toBe(true);
  expect(await counted(database)).toBe(1);
  expect(seen).toEqual(["rolled back"]);
});

test("the same when the work does not look at the answers of its last statements", async () => {
  const database = await openCounter();
  await warm(database);
  const work = transaction(database, {}, async (tx) => {
    void tx.commitWith(Promise.all([add(tx), refuse(tx)])).catch(() => undefined);
    await Promise.resolve();
  });
  expect(isUnexpected(await errorOf(work))).toBe(true);
  expect(await counted(database)).toBe(1);
});

test("nothing is committed when one of the last statements could not even be sent", async () => {
  const database = await openCounter();
  await warm(database);
  const broken = async (tx: Executor) => {
    await Promise.resolve();
    void add(tx);
    throw new RangeError("not a number");
  };
  const work = transaction(database, {}, (tx) => tx.commitWith(Promise.all([add(tx), broken(tx)])));
  await expect(work).rejects.toThrow("not a number");
  expect(await counted(database)).toBe(1);
});

test("a statement after the commit was sent is refused", async () => {
  const database = await openCounter();
  await warm(database);
  const work = transaction(database, {}, async (tx) => {
    await tx.commitWith(add(tx));
    await add(tx);
  });
  await expect(work).rejects.toThrow("after its transaction had ended");
  expect(await counted(database)).toBe(2);
});

test("a conflict among the last statements is retried, and done once", async () => {
  const database = await openCounter();
  await warm(database);
  let attempts = 0;
  await transaction(database, {}, async (tx) => {
    attempts += 1;
    const conflict = "do $$ begin raise exception 'no' using errcode = '40001'; end $$";
    await tx.commitWith(Promise.all([add(tx), attempts === 1 ? sql(tx, conflict) : undefined]));
  });
  expect(attempts).toBe(2);
  expect(await counted(database)).toBe(2);
});

test("what is undone in memory is undone for each attempt, and not after an unknown outcome", async () => {
  const database = await openCounter();
  const seen: string[] = [];
  const work = transaction(database, {}, async (tx) => {
    watch(tx, seen);
    const [row] = await sql(tx, "select pg_backend_pid()");
    await tx.commitWith(sql(tx, `select pg_terminate_backend(${row?.[0]}), pg_sleep(10)`));
  });
  expect(classifyDriverError(await errorOf(work))).toEqual({ kind: "unavailable", outcomeUnknown: true });
  expect(seen).toEqual([]);
});

for (const [what, offMs, isDone] of [
  ["is a little behind", -100, true],
  ["was estimated as too early", -10_000, false],
  ["was estimated as too late", 10_000, false],
] as const) {
  test(`a transaction by a clock that ${what} is ${isDone ? "done" : "undone by Postgres"}`, async () => {
    const database = await openCounter();
    await warm(database);
    const time = { ...database.time, estimate: () => new Date(Date.now() + offMs) };
    const work = transaction({ ...database, time }, {}, (tx) => tx.commitWith(add(tx)));
    expect(isUnexpected(await errorOf(work))).toBe(!isDone);
    expect(await counted(database)).toBe(isDone ? 2 : 1);
  });
}

test("a clock that was set while the commit was under way makes nothing be done twice", async () => {
  const database = await openCounter();
  await warm(database);
  const time = { ...database.time, observe: () => false };
  await transaction({ ...database, time }, {}, (tx) => tx.commitWith(add(tx)));
  expect(await counted(database)).toBe(2);
});
