// The memory of a server with many workers.
import { residentMib } from "../cpu-time.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";

export const memory: Row = {
  prints: {
    memory: "resident memory of the server with 10,000 live leases and 1,000 open streams, a connection each",
  },
  async run(bench) {
    const streams = bench.smoke ? 100 : 1_000;
    const leasesEach = 10;
    // All connections come from one address here.
    const flags = ["--connections-per-address-max", "3000"];
    await serving(bench, { flags }, async ({ load, server }) => {
      bench.report.figure("memory_started", residentMib(server.pid), "MiB");
      await load.ask("create", { queue, tasks: streams * leasesEach, batch: 100, callers: 4 });
      await load.ask("connect", { url: server.url, ...server.keys, connections: streams });
      await load.ask("openSessions", { queue, streams, leasesEach });
      await load.ask("heartbeatSessions", undefined as never);
      bench.report.figure("memory", residentMib(server.pid), "MiB");
    });
  },
};
