// Steps over other protocols than gRPC, of callers without credentials, and of what the server tells of itself.
import { createClient as createStub } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect } from "vitest";
import { createClient } from "../../clients/typescript/src/index.ts";
import { AdminService } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { all } from "../clients/typescript/kit.ts";
import { step } from "./steps.ts";
import type { World } from "./world.ts";

async function post(world: World, who: string, path: string, body: object, headers: Record<string, string> = {}) {
  const { key } = await world.member(who);
  const accept = "application/json, text/event-stream";
  const common = { authorization: `Bearer ${key}`, "content-type": "application/json", accept };
  const request = { method: "POST", headers: { ...common, ...headers }, body: JSON.stringify(body) };
  const response = await fetch(`${world.kit.server.url}${path}`, request);
  expect(response.status).toBe(200);
  return await response.text();
}

async function callTool(world: World, who: string, name: string, given: object): Promise<string> {
  return await post(world, who, "/mcp", {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name, arguments: given },
  });
}

function rememberIn(world: World, task: string, answer: string): void {
  world.taskIds.set(task, /"task_id":"([0-9a-f-]{36})"/.exec(answer)?.[1] ?? "");
}

step("{who} hands over the task {string} over REST", async (world, who = "", task = "") => {
  rememberIn(world, task, await post(world, who, "/v1/tasks", { type: task }));
});
step("{who} hands over the task {string} over MCP", async (world, who = "", task = "") => {
  const answer = await callTool(world, who, "create_task", { type: task });
  rememberIn(world, task, answer);
});
step("{who} finds {string} open over MCP", async (world, who = "", task = "") => {
  expect(await callTool(world, who, "list_open_obligations", {})).toContain(world.idOf(task));
});
step("{who} hands over the task {string} in the trace {string}", async (world, who = "", task = "", traceId = "") => {
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  rememberIn(world, task, await post(world, who, "/v1/tasks", { type: task }, { traceparent }));
});

step("a caller without a credential lists tasks", async ({ kit }) => {
  const client = createClient({ endpoint: kit.server.url });
  try {
    await all(client.listTasks());
  } finally {
    client.close();
  }
});
step("the administrator finds {word} and {word} on record", async (world, first = "", second = "") => {
  const admin = createStub(AdminService, createGrpcTransport({ baseUrl: world.kit.server.url }));
  const as = { headers: { authorization: `Bearer ${world.kit.keys.admin}` } };
  const { records } = await admin.listAuditRecords({ tenantId: world.tenantId }, as);
  const methods = records.map(({ method }) => method);
  expect(methods).toEqual(expect.arrayContaining([expect.stringContaining(first), expect.stringContaining(second)]));
});
step("the metrics count {word}, {word}", async (world, method = "", receipt = "") => {
  const text = await (await fetch(`${world.kit.server.url}/metrics`)).text();
  expect(text).toMatch(new RegExp(`asyncgate_rpc_total\\{method="[^"]*/${method}",[^}]*code="ok"[^}]*\\} [1-9]`));
  expect(text).toMatch(new RegExp(`asyncgate_receipts_total\\{type="${receipt}"\\} [1-9]`));
});
