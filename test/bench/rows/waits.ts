// What waiting costs: a chain, a fan-in, and how soon a task starts when what it waited for has ended.
import { percentile } from "../../../src/cli/bench/percentile.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";

export const waits: Row = {
  prints: {
    chain_1000: "1,000 tasks, each waiting for the one before, by one worker on a stream, tasks a second",
    fan_in_1000: "1,000 tasks and one that waits for all of them, by one worker on a stream, tasks a second",
    wake_latency_p50: "from the call that completes a task to the one that waits for it at a `Work` stream, median",
    wake_over_start: "wake_latency_p50 divided by start_latency_p50 of the same run",
  },
  async run(bench) {
    const tasks = bench.smoke ? 50 : 1_000;
    const samples = bench.smoke ? 20 : 300;
    await serving(bench, {}, async ({ load }) => {
      await load.ask("wakeLatencies", { queue: "warm-up", samples });
      const woken = percentile(await load.ask("wakeLatencies", { queue, samples }), 0.5);
      const started = percentile(await load.ask("streamLatencies", { queue, samples }), 0.5);
      bench.report.figure("wake_latency_p50", woken, "ms");
      bench.report.ratio("wake_over_start", woken / started);
      for (const [name, order, count] of [
        ["chain_1000", "createChain", tasks],
        ["fan_in_1000", "createFanIn", tasks + 1],
      ] as const) {
        await load.ask(order, { queue: name, tasks });
        const settling = load.ask("untilSettled", { tasks: count });
        await load.ask("openWorkers", { queue: name, streams: 1, credits: 1_000 });
        const { fromMs, untilMs } = await settling;
        bench.report.figure(name, (count * 1_000) / (untilMs - fromMs), "tasks/s");
        await load.ask("endSessions", undefined as never);
      }
    });
  },
};
