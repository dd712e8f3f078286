// A database of its own for each test, cloned from the migrated template and dropped after the test. A test that leaves
// a connection in use or a transaction open fails, even when all its assertions hold.
import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished, vi } from "vitest";
import { administrate, urlOf } from "../../src/postgres/scratch-postgres.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../src/store/pool.ts";
import { patience } from "./patience.ts";

export type TestDatabase = Database & {
  readonly databaseUrl: string;
  /** The logged events, in order. */
  readonly logged: { readonly event: string; readonly facts: Readonly<Record<string, unknown>> }[];
};

/** Small, so that a test that holds connections notices; large enough for a few rivals. */
const poolMaxDefault = 5;

/** The URL of a fresh clone of the migrated template, or of an empty database. Dropped after the test, or `atEnd`. */
export async function createTestDatabase(
  content: "migrated" | "empty" = "migrated",
  atEnd: (drop: () => Promise<void>) => void = onTestFinished,
): Promise<string> {
  const adminUrl = inject("adminUrl");
  const name = `asyncgate_test_${randomUUID().replaceAll("-", "")}`;
  const template = content === "migrated" ? inject("templateName") : "template0";
  // Copying files is up to four times as fast as logging each page, and no test database has to survive a crash.
  await administrate(adminUrl, `create database ${name} template ${template} strategy file_copy`);
  atEnd(() => administrate(adminUrl, `drop database ${name} with (force)`));
  return urlOf(adminUrl, name);
}

/** A pool on a fresh database; several servers of one test share a `databaseUrl`. */
export async function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<TestDatabase> {
  const databaseUrl = options.databaseUrl ?? (await createTestDatabase());
  const logged: TestDatabase["logged"] = [];
  const database = openDatabase({
    poolMax: poolMaxDefault,
    applicationName: "asyncgate-test",
    log: (event, facts) => void logged.push({ event, facts }),
    ...options,
    databaseUrl,
  });
  onTestFinished(async () => {
    // A commit that the test did not await may still be on its way.
    await vi.waitFor(() => assertNothingLeaked(database, databaseUrl), { ...patience, interval: 5 });
    await database.close();
  });
  return { ...database, databaseUrl, logged };
}

/** Throws when a connection is in use, or any transaction is open on this database. */
export async function assertNothingLeaked(database: Database, databaseUrl: string): Promise<void> {
  if (database.busy() > 0) throw new Error(`the test ended with ${database.busy()} connections still in use`);
  // As the administrator, whatever the role of the test may see or do.
  const open = await query(
    urlOf(inject("adminUrl"), new URL(databaseUrl).pathname.slice(1)),
    `select pid, state, left(query, 200) as query from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
        and backend_type = 'client backend'`,
  );
  if (open.length > 0) throw new Error(`the test ended with transactions open: ${JSON.stringify(open)}`);
}

export type Login = { readonly name: string; urlOf(databaseUrl: string): string };

/**
 * A role with settings or limits of its own, dropped after the databases that the test makes later. It may read and
 * write their tables once `grantTables` has run.
 */
export async function createLogin(options = ""): Promise<Login> {
  const adminUrl = inject("adminUrl");
  const name = `login_${randomUUID().replaceAll("-", "")}`;
  const password = randomUUID();
  await administrate(adminUrl, `create role ${name} login password '${password}' ${options}`);
  onTestFinished(() => administrate(adminUrl, `drop role ${name}`));
  return {
    name,
    urlOf(databaseUrl) {
      const url = new URL(databaseUrl);
      url.username = name;
      url.password = password;
      return url.href;
    },
  };
}

export async function grantTables(databaseUrl: string, { name }: Login): Promise<void> {
  await query(databaseUrl, `grant select, insert, update, delete on all tables in schema public to ${name}`);
}

/** Reads or damages a database from outside the code under test: one connection, one statement. */
export async function query<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
