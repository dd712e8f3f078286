// Whether work costs the same beside a million other tasks as beside none. `node test/bench/flatness.ts` measures
// through the engine's operations, on an embedded Postgres with durable settings; `--smoke` is the same at a twentieth
// of the size, and leaves the file of results as it is. What is compared is measured turn by turn, so that a busy
// machine is busy for all.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "@bufbuild/protobuf";
import { ListOpenObligationsRequestSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Leased } from "../../src/engine/leased.ts";
import { startEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";
import { type BenchEngine, claimMany, completeMany, createMany, openBenchEngine } from "./bench-engine.ts";
import { copyEnded, copyWaiting, createDatabase, settleTables } from "./bulk-rows.ts";
import { createReport, machineFacts, percentile, tell, timed, writeResults } from "./measure.ts";

const smoke = process.argv.includes("--smoke");
const scale = smoke ? 1 / 20 : 1;
const sizes = {
  queued_few: 1_000,
  queued_many: 1_000_000 * scale,
  unmatched_some: 10_000 * scale,
  unmatched_many: 100_000 * scale,
  receipts_closed: 1_000_000 * scale,
  open: 50,
  samples: smoke ? 200 : 1_000,
  throughput_tasks: smoke ? 2_000 : 20_000,
};
const batch = 100;
/** As many batches at once as keep two cores and the disk busy. */
const lanes = 4;
const warmUps = 50;
/** assigned, accepted, completed, result_ready. */
const receiptsPerTask = 4;
const resultsFile = fileURLToPath(new URL("./results/flatness.json", import.meta.url));

type Scene = { readonly engine: BenchEngine; readonly prepare: () => Promise<void> };
type Report = ReturnType<typeof createReport>;

const agent = (engine: BenchEngine) => engine.caller("agent", "bench");
const worker = (engine: BenchEngine) => engine.caller("worker", "bench");

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  const engines: BenchEngine[] = [];
  const open = async (name: string) => {
    const engine = await openBenchEngine(await createDatabase(postgres.databaseUrl, `bench_${name}`));
    engines.push(engine);
    return engine;
  };
  try {
    const report = createReport();
    await measureClaims(report, open);
    await measureObligations(report, open);
    await measureThroughput(report, await open("throughput"));
    if (smoke) return;
    const { results } = report;
    const facts = { time: new Date().toISOString(), machine: machineFacts(postgres.version), sizes };
    await writeResults(resultsFile, { bench: "flatness", ...facts, results });
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Open = (name: string) => Promise<BenchEngine>;

async function measureClaims(report: Report, open: Open): Promise<void> {
  const scenes = {
    few: await claimScene(await open("few"), { queued: sizes.queued_few, unmatched: 0 }),
    backlog: await claimScene(await open("backlog"), { queued: sizes.queued_many, unmatched: 0 }),
    unmatched_10k: await claimScene(await open("some"), { queued: sizes.queued_few, unmatched: sizes.unmatched_some }),
    unmatched: await claimScene(await open("many"), { queued: sizes.queued_few, unmatched: sizes.unmatched_many }),
  };
  const completes: number[] = [];
  const claims = await turnByTurn(scenes, async ({ engine }) => {
    let leased: Awaited<ReturnType<typeof claimMany>> = [];
    const claimMs = await timed(async () => {
      leased = await claimMany(engine, worker(engine), 1);
    });
    if (leased.length !== 1) throw new Error("a claim found nothing, though tasks wait");
    completes.push(await timed(() => completeMany(engine, worker(engine), leased)));
    return claimMs;
  });
  tellSamples(report, "claim_single", claims.few);
  tellSamples(report, "complete_single", completes);
  tellSamples(report, "claim_backlog", claims.backlog);
  tellSamples(report, "claim_unmatched_10k", claims.unmatched_10k);
  tellSamples(report, "claim_unmatched_100k", claims.unmatched);
  const p99 = (samples: readonly number[]) => percentile(samples, 0.99);
  report.ratio("backlog_flat", p99(claims.backlog) / p99(claims.few));
  report.ratio("unmatched_10k", p99(claims.unmatched_10k) / p99(claims.few));
  report.ratio("unmatched_flat", p99(claims.unmatched) / p99(claims.few));
}

/** A backlog that stays as large as it is: what was claimed is ended, and one task comes for it. */
async function claimScene(engine: BenchEngine, size: { queued: number; unmatched: number }): Promise<Scene> {
  const { databaseUrl, tenantId } = engine;
  // Those that nobody here can do are older, and so ahead of all others.
  if (size.unmatched > 0) {
    const [taskId = ""] = await createMany(engine, agent(engine), 1, { capabilities: ["none-has-it"] });
    await copyWaiting(databaseUrl, { tenantId, taskId, count: size.unmatched }, 1);
  }
  const [taskId = ""] = await createMany(engine, agent(engine), 1);
  await copyWaiting(databaseUrl, { tenantId, taskId, count: size.queued }, 2);
  await settleTables(databaseUrl);
  tell(`made ${size.queued} tasks that wait and ${size.unmatched} ahead that nobody can do`);
  return { engine, prepare: async () => void (await createMany(engine, agent(engine), 1)) };
}

async function measureObligations(report: Report, open: Open): Promise<void> {
  const scenes = {
    none: await historyScene(await open("fresh"), 0),
    history: await historyScene(await open("history"), sizes.receipts_closed),
  };
  const request = create(ListOpenObligationsRequestSchema, { pageSize: sizes.open });
  const lists = await turnByTurn(scenes, ({ engine }) =>
    timed(async () => {
      const answer = await engine.operations.listOpenObligations(agent(engine), request);
      if (isRefusal(answer) || answer.openObligations.length !== sizes.open) throw new Error("not all is listed");
    }),
  );
  tellSamples(report, "obligations", lists.none);
  tellSamples(report, "obligations_history", lists.history);
  report.ratio("history_flat", percentile(lists.history, 0.99) / percentile(lists.none, 0.99));
}

async function historyScene(engine: BenchEngine, closed: number): Promise<Scene> {
  const { databaseUrl, tenantId } = engine;
  if (closed > 0) {
    const [taskId = ""] = await createMany(engine, agent(engine), 1);
    await completeMany(engine, worker(engine), await claimMany(engine, worker(engine), 1));
    await copyEnded(databaseUrl, { tenantId, taskId, count: closed / receiptsPerTask }, 1);
  }
  await createMany(engine, agent(engine), sizes.open);
  await settleTables(databaseUrl);
  tell(`made ${closed} closed receipts`);
  return { engine, prepare: async () => undefined };
}

/** One sample of each scene in its turn, in milliseconds. */
async function turnByTurn<Name extends string>(
  scenes: Readonly<Record<Name, Scene>>,
  sample: (scene: Scene) => Promise<number>,
): Promise<Record<Name, number[]>> {
  const all = Object.entries<Scene>(scenes).map(([name, scene]) => ({ name, scene, samples: [] as number[] }));
  for (let turn = -warmUps; turn < sizes.samples; turn += 1) {
    for (const { scene, samples } of all) {
      const ms = await sample(scene);
      if (turn >= 0) samples.push(ms);
      await scene.prepare();
    }
  }
  return Object.fromEntries(all.map(({ name, samples }) => [name, samples])) as Record<Name, number[]>;
}

function tellSamples(report: Report, name: string, samples: readonly number[]): void {
  report.figure(`${name}_p50_ms`, percentile(samples, 0.5), "ms");
  report.figure(`${name}_p99_ms`, percentile(samples, 0.99), "ms");
}

/** Where time goes when nothing is waited for: each step by itself, in batches of a hundred. */
async function measureThroughput(report: Report, engine: BenchEngine): Promise<void> {
  const leased: Leased[][] = [];
  const steps = {
    create: async () => (await createMany(engine, agent(engine), batch)).length,
    claim: async () => leased[leased.push(await claimMany(engine, worker(engine), batch)) - 1]?.length ?? 0,
    complete: async () => {
      const held = leased.pop() ?? [];
      await completeMany(engine, worker(engine), held);
      return held.length;
    },
  };
  for (const [name, step] of Object.entries<() => Promise<number>>(steps)) {
    // Tasks are counted and not calls: a claim beside others may come back with less than it asked for.
    const perSecond = await tasksPerSecond(name, step);
    report.figure(`${name}_batched_per_second`, perSecond, "tasks/s");
  }
}

async function tasksPerSecond(name: string, step: () => Promise<number>): Promise<number> {
  let started = 0;
  let done = 0;
  const callsMax = (3 * sizes.throughput_tasks) / batch;
  const ms = await timed(() =>
    Promise.all(
      Array.from({ length: lanes }, async () => {
        for (; done < sizes.throughput_tasks && started < callsMax; ) {
          started += 1;
          const count = await step();
          done += count;
        }
      }),
    ),
  );
  if (done < sizes.throughput_tasks) throw new Error(`${name}: ${started} calls did ${done} tasks only`);
  return (done * 1_000) / ms;
}

await main();
