// Tasks that a holder creates by the call that suspends or completes its own: in the same transaction, all or none.
// What creations need is read with the lease; they are made by the rules when the call is decided, and written beside.

import type { HandOffContract } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { CreatedTask, Task, Wait } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { checkDepth, type Origin, type Place, placeOf, placeUnder } from "../../core/children.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { endOfDecision } from "../../core/conditions.ts";
import {
  awaitedFromBeginning,
  type Creation,
  checkCreateTask,
  createTask,
  createTaskDigest,
} from "../../core/create-task.ts";
import type { DecisionContext } from "../../core/decision.ts";
import type { Limits } from "../../core/limits.ts";
import { parsePrincipal } from "../../core/principal.ts";
import {
  idempotencyConflict,
  isRefusal,
  nameTaken,
  permissionDenied,
  type Refusal,
  refusedItem,
} from "../../core/refusal.ts";
import { type Held, isWaiting } from "../../core/task-record.ts";
import { beginWait } from "../../core/wait.ts";
import type { ReadTasksRow } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { AskedWait, BatchItem, ReadWaitFacts } from "../conditions/read-wait-facts.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { refuseTooMany, unreserveAll } from "../tasks/admit-tasks.ts";
import { checkReferences } from "../tasks/check-references.ts";
import { knownByKey } from "../tasks/known-by-key.ts";
import { resolved } from "../tasks/make-creations.ts";
import { recordCreations } from "../tasks/record-creations.ts";
import { type Accounts, checkBudgetsOf, readBudgets } from "../tx/accounts.ts";
import { countLiveTasks, growTree, type LiveTasks } from "../tx/count-trees.ts";
import { takeFreeKeys } from "../tx/idempotency.ts";
import { lockBearers } from "../tx/names.ts";

/** One task to create. */
export type Wanted = {
  /** Where it is in the request: `create[3]`. */
  readonly field: string;
  readonly caller: Caller;
  readonly request: CreateTaskRequest;
  readonly parentTaskId: string;
  readonly isChild: boolean;
  readonly under: { readonly taskId: string };
  /** Set where a quota has no room for it. */
  refusal: Refusal | undefined;
  /** The hand-off contract that its outcome must fulfill. */
  contract?: HandOffContract | undefined;
  /** The live task that bears the name which it wants. */
  bearer: TaskParties | undefined;
};

type TaskParties = { readonly taskId: string } & Parameters<typeof mayReadTask>[1];

export function wantedOf(init: Omit<Wanted, "under" | "refusal" | "bearer">): Wanted {
  const under = { taskId: init.isChild ? init.parentTaskId : "" };
  return { ...init, under, refusal: undefined, bearer: undefined };
}

/** What is wrong with tasks to create, whatever the lease is. Only callers with one of two scopes may create any. */
export function checkAlong(
  method: string,
  { scopes }: Pick<Caller, "scopes">,
  requests: readonly (CreateTaskRequest | undefined)[],
  field: string,
  limits: Limits,
): Refusal | undefined {
  if (requests.length === 0) return undefined;
  if (!scopes.has("tasks:create_children") && !scopes.has("tasks:create")) {
    return permissionDenied(method, "tasks:create_children");
  }
  for (const [place, request] of requests.entries()) {
    const refusal = request && checkCreateTask(request, limits, "a holder's call");
    if (refusal) return refusedItem(`${field}[${place}]`, refusal);
  }
  return undefined;
}

/** Comes before leases are locked, as the locks of names and quotas come before all others. */
export async function admitAlong(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  wanted: readonly Wanted[],
): Promise<void> {
  for (const one of wanted) one.refusal = undefined;
  if (wanted.length === 0) return;
  const bearers = await lockBearers(tx, tenantId, wanted);
  for (const one of wanted) one.bearer = bearers.get(one.request.name);
  await refuseTooMany(engine, tx, wanted);
  for (const ofCall of Map.groupBy(wanted, ({ parentTaskId }) => parentTaskId).values()) {
    if (ofCall.some(({ refusal }) => refusal)) unreserveAll(engine, tx, ofCall);
  }
  await checkReferences(tx, tenantId, wanted);
}

/** The waits of tasks to create. Each may name earlier ones of its call. */
export function waitsOfWanted(wanted: readonly Wanted[]): AskedWait[] {
  return wanted.flatMap(({ caller, request: { wait } }, place) =>
    wait ? [{ caller, wait, items: unmade(wanted.slice(0, place)) }] : [],
  );
}

/** Before they are made, items are known by their keys alone. */
export function unmade(wanted: readonly Wanted[]): BatchItem[] {
  return wanted.map(({ request }) => ({ key: request.idempotencyKey, taskId: undefined, end: undefined }));
}

export type AlongFacts = {
  readonly known: ReadonlyMap<Wanted, ReadTasksRow | Refusal>;
  readonly waits: ReadWaitFacts;
  /** Their receipts are recorded by themselves, on a page of their own. */
  readonly moment: DecisionContext;
  /** Of all calls of the transaction that were not refused. */
  trees: LiveTasks;
  readonly budgets: Accounts;
  readonly keys: Map<string, Keyed>;
  /** Names that tasks of the transaction bear. */
  readonly names: Map<string, TaskParties>;
};

type Keyed = { readonly digest: Uint8Array; readonly task: CreatedTask };

/** After leases and what is waited for are locked. `termsOf`: what was asked of the tasks whose holders create. */
export async function readAlong(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  wanted: readonly Wanted[],
  terms: ReadonlyMap<string, Task>,
  waits: ReadWaitFacts,
): Promise<AlongFacts> {
  const known = await knownByKey(tx, tenantId, wanted);
  const [first] = wanted;
  const places = wanted.map((one) => placeOfWanted(one, terms.get(one.parentTaskId)));
  const trees = first ? await countLiveTasks(tx, first.caller, places) : new Map<string, number>();
  const budgets = await readBudgets(tx, tenantId, places);
  const moment = decisionContext(engine, tx.now);
  return { known, waits, trees, budgets, keys: new Map(), names: new Map(), moment };
}

function placeOfWanted({ isChild, parentTaskId, request }: Wanted, terms: Task | undefined): Place | undefined {
  if (!terms) return undefined;
  return isChild ? placeUnder(parentTaskId, terms, request.onParentEnd) : placeOf(terms, request.onParentEnd);
}

/** All that one call creates. */
export type Along = {
  /** In the order of the request. */
  readonly tasks: readonly CreatedTask[];
  /** For conditions that name items. */
  readonly items: readonly BatchItem[];
  readonly made: readonly MadeAlong[];
  readonly hasChildren: boolean;
  /** Lets the calls that are decided after this one see what it has made. */
  readonly keep: () => void;
};

type MadeAlong = { readonly wanted: Wanted; creation: Creation; readonly digest: Uint8Array };

/** The holder that creates. */
export type Creator = Pick<Held, "taskId" | "worker" | "owner" | "obligated" | "acceptedReceiptId">;

type Making = {
  readonly held: Creator;
  readonly terms: Task;
  readonly facts: AlongFacts;
  /** The receipt of the call, which tasks name that go on from here. */
  readonly receiptId: string;
  readonly trees: LiveTasks;
  readonly keys: Map<string, Keyed>;
  readonly names: Map<string, TaskParties>;
  /** The call ends its task, and so passes its name on. */
  readonly endsTask: boolean;
  readonly items: BatchItem[];
  readonly made: MadeAlong[];
};

export function makeAlong(
  wanted: readonly Wanted[],
  init: Pick<Making, "held" | "terms" | "facts" | "receiptId" | "endsTask">,
): Along | Refusal {
  const { facts } = init;
  const copies = { trees: new Map(facts.trees), keys: new Map(facts.keys), names: new Map(facts.names) };
  const making: Making = { ...init, ...copies, items: [], made: [] };
  const tasks: CreatedTask[] = [];
  for (const one of wanted) {
    const task = makeOne(one, making);
    if (isRefusal(task)) return refusedItem(one.field, task);
    tasks.push(task);
  }
  return {
    tasks,
    items: making.items,
    made: making.made,
    hasChildren: making.made.some(({ wanted: { isChild } }) => isChild),
    keep() {
      facts.trees = making.trees;
      for (const [name, keyed] of making.keys) facts.keys.set(name, keyed);
      for (const [name, bearer] of making.names) facts.names.set(name, bearer);
    },
  };
}

function makeOne(wanted: Wanted, making: Making): CreatedTask | Refusal {
  const { caller, request, refusal } = wanted;
  const { facts, keys, items } = making;
  const key = request.idempotencyKey;
  const digest = createTaskDigest(request, wanted.under.taskId);
  const known = facts.known.get(wanted);
  if (known) return isRefusal(known) ? known : existing(known.taskId, known.assignedReceiptId, key, items);
  const name = compoundKey(caller.principalText, key);
  const before = key === "" ? undefined : keys.get(name);
  if (before) {
    const { taskId, assignedReceiptId } = before.task;
    const isSame = Buffer.compare(before.digest, digest) === 0;
    return isSame ? existing(taskId, assignedReceiptId, key, items) : idempotencyConflict(key, taskId);
  }
  if (refusal) return refusal;
  const taken = refuseTaken(wanted, making);
  if (taken) return taken;
  const creation = makeCreation(wanted, making);
  if (isRefusal(creation)) return creation;
  if (creation.wait && isWaiting(creation.after)) facts.waits.began(creation.wait);
  const { taskId, assignedReceiptId } = creation.made;
  const task = { $typeName: "asyncgate.v1.CreatedTask" as const, taskId, assignedReceiptId, existed: false };
  items.push({ key, taskId, end: endOfDecision(creation) });
  making.made.push({ wanted, creation, digest });
  if (key !== "") keys.set(name, { digest, task });
  if (request.name !== "" && isWaiting(creation.after)) {
    making.names.set(request.name, { ...creation.task, worker: null });
  }
  return task;
}

/** A suspended task keeps its name. */
function refuseTaken({ caller, request, bearer }: Wanted, { held, names, endsTask }: Making): Refusal | undefined {
  const passesOn = endsTask && bearer?.taskId === held.taskId;
  const taken = names.get(request.name) ?? (passesOn ? undefined : bearer);
  return taken && nameTaken(request.name, mayReadTask(caller, taken) ? taken.taskId : "");
}

function existing(taskId: string, assignedReceiptId: string, key: string, items: BatchItem[]): CreatedTask {
  items.push({ key, taskId, end: undefined });
  return { $typeName: "asyncgate.v1.CreatedTask", taskId, assignedReceiptId, existed: true };
}

function makeCreation(wanted: Wanted, making: Making): Creation | Refusal {
  const { caller, isChild } = wanted;
  const request = resolved(wanted);
  const { held, terms, facts, trees, items } = making;
  const { moment, waits } = facts;
  const { wait } = request;
  const place = placeOfWanted(wanted, terms);
  const refusal =
    (place && checkDepth(place, caller.limits)) ??
    checkBudgetsOf(place, facts.budgets) ??
    growTree(trees, place, caller);
  if (refusal) return refusal;
  const { traceContext } = terms;
  const origin: Origin = isChild
    ? { place, causes: [held.acceptedReceiptId], traceContext }
    : { place, from: held.worker, obligated: parsePrincipal(held.obligated), causes: [making.receiptId], traceContext };
  const owner = isChild ? caller.principal : parsePrincipal(held.owner);
  if (!wait) return createTask(request, owner, moment, undefined, origin);
  const taskId = moment.newId();
  const begun = beginWait(wait, taskId, waits.of({ caller, wait, items }), moment.now);
  return isRefusal(begun) ? begun : createTask(request, owner, moment, { taskId, begun }, origin);
}

/** Marks those as awaited that others of the call wait for, or its own task. `waitingFor`: what that waits for. */
export function tieAlong({ made }: Along, waitingFor: readonly (string | null)[]): void {
  const awaited = new Set(waitingFor);
  for (const { creation } of made) for (const { onTaskId } of creation.wait?.conditions ?? []) awaited.add(onTaskId);
  for (const one of made) {
    if (awaited.has(one.creation.task.taskId)) one.creation = awaitedFromBeginning(one.creation);
  }
}

/** Raises in Postgres where a key has been taken since it was looked up; then nothing was done. */
export async function writeAlong(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  made: readonly MadeAlong[],
): Promise<void> {
  if (made.length === 0) return;
  const keyed = made.map(({ wanted, creation, digest }) => ({
    principal: wanted.caller.principalText,
    key: wanted.request.idempotencyKey,
    taskId: creation.task.taskId,
    digest: () => digest,
  }));
  await Promise.all([
    takeFreeKeys(tx, tenantId, keyed),
    recordCreations(
      engine,
      tx,
      tenantId,
      made.map(({ creation }) => ({ creation, decision: creation })),
    ),
  ]);
}

/** Tasks that a wait of a call leads to: those it names, and those that items wait for which it names. */
export function awaitedThrough(
  wanted: readonly Wanted[],
  { caller, wait }: { readonly caller: Caller; readonly wait: Wait },
  waits: ReadWaitFacts,
): string[] {
  const found = new Set<string>();
  const seen = new Set<number>();
  const walk = (one: Wait, items: readonly BatchItem[]): void => {
    const { taskOf } = waits.of({ caller, wait: one, items });
    for (const { anyOf } of one.allOf) {
      for (const { condition } of anyOf) {
        if (condition.case !== "task") continue;
        const taskId = taskOf(condition.value);
        const { of } = condition.value;
        if (typeof taskId === "string") found.add(taskId);
        else if (of.case === "item" && !seen.has(of.value)) {
          seen.add(of.value);
          const own = wanted[of.value]?.request.wait;
          if (own) walk(own, unmade(wanted.slice(0, of.value)));
        }
      }
    }
  };
  walk(wait, unmade(wanted));
  return [...found];
}
