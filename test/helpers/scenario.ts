// One line for each step of a task, for tests by scenario. Every step is an operation of the engine. Steps return
// refusals as values, so that a test can inspect them; `granted` asserts that there is none.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  HandOffRequestSchema,
  ReleaseLeaseRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
  SuspendTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { AnomalyKind, type Receipt, ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ListReceiptsRequestSchema } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { ConditionSchema, Task, TaskConditionSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationOfMs } from "../../src/core/duration.ts";
import type { Refusal } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { openTestEngine, type TestEngine, type TestEngineOptions } from "./engine.ts";
import { granted, readTables, refused, type Tables } from "./ledger-scenario.ts";

export { granted, outcome, refused } from "./ledger-scenario.ts";

export type Scenario = TestEngine & {
  readonly agent: Caller;
  readonly worker: Caller;
  readonly rival: Caller;
  readonly operator: Caller;
};

export async function openScenario(options: TestEngineOptions = {}): Promise<Scenario> {
  const opened = await openTestEngine(options);
  const { tenant } = opened;
  return {
    ...opened,
    agent: tenant.caller("agent", "alice"),
    worker: tenant.caller("worker", "wanda"),
    rival: tenant.caller("worker", "rita"),
    operator: tenant.caller("human", "olga", [Role.OPERATOR]),
  };
}

export const ms = durationOfMs;
export const secondMs = 1_000;
export const minuteMs = 60_000;
/** The lease time of a worker that asks for none. */
export const ttlMs = 60_000;
/** A lost task rests for half of 250 ms, because tests draw 0.5. */
export const lossRestMs = 125;

export const json = (value: string) => ({ content: { case: "json", value } }) as const;
export const result = { result: json('{"done":true}') };
export const broken = { type: "Broken", message: "it broke" };

type Init<Schema extends Parameters<typeof create>[0]> = Omit<MessageInitShape<Schema>, "$typeName" | "$unknown">;

export function msOf(timestamp: Timestamp | undefined): number {
  return timestamp ? Number(timestamp.seconds) * secondMs + timestamp.nanos / 1_000_000 : Number.NaN;
}

export function inMs(s: Scenario, fromNowMs: number): Timestamp {
  return timestampFromMs(s.clock.now().getTime() + fromNowMs);
}

export function sinceNowMs(s: Scenario, timestamp: Timestamp | undefined): number {
  return msOf(timestamp) - s.clock.now().getTime();
}

// --- the owner's steps ---------------------------------------------------------------------------------------------

export type CreateInit = Init<typeof CreateTaskRequestSchema>;

export function createAll(s: Scenario, requests: readonly CreateInit[], requestId = "", caller = s.agent) {
  const messages = requests.map((request) => create(CreateTaskRequestSchema, { type: "t", ...request }));
  return s.operations.createTasks(caller, { tasks: messages, requestId });
}

export async function createOne(s: Scenario, request: CreateInit = {}, caller = s.agent) {
  const [created] = await createAll(s, [request], request.requestId, caller);
  if (!created) throw new Error("there is no answer");
  return created;
}

export async function createTask(s: Scenario, request: CreateInit = {}, caller = s.agent): Promise<Task> {
  return granted(await createOne(s, request, caller)).task;
}

export function cancel(s: Scenario, taskId: string, request: Init<typeof CancelTaskRequestSchema> = {}, by = s.agent) {
  return s.operations.cancelTask(by, create(CancelTaskRequestSchema, { taskId, ...request }));
}

export async function read(s: Scenario, taskId: string): Promise<Task> {
  return granted(await s.operations.getTask(s.operator, { taskId }));
}

export async function chain(s: Scenario, taskId: string): Promise<Receipt[]> {
  const request = create(ListReceiptsRequestSchema, { taskId, pageSize: 200 });
  return granted(await s.operations.listReceipts(s.operator, request)).receipts;
}

/** The names of the types of a task's receipts, in order. */
export async function story(s: Scenario, taskId: string): Promise<string[]> {
  return (await chain(s, taskId)).map(({ type }) => wordOf(ReceiptType, type));
}

/** The anomalies of a task, in order. */
export async function anomalies(s: Scenario, taskId: string): Promise<string[]> {
  return (await chain(s, taskId)).flatMap(({ body }) =>
    body?.body.case === "systemAnomaly" ? [wordOf(AnomalyKind, body.body.value.kind)] : [],
  );
}

export function wordOf(words: Readonly<Record<string, number | string>>, value: number): string {
  return Object.entries(words).find(([, number]) => number === value)?.[0] ?? String(value);
}

// --- the holder's steps --------------------------------------------------------------------------------------------

export type ClaimInit = Init<typeof ClaimTasksRequestSchema>;

export async function claimAll(s: Scenario, request: ClaimInit = {}, by = s.worker): Promise<GrantedTask[]> {
  const all = { maxTasks: 100, ...request };
  return granted(await s.operations.claimTasks(by, create(ClaimTasksRequestSchema, all)));
}

export async function claim(s: Scenario, request: ClaimInit = {}, by = s.worker): Promise<GrantedTask> {
  const [leased] = await claimAll(s, { maxTasks: 1, ...request }, by);
  if (!leased) throw new Error("nothing was eligible");
  return leased;
}

/** A new task, leased to a worker. */
export async function held(s: Scenario, request: CreateInit = {}, by = s.worker): Promise<GrantedTask> {
  const { taskId } = await createTask(s, request);
  const leased = await claim(s, {}, by);
  expect(leased.task.taskId).toBe(taskId);
  return leased;
}

type Of<Schema extends Parameters<typeof create>[0]> = Init<Schema>;

export async function start(
  s: Scenario,
  { lease }: GrantedTask,
  request: Of<typeof StartTaskRequestSchema> = {},
  by = s.worker,
) {
  const message = create(StartTaskRequestSchema, { leaseToken: lease.token, ...request });
  return only(await s.operations.startTasks(by, [message]));
}

export async function progress(
  s: Scenario,
  { lease }: GrantedTask,
  request: Of<typeof ReportProgressRequestSchema> = {},
  by = s.worker,
) {
  const message = create(ReportProgressRequestSchema, { leaseToken: lease.token, ...request });
  return only(await s.operations.reportProgress(by, [message]));
}

export async function complete(
  s: Scenario,
  { lease }: GrantedTask,
  request: Of<typeof CompleteTaskRequestSchema> = result,
  by = s.worker,
) {
  const message = create(CompleteTaskRequestSchema, { leaseToken: lease.token, ...request });
  return only(await s.operations.completeTasks(by, [message]));
}

export async function fail(
  s: Scenario,
  { lease }: GrantedTask,
  request: Of<typeof FailTaskRequestSchema> = {},
  by = s.worker,
) {
  const message = create(FailTaskRequestSchema, { leaseToken: lease.token, error: broken, ...request });
  return only(await s.operations.failTasks(by, [message]));
}

export async function release(
  s: Scenario,
  { lease }: GrantedTask,
  request: Of<typeof ReleaseLeaseRequestSchema> = {},
  by = s.worker,
) {
  const message = create(ReleaseLeaseRequestSchema, { leaseToken: lease.token, ...request });
  return only(await s.operations.releaseLeases(by, [message]));
}

export async function handOff(
  s: Scenario,
  leased: GrantedTask,
  request: Of<typeof HandOffRequestSchema>,
  by = s.worker,
) {
  const message = create(HandOffRequestSchema, { leaseToken: leased.lease.token, ...request });
  const [answer] = await s.operations.handOffs(by, [message]);
  return answer as NonNullable<typeof answer>;
}

export async function suspend(
  s: Scenario,
  { lease }: GrantedTask,
  request: Of<typeof SuspendTaskRequestSchema> = {},
  by = s.worker,
) {
  const message = create(SuspendTaskRequestSchema, { leaseToken: lease.token, wait: sleep(minuteMs), ...request });
  return only(await s.operations.suspendTasks(by, [message]));
}

type ConditionInit = MessageInitShape<typeof ConditionSchema>;
type TaskConditionInit = MessageInitShape<typeof TaskConditionSchema>;

/** A wait of one group for each list; a single condition is a group of its own. */
export function waitFor(...groups: readonly (ConditionInit | readonly ConditionInit[])[]) {
  return { allOf: groups.map((group) => ({ anyOf: Array.isArray(group) ? [...group] : [group as ConditionInit] })) };
}

export function onTask(taskId: string, more: TaskConditionInit = {}, name = ""): ConditionInit {
  return { name, condition: { case: "task", value: { of: { case: "taskId", value: taskId }, ...more } } };
}

export function afterMs(wait: number, name = ""): ConditionInit {
  return { name, condition: { case: "time", value: { of: { case: "after", value: ms(wait) } } } };
}

export function sleep(wait: number) {
  return waitFor(afterMs(wait));
}

export async function renew(
  s: Scenario,
  leased: readonly GrantedTask[],
  request: Of<typeof RenewLeasesRequestSchema> = {},
  by = s.worker,
) {
  const leaseTokens = leased.map(({ lease }) => lease.token);
  return await s.operations.renewLeases(by, create(RenewLeasesRequestSchema, { leaseTokens, ...request }));
}

function only<Answer>(answers: readonly Answer[]): Answer {
  expect(answers).toHaveLength(1);
  return answers[0] as Answer;
}

/** Lets the lease expire and sweeps, until the task may be leased again. */
export async function lose(s: Scenario): Promise<void> {
  s.clock.advance(ttlMs);
  await s.sweep();
  s.clock.advance(lossRestMs);
}

// --- what holds for every call of a holder -------------------------------------------------------------------------

/** A call of a holder, with its lease. */
export type HolderCall = (s: Scenario, leased: GrantedTask) => Promise<object>;

/** All stored rows, to compare before and after a refused call. */
export function everything(s: Scenario): Promise<Tables> {
  return readTables(s.database.databaseUrl);
}

/** Asserts that a worker whose task was leased again gets FENCED, and that no row changes. */
export async function expectFencedOff(call: HolderCall): Promise<void> {
  const s = await openScenario();
  const stale = await held(s);
  await lose(s);
  const next = await claim(s, {}, s.rival);
  const before = await everything(s);
  const refusal = await refused(call(s, stale), ErrorReason.FENCED);
  const { taskId, leaseId } = stale.lease;
  expect(refusal.facts).toMatchObject({ case: "lease", value: { taskId, leaseId, fence: 1n } });
  expect(await everything(s)).toEqual(before);
  // The control: the next lease is still good.
  granted(await complete(s, next, result, s.rival));
}

/** Asserts that an expired lease is refused before the sweep, and that it is good a millisecond earlier. */
export async function expectExpired(call: HolderCall): Promise<void> {
  const s = await openScenario();
  const late = await held(s);
  s.clock.advance(ttlMs);
  const before = await everything(s);
  const refusal = await refused(call(s, late), ErrorReason.LEASE_EXPIRED);
  expect(refusal.facts).toMatchObject({ case: "lease", value: { leaseId: late.lease.leaseId, fence: 1n } });
  expect(await everything(s)).toEqual(before);
  await s.sweep();
  s.clock.advance(lossRestMs);
  const control = await claim(s);
  s.clock.advance(ttlMs - 1);
  granted(await call(s, control));
}

/** Asserts that a token of another holder, and a token that was never granted, are refused. */
export async function expectNotHolder(call: HolderCall): Promise<void> {
  const s = await openScenario();
  const foreign = await held(s, {}, s.rival);
  const before = await everything(s);
  for (const token of [foreign.lease.token, "agl1_", "nonsense", `${foreign.lease.token}A`]) {
    await refused(call(s, { ...foreign, lease: { ...foreign.lease, token } }), ErrorReason.NOT_HOLDER);
  }
  expect(await everything(s)).toEqual(before);
}

/** Asserts that a repeated call is done once and answered the same, and that the repetition writes no row. */
export async function expectDoneOnce<Answer extends object>(
  s: Scenario,
  call: () => Promise<Answer | Refusal>,
): Promise<Answer> {
  const first = granted(await call());
  const before = await everything(s);
  s.clock.advance(1);
  expect(await call()).toEqual(first);
  expect(await everything(s)).toEqual(before);
  return first;
}
