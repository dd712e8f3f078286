// `asyncgate mcp --expose-agents`: a host sees the tools of agents beside those of the contract, and a call of one is a
// task for the agent.
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { tools as contractTools } from "../../src/mcp/tools.gen.ts";
import { type Era, eras, openMcp, textOf } from "./open-mcp.ts";

const timeoutMs = 120_000;
const schema = { type: "object", properties: { of: { type: "string" } }, required: ["of"] };

async function connect(era: Era, url: string, key: string, flags: readonly string[]) {
  const parameters = {
    command: process.execPath,
    args: ["src/main.ts", "mcp", ...flags],
    env: { PATH: process.env["PATH"] ?? "", ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key },
    stderr: "ignore" as const,
  };
  const client =
    era === "modern"
      ? new ModernClient({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } })
      : new LegacyClient({ name: "test", version: "1" });
  await client.connect((era === "modern" ? new ModernTransport(parameters) : new LegacyTransport(parameters)) as never);
  onTestFinished(() => client.close());
  return client as ModernClient;
}

async function open() {
  const { url, makeTenant, makeKey } = await openMcp();
  const tenantId = await makeTenant("acme");
  const operator = await makeKey(tenantId, Role.OPERATOR);
  const register = async (agent: object) => {
    const headers = { authorization: `Bearer ${operator}`, "content-type": "application/json" };
    const response = await fetch(`${url}/v1/agents`, { method: "POST", headers, body: JSON.stringify({ agent }) });
    expect(response.status, await response.text()).toBe(200);
  };
  await register({
    agent_id: "painter",
    tools: [
      { name: "render", title: "Render", description: "Renders.", task_type: "image.render", input_schema: schema },
      { name: "count", task_type: "image.count", input_schema: { type: "integer" } },
      { name: "x".repeat(60), task_type: "image.long" },
    ],
  });
  return { url, register, tasker: await makeKey(tenantId, Role.TASKER), worker: await makeKey(tenantId, Role.WORKER) };
}

test.each(eras)(
  "%s: tools of agents are listed and called, and the registry's changes show",
  {
    timeout: timeoutMs,
  },
  async (era) => {
    const { url, register, tasker } = await open();
    const client = await connect(era, url, tasker, ["--expose-agents"]);
    const listed = async () => (await client.listTools()).tools.filter(({ name }) => name.includes("__"));
    const [render, count, ...others] = await listed();
    expect(others).toEqual([]);
    expect(render).toMatchObject({ name: "painter__render", title: "Render", inputSchema: schema });
    expect(render?.description).toContain("Renders.");
    expect(count).toMatchObject({ name: "painter__count", inputSchema: { type: "object" } });
    const called = await client.callTool({ name: "painter__render", arguments: { of: "a fox" } });
    expect(called.structuredContent).toMatchObject({
      agent_id: "painter",
      task: {
        type: "image.render",
        payload: { json: { of: "a fox" } },
        requirements: { capabilities: ["agent:painter"] },
      },
    });
    const wrapped = await client.callTool({ name: "painter__count", arguments: { input: 3 } });
    expect(wrapped.structuredContent).toMatchObject({ task: { type: "image.count", payload: { json: 3 } } });
    const faulty = await client.callTool({ name: "painter__render", arguments: {} });
    expect([faulty.isError, textOf(faulty)]).toEqual([true, expect.stringMatching(/^INVALID_ARGUMENT: input .*of/)]);
    await register({ agent_id: "painter", status: "AGENT_STATUS_RETIRED" });
    expect(await listed()).toEqual([]);
    await expect(client.callTool({ name: "painter__render", arguments: {} })).rejects.toThrow("There is no tool");
  },
);

test("without the flag, and for a key that may create no tasks, no tool of an agent is listed", {
  timeout: timeoutMs,
}, async () => {
  const { url, tasker, worker } = await open();
  const plain = await connect("legacy", url, tasker, []);
  const known = contractTools.map(({ name }) => name);
  for (const { name } of (await plain.listTools()).tools) expect(known).toContain(name);
  const idle = await connect("legacy", url, worker, ["--expose-agents"]);
  expect((await idle.listTools()).tools.filter(({ name }) => name.includes("__"))).toEqual([]);
});
