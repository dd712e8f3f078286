// What a thousand nodes cost that have no jobs: each reports every minute, and waits for its configuration in between.
import { setTimeout as wait } from "node:timers/promises";
import { createClient, type Client as Stub } from "@connectrpc/connect";
import { type Connection, clientOf } from "../../../clients/typescript/src/client.ts";
import { connect } from "../../../clients/typescript/src/transport.ts";
import { NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { countQueries, type QueryCounter } from "../count-queries.ts";
import { cpuSecondsOfTree } from "../cpu-time.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const nodesMax = 1_000;
/** So many waits share a connection; real nodes have one each. */
const nodesPerConnection = 50;
const nodesPerKey = 500;
const minuteMs = 60_000;
const waitS = 45n;

const report = {
  version: 1,
  programVersion: "0.1.0",
  platform: "linux",
  architecture: "x64",
  cpus: 16,
  memoryBytes: 68_719_476_736n,
  slots: 4,
  queues: ["builds"],
  capabilities: ["node.sandbox.bubblewrap", "node.filesystem", "node.limit.memory", "node.limit.cpus"],
  sandbox: { driver: "bubblewrap", version: "0.9.0", hidesFiles: true, memoryBy: "cgroup_v2", workspaceBy: "tmpfs" },
};

export const nodes: Row = {
  prints: {
    nodes_cpu: `processor seconds of the server in a minute of ${nodesMax.toLocaleString("en")} nodes that report`,
    nodes_cpu_postgres: "processor seconds of Postgres in the same minute",
    nodes_queries: "database queries in the same minute, beyond those of an idle server",
  },
  async run(bench) {
    const count = bench.smoke ? nodesPerConnection : nodesMax;
    // Nodes report as often as they do, but a smoke run has no minute for it.
    const periodMs = bench.smoke ? 1_000 : minuteMs;
    let counter: QueryCounter | undefined;
    const through = async (databaseUrl: string) => {
      counter = await countQueries(databaseUrl);
      return counter.databaseUrl;
    };
    try {
      await serving(bench, { through }, async ({ server }) => {
        const measure = async () => {
          await wait(1_000);
          const spent = () => [counter?.queries() ?? 0, cpuSecondsOfTree(server.pid), bench.postgres.cpuSeconds()];
          const before = spent();
          await wait(periodMs);
          return spent().map((value, place) => value - (before[place] ?? 0));
        };
        const [idle = 0] = await measure();
        const stop = new AbortController();
        const lives = await liveAll(server.url, server.keys.operator, count, periodMs, stop.signal);
        const [queries = 0, cpu = 0, postgres = 0] = await measure();
        bench.report.figure("nodes_cpu", cpu, "s");
        bench.report.figure("nodes_cpu_postgres", postgres, "s");
        bench.report.figure("nodes_queries", queries - idle, "queries");
        stop.abort();
        await lives.ended;
      });
    } finally {
      await counter?.close();
    }
  },
};

/** Resolves when all have registered and reported once; they go on until the signal aborts. */
async function liveAll(url: string, operator: string, count: number, periodMs: number, signal: AbortSignal) {
  const connections: Connection[] = [];
  const open = () => {
    const connection = connect(url, {});
    connections.push(connection);
    return connection;
  };
  const operating = clientOf(connect(url, { key: operator }), {});
  const lives: Promise<void>[] = [];
  let stub = createClient(NodeService, open().transport);
  let key = "";
  for (let place = 0; place < count; place += 1) {
    // A key registers 600 nodes in a minute.
    if (place % nodesPerKey === 0) ({ key } = await operating.nodes.enroll({ nodesMax: nodesPerKey }));
    if (place % nodesPerConnection === 0) stub = createClient(NodeService, open().transport);
    const nodeId = `node-${place}`;
    const { bootstrap } = await stub.registerNode({ nodeId, report }, { headers: bearer(key) });
    const node = { stub, headers: bearer(bootstrap?.credential?.key ?? "") };
    lives.push(live(node, bootstrap?.configVersion ?? "", (place / count) * periodMs, periodMs, signal));
  }
  operating.close();
  const ended = Promise.all(lives).finally(() => {
    for (const { close } of connections) close();
  });
  return { ended };
}

type Node = { readonly stub: Stub<typeof NodeService>; readonly headers: { readonly authorization: string } };

function bearer(key: string): Node["headers"] {
  return { authorization: `Bearer ${key}` };
}

/** As the program of a node does it: a report each minute, and one call after the other that waits. */
async function live(
  { stub, headers }: Node,
  version: string,
  startMs: number,
  periodMs: number,
  signal: AbortSignal,
): Promise<void> {
  const call = { headers, signal };
  const following = async () => {
    while (!signal.aborted) {
      await stub.getNodeConfig({ version, state: NodeState.ACTIVE, wait: { seconds: waitS } }, call);
    }
  };
  const reporting = async () => {
    await wait(startMs, undefined, { signal });
    while (!signal.aborted) {
      await stub.reportNode({ report, ready: true, configVersion: version }, call);
      await wait(periodMs, undefined, { signal });
    }
  };
  const ignoreEnd = (error: unknown) => {
    if (!signal.aborted) throw error;
  };
  await Promise.all([following().catch(ignoreEnd), reporting().catch(ignoreEnd)]);
}
