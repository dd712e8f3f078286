// How soon work starts on an idle system. The server is warm: it has run thousands of tasks before.
import { percentile } from "../../../src/cli/bench/percentile.ts";
import type { Bench, Row } from "../row.ts";
import { type Serving, serving } from "../serving.ts";
import { warmUp, warmUpText } from "../warm-up.ts";

const queue = "bench";

export const latency: Row = {
  prints: {
    start_latency_p50: "from the call that creates a task to the task at a waiting `Work` stream, idle system, median",
    start_latency_p99: "the same, 99th percentile",
  },
  async run(bench) {
    const first = bench.smoke ? 10 : 50;
    const samples = bench.smoke ? 20 : 500;
    await serving(bench, {}, async ({ load }) => {
      await warmUpServer(bench, load);
      await load.ask("streamLatencies", { queue, samples: first });
      const streamed = await load.ask("streamLatencies", { queue, samples });
      bench.report.figure("start_latency_p50", percentile(streamed, 0.5), "ms");
      bench.report.figure("start_latency_p99", percentile(streamed, 0.99), "ms");
      if (bench.smoke) return;
      await load.ask("pullLatencies", { queue, samples: first });
      const pulled = await load.ask("pullLatencies", { queue, samples });
      bench.report.figure("start_latency_pull_p50", percentile(pulled, 0.5), "ms");
      bench.report.figure("start_latency_pull_p99", percentile(pulled, 0.99), "ms");
    });
  },
};

const warmUpRunsMax = 6;

/** In a queue of its own, whose workers end before latencies are measured. */
async function warmUpServer(bench: Bench, load: Serving["load"]): Promise<void> {
  const one = { queue: `${queue}-warm-up`, batch: 1, callers: 64 };
  await load.ask("openWorkers", { queue: one.queue, streams: 1, credits: 1_000 });
  const size = bench.smoke ? { tasks: 100, runsMax: 1 } : { tasks: 5_000, runsMax: warmUpRunsMax };
  const warm = await warmUp(size, async (tasks) => {
    const settling = load.ask("untilSettled", { tasks });
    const { fromMs } = await load.ask("create", { ...one, tasks });
    return (tasks * 1_000) / ((await settling).untilMs - fromMs);
  });
  await load.ask("endSessions", undefined as never);
  bench.tell(`  ${warmUpText(size, warm)}`);
}
