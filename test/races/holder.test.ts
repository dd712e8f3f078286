// A call that ends a lease races with another change of it: exactly one wins, and the loser learns what won.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import { artifact, chainOf, claim, granted as done, hand } from "../helpers/ledger-scenario.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";

const leaseMs = 60_000;
async function only(answers: Promise<readonly object[]>): Promise<object> {
  const [answer] = await answers;
  if (answer === undefined) throw new Error("there is no answer");
  return answer;
}

const completing =
  (arena: Arena, server: Operations, leaseToken: string, uri: string = artifact.uri) =>
  () =>
    only(
      server.completeTasks(arena.worker, [
        create(CompleteTaskRequestSchema, { leaseToken, artifacts: [{ ...artifact, uri }] }),
      ]),
    );
const failing = (arena: Arena, server: Operations, leaseToken: string, retryable: boolean) => () =>
  only(
    server.failTasks(arena.worker, [
      create(FailTaskRequestSchema, { leaseToken, error: { type: "Flaky", retryable } }),
    ]),
  );
const starting = (arena: Arena, server: Operations, leaseToken: string) => () =>
  only(server.startTasks(arena.worker, [create(StartTaskRequestSchema, { leaseToken })]));
const renewing = (arena: Arena, server: Operations, leaseToken: string) => () =>
  only(server.renewLeases(arena.worker, create(RenewLeasesRequestSchema, { leaseTokens: [leaseToken] })));
const reporting = (arena: Arena, server: Operations, leaseToken: string) => () =>
  only(
    server.reportProgress(arena.worker, [
      create(ReportProgressRequestSchema, { leaseToken, progress: { percent: 1 }, receipted: true }),
    ]),
  );
const canceling = (arena: Arena, server: Operations, taskId: string) => (): Promise<object> =>
  server.cancelTask(arena.agent, create(CancelTaskRequestSchema, { taskId }));
const sweeping = (server: Operations) => () => server.sweep(new AbortController().signal);

async function read(arena: Arena, taskId: string): Promise<Task> {
  return done(await arena.operations.getTask(arena.operator, { taskId }));
}

async function typesOf(arena: Arena, taskId: string): Promise<ReceiptType[]> {
  return (await chainOf(arena, taskId)).map(({ type }) => type);
}

async function heldTask(arena: Arena): Promise<{ taskId: string; token: string }> {
  await hand(arena);
  return await claim(arena);
}

/** Asserts that the loser learns the winner's state, and that only the winner wrote a terminal receipt. */
async function expectLoserTold(arena: Arena, taskId: string, answers: readonly object[], states: readonly TaskState[]) {
  const state = states[onlyWinner(answers)];
  expect((await read(arena, taskId)).state).toBe(state);
  const loser = answers.find(isRefusal);
  expect(loser).toMatchObject({ reason: ErrorReason.INVALID_TRANSITION, facts: { value: { taskId, from: state } } });
  const types = await typesOf(arena, taskId);
  const { TASK_COMPLETED, TASK_CANCELED, TASK_FAILED } = ReceiptType;
  expect(types.filter((type) => [TASK_COMPLETED, TASK_CANCELED, TASK_FAILED].some((one) => one === type))).toHaveLength(
    1,
  );
}

race(
  "law 6: of completion and cancellation exactly one wins, and the loser learns the winner's state",
  async (arena) => {
    const { taskId, token } = await heldTask(arena);
    const [one, other] = arena.servers;
    const answers = await together(arena.round, completing(arena, one, token), canceling(arena, other, taskId));
    await expectLoserTold(arena, taskId, answers, [TaskState.SUCCEEDED, TaskState.CANCELED]);
  },
);

race("law 6: of a final failure and a cancellation exactly one wins", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const answers = await together(arena.round, failing(arena, one, token, false), canceling(arena, other, taskId));
  await expectLoserTold(arena, taskId, answers, [TaskState.FAILED, TaskState.CANCELED]);
});

race("law 6: a failure with attempts left and a cancellation end as canceled, in either order", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const [failed, canceled] = await together(
    arena.round,
    failing(arena, one, token, true),
    canceling(arena, other, taskId),
  );
  expect(canceled).toMatchObject({ task: { state: TaskState.CANCELED } });
  const task = await read(arena, taskId);
  expect(task).toMatchObject({ state: TaskState.CANCELED, attempt: isRefusal(failed) ? 1 : 2 });
  if (isRefusal(failed)) expect(failed).toMatchObject({ reason: ErrorReason.INVALID_TRANSITION });
});

race("law 5: one completion repeated concurrently on two servers is done once and answered the same", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const [first, second] = await together(arena.round, completing(arena, one, token), completing(arena, other, token));
  expect(done(first)).toEqual(done(second));
  expect((await typesOf(arena, taskId)).filter((type) => type === ReceiptType.TASK_COMPLETED)).toHaveLength(1);
});

race("law 2: of two different completions under one lease exactly one is kept", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const uris = ["s3://one", "s3://other"] as const;
  const answers = await together(
    arena.round,
    completing(arena, one, token, uris[0]),
    completing(arena, other, token, uris[1]),
  );
  const kept = uris[onlyWinner(answers)];
  expect((await read(arena, taskId)).outcome?.artifacts).toMatchObject([{ uri: kept }]);
  expect(answers.find(isRefusal)).toMatchObject({ reason: ErrorReason.INVALID_TRANSITION });
});

race("law 2: a completion at the time of the expiry is either in time or changes nothing", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const moving = async () => {
    arena.clock.advance(leaseMs);
    return await other.sweep(new AbortController().signal);
  };
  const [completed] = await together(arena.round, completing(arena, one, token), moving);
  const task = await read(arena, taskId);
  if (isRefusal(completed)) {
    expect([ErrorReason.LEASE_EXPIRED, ErrorReason.FENCED]).toContain(completed.reason);
    // A sweep skips locked leases; the next one finds them.
    await arena.sweep();
    expect(await read(arena, taskId)).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 1 });
    arena.clock.advance(leaseMs);
    await completing(arena, one, (await claim(arena)).token)();
  } else expect(task).toMatchObject({ state: TaskState.SUCCEEDED, leaseLosses: 0 });
});

race("law 2: a renewal at the time of the expiry either keeps the lease or is refused, never both", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const moving = async () => {
    arena.clock.advance(leaseMs);
    return await other.sweep(new AbortController().signal);
  };
  const [renewed, swept] = await together(arena.round, renewing(arena, one, token), moving);
  const task = await read(arena, taskId);
  if (isRefusal(renewed)) {
    expect([ErrorReason.LEASE_EXPIRED, ErrorReason.FENCED]).toContain(renewed.reason);
    await arena.sweep();
    expect(await read(arena, taskId)).toMatchObject({ state: TaskState.QUEUED, leaseLosses: 1 });
  } else {
    // Renewed just before the clock moved: the lease counts from then, and the sweep may find it expired.
    const expired = swept.lost === 1;
    expect(task).toMatchObject({ state: expired ? TaskState.QUEUED : TaskState.LEASED, attempt: 1 });
  }
  await canceling(arena, one, taskId)();
});

race("law 4: concurrent sweeps on two servers count each loss once", async (arena) => {
  const held = [];
  for (let task = 0; task < 5; task += 1) held.push(await heldTask(arena));
  arena.clock.advance(leaseMs);
  const [one, other] = arena.servers;
  const swept = await together(arena.round, sweeping(one), sweeping(other));
  const rest = await arena.sweep();
  expect(swept.reduce((sum, { lost }) => sum + lost, rest.lost)).toBe(held.length);
  for (const { taskId } of held) {
    expect(await read(arena, taskId)).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 1 });
    const expired = (await typesOf(arena, taskId)).filter((type) => type === ReceiptType.LEASE_EXPIRED);
    expect(expired).toHaveLength(1);
    await canceling(arena, one, taskId)();
  }
});

race("law 6: a start at the time of the completion comes before it or is refused", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const [started, completed] = await together(
    arena.round,
    starting(arena, one, token),
    completing(arena, other, token),
  );
  expect(isRefusal(completed)).toBe(false);
  const types = await typesOf(arena, taskId);
  expect(types.includes(ReceiptType.TASK_STARTED)).toBe(!isRefusal(started));
  if (isRefusal(started)) expect(started).toMatchObject({ reason: ErrorReason.INVALID_TRANSITION });
  expect((await read(arena, taskId)).state).toBe(TaskState.SUCCEEDED);
});

race("law 6: progress at the time of the completion comes before it or is refused", async (arena) => {
  const { taskId, token } = await heldTask(arena);
  const [one, other] = arena.servers;
  const [reported, completed] = await together(
    arena.round,
    reporting(arena, one, token),
    completing(arena, other, token),
  );
  expect(isRefusal(completed)).toBe(false);
  const types = await typesOf(arena, taskId);
  expect(types.includes(ReceiptType.TASK_PROGRESS)).toBe(!isRefusal(reported));
  expect((await read(arena, taskId)).state).toBe(TaskState.SUCCEEDED);
});
