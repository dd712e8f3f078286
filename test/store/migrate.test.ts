import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { migrate, readMigrations } from "../../src/store/migrate.ts";
import { createTestDatabase, openTestDatabase, query } from "../helpers/database.ts";

async function directoryOf(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(directory, name), sql);
  return directory;
}

const emptyDatabase = async () => openTestDatabase({ databaseUrl: await createTestDatabase("empty") });

const twoMigrations = {
  "0001_one.sql": "create table one (a int); insert into one values (1);",
  "0002_two.sql": "create table two (b int);",
};

describe("migrate", () => {
  test("applies what is missing in order, and nothing the second time", async () => {
    const database = await emptyDatabase();
    const directory = await directoryOf(twoMigrations);
    expect(await migrate(database, directory)).toEqual(["0001_one.sql", "0002_two.sql"]);
    expect(await migrate(database, directory)).toEqual([]);
    await writeFile(join(directory, "0003_three.sql"), "alter table one add column c int;");
    expect(await migrate(database, directory)).toEqual(["0003_three.sql"]);
    expect(await query(database.databaseUrl, "select version, name from schema_migration order by version")).toEqual([
      { version: 1, name: "one" },
      { version: 2, name: "two" },
      { version: 3, name: "three" },
    ]);
  });

  test("applies each once when several servers start at once", async () => {
    const databaseUrl = await createTestDatabase("empty");
    const directory = await directoryOf({
      ...twoMigrations,
      // Slow enough that the others arrive while it runs; run twice, it would fail.
      "0003_slow.sql": "select pg_sleep(0.1); insert into two values (1); create unique index on two (b);",
    });
    const servers = await Promise.all([1, 2, 3, 4].map(() => openTestDatabase({ databaseUrl })));
    const applied = await Promise.all(servers.map((server) => migrate(server, directory)));
    expect(applied.flat().sort()).toEqual(["0001_one.sql", "0002_two.sql", "0003_slow.sql"]);
    expect(await query(databaseUrl, "select count(*)::int as rows from two")).toEqual([{ rows: 1 }]);
  });

  test("leaves nothing of one that fails, names its line, and continues once it is fixed", async () => {
    const database = await emptyDatabase();
    const directory = await directoryOf({
      ...twoMigrations,
      "0003_bad.sql": "create table three (c int);\n\nselect no_column;\n",
    });
    await expect(migrate(database, directory)).rejects.toThrow(
      'migration 0003_bad.sql:3: column "no_column" does not exist',
    );
    expect(await query(database.databaseUrl, "select to_regclass('three') as three")).toEqual([{ three: null }]);
    await writeFile(join(directory, "0003_bad.sql"), "create table three (c int);");
    expect(await migrate(database, directory)).toEqual(["0003_bad.sql"]);
  });

  test("refuses when an applied file has changed", async () => {
    const database = await emptyDatabase();
    const directory = await directoryOf(twoMigrations);
    await migrate(database, directory);
    await writeFile(join(directory, "0001_one.sql"), "create table one (a bigint);");
    await expect(migrate(database, directory)).rejects.toThrow(
      "migration 0001_one.sql differs from the 0001_one.sql that this database has applied",
    );
  });

  test("refuses a database that is newer than the build", async () => {
    const database = await emptyDatabase();
    await migrate(database, await directoryOf(twoMigrations));
    const older = await directoryOf({ "0001_one.sql": twoMigrations["0001_one.sql"] });
    await expect(migrate(database, older)).rejects.toThrow(
      "the schema is newer than this program: the database has migration 0002_two.sql",
    );
  });

  test.each(["0002_gap.sql", "1_short.sql", "0001-dash.sql", "0001_Upper.sql"])(
    "refuses a file called %s",
    async (name) => {
      await expect(readMigrations(await directoryOf({ [name]: "" }))).rejects.toThrow("should be called 0001_name.sql");
    },
  );

  test("refuses two files of one version", async () => {
    const directory = await directoryOf({ "0001_a.sql": "", "0001_b.sql": "" });
    await expect(readMigrations(directory)).rejects.toThrow("0001_b.sql should be called 0002_name.sql");
  });

  test("has migrated the database of every test", async () => {
    expect(await migrate(await openTestDatabase())).toEqual([]);
  });
});
