// What it costs that agents are present: 100 sessions of agents that do nothing but live, kept by heartbeats.
import { setTimeout as wait } from "node:timers/promises";
import { type Client, createClient } from "../../../clients/typescript/src/index.ts";
import { countQueries, type QueryCounter } from "../count-queries.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const agents = 100;
const minuteS = 60;

export const agentSessions: Row = {
  prints: {
    agent_session_queries: `database queries a minute for ${agents} agents in sessions, beyond those of an idle server`,
  },
  async run(bench) {
    let counter: QueryCounter | undefined;
    const through = async (databaseUrl: string) => {
      counter = await countQueries(databaseUrl);
      return counter.databaseUrl;
    };
    try {
      await serving(bench, { through }, async ({ server }) => {
        const measure = async () => {
          await wait(1_000);
          const before = counter?.queries() ?? 0;
          const seconds = bench.smoke ? 1 : minuteS;
          await wait(seconds * 1_000);
          return (((counter?.queries() ?? 0) - before) * minuteS) / seconds;
        };
        const idle = await measure();
        bench.report.figure("agent_session_queries_nobody", idle, "queries/minute");
        const operator = createClient({ endpoint: server.url, key: server.keys.operator });
        const worker = createClient({ endpoint: server.url, key: server.keys.worker });
        try {
          await openAll(operator, worker);
          bench.report.figure("agent_session_queries", (await measure()) - idle, "queries/minute");
        } finally {
          worker.close();
          operator.close();
        }
      });
    } finally {
      await counter?.close();
    }
  },
};

/** Each agent in a session of its own, which the client keeps. */
async function openAll(operator: Client, worker: Client): Promise<void> {
  for (let place = 0; place < agents; place += 1) {
    const agentId = `agent-${place}`;
    await operator.agents.register({ agentId, domain: "bench", displayName: agentId, roles: ["executor"] });
    await worker.agents.openSession({ agentId, name: agentId });
  }
}
