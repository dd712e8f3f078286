// The same call through each door, in turns on one server: how long one takes, and how many a second come through.
// Doors over HTTP share one client, so that what they differ in is the server's.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { benchPayload } from "../../../src/cli/bench/payload.ts";
import { percentile } from "../../../src/cli/bench/percentile.ts";
import type { Server } from "../bench-processes.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const names = ["grpc", "connect", "rest", "mcp_http", "mcp_stdio"] as const;
type Name = (typeof names)[number];
type Door = { readonly call: () => Promise<unknown>; readonly close?: () => Promise<void> };

const concurrent = 16;

export const doors: Row = {
  prints: {
    door_mcp_adds: "what MCP over HTTP adds to the median of the same call by Connect and the same HTTP client",
    door_grpc_p50: "GetTask by gRPC, one call at a time, median; and the same by each other door",
    door_grpc_per_second: "GetTask by gRPC, 16 calls at a time; and the same by each other door",
  },
  async run(bench) {
    const [calls, rounds] = bench.smoke ? [20, 1] : [400, 5];
    await serving(bench, {}, async ({ server }) => {
      const open = await openDoors(server);
      const latencies = new Map<Name, number[]>();
      const paces = new Map<Name, number[]>();
      for (let round = 0; round <= rounds; round += 1) {
        for (const name of names) {
          const samples = await oneByOne(open[name], calls);
          const pace = await together(open[name], calls);
          if (round === 0 && !bench.smoke) continue; // warms up
          latencies.set(name, [...(latencies.get(name) ?? []), ...samples]);
          paces.set(name, [...(paces.get(name) ?? []), pace]);
        }
      }
      await Promise.all(names.map((name) => open[name].close?.()));
      const medianOf = (name: Name) => percentile(latencies.get(name) ?? [], 0.5);
      bench.report.figure("door_mcp_adds", medianOf("mcp_http") - medianOf("connect"), "ms");
      for (const name of names) {
        bench.report.figure(`door_${name}_p50`, medianOf(name), "ms");
        bench.report.figure(`door_${name}_per_second`, percentile(paces.get(name) ?? [], 0.5), "calls/s");
      }
    });
  },
};

async function oneByOne({ call }: Door, calls: number): Promise<number[]> {
  const samples: number[] = [];
  for (let done = 0; done < calls; done += 1) {
    const startedMs = performance.now();
    await call();
    samples.push(performance.now() - startedMs);
  }
  return samples;
}

async function together({ call }: Door, calls: number): Promise<number> {
  const startedMs = performance.now();
  let left = calls;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: concurrent }, work));
  return (calls / (performance.now() - startedMs)) * 1_000;
}

async function openDoors({ url, keys }: Server): Promise<Readonly<Record<Name, Door>>> {
  const authorization = `Bearer ${keys.tasker}`;
  const grpc = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
  const created = await grpc.createTask({ type: "doors", payload: benchPayload }, { headers: { authorization } });
  const taskId = created.task?.taskId ?? "";
  const post = (path: string, body: unknown) => ask(`${url}${path}`, authorization, JSON.stringify(body));
  const toolCall = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "get_task", arguments: { task_id: taskId } },
  };
  const stdio = new Client({ name: "bench", version: "1" });
  const env = { PATH: process.env["PATH"] ?? "", ASYNCGATE_URL: url, ASYNCGATE_API_KEY: keys.tasker };
  await stdio.connect(
    new StdioClientTransport({ command: process.execPath, args: ["src/main.ts", "mcp"], env, stderr: "ignore" }),
  );
  return {
    grpc: { call: () => grpc.getTask({ taskId }, { headers: { authorization } }) },
    connect: { call: () => post("/asyncgate.v1.TaskService/GetTask", { taskId }) },
    rest: { call: () => ask(`${url}/v1/tasks/${taskId}`, authorization) },
    mcp_http: { call: () => post("/mcp", toolCall) },
    mcp_stdio: { call: () => stdio.callTool(toolCall.params), close: () => stdio.close() },
  };
}

async function ask(url: string, authorization: string, body?: string): Promise<void> {
  const headers = { authorization, accept: "application/json, text/event-stream", "content-type": "application/json" };
  const response = await fetch(url, { headers, ...(body !== undefined && { method: "POST", body }) });
  const text = await response.text();
  if (!response.ok || !text.includes("doors")) throw new Error(`${url} answered ${response.status}: ${text}`);
}
