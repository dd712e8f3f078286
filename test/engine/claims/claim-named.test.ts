// ClaimTasks with task ids: only these, under all rules of claims.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ready } from "../../helpers/explain.ts";
import { pauseQueue, pauseTask } from "../../helpers/operate.ts";
import {
  type ClaimInit,
  cancel,
  claimAll,
  createTask,
  everything,
  fail,
  granted,
  handOff,
  held,
  ms,
  onTask,
  openScenario,
  refused,
  type Scenario,
  waitFor,
} from "../../helpers/scenario.ts";

async function claimed(s: Scenario, taskIds: string[], more: ClaimInit = {}, by = s.worker): Promise<string[]> {
  return (await claimAll(s, { taskIds, maxTasks: 0, ...more }, by)).map(({ task }) => task.taskId);
}

test("only the named tasks are leased, the best first, from any queue unless queues are named", async () => {
  const s = await openScenario();
  await createTask(s, { priority: 9 });
  const low = (await createTask(s, { priority: 1 })).taskId;
  const mail = (await createTask(s, { queue: "mail", priority: 7 })).taskId;
  expect(await claimed(s, [low, mail], { queues: ["other"] })).toEqual([]);
  expect(await claimed(s, [low, mail], { acceptTypes: ["u"] })).toEqual([]);
  expect(await claimed(s, [low, mail], { maxTasks: 1 })).toEqual([mail]);
  expect(await claimed(s, [low, mail])).toEqual([low]);
});

test("a hundred at most, each once, and a claim of named tasks does not wait", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const request = create(ClaimTasksRequestSchema, { taskIds: [taskId], wait: ms(1_000) });
  const before = await everything(s);
  const refusal = await refused(
    s.operations.claimTasksWaiting(s.worker, request, new AbortController().signal),
    ErrorReason.INVALID_ARGUMENT,
  );
  expect(refusal.facts).toMatchObject({ value: { violations: [{ field: "wait", rule: "claim.task_ids" }] } });
  await refused(s.operations.claimTasks(s.worker, request), ErrorReason.INVALID_ARGUMENT);
  expect(await everything(s)).toEqual(before);
});

test("what may not be leased is left out, and the others are leased", async () => {
  const s = await openScenario();
  const leased = (await held(s)).task.taskId;
  const failed = await held(s);
  await fail(s, failed);
  const moved = await held(s);
  await handOff(s, moved, { to: { queue: "paused" } });
  const ended = (await createTask(s)).taskId;
  await cancel(s, ended);
  const delayed = (await createTask(s, { delay: ms(1_000) })).taskId;
  const blocked = (await createTask(s, { wait: waitFor(onTask(leased)) })).taskId;
  const paused = (await createTask(s)).taskId;
  await pauseTask(s, paused);
  const inPaused = (await createTask(s, { queue: "paused" })).taskId;
  await pauseQueue(s, "paused");
  const gpu = (await createTask(s, { requirements: { capabilities: ["gpu"] } })).taskId;
  const ritas = (await createTask(s, { addressee: { kind: PrincipalKind.WORKER, id: "rita" } })).taskId;
  const open = (await createTask(s)).taskId;
  const nowhere = "01900000-0000-7000-8000-000000000000";
  const not = [leased, failed.task.taskId, moved.task.taskId, ended, delayed, blocked, paused, inPaused, nowhere];
  expect((await ready(s)).sort()).toEqual([gpu, ritas, open].sort());
  expect(await claimed(s, [...not, gpu, ritas, open])).toEqual([open]);
  expect(await claimed(s, [...not, gpu, ritas], { capabilities: ["gpu"] })).toEqual([gpu]);
  expect(await claimed(s, [...not, ritas], {}, s.rival)).toEqual([ritas]);
});

test("limits hold: as many are leased as there is room for", async () => {
  const s = await openScenario({ limits: { principal_live_leases_max: 2 } });
  const taskIds = [await createTask(s), await createTask(s), await createTask(s)].map(({ taskId }) => taskId);
  expect(await claimed(s, taskIds)).toHaveLength(2);
  await refused(claimed(s, taskIds), ErrorReason.LIMIT_EXCEEDED);
  expect(await claimed(s, taskIds, {}, s.rival)).toHaveLength(1);
});

test("law 5: repeated with its request id, the claim is answered with the same leases", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const other = await createTask(s);
  const once = { taskIds: [taskId], requestId: "once" };
  const first = await claimAll(s, once);
  const before = await everything(s);
  expect(await claimAll(s, once)).toEqual(first);
  expect(await everything(s)).toEqual(before);
  await refused(claimAll(s, { taskIds: [other.taskId], requestId: "once" }), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("law 1: of two that claim the same task at once, one gets it", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const leases = await Promise.all([claimed(s, [taskId]), claimed(s, [taskId], {}, s.rival)]);
  expect(leases.flat()).toEqual([taskId]);
});

test("law 17: a task of another tenant is not leased by its id", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const { caller } = await s.makeTenant();
  expect(await claimed(s, [taskId], {}, caller("worker", "eve"))).toEqual([]);
  expect(granted(await claimAll(s))).toHaveLength(1);
});

test("ready work is listed page by page, with all other conditions, also within a tree", async () => {
  const s = await openScenario();
  const parent = await held(s, { type: "parent" });
  const under = parent.lease.token;
  const childIds: string[] = [];
  for (let count = 0; count < 3; count += 1)
    childIds.push((await createTask(s, { under, type: "c" }, s.worker)).taskId);
  const { taskId } = await createTask(s, { queue: "mail", labels: { team: "blue" } });
  await createTask(s, { delay: ms(1_000) });
  const newestFirst = [taskId, ...childIds.toReversed()];
  expect(await ready(s)).toEqual(newestFirst);
  const pages = await Promise.all([ready(s, { pageSize: 2 }), ready(s, { pageSize: 200 })]);
  expect(pages).toEqual([newestFirst.slice(0, 2), newestFirst]);
  expect(await ready(s, { queue: "mail" })).toEqual([taskId]);
  expect(await ready(s, { labels: { team: "blue" }, type: "c" })).toEqual([]);
  await pauseTask(s, childIds[0] ?? "");
  expect(await ready(s, { parent: parent.task.taskId })).toEqual(childIds.slice(1).toReversed());
  expect(await ready(s, { root: parent.task.taskId, type: "c" })).toEqual(childIds.slice(1).toReversed());
  await pauseQueue(s, "default");
  expect(await ready(s, { parent: parent.task.taskId })).toEqual([]);
  expect(await ready(s, { states: [1] })).toEqual([taskId]);
  expect(await ready(s, { states: [2] })).toEqual([]);
  expect(await ready(s, {}, s.worker)).toEqual([]);
});
