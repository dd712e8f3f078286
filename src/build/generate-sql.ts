/**
 * Generates `src/store/<noun>.sql.gen.ts` from `src/store/<noun>.sql`: one typed function per statement. A Postgres
 * with the migrated schema describes each statement, so the types are its own, and a misspelt column fails here.
 *
 *   -- name: LockTask :maybe          :one row, else a bug · :maybe one or undefined · :many · :exec rows affected
 *   -- What it is for, one line or more.
 *   select task_id, count(*) as "total!" from task where tenant_id = @tenant_id …
 *
 * Parameters: `@name` (camelCase in TypeScript); `@name?` may be null; `@names[?]` may have nulls among its elements.
 * Columns: a column of a table is nullable as declared; any other expression is nullable unless its alias ends in `!`.
 * `?` says the opposite. Columns that an outer join may leave empty need one of the marks.
 * Types: uuid, text, json and jsonb (as text: what is only stored is not parsed) → string; int2, int4, int8 and float →
 * number (an int8 must be a safe integer: a bigint for every counter costs more than it could save); bool → boolean;
 * timestamptz → Date; bytea → Uint8Array; and one-dimensional arrays of each.
 *
 * `node src/build/generate-sql.ts` writes; `--check` only compares, and fails when a file is stale.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { withMigratedDatabase } from "../postgres/scratch-postgres.ts";
import { lineAt } from "../store/migrate.ts";
import { emitFile } from "./emit-sql.ts";
import { type NullableSide, type ParsedStatement, parseSqlFile, SqlFileError } from "./parse-sql.ts";

export type Column = { readonly name: string; readonly type: string; readonly nullable: boolean };

export type DescribedStatement = ParsedStatement & {
  /** From the statement's name and text: see Statement in src/store/statement.ts. */
  readonly preparedName: string;
  /** Postgres's name of the type of each parameter: uuid, int8, text[], … */
  readonly parameterTypes: readonly string[];
  readonly columns: readonly Column[];
};

const storeDirectory = fileURLToPath(new URL("../store/", import.meta.url));
const generatedSuffix = ".sql.gen.ts";

/** Returns file name → content for each file of statements in the directory. */
export async function generateSql(databaseUrl: string, directory = storeDirectory): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const catalog = await readCatalog(client);
    const generated = new Map<string, string>();
    const names = new Map<string, string>();
    for (const file of (await readdir(directory)).filter(isStatementFile).sort()) {
      const path = join(directory, file);
      const described: DescribedStatement[] = [];
      for (const statement of parseSqlFile(relative(".", path), await readFile(path, "utf8"))) {
        const place = relative(".", path);
        const elsewhere = names.get(statement.name);
        if (elsewhere !== undefined) {
          throw new SqlFileError(place, statement.line, `${statement.name} exists already, in ${elsewhere}`);
        }
        names.set(statement.name, place);
        described.push(await describe(client, catalog, place, statement));
      }
      generated.set(file.replace(/\.sql$/, generatedSuffix), emitFile(relative(".", path), file, described));
    }
    return generated;
  } finally {
    await client.end();
  }
}

function isStatementFile(file: string): boolean {
  return file.endsWith(".sql") && file !== "schema.sql";
}

type Catalog = {
  readonly typeNames: ReadonlyMap<number, string>;
  /** "table.column" by Postgres's numbers. */
  readonly notNull: ReadonlySet<string>;
  readonly tables: ReadonlyMap<number, string>;
};

async function readCatalog(client: pg.Client): Promise<Catalog> {
  // Array types are called `_text` in the catalog, and `text[]` here.
  const types = await client.query<{ oid: number; name: string }>(
    `select t.oid::int8::int4 as oid, case when e.oid is null then t.typname else e.typname || '[]' end as name
       from pg_type t left join pg_type e on e.typarray = t.oid where t.oid < 100000`,
  );
  const columns = await client.query<{ place: string }>(
    "select attrelid || '.' || attnum as place from pg_attribute where attnotnull and attnum > 0",
  );
  const tables = await client.query<{ oid: number; name: string }>(
    `select c.oid::int8::int4 as oid, c.relname as name from pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace <> 'information_schema'::regnamespace`,
  );
  return {
    tables: new Map(tables.rows.map(({ oid, name }) => [oid, name])),
    typeNames: new Map(types.rows.map(({ oid, name }) => [oid, name])),
    notNull: new Set(columns.rows.map(({ place }) => place)),
  };
}

async function describe(
  client: pg.Client,
  { typeNames, notNull, tables }: Catalog,
  place: string,
  statement: ParsedStatement,
): Promise<DescribedStatement> {
  const { parameterTypeIds, fields } = await askPostgres(client, statement.sql).catch((error: unknown) => {
    throw explained(error, place, statement);
  });
  const columns = fields.map((field): Column => {
    const [, name = "", mark] = /^(.*?)([!?]?)$/s.exec(field.name) ?? [];
    const known = notNull.has(`${field.tableID}.${field.columnID}`);
    if (mark === "" && known && mayBeMissing(tables.get(field.tableID), statement.nullableSide, tables)) {
      const message = `has an outer join that may leave ${name} empty; alias it "${name}!" or "${name}?"`;
      throw new SqlFileError(place, statement.line, `${statement.name} ${message}`);
    }
    return { name, type: typeName(field.dataTypeID), nullable: mark === "" ? !known : mark === "?" };
  });
  const hash = createHash("sha256").update(statement.sql).digest("hex").slice(0, 8);
  return {
    ...statement,
    preparedName: `${statement.name}_${hash}`,
    parameterTypes: parameterTypeIds.map(typeName),
    columns,
  };

  function typeName(id: number): string {
    return typeNames.get(id) ?? `type ${id}`;
  }
}

/** Whether an outer join may return a row without the table of a column. */
function mayBeMissing(table: string | undefined, side: NullableSide, tables: ReadonlyMap<number, string>): boolean {
  if (side === "unknown") return true;
  const known = new Set(tables.values());
  // A name that is not a table may be a CTE, and so contain any table.
  return side.some((name) => name === table || !known.has(name));
}

type Description = { parameterTypeIds: number[]; fields: pg.FieldDef[] };

/**
 * Parse and Describe, without Execute. The driver has no function for it, but accepts any object with `submit` and the
 * handlers below; the types of the parameters arrive as an event of the connection.
 */
function askPostgres(client: pg.Client, text: string): Promise<Description> {
  return new Promise((resolve, reject) => {
    const description: Description = { parameterTypeIds: [], fields: [] };
    const onParameters = (message: { dataTypeIDs: number[] }) => {
      description.parameterTypeIds = message.dataTypeIDs;
    };
    client.connection.once("parameterDescription", onParameters);
    client.query({
      submit(connection: pg.Connection) {
        connection.parse({ name: "", text, types: [] }, true);
        connection.describe({ type: "S", name: "" }, true);
        connection.sync();
      },
      handleRowDescription(message: { fields: pg.FieldDef[] }) {
        description.fields = message.fields;
      },
      handleError(error: Error) {
        client.connection.off("parameterDescription", onParameters);
        reject(error);
      },
      handleReadyForQuery: () => resolve(description),
      callback: () => undefined,
    } as pg.Submittable);
  });
}

function explained(error: unknown, place: string, statement: ParsedStatement): unknown {
  if (!(error instanceof Error)) return error;
  const position = Number(Reflect.get(error, "position"));
  const line = statement.line + (position > 0 ? lineAt(statement.sql, position) - 1 : 0);
  const hint: unknown = Reflect.get(error, "hint");
  const advice = typeof hint === "string" ? ` (${hint})` : "";
  return new SqlFileError(place, line, `${statement.name}: ${error.message}${advice}`);
}

/** Writes what differs, removes what has no source any more, and returns the names of both. */
export async function bringUpToDate(
  generated: ReadonlyMap<string, string>,
  directory: string,
  write: boolean,
): Promise<string[]> {
  const stale: string[] = [];
  for (const file of (await readdir(directory)).filter((name) => name.endsWith(generatedSuffix))) {
    if (generated.has(file)) continue;
    stale.push(file);
    if (write) await rm(join(directory, file));
  }
  for (const [file, content] of generated) {
    const path = join(directory, file);
    const present = await readFile(path, "utf8").catch(() => undefined);
    if (present === content) continue;
    stale.push(file);
    if (write) await writeFile(path, content);
  }
  return stale;
}

async function main(check: boolean): Promise<number> {
  const generated = await withMigratedDatabase((databaseUrl) => generateSql(databaseUrl));
  const stale = await bringUpToDate(generated, storeDirectory, !check);
  if (check && stale.length > 0) {
    console.error(`stale: ${stale.join(", ")}; run node src/build/generate-sql.ts and commit the result`);
    return 1;
  }
  console.error(stale.length === 0 ? "SQL functions are up to date" : `written: ${stale.join(", ")}`);
  return 0;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.includes("--check"));
  } catch (error) {
    // The message has file and line; the stack of the generator would not help.
    console.error(error instanceof SqlFileError ? error.message : error);
    process.exitCode = 1;
  }
}
