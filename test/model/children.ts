// Trees in the model: children under a lease, the tasks that go on from a completed one, and what the end of a parent
// does to those below it.
import fc from "fast-check";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree, type Call, nameOf, type Shape } from "./calls.ts";
import { addReceipt, end, hasEnded, type Model, type ModelLease, type ModelTask, write } from "./model.ts";
import { settleWaits } from "./waits.ts";

/** What goes on from a completion, in the model and in the calls alike. */
export const nextShape: Shape = { queue: "default", type: "index", capabilities: [] };

export const nextCount: fc.Arbitrary<number> = fc.constantFrom(0, 0, 0, 0, 1, 2);

/** A child, or a verification task. */
export function rootOf(task: ModelTask): ModelTask {
  let top = task;
  while (top.parent) top = top.parent;
  return top;
}

/** The owner of the top, and the holders of tasks in the tree, may send signals to all of it. */
export function isOfTree(model: Model, task: ModelTask, principal: string): boolean {
  const root = rootOf(task);
  const isMine = ({ lease }: ModelTask) => lease?.holder === principal;
  return root.owner === principal || model.tasks.some((one) => rootOf(one) === root && isMine(one));
}

type Under = NonNullable<Extract<Asked, { method: "create" }>["under"]>;

/** The lease that a child is created under, or why it is none. */
export function leaseAbove(
  model: Model,
  { actor }: Call,
  under: Under,
): ModelLease | { reason: string; state?: TaskState } {
  const lease = model.leases.find(({ token }) => token === under.token);
  if (lease?.holder !== nameOf(actor)) return { reason: "NOT_HOLDER" };
  const { task, expireMs, fence } = lease;
  if (task.lease === lease) return model.nowMs < expireMs ? lease : { reason: "LEASE_EXPIRED" };
  const hasEndedSince = hasEnded(task.state) && task.fence === fence;
  return hasEndedSince ? { reason: "INVALID_TRANSITION", state: task.state } : { reason: "FENCED" };
}

type Made = { readonly taskId: string; readonly receiptId: string };
type Init = Pick<ModelTask, "tenant" | "owner" | "obligated" | "shape"> &
  Partial<Pick<ModelTask, "parent" | "keeps" | "verifies">>;

/** A new task in its first state, with its receipt. */
export function addTask(model: Model, init: Init, { taskId, receiptId }: Made): ModelTask {
  const eligibleMs = model.nowMs + (init.shape.delayMs ?? 0);
  const task: ModelTask = {
    ...init,
    taskId,
    assignedReceiptId: receiptId,
    place: init.shape,
    state: TaskState.QUEUED,
    attempt: 1,
    leaseLosses: 0,
    deliveries: 0,
    fence: 0,
    eligible: { fromMs: eligibleMs, toMs: eligibleMs },
    notBeforeMs: eligibleMs,
    open: true,
    reports: 0,
    spent: 0,
    below: 0,
    isOverBudget: false,
    holders: new Set(),
    questions: [],
    locators: [],
    receipts: new Map(),
  };
  write(task, ReceiptType.TASK_ASSIGNED);
  addReceipt(model, task, task.assignedReceiptId, task.obligated);
  model.tasks.push(task);
  return task;
}

/** They have the owner of the completed task and stand where it stood. */
export function adoptNext(model: Model, task: ModelTask, count: number, answer: Answer): ModelTask[] {
  const next = answer.next ?? [];
  agree("how many tasks go on", next.length, count);
  const { tenant, owner, obligated, parent, keeps } = task;
  const init = { tenant, owner, obligated, shape: nextShape, ...(parent && { parent, keeps }) };
  return next.map((made) => addTask(model, init as Init, made));
}

/** Children end with their parents, and theirs with them: parent by parent, as it tells those that wait for them. */
export function sweepChildren(model: Model): ModelTask[] {
  const touched: ModelTask[] = [];
  const endsWith = (parent: ModelTask) =>
    model.tasks.filter((one) => one.parent === parent && !one.keeps && !one.verifies && !hasEnded(one.state));
  const parents = model.tasks.filter((one) => hasEnded(one.state) && endsWith(one).length > 0);
  for (const parent of parents.toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1))) {
    for (const child of endsWith(parent)) {
      end(child, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
      touched.push(child);
    }
    touched.push(...settleWaits(model, false));
  }
  return touched;
}
