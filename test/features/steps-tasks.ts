// Steps of task creators: handing over, reading, canceling.
import { expect } from "vitest";
import { parse } from "yaml";
import { createClient, type NewTask, named, ObstacleKind, TaskState } from "../../clients/typescript/src/index.ts";
import { TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { stop } from "../e2e/dev-server.ts";
import { listed, step } from "./steps.ts";
import { expectState, nameOf, textOf, type World } from "./world.ts";

/** Its type is its name. Fields of the kit's NewTask may stand below the step. */
export async function handOver(world: World, who: string, task: string, more: Partial<NewTask> = {}): Promise<void> {
  const { client } = await world.member(who);
  const { taskId } = await client.createTask({ type: task, ...more });
  world.taskIds.set(task, taskId);
}

step("{who} hands over the task {string}", async (world, who = "", task = "") => handOver(world, who, task));
step("{who} hands over the task {string} with", async (world, who = "", task = "", below = "") =>
  handOver(world, who, task, parse(below) as NewTask),
);
step("{who} hands over the task {string} again with", async (world, who = "", task = "", below = "") => {
  const { client } = await world.member(who);
  const { taskId, existed } = await client.createTask({ ...(parse(below) as object), type: task });
  world.answer = { taskId, existed, first: world.idOf(task) };
});
step("both are one task", ({ answer }) => {
  const { taskId, existed, first } = answer as Record<string, unknown>;
  expect([taskId, existed]).toEqual([first, true]);
});
step("{who} hands over the tasks", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  for (const task of parse(below) as NewTask[]) await client.createTask(task);
});
step("{who} hands over a batch with", async (world, who = "", below = "") => {
  world.answer = await (await world.member(who)).client.createTasks(parse(below) as NewTask[]);
});
step("the items are {words}", ({ answer }, words = "") => {
  const results = (answer as readonly object[]).map((one) => String(Reflect.get(one, "reasonName") ?? "created"));
  expect(results).toEqual(listed(words));
});

step("{who} hands over the task {string} to a server that is killed then", async (world, who = "", task = "") => {
  const other = await world.kit.startAnother();
  const client = createClient({ endpoint: other.url, key: (await world.member(who)).key });
  const { taskId } = await client.createTask({ type: task });
  await stop(other.process, "SIGKILL");
  client.close();
  world.taskIds.set(task, taskId);
});

/** A session is what a caller has in its memory; what it owes is at the server. */
step("{who} goes away", async (world, who = "") => (await world.member(who)).client.close());
step("{who} comes back", async (world, who = "") => {
  const { key, ...same } = await world.member(who);
  world.rejoin(who, { ...same, key, client: createClient({ endpoint: world.kit.server.url, key }) });
});

step("{string} is {word}", async (world, task = "", state = "") => void (await expectState(world, task, state)));
step("{string} is QUEUED in attempt {int}", async (world, task = "", attempt = "") => {
  expect((await expectState(world, task, "QUEUED")).attempt).toBe(Number(attempt));
});
step("{string} is FAILED for {word}", async (world, task = "", reason = "") => {
  const { outcome } = await expectState(world, task, "FAILED");
  expect(nameOf(TerminalReason, outcome?.terminalReason ?? 0)).toBe(reason);
});
step("the result of {string} is {string}", async (world, task = "", result = "") => {
  const { outcome } = await expectState(world, task, "SUCCEEDED");
  expect(textOf(outcome?.result)).toBe(result);
});
step("the owner of {string} is {who}", async (world, task = "", who = "") => {
  const { id, kind } = await world.member(who);
  expect((await world.read(task)).createdBy).toMatchObject({ id, kind });
});
step("{who} reads {string}", async (world, who = "", task = "") => {
  await (await world.member(who)).client.getTask(world.idOf(task));
});
step("the task named {string} is {string}", async (world, name = "", task = "") => {
  const { taskId } = await (await world.member("operator reader")).client.getTask(named(name));
  expect(taskId).toBe(world.idOf(task));
});

step("{who} cancels {string}", async (world, who = "", task = "") => {
  await (await world.member(who)).client.cancelTask(world.idOf(task));
});
step("{who} cancels {string} with a grace", async (world, who = "", task = "") => {
  await (await world.member(who)).client.cancelTask(world.idOf(task), { gracePeriodMs: 60_000 });
  expect((await world.read(task)).state).toBe(TaskState.LEASED);
});

step("{string} does not run because of {word}", async (world, task = "", kind = "") => {
  const { client } = await world.member("operator reader");
  const { unmet, delays, summary } = await client.explainTask(world.idOf(task));
  expect([...unmet, ...delays].map((one) => nameOf(ObstacleKind, one.kind))).toContain(kind);
  expect(summary).not.toBe("");
});
