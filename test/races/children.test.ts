// Races around trees, on two servers: no child outlives its parent unseen, and no link of a chain is lost.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  ReportProgressRequestSchema,
  SuspendTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { OnExceeded, TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { chainOf, granted, hand } from "../helpers/ledger-scenario.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";
import { afterMs, result, waitFor } from "../helpers/scenario.ts";

const { CANCELED, QUEUED, SUCCEEDED } = TaskState;

function executorOf({ tenant }: Arena): Caller {
  return tenant.caller("worker", "wanda", [Role.EXECUTOR]);
}

async function claim(arena: Arena, queue = "default") {
  const request = create(ClaimTasksRequestSchema, { queues: [queue] });
  const [leased] = granted(await arena.servers[0].claimTasks(executorOf(arena), request));
  return { taskId: granted(leased).task.taskId, token: granted(leased).lease.token };
}

/** A task that the executor holds. */
async function held(arena: Arena) {
  await hand(arena);
  return await claim(arena);
}

/** Each round has a queue of its own for children. */
function below({ round }: Arena): string {
  return `below ${round}`;
}

function canceling(server: Operations, { agent }: Arena, taskId: string) {
  return () => server.cancelTask(agent, create(CancelTaskRequestSchema, { taskId }));
}

function completing(
  server: Operations,
  arena: Arena,
  leaseToken: string,
  next: { type: string; queue: string }[] = [],
) {
  const request = create(CompleteTaskRequestSchema, { leaseToken, ...result, next });
  return async () => (await server.completeTasks(executorOf(arena), [request]))[0] ?? {};
}

function creating(server: Operations, arena: Arena, under: string, type = "child") {
  const request = create(CreateTaskRequestSchema, { type, queue: below(arena), under });
  return async () => {
    const [answer] = await server.createTasks(executorOf(arena), { tasks: [request], requestId: "" });
    return answer ?? {};
  };
}

async function stateOf({ operations, operator }: Arena, taskId: string): Promise<TaskState> {
  return granted(await operations.getTask(operator, { taskId })).state;
}

type Created = { readonly task: { readonly taskId: string } };

race("a child completes while its parent is canceled: one end wins, and no other comes after it", async (arena) => {
  const { servers, round, sweep } = arena;
  const parent = await held(arena);
  const created = granted((await creating(servers[0], arena, parent.token)()) as Created);
  const child = await claim(arena, below(arena));
  expect(child.taskId).toBe(created.task.taskId);
  const [canceled, completed] = await together(
    round,
    async () => {
      const answer = await canceling(servers[0], arena, parent.taskId)();
      await servers[0].sweep(new AbortController().signal);
      return answer;
    },
    completing(servers[1], arena, child.token),
  );
  expect(isRefusal(canceled)).toBe(false);
  await sweep();
  expect(await stateOf(arena, child.taskId)).toBe(isRefusal(completed) ? CANCELED : SUCCEEDED);
  if (isRefusal(completed)) expect(completed.reason).toBe(ErrorReason.INVALID_TRANSITION);
  const ends = (await chainOf(arena, child.taskId)).filter(({ type }) =>
    [ReceiptType.TASK_COMPLETED, ReceiptType.TASK_CANCELED].some((end) => end === type),
  );
  expect(ends).toHaveLength(1);
});

race("a child fails and is to be tried again while its parent is canceled: it is not left over", async (arena) => {
  const { servers, round, sweep } = arena;
  const parent = await held(arena);
  const created = granted((await creating(servers[0], arena, parent.token)()) as Created);
  const child = await claim(arena, below(arena));
  const failing = create(FailTaskRequestSchema, { leaseToken: child.token, error: { type: "E", message: "m" } });
  const sweeping = async () => {
    await canceling(servers[0], arena, parent.taskId)();
    // Again and again, so that one pass meets the child while its failure has it locked.
    for (let passes = 0; passes < 3; passes += 1) await servers[0].sweep(new AbortController().signal);
  };
  await together(round, sweeping, async () => (await servers[1].failTasks(executorOf(arena), [failing]))[0] ?? {});
  await sweep();
  expect(await stateOf(arena, created.task.taskId)).toBe(CANCELED);
});

race("a child is created while its parent is canceled: it is refused, or canceled with it", async (arena) => {
  const { servers, round, sweep } = arena;
  const parent = await held(arena);
  const [canceled, created] = await together(
    round,
    canceling(servers[0], arena, parent.taskId),
    creating(servers[round % 2 === 0 ? 1 : 0], arena, parent.token),
  );
  expect(isRefusal(canceled)).toBe(false);
  await sweep();
  if (isRefusal(created)) expect(created.reason).toBe(ErrorReason.INVALID_TRANSITION);
  else expect(await stateOf(arena, (created as Created).task.taskId)).toBe(CANCELED);
});

race("a child is created while its parent completes from memory: it is refused, or canceled with it", async (arena) => {
  const { servers, round, sweep } = arena;
  const parent = await held(arena);
  const [completed, created] = await together(
    round,
    completing(servers[0], arena, parent.token),
    creating(servers[1], arena, parent.token),
  );
  expect(isRefusal(completed)).toBe(false);
  await sweep();
  if (isRefusal(created)) expect(created.reason).toBe(ErrorReason.INVALID_TRANSITION);
  else expect(await stateOf(arena, (created as Created).task.taskId)).toBe(CANCELED);
});

race(
  "a child is created while its parent's lease is lost: it is refused, or goes on under the next holder",
  async (arena) => {
    const { servers, round, clock, sweep } = arena;
    const parent = await held(arena);
    clock.advance(59_999);
    const losing = async () => {
      clock.advance(1);
      return await servers[0].sweep(new AbortController().signal);
    };
    const [, created] = await together(round, losing, creating(servers[1], arena, parent.token));
    await sweep();
    clock.advance(1_000);
    if (!isRefusal(created)) expect(await stateOf(arena, (created as Created).task.taskId)).toBe(QUEUED);
    const again = await claim(arena);
    expect(again.taskId).toBe(parent.taskId);
    await completing(servers[0], arena, again.token)();
    await sweep();
    if (!isRefusal(created)) expect(await stateOf(arena, (created as Created).task.taskId)).toBe(CANCELED);
  },
);

race(
  "a step is handed on while the parent of the chain is canceled: the next step never goes on alone",
  async (arena) => {
    const { servers, round, sweep } = arena;
    const parent = await held(arena);
    granted((await creating(servers[0], arena, parent.token, "step")()) as Created);
    const step = await claim(arena, below(arena));
    const [canceled, completed] = await together(
      round,
      async () => {
        const answer = await canceling(servers[0], arena, parent.taskId)();
        await servers[0].sweep(new AbortController().signal);
        return answer;
      },
      completing(servers[1], arena, step.token, [{ type: "next", queue: below(arena) }]),
    );
    expect(isRefusal(canceled)).toBe(false);
    await sweep();
    if (isRefusal(completed)) return;
    const { next } = completed as { readonly next: readonly { readonly taskId: string }[] };
    expect(await stateOf(arena, next[0]?.taskId ?? "")).toBe(CANCELED);
  },
);

race("the same completion hands on twice at once: the next step is created once", async (arena) => {
  const { servers, round } = arena;
  const parent = await held(arena);
  const next = [{ type: "next", queue: below(arena) }];
  const answers = await together(
    round,
    completing(servers[0], arena, parent.token, next),
    completing(servers[1], arena, parent.token, next),
  );
  expect(granted(answers[0])).toEqual(granted(answers[1]));
  const request = create(ClaimTasksRequestSchema, { queues: [below(arena)], maxTasks: 10 });
  expect(await servers[0].claimTasks(executorOf(arena), request)).toHaveLength(1);
});

race("two creations race for the last place of a tree: one is refused", async (arena) => {
  const { round } = arena;
  const bounded = { ...executorOf(arena), limits: { ...arena.engine.limits, tree_live_tasks_max: 1 } };
  const parent = await held(arena);
  const rival = (server: Operations, type: string) => async () => {
    const request = create(CreateTaskRequestSchema, { type, queue: below(arena), under: parent.token });
    return (await server.createTasks(bounded, { tasks: [request], requestId: "" }))[0] ?? {};
  };
  const suspension = create(SuspendTaskRequestSchema, {
    leaseToken: parent.token,
    wait: waitFor(afterMs(1_000)),
    create: [{ task: { type: "c", queue: below(arena) } }],
  });
  const suspending = async (server: Operations) => (await server.suspendTasks(bounded, [suspension]))[0] ?? {};
  const answers =
    round % 2 === 0
      ? await together(round, rival(arena.servers[0], "a"), rival(arena.servers[1], "b"))
      : await together(round, rival(arena.servers[0], "a"), () => suspending(arena.servers[1]));
  const refusals = answers.filter(isRefusal);
  expect(refusals).toHaveLength(1);
});

race("two holders create under their own tasks for the last place of a tree: one is refused", async (arena) => {
  const { servers, round } = arena;
  const bounded = { ...executorOf(arena), limits: { ...arena.engine.limits, tree_live_tasks_max: 2 } };
  const root = await held(arena);
  granted((await creating(servers[0], arena, root.token)()) as Created);
  const child = await claim(arena, below(arena));
  const rival = (server: Operations, under: string) => async () => {
    const request = create(CreateTaskRequestSchema, { type: "last", queue: below(arena), under });
    return (await server.createTasks(bounded, { tasks: [request], requestId: "" }))[0] ?? {};
  };
  // Their leases are two, so only the lock of the tree is between them.
  const answers = await together(round, rival(servers[0], root.token), rival(servers[1], child.token));
  expect(answers[1 - onlyWinner(answers)]).toMatchObject({ reason: ErrorReason.LIMIT_EXCEEDED });
});

race("two children spend the rest of a budget at once: their parent is told of it, and fails", async (arena) => {
  const { servers, round, sweep, agent, operations, operator } = arena;
  const budget = { amounts: { usd: "1" }, onExceeded: OnExceeded.FAIL };
  const created = await operations.createTasks(agent, {
    tasks: [create(CreateTaskRequestSchema, { type: "t", budget })],
    requestId: "",
  });
  const parent = await claim(arena);
  expect(granted(created[0]).task.taskId).toBe(parent.taskId);
  for (const server of servers) await creating(server, arena, parent.token)();
  const children = [await claim(arena, below(arena)), await claim(arena, below(arena))];
  // Neither goes beyond it alone.
  const spending = (server: Operations, leaseToken: string) => () =>
    server.reportProgress(executorOf(arena), [
      create(ReportProgressRequestSchema, { leaseToken, spend: { usd: "0.6" } }),
    ]);
  await together(round, spending(servers[0], children[0]?.token ?? ""), spending(servers[1], children[1]?.token ?? ""));
  await sweep();
  const task = granted(await operations.getTask(operator, { taskId: parent.taskId }));
  expect(task.spent?.below).toEqual({ usd: "1.2" });
  expect(task.outcome?.terminalReason).toBe(TerminalReason.BUDGET_EXCEEDED);
});
