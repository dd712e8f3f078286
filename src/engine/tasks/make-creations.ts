// Makes the tasks of creations by the rules, in order: an item may wait for an earlier one of its call.
import type { HandOffContract } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CreateTaskRequest, OnNameTaken } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Origin } from "../../core/children.ts";
import { endOfDecision } from "../../core/conditions.ts";
import { awaitedFromBeginning, type Creation, createTask, createTaskDigest } from "../../core/create-task.ts";
import type { DecisionContext } from "../../core/decision.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { withContract } from "../../core/outcome-contract.ts";
import { isRefusal, nameTaken, type Refusal } from "../../core/refusal.ts";
import { isWaiting } from "../../core/task-record.ts";
import { beginWait } from "../../core/wait.ts";
import type { ReadTasksRow } from "../../store/task.sql.gen.ts";
import type { Caller } from "../caller.ts";
import type { Claim } from "../claims/claim.ts";
import type { AskedWait, BatchItem, ReadWaitFacts } from "../conditions/read-wait-facts.ts";
import { type Accounts, checkBudgetsOf } from "../tx/accounts.ts";
import { growTree, type LiveTasks } from "../tx/count-trees.ts";
import type { Keyed } from "../tx/idempotency.ts";
import type { Call } from "../tx/repeated-call.ts";
import { assembleTask } from "../views/assemble-task.ts";
import type { GrantedTask } from "../views/granted-task.ts";

export type Created = { readonly task: Task; readonly assignedReceiptId: string; readonly existed: boolean };

export type Item = {
  readonly caller: Caller;
  readonly request: CreateTaskRequest;
  /** The claim that waits for such a task, and may have it at once. */
  claim: Claim | undefined;
  leased: GrantedTask | undefined;
  refusal: Refusal | undefined;
  /** The hand-off contract that its outcome must fulfill. */
  contract?: HandOffContract | undefined;
  answer: Created | Refusal | undefined;
  /** The item of its call that has taken the name which it wants. */
  namesake: Made | undefined;
  /** The lease of the task that it is to be a child of. */
  readonly under?: LeaseClaim;
  /** Its digest, where it was asked for in other words. */
  readonly asked?: Uint8Array;
};

/** Two items with one digest ask for the same task. */
export function digestOfItem({ request, under, asked }: Pick<Item, "request" | "under" | "asked">): Uint8Array {
  return asked ?? createTaskDigest(request, under?.taskId);
}

export function existing(row: ReadTasksRow): Created {
  return { task: assembleTask(row), assignedReceiptId: row.assignedReceiptId, existed: true };
}

export type MakingFacts = {
  readonly waits: ReadWaitFacts;
  /** Of children. */
  readonly origins: ReadonlyMap<Item, Origin>;
  readonly trees: LiveTasks;
  readonly budgets: Accounts;
};

export type CallOfBatch = { readonly call: Call; readonly items: readonly Item[] };

export type Made = Keyed & { readonly item: Item; readonly creation: Creation };

/** Marks what is refused, and leaves out what has an answer. */
export function make(fresh: readonly CallOfBatch[], facts: MakingFacts, moment: DecisionContext): Map<Item, Made> {
  const made = new Map<Item, Made>();
  const bearing = new Map<string, Made>();
  for (const { items } of fresh) {
    for (const [place, item] of items.entries()) {
      if (item.answer || isNamesake(item, bearing)) continue;
      const creation = item.refusal ?? makeOne(item, () => earlierOf(items.slice(0, place), made), facts, moment);
      if (isRefusal(creation)) {
        item.answer = creation;
        continue;
      }
      if (creation.wait && isWaiting(creation.after)) facts.waits.began(creation.wait);
      const { taskId } = creation.task;
      const { principalText: principal } = item.caller;
      const key = item.request.idempotencyKey;
      const one = { item, creation, taskId, principal, key, digest: () => digestOfItem(item) };
      made.set(item, one);
      if (item.request.name !== "" && isWaiting(creation.after)) bearing.set(item.request.name, one);
    }
  }
  return tieItems(made);
}

/** An earlier item has taken its name: it is answered with that task later, or refused. Of twins, the key decides. */
function isNamesake(item: Item, bearing: ReadonlyMap<string, Made>): boolean {
  const { request, refusal } = item;
  const one = request.name === "" || refusal ? undefined : bearing.get(request.name);
  if (!one || (one.key !== "" && one.key === request.idempotencyKey)) return false;
  item.namesake = one;
  if (request.onNameTaken !== OnNameTaken.ANSWER) item.answer = nameTaken(request.name, one.taskId);
  return true;
}

/** Items that others of their transaction wait for are awaited from the beginning. */
function tieItems(made: Map<Item, Made>): Map<Item, Made> {
  const awaited = new Set<string | null>();
  for (const { creation } of made.values()) {
    for (const { onTaskId } of creation.wait?.conditions ?? []) awaited.add(onTaskId);
  }
  if (awaited.size === 0) return made;
  for (const [item, one] of made) {
    if (awaited.has(one.taskId)) made.set(item, { ...one, creation: awaitedFromBeginning(one.creation) });
  }
  return made;
}

/** The request with what its hand-off contract requires. What it is known by is the request as it was. */
export function resolved({
  request,
  contract,
}: {
  readonly request: CreateTaskRequest;
  readonly contract?: HandOffContract | undefined;
}): CreateTaskRequest {
  const { expectedOutcome: asked } = request;
  const expectedOutcome = withContract(asked, contract);
  return expectedOutcome && expectedOutcome !== asked ? { ...request, expectedOutcome } : request;
}

function makeOne(
  item: Item,
  earlier: () => readonly BatchItem[],
  { waits, origins, trees, budgets }: MakingFacts,
  moment: DecisionContext,
): Creation | Refusal {
  const { caller } = item;
  const request = resolved(item);
  const { wait } = request;
  const origin = origins.get(item);
  const tooMany = checkBudgetsOf(origin?.place, budgets) ?? growTree(trees, origin?.place, caller);
  if (tooMany) return tooMany;
  if (!wait) return createTask(request, caller.principal, moment, undefined, origin);
  const taskId = moment.newId();
  const begun = beginWait(wait, taskId, waits.of({ caller, wait, items: earlier() }), moment.now);
  return isRefusal(begun) ? begun : createTask(request, caller.principal, moment, { taskId, begun }, origin);
}

function earlierOf(items: readonly Item[], made: ReadonlyMap<Item, Made>): BatchItem[] {
  return items.map((item) => {
    const { request, answer, namesake } = item;
    const creation = (made.get(item) ?? (answer ? undefined : namesake))?.creation;
    return {
      key: request.idempotencyKey,
      knownId: answer && !isRefusal(answer) ? answer.task.taskId : undefined,
      taskId: creation?.made.taskId,
      end: creation && endOfDecision(creation),
    };
  });
}

export function waitsOf(fresh: readonly CallOfBatch[]): AskedWait[] {
  return fresh.flatMap(({ items }) =>
    items.flatMap(({ caller, request: { wait }, refusal, answer }, place) =>
      wait && !refusal && !answer ? [{ caller, wait, items: earlierOf(items.slice(0, place), new Map()) }] : [],
    ),
  );
}

export function waitsForOneOf({ wait }: Creation, taken: ReadonlyMap<string, unknown>): boolean {
  return wait?.conditions.some(({ onTaskId }) => onTaskId !== null && taken.has(onTaskId)) ?? false;
}

/** Whether others of the transaction were made as if this one had taken signals, or waited for them. */
export function changesSignals({ wait, after }: Creation): boolean {
  return wait !== undefined && isWaiting(after) && wait.conditions.some(({ channel }) => channel !== null);
}
