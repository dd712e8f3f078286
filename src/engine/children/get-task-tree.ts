// GetTaskTree: a task and all below it, in outline, level by level.
import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type {
  GetTaskTreeRequest,
  GetTaskTreeResponse,
  TaskTreeNode,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { stateOf } from "../../core/task-record.ts";
import { listChildrenOf, type ReadOutlinesRow, readOutlines } from "../../store/child.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { taskIdIn } from "../tx/names.ts";

const mostDefault = 200;
/** A picture of a large tree may be slow, and must not hold up others. */
const treeTimeoutMs = 2_000;

type Tree = Pick<GetTaskTreeResponse, "nodes" | "truncated">;

export async function getTaskTree(
  engine: Engine,
  caller: Caller,
  { taskId: idOrName, most }: Pick<GetTaskTreeRequest, "taskId" | "most">,
): Promise<Tree> {
  const { tenantId } = caller;
  return await read(engine.database, { statementTimeoutMs: treeTimeoutMs }, async (tx) => {
    const taskId = await taskIdIn(tx, caller, idOrName);
    const [[top], [terms]] = await Promise.all([
      readOutlines(tx, { tenantId, taskIds: [taskId] }),
      readTerms(tx, { tenantId, taskIds: [taskId] }),
    ]);
    if (!top || !terms || !mayReadTask(caller, { ...top, worker: top.worker })) {
      throw new Refused(notFound("task", taskId));
    }
    const { depth } = fromBinary(TaskSchema, terms.terms);
    return await readBelow(tx, tenantId, nodeOf(top, depth), most || mostDefault);
  });
}

/** One level after another, until there is none or enough. */
async function readBelow(tx: ReadTransaction, tenantId: string, top: TaskTreeNode, most: number): Promise<Tree> {
  const nodes = [top];
  let level = [top];
  let depth = top.depth;
  while (level.length > 0) {
    const room = most - nodes.length;
    const parentTaskIds = level.map(({ taskId }) => taskId);
    const ids = await listChildrenOf(tx, { tenantId, parentTaskIds, most: room + 1 });
    const taskIds = ids.slice(0, room).map(({ taskId }) => taskId);
    depth += 1;
    const rows = taskIds.length > 0 ? await readOutlines(tx, { tenantId, taskIds }) : [];
    level = rows.map((row) => nodeOf(row, depth));
    nodes.push(...level);
    if (ids.length > room) return { nodes, truncated: true };
  }
  return { nodes, truncated: false };
}

function nodeOf(row: ReadOutlinesRow, depth: number): TaskTreeNode {
  return {
    $typeName: "asyncgate.v1.TaskTreeNode",
    taskId: row.taskId,
    parentTaskId: row.parentTaskId ?? "",
    depth,
    type: row.type,
    queue: row.queue,
    state: stateOf(row),
    attempt: row.attempt,
    createdBy: parsePrincipal(row.owner),
    obligated: parsePrincipal(row.obligated),
    createTime: timestampOfDate(row.createTime),
    endTime: row.endTime ? timestampOfDate(row.endTime) : undefined,
  };
}
