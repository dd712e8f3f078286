// Migrates a database to the schema of this build: files NNNN_name.sql in order, one transaction each. A migration's
// row is inserted first, so of several servers that start at once, one applies it, and the others wait for that row and
// find it applied. Refuses a database that is newer than the code, and a file that changed after it was applied.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { classifyDriverError } from "./driver-errors.ts";
import type { Database } from "./pool.ts";
import { affected, fromTime, many } from "./statement.ts";
import { read, type Transaction, type TransactionOptions, transaction } from "./transaction.ts";

export type Migration = {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly sql: string;
};

type Applied = Omit<Migration, "sql">;

export const migrationsDirectory = fileURLToPath(new URL("./migrations/", import.meta.url));

/** The schema of the database, or a file of a migration, is not what this program can work with. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** A migration may rewrite a table, and other servers that start meanwhile wait for it. */
const migrationTimeoutMs = 600_000;
const options: TransactionOptions = {
  timeoutMs: migrationTimeoutMs,
  statementTimeoutMs: migrationTimeoutMs,
  lockTimeoutMs: migrationTimeoutMs,
};
/** How often another server may be faster. Each time means that it has applied one more migration. */
const racesMax = 1_000;

const migrationFileName = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Applies the missing migrations and returns the names of those that this call applied. */
export async function migrate(database: Database, directory = migrationsDirectory): Promise<string[]> {
  const migrations = await readMigrations(directory);
  await createMigrationTable(database);
  const done: string[] = [];
  let races = 0;
  for (;;) {
    const next = nextMigration(migrations, await readApplied(database));
    if (next === undefined) return done;
    if (await applyMigration(database, next)) {
      done.push(fileName(next));
      continue;
    }
    races += 1;
    if (races > racesMax) {
      throw new Error(
        `migration ${fileName(next)} was applied by other servers again and again; look at the table schema_migration`,
      );
    }
  }
}

/** Throws unless the schema is that of this program: for commands that read a database and must not change it. */
export async function checkSchema(database: Database, directory = migrationsDirectory): Promise<void> {
  const migrations = await readMigrations(directory);
  const applied = await readApplied(database).catch((error: unknown) => {
    if (hasCode(error, undefinedTableCode)) return [];
    throw error;
  });
  const next = nextMigration(migrations, applied);
  if (next === undefined) return;
  throw new SchemaError(
    `the schema is older than this program: migration ${fileName(next)} is missing; start a server of this version ` +
      "on the database first, which applies it",
  );
}

const undefinedTableCode = "42P01";
const insufficientPrivilegeCode = "42501";

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && Reflect.get(error, "code") === code;
}

function mayNotCreate(error: unknown): SchemaError {
  const why = error instanceof Error ? error.message : String(error);
  return new SchemaError(`the server's role may not create its tables: ${why}; grant it CREATE on the schema`, {
    cause: error,
  });
}

export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const [, version = "", name = ""] = migrationFileName.exec(file) ?? [];
      if (Number(version) !== index + 1) {
        const expected = String(index + 1).padStart(4, "0");
        throw new Error(
          `migration ${file} should be called ${expected}_name.sql: versions count up from 0001 without gaps`,
        );
      }
      const bytes = await readFile(`${directory}/${file}`);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { version: index + 1, name, sha256, sql: bytes.toString("utf8") };
    }),
  );
}

/** The first migration that is not applied. Throws when the applied ones are not the first ones of this build. */
function nextMigration(migrations: readonly Migration[], appliedRows: readonly Applied[]): Migration | undefined {
  for (const [index, row] of appliedRows.entries()) {
    const known = migrations[index];
    if (known === undefined) {
      throw new SchemaError(
        `the schema is newer than this program: the database has migration ${fileName(row)}, and this version of ` +
          `AsyncGate ends at ${migrations.length}; run the newer version`,
      );
    }
    if (row.version !== known.version || row.sha256 !== known.sha256) {
      throw new SchemaError(
        `migration ${fileName(known)} differs from the ${fileName(row)} that this database has applied; ` +
          "restore the file as it was and put the change into a new migration",
      );
    }
  }
  return migrations[appliedRows.length];
}

/** False when another server was faster. */
async function applyMigration(database: Database, migration: Migration): Promise<boolean> {
  try {
    await transaction(database, options, async (tx) => {
      await insertApplied(tx, migration);
      await runScript(tx, migration);
    });
    return true;
  } catch (error) {
    const fault = classifyDriverError(error);
    if (fault.kind === "unique_violation" && fault.constraint === "schema_migration_pkey") return false;
    throw error;
  }
}

async function runScript(tx: Transaction, migration: Migration): Promise<void> {
  try {
    await script(tx, migration.sql);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const position = Number(Reflect.get(error, "position"));
    const line = position > 0 ? `:${lineAt(migration.sql, position)}` : "";
    // Changed in place, so that the error keeps its SQLSTATE.
    error.message = `migration ${fileName(migration)}${line}: ${error.message}`;
    throw error;
  }
}

/** Several statements in one text, without parameters. */
function script(tx: Transaction, text: string): Promise<void> {
  return tx.query({ name: "", text }, [], () => undefined);
}

const createTable = `create table if not exists schema_migration (
  version      integer     primary key,
  name         text        not null,
  sha256       text        not null,
  applied_time timestamptz not null
)`;

async function createMigrationTable(database: Database): Promise<void> {
  // "if not exists" checks before it creates: of two servers one can still fail, and then the table exists.
  for (let attempts = 0; ; attempts += 1) {
    try {
      await transaction(database, options, (tx) => script(tx, createTable));
      return;
    } catch (error) {
      if (hasCode(error, insufficientPrivilegeCode)) throw mayNotCreate(error);
      if (attempts > 0 || !tableRaceCodes.has(String(Reflect.get(Object(error), "code")))) throw error;
    }
  }
}

/** unique_violation (in pg_type), duplicate_table, and duplicate_object (a table is also a type). */
const tableRaceCodes = new Set(["23505", "42P07", "42710"]);

function insertApplied(tx: Transaction, { version, name, sha256 }: Migration): Promise<number> {
  const text = "insert into schema_migration (version, name, sha256, applied_time) values ($1, $2, $3, $4)";
  return tx.query({ name: "", text }, [version, name, sha256, fromTime(tx.now)], affected);
}

function readApplied(database: Database): Promise<Applied[]> {
  const text = "select version, name, sha256 from schema_migration order by version";
  const decode = many(([version, name, sha256]: [string, string, string]) => {
    return { version: Number(version), name, sha256 };
  });
  return read(database, {}, (tx) => tx.query({ name: "", text }, [], decode));
}

function fileName({ version, name }: Pick<Migration, "version" | "name">): string {
  return `${String(version).padStart(4, "0")}_${name}.sql`;
}

/** The line of a position as Postgres counts it: from 1, in characters, not in UTF-16 units. */
export function lineAt(text: string, position: number): number {
  return [...text].slice(0, position - 1).filter((character) => character === "\n").length + 1;
}
