// Names of tasks as rules: how a call names a task in place of its id, and what a creation does about a name that a
// live task bears.
import { type CreateTaskRequest, OnNameTaken } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type FieldViolation, nameTaken, type Refusal } from "./refusal.ts";

const prefix = "name:";

/** The name that stands in place of an id; undefined for an id. */
export function nameIn(taskIdOrName: string): string | undefined {
  return taskIdOrName.startsWith(prefix) ? taskIdOrName.slice(prefix.length) : undefined;
}

type Asked = Pick<CreateTaskRequest, "name" | "onNameTaken">;

/** What is wrong with the fields about names, which no rule on one of them can say. */
export function faultsOfName({ name, onNameTaken }: Asked, by: "itself" | "a holder's call"): FieldViolation[] {
  const rule = "task.on_name_taken";
  const field = "on_name_taken";
  if (onNameTaken === OnNameTaken.UNSPECIFIED) return [];
  if (name === "") return [{ field, description: "must be unspecified without name", rule }];
  if (by === "itself" || onNameTaken === OnNameTaken.REFUSE) return [];
  return [{ field, description: "must be unspecified or REFUSE here", rule }];
}

/** The live task that bears a name, and what the creator of another one may do with it. */
export type Bearer = { readonly taskId: string; readonly mayRead: boolean; readonly mayCancel: boolean };

/** A refusal tells the id to callers that may read the task, and to no other. */
export function decideTaken(
  { name, onNameTaken }: Asked,
  { taskId, mayRead, mayCancel }: Bearer,
): "answer" | "replace" | Refusal {
  if (onNameTaken === OnNameTaken.ANSWER && mayRead) return "answer";
  if (onNameTaken === OnNameTaken.REPLACE && mayCancel) return "replace";
  return nameTaken(name, mayRead ? taskId : "");
}
