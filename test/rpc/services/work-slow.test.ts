// Streams whose workers do not read: they are cut, for real, and nothing of theirs is lost or left behind.
import { once } from "node:events";
import http2 from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { expect, onTestFinished, test, vi } from "vitest";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { WorkRequestSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { query } from "../../helpers/database.ts";
import { patience } from "../../helpers/patience.ts";
import { offers, type SentFrame } from "../../helpers/work-stream.ts";
import { openWork } from "../open-work.ts";

const slowReaderMs = 500;
const method = "asyncgate.v1.WorkerService/Work";

/** A client that says what it is told and takes nothing off its stream: libraries would read ahead. */
async function openDeaf(url: string) {
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
  const closed = once(stream, "close").catch(() => {}); // by whatever
  return {
    send(frame: SentFrame) {
      const bytes = toBinary(WorkRequestSchema, create(WorkRequestSchema, frame));
      const head = Buffer.alloc(5);
      head.writeUInt32BE(bytes.length, 1);
      stream.write(Buffer.concat([head, bytes]));
    },
    /** Reads what had come, to see whether more comes. Node tells of an end only those who read. */
    async readOn() {
      stream.resume();
      await closed;
    },
    ping: () => new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve()))),
  };
}

async function createLarge(work: Awaited<ReturnType<typeof openWork>>, count: number): Promise<string[]> {
  const payload = { content: { case: "json" as const, value: JSON.stringify("x".repeat(200_000)) } };
  const created = Array.from({ length: count }, () => work.tasks.createTask({ type: "large", payload }, work.tasker));
  return (await Promise.all(created)).map(({ task }) => task?.taskId ?? "");
}

test("a worker that does not read is cut, and what it did not read goes back at once", async () => {
  // An offer's window is long here: nothing but the cut gives the offers back.
  const work = await openWork({ sessionBounds: { slowReaderMs, offerAcceptMs: 600_000 } });
  const taskIds = await createLarge(work, 10);
  const deaf = await openDeaf(work.door.url);
  deaf.send({ hello: { workerName: "deaf" }, credit: { tasks: 10 } });
  const line = await work.door.logged((one) => one["method"] === method);
  expect(line).toMatchObject({ code: "canceled", offers: 10, offers_returned: 10 });
  await deaf.readOn();
  await deaf.ping(); // the connection lives, and other streams on it
  expect(await work.door.metrics.registry.getSingleMetricAsString("asyncgate_work_streams")).toMatch(/streams 0$/m);
  const other = work.open("other-key");
  other.send({ hello: {}, credit: { tasks: 10 } });
  const found = await other.receive(offers(10));
  expect(found.map(({ leased }) => leased?.task?.taskId).sort()).toEqual([...taskIds].sort());
  for (const { leased } of found) expect(leased?.task).toMatchObject({ leaseLosses: 0, attempt: 1 });
  expect(await other.receive(({ offers: [offer] }) => offer?.leased?.task?.payload)).toBeDefined();
});

test("a worker that sends on and on and reads no answer is cut as well", async () => {
  const work = await openWork({ sessionBounds: { slowReaderMs } });
  const deaf = await openDeaf(work.door.url);
  deaf.send({ hello: { workerName: "deaf" } });
  // More answers than wait for anybody.
  const accepts = Array.from({ length: 500 }, () => ({ leaseToken: "stale".repeat(50) }));
  for (let frames = 0; frames < 60; frames += 1) deaf.send({ accepts });
  expect(await work.door.logged((one) => one["method"] === method)).toMatchObject({ code: "canceled" });
  await deaf.readOn();
});

test("a worker with credits for far more than fits is offered all of it as it reads, and is not cut", {
  timeout: 60_000,
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

test("of a worker that does not read for a while, no more is in memory than fits", { timeout: 60_000 }, async () => {
  const work = await openWork({ sessionBounds: { slowReaderMs: 600_000, offerAcceptMs: 600_000 } });
  for (let made = 0; made < 200; made += 20) await createLarge(work, 20);
  const deaf = await openDeaf(work.door.url);
  deaf.send({ hello: { workerName: "deaf" }, credit: { tasks: 1_000 } });
  const { databaseUrl, ...database } = work.test.database;
  const held = async () => (await query(databaseUrl, "select from lease")).length;
  await vi.waitFor(async () => expect(await held()).toBeGreaterThan(0), patience);
  // A look that found all that it asked for is followed by the next one at once, unless its workers have enough.
  await vi.waitFor(() => expect(database.busy()).toBe(0), patience);
  expect(await held()).toBeLessThan(130);
});

test("a claim of many large tasks is answered with as many as any client takes", { timeout: 60_000 }, async () => {
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
