// A Postgres that allows fewer connections than the pool may open: callers share those that there are.
import pg from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createConnectionLimit } from "../../src/store/connection-limit.ts";
import { classifyDriverError } from "../../src/store/driver-errors.ts";
import type { Database } from "../../src/store/pool.ts";
import { read, transaction } from "../../src/store/transaction.ts";
import { createLogin, createTestDatabase, openTestDatabase, query } from "../helpers/database.ts";
import { patience } from "../helpers/patience.ts";

const poolMax = 20;

async function openLimited(limit: number, acquireTimeoutMs = patience.timeout) {
  const login = await createLogin(`connection limit ${limit}`);
  const ownUrl = await createTestDatabase();
  const database = await openTestDatabase({ databaseUrl: login.urlOf(ownUrl), poolMax, acquireTimeoutMs });
  const allow = (count: number) => query(ownUrl, `alter role ${login.name} connection limit ${count}`);
  const endAll = () =>
    query(ownUrl, `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${login.name}'`);
  return { database, allow, endAll };
}

/** Holds its connection for a few milliseconds, so that many at once want many connections. */
function work(database: Database): Promise<unknown> {
  return transaction(database, {}, (tx) => tx.query({ name: "", text: "select pg_sleep(0.005)" }, [], () => undefined));
}

const crowd = (database: Database, size = 100) => Promise.all(Array.from({ length: size }, () => work(database)));

describe("a Postgres that allows three connections to a pool of twenty", () => {
  test("answers every call of a crowd, and the log says so once", async () => {
    const { database } = await openLimited(3);
    for (let round = 0; round < 5; round += 1) await crowd(database);
    expect(database.logged.map(({ event }) => event)).toEqual(["database_connections_limited"]);
    expect(database.logged[0]?.facts).toMatchObject({ pool_max: poolMax, error: expect.stringMatching(/too many/) });
    expect(database.connections()).toMatchObject({ open: 3, max: poolMax });
    expect(database.connections().allowed).toBeLessThanOrEqual(5);
  });

  test("is asked for more from time to time, and gives them when it may", async () => {
    const { database, allow } = await openLimited(3);
    await crowd(database);
    await allow(-1);
    await vi.waitFor(async () => {
      await crowd(database);
      expect(database.connections().allowed).toBe(poolMax);
    }, patience);
    expect(database.logged.map(({ event }) => event)).toEqual([
      "database_connections_limited",
      "database_connections_allowed",
    ]);
    expect(database.connections().open).toBeGreaterThan(3);
  });

  test("that takes some of them away later is still enough", async () => {
    const { database, allow, endAll } = await openLimited(3);
    await crowd(database);
    await allow(1);
    await endAll();
    await vi.waitFor(() => expect(database.connections().open).toBe(0), patience);
    await crowd(database);
    expect(database.connections()).toMatchObject({ open: 1 });
  });
});

describe("a Postgres that allows no connection", () => {
  test("is unavailable", async () => {
    const { database } = await openLimited(0, 500);
    const fault = await read(database, {}, (tx) => tx.now).then(() => undefined, classifyDriverError);
    expect(fault).toEqual({ kind: "unavailable", outcomeUnknown: false });
  });

  test("because another client has the last one answers the calls that wait when that client goes", async () => {
    const { database } = await openLimited(1);
    const other = new pg.Client({ connectionString: database.databaseUrl });
    await other.connect();
    const waiting = crowd(database, 10);
    await vi.waitFor(() => expect(database.logged).toHaveLength(1), patience);
    await other.end();
    await waiting;
  });
});

describe("the limit", () => {
  test("falls to what is open, and rises when a probe is due, rarer while probes fail", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const limit = createConnectionLimit({ connectionsMax: 20, probeMinMs: 1_000, onChange: () => {}, log: () => {} });
    limit.refused(3, "too many");
    limit.probe();
    expect(limit.allowed).toBe(3);
    vi.advanceTimersByTime(1_000);
    limit.probe();
    expect(limit.allowed).toBe(5);
    limit.refused(3, "too many");
    vi.advanceTimersByTime(1_999);
    limit.probe();
    expect(limit.allowed).toBe(3);
    vi.advanceTimersByTime(1);
    limit.probe();
    expect(limit.allowed).toBe(5);
    limit.accepted(4);
    limit.probe();
    expect(limit.allowed).toBe(7);
  });
});
