// Where a task stands in a tree as a rule: below the task that its creator holds, or in the place of that one.
import type { Principal } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnParentEnd, type Task, type TraceContext } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Limits } from "./limits.ts";
import { limitExceeded, limitReached, type Refusal } from "./refusal.ts";

export type Place = {
  readonly parentTaskId: string;
  readonly rootTaskId: string;
  readonly depth: number;
  readonly onParentEnd: OnParentEnd;
  /** The tasks above it that have a budget, from the top. */
  readonly budgetTaskIds: readonly string[];
};

/** What a new task takes from the task whose holder creates it. */
export type Origin = {
  /** Undefined for a task that is no child. */
  readonly place: Place | undefined;
  /** The principal that creates it, where its owner is another one. */
  readonly from?: string;
  /** The principal that owes its outcome, unless the request names one. */
  readonly obligated?: Principal;
  /** The receipts that it comes from, beside those that the request names. */
  readonly causes: readonly string[];
  /** The trace of that task, for a request that names none. */
  readonly traceContext?: TraceContext | undefined;
  /** Bits of `tie` that its rows have from the beginning. */
  readonly ties?: number;
};

export function placeUnder(parentTaskId: string, parent: Task, onParentEnd: OnParentEnd): Place {
  return {
    parentTaskId,
    rootTaskId: parent.rootTaskId || parentTaskId,
    depth: parent.depth + 1,
    onParentEnd: onParentEnd || OnParentEnd.CANCEL,
    budgetTaskIds: parent.budget ? [...parent.budgetTaskIds, parentTaskId] : parent.budgetTaskIds,
  };
}

/** Undefined if the task is no child: then one that goes on from it is none either. */
export function placeOf(
  { parentTaskId, rootTaskId, depth, budgetTaskIds, ...task }: Task,
  wished: OnParentEnd,
): Place | undefined {
  if (parentTaskId === "") return undefined;
  return { parentTaskId, rootTaskId, depth, budgetTaskIds, onParentEnd: wished || task.onParentEnd };
}

export function checkDepth({ depth }: Place, limits: Limits): Refusal | undefined {
  const bound = limits.task_depth_max;
  return depth > bound ? limitExceeded({ limit: "task_depth_max", bound, value: depth }) : undefined;
}

/** Tasks of a tree end, so that there may be room later. */
const treeRetryMs = 1_000;

/** `live`: how many tasks live below the root, with the new one. */
export function checkTree(live: number, limits: Limits): Refusal | undefined {
  const bound = limits.tree_live_tasks_max;
  return live > bound ? limitReached({ limit: "tree_live_tasks_max", bound, value: live }, treeRetryMs) : undefined;
}
