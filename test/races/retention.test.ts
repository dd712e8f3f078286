// Races around retention, on two servers: what begins to wait for a task and what drops that task's week at the same
// time always see each other.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { SuspendTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal, type Refusal } from "../../src/core/refusal.ts";
import { dropExpired } from "../../src/engine/maintenance/drop-expired.ts";
import { chainOf, claim, complete, granted as done, hand, outcome } from "../helpers/ledger-scenario.ts";
import { type Arena, race, together } from "../helpers/race.ts";
import { afterMs, onTask, waitFor } from "../helpers/scenario.ts";

const weekMs = 7 * 86_400_000;
const retentionMs = 2 * weekMs;
/** Each round has weeks of its own. */
const rounds = 8;

/** A week at a time, so that there is a partition for every task. */
async function pass({ clock, operations }: Arena, weeks: number): Promise<void> {
  for (let left = weeks; left > 0; left -= 1) {
    clock.advance(weekMs);
    await operations.makePartitions();
  }
}

async function drop({ other: { engine } }: Arena): Promise<{ readonly chains: number }> {
  const retaining = { ...engine, server: { ...engine.server, retentionMs } };
  return await dropExpired(retaining, new AbortController().signal);
}

/** A task that ended so long ago that its week may be dropped. */
async function old(arena: Arena): Promise<string> {
  const { taskId } = await hand(arena);
  done(await complete(arena, await claim(arena)));
  await pass(arena, 5);
  return taskId;
}

async function isKept({ operations, operator }: Arena, taskId: string): Promise<boolean> {
  return !isRefusal(await outcome(operations.getTask(operator, { taskId })));
}

/** Met at once by the old task, it waits for the time. */
const waitOn = (taskId: string) => waitFor(onTask(taskId), afterMs(1_000));

async function expectOneSide(arena: Arena, taskId: string, began: object): Promise<void> {
  if (isRefusal(began)) expect(began.reason).toBe(ErrorReason.TASK_NOT_FOUND);
  expect(await isKept(arena, taskId)).toBe(!isRefusal(began));
}

/** It goes on and ends, so that the next round finds nothing to claim. */
async function finish(arena: Arena, taskId: string): Promise<void> {
  arena.clock.advance(1_000);
  await arena.sweep();
  const leased = await claim(arena);
  expect(leased.taskId).toBe(taskId);
  expect((await chainOf(arena, taskId)).length).toBeGreaterThan(0);
  done(await complete(arena, leased));
}

race(
  "a task is created to wait for one whose week is being dropped: it is refused, or the week is kept",
  async (arena) => {
    const { servers, agent, round } = arena;
    const taskId = await old(arena);
    const tasks = [create(CreateTaskRequestSchema, { type: "later", wait: waitOn(taskId) })];
    const [created] = await together(
      round,
      async () => (await servers[0].createTasks(agent, { tasks, requestId: "" }))[0] ?? {},
      () => drop(arena),
    );
    await expectOneSide(arena, taskId, created);
    if (!isRefusal(created)) await finish(arena, (created as { task: { taskId: string } }).task.taskId);
  },
  rounds,
);

race(
  "a task is suspended to wait for one whose week is being dropped: it is refused, or the week is kept",
  async (arena) => {
    const { servers, worker, round } = arena;
    const taskId = await old(arena);
    await hand(arena, { obligated: worker.principal });
    const { token, taskId: suspendedId } = await claim(arena);
    const request = create(SuspendTaskRequestSchema, { leaseToken: token, wait: waitOn(taskId) });
    const [suspended] = await together(
      round,
      async (): Promise<object | Refusal> => (await servers[0].suspendTasks(arena.worker, [request]))[0] ?? {},
      () => drop(arena),
    );
    await expectOneSide(arena, taskId, suspended);
    if (isRefusal(suspended)) done(await complete(arena, { token }));
    else await finish(arena, suspendedId);
  },
  rounds,
);
