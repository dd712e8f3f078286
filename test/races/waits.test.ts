// Races around waits, on two servers: what begins to wait and what ends at the same time always see each other.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  CompleteTaskRequestSchema,
  SuspendTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import { type Claimed, chainOf, claim, granted as done } from "../helpers/ledger-scenario.ts";
import { type Arena, race, together } from "../helpers/race.ts";
import { onTask, result, waitFor } from "../helpers/scenario.ts";

const { BLOCKED, QUEUED, CANCELED, SUCCEEDED } = TaskState;
type Wait = ReturnType<typeof waitFor>;

function completing(server: Operations, { worker }: Arena, { token }: Claimed) {
  const request = create(CompleteTaskRequestSchema, { leaseToken: token, ...result });
  return async () => (await server.completeTasks(worker, [request]))[0] ?? {};
}

/** In a queue of their own, so that a claim does not find them. */
function creating(server: Operations, { agent }: Arena, wait: Wait) {
  const request = create(CreateTaskRequestSchema, { type: "later", queue: "later", wait });
  return async () => {
    const [created] = await server.createTasks(agent, { tasks: [request], requestId: "" });
    return done(created ?? {}) as { readonly task: { readonly taskId: string } };
  };
}

function suspending(server: Operations, { worker }: Arena, { token }: Claimed, wait: Wait) {
  const request = create(SuspendTaskRequestSchema, { leaseToken: token, wait });
  return async () => (await server.suspendTasks(worker, [request]))[0] ?? {};
}

/** Tasks that the worker owes and holds: it may read them, and wait for them. */
async function held(arena: Arena): Promise<[Claimed, Claimed]> {
  const request = create(CreateTaskRequestSchema, { type: "t", obligated: arena.worker.principal });
  await arena.servers[0].createTasks(arena.agent, { tasks: [request, request], requestId: "" });
  return [await claim(arena), await claim(arena)];
}

async function stateOf({ operations, operator }: Arena, taskId: string): Promise<TaskState> {
  return done(await operations.getTask(operator, { taskId })).state;
}

async function resumedTimes(arena: Arena, taskId: string): Promise<number> {
  return (await chainOf(arena, taskId)).filter(({ type }) => type === ReceiptType.TASK_RESUMED).length;
}

race(
  "law 18: a task is created to wait for one that ends at the same time: one of them sees the other",
  async (arena) => {
    const { servers, round } = arena;
    const [first, other] = await held(arena);
    const server = servers[round % 2 === 0 ? 0 : 1];
    const [, { task }] = await together(
      round,
      completing(server, arena, first),
      creating(servers[1], arena, waitFor(onTask(first.taskId))),
    );
    // No sweep: the lock of the waiter was free, so nothing was left over.
    expect(await stateOf(arena, task.taskId)).toBe(QUEUED);
    expect(await resumedTimes(arena, task.taskId)).toBe(1);
    await completing(server, arena, other)();
  },
);

race(
  "law 18: a task is suspended to wait for one that ends at the same time: one of them sees the other",
  async (arena) => {
    const { servers, round } = arena;
    const [awaited, suspended] = await held(arena);
    const [, answer] = await together(
      round,
      completing(servers[0], arena, awaited),
      suspending(servers[1], arena, suspended, waitFor(onTask(awaited.taskId))),
    );
    expect(isRefusal(answer)).toBe(false);
    expect(await stateOf(arena, suspended.taskId)).toBe(QUEUED);
    expect(await resumedTimes(arena, suspended.taskId)).toBe(1);
    await completing(servers[0], arena, await claim(arena))();
  },
);

race("law 19: the last two of a fan-in end at once on two servers, and the wait is over once", async (arena) => {
  const { servers, round, sweep } = arena;
  const [one, two] = await held(arena);
  const { task } = await creating(servers[0], arena, waitFor(onTask(one.taskId), onTask(two.taskId)))();
  await together(round, completing(servers[0], arena, one), completing(servers[1], arena, two));
  // One of them may have passed by the waiter that the other had locked.
  await sweep();
  expect(await stateOf(arena, task.taskId)).toBe(QUEUED);
  expect(await resumedTimes(arena, task.taskId)).toBe(1);
});

race("a waiter is canceled while what it waits for ends: it is canceled, and never leased", async (arena) => {
  const { servers, round, sweep, agent } = arena;
  const [first, other] = await held(arena);
  const { task } = await creating(servers[0], arena, waitFor(onTask(first.taskId)))();
  const request = create(CancelTaskRequestSchema, { taskId: task.taskId });
  const canceling = () => servers[1].cancelTask(agent, request);
  const [, canceled] = await together(round, completing(servers[0], arena, first), canceling);
  expect(isRefusal(canceled)).toBe(false);
  await sweep();
  expect(await stateOf(arena, task.taskId)).toBe(CANCELED);
  expect(await stateOf(arena, first.taskId)).toBe(SUCCEEDED);
  await completing(servers[0], arena, other)();
});

race("two tasks suspend to wait for each other: one of them is refused, and no circle arises", async (arena) => {
  const { servers, round } = arena;
  const [one, two] = await held(arena);
  const answers = await together(
    round,
    suspending(servers[0], arena, one, waitFor(onTask(two.taskId))),
    suspending(servers[1], arena, two, waitFor(onTask(one.taskId))),
  );
  const refusals = answers.filter(isRefusal);
  expect(refusals.map(({ reason }) => reason)).toEqual([ErrorReason.DEPENDENCY_CYCLE]);
  const [blocked, running] = isRefusal(answers[0]) ? [two, one] : [one, two];
  expect(await stateOf(arena, blocked.taskId)).toBe(BLOCKED);
  await completing(servers[0], arena, running)();
  expect(await stateOf(arena, blocked.taskId)).toBe(QUEUED);
  await completing(servers[0], arena, await claim(arena))();
});
