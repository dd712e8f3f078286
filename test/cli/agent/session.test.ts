// `asyncgate agent session`: opened, kept, listed and closed against a server.
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { agentSession } from "../../../src/cli/agent/session.ts";
import { openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

async function open() {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const agent = { agent_id: "painter", roles: ["AGENT_ROLE_EXECUTOR", "AGENT_ROLE_VERIFIER"] };
  await fetch(`${url}/v1/agents`, { method: "POST", headers, body: JSON.stringify({ agent }) });
  const environment = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  return { run: (...words: string[]) => runCommand(agentSession, words, environment), url, headers };
}

test("a session is opened, kept, listed and closed, and REST says the same", async () => {
  const { run, url, headers } = await open();
  expect((await run("list")).printed).toBe("there are no sessions of agents");
  const flags = ["--name", "nightly", "--role", "executor", "--write", "repo:a", "--read", "repo:b", "--ttl", "90s"];
  const { printed: id } = await run("open", "painter", ...flags);
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect((await run("keep", id)).printed).toMatch(/^until 2\S+Z, leases: 0$/);
  expect((await run("list", "painter")).printed).toMatch(
    new RegExp(`^${id} +nightly +painter +executor +\\w+:\\S+ +repo:a repo:b \\(read\\) +0 +2\\S+Z$`, "m"),
  );
  const answer = await fetch(`${url}/v1/agent-sessions?name=nightly`, { headers });
  expect(await answer.json()).toMatchObject({ sessions: [{ agent_session_id: id, ttl: "90s" }] });
  await expect(run("open", "painter", ...flags)).rejects.toThrow("SESSION_COLLISION");
  expect((await run("close", id, "--reason", "done")).printed).toBe("closed, leases released: 0");
  await expect(run("keep", id)).rejects.toThrow("AGENT_SESSION_NOT_FOUND");
});

test("words that mean nothing are mistakes", async () => {
  const { run } = await open();
  await expect(run()).rejects.toThrow("expected open, keep, close or list");
  await expect(run("open")).rejects.toThrow("expected the id of one agent");
  await expect(run("open", "painter")).rejects.toThrow("needs a name");
  await expect(run("open", "painter", "--name", "n", "--ttl", "soon")).rejects.toThrow("--ttl takes a time");
  await expect(run("keep")).rejects.toThrow("expected the id of one session");
  await expect(run("close", "nightly")).rejects.toThrow("INVALID_ARGUMENT");
});
