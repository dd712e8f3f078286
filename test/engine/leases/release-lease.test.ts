// ReleaseLease by scenario: a task is given back, and nothing is counted.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReleaseLeaseRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  chain,
  claim,
  complete,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  fail,
  granted,
  held,
  json,
  ms,
  openScenario,
  read,
  refused,
  release,
  result,
  sinceNowMs,
  start,
} from "../../helpers/scenario.ts";

test("law 2: a stale worker cannot release its successor's lease", () => expectFencedOff(release));
test("law 2: a lease that has run out is not released, even before the sweep sees it", () => expectExpired(release));
test("law 2: a token of another worker's lease, or of none, releases nothing", () => expectNotHolder(release));

test("law 4: a released task waits again, and neither attempt nor loss is counted", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await start(s, leased));
  const released = granted(await release(s, leased, { delay: ms(4_000), reason: "going home" }));
  expect(released.state).toBe(TaskState.QUEUED);
  expect(sinceNowMs(s, released.eligibleTime)).toBe(4_000);
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 0, deliveries: 1 });
  expect(task.eligibleTime).toEqual(released.eligibleTime);
  expect([task.holder, task.startTime]).toEqual([undefined, undefined]);
  expect((await chain(s, task.taskId)).at(-1)).toMatchObject({
    receiptId: released.receiptId,
    from: { id: "wanda" },
    to: { id: "alice" },
    parents: [leased.acceptedReceiptId],
    body: { body: { case: "leaseReleased", value: { attempt: 1, fence: 1n, reason: "going home" } } },
  });
});

test("law 5: a repeated release is done once and answered the same, even under a new holder", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const request = { requestId: "r1", delay: ms(9), checkpoint: json("1") };
  const first = await expectDoneOnce(s, () => release(s, leased, request));
  s.clock.advance(9);
  const next = await claim(s, {}, s.rival);
  const before = await everything(s);
  expect(await release(s, leased, request)).toEqual(first);
  expect(await release(s, leased, { ...request, requestId: "" })).toEqual(first);
  await refused(release(s, leased, { ...request, delay: ms(8) }), ErrorReason.IDEMPOTENCY_CONFLICT);
  await refused(release(s, leased, { delay: ms(8) }), ErrorReason.FENCED);
  expect(await everything(s)).toEqual(before);
  granted(await complete(s, next, result, s.rival));
  expect(await release(s, leased, request)).toEqual(first);
});

test("law 5: a request id that another call of the lease used does not hide what this call did", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await start(s, leased, { requestId: "r1" }));
  const first = granted(await release(s, leased, { requestId: "r1" }));
  expect(await release(s, leased, { requestId: "r1" })).toEqual(first);
});

test("a holder that has given the task back can do nothing more with its lease", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await release(s, leased));
  const before = await everything(s);
  for (const call of [start, complete, fail]) await refused(call(s, leased), ErrorReason.FENCED);
  expect(await everything(s)).toEqual(before);
});

test("bad items of a batch do not fail their neighbours, and two of one lease are one release", async () => {
  const s = await openScenario();
  const [one, other] = [await held(s), await held(s)];
  const messages = [one.lease.token, "agl1_x", other.lease.token, one.lease.token].map((leaseToken) =>
    create(ReleaseLeaseRequestSchema, { leaseToken }),
  );
  const answers = await s.operations.releaseLeases(s.worker, messages);
  await refused(answers[1], ErrorReason.NOT_HOLDER);
  expect([answers[0], answers[2]]).toMatchObject([{ taskId: one.task.taskId }, { taskId: other.task.taskId }]);
  expect(answers[3]).toEqual(answers[0]);
});
