// ListQueues: what waits where, for how long, what is held, what comes and goes, and what is paused.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ListQueuesRequestSchema } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { msOfDuration } from "../../../src/core/duration.ts";
import { pauseQueue, pauseTask, queuesOf } from "../../helpers/operate.ts";
import {
  claim,
  complete,
  createAll,
  createTask,
  granted,
  minuteMs,
  ms,
  openScenario,
  outcome,
  refused,
  sleep,
} from "../../helpers/scenario.ts";

test("counts what waits, is delayed, blocked and held, and says how old the oldest is", async () => {
  const s = await openScenario();
  await createTask(s, { type: "a" });
  s.clock.advance(2 * minuteMs);
  await createAll(s, [{ type: "b", priority: 9 }, { type: "a" }, { delay: ms(minuteMs) }, { wait: sleep(minuteMs) }]);
  const paused = await createTask(s);
  await pauseTask(s, paused.taskId);
  await createTask(s, { queue: "mail" });
  await claim(s, { queues: ["mail"] });
  await pauseQueue(s, "quiet", { reason: "later" });
  const [first, mail, quiet] = await queuesOf(s);
  expect(first).toMatchObject({ queue: "default", waiting: 3, delayed: 1, blocked: 2, held: 0, pause: undefined });
  expect(first?.oldestAge && msOfDuration(first.oldestAge)).toBe(2 * minuteMs);
  expect(mail).toMatchObject({ queue: "mail", waiting: 0, oldestAge: undefined, held: 1 });
  expect(quiet).toMatchObject({ queue: "quiet", waiting: 0, held: 0 });
  expect(quiet?.pause).toMatchObject({ by: s.operator.principal, reason: "later" });
});

test("rates are those of the last minute", async () => {
  const s = await openScenario();
  await createAll(s, [{}, {}, {}]);
  s.clock.advance(minuteMs + 1);
  granted(await complete(s, await claim(s)));
  granted(await complete(s, await claim(s)));
  await createTask(s);
  expect(await queuesOf(s)).toMatchObject([{ addedPerMinute: 1, endedPerMinute: 2 }]);
  s.clock.advance(minuteMs + 1);
  expect(await queuesOf(s)).toMatchObject([{ addedPerMinute: 0, endedPerMinute: 0 }]);
});

test("pages through queues by name, whatever is in their names, and finds one by its name", async () => {
  const s = await openScenario();
  const names = ["a.b", "a/b", "ä", "z"];
  await createAll(
    s,
    names.map((queue) => ({ queue })),
  );
  const seen: string[] = [];
  for (let pageToken = ""; ; ) {
    const request = create(ListQueuesRequestSchema, { pageSize: 1, pageToken });
    const { queues, nextPageToken } = await s.operations.listQueues(s.operator, request);
    seen.push(...queues.map(({ queue }) => queue));
    pageToken = nextPageToken;
    if (pageToken === "") break;
  }
  expect(seen.sort()).toEqual(names.sort());
  const one = await s.operations.listQueues(s.operator, create(ListQueuesRequestSchema, { queue: "a/b" }));
  expect(one.queues).toMatchObject([{ queue: "a/b", waiting: 1 }]);
  const wrong = create(ListQueuesRequestSchema, { pageToken: "AAAA" });
  await refused(outcome(s.operations.listQueues(s.operator, wrong)), ErrorReason.INVALID_ARGUMENT);
});

test("shows nothing of another tenant", async () => {
  const s = await openScenario();
  await createTask(s, { queue: "theirs" });
  const tenant = await s.makeTenant();
  expect(await queuesOf({ ...s, operator: tenant.caller("human", "olga") })).toEqual([]);
});
