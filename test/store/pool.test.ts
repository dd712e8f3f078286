import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { classifyDriverError } from "../../src/store/driver-errors.ts";
import { type Database, openDatabase } from "../../src/store/pool.ts";
import { read, transaction } from "../../src/store/transaction.ts";
import { assertNothingLeaked, openTestDatabase, query } from "../helpers/database.ts";
import { patience } from "../helpers/patience.ts";

const faultOf = (work: Promise<unknown>) => work.then(() => undefined, classifyDriverError);
const now = (database: Database) => read(database, {}, (tx) => tx.now);

/** A pool on a port where something other than Postgres listens. */
async function openOnPort(): Promise<{ server: Server; database: Database }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const databaseUrl = `postgresql://ada@127.0.0.1:${port}/nothing`;
  const options = { poolMax: 1, acquireTimeoutMs: 50, applicationName: "asyncgate-test", log: () => undefined };
  const database = openDatabase({ databaseUrl, ...options });
  onTestFinished(() => database.close());
  return { server, database };
}

/** The bound of a wait is also the bound of making the first connection, which a busy machine may not keep. */
async function acquirePatiently(database: Database) {
  for (;;) {
    const client = await database.acquire().catch(() => undefined);
    if (client) return client;
  }
}

describe("the pool", () => {
  test("refuses a caller at once when the queue for a connection is full", async () => {
    const database = await openTestDatabase({ poolMax: 1, waitersMax: 1 });
    const held = await database.acquire();
    const waiting = now(database);
    expect(await faultOf(now(database))).toEqual({ kind: "overloaded", bound: 1, value: 2 });
    held.release();
    expect(await waiting).toBeInstanceOf(Date);
  });

  test("refuses a caller when its wait is over", async () => {
    const database = await openTestDatabase({ poolMax: 1, acquireTimeoutMs: 200 });
    const held = await acquirePatiently(database);
    expect(await faultOf(now(database))).toMatchObject({ kind: "overloaded" });
    held.release();
  });

  test("is unavailable when the port is closed", async () => {
    const { server, database } = await openOnPort();
    await new Promise((resolve) => server.close(resolve));
    expect(await faultOf(now(database))).toEqual({ kind: "unavailable", outcomeUnknown: false });
  });

  test("is unavailable when the port is open but never answers", async () => {
    const { server, database } = await openOnPort();
    expect(await faultOf(now(database))).toEqual({ kind: "unavailable", outcomeUnknown: false });
    server.close();
  });

  test("logs that Postgres ended an idle connection, and opens another", async () => {
    const database = await openTestDatabase();
    await now(database);
    await vi.waitFor(() => expect(database.busy()).toBe(0), patience);
    await query(
      database.databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await vi.waitFor(
      () => expect(database.logged.map(({ event }) => event)).toEqual(["database_connection_lost"]),
      patience,
    );
    expect(await now(database)).toBeInstanceOf(Date);
  });

  test("has no connection left when it is closed", async () => {
    const { databaseUrl } = await openTestDatabase();
    const options = { poolMax: 3, applicationName: "leaving", log: () => undefined };
    const database = openDatabase({ databaseUrl, ...options });
    await Promise.all([now(database), now(database), now(database)]);
    await database.close();
    const left = "select count(*)::int as left from pg_stat_activity where application_name = 'leaving'";
    expect(await query(databaseUrl, left)).toEqual([{ left: 0 }]);
  });

  test("is unavailable once it is closed", async () => {
    const { databaseUrl } = await openTestDatabase();
    const database = openDatabase({ databaseUrl, poolMax: 1, applicationName: "t", log: () => undefined });
    await database.close();
    expect(await faultOf(now(database))).toEqual({ kind: "unavailable", outcomeUnknown: false });
  });
});

describe("the leak check of the tests", () => {
  test("finds a connection that was not released", async () => {
    const database = await openTestDatabase();
    const client = await database.acquire();
    await expect(assertNothingLeaked(database, database.databaseUrl)).rejects.toThrow("1 connections still in use");
    client.release();
  });

  test("finds an open transaction on a connection that was released", async () => {
    const database = await openTestDatabase();
    const client = await database.acquire();
    await client.query("begin");
    client.release();
    await expect(assertNothingLeaked(database, database.databaseUrl)).rejects.toThrow("transactions open");
    const again = await database.acquire();
    await again.query("rollback");
    again.release();
  });

  test("finds nothing after transactions that succeeded and failed", async () => {
    const database = await openTestDatabase();
    await transaction(database, {}, async () => undefined);
    await transaction(database, {}, () => Promise.reject(new Error("badly"))).catch(() => undefined);
    await assertNothingLeaked(database, database.databaseUrl);
  });
});
