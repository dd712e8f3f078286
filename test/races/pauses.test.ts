// Races around pauses, on two servers: what has been paused when a call is answered is not leased from then on.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ConditionStatus, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { chainOf, claim, granted as done, outcome } from "../helpers/ledger-scenario.ts";
import { overrideWait, pauseQueue, pauseTask, resumeQueue, resumeTask } from "../helpers/operate.ts";
import { type Arena, race, together } from "../helpers/race.ts";
import { onTask, result, waitFor } from "../helpers/scenario.ts";
import { openSession, subscribeWorker } from "../helpers/work.ts";

const { QUEUED, BLOCKED, LEASED, PAUSED, CANCELED } = TaskState;

function on(arena: Arena, server: Operations) {
  return { operations: server, operator: arena.operator };
}

async function create_(server: Operations, { agent }: Arena, more = {}): Promise<string> {
  const request = create(CreateTaskRequestSchema, { type: "t", ...more });
  const [created] = await server.createTasks(agent, { tasks: [request], requestId: "" });
  return (done(created ?? {}) as { readonly task: { readonly taskId: string } }).task.taskId;
}

async function stateOf({ operations, operator }: Arena, taskId: string): Promise<TaskState> {
  return done(await operations.getTask(operator, { taskId })).state;
}

async function deliveriesOf({ operations, operator }: Arena, taskIds: readonly string[]): Promise<number> {
  let sum = 0;
  for (const taskId of taskIds) sum += done(await operations.getTask(operator, { taskId })).deliveries;
  return sum;
}

function completing(server: Operations, { worker }: Arena, leaseToken: string) {
  const request = create(CompleteTaskRequestSchema, { leaseToken, ...result });
  return async () => (await server.completeTasks(worker, [request]))[0] ?? {};
}

race("law 26: a queue is paused while the other server claims: after the answer nothing is granted", async (arena) => {
  const { servers, round, worker } = arena;
  const [one, other] = servers;
  const queue = `q${round}`;
  const taskIds = [await create_(one, arena, { queue }), await create_(one, arena, { queue })];
  const request = create(ClaimTasksRequestSchema, { queues: [queue], maxTasks: 1 });
  let granted = 0;
  // The deliveries as they are when the pause is answered, read by the server that paused.
  const pausing = async () => {
    await pauseQueue(on(arena, one), queue);
    return await deliveriesOf(arena, taskIds);
  };
  const claiming = async () => {
    const leased = (await other.claimTasks(worker, request)) as GrantedTask[];
    granted += leased.length;
    return leased;
  };
  const [seen] = await together(round, pausing, claiming, claiming);
  expect(await claiming()).toEqual([]);
  expect(granted, "granted after the pause was answered").toBe(seen);
  expect(await deliveriesOf(arena, taskIds)).toBe(seen);
});

race(
  "law 26: a queue is paused while a task is created for a worker that waits: no grant comes after",
  async (arena) => {
    const { servers, round, worker } = arena;
    const [one, other] = servers;
    const queue = `q${round}`;
    const { session } = await openSession(other, worker);
    const kind = { queues: [queue], acceptTypes: [], capabilities: [] };
    const waiting = subscribeWorker(other, worker, session, kind);
    waiting.credit(1);
    // Its group has looked and found nothing.
    await waiting.settled();
    const pausing = async () => {
      await pauseQueue(on(arena, one), queue);
      return waiting;
    };
    const [, taskId] = await together(round, pausing, () => create_(other, arena, { queue }));
    const before = await stateOf(arena, taskId as string);
    const later = await create_(other, arena, { queue });
    await waiting.settled();
    expect([QUEUED, LEASED]).toContain(before);
    expect(await stateOf(arena, taskId as string)).toBe(before);
    expect(await stateOf(arena, later)).toBe(QUEUED);
    await waiting.leave();
  },
);

race("law 26: a task is paused while the other server claims it: one of them wins", async (arena) => {
  const { servers, round, worker } = arena;
  const queue = `q${round}`;
  const taskId = await create_(servers[0], arena, { queue });
  const request = create(ClaimTasksRequestSchema, { queues: [queue] });
  const [paused, leased] = await together(
    round,
    () => pauseTask(on(arena, servers[0]), taskId),
    () => servers[1].claimTasks(worker, request),
  );
  const isLeased = (leased as readonly object[]).length === 1;
  expect(isRefusal(paused as object)).toBe(isLeased);
  expect(await stateOf(arena, taskId)).toBe(isLeased ? LEASED : PAUSED);
});

/** A task that waits for one that the worker holds. */
async function waiter(arena: Arena): Promise<{ readonly taskId: string; readonly token: string }> {
  const { servers, worker } = arena;
  await create_(servers[0], arena, { obligated: worker.principal });
  const { taskId: first, token } = await claim(arena);
  return { taskId: await create_(servers[0], arena, { queue: "later", wait: waitFor(onTask(first)) }), token };
}

race(
  "law 26: a task is paused while its condition is met: it stays paused, and has gone on when resumed",
  async (arena) => {
    const { servers, round, sweep } = arena;
    const { taskId, token } = await waiter(arena);
    const [paused] = await together(
      round,
      () => pauseTask(on(arena, servers[0]), taskId),
      completing(servers[1], arena, token),
    );
    expect(isRefusal(paused as object)).toBe(false);
    // The end may have passed by the row that the pause had locked.
    await sweep();
    expect(await stateOf(arena, taskId)).toBe(PAUSED);
    expect(done(await resumeTask(on(arena, servers[0]), taskId)).task.state).toBe(QUEUED);
  },
);

race("a paused task is resumed while it is canceled: it is canceled", async (arena) => {
  const { servers, round, agent } = arena;
  const taskId = await create_(servers[0], arena, { queue: "later" });
  await pauseTask(on(arena, servers[0]), taskId);
  const [, canceled] = await together(
    round,
    () => resumeTask(on(arena, servers[0]), taskId),
    () => servers[1].cancelTask(agent, create(CancelTaskRequestSchema, { taskId })),
  );
  expect(isRefusal(canceled as object)).toBe(false);
  expect(await stateOf(arena, taskId)).toBe(CANCELED);
});

race("a wait is overridden while its condition is met: it is over once", async (arena) => {
  const { servers, round, sweep } = arena;
  const { taskId, token } = await waiter(arena);
  const [overridden] = await together(
    round,
    () => overrideWait(on(arena, servers[0]), taskId),
    completing(servers[1], arena, token),
  );
  await sweep();
  expect(await stateOf(arena, taskId)).toBe(QUEUED);
  const resumed = (await chainOf(arena, taskId)).filter(({ type }) => type === ReceiptType.TASK_RESUMED);
  expect(resumed).toHaveLength(1);
  const body = resumed[0]?.body?.body;
  const wasOverridden = body?.case === "taskResumed" && body.value.overridden;
  expect(wasOverridden).toBe(!isRefusal(overridden as object));
  const [leased] = done(
    await outcome(servers[0].claimTasks(arena.worker, create(ClaimTasksRequestSchema, { queues: ["later"] }))),
  );
  const { MET, OVERRIDDEN } = ConditionStatus;
  expect(leased?.waitResults).toMatchObject([{ status: wasOverridden ? OVERRIDDEN : MET }]);
});

race("a task is paused twice and resumed at once: it is paused or not, with one receipt for each", async (arena) => {
  const { servers, round } = arena;
  const taskId = await create_(servers[0], arena, {
    queue: "later",
    wait: waitFor(onTask((await waiter(arena)).taskId)),
  });
  await together(
    round,
    () => pauseTask(on(arena, servers[0]), taskId),
    () => pauseTask(on(arena, servers[1]), taskId),
    () => resumeTask(on(arena, servers[1]), taskId),
  );
  const types = (await chainOf(arena, taskId)).map(({ type }) => type).slice(1);
  const pauses = types.filter((type) => type === ReceiptType.TASK_PAUSED).length;
  const resumptions = types.length - pauses;
  expect(await stateOf(arena, taskId)).toBe(pauses > resumptions ? PAUSED : BLOCKED);
  expect(pauses - resumptions === 0 || pauses - resumptions === 1).toBe(true);
});

race(
  "a queue is paused and resumed at once by two operators: it is one or the other for every claim",
  async (arena) => {
    const { servers, round, worker } = arena;
    const queue = `q${round}`;
    await create_(servers[0], arena, { queue });
    await together(
      round,
      () => pauseQueue(on(arena, servers[0]), queue),
      () => resumeQueue(on(arena, servers[1]), queue),
    );
    const [listed] = (
      await arena.operations.listQueues(arena.operator, {
        $typeName: "asyncgate.v1.ListQueuesRequest",
        queue,
        pageSize: 0,
        pageToken: "",
      })
    ).queues;
    const leased = await servers[1].claimTasks(worker, create(ClaimTasksRequestSchema, { queues: [queue] }));
    expect(leased).toHaveLength(listed?.pause ? 0 : 1);
  },
);
