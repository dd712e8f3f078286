// What servers may say to a worker and ours does not yet, or seldom: the kit follows it all the same. The server here
// says what the test tells it to, behind a real door.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { describe, expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  StreamEndReason,
  WorkerService,
  type WorkRequest,
  WorkResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { createEar, createMouth } from "../../helpers/work-stream.ts";
import { KEY, openDoor } from "../../rpc/open-door.ts";
import { createGate, kitTimeoutMs, startWorker } from "./kit.ts";

type Said = MessageInitShape<typeof WorkResponseSchema>;

/** One stream as the server has it: it answers beats by itself. */
function openStream(requests: AsyncIterable<WorkRequest>) {
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const ear = createEar<WorkRequest>(ended);
  const mouth = createMouth<Said>();
  void (async () => {
    try {
      for await (const frame of requests) {
        if (frame.heartbeat) mouth.say({ heartbeatAck: { sequence: frame.heartbeat.sequence } });
        ear.take(frame);
      }
    } catch {
      // It broke: that is an end, too.
    }
    resolve("ended");
  })();
  return { ...ear, say: mouth.say, answers: mouth.frames, hang: mouth.close };
}

type Stream = ReturnType<typeof openStream>;

async function openServer() {
  const streams: Stream[] = [];
  const waiting = new Set<() => void>();
  const door = await openDoor({
    services: (router) =>
      router.service(WorkerService, {
        async *work(requests) {
          const stream = openStream(requests);
          streams.push(stream);
          for (const look of waiting) look();
          for await (const frame of stream.answers()) yield create(WorkResponseSchema, frame);
        },
      }),
  });
  onTestFinished(async () => {
    for (const { hang } of streams) hang();
    await door.server.close({ graceMs: 0 });
  });
  /** The stream of this number, from 1, as soon as it is there. */
  const stream = (number: number) =>
    new Promise<Stream>((resolve) => {
      const look = () => {
        const found = streams[number - 1];
        if (found) resolve(found);
      };
      waiting.add(look);
      look();
    });
  /** Lets all workers go. */
  const sendAway = () => {
    for (const { say, hang } of streams) {
      say({ streamEnd: { reason: StreamEndReason.BYE } });
      hang();
    }
  };
  return { url: door.url, stream, sendAway };
}

function offerOf(name: string) {
  const task = create(TaskSchema, { taskId: `task-${name}`, type: "work" });
  return { leased: { task, lease: { leaseId: `lease-${name}`, taskId: `task-${name}`, token: name } } };
}

const hello = ({ hello: said }: WorkRequest) => said;
const credit = ({ credit: said }: WorkRequest) => said;
const completed = (name: string) => (frame: WorkRequest) =>
  frame.completes.find(({ leaseToken }) => leaseToken === name);
const released = (name: string) => (frame: WorkRequest) => frame.releases.find(({ leaseToken }) => leaseToken === name);
const hourly = { seconds: 3_600n };
const welcome = {
  ...{ sessionId: "s", resumeToken: "agr1_token", frameItemsMax: 500 },
  ...{ heartbeatInterval: { nanos: 50_000_000 }, ttl: hourly, acceptWindow: hourly },
};

/** So many beats from now on, which no wish slows down. */
async function beats(stream: Stream, count: number): Promise<void> {
  const latest = stream.frames.findLast(({ heartbeat }) => heartbeat)?.heartbeat?.sequence ?? 0n;
  for (let sequence = latest + 1n; sequence <= latest + BigInt(count); sequence += 1n) {
    await stream.hear(({ heartbeat }) => heartbeat?.sequence === sequence || undefined);
  }
}

describe.each([true, false])("with a thread of its own: %s", { timeout: kitTimeoutMs }, (thread) => {
  async function begin() {
    const server = await openServer();
    const gates = { one: createGate(), two: createGate(), three: createGate() };
    const worker = startWorker({
      ...{ endpoint: server.url, key: KEY, thread, slots: 3, drainOn: [] },
      reconnect: { initialMs: 1, multiplier: 1, maxMs: 1 },
      handlers: { work: (_input, { taskId }) => gates[taskId.slice("task-".length) as keyof typeof gates].pass() },
    });
    onTestFinished(server.sendAway);
    const first = await server.stream(1);
    expect(await first.hear(hello)).toMatchObject({ resumeToken: "", acceptTypes: ["work"], slots: 3 });
    first.say({ welcome });
    expect(await first.hear(credit)).toMatchObject({ tasks: 3 });
    first.say({ offers: Object.keys(gates).map(offerOf) });
    await Promise.all(Object.values(gates).map(({ entered }) => entered));
    return { server, worker, gates, first };
  }

  test("who is to reconfigure says hello again on a new stream, with what it holds, and goes on", async () => {
    const { server, gates, first } = await begin();
    first.say({ directives: [{ directive: { case: "reconfigure", value: { reason: "the operator wants it" } } }] });
    const second = await server.stream(2);
    const again = await second.hear(hello);
    expect(again.resumeToken).toBe("agr1_token");
    expect(again.held?.leaseTokens.sort()).toEqual(["one", "three", "two"]);
    const leases = Object.keys(gates).map((name) => offerOf(name).leased.lease);
    second.say({ welcome: { ...welcome, resumed: true, leases } });
    gates.one.open();
    expect(await second.hear(completed("one"))).toMatchObject({ leaseToken: "one" });
  });

  test("a lease that came along and is not held is given back, and again when that could not be taken", async () => {
    const { server, first } = await begin();
    first.say({ directives: [{ directive: { case: "reconfigure", value: {} } }] });
    const second = await server.stream(2);
    const { lease } = offerOf("unknown").leased;
    second.say({ welcome: { ...welcome, resumed: true, leases: [lease] } });
    const { requestId } = await second.hear(released("unknown"));
    const error = { reason: ErrorReason.UNAVAILABLE, message: "not now", retryable: true };
    second.say({ settled: [{ requestId, leaseToken: "unknown", result: { case: "error", value: error } }] });
    let heard = 0;
    await second.hear((frame) => (released("unknown")(frame) && ++heard === 2) || undefined);
  });

  test("who is to slow down says things seldom, beats as before, and goes on when it may", async () => {
    const { worker, gates, first } = await begin();
    const cancel = { leaseId: "lease-three", taskId: "task-three" };
    first.say({
      directives: [
        { directive: { case: "slowDown", value: { frameInterval: hourly } } },
        { directive: { case: "cancel", value: cancel } },
      ],
    });
    await worker.heard("stopping"); // and so the wish before it
    gates.one.open();
    await beats(first, 2);
    gates.two.open();
    await beats(first, 2);
    expect(first.frames.flatMap(({ completes }) => completes)).toEqual([]);
    first.say({ directives: [{ directive: { case: "slowDown", value: {} } }] });
    expect(await first.hear(completed("two"))).toMatchObject({ leaseToken: "two" });
    gates.three.open();
    expect(await first.hear(completed("three"))).toMatchObject({ leaseToken: "three" });
  });
});
