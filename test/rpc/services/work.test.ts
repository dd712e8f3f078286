// WorkerService.Work over the wire: a real server, a real engine, raw clients of two libraries.
import { describe, expect, test } from "vitest";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Offer, WorkResponse } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import {
  heartbeatAck,
  offers,
  resultOf,
  settled,
  streamEnd,
  tokenOf,
  type WorkStream,
  welcome,
} from "../../helpers/work-stream.ts";
import { type OpenWork, openWork } from "../open-work.ts";

const result = { content: { case: "json" as const, value: '{"ok":true}' } };
const clients = {
  connect: (work: OpenWork, key?: string) => work.open(key),
  "grpc-js": (work: OpenWork, key?: string) => work.openGrpcJs(key),
} as const;

/** Opens a stream with this many credits, and waits until its session is open. */
async function begin(stream: WorkStream, tasks: number, hello = {}): Promise<WorkStream> {
  stream.send({ hello, ...(tasks > 0 && { credit: { tasks } }) });
  await stream.receive(welcome);
  return stream;
}

async function takeOne(stream: WorkStream): Promise<{ offer: Offer; leaseToken: string }> {
  const [offer] = await stream.receive(offers(1));
  if (!offer) throw new Error("nothing was offered");
  const leaseToken = tokenOf(offer);
  stream.send({ accepts: [{ leaseToken }] });
  expect(resultOf(await stream.receive(settled(leaseToken)))).toBe("accepted");
  return { offer, leaseToken };
}

const lost = (frame: WorkResponse) => frame.lost[0];
const directive = (frame: WorkResponse) => frame.directives[0]?.directive;

describe.each(Object.entries(clients))("over %s", (_name, openBy) => {
  test("an item with a time that is none is refused, and its neighbours in the frame are not", async () => {
    const work = await openWork();
    await work.create(2);
    const stream = await begin(openBy(work), 2);
    const [one = "", other = ""] = (await stream.receive(offers(2))).map(tokenOf);
    const proof = { mode: DeliveryMode.PUSH, target: "x", status: DeliveryStatus.SUCCEEDED };
    stream.send({
      accepts: [{ leaseToken: one }, { leaseToken: other }],
      completes: [
        { leaseToken: one, requestId: "bad", deliveryProof: { ...proof, at: { seconds: 2_000_000_000n, nanos: -1 } } },
        { leaseToken: other, requestId: "good", deliveryProof: { ...proof, at: { seconds: 2_000_000_000n } } },
      ],
    });
    const bad = await stream.receive(settled(one, "bad"));
    expect(resultOf(bad)).toBe("INVALID_ARGUMENT");
    expect(resultOf(await stream.receive(settled(other, "good")))).toBe("completed");
    const facts = bad.result.case === "error" ? bad.result.value.facts : undefined;
    expect(facts).toMatchObject({ value: { violations: [{ field: "delivery_proof.at" }] } });
  });

  test("a task is accepted, started, reported on and completed over one stream", async () => {
    const work = await openWork();
    const [taskId = ""] = await work.create(1);
    const stream = openBy(work);
    stream.send({ hello: { workerName: "tester", slots: 1 }, credit: { tasks: 1 } });
    expect(await stream.receive(welcome)).toMatchObject({ resumed: false, leases: [], frameItemsMax: 500 });
    const { offer, leaseToken } = await takeOne(stream);
    expect(offer.leased?.task).toMatchObject({ taskId, state: TaskState.LEASED, deliveries: 1 });
    stream.send({
      accepts: [{ leaseToken }],
      starts: [{ leaseToken, requestId: "start" }],
      heartbeat: { sequence: 7n },
    });
    expect(resultOf(await stream.receive(settled(leaseToken, "start")))).toBe("started");
    await stream.receive(heartbeatAck(7n));
    stream.send({ progress: [{ leaseToken, requestId: "half", progress: { percent: 50 } }] });
    expect(resultOf(await stream.receive(settled(leaseToken, "half")))).toBe("progressed");
    stream.send({ completes: [{ leaseToken, requestId: "done", result }] });
    expect(resultOf(await stream.receive(settled(leaseToken, "done")))).toBe("completed");
    expect(await work.read(taskId)).toMatchObject({ state: TaskState.SUCCEEDED });
    stream.send({ bye: {} });
    expect(await stream.receive(streamEnd)).toBe("BYE");
    expect(await stream.ended).toBe("ok");
    // An accept is repeatable: each was answered with the receipt of the offer.
    const accepts = stream.frames
      .flatMap((frame) => frame.settled)
      .filter(({ result: { case: name } }) => name === "accepted");
    expect(accepts.map((one) => one.result.value)).toEqual(
      Array.from({ length: 2 }, () => expect.objectContaining({ receiptId: offer.leased?.acceptedReceiptId })),
    );
  });

  test("a broken session is resumed with its leases, and repeated items are answered as before", async () => {
    const work = await openWork();
    await work.create(3);
    const stream = await begin(openBy(work), 3);
    const { resumeToken } = await stream.receive(welcome);
    const tokens = (await stream.receive(offers(3))).map(tokenOf);
    const [first = "", second = "", third = ""] = tokens;
    stream.send({ accepts: tokens.map((leaseToken) => ({ leaseToken })) });
    await stream.receive(settled(third));
    stream.send({ completes: [{ leaseToken: first, requestId: "one", result }] });
    const done = await stream.receive(settled(first, "one"));
    stream.abort();
    const again = openBy(work);
    again.send({
      hello: { resumeToken, held: { leaseTokens: [first, second] } },
      accepts: tokens.map((leaseToken) => ({ leaseToken })),
      completes: [{ leaseToken: first, requestId: "one", result }],
    });
    const { resumed, leases } = await again.receive(welcome);
    expect([resumed, leases.map(({ token }) => token)]).toEqual([true, [second]]);
    expect(await again.receive(settled(first, "one"))).toEqual(done);
    expect(resultOf(await again.receive(settled(first)))).toBe("accepted");
    expect(resultOf(await again.receive(settled(second)))).toBe("accepted");
    // The third was not reported: it returned to its queue, and neither an attempt nor a loss was counted.
    expect(resultOf(await again.receive(settled(third)))).toBe("FENCED");
    const other = await begin(openBy(work, "other-key"), 1);
    const { offer } = await takeOne(other);
    expect(offer.leased?.task).toMatchObject({ deliveries: 2, leaseLosses: 0, attempt: 1 });
  });

  test.each([
    ["items without a hello", [{ completes: [{ leaseToken: "x" }] }]],
    ["an empty first frame", [{}]],
    ["a second hello", [{ hello: {} }, { hello: {} }]],
    ["more than 500 in a list", [{ hello: {}, accepts: Array.from({ length: 501 }, () => ({ leaseToken: "x" })) }]],
    ["a credit of nothing", [{ hello: {}, credit: { tasks: 0 } }]],
  ])("%s ends the stream with INVALID_ARGUMENT, and no other stream is affected", async (_what, frames) => {
    const work = await openWork();
    const other = await begin(openBy(work, "other-key"), 1);
    const stream = openBy(work);
    for (const frame of frames) stream.send(frame);
    expect(await stream.ended).toBe("INVALID_ARGUMENT");
    await work.create(1);
    await takeOne(other);
  });
});

test("queued tasks are offered, and never more than the worker has credits for", async () => {
  const work = await openWork();
  await work.create(5);
  const stream = await begin(work.open(), 2);
  expect(await stream.receive(offers(2))).toHaveLength(2);
  stream.send({ credit: { tasks: 1 } });
  const three = await stream.receive(offers(3));
  expect(three).toHaveLength(3);
  // Settling returns no credit.
  const [leaseToken = ""] = three.map(tokenOf);
  stream.send({ completes: [{ leaseToken, result }] });
  await stream.receive(settled(leaseToken));
  stream.send({ heartbeat: { sequence: 1n } });
  await stream.receive(heartbeatAck(1n));
  const { tasks } = await work.tasks.listTasks({ states: [TaskState.QUEUED] }, work.tasker);
  expect(tasks).toHaveLength(2);
  expect(stream.frames.flatMap((frame) => frame.offers)).toHaveLength(3);
});

test("a session that is full is told so, and offered more as its leases end", async () => {
  const work = await openWork({ sessionBounds: { leasesMax: 2 } });
  await work.create(3);
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 3 } });
  expect(await stream.receive(welcome)).toMatchObject({ leasesMax: 2 });
  const [leaseToken = ""] = (await stream.receive(offers(2))).map(tokenOf);
  const limit = await stream.receive(({ directives }) => directives[0]?.directive);
  expect(limit).toMatchObject({ case: "leaseLimit", value: { leasesMax: 2 } });
  stream.send({ completes: [{ leaseToken, requestId: "done", result }] });
  expect(await stream.receive(offers(3))).toHaveLength(3);
});

test("a hello that names more leases than a session may have is refused", async () => {
  const work = await openWork();
  const stream = work.open();
  stream.send({ hello: { held: { leaseTokens: Array.from({ length: 5_001 }, () => "agl1_nothing") } } });
  expect(await stream.ended).toBe("INVALID_ARGUMENT");
});

test("an offer that is not accepted returns to its queue uncounted, and a late accept is refused", async () => {
  const work = await openWork({ sessionBounds: { offerAcceptMs: 100 } });
  const [taskId = ""] = await work.create(1);
  const stream = await begin(work.open(), 1);
  const [leaseToken = ""] = (await stream.receive(offers(1))).map(tokenOf);
  // The other worker has as little time as the first, so only its offer is checked.
  const [offer] = await (await begin(work.open("other-key"), 1)).receive(offers(1));
  expect(offer?.leased?.task).toMatchObject({ taskId, leaseLosses: 0, attempt: 1 });
  stream.send({ accepts: [{ leaseToken }], completes: [{ leaseToken, requestId: "late", result }] });
  expect(resultOf(await stream.receive(settled(leaseToken)))).toBe("FENCED");
  expect(resultOf(await stream.receive(settled(leaseToken, "late")))).toBe("FENCED");
  stream.send({ heartbeat: { sequence: 1n } });
  await stream.receive(heartbeatAck(1n));
});

test("a declined offer returns to its queue at once, and the decline has no answer", async () => {
  const work = await openWork();
  await work.create(1);
  const stream = await begin(work.open(), 1);
  const [leaseToken = ""] = (await stream.receive(offers(1))).map(tokenOf);
  stream.send({ declines: [{ leaseToken, reason: "not mine" }] });
  const { offer } = await takeOne(await begin(work.open("other-key"), 1));
  expect(offer.leased?.task).toMatchObject({ leaseLosses: 0, attempt: 1 });
  // A decline is answered only if it is refused.
  stream.send({ declines: [{ leaseToken, reason: "still not mine" }] });
  expect(resultOf(await stream.receive(settled(leaseToken)))).toBe("FENCED");
});

test("a bad item is refused alone, and an unknown or stale lease never ends the stream", async () => {
  const work = await openWork();
  await work.create(1);
  const stream = await begin(work.open(), 1);
  const { leaseToken } = await takeOne(stream);
  stream.send({
    accepts: [{ leaseToken: "agl1_nothing" }],
    completes: [
      { leaseToken: "", requestId: "empty" },
      { leaseToken: "agl1_nothing", requestId: "unknown" },
      { leaseToken, requestId: "good", result },
    ],
    fails: [{ leaseToken: "agl1_nothing", requestId: "no error" }],
  });
  expect(resultOf(await stream.receive(settled("", "empty")))).toBe("INVALID_ARGUMENT");
  expect(resultOf(await stream.receive(settled("agl1_nothing")))).toBe("NOT_HOLDER");
  expect(resultOf(await stream.receive(settled("agl1_nothing", "unknown")))).toBe("NOT_HOLDER");
  expect(resultOf(await stream.receive(settled("agl1_nothing", "no error")))).toBe("INVALID_ARGUMENT");
  expect(resultOf(await stream.receive(settled(leaseToken, "good")))).toBe("completed");
});

test("a lease of another session cannot be accepted, and a lease of another worker cannot be settled", async () => {
  const work = await openWork();
  await work.create(1);
  const first = await begin(work.open(), 1);
  const { leaseToken } = await takeOne(first);
  const second = await begin(work.open(), 0);
  second.send({ accepts: [{ leaseToken }] });
  expect(resultOf(await second.receive(settled(leaseToken)))).toBe("NOT_HOLDER");
  const other = await begin(work.open("other-key"), 0);
  other.send({ completes: [{ leaseToken, requestId: "theft", result }] });
  expect(resultOf(await other.receive(settled(leaseToken, "theft")))).toBe("NOT_HOLDER");
});

test("frames of one lease are applied in the order sent", async () => {
  const work = await openWork();
  const [taskId = ""] = await work.create(1);
  const stream = await begin(work.open(), 1);
  const { leaseToken } = await takeOne(stream);
  for (let percent = 1; percent <= 20; percent += 1) {
    stream.send({ progress: [{ leaseToken, requestId: `p${percent}`, progress: { percent } }] });
  }
  stream.send({ completes: [{ leaseToken, requestId: "done", result }] });
  expect(resultOf(await stream.receive(settled(leaseToken, "done")))).toBe("completed");
  const answered = stream.frames.flatMap((frame) => frame.settled).map(({ requestId }) => requestId);
  expect(answered.filter((id) => id.startsWith("p"))).toEqual(Array.from({ length: 20 }, (_, at) => `p${at + 1}`));
  expect((await work.read(taskId)).progress).toMatchObject({ percent: 20, sequence: 20n });
});

test("a cancellation is reported at once: as a lost lease, or as a directive if there is a grace period", async () => {
  const work = await openWork();
  const [hard = "", soft = ""] = await work.create(2);
  const stream = await begin(work.open(), 2);
  const tokens = (await stream.receive(offers(2))).map(tokenOf);
  stream.send({ accepts: tokens.map((leaseToken) => ({ leaseToken })) });
  await stream.receive(settled(tokens[1] ?? ""));
  await work.tasks.cancelTask({ taskId: hard }, work.tasker);
  expect(await stream.receive(lost)).toMatchObject({ taskId: hard, loss: LeaseLoss.CANCELED });
  const gracePeriod = { seconds: 60n };
  await work.tasks.cancelTask({ taskId: soft, gracePeriod, reason: "changed my mind" }, work.tasker);
  expect(await stream.receive(directive)).toMatchObject({
    case: "cancel",
    value: { taskId: soft, reason: "changed my mind" },
  });
});

test("a worker that drains is offered nothing more, keeps its leases, and says bye", async () => {
  const work = await openWork();
  await work.create(1);
  const stream = await begin(work.open(), 3);
  const { leaseToken } = await takeOne(stream);
  stream.send({ drain: {}, heartbeat: { sequence: 1n } });
  await stream.receive(heartbeatAck(1n));
  const [later = ""] = await work.create(1);
  const { offer } = await takeOne(await begin(work.open("other-key"), 1));
  expect(offer.leased?.task?.taskId).toBe(later);
  stream.send({ completes: [{ leaseToken, requestId: "done", result }], bye: { reason: "done" } });
  expect(resultOf(await stream.receive(settled(leaseToken, "done")))).toBe("completed");
  expect(await stream.receive(streamEnd)).toBe("BYE");
});

test("bye releases the remaining leases, and counts neither an attempt nor a loss", async () => {
  const work = await openWork();
  await work.create(3);
  const stream = await begin(work.open(), 3);
  const tokens = (await stream.receive(offers(3))).map(tokenOf);
  stream.send({ accepts: tokens.slice(1).map((leaseToken) => ({ leaseToken })), bye: {} });
  expect(await stream.receive(streamEnd)).toBe("BYE");
  const again = await (await begin(work.open("other-key"), 3)).receive(offers(3));
  for (const { leased } of again) expect(leased?.task).toMatchObject({ leaseLosses: 0, attempt: 1, deliveries: 2 });
});

test("an offered task cannot be claimed, and a claimed task is not offered", async () => {
  const work = await openWork();
  const all = await work.create(40);
  const pulled = work.claimAll(20);
  const pushed = (await begin(work.open("other-key"), 20)).receive(offers(20));
  const found = [...(await pulled), ...(await pushed).map(({ leased }) => leased?.task?.taskId ?? "")];
  expect(found.sort()).toEqual([...all].sort());
});

test("resuming a session on another stream ends the earlier stream", async () => {
  const work = await openWork();
  const stream = await begin(work.open(), 0);
  const { resumeToken } = await stream.receive(welcome);
  const again = await begin(work.open(), 0, { resumeToken });
  expect((await again.receive(welcome)).resumed).toBe(true);
  stream.send({ heartbeat: { sequence: 1n } });
  expect(await stream.receive(streamEnd)).toBe("RESUMED_ELSEWHERE");
  again.send({ heartbeat: { sequence: 1n } });
  await again.receive(heartbeatAck(1n));
});

test("a session without heartbeats expires: its worker is told so, and its leases are lost", async () => {
  const work = await openWork({ leaseBounds: { ttlMinMs: 2_000 } });
  await work.create(1);
  const stream = await begin(work.open(), 1, { leaseTtl: { seconds: 2n } });
  expect(await stream.receive(streamEnd)).toBe("EXPIRED");
  expect(await stream.ended).toBe("ok");
  await work.test.sweep();
  const { offer } = await takeOne(await begin(work.open("other-key"), 1));
  // One, unless the machine was so slow that the session ran out before anything was offered.
  const leaseLosses = stream.frames.flatMap((frame) => frame.offers).length;
  expect(offer.leased?.task).toMatchObject({ leaseLosses, attempt: 1 });
});

test("a revoked key ends the stream, and the offers return to their queues", async () => {
  const work = await openWork();
  await work.create(1);
  const stream = await begin(work.open(), 1);
  await stream.receive(offers(1));
  work.keys.delete("worker-key");
  expect(await stream.receive(streamEnd)).toBe("REVOKED");
  await takeOne(await begin(work.open("other-key"), 1));
});

test("a server that shuts down says so, returns offers, and lets running tasks finish", async () => {
  const work = await openWork();
  await work.create(2);
  const stream = await begin(work.open(), 2);
  const [running = "", waiting = ""] = (await stream.receive(offers(2))).map(tokenOf);
  stream.send({ accepts: [{ leaseToken: running }] });
  await stream.receive(settled(running));
  const second = await openWork({ of: work.test });
  const other = await begin(second.open("other-key"), 1);
  const closed = work.endpoint.server.close({ graceMs: 60_000 });
  expect((await stream.receive(directive))?.case).toBe("drain");
  const { offer } = await takeOne(other);
  expect(offer.leased?.task).toMatchObject({ leaseLosses: 0, deliveries: 2 });
  stream.send({ completes: [{ leaseToken: running, requestId: "done", result }] });
  expect(resultOf(await stream.receive(settled(running, "done")))).toBe("completed");
  expect(await stream.receive(streamEnd)).toBe("SHUTDOWN");
  await closed;
  expect(waiting).not.toBe("");
});

test("a session whose server shuts down before its work is done is resumed on another server", async () => {
  const work = await openWork();
  await work.create(1);
  const stream = await begin(work.open(), 1);
  const { resumeToken } = await stream.receive(welcome);
  const { leaseToken } = await takeOne(stream);
  const second = await openWork({ of: work.test });
  const closed = work.endpoint.server.close({ graceMs: 100 });
  // Ended with a notice, or cut if the grace was too short for that.
  await stream.ended;
  await closed;
  const again = await begin(second.open(), 0, { resumeToken, held: { leaseTokens: [leaseToken] } });
  expect((await again.receive(welcome)).leases).toHaveLength(1);
  again.send({ completes: [{ leaseToken, requestId: "done", result }] });
  expect(resultOf(await again.receive(settled(leaseToken, "done")))).toBe("completed");
});
