// Steps of tasks that wait, branch, are checked, and of operators.
import { expect } from "vitest";
import { after, anyOf, ended, signal, task as taskOf } from "../../clients/typescript/src/index.ts";
import { type WaitInit, waitOf } from "../../clients/typescript/src/wait.ts";
import { VerdictDecision } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { step } from "./steps.ts";
import { take } from "./steps-leases.ts";
import { handOver } from "./steps-tasks.ts";
import { expectState, type World } from "./world.ts";

step("{who} hands over the task {string} that waits for {string}", async (world, who = "", task = "", other = "") =>
  handOver(world, who, task, { wait: taskOf(world.idOf(other)) }),
);
step(
  "{who} hands over the task {string} that waits for the signal {string}",
  async (world, who = "", task = "", name = "") => handOver(world, who, task, { wait: signal(name) }),
);
step("{who} sends the signal {string}", async (world, who = "", name = "") => {
  await (await world.member(who)).client.sendSignal(name);
});

async function suspend(world: World, who: string, task: string, wait: WaitInit): Promise<void> {
  const { client } = await world.member(who);
  const leaseToken = world.leaseOf(who, task).lease?.token ?? "";
  await client.stubs.leases.suspendTask({ leaseToken, wait: waitOf(wait) });
}

step("{who} suspends {string} until {string} has ended", async (world, who = "", task = "", other = "") =>
  suspend(world, who, task, ended(world.idOf(other))),
);
step(
  "{who} suspends {string} until {string} has ended or an hour is over",
  async (world, who = "", task = "", other = "") =>
    suspend(world, who, task, anyOf(ended(world.idOf(other)), after("1h"))),
);

step("{who} creates the child {string} under {string}", async (world, who = "", child = "", task = "") =>
  handOver(world, who, child, { under: world.leaseOf(who, task).lease?.token ?? "" }),
);
step("the parent of {string} is {string}", async (world, child = "", task = "") => {
  expect((await world.read(child)).parentTaskId).toBe(world.idOf(task));
});

async function judge(world: World, who: string, type: string, findings: readonly string[]): Promise<void> {
  const { client } = await world.member(who);
  const { lease } = await take(world, who, type);
  const decision = findings.length > 0 ? VerdictDecision.REJECT : VerdictDecision.ACCEPT;
  const verdict = { decision, findings: [...findings] };
  await client.stubs.leases.completeTask({ leaseToken: lease?.token ?? "", verdict });
  // It is no task that the scenario names.
  world.taskIds.delete(type);
}

step("{who} rejects the work by {string}: {string}", async (world, who = "", type = "", finding = "") =>
  judge(world, who, type, [finding]),
);
step("{who} accepts the work by {string}", async (world, who = "", type = "") => judge(world, who, type, []));

step("{string} is within its budget", ({ answer }) => expect(answer).toBe(false));
step("{string} is over its budget", ({ answer }) => expect(answer).toBe(true));

step("the output of {string} is {string}", async (world, task = "", text = "") => {
  const { client } = await world.member("operator reader");
  const chunks: Uint8Array[] = [];
  for await (const { data } of client.readOutput(world.idOf(task))) chunks.push(data);
  expect(Buffer.concat(chunks).toString()).toBe(text.replaceAll("\\n", "\n"));
});

step("{who} pauses the queue {string}", async (world, who = "", queue = "") => {
  await (await world.member(who)).client.stubs.queues.pauseQueue({ queue, reason: "the scenario" });
});
step("{who} resumes the queue {string}", async (world, who = "", queue = "") => {
  await (await world.member(who)).client.stubs.queues.resumeQueue({ queue });
});
step("{who} pauses {string}", async (world, who = "", task = "") => {
  await (await world.member(who)).client.stubs.queues.pauseTask({ taskId: world.idOf(task) });
});
step("{who} resumes {string}", async (world, who = "", task = "") => {
  await (await world.member(who)).client.stubs.queues.resumeTask({ taskId: world.idOf(task) });
  await expectState(world, task, "QUEUED");
});
