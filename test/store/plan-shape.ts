// The properties of a plan that the tests compare: the index that it uses for each table, and with which columns; what
// it sorts; how much it reads. The statements come from src/store/*.sql, so what is explained is what runs.
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { type ParsedStatement, parseSqlFile } from "../../src/build/parse-sql.ts";

const storeDirectory = fileURLToPath(new URL("../../src/store/", import.meta.url));

export async function readStatements(): Promise<Map<string, ParsedStatement>> {
  const files = (await readdir(storeDirectory)).filter((file) => file.endsWith(".sql") && file !== "schema.sql");
  const parsed = await Promise.all(
    files.map(async (file) => parseSqlFile(file, await readFile(`${storeDirectory}${file}`, "utf8"))),
  );
  return new Map(parsed.flat().map((statement) => [statement.name, statement]));
}

export type PlanNode = {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly "Subplans Removed"?: number;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly "Rows Removed by Join Filter"?: number;
  readonly "Shared Hit Blocks"?: number;
  readonly "Shared Read Blocks"?: number;
  readonly Plans?: readonly PlanNode[];
};

export type Shape = {
  /** `table: index (columns of its condition)` for each scan of the plan, sorted. */
  readonly ways: readonly string[];
  /** What is not allowed: joins that read a whole table, and sorts without a limit below them. */
  readonly faults: readonly string[];
};

/** A partition is named by its table, and its index by the table's index. */
export type Catalog = { readonly tableOf: (name: string) => string; readonly indexOf: (name: string) => string };

export async function readCatalog(client: pg.Client): Promise<Catalog> {
  const { rows } = await client.query<{ child: string; parent: string }>(
    "select inhrelid::regclass::text as child, inhparent::regclass::text as parent from pg_inherits",
  );
  const parents = new Map(rows.map(({ child, parent }) => [child, parent]));
  const parentOf = (name: string) => parents.get(name) ?? name;
  return { tableOf: parentOf, indexOf: parentOf };
}

const wholeJoins = new Set(["Hash Join", "Merge Join", "Hash"]);
const sorts = new Set(["Sort", "Incremental Sort"]);
const scans = new Set(["Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Seq Scan", "Tid Scan"]);

export function shapeOf(plan: PlanNode, catalog: Catalog): Shape {
  const ways = new Set<string>();
  const faults: string[] = [];
  const walk = (node: PlanNode, above: { sorted: boolean; bounded: boolean }) => {
    const type = node["Node Type"];
    if (wholeJoins.has(type)) faults.push(type);
    if (scans.has(type)) {
      ways.add(wayOf(node, catalog));
      if (above.sorted && !above.bounded) faults.push(`sorts all of ${wayOf(node, catalog)}`);
    }
    for (const child of node.Plans ?? []) {
      walk(child, {
        sorted: above.sorted || sorts.has(type),
        // A limit below the sort bounds what it sorts; one above the sort does not.
        bounded: sorts.has(type) ? false : above.bounded || type === "Limit",
      });
    }
  };
  walk(plan, { sorted: false, bounded: false });
  return { ways: [...ways].sort(), faults };
}

function wayOf(node: PlanNode, catalog: Catalog): string {
  const table = catalog.tableOf(node["Relation Name"] ?? "?");
  if (node["Node Type"] === "Tid Scan") return `${table}: ctid`;
  const under = node["Node Type"] === "Bitmap Heap Scan" ? node.Plans?.[0] : node;
  const index = under?.["Index Name"];
  if (index === undefined) return `${table}: ${node["Node Type"]}`;
  const columns = [...(under?.["Index Cond"] ?? "").matchAll(/\(\(?([a-z_]+) (?:=|<|>|<=|>=) /g)].map(
    (match) => match[1],
  );
  return `${table}: ${catalog.indexOf(index)} (${[...new Set(columns)].join(", ")})`;
}

export type Cost = { readonly buffers: number; readonly removed: number };

/** What a statement has read, and how much of that in vain. */
export function costOf(plan: PlanNode): Cost {
  const removed = (node: PlanNode): number =>
    ((node["Rows Removed by Filter"] ?? 0) +
      (node["Rows Removed by Index Recheck"] ?? 0) +
      (node["Rows Removed by Join Filter"] ?? 0)) *
      (node["Actual Loops"] ?? 1) +
    (node.Plans ?? []).reduce((sum, child) => sum + removed(child), 0);
  return { buffers: (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0), removed: removed(plan) };
}

export type Arguments = Readonly<Record<string, string>>;

/** Explains a statement that was prepared on this connection, with SQL expressions for its parameters. */
export async function explain(
  client: pg.Client,
  statement: ParsedStatement,
  values: Arguments,
  options: "" | "analyze, buffers, timing off, ",
): Promise<PlanNode> {
  const given = statement.parameters.map(({ name }) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${statement.name}: the test has no value for @${name}`);
    return value;
  });
  const call = `execute "${statement.name}"${given.length > 0 ? `(${given.join(", ")})` : ""}`;
  const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
    `explain (${options}format json) ${call}`,
  );
  const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
  if (!plan) throw new Error(`${statement.name} was not explained`);
  return plan;
}

export async function prepare(client: pg.Client, { name, sql }: ParsedStatement): Promise<void> {
  await client.query(`prepare "${name}" as ${sql}`);
}
