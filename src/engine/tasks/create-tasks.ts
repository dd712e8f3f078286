// CreateTask and CreateTasks: hands tasks over, in one flight where nothing was said before. Keys are taken first, so
// that of racing twins one creates and the other finds what was created. Calls of one tenant that come together share
// one transaction, and a task that a worker on this server waits for is granted in it.
import { type CreateTaskRequest, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { digestOf } from "../../core/chain.ts";
import { checkCreateTask, newTaskOf } from "../../core/create-task.ts";
import type { DecisionContext } from "../../core/decision.ts";
import { methodOptions } from "../../core/method-options.ts";
import { idempotencyConflict, isRefusal, permissionDenied, type Refusal } from "../../core/refusal.ts";
import { readPausedQueues } from "../../store/pause.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Claim } from "../claims/claim.ts";
import type { DispatchingEngine } from "../claims/dispatcher.ts";
import { expectSessions, type LockedSessions, lockSessions, recallSessions } from "../claims/grant-tasks.ts";
import { readWaitFacts } from "../conditions/read-wait-facts.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { readBudgets } from "../tx/accounts.ts";
import { countLiveTasks } from "../tx/count-trees.ts";
import { behindGuards, guardedFirst, timeOf, type Way } from "../tx/guarded-first.ts";
import { readLeaseToken } from "../tx/holder.ts";
import { takeFreeKeys, takeKeys } from "../tx/idempotency.ts";
import { type Bearers, lockBearers } from "../tx/names.ts";
import {
  ConcurrentDuplicate,
  callDigest,
  claimNewRequestIds,
  readCalls,
  roundsByCall,
  runCall,
} from "../tx/repeated-call.ts";
import { createdTask } from "../views/assemble-task.ts";
import { refuseTooMany } from "./admit-tasks.ts";
import { checkReferences } from "./check-references.ts";
import { grantAtCreation } from "./grant-at-creation.ts";
import { knownByKey } from "./known-by-key.ts";
import {
  type CallOfBatch,
  type Created,
  changesSignals,
  digestOfItem,
  existing,
  type Item,
  type Made,
  type MakingFacts,
  make,
  waitsForOneOf,
  waitsOf,
} from "./make-creations.ts";
import { recordCreations } from "./record-creations.ts";
import { callsWithIds, recordCalls, replay, type SaidCall } from "./repeated-creations.ts";
import { standUnder } from "./stand-under.ts";
import { groupsByName, takeNames } from "./take-names.ts";

export type CreateCall = {
  readonly caller: Caller;
  readonly request: {
    readonly tasks: readonly CreateTaskRequest[];
    readonly requestId: string;
    /** Of a call that asks for its one task in other words: two with one digest are the same. */
    readonly digest?: Uint8Array;
  };
};

/** The answers are in the order of the requests; what is refused does not touch its neighbours. */
export async function createTasks(
  engine: DispatchingEngine,
  tenantId: string,
  calls: readonly CreateCall[],
): Promise<(Created | Refusal)[][]> {
  const groups = groupsByName(calls);
  if (groups.length === 1) return await createTogether(engine, tenantId, calls);
  const answers = new Map<CreateCall, (Created | Refusal)[]>();
  for (const group of groups) {
    const made = await createTogether(engine, tenantId, group);
    for (const [place, call] of group.entries()) answers.set(call, made[place] ?? []);
  }
  return calls.map((call) => answers.get(call) ?? []);
}

async function createTogether(
  engine: DispatchingEngine,
  tenantId: string,
  calls: readonly CreateCall[],
): Promise<(Created | Refusal)[][]> {
  const { claims, settle } = engine.dispatcher.reserve(
    tenantId,
    // A task with scopes goes to a claim: that compares them with what is held.
    calls.flatMap(({ request }) => request.tasks.map((one) => (one.scopes.length > 0 ? undefined : newTaskOf(one)))),
  );
  let items: readonly Item[] = [];
  /** By the place of the item: what earlier tries have found. */
  const inVain = new Map<number, Refusal>();
  const refuseNext = (item: Item, refusal: Refusal) => void inVain.set(items.indexOf(item), refusal);
  const createIn = async (tx: Transaction, way: Way) => {
    const batch = calls.map(callOfBatch);
    items = batch.flatMap((one) => one.items);
    for (const [place, item] of items.entries()) item.claim = claims[place];
    for (const [place, refusal] of inVain) if (items[place]) items[place].refusal = refusal;
    const bearers = await lockBearers(tx, tenantId, items);
    await checkReferences(tx, tenantId, items);
    const rounds = roundsByCall(batch);
    const mayGuard = way === "guarded" && rounds.length === 1;
    const sessions = mayGuard ? recallSessions(engine, tx, claimsOf(batch)) : undefined;
    if (sessions) await create(engine, tx, tenantId, { batch, bearers, refuseNext }, takeUnused(sessions));
    else for (const round of rounds) await createRound(engine, tx, tenantId, { batch: round, bearers, refuseNext });
    return batch.map((one) => one.items.map(answerOf));
  };
  try {
    const answers = await guardedFirst((way) =>
      runCall(() => transaction(engine.database, timeOf(way), (tx) => createIn(tx, way))),
    );
    settle(items.map(({ leased }) => leased));
    return answers;
  } catch (error) {
    settle([]);
    throw error;
  }
}

/** Calls that are decided together. */
type Round = {
  readonly batch: readonly CallOfBatch[];
  readonly bearers: Bearers;
  /** The next try refuses this item from the beginning. */
  readonly refuseNext: (item: Item, refusal: Refusal) => void;
};

function answerOf({ answer }: Item): Created | Refusal {
  assert(answer !== undefined, "every request has an answer");
  return answer;
}

function callOfBatch({ caller, request: { tasks, requestId, digest: asked } }: CreateCall): CallOfBatch {
  const items = tasks.map((request) => itemOf(caller, request, asked));
  const digest = callDigest(requestId, () => digestOf(...items.map(digestOfItem)));
  return {
    call: { method: TaskService.method.createTasks.name, principal: caller.principalText, requestId, digest },
    items,
  };
}

function itemOf(caller: Caller, request: CreateTaskRequest, asked: Uint8Array | undefined): Item {
  const under =
    request.under === ""
      ? undefined
      : readLeaseToken(caller, { leaseToken: request.under, requestId: request.requestId });
  const isUnder = under && !isRefusal(under);
  const refusal =
    refuseCreator(caller, request) ??
    (under && isRefusal(under) ? under : undefined) ??
    checkCreateTask(request, caller.limits);
  const plain = {
    caller,
    request,
    claim: undefined,
    leased: undefined,
    refusal,
    answer: undefined,
    namesake: undefined,
  };
  const item = asked ? { ...plain, asked } : plain;
  return isUnder ? { ...item, under } : item;
}

/** The method is open to callers that may create children only. */
function refuseCreator({ scopes }: Caller, { under }: CreateTaskRequest): Refusal | undefined {
  const { name, access } = methodOptions(TaskService.method.createTask);
  return under === "" && !scopes.has(access.scope) ? permissionDenied(name, access.scope) : undefined;
}

async function createRound(engine: Engine, tx: Transaction, tenantId: string, round: Round): Promise<void> {
  const { batch } = round;
  const said = await readCalls(
    tx,
    tenantId,
    batch.map(({ call }) => call),
  );
  const fresh: CallOfBatch[] = [];
  const repeated: SaidCall[] = [];
  for (const [index, one] of batch.entries()) {
    const before = said[index];
    if (before === undefined) fresh.push(one);
    else if (isRefusal(before)) for (const item of one.items) item.answer = before;
    else repeated.push({ ...one, said: before.taskIds });
  }
  const again = repeated.length > 0 ? await replay(tx, tenantId, repeated) : [];
  const open = [...fresh, ...again];
  if (open.length > 0) await create(engine, tx, tenantId, { ...round, batch: open }, takeInTurn(engine));
}

async function create(engine: Engine, tx: Transaction, tenantId: string, round: Round, take: Take): Promise<void> {
  const { batch: fresh, bearers } = round;
  const all = fresh.flatMap((one) => one.items);
  const items = all.filter(({ answer }) => !answer);
  await refuseTooMany(engine, tx, items);
  const moment = decisionContext(engine, tx.now);
  const known = await knownByKey(tx, tenantId, items);
  for (const [item, one] of known) item.answer = isRefusal(one) ? one : existing(one);
  const replacing = bearers.size > 0 ? await takeNames(engine, tx, tenantId, all, bearers) : [];
  const made = make(fresh, await readFacts(engine, tx, tenantId, fresh), moment);
  const took = await take(tx, tenantId, fresh, made);
  await behindGuards(took.guards, () =>
    createMade(engine, tx, tenantId, round, { items, moment, replacing, made, took }),
  );
}

type Taking = {
  readonly items: readonly Item[];
  readonly moment: DecisionContext;
  readonly replacing: Awaited<ReturnType<typeof takeNames>>;
  readonly made: ReadonlyMap<Item, Made>;
  readonly took: Awaited<ReturnType<Take>>;
};

async function createMade(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  { refuseNext }: Round,
  { items, moment, replacing, made, took }: Taking,
): Promise<void> {
  const { taken, sessions, paused, guards } = took;
  const created = [...made.values()].filter((one) => !taken.has(one.taskId));
  // An item that others wait for turned out to be another task meanwhile: looked up again, its key finds that. The same
  // if it would have taken signals.
  const isOther =
    created.some(({ creation }) => waitsForOneOf(creation, taken)) ||
    items.some(({ namesake }) => namesake && taken.has(namesake.taskId)) ||
    [...made.values()].some(({ creation, taskId }) => taken.has(taskId) && changesSignals(creation));
  if (taken.size > 0 && isOther) throw new ConcurrentDuplicate();
  expectMade(replacing, made, taken, refuseNext);
  const grants = await grantAtCreation(
    engine,
    tx,
    tenantId,
    moment,
    sessions,
    created.map(({ item, creation }) => ({
      claim: paused.has(creation.task.queue) ? undefined : item.claim,
      creation,
    })),
  );
  const written = recordCreations(
    engine,
    tx,
    tenantId,
    created.map(({ creation }, place) => ({ creation, decision: grants[place]?.decision ?? creation })),
  );
  await (guards ? tx.commitWith(Promise.all([guards, written])) : written);
  for (const [place, { item }] of created.entries()) item.leased = grants[place]?.leased;
  for (const { item, creation } of created) {
    item.answer = {
      task: createdTask(creation),
      assignedReceiptId: creation.after.assignedReceiptId,
      existed: false,
    };
  }
  for (const item of items) if (item.namesake) item.answer ??= { ...answerOf(item.namesake.item), existed: true };
  await answerTaken(tx, tenantId, [...made.values()], taken);
}

/** A task was canceled for each of these. Where one is not created after all, nothing of it may happen. */
function expectMade(
  replacing: readonly Item[],
  made: ReadonlyMap<Item, Made>,
  taken: Taken,
  refuseNext: Round["refuseNext"],
): void {
  let isInVain = false;
  for (const item of replacing) {
    const one = made.get(item);
    const other = one ? taken.get(one.taskId) : item.answer;
    if (!other) continue;
    isInVain = true;
    if (isRefusal(other)) refuseNext(item, other);
  }
  if (isInVain) throw new ConcurrentDuplicate();
}

/** Leases first, then what is waited for, then trees: the order in which holders' calls lock, too. */
async function readFacts(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  fresh: readonly CallOfBatch[],
): Promise<MakingFacts> {
  const open = fresh.flatMap(({ items }) => items).filter(({ refusal, answer }) => !refusal && !answer);
  const standing = await standUnder(engine, tx, tenantId, open);
  for (const [item, origin] of standing) if (isRefusal(origin)) item.refusal = origin;
  const waits = await readWaitFacts(engine, tx, tenantId, waitsOf(fresh));
  const origins = new Map([...standing].flatMap(([item, one]) => (isRefusal(one) ? [] : [[item, one] as const])));
  const [first] = origins.keys();
  const places = [...origins.values()].map(({ place }) => place);
  const trees = first ? await countLiveTasks(tx, first.caller, places) : new Map();
  return { waits, origins, trees, budgets: await readBudgets(tx, tenantId, places) };
}

type Taken = Awaited<ReturnType<typeof takeKeys>>;

/** Takes what new tasks need: keys and request ids, and the sessions of the workers that wait for them. */
type Take = (
  tx: Transaction,
  tenantId: string,
  fresh: readonly CallOfBatch[],
  made: ReadonlyMap<Item, Made>,
) => Promise<{
  readonly taken: Taken;
  readonly sessions: LockedSessions;
  /** Queues whose tasks may not be granted. */
  readonly paused: ReadonlySet<string>;
  /** Where it was not waited for whether they could be taken: the answers, which come with those of the last writes. */
  readonly guards?: Promise<unknown>;
}>;

/** As if no call and no key had been used before, the sessions were as they are remembered, and no queue was paused. */
function takeUnused(sessions: LockedSessions): Take {
  return async (tx, tenantId, fresh, made) => ({
    taken: new Map(),
    sessions,
    paused: new Set(),
    guards: Promise.all([
      takeFreeKeys(tx, tenantId, [...made.values()]),
      claimNewRequestIds(tx, tenantId, callsWithIds(fresh, made, new Map())),
      expectSessions(tx, tenantId, sessions, grantQueuesOf(fresh)),
    ]),
  });
}

function takeInTurn(engine: Engine): Take {
  return async (tx, tenantId, fresh, made) => {
    const taken = await takeKeys(tx, tenantId, [...made.values()]);
    await recordCalls(tx, tenantId, callsWithIds(fresh, made, taken));
    const sessions = await lockSessions(engine, tx, tenantId, claimsOf(fresh));
    const { queues } = grantQueuesOf(fresh).length > 0 ? await readPausedQueues(tx, { tenantId }) : { queues: [] };
    engine.knownPauses.note(tenantId, queues);
    return { taken, sessions, paused: new Set(queues) };
  };
}

/** The queues of the tasks that a worker waits for. */
function grantQueuesOf(fresh: readonly CallOfBatch[]): string[] {
  const items = fresh.flatMap((one) => one.items).filter(({ claim }) => claim !== undefined);
  return [...new Set(items.map(({ request }) => newTaskOf(request).queue))];
}

function claimsOf(fresh: readonly CallOfBatch[]): Claim[] {
  return fresh.flatMap(({ items }) => items.flatMap(({ claim }) => claim ?? []));
}

/** Keys that stood for a task already: that task as it stands, or the conflict. */
async function answerTaken(
  tx: Transaction,
  tenantId: string,
  made: readonly Made[],
  taken: ReadonlyMap<string, { readonly taskId: string } | Refusal>,
): Promise<void> {
  if (taken.size === 0) return;
  const taskIds = [...new Set([...taken.values()].flatMap((other) => (isRefusal(other) ? [] : [other.taskId])))];
  const rows = await readTasks(tx, { tenantId, taskIds });
  const byId = new Map(rows.map((row) => [row.taskId, row]));
  for (const { item, taskId } of made) {
    const other = taken.get(taskId);
    if (!other) continue;
    const row = isRefusal(other) ? undefined : byId.get(other.taskId);
    item.answer = isRefusal(other) ? other : row ? existing(row) : idempotencyConflict(item.request.idempotencyKey);
  }
}
