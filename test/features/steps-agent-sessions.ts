// Steps of those who are present as agents, and of what agents agree on.
import { expect } from "vitest";
import type { AgentSessionInit } from "../../clients/typescript/src/index.ts";
import { Preflight } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { all } from "../clients/typescript/kit.ts";
import { listed, step } from "./steps.ts";
import { take } from "./steps-leases.ts";
import { jsonContent, type World } from "./world.ts";

async function open(world: World, who: string, agentId: string, name: string, more: Partial<AgentSessionInit>) {
  const { client } = await world.member(who);
  const { id } = await client.agents.openSession({ agentId, name, role: "executor", ...more });
  world.sessionIds.set(name, id);
}

function sessionId(world: World, name: string): string {
  return world.sessionIds.get(name) ?? "";
}

step("{who} is present as {string} with the name {string} as executor", (world, who = "", agentId = "", name = "") =>
  open(world, who, agentId, name, {}),
);
step("{who} is present as {string} with the name {string} for a moment", (world, who = "", agentId = "", name = "") =>
  open(world, who, agentId, name, { ttlMs: 100, keep: false }),
);
step("{who} leaves the session {string}", async (world, who = "", name = "") => {
  await (await world.member(who)).client.agents.closeSession(sessionId(world, name));
});
step("the session {string} has ended", async (world, name = "") => {
  const { client } = await world.member("operator reader");
  await expect.poll(async () => await all(client.agents.sessions({ name }))).toEqual([]);
});
step("{who} takes {string} in the session {string}", async (world, who = "", task = "", name = "") => {
  await take(world, who, task, { sessionId: sessionId(world, name) });
});

step("{who} delegates {string} to {string} if it is well", async (world, who = "", task = "", agentId = "") => {
  const { client } = await world.member(who);
  const { taskId } = await client.agents.delegate(agentId, { input: {}, preflight: Preflight.REQUIRED });
  world.taskIds.set(task, taskId);
});
step("{who} lets {string} pass", async (world, who = "", agentId = "") => {
  await (await world.member(who)).client.agents.overridePreflight(agentId, 60_000, "the scenario");
});

step("{who} agrees on {string} with the artifacts {words}", async (world, who = "", name = "", kinds = "") => {
  const required = listed(kinds).map((kind) => ({ kind }));
  await (await world.member(who)).client.agents.putContract({ name, required });
});
step(
  "{who} completes {string} and hands on {string} by {string} with {words}",
  async (world, who = "", task = "", next = "", contract = "", kinds = "") => {
    const { leases } = (await world.member(who)).client.stubs;
    const leaseToken = world.leaseOf(who, task).lease?.token ?? "";
    const artifacts = listed(kinds).map((kind) => ({ kind, uri: `file:///${kind}` }));
    const result = jsonContent("done");
    const answer = await leases.completeTask({ leaseToken, result, artifacts, contract, next: [{ type: next }] });
    world.taskIds.set(next, answer.next[0]?.taskId ?? "");
  },
);
