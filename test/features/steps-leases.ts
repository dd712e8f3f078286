// Steps of workers: taking tasks, and all that a holder may do. Each is a single call, so that a scenario decides when.
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "vitest";
import type { LeasedTask } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { listed, step } from "./steps.ts";
import { expectState, jsonContent, textOf, type World } from "./world.ts";

type Claim = {
  readonly queue?: string;
  readonly capabilities?: readonly string[];
  readonly ttlMs?: number;
  /** How long to wait for a task; a task that was lost or is tried again rests for a moment. */
  readonly waitMs?: number;
  readonly sessionId?: string;
};

/** A lease of a minute outlives every scenario. */
const ttlMsDefault = 60_000;
/** Longer than anything takes that is to come. */
const takeWaitMs = 20_000;

async function claim(world: World, who: string, task: string, init: Claim = {}): Promise<LeasedTask | undefined> {
  const { queue, capabilities = [], ttlMs = ttlMsDefault, waitMs = 0, sessionId = "" } = init;
  const { client } = await world.member(who);
  const { tasks } = await client.stubs.leases.claimTasks({
    acceptTypes: [task],
    queues: queue === undefined ? [] : [queue],
    capabilities: [...capabilities],
    leaseTtl: durationFromMs(ttlMs),
    wait: durationFromMs(waitMs),
    agentSessionId: sessionId,
  });
  const [leased] = tasks;
  if (leased) {
    world.leases.set(`${who} ${task}`, leased);
    world.taskIds.set(task, leased.task?.taskId ?? "");
  }
  return leased;
}

export async function take(world: World, who: string, task: string, init: Claim = {}): Promise<LeasedTask> {
  const leased = await claim(world, who, task, { waitMs: takeWaitMs, ...init });
  if (!leased) throw new Error(`there is no "${task}" for ${who}`);
  return leased;
}

async function findNone(world: World, who: string, task: string, init: Claim = {}): Promise<void> {
  expect(await claim(world, who, task, init)).toBeUndefined();
}

step("{who} takes {string}", async (world, who = "", task = "") => void (await take(world, who, task)));
step("{who} takes {string} for a moment", async (world, who = "", task = "") => {
  await take(world, who, task, { ttlMs: 100 });
});
step("{who}, who can {word}, takes {string}", async (world, who = "", capability = "", task = "") => {
  await take(world, who, task, { capabilities: [capability] });
});
step("{who} takes {string} in the queue {string}", async (world, who = "", task = "", queue = "") => {
  await take(world, who, task, { queue });
});
step("{who} finds no {string}", async (world, who = "", task = "") => findNone(world, who, task));
step("{who} finds no {string} in the queue {string}", async (world, who = "", task = "", queue = "") =>
  findNone(world, who, task, { queue }),
);
step("{who} takes the jobs {words}", async (world, who = "", words = "") => {
  const payloads: unknown[] = [];
  for (const _ of listed(words)) payloads.push(textOf((await take(world, who, "job")).task?.payload));
  expect(payloads).toEqual(listed(words));
});

step("{who} takes {string} with the checkpoint {string}", async (world, who = "", task = "", checkpoint = "") => {
  expect(textOf((await take(world, who, task)).task?.checkpoint)).toBe(checkpoint);
});
step("{who} takes {string} with {string} from its wait", async (world, who = "", task = "", result = "") => {
  const [first] = (await take(world, who, task)).waitResults;
  expect(textOf(first?.result)).toBe(result);
});
step("{who} takes {string} with the answer {string}", async (world, who = "", task = "", answer = "") => {
  const results = (await take(world, who, task)).waitResults;
  expect(results.map(({ input }) => input?.answer)).toEqual([JSON.stringify(answer)]);
});
step("{who} takes {string} with the note {string}", async (world, who = "", task = "", note = "") => {
  expect((await take(world, who, task)).handOff?.note).toBe(note);
});
step("{who} takes {string} with the finding {string}", async (world, who = "", task = "", finding = "") => {
  const { review } = await take(world, who, task);
  expect(review?.verdicts.flatMap(({ verdict }) => verdict?.findings ?? [])).toEqual([finding]);
});
step("{who} takes {string} in the trace {string}", async (world, who = "", task = "", traceId = "") => {
  expect((await take(world, who, task)).task?.traceContext?.traceparent.split("-")[1]).toBe(traceId);
});

step("the lease of {string} is lost", async (world, task = "") => {
  await expect.poll(async () => (await world.read(task)).leaseLosses).toBe(1);
  await expectState(world, task, "QUEUED");
});

/** The generated client of a holder, and the token of its lease. */
async function holder(world: World, who: string, task: string) {
  const { stubs } = (await world.member(who)).client;
  return { stubs, leases: stubs.leases, leaseToken: world.leaseOf(who, task).lease?.token ?? "" };
}

step("{who} completes {string} with the result {string}", async (world, who = "", task = "", result = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  await leases.completeTask({ leaseToken, result: jsonContent(result) });
});
step("{who} completes {string} without saying where the result is", async (world, who = "", task = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  expect((await leases.completeTask({ leaseToken })).discharged).toBe(false);
});
step("{who} completes {string} and hands on {string}", async (world, who = "", task = "", next = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  const answer = await leases.completeTask({ leaseToken, result: jsonContent("done"), next: [{ type: next }] });
  world.taskIds.set(next, answer.next[0]?.taskId ?? "");
});
step("{who} fails {string} with a {word}", async (world, who = "", task = "", type = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  await leases.failTask({ leaseToken, error: { type, message: "as the scenario says" } });
});
step("{who} releases {string}", async (world, who = "", task = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  await leases.releaseLease({ leaseToken });
});
step("{who} saves the checkpoint {string} for {string}", async (world, who = "", checkpoint = "", task = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  await leases.reportProgress({ leaseToken, checkpoint: jsonContent(checkpoint) });
});
step("{who} is told that {string} is canceled", async (world, who = "", task = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  const { results } = await leases.renewLeases({ leaseTokens: [leaseToken] });
  expect(results.map(({ result }) => result.case === "kept" && result.value.cancelRequested)).toEqual([true]);
});
step(
  "{who} hands {string} off to {who} with the note {string}",
  async (world, who = "", task = "", to = "", note = "") => {
    const { leases, leaseToken } = await holder(world, who, task);
    const { kind, id } = await world.member(to);
    await leases.handOff({ leaseToken, to: { principal: { kind, id } }, note });
  },
);
step("{who} asks for {string}: {string}", async (world, who = "", task = "", title = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  await leases.requestInput({ leaseToken, question: { title } });
});
step("{who} prints {string} for {string} at {int}", async (world, who = "", text = "", task = "", offset = "") => {
  const { stubs, leaseToken } = await holder(world, who, task);
  const data = new TextEncoder().encode(text.replaceAll("\\n", "\n"));
  await stubs.outputs.appendOutput({ leaseToken, stream: "stdout", offset: BigInt(offset), data });
});
step("{who} spends {string} usd for {string}", async (world, who = "", usd = "", task = "") => {
  const { leases, leaseToken } = await holder(world, who, task);
  world.answer = (await leases.reportProgress({ leaseToken, spend: { usd } })).overBudget;
});
