// `asyncgate agent check` and `agent override`, against a server that may probe an endpoint of the test.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { agentCheck, agentOverride } from "../../../src/cli/agent/check.ts";
import { createProbe } from "../../../src/server/agent-probe.ts";
import { openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

async function open() {
  const endpoint = createServer((_request, answer) => void answer.writeHead(503).end()).listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  onTestFinished(() => void endpoint.close());
  const { port } = endpoint.address() as AddressInfo;
  const probe = createProbe({ hosts: [`127.0.0.1:${port}`], allowPrivate: true });
  const { url, makeTenant, makeKey } = await openEngineServer(() => ({}), { probe });
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const endpoints = [{ url: `http://127.0.0.1:${port}/` }, { url: "http://elsewhere.example/" }];
  const agent = { agent_id: "painter", capabilities: ["paint"], endpoints };
  await fetch(`${url}/v1/agents`, { method: "POST", headers, body: JSON.stringify({ agent }) });
  const environment = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  return { environment, port };
}

test("agents are checked, and an override is told; the command fails unless all pass", async () => {
  const { environment, port } = await open();
  const check = (...words: string[]) => runCommand(agentCheck, words, environment);
  const ill = await check("painter");
  expect(ill.code).toBe(1);
  const about = `http://127.0.0.1:${port}/ answered 503, and not 200; http://elsewhere.example/ is not among the hosts`;
  expect(ill.printed).toContain(about);
  expect(ill.printed).toMatch(/^painter +DOWN +0 of 1 +0 +/m);
  const overridden = await runCommand(agentOverride, ["painter", "--for", "1h", "--reason", "known"], environment);
  expect(overridden.printed).toMatch(/^painter passes until 2\S+Z$/);
  const passed = await check("--capability", "paint", "--strict");
  expect([passed.code, passed.printed]).toEqual([0, expect.stringMatching(/human:\S+ lets it pass until/)]);
  const ended = await runCommand(agentOverride, ["painter", "--for", "0s"], environment);
  expect(ended.printed).toBe("painter passes by its health alone");
  expect((await check("--capability", "none")).printed).toBe("no ACTIVE agent has that capability");
  await expect(check()).rejects.toThrow("expected the ids of agents");
  await expect(check("a", "--capability", "b")).rejects.toThrow("expected the ids of agents");
  await expect(runCommand(agentOverride, ["painter"], environment)).rejects.toThrow("for how long?");
});
