// What the rules must know before a wait begins: the tasks that its conditions mean, whether the caller may read them,
// and how those have ended that have. Those that live are locked and marked as awaited, so that of a wait that begins
// and an end that comes at the same time, one sees the other.
import type { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { TaskCondition, Wait } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { compoundKey } from "../../core/compound-key.ts";
import type { TaskEnd } from "../../core/conditions.ts";
import { invalidArgument, notFound, type Refusal } from "../../core/refusal.ts";
import { isAwaited, isEnded, isHeldTask, type TaskRecord, tie } from "../../core/task-record.ts";
import { isEnding } from "../../core/termination.ts";
import type { WaitFacts } from "../../core/wait.ts";
import { readIdempotencyKeys } from "../../store/idempotency.sql.gen.ts";
import { outlineChains } from "../../store/receipt.sql.gen.ts";
import { readTaskParties } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { tieLeases, tieReady } from "../../store/wait.sql.gen.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import { noteTies, type WithLeases } from "../tx/known-leases.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import { type KeptSignals, readKeptSignals } from "./kept-signals.ts";

/** An item of a batch that a condition may name by its place. */
export type BatchItem = {
  readonly key: string;
  /** The task that it was answered with, if that was there before. */
  readonly knownId?: string | undefined;
  readonly taskId: string | undefined;
  /** How it has ended, if its own wait ended it at once. */
  readonly end: TaskEnd | undefined;
};

export type AskedWait = {
  readonly caller: Caller;
  readonly wait: Wait;
  /** The task that waits, where it is there already. */
  readonly taskId?: string;
  /** Earlier items of the same batch. */
  readonly items?: readonly BatchItem[];
};

export type ReadWaitFacts = {
  readonly of: (asked: AskedWait) => WaitFacts;
  /** Tasks that are awaited from now on; records that were read before do not say so. */
  readonly tied: ReadonlySet<string>;
} & Pick<KeptSignals, "began" | "mark">;

export async function readWaitFacts(
  memory: WithLeases,
  tx: Transaction,
  tenantId: string,
  asked: readonly AskedWait[],
): Promise<ReadWaitFacts> {
  if (asked.length === 0) return nothingAsked;
  const byKey = await readKeys(tx, tenantId, asked);
  const taskIds = [
    ...new Set(asked.flatMap((one) => conditionsOf(one.wait).flatMap((c) => knownId(one, c, byKey) ?? []))),
  ];
  const [living, parties] = await Promise.all([
    lockTasks(tx, tenantId, taskIds),
    readTaskParties(tx, { tenantId, taskIds }),
  ]);
  const ended = [...living.values()].filter(isEnded);
  const untied = [...living.values()].filter((task) => !isEnded(task) && !isAwaited(task));
  const [ends] = await Promise.all([readEnds(tx, tenantId, ended), tieAll(tx, tenantId, untied)]);
  noteTies(memory, tx, untied.filter(isHeldTask), tie.awaited);
  // Their locks come after those of tasks.
  const { keptOn, began, mark } = await readKeptSignals(tx, tenantId, asked);
  const partiesOf = new Map(parties.map((row) => [row.taskId, row]));
  return {
    of: (one) => ({
      keptOn,
      ends: withItems(ends, one.items),
      taskOf(condition) {
        const taskId = knownId(one, condition, byKey) ?? itemId(one, condition);
        if (typeof taskId !== "string") return taskId;
        const row = partiesOf.get(taskId);
        const isOwn = condition.of.case === "item";
        return isOwn || (row && mayReadTask(one.caller, row)) ? taskId : notFound("task", taskId);
      },
    }),
    tied: new Set(untied.map(({ taskId }) => taskId)),
    began,
    mark,
  };
}

const nothingAsked: ReadWaitFacts = {
  of: () => ({ taskOf: unknownTask, ends: new Map(), keptOn: () => [] }),
  tied: new Set(),
  began: () => undefined,
  mark: () => () => undefined,
};

/** No row tells of the end of an item that is only being made. */
function withItems(ends: ReadonlyMap<string, TaskEnd>, items: readonly BatchItem[] = []): ReadonlyMap<string, TaskEnd> {
  const ended = items.flatMap(({ end }) => end ?? []);
  return ended.length > 0 ? new Map([...ends, ...ended.map((end) => [end.taskId, end] as const)]) : ends;
}

function unknownTask(): Refusal {
  return notFound("task", "");
}

export function conditionsOf(wait: Wait): TaskCondition[] {
  return wait.allOf.flatMap(({ anyOf }) =>
    anyOf.flatMap(({ condition }) => (condition.case === "task" ? [condition.value] : [])),
  );
}

/** The id of a task that was there before; undefined for an item that is only being made. */
function knownId({ caller, items }: AskedWait, { of }: TaskCondition, byKey: ReadonlyMap<string, string>) {
  if (of.case === "taskId") return of.value;
  const item = of.case === "item" ? items?.[of.value] : undefined;
  if (item?.knownId) return item.knownId;
  const key = of.case === "idempotencyKey" ? of.value : of.case === "item" ? (items?.[of.value]?.key ?? "") : "";
  return key === "" ? undefined : byKey.get(compoundKey(caller.principalText, key));
}

/** The task of an item that is being made, or why there is none. */
function itemId({ items = [] }: AskedWait, { of }: TaskCondition): string | Refusal {
  if (of.case === "idempotencyKey") return notFound("task", of.value);
  assert(of.case === "item", "other conditions name a task by its id");
  const item = items[of.value];
  if (item?.taskId) return item.taskId;
  const description = item ? "must be an item that is not refused itself" : "must be an earlier item of the batch";
  return invalidArgument([{ field: "wait.all_of.any_of.task.item", description, rule: "wait.item" }]);
}

async function readKeys(tx: Transaction, tenantId: string, asked: readonly AskedWait[]): Promise<Map<string, string>> {
  const wanted = new Map<string, { readonly principal: string; readonly key: string }>();
  for (const { caller, wait, items } of asked) {
    for (const { of } of conditionsOf(wait)) {
      const key = of.case === "idempotencyKey" ? of.value : of.case === "item" ? (items?.[of.value]?.key ?? "") : "";
      const principal = caller.principalText;
      if (key !== "") wanted.set(compoundKey(principal, key), { principal, key });
    }
  }
  if (wanted.size === 0) return new Map();
  const keys = [...wanted.values()];
  const rows = await readIdempotencyKeys(tx, {
    tenantId,
    principals: keys.map(({ principal }) => principal),
    keys: keys.map(({ key }) => key),
  });
  return new Map(rows.map(({ principal, key, taskId }) => [compoundKey(principal, key), taskId]));
}

async function tieAll(tx: Transaction, tenantId: string, untied: readonly TaskRecord[]): Promise<void> {
  const held = untied.filter(isHeldTask).map(({ taskId }) => taskId);
  const waiting = untied.filter((task) => !isHeldTask(task)).map(({ taskId }) => taskId);
  await Promise.all([
    held.length > 0 ? tieLeases(tx, { tenantId, taskIds: held }) : undefined,
    waiting.length > 0 ? tieReady(tx, { tenantId, taskIds: waiting }) : undefined,
  ]);
}

type EndedTask = { readonly taskId: string; readonly state: TaskEnd["state"]; readonly discharged: boolean };

/** With the receipt that ended each, or that discharged it later. */
export async function readEnds(
  tx: Transaction,
  tenantId: string,
  ended: readonly EndedTask[],
): Promise<Map<string, TaskEnd>> {
  if (ended.length === 0) return new Map();
  const rows = await outlineChains(tx, { tenantId, chainIds: ended.map(({ taskId }) => taskId) });
  const last = new Map<string, string>();
  for (const { chainId, type, receiptId, supersededBy } of rows) {
    if (isEnding(type as ReceiptType) && supersededBy === null) last.set(chainId, receiptId);
  }
  return new Map(
    ended.map(({ taskId, state, discharged }) => {
      const receiptId = last.get(taskId);
      assert(receiptId !== undefined, "a task that has ended has the receipt of its end");
      return [taskId, { taskId, state, discharged, receiptId }];
    }),
  );
}
