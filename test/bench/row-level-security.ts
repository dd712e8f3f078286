// What row-level security would cost: a policy by tenant on every table, and the tenant set in each transaction. `node
// test/bench/row-level-security.ts` measures batches of 100 through the engine with and without it, alternately, on a
// Postgres that does not wait for the disk, so that no disk wait hides the cost. The decision:
// docs/decisions/0010-row-level-security.md.
import { readFile } from "node:fs/promises";
import pg from "pg";
import { bindEngine } from "../../src/engine/index.ts";
import { startScratchPostgres } from "../../src/postgres/scratch-postgres.ts";
import { readConfig } from "../../src/server/config.ts";
import { engineFromConfig } from "../../src/server/engine-from-config.ts";
import { type Database, openDatabase } from "../../src/store/pool.ts";
import { type BenchEngine, claimMany, completeMany, createMany, openBenchEngine } from "./bench-engine.ts";
import { median } from "./compare.ts";
import { createReport, tell, timed } from "./measure.ts";

const batch = 100;
const warmUps = 20;
const rounds = 150;
/** `--control` measures two engines without policies: the noise of the machine. */
const control = process.argv.includes("--control");
const password = "bench";

/** Tables that are read before the tenant is known. */
const directory = ["tenant", "api_key", "audit", "schema_migration"];

async function main(): Promise<void> {
  const postgres = await startScratchPostgres();
  const closers: (() => Promise<void>)[] = [];
  const open = async (name: string, secured: boolean) => {
    const owner = await openBenchEngine(await createDatabase(postgres.adminUrl, name));
    const engine = await asRole(owner, name, secured);
    closers.push(engine.close, owner.close);
    return engine;
  };
  try {
    const engines = { without: await open("rls_without", false), with: await open("rls_with", !control) };
    if (!control) await assertSecured(engines.with);
    await measure(engines);
  } finally {
    for (const close of closers) await close();
    await postgres.stop();
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The same engine through a role that is neither owner nor superuser, so that policies apply to it. */
async function asRole(owner: BenchEngine, role: string, secured: boolean): Promise<BenchEngine> {
  const client = new pg.Client({ connectionString: owner.databaseUrl });
  client.on("error", () => undefined);
  await client.connect();
  await client.query(`create role ${role} login password '${password}' nosuperuser nobypassrls`);
  await client.query(`grant all on all tables in schema public to ${role}`);
  if (secured) {
    const { rows } = await client.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
    );
    for (const { name } of rows.filter((row) => !directory.includes(row.name))) {
      await client.query(`alter table ${name} enable row level security`);
      await client.query(
        `create policy of_tenant on ${name} using (tenant_id = (select current_setting('app.tenant'))::uuid)`,
      );
    }
  }
  await client.end();
  const url = new URL(owner.databaseUrl);
  url.username = role;
  url.password = password;
  const config = readConfig({ environment: {} });
  const log = (event: string, facts: object) => tell(`${event} ${JSON.stringify(facts)}`);
  const plain = openDatabase({ databaseUrl: url.href, poolMax: config.poolMax, applicationName: role, log });
  const database = secured ? settingTenant(plain, owner.tenantId) : plain;
  const operations = bindEngine(engineFromConfig(config, database, "bench"), () => performance.now());
  return { ...owner, databaseUrl: url.href, operations, close: () => database.close() };
}

/** Sets the tenant in the statement that begins each transaction. */
function settingTenant(database: Database, tenantId: string): Database {
  const seen = new WeakSet<pg.PoolClient>();
  return {
    ...database,
    async acquire() {
      const client = await database.acquire();
      if (seen.has(client)) return client;
      seen.add(client);
      const query = client.query.bind(client) as (config: pg.QueryConfig | string) => unknown;
      const extended = (config: pg.QueryConfig | string) =>
        typeof config === "object" && config.text.startsWith("begin ")
          ? query({ ...config, text: `${config.text}, set_config('app.tenant', '${tenantId}', true)` })
          : query(config);
      client.query = extended as typeof client.query;
      return client;
    },
  };
}

/** Fails if the policies do not hide other tenants: they would cost nothing. */
async function assertSecured(engine: BenchEngine): Promise<void> {
  await createMany(engine, engine.caller("agent", "bench"), 1);
  const client = new pg.Client({ connectionString: engine.databaseUrl });
  await client.connect();
  const count = async (tenant: string) => {
    await client.query("select set_config('app.tenant', $1, false)", [tenant]);
    return Number((await client.query<{ count: string }>("select count(*) from task")).rows[0]?.count);
  };
  const own = await count(engine.tenantId);
  const others = await count("00000000-0000-0000-0000-000000000000");
  await client.end();
  if (own === 0 || others > 0)
    throw new Error(`the policies do not work: ${own} own rows seen, ${others} of other tenants`);
}

const msPerTick = 10;

/** Processor time of the Postgres backends of an engine, which a busy machine does not change. Linux only. */
async function cpuMs({ databaseUrl }: BenchEngine): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()",
  );
  await client.end();
  let ticks = 0;
  for (const { pid } of rows) {
    const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * msPerTick;
}

async function measure(engines: Readonly<Record<"without" | "with", BenchEngine>>): Promise<void> {
  const report = createReport();
  const samples = new Map<string, number[]>();
  for (let round = -warmUps; round < rounds; round += 1) {
    // The order alternates, so that neither always runs after the other's garbage collection.
    const names = round % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const);
    for (const name of names) {
      const engine = engines[name];
      const worker = engine.caller("worker", "bench");
      let leased: Awaited<ReturnType<typeof claimMany>> = [];
      const took = {
        create: await timed(() => createMany(engine, engine.caller("agent", "bench"), batch)),
        claim: await timed(async () => {
          leased = await claimMany(engine, worker, batch);
        }),
        complete: await timed(() => completeMany(engine, worker, leased)),
      };
      if (leased.length < batch) throw new Error(`claimed ${leased.length}`);
      if (round < 0) continue;
      for (const [what, ms] of Object.entries({ ...took, all: took.create + took.claim + took.complete })) {
        const key = `${what} ${name}`;
        samples.set(key, [...(samples.get(key) ?? []), ms]);
      }
    }
  }
  const cpu = { without: await cpuMs(engines.without), with: await cpuMs(engines.with) };
  report.ratio("cpu_with_over_without", cpu.with / cpu.without);
  for (const what of ["create", "claim", "complete", "all"]) {
    const of = (name: string) => median(samples.get(`${what} ${name}`) ?? []);
    report.figure(`${what}_without`, of("without"), "ms");
    report.figure(`${what}_with`, of("with"), "ms");
    report.ratio(`${what}_with_over_without`, of("with") / of("without"));
  }
}

await main().catch((error: unknown) => {
  tell(String(error));
  process.exitCode = 1;
});
