// Quotas over the wire: what a refusal tells, and a worker's stream that waits at the bound and goes on.
import { ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorDetailSchema, ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { offers, streamEnd, tokenOf, welcome } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

test("who is refused learns which limit, what it is, and when to come again", async () => {
  const work = await openWork({ limits: { live_tasks_max: 1 } });
  await work.create(1);
  const thrown: unknown = await work.tasks.createTask({ type: "work" }, work.tasker).catch((error: unknown) => error);
  const error = ConnectError.from(thrown);
  expect(error.metadata.get("retry-after")).toBe("1");
  expect(error.findDetails(ErrorDetailSchema)[0]).toMatchObject({
    reason: ErrorReason.LIMIT_EXCEEDED,
    message: "live_tasks_max is 1, and this would make it 2.",
    retryable: true,
    retryAfter: { seconds: 1n },
    facts: { value: { limit: "live_tasks_max", bound: 1n, value: 2n } },
  });
});

test("a stream at the bound of leases is offered nothing, and the next task when one is done", async () => {
  const work = await openWork({ limits: { live_leases_max: 1 } });
  await work.create(2);
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 5 } });
  await stream.receive(welcome);
  const [first] = await stream.receive(offers(1));
  if (!first) throw new Error("nothing was offered");
  // With room for both, both would have come in one frame.
  expect(stream.frames.flatMap((frame) => frame.offers)).toHaveLength(1);
  const leaseToken = tokenOf(first);
  stream.send({ accepts: [{ leaseToken }], completes: [{ leaseToken }] });
  const both = await stream.receive(offers(2));
  expect(both.map(({ leased }) => leased?.task?.taskId)).toHaveLength(2);
  stream.send({ bye: {} });
  expect(await stream.receive(streamEnd)).toBe("BYE");
});

test("a stream beyond the bound of sessions ends with the refusal", async () => {
  const work = await openWork({ limits: { sessions_max: 1 } });
  const first = work.open();
  first.send({ hello: {} });
  await first.receive(welcome);
  const second = work.open("other-key");
  second.send({ hello: {} });
  expect(await second.ended).toBe("LIMIT_EXCEEDED");
});
