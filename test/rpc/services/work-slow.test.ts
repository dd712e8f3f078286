// Streams whose workers do not read: they are ended with the reason, and none of their tasks is lost.
import { once } from "node:events";
import http2 from "node:http2";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { expect, onTestFinished, test, vi } from "vitest";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  StreamEndReason,
  WorkRequestSchema,
  type WorkResponse,
  WorkResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { query } from "../../helpers/database.ts";
import { patience } from "../../helpers/patience.ts";
import { offers, reasonOf, type SentFrame, welcome } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

const slowReaderMs = 500;
const headBytes = 5;
const method = "asyncgate.v1.WorkerService/Work";
const slowConsumer = { code: "resource_exhausted", reason: "SLOW_CONSUMER" };

/** A client that sends what it is told to and does not read its stream; libraries would read ahead. */
async function openUnread(url: string) {
  const session = http2.connect(url);
  onTestFinished(() => session.destroy());
  session.on("error", () => {});
  await once(session, "connect");
  const stream = session.request({
    ":method": "POST",
    ":path": `/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
    authorization: "Bearer worker-key",
  });
  stream.on("error", () => {});
  const trailers = new Headers();
  stream.on("trailers", (fields) => {
    for (const name in fields) trailers.set(name, String(fields[name]));
  });
  const chunks: Buffer[] = [];
  const closed = once(stream, "close").catch(() => {}); // with whatever error
  return {
    send(frame: SentFrame) {
      const bytes = toBinary(WorkRequestSchema, create(WorkRequestSchema, frame));
      const head = Buffer.alloc(headBytes);
      head.writeUInt32BE(bytes.length, 1);
      stream.write(Buffer.concat([head, bytes]));
    },
    /** Reads until the stream is closed, and returns its HTTP/2 error code. Node reports an end only to readers. */
    async readOn() {
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      await closed;
      return stream.rstCode;
    },
    trailers: () => trailers,
    frames: () => framesIn(Buffer.concat(chunks)),
    ping: () => new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve()))),
  };
}

function framesIn(bytes: Buffer): WorkResponse[] {
  const frames: WorkResponse[] = [];
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const end = at + headBytes + bytes.readUInt32BE(at + 1);
    frames.push(fromBinary(WorkResponseSchema, bytes.subarray(at + headBytes, end)));
    at = end;
  }
  return frames;
}

async function createLarge(work: Awaited<ReturnType<typeof openWork>>, count: number): Promise<string[]> {
  const payload = { content: { case: "json" as const, value: JSON.stringify("x".repeat(200_000)) } };
  const created = Array.from({ length: count }, () => work.tasks.createTask({ type: "large", payload }, work.tasker));
  return (await Promise.all(created)).map(({ task }) => task?.taskId ?? "");
}

test("a worker that does not read is cut as a slow consumer, and its offers return at once", async () => {
  // The window of offers is long here: only the cut returns them.
  const work = await openWork({ sessionBounds: { slowReaderMs, offerAcceptMs: 600_000 } });
  const taskIds = await createLarge(work, 10);
  const unread = await openUnread(work.endpoint.url);
  unread.send({ hello: { workerName: "unread" }, credit: { tasks: 10 } });
  const line = await work.endpoint.logged((one) => one["method"] === method);
  expect(line).toMatchObject({ ...slowConsumer, offers: 10, offers_returned: 10 });
  expect(await unread.readOn()).toBe(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
  await unread.ping(); // the connection lives, and other streams on it
  expect(await work.endpoint.metrics.registry.getSingleMetricAsString("asyncgate_work_streams")).toMatch(/streams 0$/m);
  const other = work.open("other-key");
  other.send({ hello: {}, credit: { tasks: 10 } });
  const found = await other.receive(offers(10));
  expect(found.map(({ leased }) => leased?.task?.taskId).sort()).toEqual([...taskIds].sort());
  for (const { leased } of found) expect(leased?.task).toMatchObject({ leaseLosses: 0, attempt: 1 });
  expect(await other.receive(({ offers: [offer] }) => offer?.leased?.task?.payload)).toBeDefined();
});

test("a worker that keeps sending and reads no answer is cut as well", async () => {
  const work = await openWork({ sessionBounds: { slowReaderMs } });
  const unread = await openUnread(work.endpoint.url);
  unread.send({ hello: { workerName: "unread" } });
  // More answers than the outbox may hold.
  const accepts = Array.from({ length: 500 }, () => ({ leaseToken: "stale".repeat(50) }));
  for (let frames = 0; frames < 60; frames += 1) unread.send({ accepts });
  expect(await work.endpoint.logged((one) => one["method"] === method)).toMatchObject(slowConsumer);
  await unread.readOn();
});

test("a worker that reads is not cut, however many items it sends at once", { timeout: 240_000 }, async () => {
  const work = await openWork();
  const stream = work.open();
  stream.send({ hello: {} });
  await stream.receive(welcome);
  // Refused without the database, and so answered as fast as they are read.
  const completes = Array.from({ length: 500 }, () => ({ leaseToken: "" }));
  const frames = 120;
  for (let sent = 0; sent < frames; sent += 1) stream.send({ completes });
  let answers = 0;
  await stream.receive(({ settled }) => {
    answers += settled.length;
    return answers === frames * completes.length || undefined;
  });
  stream.send({ bye: {} });
  expect(await stream.ended).toBe("ok");
});

test("a worker that reads again in time gets the reason, in its last frame and as the error", async () => {
  const sessionBounds = { slowReaderMs, slowReaderCutMs: 600_000, offerAcceptMs: 600_000 };
  const work = await openWork({ sessionBounds });
  await createLarge(work, 10);
  const unread = await openUnread(work.endpoint.url);
  unread.send({ hello: { workerName: "unread" }, credit: { tasks: 10 } });
  const returned = () => work.endpoint.metrics.registry.getSingleMetricAsString("asyncgate_work_items_total");
  await vi.waitFor(async () => expect(await returned()).toContain('{what="offers_returned"} 10'), patience);
  expect(await unread.readOn()).toBe(http2.constants.NGHTTP2_NO_ERROR);
  expect(unread.frames().at(-1)).toMatchObject({ streamEnd: { reason: StreamEndReason.SLOW_CONSUMER } });
  expect(reasonOf(findTrailerError(unread.trailers()))).toBe("SLOW_CONSUMER");
  expect(await work.endpoint.logged((one) => one["method"] === method)).toMatchObject(slowConsumer);
});

test("a worker with credits for more than fits is offered everything as it reads, and is not cut", {
  timeout: 240_000,
}, async () => {
  const work = await openWork();
  const taskIds = [];
  for (let made = 0; made < 200; made += 20) taskIds.push(...(await createLarge(work, 20)));
  const stream = work.open();
  stream.send({ hello: {}, credit: { tasks: 1_000 } });
  const found = await stream.receive(offers(200));
  expect(found.map(({ leased }) => leased?.task?.taskId).sort()).toEqual(taskIds.sort());
  stream.send({ bye: {} });
  expect(await stream.ended).toBe("ok");
});

test("offers to a worker that does not read are bounded in memory", { timeout: 240_000 }, async () => {
  const work = await openWork({ sessionBounds: { slowReaderMs: 600_000, offerAcceptMs: 600_000 } });
  for (let made = 0; made < 200; made += 20) await createLarge(work, 20);
  const unread = await openUnread(work.endpoint.url);
  unread.send({ hello: { workerName: "unread" }, credit: { tasks: 1_000 } });
  const { databaseUrl, ...database } = work.test.database;
  const held = async () => (await query(databaseUrl, "select from lease")).length;
  await vi.waitFor(async () => expect(await held()).toBeGreaterThan(0), patience);
  // A fetch that found all that it asked for is followed by the next at once, unless its workers have enough.
  await vi.waitFor(() => expect(database.busy()).toBe(0), patience);
  expect(await held()).toBeLessThan(130);
});

test("a claim of many large tasks is answered with as many as fit into a message", { timeout: 240_000 }, async () => {
  const work = await openWork();
  await createLarge(work, 30);
  const leases = createClient(LeaseService, work.transport);
  const found: (string | undefined)[] = [];
  while (found.length < 30) {
    const { tasks } = await leases.claimTasks({ maxTasks: 100 }, { headers: { authorization: "Bearer worker-key" } });
    expect(tasks.length).toBeGreaterThan(1);
    found.push(...tasks.map(({ task }) => task?.taskId));
  }
  expect(new Set(found).size).toBe(30);
});
