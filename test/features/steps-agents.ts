// Steps of the registry of agents, of schedules and of machines.
import type { JsonObject } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { parse } from "yaml";
import type { AgentInit } from "../../clients/typescript/src/index.ts";
import { RouteMatch } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { all, startWorker } from "../clients/typescript/kit.ts";
import { step } from "./steps.ts";
import { nameOf } from "./world.ts";

step("{who} registers the agent", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  world.answer = (await client.agents.register(parse(below) as AgentInit)).agent;
});
step("the agent {string} is in version {int}", async (world, agentId = "", version = "") => {
  const { client } = await world.member("operator reader");
  expect((await client.agents.get(agentId)).version).toBe(BigInt(version));
});
step(
  "{who} reads the agent {string} in version {int} with the domain {string}",
  async (world, who = "", agentId = "", version = "", domain = "") => {
    const { client } = await world.member(who);
    expect((await client.agents.get(agentId, BigInt(version))).domain).toBe(domain);
  },
);
step("{string} belongs to {string} by {word}", async (world, text = "", agentId = "", match = "") => {
  const { client } = await world.member("operator reader");
  const { agent, matchType, why } = await client.agents.route(text);
  expect([agent?.agentId, nameOf(RouteMatch, matchType)]).toEqual([agentId, match]);
  expect(why).toContain(agentId);
});
step("{string} belongs to no agent", async (world, text = "") => {
  const { client } = await world.member("operator reader");
  expect((await client.agents.route(text)).agent).toBeUndefined();
});
step("{who} delegates {string} to {string} with", async (world, who = "", task = "", agentId = "", below = "") => {
  const { client } = await world.member(who);
  const { taskId, task: made } = await client.agents.delegate(agentId, { input: parse(below) as JsonObject });
  expect(made.type).toBe(task);
  world.taskIds.set(task, taskId);
});

step("{who} creates the schedule {string} of the task {string}", async (world, who = "", id = "", task = "") => {
  const { client } = await world.member(who);
  const made = await client.schedules.create(id, { cron: "0 3 * * *", task: { type: task } });
  expect(made).toMatchObject({ pending: false, noScheduler: false });
});
step("{who} creates the schedule {string} with the times {string}", async (world, who = "", id = "", cron = "") => {
  await (await world.member(who)).client.schedules.create(id, { cron, task: { type: "never" } });
});
step("{who} triggers the schedule {string}", async (world, who = "", id = "") => {
  const { schedule } = await (await world.member(who)).client.schedules.trigger(id);
  expect(schedule?.counts?.fired).toBe(1n);
});
step("{who} pauses the schedule {string}", async (world, who = "", id = "") => {
  await (await world.member(who)).client.schedules.pause(id);
});
step("{who} deletes the schedule {string}", async (world, who = "", id = "") => {
  await (await world.member(who)).client.schedules.delete(id);
});
step("the schedule {string} is paused", async (world, id = "") => {
  const { client } = await world.member("operator reader");
  expect((await client.schedules.get(id))?.state?.paused).toBe(true);
});
step("{who} owes the schedule {string}", async (world, who = "", id = "") => {
  const { client } = await world.member(who);
  const owed = (await all(client.obligations())).map(({ receipt }) => receipt?.taskId ?? "");
  const names = await Promise.all(owed.map(async (taskId) => (await client.getTask(taskId)).name));
  expect(names).toEqual([`schedule/${id}`]);
});
step("{who} owes no schedule", async (world, who = "") => {
  const { client } = await world.member(who);
  const owed = (await all(client.obligations())).map(({ receipt }) => receipt?.taskId ?? "");
  const types = await Promise.all(owed.map(async (taskId) => (await client.getTask(taskId)).type));
  expect(types).not.toContain("asyncgate.schedule");
});

step("{who} checks the machine", async (world, who = "", below = "") => {
  world.answer = await (await world.member(who)).client.machines.validate(below);
});
step("faults are told of {word}", ({ answer }, path = "") => {
  const { valid, faults } = answer as {
    readonly valid: boolean;
    readonly faults: readonly { path: string; line: number }[];
  };
  expect(valid).toBe(false);
  expect(faults.length).toBeGreaterThan(1);
  for (const fault of faults) {
    expect(fault.path).toContain(path);
    expect(fault.line).toBe(3);
  }
});
step("{who} is an agent of the type {string}", async (world, who = "", type = "") => {
  const { key } = await world.member(who);
  const answer = ({ input }: { readonly input: JsonObject }) => ({ output: { said: input["say"] } });
  startWorker({ endpoint: world.kit.server.url, key, drainOn: [], handlers: { [type]: answer as never } });
});
step("{who} starts the machine", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  world.answer = (await client.machines.start({ document: below })).taskId;
});
step("the execution comes to", async (world, below = "") => {
  const { client } = await world.member("operator reader");
  expect(await client.result(String(world.answer))).toEqual(parse(below));
});
