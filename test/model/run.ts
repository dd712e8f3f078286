// Runs a list of commands against the engine and the model side by side, on two fresh tenants, and finds where they
// disagree. A failing list is shortened by running parts of it.
import { create } from "@bufbuild/protobuf";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ListOpenObligationsRequestSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Receipt } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ListReceiptsRequestSchema } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ListSignalsRequestSchema } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { dateOfTimestamp } from "../../src/core/duration.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { checkLedger } from "../../src/engine/maintenance/check-ledger.ts";
import type { Tenant, TestEngine } from "../helpers/engine.ts";
import { type Actor, agree, type Call, describeCall, enumName, nameOf } from "./calls.ts";
import { sweepChildren } from "./children.ts";
import { actors, type Command, resolve } from "./commands.ts";
import { perform } from "./drive.ts";
import {
  emptyModel,
  hasEnded,
  type Model,
  type ModelTask,
  openObligations,
  settleEligible,
  sweepModel,
} from "./model.ts";
import { predict } from "./predict.ts";
import { sweepQuestions } from "./questions.ts";
import { channels, sidesOf, sweepSignals } from "./signals.ts";
import { isBeyond, sweepBudgets } from "./spending.ts";
import { adoptOwnersTask, sweepVerifications } from "./verification.ts";
import { settleWaits } from "./waits.ts";

export type Failure = { readonly index: number; readonly what: string; readonly story: readonly string[] };

/** How often each method had each outcome: what a run has really tried. */
export type Tally = Map<string, number>;

type Stage = TestEngine & { readonly tenants: readonly [Tenant, Tenant]; readonly tally: Tally };

/** Undefined when engine and model agree after every command, and about everything at the end. */
export async function runCommands(
  engine: TestEngine,
  commands: readonly Command[],
  tally: Tally = new Map(),
): Promise<Failure | undefined> {
  const tenants = [
    await engine.makeTenant(LocatabilityMode.LENIENT),
    await engine.makeTenant(LocatabilityMode.STRICT),
  ] as const;
  const stage: Stage = { ...engine, tenants, tally };
  const model = emptyModel(engine.clock.now().getTime());
  const calls: Call[] = [];
  const story: string[] = [];
  for (const [index, command] of [...commands, { kind: "compare" } as const].entries()) {
    try {
      await runCommand(stage, model, calls, story, command);
      if (index === commands.length) await compareLedger(stage);
    } catch (error) {
      return { index, what: error instanceof Error ? `${error.name}: ${error.message}` : String(error), story };
    }
  }
  return undefined;
}

async function runCommand(stage: Stage, model: Model, calls: Call[], story: string[], command: Command): Promise<void> {
  if (command.kind === "compare") return await compareEverything(stage, model);
  if (command.kind === "advance") {
    story.push(`${command.ms} ms pass${command.sweep ? ", sweep" : ""}`);
    stage.clock.advance(command.ms);
    model.nowMs += command.ms;
    if (command.sweep) await compareSweep(stage, model);
    return;
  }
  const call = resolve(model, { calls }, command);
  if (!call) return;
  story.push(describeCall(call));
  calls.push(call);
  const prediction = predict(model, call);
  const answer = await perform(stage.operations, callerOf(stage, call.actor), call);
  count(stage, `${call.asked.method} ${answer.reason ?? "ok"}`);
  if ("reason" in prediction) {
    agree(
      "the refusal",
      { reason: answer.reason, state: answer.state },
      { reason: prediction.reason, state: prediction.state },
    );
    return;
  }
  agree("whether it is refused", answer.reason, undefined);
  for (const task of [...prediction.adopt(answer), ...settleWaits(model, false)]) await compareTask(stage, task);
}

function count({ tally }: Stage, outcome: string): void {
  tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
}

function callerOf({ tenants }: Stage, { tenant, kind, id }: Actor): Caller {
  return tenants[tenant].caller(kind, id, kind === "worker" ? [Role.EXECUTOR] : undefined);
}

function operatorOf(stage: Stage, tenant: Actor["tenant"]): Caller {
  return stage.tenants[tenant].caller("human", "o");
}

/** The sweep covers all tenants of the database; only the tasks of these two are compared. */
async function compareSweep(stage: Stage, model: Model): Promise<void> {
  // A task that lost its lease may have passed its deadline as well: the engine sweeps until nothing is left.
  const touched = new Set<ModelTask>();
  for (let changed: ModelTask[] | undefined; changed === undefined || changed.length > 0; ) {
    changed = [...sweepModel(model), ...sweepSignals(model), ...settleWaits(model, true)];
    changed.push(...sweepQuestions(model), ...sweepBudgets(model), ...settleWaits(model, false));
    changed.push(...sweepVerifications(model), ...sweepChildren(model));
    for (const task of changed) touched.add(task);
  }
  await stage.sweep();
  await eachOf(touched, (task) => learnIds(stage, model, task));
  await eachOf(touched, (task) => compareTask(stage, task));
}

/** Of receipts and tasks that no call has made. */
async function learnIds(stage: Stage, model: Model, task: ModelTask): Promise<void> {
  const question = task.questions.findLast(({ escalation }) => escalation?.isDone && !escalation.receiptId);
  for await (const { receiptId, body } of question?.escalation ? readReceipts(stage, task) : []) {
    const isCopy = body?.body.case === "inputRequested" && body.body.value.inputId === question?.inputId;
    if (isCopy && question?.escalation) question.escalation.receiptId = receiptId;
  }
  if (question) count(stage, "escalated");
  if (task.report?.asksOwner !== "asked") return;
  count(stage, "owner asked");
  const caller = operatorOf(stage, task.tenant);
  const { review } = await stage.operations.getTask(caller, { taskId: task.taskId });
  const taskId = review?.report?.ownerTaskId ?? "";
  const made = await stage.operations.getTask(caller, { taskId });
  await compareTask(stage, adoptOwnersTask(model, task, { taskId, receiptId: made.assignedReceiptId }));
}

async function compareTask(stage: Stage, task: ModelTask): Promise<void> {
  const read = await stage.operations.getTask(operatorOf(stage, task.tenant), { taskId: task.taskId });
  compareTaskWith(task, read);
}

function compareTaskWith(task: ModelTask, read: Task): void {
  agree(`the task ${task.taskId}`, stateOf(read), {
    state: enumName(TaskState, task.state),
    attempt: task.attempt,
    leaseLosses: task.leaseLosses,
    deliveries: task.deliveries,
    terminalReason: task.terminalReason ?? 0,
    ended: hasEnded(task.state),
    holder: task.lease ? `${task.lease.leaseId} ${task.lease.fence} ${task.lease.expireMs}` : "none",
    cancelRequested: task.cancelMs !== undefined,
    reports: task.reports,
    spent: `${task.spent} ${task.below} ${isBeyond(task)}`,
  });
  if (task.state === TaskState.QUEUED) {
    settleEligible(task, read.eligibleTime && dateOfTimestamp(read.eligibleTime).getTime());
  }
}

function stateOf(read: Task) {
  const { holder, spent } = read;
  const expireMs = holder?.expireTime ? dateOfTimestamp(holder.expireTime).getTime() : 0;
  return {
    state: enumName(TaskState, read.state),
    attempt: read.attempt,
    leaseLosses: read.leaseLosses,
    deliveries: read.deliveries,
    terminalReason: read.outcome?.terminalReason ?? 0,
    ended: read.endTime !== undefined,
    holder: holder ? `${holder.leaseId} ${holder.fence} ${expireMs}` : "none",
    cancelRequested: read.cancelRequested,
    reports: Number(read.progress?.sequence ?? 0n),
    spent: `${spent?.amounts["usd"] ?? 0} ${spent?.below["usd"] ?? 0} ${spent?.overBudget ?? false}`,
  };
}

async function compareEverything(stage: Stage, model: Model): Promise<void> {
  await eachOf(model.tasks, async (task) => {
    await compareTask(stage, task);
    await compareReceipts(stage, task);
  });
  for (const tenant of [0, 1] as const) {
    for (const channel of channels) {
      agree(`the sides of ${channel}`, await readSides(stage, tenant, channel), sidesOf(model, tenant, channel));
    }
  }
  await eachOf(actors, async (actor) => {
    agree(`what ${nameOf(actor)} owes`, await readOpen(stage, actor), openObligations(model, nameOf(actor)));
  });
}

/** The size of the connection pool. */
const readsAtOnce = 5;

async function eachOf<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  while (left.length > 0) await Promise.all(left.splice(0, readsAtOnce).map(work));
}

/** Checks the ledger of the list's tenants. */
async function compareLedger(stage: Stage): Promise<void> {
  const tenantIds = new Set(stage.tenants.map(({ tenantId }) => tenantId));
  const { differences } = await checkLedger(stage.engine);
  agree(
    "what the ledger check finds",
    differences.filter(({ tenantId }) => tenantIds.has(tenantId)),
    [],
  );
}

/** Law 8: the receipts of each type are as many as the model predicts, and there are no others. */
async function compareReceipts(stage: Stage, task: ModelTask): Promise<void> {
  const counts = new Map<number, number>();
  for await (const { type } of readReceipts(stage, task)) counts.set(type, (counts.get(type) ?? 0) + 1);
  const sorted = (map: ReadonlyMap<number, number>) => [...map].sort(([one], [other]) => one - other);
  agree(`the receipts of ${task.taskId}, type and number`, sorted(counts), sorted(task.receipts));
}

const pageSizeMax = 200;

async function readSides(stage: Stage, tenant: Actor["tenant"], channel: string) {
  const request = create(ListSignalsRequestSchema, { of: { case: "channel", value: channel }, pageSize: pageSizeMax });
  const { signals, waiting } = await stage.operations.listSignals(operatorOf(stage, tenant), request);
  return { kept: signals.length, waiting: waiting.map(({ taskId }) => taskId) };
}

async function* readReceipts(stage: Stage, { tenant, taskId }: ModelTask): AsyncGenerator<Receipt> {
  for (let pageToken = ""; ; ) {
    const request = create(ListReceiptsRequestSchema, { taskId, pageSize: pageSizeMax, pageToken });
    const page = await stage.operations.listReceipts(operatorOf(stage, tenant), request);
    yield* page.receipts;
    pageToken = page.nextPageToken;
    if (pageToken === "") return;
  }
}

async function readOpen(stage: Stage, actor: Actor): Promise<string[]> {
  const open: string[] = [];
  for (let cursor = ""; ; ) {
    const request = create(ListOpenObligationsRequestSchema, { pageSize: pageSizeMax, cursor });
    const page = await stage.operations.listOpenObligations(callerOf(stage, actor), request);
    open.push(...page.openObligations.map(({ receipt }) => receipt?.receiptId ?? ""));
    cursor = page.cursor;
    if (cursor === "") return open.sort();
  }
}

// --- shrinking -------------------------------------------------------------------------------------------------------

/** Enough to shorten some hundred commands to a handful. */
const shrinkRunsMax = 150;

/** Removes the commands after the failure, then pieces, large ones first, as long as the list still fails. */
export async function shrink(
  engine: TestEngine,
  commands: readonly Command[],
  failure: Failure,
): Promise<{ readonly commands: readonly Command[]; readonly failure: Failure }> {
  let best = { commands: commands.slice(0, failure.index + 1), failure };
  let runs = 0;
  for (let size = Math.ceil(best.commands.length / 2); size >= 1 && runs < shrinkRunsMax; ) {
    let removed = false;
    for (let from = best.commands.length - size; from > -size && runs < shrinkRunsMax; from -= size) {
      const start = Math.max(from, 0);
      const fewer = best.commands.filter((_, index) => index < start || index >= from + size);
      runs += 1;
      const failed = await runCommands(engine, fewer);
      // A different failure is not the one to shorten.
      if (!failed || gistOf(failed) !== gistOf(failure)) continue;
      best = { commands: fewer.slice(0, failed.index + 1), failure: failed };
      removed = true;
    }
    if (size === 1 && !removed) break;
    if (!removed || size > 1) size = Math.max(1, Math.floor(size / 2));
  }
  return best;
}

/** The failure without ids and numbers. */
function gistOf({ what }: Failure): string {
  return what.replaceAll(/[0-9a-f-]{36}|\d+/g, "…");
}
