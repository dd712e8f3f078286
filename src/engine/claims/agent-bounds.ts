// What a claim in the session of an agent may be granted: by the session's role, verification tasks or all others; of
// one tree, if it is bound to one, or works on one at a time. Other claims never come here.
import { takesVerifications } from "../../core/agent-session.ts";
import { nameIn } from "../../core/names.ts";
import { uuidLeast } from "../../core/page-token.ts";
import { isVerification, type Waiting } from "../../core/task-record.ts";
import { lockTreeOfSession, readRoots, readTreeOfSession } from "../../store/agent_session.sql.gen.ts";
import { readBearers } from "../../store/name.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Claim } from "./claim.ts";

export type AgentBounds = {
  readonly sessionId: string;
  readonly verifies: boolean;
  /** The root of the only tree; undefined: any. The id of no task: of none. */
  readonly rootTaskId: string | undefined;
  /** All that is granted at once is of one tree, whichever that is. */
  readonly oneTree: boolean;
};

/** Claims in a session of an agent come alone, or with others in the same session. */
export async function readBounds(
  tx: Transaction,
  tenantId: string,
  claims: readonly Claim[],
): Promise<AgentBounds | undefined> {
  const agent = claims[0]?.agent;
  if (!agent) return undefined;
  const { sessionId, role, oneTree, binds } = agent;
  const bounds = { sessionId, verifies: takesVerifications(role), oneTree };
  if (binds !== null) return { ...bounds, rootTaskId: (await rootOfBound(tx, tenantId, binds)) ?? uuidLeast };
  if (!oneTree) return { ...bounds, rootTaskId: undefined };
  // Sent together and run in this order: what is read was granted before the lock was had.
  const [, tree] = await Promise.all([
    lockTreeOfSession(tx, { tenantId, sessionId }),
    readTreeOfSession(tx, { tenantId, sessionId }),
  ]);
  return { ...bounds, rootTaskId: tree?.rootTaskId };
}

/** What was picked by name may be outside; and of several trees, the first one's tasks stay. */
export async function withinBounds(
  tx: Transaction,
  tenantId: string,
  { verifies, rootTaskId, oneTree }: AgentBounds,
  waiting: readonly Waiting[],
): Promise<readonly Waiting[]> {
  const fitting = waiting.filter((task) => isVerification(task) === verifies);
  if (fitting.length === 0 || (rootTaskId === undefined && !oneTree)) return fitting;
  const rows = await readRoots(tx, { tenantId, taskIds: fitting.map(({ taskId }) => taskId) });
  const roots = new Map(rows.map((row) => [row.taskId, row.rootTaskId]));
  const only = rootTaskId ?? roots.get(fitting[0]?.taskId ?? "");
  return fitting.filter(({ taskId }) => roots.get(taskId) === only);
}

/** The root of the tree of a task, by its id or by a name that passes on. Undefined: there is no such task. */
export async function rootOfBound(tx: Executor, tenantId: string, binds: string): Promise<string | undefined> {
  const name = nameIn(binds);
  const [bearer] = name === undefined ? [] : await readBearers(tx, { tenantId, names: [name] });
  const taskId = name === undefined ? binds : bearer?.taskId;
  if (taskId === undefined) return undefined;
  const [row] = await readRoots(tx, { tenantId, taskIds: [taskId] });
  return row?.rootTaskId;
}
