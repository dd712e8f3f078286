import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { dumpSchema } from "../../src/build/dump-schema.ts";
import { bringUpToDate, generateSql } from "../../src/build/generate-sql.ts";
import { transaction } from "../../src/store/transaction.ts";
import { createTestDatabase, openTestDatabase, query } from "../helpers/database.ts";

const table = `create table thing (
  id uuid primary key, small int2 not null, large int8 not null, ratio float8, yes bool not null, bytes bytea,
  labels jsonb not null, names text[] not null, note text, made timestamptz not null, counts int8[] not null
)`;

async function generateFrom(files: Record<string, string>) {
  const databaseUrl = await createTestDatabase("empty");
  await query(databaseUrl, table);
  const directory = await directoryOf(files);
  return { databaseUrl, directory, generated: await generateSql(databaseUrl, directory) };
}

async function directoryOf(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-generated-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

async function sourceOf(sql: string): Promise<string> {
  const { generated } = await generateFrom({ "thing.sql": sql });
  return generated.get("thing.sql.gen.ts") ?? "";
}

const statement = (sql: string, answer = "many") => `-- name: Thing :${answer}\n-- Why.\n${sql};\n`;
const refusalOf = (sql: string) =>
  sourceOf(sql).then(
    () => "none",
    (error: unknown) => String(error),
  );

describe("the generator", () => {
  test("knows the columns of a table from its schema: name, type, and whether null", async () => {
    const source = await sourceOf(statement("select * from thing where id = @thing_id"));
    for (const line of [
      "id: string;",
      "small: number;",
      "large: number;",
      "ratio: number | null;",
      "yes: boolean;",
      "bytes: Uint8Array | null;",
      "labels: string;",
      "names: string[];",
      "note: string | null;",
      "made: Date;",
      "counts: number[];",
      "readonly thingId: string;",
    ]) {
      expect(source).toContain(line);
    }
  });

  test("takes any other column as nullable unless its alias says otherwise", async () => {
    const source = await sourceOf(
      statement('select count(*) as "total!", max(made) as latest, id as "id?" from thing group by id'),
    );
    expect(source).toContain("total: number;");
    expect(source).toContain("latest: Date | null;");
    expect(source).toContain("id: string | null;");
  });

  test("requires a mark for columns that an outer join may leave empty, and for no others", async () => {
    const own = "create table other as select 1 as n; alter table other alter n set not null";
    const { databaseUrl } = await generateFrom({});
    await query(databaseUrl, own);
    const refusals = async (select: string) => {
      const directory = await directoryOf({ "thing.sql": statement(select) });
      return await generateSql(databaseUrl, directory).then(
        (generated) => generated.get("thing.sql.gen.ts")?.match(/\w+: (?:number|string)[^;]*;/g),
        (error: unknown) => /alias it.*/.exec(String(error))?.[0],
      );
    };
    const asks = 'alias it "n!" or "n?"';
    expect(await refusals("select id, o.n from thing left join other o on true")).toBe(asks);
    expect(await refusals("select id, o.n from thing left join lateral (select n from other) o on true")).toBe(asks);
    expect(await refusals("with c as (select n from other) select c.n from thing left join c on true")).toBe(asks);
    expect(await refusals("select o.n from other o left join other p on true")).toBe(asks);
    expect(await refusals("select o.n from other o right join thing on true")).toBe(asks);
    expect(await refusals("select o.n from thing left join (thing t join other o on true) on true")).toBe(asks);
    expect(await refusals("select o.n from thing t left join (select n from thing u, other) o on true")).toBe(asks);
    expect(await refusals('select id, o.n as "n?" from thing left join other o on true')).toEqual([
      "id: string;",
      "n: number | null;",
    ]);
    expect(await refusals("select o.n from other o left join unnest('{1}'::int[]) on true")).toEqual(["n: number;"]);
  });

  test("allows null for a parameter, or for its elements, only where it is marked", async () => {
    const source = await sourceOf(
      statement(
        "select id from thing where note = @a and note = @b? and note = any(@c::text[]) and note = any(@d[?]::text[])",
      ),
    );
    for (const line of ["a: string;", "b: string | null;", "c: readonly string[];", "d: readonly (string | null)[];"]) {
      expect(source).toContain(`  readonly ${line}`);
    }
  });

  test("distinguishes a parameter from an @ in an operator, a string, a name or a comment", async () => {
    const source = await sourceOf(
      statement(`select '@a ''@b' as x, E'\\'@c' as y, $$ @d $$ as z, id as "@e" -- @f
        /* @g */ from thing where labels @> @real and labels <@ @real and id=@id`),
    );
    expect(source).toContain("labels @> $1 and labels <@ $1 and id=$2");
    expect(source.match(/export type ThingParameters = \{[^}]*\}/)?.[0].match(/readonly \w+/g)).toEqual([
      "readonly real",
      "readonly id",
    ]);
  });

  test("reports file, line and Postgres's message for a misspelt column", async () => {
    const refusal = await refusalOf(`-- Head.\n\n${statement("select id,\n  nam\n  from thing where id = @id")}`);
    expect(refusal).toMatch(/thing\.sql:6: Thing: column "nam" does not exist/);
  });

  test.each([
    ["an unknown header", "-- name: thing many\n-- Why.\nselect 1;", "write `-- name: LockTask :maybe`"],
    ["no comment", "-- name: Thing :many\nselect id from thing;", "needs a comment line that says what it is for"],
    ["no SQL", "-- name: Thing :many\n-- Why.\n", "has no SQL"],
    ["two statements", statement("select 1 as a; select 2 as b"), "has two statements"],
    ["SQL above the first header", `select 1;\n${statement("select 1 as a")}`, "SQL above the first"],
    ["an :exec that returns columns", statement("select id from thing", "exec"), "is :exec, but returns columns"],
    ["a :one that returns nothing", statement("delete from thing", "one"), "returns no columns; use :exec"],
    ["two columns of one name", statement("select id, id from thing"), "two columns are called id"],
    ["a type it does not know", statement("select interval '1 day' as a"), "a is of type interval"],
    ["one name twice", statement("select id from thing").repeat(2), "Thing exists already"],
  ])("refuses %s", async (_, sql, message) => {
    expect(await refusalOf(sql)).toContain(message);
  });

  test("generates functions that send and return values of every type unchanged", async () => {
    const { databaseUrl, directory, generated } = await generateFrom({
      "thing.sql": `-- name: AddThings :exec
-- All columns at once.
insert into thing select t.id, t.small, t.large, @ratio?, t.yes, t.bytes, t.labels::jsonb, @names, t.note, t.made,
                         @counts
  from unnest(@ids::uuid[], @smalls::int2[], @larges::int8[], @yeses::bool[], @bytes[?]::bytea[], @labels::text[],
              @notes[?]::text[], @mades::timestamptz[]) as t(id, small, large, yes, bytes, labels, note, made);

-- name: ListThings :many
-- All of them.
select * from thing order by small;

-- name: FindThing :maybe
-- By its key.
select small from thing where id = @id;

-- name: GetThing :one
-- By its key, which is there.
select small from thing where id = @id;
`,
    });
    const store = new URL("../../src/store/", import.meta.url).href;
    for (const [name, source] of generated) {
      await writeFile(join(directory, name), source.replaceAll(/"\.\/([a-z-]+\.ts)"/g, `"${store}$1"`));
    }
    const functions = await import(pathToFileURL(join(directory, "thing.sql.gen.ts")).href);
    const database = await openTestDatabase({ databaseUrl });
    const ids = ["018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"];
    const notes = ['"quoted", {braced}, back\\slash, NULL, ünïcode\nline', null];
    const bytes = [Uint8Array.of(0, 255, 92, 34), null];
    const mades = [new Date("2030-01-02T03:04:05.678Z"), new Date("1969-12-31T23:59:59.999Z")];
    const names = ["", "NULL", "a,b", '"', "plain"];
    await transaction(database, {}, async (tx) => {
      const added = await functions.addThings(tx, {
        ids,
        smalls: [1, -2],
        larges: [Number.MAX_SAFE_INTEGER, 0],
        yeses: [true, false],
        bytes,
        notes,
        mades,
        names,
        labels: ['{"a": "b\\"c"}', "[]"],
        ratio: null,
        counts: [1, 2, 3],
      });
      expect(added).toBe(2);
      const [second, first] = await functions.listThings(tx);
      expect(first).toEqual({
        id: ids[0],
        small: 1,
        large: Number.MAX_SAFE_INTEGER,
        ratio: null,
        yes: true,
        bytes: Buffer.from(bytes[0] ?? []),
        labels: '{"a": "b\\"c"}',
        names,
        note: notes[0],
        made: mades[0],
        counts: [1, 2, 3],
      });
      expect(second).toMatchObject({ id: ids[1], small: -2, yes: false, bytes: null, note: null, made: mades[1] });
      expect(await functions.findThing(tx, { id: ids[0] })).toEqual({ small: 1 });
      expect(await functions.findThing(tx, { id: "018f0000-0000-7000-8000-00000000000f" })).toBeUndefined();
    });
    const missing = transaction(database, {}, (tx) =>
      functions.getThing(tx, { id: "018f0000-0000-7000-8000-00000000000f" }),
    );
    await expect(missing).rejects.toThrow("GetThing is :one, but answered 0 rows");
    const shifted = transaction(database, {}, (tx) => functions.addThings(tx, { ids: ["a,b"], names: [], counts: [] }));
    await expect(shifted).rejects.toThrow("not a uuid of 36 characters");
  });

  test("writes stale files, removes files without a source, and only reports both when it checks", async () => {
    const { directory, generated } = await generateFrom({ "thing.sql": statement("select id from thing") });
    await writeFile(join(directory, "gone.sql.gen.ts"), "");
    const both = ["gone.sql.gen.ts", "thing.sql.gen.ts"];
    expect(await bringUpToDate(generated, directory, false)).toEqual(both);
    expect(await bringUpToDate(generated, directory, true)).toEqual(both);
    expect(await bringUpToDate(generated, directory, false)).toEqual([]);
    expect(await readFile(join(directory, "thing.sql.gen.ts"), "utf8")).toContain("export function thing(");
  });
});

describe("the schema dump", () => {
  test("shows tables, keys, partitions, indexes, triggers, functions and grants", async () => {
    const databaseUrl = await createTestDatabase("empty");
    await query(
      databaseUrl,
      `create table part (a int not null, b text default 'x', check (a > 0), primary key (a)) partition by range (a);
      create table part_one partition of part for values from (1) to (10);
      create index part_b on part (b) where b is not null;
      create function nothing() returns trigger language plpgsql as 'begin return null; end';
      create trigger part_touched after insert on part for each row execute function nothing();
      grant select, insert on part to public`,
    );
    const schema = await dumpSchema(databaseUrl);
    for (const text of [
      [
        "create table part (",
        "  a integer not null,",
        "  b text default 'x'::text,",
        "  constraint part_pkey PRIMARY KEY (a),",
        "  constraint part_a_check CHECK ((a > 0))",
        ") partition by RANGE (a);",
      ].join("\n"),
      "create table part_one partition of part FOR VALUES FROM (1) TO (10);",
      "part_b ON",
      "CREATE TRIGGER part_touched",
      "CREATE OR REPLACE FUNCTION public.nothing()",
      "grant insert, select on part to public;",
    ]) {
      expect(schema).toContain(text);
    }
  });
});
