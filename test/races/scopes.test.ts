// Races around write scopes, on two servers: overlapping ones are never held at once, and what waits for one is told
// when it is free.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  AddScopesRequestSchema,
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  ListScopesRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ScopeMode } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { overlap } from "../../src/core/scopes.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { granted as done } from "../helpers/ledger-scenario.ts";
import { type Arena, granted, onlyWinner, race, together } from "../helpers/race.ts";
import { result } from "../helpers/scenario.ts";
import { reads, writes } from "../helpers/scopes.ts";
import { openSession, subscribeWorker } from "../helpers/work.ts";

type Scopes = ReturnType<typeof reads>;

/** Each round has its own resources, and each task its own queue. */
async function create_({ servers: [server], agent }: Arena, queue: string, scopes: Scopes): Promise<string> {
  const request = create(CreateTaskRequestSchema, { type: "t", queue, scopes });
  const [created] = await server.createTasks(agent, { tasks: [request], requestId: "" });
  return (done(created ?? {}) as { readonly task: { readonly taskId: string } }).task.taskId;
}

function claiming(server: Operations, { worker }: Arena, queue: string, maxTasks = 1) {
  const request = create(ClaimTasksRequestSchema, { queues: [queue], maxTasks });
  return async () => (await server.claimTasks(worker, request)) as GrantedTask[];
}

function completing(server: Operations, { worker }: Arena, { lease }: GrantedTask) {
  const request = create(CompleteTaskRequestSchema, { leaseToken: lease.token, ...result });
  return async () => (await server.completeTasks(worker, [request]))[0] ?? {};
}

function adding(server: Operations, { worker }: Arena, { lease }: GrantedTask, scopes: Scopes) {
  return () => server.addScopes(worker, create(AddScopesRequestSchema, { leaseToken: lease.token, scopes }));
}

/** All that is held, and that no two tasks hold what overlaps. */
async function expectApart({ servers: [server], operator }: Arena): Promise<string[]> {
  const { scopes } = await server.listScopes(operator, create(ListScopesRequestSchema, { pageSize: 200 }));
  const rows = scopes.map(({ resource, mode, taskId }) => {
    return { key: `${resource}/`, isWrite: mode === ScopeMode.WRITE, taskId };
  });
  for (const one of rows) {
    expect(rows.filter((other) => other.taskId !== one.taskId && overlap(one, other))).toEqual([]);
  }
  return [...new Set(rows.map(({ taskId }) => taskId))];
}

async function first(claim: () => Promise<GrantedTask[]>): Promise<GrantedTask> {
  const [leased] = await claim();
  if (!leased) throw new Error("nothing was eligible");
  return leased;
}

race("law 22: two servers that claim overlapping tasks at once do not both get one", async (arena) => {
  const { servers, round } = arena;
  const [one, other] = servers;
  const path = `repo:${round}`;
  await create_(arena, `a${round}`, writes(path));
  await create_(arena, `b${round}`, [...writes(`${path}/x`), ...reads(`db:${round}`)]);
  const leased = (await together(round, claiming(one, arena, `a${round}`), claiming(other, arena, `b${round}`))).flat();
  expect(leased).toHaveLength(1);
  await expectApart(arena);
  const [winner] = leased;
  if (winner) done(await completing(other, arena, winner)());
  // The one that lost goes on then, whichever it was.
  const rest = [...(await claiming(one, arena, `a${round}`)()), ...(await claiming(other, arena, `b${round}`)())];
  expect(rest).toHaveLength(1);
  for (const last of rest) done(await completing(one, arena, last)());
});

race(
  "law 22: many tasks of one tree of resources on both servers are never held together",
  async (arena) => {
    const { servers, round } = arena;
    const [one, other] = servers;
    const queue = `q${round}`;
    const path = `repo:${round}`;
    const kinds = [writes(path), writes(`${path}/a`), reads(`${path}/a/b`), writes(`${path}/b`), reads(path)];
    for (const scopes of [...kinds, ...kinds]) await create_(arena, queue, scopes);
    let finished = 0;
    for (let turn = 0; turn < 20 && finished < 10; turn += 1) {
      const both = [claiming(one, arena, queue, 3), claiming(other, arena, queue, 3)] as const;
      const leased = (await together(round + turn, ...both)).flat();
      expect(await expectApart(arena)).toHaveLength(leased.length);
      expect(leased.length).toBeGreaterThan(0);
      const ends = leased.map((one_, place) => completing(servers[place % 2] ?? one, arena, one_));
      expect(granted(await together(round + turn, ...ends))).toHaveLength(leased.length);
      finished += leased.length;
    }
    expect(finished).toBe(10);
  },
  5,
);

race("law 22: of two holders that add overlapping scopes at once, one gets them", async (arena) => {
  const { servers, round } = arena;
  const [one, other] = servers;
  const queue = `q${round}`;
  await create_(arena, queue, []);
  await create_(arena, queue, []);
  const [left, right] = [await first(claiming(one, arena, queue)), await first(claiming(other, arena, queue))];
  const path = `repo:${round}`;
  const answers = await together(
    round,
    adding(one, arena, left, writes(`${path}/a`, `${path}/b/c`)),
    adding(other, arena, right, writes(`${path}/z`, `${path}/b`)),
  );
  onlyWinner(answers);
  const refusal = answers.find((answer) => isRefusal(answer));
  expect(refusal).toMatchObject({ reason: ErrorReason.SCOPE_HELD });
  expect(await expectApart(arena)).toHaveLength(1);
  for (const leased of [left, right]) done(await completing(one, arena, leased)());
});

race("law 22: a holder adds scopes while another task with these is claimed: one of them has them", async (arena) => {
  const { servers, round } = arena;
  const [one, other] = servers;
  await create_(arena, `a${round}`, []);
  await create_(arena, `b${round}`, writes(`repo:${round}/a`));
  const holder = await first(claiming(one, arena, `a${round}`));
  const [added, leased] = await together(
    round,
    adding(one, arena, holder, writes(`repo:${round}`)),
    claiming(other, arena, `b${round}`),
  );
  const count = (leased as GrantedTask[]).length;
  expect(isRefusal(added) ? 1 : 0).toBe(count);
  await expectApart(arena);
  for (const one_ of [holder, ...(leased as GrantedTask[])]) done(await completing(one, arena, one_)());
  for (const one_ of await claiming(one, arena, `b${round}`)()) done(await completing(one, arena, one_)());
});

race("law 16: a task is claimed while the lease that it waits for ends, and is not forgotten", async (arena) => {
  const { servers, round, worker } = arena;
  const [one, other] = servers;
  const path = `repo:${round}`;
  await create_(arena, `a${round}`, writes(path));
  const taskId = await create_(arena, `b${round}`, writes(path));
  const holder = await first(claiming(one, arena, `a${round}`));
  const { session } = await openSession(other, worker);
  const kind = { queues: [`b${round}`], acceptTypes: [], capabilities: [] };
  const waiting = subscribeWorker(other, worker, session, kind);
  const start = async () => waiting.credit(1);
  const [ended, , early] = await together(
    round,
    completing(one, arena, holder),
    start,
    claiming(one, arena, `b${round}`),
  );
  done(ended);
  // Another claim may have been faster. No hint reaches the other server, but each claim looks for itself.
  await waiting.settled();
  const left = await claiming(one, arena, `b${round}`)();
  await waiting.leave();
  expect(await expectApart(arena)).toEqual([taskId]);
  const mine = [...(early as GrantedTask[]), ...left, ...waiting.offers];
  expect(mine).toHaveLength(1);
  for (const one_ of mine) done(await completing(one, arena, one_)());
});
