// Asks for explanations, and says them briefly.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Explanation, type Obstacle, ObstacleKind } from "../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import { ListTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type Scenario, wordOf } from "./scenario.ts";

export function explain(s: Scenario, taskId: string, by = s.operator): Promise<Explanation> {
  return s.operations.explainTask(by, { taskId });
}

/** `HELD`, `NOT_YET`: the kinds of obstacles. */
export function kinds(obstacles: readonly Obstacle[]): string[] {
  return obstacles.map(({ kind }) => wordOf(ObstacleKind, kind));
}

type ListInit = Omit<MessageInitShape<typeof ListTasksRequestSchema>, "$typeName" | "$unknown">;

/** The ids of ready work. */
export async function ready(s: Scenario, request: ListInit = {}, by = s.operator): Promise<string[]> {
  const { tasks } = await s.operations.listTasks(by, create(ListTasksRequestSchema, { ready: true, ...request }));
  return tasks.map(({ taskId }) => taskId);
}
