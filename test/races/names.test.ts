// Races about names, on two servers: one live task bears a name, whatever comes together.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CancelTaskRequestSchema,
  CreateTaskRequestSchema,
  ListTasksRequestSchema,
  OnNameTaken,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal, type Refusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import { granted } from "../helpers/ledger-scenario.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";
import { result } from "../helpers/scenario.ts";

const { ANSWER, REFUSE, REPLACE } = OnNameTaken;
const { CANCELED, QUEUED, SUCCEEDED } = TaskState;

/** Each round has a name of its own. */
function nameOf({ round }: Arena): string {
  return `name ${round}`;
}

type Wanted = { readonly onNameTaken?: OnNameTaken; readonly requestId?: string };
type Created = { readonly task: { readonly taskId: string }; readonly existed: boolean };

function creating(server: Operations, arena: Arena, { onNameTaken = REFUSE, requestId = "" }: Wanted = {}) {
  const name = nameOf(arena);
  const task = create(CreateTaskRequestSchema, { type: "t", queue: name, name, onNameTaken });
  return async (): Promise<Created | Refusal> => {
    const [answer] = await server.createTasks(arena.agent, { tasks: [task], requestId });
    if (answer === undefined) throw new Error("there is no answer");
    return answer;
  };
}

async function held(arena: Arena) {
  const created = (await creating(arena.servers[0], arena)()) as Created;
  const request = create(ClaimTasksRequestSchema, { queues: [nameOf(arena)] });
  const [leased] = await arena.servers[0].claimTasks(arena.worker, request);
  expect(granted(leased).task.taskId).toBe(created.task.taskId);
  return { taskId: created.task.taskId, token: granted(leased).lease.token };
}

function completing(server: Operations, arena: Arena, leaseToken: string, passesOn: boolean) {
  const wanda = arena.tenant.caller("worker", arena.worker.principal.id, [Role.EXECUTOR]);
  const next = passesOn ? [{ type: "next", queue: nameOf(arena), name: nameOf(arena) }] : [];
  const request = create(CompleteTaskRequestSchema, { leaseToken, ...result, next });
  return async () => (await server.completeTasks(wanda, [request]))[0] ?? {};
}

/** All that bear or have borne the name, newest first. At most one lives, and it is the one that the name finds. */
async function bearers(arena: Arena) {
  const request = create(ListTasksRequestSchema, { name: nameOf(arena) });
  const { tasks } = await arena.servers[1].listTasks(arena.operator, request);
  const live = tasks.filter(({ state }) => state !== SUCCEEDED && state !== CANCELED);
  expect(live.length).toBeLessThanOrEqual(1);
  const found = arena.servers[0].getTask(arena.operator, { taskId: `name:${nameOf(arena)}` });
  if (live[0]) expect((await found).taskId).toBe(live[0].taskId);
  else await expect(found).rejects.toThrow("No live task bears the name");
  return { tasks, live };
}

race("law 28: of two creations of one name, exactly one wins, and the other is told its task", async (arena) => {
  const { servers, round } = arena;
  const answers = await together(round, creating(servers[0], arena), creating(servers[1], arena));
  const winner = answers[onlyWinner(answers)] as Created;
  const loser = answers.find(isRefusal);
  expect(loser?.reason).toBe(ErrorReason.NAME_TAKEN);
  expect(loser?.facts?.value).toMatchObject({ taskId: winner.task.taskId });
  expect((await bearers(arena)).live).toMatchObject([{ taskId: winner.task.taskId }]);
});

race("law 28: creations that replace each other leave one that lives", async (arena) => {
  const { servers, round } = arena;
  const replacing = servers.flatMap((server) => [0, 1].map(() => creating(server, arena, { onNameTaken: REPLACE })));
  const answers = await together(round, ...replacing);
  expect(answers.filter(isRefusal)).toEqual([]);
  const { tasks, live } = await bearers(arena);
  expect([tasks.length, live.length]).toEqual([4, 1]);
});

race("creations that may be answered get one task", async (arena) => {
  const { servers, round } = arena;
  const answering = servers.map((server) => creating(server, arena, { onNameTaken: ANSWER }));
  const answers = (await together(round, ...answering)) as Created[];
  expect(new Set(answers.map(({ task }) => task.taskId)).size).toBe(1);
  expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
});

race("a creation that is repeated at once is no rival of itself", async (arena) => {
  const { servers, round } = arena;
  const wanted = { requestId: `r${round}`, onNameTaken: round % 2 === 0 ? REFUSE : REPLACE };
  const answers = await together(round, creating(servers[0], arena, wanted), creating(servers[1], arena, wanted));
  expect(answers.filter(isRefusal)).toEqual([]);
  const { tasks, live } = await bearers(arena);
  expect([tasks.length, live.length]).toEqual([1, 1]);
});

race("law 28: a bearer ends while its name is wanted: the creation is refused, or comes after it", async (arena) => {
  const { servers, round } = arena;
  const { taskId, token } = await held(arena);
  const [completed, created] = await together(
    round,
    completing(servers[0], arena, token, false),
    creating(servers[1], arena),
  );
  expect(isRefusal(completed)).toBe(false);
  if (isRefusal(created)) expect(created.facts?.value).toMatchObject({ taskId });
  expect((await bearers(arena)).live).toHaveLength(isRefusal(created) ? 0 : 1);
});

race("law 28: a name that passes on is never free", async (arena) => {
  const { servers, round } = arena;
  const { taskId, token } = await held(arena);
  const [completed, created] = await together(
    round,
    completing(servers[0], arena, token, true),
    creating(servers[1], arena),
  );
  expect(isRefusal(completed)).toBe(false);
  const [nextId] = (completed as { next: { taskId: string }[] }).next.map((next) => next.taskId);
  const told = isRefusal(created) && created.reason === ErrorReason.NAME_TAKEN && created.facts?.value;
  expect([taskId, nextId]).toContain((told as { taskId?: string }).taskId);
  expect((await bearers(arena)).live).toMatchObject([{ taskId: nextId }]);
});

race("a bearer is replaced while it passes its name on: one of the tasks lives", async (arena) => {
  const { servers, round } = arena;
  const { token } = await held(arena);
  const [completed, created] = await together(
    round,
    completing(servers[0], arena, token, true),
    creating(servers[1], arena, { onNameTaken: REPLACE }),
  );
  expect(isRefusal(created)).toBe(false);
  const { tasks, live } = await bearers(arena);
  expect(live).toMatchObject([{ taskId: (created as Created).task.taskId }]);
  expect(tasks).toHaveLength(isRefusal(completed) ? 2 : 3);
});

race("two tasks swap their names: neither waits for the other", async (arena) => {
  const { servers, round } = arena;
  const one = await held(arena);
  const there = { ...arena, round: round + 1_000 };
  const other = await held(there);
  const swap = (server: Operations, from: Arena, to: Arena, token: string) => {
    const swapped = { ...from, round: to.round };
    return completing(server, swapped, token, true);
  };
  const answers = await together(
    round,
    swap(servers[0], arena, there, one.token),
    swap(servers[1], there, arena, other.token),
  );
  expect(answers.map((answer) => isRefusal(answer) && answer.reason)).toEqual([
    ErrorReason.NAME_TAKEN,
    ErrorReason.NAME_TAKEN,
  ]);
});

race("a cancellation by name that is repeated at once cancels one task", async (arena) => {
  const { servers, round } = arena;
  const created = (await creating(servers[0], arena)()) as Created;
  const request = create(CancelTaskRequestSchema, { taskId: `name:${nameOf(arena)}`, requestId: `c${round}` });
  const answers = await together(
    round,
    async () => {
      const canceled = await servers[0].cancelTask(arena.agent, request);
      await creating(servers[0], arena)();
      return canceled;
    },
    () => servers[1].cancelTask(arena.agent, request),
  );
  expect(answers.filter(isRefusal)).toEqual([]);
  const ids = (answers as { task: { taskId: string } }[]).map(({ task }) => task.taskId);
  expect(ids).toEqual([created.task.taskId, created.task.taskId]);
  expect((await bearers(arena)).tasks.map(({ state }) => state)).toEqual([QUEUED, CANCELED]);
});

race("law 28: a name is canceled while it passes on: the one that bears it then is canceled", async (arena) => {
  const { servers, round } = arena;
  const { taskId, token } = await held(arena);
  const request = create(CancelTaskRequestSchema, { taskId: `name:${nameOf(arena)}` });
  const [completed, canceled] = await together(round, completing(servers[0], arena, token, true), () =>
    servers[1].cancelTask(arena.agent, request),
  );
  // The name is never free, and so never unknown; and its bearer is never one that has ended.
  expect(isRefusal(canceled)).toBe(false);
  const { tasks, live } = await bearers(arena);
  expect(live).toEqual([]);
  expect(tasks.map(({ state }) => state)).toEqual(isRefusal(completed) ? [CANCELED] : [CANCELED, SUCCEEDED]);
  const hit = (canceled as { task: { taskId: string } }).task.taskId;
  expect(hit === taskId).toBe(isRefusal(completed));
});

race(
  "law 28: two completions pass on one free name: one is refused, keeps its lease and has created nothing",
  async (arena) => {
    const { servers, round } = arena;
    const from = [await held({ ...arena, round: round + 2_000 }), await held({ ...arena, round: round + 3_000 })];
    const wanda = arena.tenant.caller("worker", arena.worker.principal.id, [Role.EXECUTOR]);
    const queue = `beside ${round}`;
    const next = [
      { type: "beside", queue },
      { type: "next", queue: nameOf(arena), name: nameOf(arena) },
    ];
    const handing = (place: 0 | 1) => async () => {
      const request = create(CompleteTaskRequestSchema, { leaseToken: from[place]?.token ?? "", ...result, next });
      return (await servers[place].completeTasks(wanda, [request]))[0] ?? {};
    };
    const answers = await together(round, handing(0), handing(1));
    const loser = (1 - onlyWinner(answers)) as 0 | 1;
    expect(answers[loser]).toMatchObject({ reason: ErrorReason.NAME_TAKEN });
    expect((await bearers(arena)).live).toHaveLength(1);
    const claimed = await servers[0].claimTasks(
      wanda,
      create(ClaimTasksRequestSchema, { queues: [queue], maxTasks: 9 }),
    );
    expect(claimed).toHaveLength(1);
    const again = completing(servers[loser], arena, from[loser]?.token ?? "", false);
    expect(isRefusal(await again())).toBe(false);
  },
);
