// The clients of both generations hold what a tool answers against its output schema. Here each tool is called by each
// of them, with data that fills the schemas.
import type { JsonObject } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { contractCatalog } from "../../src/mcp/catalog.ts";
import { createMcpAnswer } from "../../src/mcp/http.ts";
import { tools } from "../../src/mcp/tools.gen.ts";
import { callEveryTool, registerReporter } from "./every-tool.ts";
import { type ClientKind, clientKinds, openMcp, textOf } from "./open-mcp.ts";

async function open(kind: ClientKind, mcp?: ReturnType<typeof createMcpAnswer>) {
  const { connect, keyOf, url } = await openMcp({}, () => (mcp ? { more: { mcp: async () => mcp } } : {}));
  const key = await keyOf("acme", Role.OPERATOR);
  await registerReporter(url, key);
  const client = await connect(kind, key);
  await client.listTools(); // a client knows the schemas of the tools that it has listed
  return client;
}

test.each(clientKinds)("%s: every tool answers what its schema says, and as text the same", async (kind) => {
  const client = await open(kind);
  const called = new Set<string>();
  await callEveryTool(async (name, given) => {
    called.add(name);
    const answer = await client.callTool({ name, arguments: given });
    expect(answer.isError, `${name}: ${textOf(answer)}`).toBeFalsy();
    expect(JSON.parse(textOf(answer).replace(/^.*\n/, "")), name).toEqual(answer.structuredContent);
    return answer.structuredContent as JsonObject;
  });
  expect([...called].sort()).toEqual(tools.map(({ name }) => name).sort());
});

test.each(clientKinds)("a control: %s refuses an answer that its schema does not allow", async (kind) => {
  const demanding = createMcpAnswer((line) => {
    const catalog = contractCatalog(line);
    const outputSchema = { type: "object" as const, properties: {}, required: ["no_such_field"] };
    return { ...catalog, tools: catalog.tools.map((tool) => ({ ...tool, outputSchema })) };
  });
  const client = await open(kind, demanding);
  await expect(client.callTool({ name: "get_config", arguments: {} })).rejects.toThrow(/no_such_field|schema/);
});
