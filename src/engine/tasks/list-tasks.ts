// ListTasks: newest first. Each kind of state is looked for where its tasks lie, so that a few that run are found
// without walking past all that have ended.
import { type Task, TaskSchema, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type ListTasksRequest,
  ListTasksRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { dateOfTimestamp } from "../../core/duration.ts";
import { methodOptions } from "../../core/method-options.ts";
import {
  formatPageToken,
  pageQuestion,
  pageSizeDefault,
  parsePageToken,
  uuidGreatest,
  uuidLeast,
  uuidShape,
} from "../../core/page-token.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { orThrow, permissionDenied, Refused } from "../../core/refusal.ts";
import { hasEnded, isHeld } from "../../core/transitions.ts";
import { listChildTaskIds, listTreeTaskIds } from "../../store/child.sql.gen.ts";
import { listNamedTaskIds } from "../../store/name.sql.gen.ts";
import {
  countFittingTasks,
  listAskingTaskIds,
  listBlockedTaskIds,
  listEndedTaskIds,
  listHeldTaskIds,
  listPausedTaskIds,
  listQueuedTaskIds,
  listReadyTaskIds,
  listTaskIds,
  listVerifyingTaskIds,
  readTasks,
} from "../../store/task.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleTask } from "../views/assemble-task.ts";

export type TaskPage = { readonly tasks: Task[]; readonly nextPageToken: string };

/** Dates that nothing is outside of, for conditions that were not given. */
const everFrom = new Date(0);
const everBefore = new Date("9999-01-01T00:00:00Z");
/** A listing may be slow, and must not hold up others. */
const listTimeoutMs = 2_000;

export async function listTasks(engine: Engine, caller: Caller, request: ListTasksRequest): Promise<TaskPage> {
  const owner = request.createdBy ? formatPrincipal(request.createdBy) : undefined;
  const { name, access } = methodOptions(TaskService.method.listTasks);
  const everything = caller.scopes.has(access.widerScope);
  if (owner !== undefined && owner !== caller.principalText && !everything) {
    throw new Refused(permissionDenied(name, access.widerScope));
  }
  const question = pageQuestion(ListTasksRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const conditions: Conditions = {
    tenantId: caller.tenantId,
    me: caller.principalText,
    everything,
    anyOwner: owner === undefined,
    owner: owner ?? "",
    anyType: request.type === "",
    type: request.type,
    anyQueue: request.queue === "",
    queue: request.queue,
    labels: JSON.stringify(request.labels),
    createdFrom: request.createdFrom ? dateOfTimestamp(request.createdFrom) : everFrom,
    createdBefore: request.createdBefore ? dateOfTimestamp(request.createdBefore) : everBefore,
    beforeTaskId: token.position ?? uuidGreatest,
    most: most + 1,
  };
  return await read(engine.database, { statementTimeoutMs: listTimeoutMs }, async (tx) => {
    const ids = await listIds(tx, conditions, request);
    const tasks = await readFitting(tx, engine, caller.tenantId, ids.slice(0, most));
    const last = tasks.at(-1);
    return {
      tasks,
      nextPageToken: last && ids.length > tasks.length ? formatPageToken(question, last.taskId) : "",
    };
  });
}

/** As many of the tasks as one answer may hold, at least one. No more than that is read. */
async function readFitting(
  tx: ReadTransaction,
  { pageBytesMax }: Engine,
  tenantId: string,
  taskIds: readonly string[],
): Promise<Task[]> {
  if (taskIds.length === 0) return [];
  const { fitting } = await countFittingTasks(tx, { tenantId, taskIds, bytesMax: pageBytesMax });
  const rows = await readTasks(tx, { tenantId, taskIds: taskIds.slice(0, Math.max(fitting, 1)) });
  return takeFitting(TaskSchema, rows.map(assembleTask), pageBytesMax);
}

type Conditions = Parameters<typeof listTaskIds>[1];

async function listIds(tx: ReadTransaction, conditions: Conditions, request: ListTasksRequest): Promise<string[]> {
  const { name, parent, root, ready, states } = request;
  if (name || parent || root) return await listTree(tx, conditions, request);
  if (!ready) return await listInStates(tx, conditions, states);
  // What is ready is queued, and in no other state.
  if (states.length > 0 && !states.includes(TaskState.QUEUED)) return [];
  return (await listReadyTaskIds(tx, { ...conditions, now: await tx.now })).map((row) => row.taskId);
}

/** Entered by the name, the parent or the root: these have few, beside all that there are in some state. */
async function listTree(
  tx: ReadTransaction,
  conditions: Conditions,
  { name, parent, root, ready: onlyReady, states }: ListTasksRequest,
): Promise<string[]> {
  const inState = { anyState: states.length === 0, states, onlyReady, now: await tx.now };
  const ofTree = { ...conditions, ...inState, rootTaskId: root || uuidLeast };
  const ofParent = { parentTaskId: parent || uuidLeast, anyRoot: root === "" };
  if (name) {
    const rows = await listNamedTaskIds(tx, { ...ofTree, ...ofParent, name, anyParent: parent === "" });
    return rows.map(({ taskId }) => taskId);
  }
  const rows = parent ? await listChildTaskIds(tx, { ...ofTree, ...ofParent }) : await listTreeTaskIds(tx, ofTree);
  return rows.map(({ taskId }) => taskId);
}

async function listInStates(
  tx: ReadTransaction,
  conditions: Conditions,
  states: readonly TaskState[],
): Promise<string[]> {
  if (states.length === 0) return (await listTaskIds(tx, conditions)).map((row) => row.taskId);
  const held = states.filter(isHeld);
  const ended = states.filter(hasEnded);
  const lists = await Promise.all([
    states.includes(TaskState.QUEUED) ? listQueuedTaskIds(tx, conditions) : [],
    states.includes(TaskState.BLOCKED) ? listBlockedTaskIds(tx, conditions) : [],
    states.includes(TaskState.INPUT_REQUIRED) ? listAskingTaskIds(tx, conditions) : [],
    states.includes(TaskState.PAUSED) ? listPausedTaskIds(tx, conditions) : [],
    states.includes(TaskState.VERIFYING) ? listVerifyingTaskIds(tx, conditions) : [],
    held.length > 0 ? listHeldTaskIds(tx, { ...conditions, states: held }) : [],
    ended.length > 0 ? listEndedTaskIds(tx, { ...conditions, states: ended }) : [],
  ]);
  const ids = new Set(lists.flat().map((row) => row.taskId));
  return [...ids].sort().reverse().slice(0, conditions.most);
}
