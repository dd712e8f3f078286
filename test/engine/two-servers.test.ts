// Two servers on one database without hints: what one server begins the other continues, sweeps and notices. Nothing
// depends on the memory of a server.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationOfMs } from "../../src/core/duration.ts";
import { openTestEngine } from "../helpers/engine.ts";
import { artifact, claim, granted, hand, openOf, peopleOf, refused, type Scene } from "../helpers/ledger-scenario.ts";

const leaseMs = 60_000;
/** Longer than a test may take: a waiter that nothing wakes fails its test by the timeout. */
const waitMs = 600_000;
const never = new AbortController().signal;

/** Two scenes with the same principals, one for each server. */
async function openTwo(): Promise<readonly [Scene, Scene]> {
  const one = await openTestEngine();
  const other = await openTestEngine({ databaseUrl: one.database.databaseUrl, clock: one.clock, pollsWaits: true });
  const people = peopleOf(one.tenant);
  return [
    { ...one, ...people },
    { ...other, ...people, tenant: one.tenant },
  ];
}

async function stateOn({ operations, agent }: Scene, taskId: string) {
  return granted(await operations.getTask(agent, { taskId }));
}

test("law 16: a task is created on one server, leased on the other, and goes on with calls to both", async () => {
  const [one, other] = await openTwo();
  const { taskId, assignedReceiptId } = await hand(one);
  const { token: leaseToken } = await claim(other);
  const { worker } = one;
  const [kept] = await one.operations.renewLeases(
    worker,
    create(RenewLeasesRequestSchema, { leaseTokens: [leaseToken] }),
  );
  expect(granted(kept)).toMatchObject({ taskId });
  const start = create(StartTaskRequestSchema, { leaseToken });
  const [started] = await other.operations.startTasks(worker, [start]);
  const [again] = await one.operations.startTasks(worker, [start]);
  expect(granted(again)).toEqual(granted(started));
  const note = create(ReportProgressRequestSchema, { leaseToken, progress: { percent: 50 }, requestId: "note" });
  const [noted] = await one.operations.reportProgress(worker, [note]);
  expect(granted(noted)).toMatchObject({ sequence: 1n });
  const [notedBefore] = await other.operations.reportProgress(worker, [note]);
  expect(granted(notedBefore)).toMatchObject({ sequence: 1n });
  expect(await stateOn(other, taskId)).toMatchObject({ state: TaskState.RUNNING, progress: { percent: 50 } });
  const request = create(CompleteTaskRequestSchema, { leaseToken, artifacts: [artifact], requestId: "done" });
  const [done] = await other.operations.completeTasks(worker, [request]);
  const [repeated] = await one.operations.completeTasks(worker, [request]);
  expect(granted(repeated)).toEqual(granted(done));
  expect(await stateOn(one, taskId)).toMatchObject({ state: TaskState.SUCCEEDED });
  expect(await openOf(other, one.agent)).not.toContain(assignedReceiptId);
});

test("law 5: a call repeated on another server is done once", async () => {
  const [one, other] = await openTwo();
  const request = create(CreateTaskRequestSchema, { type: "t" });
  const [created] = await one.operations.createTasks(one.agent, { tasks: [request], requestId: "create" });
  const [again] = await other.operations.createTasks(one.agent, { tasks: [request], requestId: "create" });
  expect(again).toEqual({ ...created, existed: true });
  const wanted = create(ClaimTasksRequestSchema, { maxTasks: 5, requestId: "claim" });
  const leased = granted(await other.operations.claimTasks(one.worker, wanted));
  expect(leased).toHaveLength(1);
  expect(granted(await one.operations.claimTasks(one.worker, wanted))).toEqual(leased);
});

test("law 16: a server sweeps leases that another server granted", async () => {
  const [one, other] = await openTwo();
  const { taskId } = await hand(one);
  const { token } = await claim(one);
  one.clock.advance(leaseMs);
  expect(await other.operations.sweep(never)).toMatchObject({ lost: 1, ended: 0 });
  expect(await stateOn(one, taskId)).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 1 });
  const request = create(CompleteTaskRequestSchema, { leaseToken: token, artifacts: [artifact] });
  const [late] = await one.operations.completeTasks(one.worker, [request]);
  await refused(late, ErrorReason.FENCED);
});

test("law 16: a renewal on one server keeps the lease from the sweep of the other", async () => {
  const [one, other] = await openTwo();
  await hand(one);
  const { token } = await claim(one);
  one.clock.advance(leaseMs - 1);
  const request = create(RenewLeasesRequestSchema, { leaseTokens: [token] });
  const [kept] = await other.operations.renewLeases(one.worker, request);
  granted(kept);
  one.clock.advance(leaseMs - 1);
  expect(await one.operations.sweep(never)).toMatchObject({ lost: 0, ended: 0 });
  one.clock.advance(1);
  expect(await one.operations.sweep(never)).toMatchObject({ lost: 1, ended: 0 });
});

test("law 16: a cancellation on one server is in the next answer of the other to the holder", async () => {
  const [one, other] = await openTwo();
  const { taskId } = await hand(one);
  const { token } = await claim(other);
  const grace = create(CancelTaskRequestSchema, { taskId, gracePeriod: durationOfMs(leaseMs) });
  granted(await one.operations.cancelTask(one.agent, grace));
  const renewal = create(RenewLeasesRequestSchema, { leaseTokens: [token] });
  const [kept] = await other.operations.renewLeases(one.worker, renewal);
  expect(granted(kept)).toMatchObject({ cancelRequested: true });
  granted(await one.operations.cancelTask(one.agent, create(CancelTaskRequestSchema, { taskId })));
  const [lost] = await other.operations.renewLeases(one.worker, renewal);
  expect((await refused(lost, ErrorReason.INVALID_TRANSITION)).facts).toMatchObject({
    value: { from: TaskState.CANCELED },
  });
});

test("law 16: a server that knows the lanes of a queue leases what another server puts into a new lane", async () => {
  const [one, other] = await openTwo();
  await hand(one, { requirements: { capabilities: ["gpu"] } });
  await hand(other, { requirements: { capabilities: ["net"] }, priority: 9 });
  const request = create(ClaimTasksRequestSchema, { capabilities: ["gpu", "net"], maxTasks: 5 });
  const leased = granted(await one.operations.claimTasks(one.worker, request));
  expect(leased.map(({ task }) => task.requirements?.capabilities)).toEqual([["net"], ["gpu"]]);
});

test("law 16: AwaitTask on one server returns when the task ends on the other, without a hint", async () => {
  const [one, other] = await openTwo();
  const { taskId } = await hand(one);
  const { token } = await claim(one);
  const awaiting = other.operations.awaitTask(one.agent, { taskId, wait: durationOfMs(waitMs) }, never);
  const request = create(CompleteTaskRequestSchema, { leaseToken: token, artifacts: [artifact] });
  await one.operations.completeTasks(one.worker, [request]);
  expect(granted(await awaiting)).toMatchObject({ state: TaskState.SUCCEEDED });
});

test("law 16: a claim that waits on one server gets what is created on the other, without a hint", async () => {
  const [one, other] = await openTwo();
  const request = create(ClaimTasksRequestSchema, { wait: durationOfMs(waitMs), requestId: "waiting" });
  const claiming = other.operations.claimTasksWaiting(one.worker, request, never);
  const { taskId } = await hand(one);
  const leased = granted(await claiming);
  expect(leased).toMatchObject([{ task: { taskId } }]);
});

test("law 16: a claim that waits gets a retry that becomes eligible without any call", async () => {
  const [one, other] = await openTwo();
  await hand(one);
  const { token: leaseToken } = await claim(one);
  const error = { type: "Flaky" };
  const failure = create(FailTaskRequestSchema, { leaseToken, error, retryAfter: durationOfMs(leaseMs) });
  granted((await one.operations.failTasks(one.worker, [failure]))[0]);
  const request = create(ClaimTasksRequestSchema, { wait: durationOfMs(waitMs) });
  const claiming = other.operations.claimTasksWaiting(one.worker, request, never);
  one.clock.advance(leaseMs);
  expect(granted(await claiming)).toMatchObject([{ task: { attempt: 2 } }]);
});
