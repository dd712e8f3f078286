// Unary gRPC goes a way of its own: whatever bytes come on it, however they come and break off, it answers as the
// library would, ends the call once, and the connection goes on.
import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { gunzipSync, gzipSync } from "node:zlib";
import { create, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, expect, test } from "vitest";
import {
  CreateTaskRequestSchema,
  CreateTaskResponseSchema,
  GetTaskRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { answered, begin, callRaw, framed } from "../raw-grpc.ts";
import { openTestServer, type ServerWishes, type TestServer } from "../test-server.ts";

const createPath = "/asyncgate.v1.TaskService/CreateTask";
const awaitPath = "/asyncgate.v1.TaskService/AwaitTask";
const anyTaskId = "0190b0f0-0000-7000-8000-000000000001";
const messageBytesMax = 1_048_576;
const open: { endpoint: TestServer; session: ClientHttp2Session }[] = [];
afterEach(async () => {
  for (const { endpoint, session } of open.splice(0)) {
    session.close();
    await endpoint.server.close({ graceMs: 10_000 }); // nothing is left that would have to be cut
    expect(endpoint.lines.filter(({ message }) => message.startsWith("connections cut"))).toEqual([]);
    session.destroy();
  }
});

async function openWith(wishes: ServerWishes = {}) {
  const created: string[] = [];
  const begun = Promise.withResolvers<void>();
  const reasons: unknown[] = [];
  const endpoint = await openTestServer({
    services(router) {
      router.service(TaskService, {
        createTask({ type }, { responseHeader, responseTrailer }) {
          created.push(type);
          responseHeader.set("x-header", "h");
          responseTrailer.set("x-trailer", "t");
          return { task: { type } };
        },
        async awaitTask(_request, { signal }) {
          begun.resolve();
          await once(signal, "abort");
          reasons.push(signal.reason);
          throw signal.reason;
        },
      });
    },
    ...wishes,
  });
  const session = connect(endpoint.url);
  session.on("error", () => {});
  await once(session, "connect");
  open.push({ endpoint, session });
  const rpcs = () => endpoint.lines.filter(({ message }) => message === "rpc");
  return { endpoint, session, created, begun: begun.promise, reasons, rpcs };
}

/** All that was written before has been read by the server. */
async function arrived(session: ClientHttp2Session): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    session.ping((error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

const task = (type: string) => toBinary(CreateTaskRequestSchema, create(CreateTaskRequestSchema, { type }));
const waiting = framed(toBinary(GetTaskRequestSchema, create(GetTaskRequestSchema, { taskId: anyTaskId })));

const hostile: readonly (readonly [string, Buffer, Code])[] = [
  ["no byte", Buffer.alloc(0), Code.InvalidArgument],
  ["half a head", framed(task("t")).subarray(0, 3), Code.InvalidArgument],
  ["a head alone that promises more", framed(Buffer.alloc(0), 0, 9), Code.InvalidArgument],
  ["a length that promises one byte more", framed(task("t"), 0, task("t").length + 1), Code.InvalidArgument],
  ["a length that promises one byte less", framed(task("t"), 0, task("t").length - 1), Code.InvalidArgument],
  ["a byte behind the message", Buffer.concat([framed(task("t")), Buffer.of(0)]), Code.InvalidArgument],
  ["two messages", Buffer.concat([framed(task("t")), framed(task("t"))]), Code.InvalidArgument],
  ["two messages, both empty", Buffer.alloc(10), Code.InvalidArgument],
  ["a message said to be compressed with nothing", framed(gzipSync(task("t")), 1), Code.InvalidArgument],
  ["a message that is none", framed(Buffer.of(0xff, 0xff)), Code.InvalidArgument],
  ["one byte above the bound", framed(Buffer.alloc(messageBytesMax + 1)), Code.ResourceExhausted],
  ["a length of 4 GiB", framed(Buffer.alloc(100), 0, 0xffff_ffff), Code.ResourceExhausted],
];

test.each(hostile)("%s is refused once, and the connection goes on", async (_name, body, code) => {
  const { session, created, rpcs } = await openWith();
  const { status, metadata } = await callRaw(session, createPath, body);
  expect({ status, code: Number(metadata["grpc-status"]) }).toEqual({ status: 200, code });
  expect(metadata["grpc-status-details-bin"]).toBeDefined();
  expect((await callRaw(session, createPath, framed(task("next")))).metadata["grpc-status"]).toBe("0");
  expect(created).toEqual(["next"]);
  expect(rpcs().map((line) => [line["protocol"], line["code"]])).toEqual([
    ["grpc", code === Code.InvalidArgument ? "invalid_argument" : "resource_exhausted"],
    ["grpc", "ok"],
  ]);
});

test("a length above the bound is refused before the bytes come", async () => {
  const { session } = await openWith();
  const stream = begin(session, createPath);
  stream.write(framed(Buffer.alloc(0), 0, messageBytesMax + 1));
  const { metadata, resetCode } = await answered(stream);
  expect(metadata["grpc-status"]).toBe(String(Code.ResourceExhausted));
  expect(resetCode).toBe(constants.NGHTTP2_NO_ERROR); // it asks to stop, and does not say that anything failed
});

test("refused bodies do not eat the connection's window", async () => {
  const { session } = await openWith();
  const refused = Array.from({ length: 100 }, () =>
    callRaw(session, createPath, Buffer.alloc(60_000), { authorization: "Bearer none" }),
  );
  for (const { metadata } of await Promise.all(refused)) expect(metadata["grpc-status"]).toBe("16");
  const large = create(CreateTaskRequestSchema, {
    type: "t",
    payload: { content: { case: "data", value: new Uint8Array(200_000) } },
  });
  const { metadata } = await callRaw(session, createPath, framed(toBinary(CreateTaskRequestSchema, large)));
  expect(metadata["grpc-status"]).toBe("0");
});

test("a message may come a byte at a time, and a large one in any pieces", async () => {
  const { session, created } = await openWith();
  const slow = begin(session, createPath);
  for (const byte of framed(task("slowly"))) {
    slow.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  slow.end();
  expect((await answered(slow)).metadata["grpc-status"]).toBe("0");
  const type = "t".repeat(255);
  const labels = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, "v".repeat(1_000)]));
  const large = framed(toBinary(CreateTaskRequestSchema, create(CreateTaskRequestSchema, { type, labels })));
  const pieces = begin(session, createPath);
  for (let at = 0; at < large.length; at += 1_021) pieces.write(large.subarray(at, at + 1_021));
  pieces.end();
  expect((await answered(pieces)).metadata["grpc-status"]).toBe("0");
  expect(created).toEqual(["slowly", type]);
});

test("what a handler adds to headers and trailers goes out, with its answer and nothing else", async () => {
  const { session } = await openWith();
  const { metadata, body } = await callRaw(session, createPath, framed(task("t")));
  const { date: _, ...rest } = metadata;
  expect(rest).toEqual({
    "content-type": "application/grpc+proto",
    "x-header": "h",
    "x-trailer": "t",
    "grpc-status": "0",
  });
  expect(fromBinary(CreateTaskResponseSchema, body.subarray(5)).task?.type).toBe("t");
  expect(body.subarray(0, 5)).toEqual(framed(body.subarray(5)).subarray(0, 5));
});

test("gzip is taken, and given to those who take it when it is worth it", async () => {
  const { session, created } = await openWith();
  const type = "z".repeat(255);
  const zipped = framed(gzipSync(task(type)), 1);
  const small = await callRaw(session, createPath, zipped, { "grpc-encoding": "gzip" });
  expect([small.metadata["grpc-status"], small.metadata["grpc-encoding"], small.body[0]]).toEqual(["0", "gzip", 0]);
  expect(created).toEqual([type]);
  const { session: other } = await openWith({
    services: (router) =>
      void router.service(TaskService, { createTask: () => ({ task: { type: "z".repeat(5_000) } }) }),
  });
  const large = await callRaw(other, createPath, framed(task("t")), {
    "grpc-accept-encoding": "identity,deflate,gzip",
  });
  expect([large.metadata["grpc-status"], large.metadata["grpc-encoding"], large.body[0]]).toEqual(["0", "gzip", 1]);
  expect(fromBinary(CreateTaskResponseSchema, gunzipSync(large.body.subarray(5))).task?.type).toHaveLength(5_000);
  const plain = await callRaw(other, createPath, framed(task("t")), { "grpc-accept-encoding": "identity" });
  expect([plain.metadata["grpc-encoding"], plain.body[0]]).toEqual([undefined, 0]);
});

test("the library answers JSON over gRPC, and an unknown content type is refused", async () => {
  const { session, rpcs } = await openWith();
  const message = create(CreateTaskRequestSchema, { type: "json" });
  const body = framed(Buffer.from(JSON.stringify(toJson(CreateTaskRequestSchema, message))));
  const json = await callRaw(session, createPath, body, { "content-type": "application/grpc+json" });
  expect(json.metadata).toMatchObject({ "content-type": "application/grpc+json", "grpc-status": "0" });
  expect(fromJson(CreateTaskResponseSchema, JSON.parse(json.body.subarray(5).toString())).task?.type).toBe("json");
  const thrift = await callRaw(session, createPath, body, { "content-type": "application/grpc+thrift" });
  expect(thrift.status).toBe(415);
  expect(rpcs().map((line) => line["code"])).toEqual(["ok", "unimplemented"]);
});

test("a body that breaks off reaches no handler, and its caller is logged as gone", async () => {
  const { endpoint, session, created, rpcs } = await openWith();
  const stream = begin(session, createPath);
  stream.write(framed(Buffer.alloc(0), 0, messageBytesMax));
  await arrived(session);
  // More than fits through at once: a client of Node's would otherwise end the body before it resets the stream.
  stream.write(Buffer.alloc(messageBytesMax - 1));
  stream.close(constants.NGHTTP2_CANCEL);
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({
    code: "canceled",
    protocol: "grpc",
  });
  expect((await callRaw(session, createPath, framed(task("next")))).metadata["grpc-status"]).toBe("0");
  expect(created).toEqual(["next"]);
  expect(rpcs()).toHaveLength(2);
});

test("a connection that breaks off in the middle of a body is a caller who has gone", async () => {
  const { endpoint, session, created } = await openWith();
  const stream = begin(session, createPath);
  stream.write(framed(task("half")).subarray(0, 6));
  await arrived(session);
  session.destroy();
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ code: "canceled" });
  expect(created).toEqual([]);
});

test("a body that stops coming is cut in time", async () => {
  const { endpoint, session } = await openWith({ config: { requestTimeoutMs: 50 } });
  const stream = begin(session, createPath);
  stream.write(framed(task("half")).subarray(0, 6));
  await answered(stream);
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ code: "canceled" });
});

test("a deadline that passes while the body comes is answered at once", async () => {
  const { session, rpcs } = await openWith();
  const stream = begin(session, createPath, { "grpc-timeout": "50m" });
  stream.write(framed(task("half")).subarray(0, 6));
  expect((await answered(stream)).metadata["grpc-status"]).toBe(String(Code.DeadlineExceeded));
  expect(rpcs().map((line) => line["code"])).toEqual(["deadline_exceeded"]);
});

test("a deadline that passes in the handler aborts its signal, and is the answer", async () => {
  const { session, reasons, rpcs } = await openWith();
  const { metadata } = await callRaw(session, awaitPath, waiting, { "grpc-timeout": "50m" });
  expect(metadata["grpc-status"]).toBe(String(Code.DeadlineExceeded));
  expect(reasons).toHaveLength(1);
  expect(rpcs().map((line) => [line["code"], line["reason"]])).toEqual([["deadline_exceeded", "DEADLINE_EXCEEDED"]]);
});

test.each(["", "1", "5x", "123456789S", "-1S", "3600001m"])(
  "a deadline of %j is refused as the library refuses it",
  async (timeout) => {
    const { session } = await openWith();
    const direct = await callRaw(session, createPath, framed(task("t")), { "grpc-timeout": timeout });
    const library = await callRaw(session, createPath, framed(task("t")), {
      ...libraryHeaders,
      "grpc-timeout": timeout,
    });
    expect(direct.metadata["grpc-status"]).toBe("3");
    expect(direct.metadata["grpc-message"]).toBe(library.metadata["grpc-message"]);
  },
);

/** A content type in other letters is the same to the library, and not known to the short way. */
const libraryHeaders = { "content-type": "application/grpc+PROTO" };

test("a caller who cancels aborts the handler's signal, and the call ends with its handler", async () => {
  const { endpoint, session, begun, reasons } = await openWith();
  const stream = begin(session, awaitPath);
  stream.end(waiting);
  await begun;
  expect(endpoint.lines).toEqual([]);
  stream.close(constants.NGHTTP2_CANCEL);
  const line = await endpoint.logged(({ message }) => message === "rpc");
  expect(line).toMatchObject({ code: "canceled", method: "asyncgate.v1.TaskService/AwaitTask" });
  expect(reasons).toHaveLength(1);
});

test("the signal of a call that is over is aborted, for handlers that still listen", async () => {
  const signal = Promise.withResolvers<AbortSignal>();
  const { session } = await openWith({
    services(router) {
      router.service(TaskService, {
        createTask(_request, context) {
          signal.resolve(context.signal);
          return {};
        },
      });
    },
  });
  await callRaw(session, createPath, framed(task("t")));
  const given = await signal.promise;
  if (!given.aborted) await once(given, "abort");
  expect(given.reason).toMatchObject({ name: "AbortError" });
});

test("handlers are told of a call what the library tells them", async () => {
  const told: unknown[] = [];
  const { session } = await openWith({
    services(router) {
      router.service(TaskService, {
        createTask(_request, { method, service, protocolName, requestMethod, url, requestHeader, timeoutMs }) {
          const header = [...requestHeader].filter(([name]) => name !== "content-type");
          const { typeName } = service;
          told.push({ method: method.name, typeName, protocolName, requestMethod, url, header, timed: timeoutMs() });
          return {};
        },
      });
    },
  });
  const headers = { "x-one": "1", "x-two-bin": "AAE", "user-agent": "test" };
  await callRaw(session, createPath, framed(task("t")), headers);
  await callRaw(session, createPath, framed(task("t")), { ...headers, ...libraryHeaders });
  expect(told).toHaveLength(2);
  expect(told[0]).toEqual(told[1]);
});

test("a thousand calls at once on one connection are all answered, each with its own", async () => {
  const { endpoint, session } = await openWith();
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const headers = { authorization: "Bearer ag_test_key1_0123456789abcdef" };
  const types = Array.from({ length: 1_000 }, (_, index) => `type-${index}`);
  const answers = await Promise.all(types.map((type) => client.createTask({ type }, { headers })));
  expect(answers.map((answer) => answer.task?.type)).toEqual(types);
  expect(session.destroyed).toBe(false);
});

test("calls that run, or are on their way, when the server goes are finished", async () => {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { endpoint, session } = await openWith({
    services(router) {
      router.service(TaskService, {
        async createTask({ type }) {
          begun.resolve();
          await gate.promise;
          return { task: { type } };
        },
      });
    },
  });
  const late = begin(session, createPath);
  const running = callRaw(session, createPath, framed(task("running")));
  await begun.promise;
  const closed = endpoint.server.close({ graceMs: 10_000 });
  gate.resolve();
  late.end(framed(task("late")));
  expect((await running).metadata["grpc-status"]).toBe("0");
  expect((await answered(late)).metadata["grpc-status"]).toBe("0");
  await closed;
});
