// How soon work starts on an idle system.
import { percentile } from "../../../src/cli/bench/percentile.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";

export const latency: Row = {
  prints: {
    start_latency_p50: "from the call that creates a task to the task at a waiting `Work` stream, idle system, median",
    start_latency_p99: "the same, 99th percentile",
  },
  async run(bench) {
    const warmUp = bench.smoke ? 10 : 50;
    const samples = bench.smoke ? 20 : 500;
    await serving(bench, {}, async ({ load }) => {
      await load.ask("streamLatencies", { queue, samples: warmUp });
      const streamed = await load.ask("streamLatencies", { queue, samples });
      bench.report.figure("start_latency_p50", percentile(streamed, 0.5), "ms");
      bench.report.figure("start_latency_p99", percentile(streamed, 0.99), "ms");
      if (bench.smoke) return;
      await load.ask("pullLatencies", { queue, samples: warmUp });
      const pulled = await load.ask("pullLatencies", { queue, samples });
      bench.report.figure("start_latency_pull_p50", percentile(pulled, 0.5), "ms");
      bench.report.figure("start_latency_pull_p99", percentile(pulled, 0.99), "ms");
    });
  },
};
