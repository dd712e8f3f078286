// Whether work costs the same beside a million other tasks as beside none: through the engine's operations, without a
// server. The scenes are measured alternately, so that a busy machine disturbs all of them.
import { create } from "@bufbuild/protobuf";
import { ListOpenObligationsRequestSchema } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { percentile } from "../../../src/cli/bench/percentile.ts";
import { type BenchEngine, claimMany, completeMany, createMany, openBenchEngine } from "../bench-engine.ts";
import { analyze } from "../bench-postgres.ts";
import { copyEnded, copyWaiting } from "../bulk-rows.ts";
import { type Report, tell, timed } from "../measure.ts";
import type { Bench, Row } from "../row.ts";

type Sizes = ReturnType<typeof sizesOf>;

function sizesOf({ smoke }: Bench) {
  const scale = smoke ? 1 / 100 : 1;
  return {
    queued_few: 1_000,
    queued_many: 1_000_000 * scale,
    unmatched_some: 10_000 * scale,
    unmatched_many: 100_000 * scale,
    receipts_closed: 1_000_000 * scale,
    open: 50,
    samples: smoke ? 50 : 1_000,
    warm_ups: smoke ? 10 : 50,
  };
}

/** assigned, accepted, completed, result_ready. */
const receiptsPerTask = 4;

type Scene = { readonly engine: BenchEngine; readonly prepare: () => Promise<void> };
const agent = (engine: BenchEngine) => engine.caller("agent", "bench");
const worker = (engine: BenchEngine) => engine.caller("worker", "bench");

export const claims: Row = {
  prints: {
    backlog_flat: "claim p99 with 1,000,000 tasks queued ÷ with 1,000",
    unmatched_flat: "claim p99 with 100,000 tasks ahead that no worker can do ÷ with none",
  },
  run: (bench) => withEngines(bench, (open) => measureClaims(bench, open)),
};

export const obligations: Row = {
  prints: {
    history_flat: "open obligations p99 with 1,000,000 closed receipts ÷ with none",
  },
  run: (bench) => withEngines(bench, (open) => measureObligations(bench, open)),
};

async function withEngines(bench: Bench, measure: (open: Open) => Promise<void>): Promise<void> {
  const engines: BenchEngine[] = [];
  const sizes = sizesOf(bench);
  bench.settings("flatness", sizes);
  try {
    await measure(async () => {
      const engine = await openBenchEngine(await bench.postgres.freshDatabase());
      engines.push(engine);
      return engine;
    });
  } finally {
    for (const engine of engines) {
      await engine.close();
      await bench.postgres.dropDatabase(engine.databaseUrl);
    }
  }
}

type Open = () => Promise<BenchEngine>;

async function measureClaims(bench: Bench, open: Open): Promise<void> {
  const { report } = bench;
  const sizes = sizesOf(bench);
  const few = { queued: sizes.queued_few, unmatched: 0 };
  const scenes = {
    few: await claimScene(await open(), few),
    backlog: await claimScene(await open(), { ...few, queued: sizes.queued_many }),
    unmatched_10k: await claimScene(await open(), { ...few, unmatched: sizes.unmatched_some }),
    unmatched: await claimScene(await open(), { ...few, unmatched: sizes.unmatched_many }),
  };
  const completes: number[] = [];
  const samples = await turnByTurn(sizes, scenes, async ({ engine }) => {
    let leased: Awaited<ReturnType<typeof claimMany>> = [];
    const claimMs = await timed(async () => {
      leased = await claimMany(engine, worker(engine), 1);
    });
    if (leased.length !== 1) throw new Error("a claim found nothing, though tasks are queued");
    completes.push(await timed(() => completeMany(engine, worker(engine), leased)));
    return claimMs;
  });
  tellSamples(report, "complete_single", completes);
  for (const [name, taken] of Object.entries(samples)) tellSamples(report, `claim_${name}`, taken);
  const p99 = (name: keyof typeof scenes) => percentile(samples[name], 0.99);
  report.ratio("backlog_flat", p99("backlog") / p99("few"));
  report.ratio("unmatched_10k", p99("unmatched_10k") / p99("few"));
  report.ratio("unmatched_flat", p99("unmatched") / p99("few"));
}

/** A backlog of constant size: each claimed task is completed, and a new one is created. */
async function claimScene(engine: BenchEngine, size: { queued: number; unmatched: number }): Promise<Scene> {
  const { databaseUrl, tenantId } = engine;
  // The tasks that no worker can do are older, and so ahead of all others.
  if (size.unmatched > 0) {
    const [taskId = ""] = await createMany(engine, agent(engine), 1, { capabilities: ["none-has-it"] });
    await copyWaiting(databaseUrl, { tenantId, taskId, count: size.unmatched }, 1);
  }
  const [taskId = ""] = await createMany(engine, agent(engine), 1);
  await copyWaiting(databaseUrl, { tenantId, taskId, count: size.queued }, 2);
  await analyze(databaseUrl);
  tell(`made ${size.queued} queued tasks and ${size.unmatched} ahead that no worker can do`);
  return { engine, prepare: async () => void (await createMany(engine, agent(engine), 1)) };
}

async function measureObligations(bench: Bench, open: Open): Promise<void> {
  const { report } = bench;
  const sizes = sizesOf(bench);
  const scenes = {
    none: await historyScene(await open(), sizes, 0),
    history: await historyScene(await open(), sizes, sizes.receipts_closed),
  };
  const request = create(ListOpenObligationsRequestSchema, { pageSize: sizes.open });
  const lists = await turnByTurn(sizes, scenes, ({ engine }) =>
    timed(async () => {
      const answer = await engine.operations.listOpenObligations(agent(engine), request);
      if (answer.openObligations.length !== sizes.open) throw new Error("the list is not complete");
    }),
  );
  tellSamples(report, "obligations", lists.none);
  tellSamples(report, "obligations_history", lists.history);
  report.ratio("history_flat", percentile(lists.history, 0.99) / percentile(lists.none, 0.99));
}

async function historyScene(engine: BenchEngine, sizes: Sizes, closed: number): Promise<Scene> {
  const { databaseUrl, tenantId } = engine;
  if (closed > 0) {
    const [taskId = ""] = await createMany(engine, agent(engine), 1);
    await completeMany(engine, worker(engine), await claimMany(engine, worker(engine), 1));
    await copyEnded(databaseUrl, { tenantId, taskId, count: closed / receiptsPerTask }, 1);
  }
  await createMany(engine, agent(engine), sizes.open);
  await analyze(databaseUrl);
  tell(`made ${closed} closed receipts`);
  return { engine, prepare: async () => undefined };
}

/** Samples each scene alternately, in milliseconds. */
async function turnByTurn<Name extends string>(
  sizes: Sizes,
  scenes: Readonly<Record<Name, Scene>>,
  sample: (scene: Scene) => Promise<number>,
): Promise<Record<Name, number[]>> {
  const all = Object.entries<Scene>(scenes).map(([name, scene]) => ({ name, scene, samples: [] as number[] }));
  for (let turn = -sizes.warm_ups; turn < sizes.samples; turn += 1) {
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
