// Scenes of trees: an executor that holds a task, and what it creates under it.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { GetTaskTreeRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { stateName } from "../../../src/core/transitions.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import type { TestEngineOptions } from "../../helpers/engine.ts";
import {
  type CreateInit,
  createOne,
  createTask,
  granted,
  held,
  openScenario,
  type Scenario,
} from "../../helpers/scenario.ts";

/** `worker` is an executor: it may create children. */
export type TreeScene = Scenario & { readonly plain: Caller };

export async function openTree(options: TestEngineOptions = {}): Promise<TreeScene> {
  const s = await openScenario(options);
  const worker = s.tenant.caller("worker", "wanda", [Role.EXECUTOR]);
  return { ...s, worker, plain: s.tenant.caller("worker", "pat") };
}

export function createUnder(s: Scenario, { lease }: GrantedTask, request: CreateInit = {}, by = s.worker) {
  return createOne(s, { queue: "below", under: lease.token, ...request }, by);
}

export async function child(s: Scenario, parent: GrantedTask, request: CreateInit = {}, by = s.worker): Promise<Task> {
  return granted(await createUnder(s, parent, request, by)).task;
}

/** A task that the executor holds. */
export function root(s: Scenario, request: CreateInit = {}): Promise<GrantedTask> {
  return held(s, request);
}

export { createTask };

export async function tree(
  s: Scenario,
  taskId: string,
  request: Partial<MessageInitShape<typeof GetTaskTreeRequestSchema>> = {},
  by = s.operator,
) {
  return granted(await s.operations.getTaskTree(by, create(GetTaskTreeRequestSchema, { most: 0, ...request, taskId })));
}

/** `1 t SUCCEEDED`: depth, type and state of each task of a tree. */
export async function picture(s: Scenario, taskId: string): Promise<string[]> {
  const { nodes } = await tree(s, taskId);
  return nodes.map(({ depth, type, state }) => `${depth} ${type} ${stateName(state)}`);
}
