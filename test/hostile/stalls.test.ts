// Callers that make the server wait: bodies that never end, answers that are not read, connections that send nothing.
import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { answered, begin, framed } from "../rpc/raw-grpc.ts";
import { reasonOf } from "../rpc/reason-of.ts";
import { openTestServer, type ServerWishes, type TestServer, testKey } from "../rpc/test-server.ts";
import { dial, dialHttp2, errorCodes, flags, frame, frameTypes, grpcFields, opening } from "./frames.ts";
import { startHostileServer, underAttack } from "./server-process.ts";

const timeoutMs = 300_000;
const path = (method: string) => `/asyncgate.v1.${method}`;
const asAlice = { headers: { authorization: `Bearer ${testKey}` } };

/** GetTask answers at once, with as much as is wished; the waiting calls wait for their caller's going. */
async function open(config: ServerWishes["config"] = {}, answerBytes = 10): Promise<TestServer> {
  const endpoint = await openTestServer({
    config,
    services(router) {
      router.service(TaskService, {
        getTask: () => ({ task: { type: "x".repeat(answerBytes) } }),
        createTask: () => ({ existed: true }),
        async awaitTask(_request, { signal }) {
          await once(signal, "abort");
          throw signal.reason;
        },
        async *watchTask(_request, { signal }) {
          yield {};
          await once(signal, "abort");
        },
      });
      router.service(LeaseService, {
        async *keepLeases(requests) {
          for await (const _request of requests) yield {};
        },
      });
    },
  });
  onTestFinished(() => endpoint.server.close({ graceMs: 0 }));
  return endpoint;
}

function session(endpoint: TestServer) {
  const made = connectHttp2(endpoint.url);
  made.on("error", () => {});
  onTestFinished(() => made.destroy());
  return made;
}

const taskId = "0190b0f0-0000-7000-8000-000000000001";
const askForTask = framed(Buffer.from([10, 36, ...Buffer.from(taskId)]));
const bearer = { authorization: `Bearer ${testKey}` };

test.each([
  ["a unary call without its message", path("TaskService/GetTask"), bearer, []],
  [
    "a unary call that breaks off in its message",
    path("TaskService/GetTask"),
    bearer,
    [framed(Buffer.alloc(9), 0, 10)],
  ],
  ["a request for a stream without its message", path("TaskService/WatchTask"), bearer, []],
  ["a stream that breaks off in a frame", path("LeaseService/KeepLeases"), bearer, [Buffer.from([0, 0, 0])]],
  ["a stranger who asks nothing", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", {}, []],
  ["a stranger without a message", "/grpc.health.v1.Health/Check", {}, []],
] as const)("%s is cut when its time is over", async (_name, to, headers, written) => {
  const endpoint = await open({ requestTimeoutMs: 100 });
  const stream = begin(session(endpoint), to, { authorization: "", ...headers });
  for (const bytes of written) stream.write(bytes);
  await answered(stream);
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ code: "canceled" });
});

test("a stream of a worker owes nothing between its frames", async () => {
  const endpoint = await open({ requestTimeoutMs: 100 });
  const on = session(endpoint);
  const kept = begin(on, path("LeaseService/KeepLeases"));
  kept.write(framed(Buffer.alloc(0)));
  await once(kept, "data");
  const slow = begin(on, path("TaskService/GetTask"));
  await answered(slow); // cut
  expect(kept.closed).toBe(false);
  kept.end(framed(Buffer.alloc(0)));
  expect((await answered(kept)).metadata["grpc-status"]).toBe("0");
});

test("slow headers and slow bodies of HTTP/1.1 are cut, and told why", async () => {
  const endpoint = await open({ headersTimeoutMs: 100, requestTimeoutMs: 100 });
  const head = `POST ${path("TaskService/GetTask")} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${testKey}\r\n`;
  for (const said of [head, `${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{`]) {
    const socket = await dial(endpoint.port);
    socket.resume().write(said);
    await once(socket, "close");
  }
  const socket = await dial(endpoint.port);
  socket.write(head);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 408 .*deadline_exceeded/s);
});

test.each([
  ["what is no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"],
  ["headers of more than 16 KiB", `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(16_384)}\r\n\r\n`, "431"],
])("%s over HTTP/1.1 is told so, and cut", async (_name, said, status) => {
  const endpoint = await open();
  const socket = await dial(endpoint.port);
  let heard = "";
  socket.on("data", (chunk: Buffer) => {
    heard += chunk.toString();
  });
  socket.write(said, "latin1");
  await once(socket, "close");
  expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} .*"code":"`, "s"));
  expect((await fetch(`${endpoint.url}/healthz`)).status).toBe(200);
});

test("an answer that is not read is discarded when its time is over", async () => {
  const endpoint = await open({ requestTimeoutMs: 100 }, 100_000);
  for (const to of [path("TaskService/GetTask"), "/metrics"]) {
    const connection = await dialHttp2(endpoint.port, { windowBytes: 0 });
    connection.send(opening(1, grpcFields(to, testKey, to === "/metrics" ? { ":method": "GET" } : {})));
    connection.send(frame(frameTypes.data, flags.endStream, 1, askForTask));
    expect(await connection.hear(({ type }) => type === frameTypes.headers)).toBeDefined();
    expect(await connection.hear(({ type, streamId }) => type === frameTypes.reset && streamId === 1)).toBeDefined();
    connection.socket.destroy();
  }
});

test("calls beyond the bound are refused at once, over every protocol, and the server goes on", async () => {
  const endpoint = await open({ callsMax: 3 });
  const on = session(endpoint);
  const waits = Array.from({ length: 3 }, () => begin(on, path("TaskService/AwaitTask")));
  for (const wait of waits) wait.end(askForTask);
  await expect.poll(() => endpoint.metrics.registry.metrics().then(() => on.destroyed)).toBe(false);
  const byGrpc = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  await expect.poll(() => reasonOf(byGrpc.createTask({ type: "t" }, asAlice))).toBe(ErrorReason.OVERLOADED);
  const response = await fetch(`${endpoint.url}${path("TaskService/CreateTask")}`, {
    method: "POST",
    headers: { ...bearer, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.text()).toContain("calls_max");
  expect((await fetch(`${endpoint.url}/healthz`)).status).toBe(200);
  for (const wait of waits) wait.close(constants.NGHTTP2_CANCEL);
  await expect.poll(() => reasonOf(byGrpc.createTask({ type: "t" }, asAlice))).toBeUndefined();
});

test("a body that finds no room is refused, on both ways", async () => {
  const endpoint = await open({ callBytesMax: 200_000 });
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const heavy = { type: "t", payload: { content: { case: "json" as const, value: `"${"x".repeat(180_000)}"` } } };
  expect(await reasonOf(tasks.createTask(heavy, asAlice))).toBe(ErrorReason.OVERLOADED);
  const response = await fetch(`${endpoint.url}${path("TaskService/CreateTask")}`, {
    method: "POST",
    headers: { ...bearer, "content-type": "application/json" },
    body: JSON.stringify({ type: "t", payload: { json: heavy.payload.content.value } }),
  });
  expect(await response.text()).toContain("call_bytes_max");
  expect(response.status).toBe(503);
  expect(await reasonOf(tasks.createTask({ type: "t" }, asAlice))).toBeUndefined();
});

test("what HTTP/1.1 asks for ahead is bounded, and ends with its connection", async () => {
  const endpoint = await open({ callsMax: 100 });
  const socket = await dial(endpoint.port);
  const body = `{"taskId":"0190b0f0-0000-7000-8000-000000000001"}`;
  const ask =
    `POST ${path("TaskService/AwaitTask")} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${testKey}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  socket.write(ask.repeat(50));
  const refused = ({ reason }: { readonly [name: string]: unknown }) => reason === "OVERLOADED";
  await expect.poll(() => endpoint.lines.filter(refused).length).toBe(34);
  socket.destroy();
  await expect.poll(() => endpoint.lines.filter(({ code }) => code === "canceled").length).toBe(16);
});

test("answers that are not read do not fill the memory, and small calls are still served", {
  timeout: timeoutMs,
}, async () => {
  const server = await startHostileServer(["--call-bytes-max", "33554432", "--request-timeout-ms", "2000"]);
  const tasks = createClient(TaskService, server.transport());
  const payload = { content: { case: "json" as const, value: `"${"x".repeat(260_000)}"` } };
  const { task } = await tasks.createTask(
    { type: "large", payload },
    { headers: { authorization: `Bearer ${server.tasker}` } },
  );
  const ask = framed(Buffer.from([10, 36, ...Buffer.from(task?.taskId ?? "")]));
  await underAttack(server, 250, async () => {
    const connections = await Promise.all(Array.from({ length: 20 }, () => dialHttp2(server.port, { windowBytes: 0 })));
    // 390 MB of answers, asked for no faster than they are made: the pool must not be what stops it.
    for (let stream = 0; stream < 75; stream += 1) {
      const id = stream * 2 + 1;
      for (const connection of connections) {
        connection.send(opening(id, grpcFields(path("TaskService/GetTask"), server.tasker)));
        connection.send(frame(frameTypes.data, flags.endStream, id, ask));
      }
      const isAnswer = ({ type, streamId }: { type: number; streamId: number }) =>
        type === frameTypes.headers && streamId === id;
      await Promise.all(connections.map((connection) => connection.hear(isAnswer)));
    }
    for (const connection of connections) {
      const cut = await connection.hear(({ type }) => type === frameTypes.reset || type === frameTypes.goaway);
      expect(cut?.payload.readUInt32BE()).not.toBe(errorCodes.noError);
      connection.socket.destroy();
    }
  });
});
