// Races around signals, on two servers: what is sent and what begins to wait at the same time always see each other,
// and each signal is taken once.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { SuspendTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { SendSignalRequestSchema } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { type Claimed, claim, granted as done } from "../helpers/ledger-scenario.ts";
import { type Arena, race, together } from "../helpers/race.ts";
import { json, waitFor } from "../helpers/scenario.ts";
import { onSignal, sides, toChannel } from "../helpers/signals.ts";

const { BLOCKED, QUEUED, CANCELED } = TaskState;

function sending(server: Operations, { agent, round }: Arena, payload: string, broadcast = false) {
  const to = toChannel(`news ${round}`);
  const request = create(SendSignalRequestSchema, { to, payload: json(payload), broadcast });
  return () => server.sendSignal(agent, request);
}

const onNews = ({ round }: Arena, count = 1) => waitFor(onSignal(`news ${round}`, { count }));

/** In a queue of their own, so that a claim does not find them. */
function creating(server: Operations, arena: Arena, wait = onNews(arena)) {
  const request = create(CreateTaskRequestSchema, { type: "later", queue: "later", wait });
  return async () => {
    const [created] = await server.createTasks(arena.agent, { tasks: [request], requestId: "" });
    return done(created ?? {}) as { readonly task: { readonly taskId: string } };
  };
}

function suspending(server: Operations, { worker }: Arena, { token }: Claimed, wait: ReturnType<typeof waitFor>) {
  const request = create(SuspendTaskRequestSchema, { leaseToken: token, wait });
  return async () => (await server.suspendTasks(worker, [request]))[0] ?? {};
}

async function held(arena: Arena): Promise<Claimed> {
  const request = create(CreateTaskRequestSchema, { type: "t" });
  await arena.servers[0].createTasks(arena.agent, { tasks: [request], requestId: "" });
  return await claim(arena);
}

async function stateOf({ operations, operator }: Arena, taskId: string): Promise<TaskState> {
  return done(await operations.getTask(operator, { taskId })).state;
}

const nothing = { kept: [], waiting: [] };

race("law 19: a task suspends while its signal is sent: one of them sees the other, without a sweep", async (arena) => {
  const { servers, round } = arena;
  const leased = await held(arena);
  const server = servers[round % 2 === 0 ? 0 : 1];
  await together(round, sending(server, arena, "1"), suspending(servers[1], arena, leased, onNews(arena)));
  expect(await stateOf(arena, leased.taskId)).toBe(QUEUED);
  expect(await sides(arena, `news ${round}`)).toEqual(nothing);
  await claim(arena);
});

race("law 19: two signals are sent at once to a task that waits for two: it gets both", async (arena) => {
  const { servers, round } = arena;
  const { task } = await creating(servers[0], arena, onNews(arena, 2))();
  await together(round, sending(servers[0], arena, "1"), sending(servers[1], arena, "2"));
  expect(await stateOf(arena, task.taskId)).toBe(QUEUED);
  expect(await sides(arena, `news ${round}`)).toEqual(nothing);
});

race("law 19: two tasks begin to wait for one signal: one gets it, the other waits", async (arena) => {
  const { servers, round } = arena;
  done(await sending(servers[0], arena, "1")());
  const tasks = await together(round, creating(servers[0], arena), creating(servers[1], arena));
  const states = await Promise.all(tasks.map((one) => stateOf(arena, (one as never as Made).task.taskId)));
  expect(states.sort()).toEqual([QUEUED, BLOCKED]);
  const { kept, waiting } = await sides(arena, `news ${round}`);
  expect([kept.length, waiting.length]).toEqual([0, 1]);
});

type Made = { readonly task: { readonly taskId: string } };

race("law 19: two signals and two waits that come together meet, one each", async (arena) => {
  const { servers, round } = arena;
  const starts = [
    sending(servers[0], arena, "1"),
    creating(servers[1], arena),
    sending(servers[1], arena, "2"),
    creating(servers[0], arena),
  ] as const;
  const [, one, , two] = await together(round, ...starts);
  await arena.sweep();
  for (const made of [one, two]) expect(await stateOf(arena, (made as never as Made).task.taskId)).toBe(QUEUED);
  expect(await sides(arena, `news ${round}`)).toEqual(nothing);
});

race("a waiter is canceled while a signal comes: the next one gets it, or it is kept", async (arena) => {
  const { servers, round, agent } = arena;
  const first = await creating(servers[0], arena)();
  const next = await creating(servers[0], arena)();
  const request = create(CancelTaskRequestSchema, { taskId: first.task.taskId });
  const [, sent] = await together(round, () => servers[1].cancelTask(agent, request), sending(servers[0], arena, "1"));
  await arena.sweep();
  const isFirst = (sent as { readonly takenByTaskId?: string }).takenByTaskId === first.task.taskId;
  expect(await stateOf(arena, first.task.taskId)).toBe(CANCELED);
  expect(await stateOf(arena, next.task.taskId)).toBe(isFirst ? BLOCKED : QUEUED);
  expect((await sides(arena, `news ${round}`)).kept).toEqual([]);
});

race(
  "one that waits for several is canceled while another signal comes: those behind it get what came",
  async (arena) => {
    const { servers, round, agent } = arena;
    const greedy = await creating(servers[0], arena, onNews(arena, 3))();
    const one = await creating(servers[0], arena)();
    const two = await creating(servers[0], arena)();
    done(await sending(servers[0], arena, "1")());
    const request = create(CancelTaskRequestSchema, { taskId: greedy.task.taskId });
    await together(
      round,
      () => servers[1].cancelTask(agent, request),
      sending(servers[0], arena, "2"),
      () => arena.other.sweep(),
    );
    await arena.sweep();
    for (const { task } of [one, two]) expect(await stateOf(arena, task.taskId)).toBe(QUEUED);
    expect(await sides(arena, `news ${round}`)).toEqual(nothing);
  },
);

race("a broadcast comes while a task begins to wait, and another signal is sent: none is lost", async (arena) => {
  const { servers, round } = arena;
  const there = await creating(servers[0], arena)();
  const [, late, sent] = await together(
    round,
    sending(servers[0], arena, "1", true),
    creating(servers[1], arena),
    sending(servers[1], arena, "2"),
  );
  await arena.sweep();
  const { task } = late as never as Made;
  const taken = (sent as { readonly takenByTaskId: string }).takenByTaskId;
  expect(await stateOf(arena, there.task.taskId)).toBe(QUEUED);
  // The signal came to the late one, or before the broadcast to the one that was there, or waits for a third.
  const { kept, waiting } = await sides(arena, `news ${round}`);
  expect(kept.length * waiting.length).toBe(0);
  const isLateMet = (await stateOf(arena, task.taskId)) === QUEUED;
  expect(waiting).toEqual(isLateMet ? [] : [task.taskId]);
  if (!isLateMet) expect(taken).toBe(there.task.taskId);
});
