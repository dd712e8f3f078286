// Races around hand-offs, on two servers: a task goes one way only, and to its addressee only.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  HandOffRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { claim, granted as done } from "../helpers/ledger-scenario.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";
import { result } from "../helpers/scenario.ts";

const rita = { kind: PrincipalKind.WORKER, id: "rita" };

function claiming(server: Operations, by: Caller) {
  return () => server.claimTasks(by, create(ClaimTasksRequestSchema, { maxTasks: 10 }));
}

async function createOne({ servers, agent }: Arena, request = {}): Promise<void> {
  const tasks = [create(CreateTaskRequestSchema, { type: "t", ...request })];
  await servers[0].createTasks(agent, { tasks, requestId: "" });
}

race("law 1: a task is completed or handed off, on two servers at the same time, and never both", async (arena) => {
  const { servers, worker, tenant, operator } = arena;
  await createOne(arena);
  const { token, taskId } = await claim(arena);
  const [completed, handed] = await together(
    arena.round,
    async () => {
      const request = create(CompleteTaskRequestSchema, { leaseToken: token, ...result });
      return (await servers[0].completeTasks(worker, [request]))[0] ?? {};
    },
    async () => {
      const request = create(HandOffRequestSchema, { leaseToken: token, to: { principal: rita } });
      return (await servers[1].handOffs(worker, [request]))[0] ?? {};
    },
  );
  const winner = onlyWinner([completed, handed]);
  const { state } = done(await arena.operations.getTask(operator, { taskId }));
  expect(state).toBe(winner === 0 ? TaskState.SUCCEEDED : TaskState.QUEUED);
  const left = await claiming(servers[0], tenant.caller("worker", "rita"))();
  expect(left.map(({ task }) => task.taskId)).toEqual(winner === 0 ? [] : [taskId]);
});

race("law 1: of claims on two servers while a task is handed off, only its addressee's gets it", async (arena) => {
  const { servers, worker, tenant } = arena;
  const addressee = tenant.caller("worker", "rita");
  await createOne(arena);
  const { token, taskId } = await claim(arena);
  const request = create(HandOffRequestSchema, { leaseToken: token, to: { principal: rita } });
  const [, ofOther, ofRita] = await together(
    arena.round,
    async () => (await servers[0].handOffs(worker, [request]))[0] ?? {},
    claiming(servers[1], worker),
    claiming(servers[1], addressee),
  );
  expect(ofOther).toEqual([]);
  const later = await claiming(servers[0], addressee)();
  expect([...done(ofRita), ...later].map(({ task }) => task.taskId)).toEqual([taskId]);
});
