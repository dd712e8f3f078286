// However a call goes wrong, and in whatever protocol: one code, one detail with its reason, one log line.
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { gzipSync } from "node:zlib";
import { type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterEach, expect, test } from "vitest";
import { type ErrorDetail, ErrorDetailSchema, ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService, type WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { notFound, overloaded, Refused } from "../../src/core/refusal.ts";
import { framed } from "./raw-grpc.ts";
import { authorization, openTestServer, type ServerWishes, type TestServer, testKey } from "./test-server.ts";

const anyTaskId = "0190b0f0-0000-7000-8000-000000000001";
const asAlice = { headers: { authorization } };
const endpoints: TestServer[] = [];
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.server.close({ graceMs: 0 });
});

/** How many AwaitTask calls have reached their handler. */
let awaiting = 0;

async function open(wishes: ServerWishes = {}): Promise<TestServer> {
  const endpoint = await openTestServer({
    services(router) {
      router.service(SystemService, {
        getServerInfo: () => ({ tenant: "x".repeat(5 * 1_048_576) }),
        getConfig: () => {
          throw new Error(`connection to postgres://secret failed`);
        },
      });
      router.service(TaskService, {
        createTask: () => ({ existed: true }),
        getTask: ({ taskId }) => {
          throw new Refused(notFound("task", taskId));
        },
        listTasks: () => {
          throw new Refused(overloaded({ limit: "pool_waiting_max", bound: 10, value: 11 }, 1_200));
        },
        async awaitTask(_request, { signal }) {
          awaiting += 1;
          await once(signal, "abort");
          throw signal.reason;
        },
        async *watchTask({ taskId }) {
          yield { task: { taskId } };
          throw new Refused(notFound("task", taskId));
        },
      });
      router.service(WorkerService, {
        async *work(requests: AsyncIterable<WorkRequest>) {
          for await (const _frame of requests) yield {};
        },
      });
    },
    ...wishes,
  });
  endpoints.push(endpoint);
  return endpoint;
}

async function failure(call: Promise<unknown>): Promise<{ error: ConnectError; detail: ErrorDetail }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw new Error(`expected a ConnectError, got ${String(error)}`);
  const details = error.findDetails(ErrorDetailSchema);
  expect(details, error.message).toHaveLength(1);
  return { error, detail: details[0] as ErrorDetail };
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _message of stream) count++;
  return count;
}

const transports: [string, (baseUrl: string, options?: object) => Transport][] = [
  ["Connect over HTTP/1.1", (baseUrl, more) => createConnectTransport({ baseUrl, httpVersion: "1.1", ...more })],
  [
    "Connect with JSON",
    (baseUrl, more) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false, ...more }),
  ],
  ["gRPC", (baseUrl, more) => createGrpcTransport({ baseUrl, ...more })],
  ["gRPC-Web", (baseUrl, more) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1", ...more })],
];

test.each(transports)("%s: a refusal carries code, reason, advice, facts and the call's id", async (_name, to) => {
  const endpoint = await open();
  const tasks = createClient(TaskService, to(endpoint.url));
  const { error, detail } = await failure(tasks.getTask({ taskId: anyTaskId }, asAlice));
  expect(error.code).toBe(Code.NotFound);
  expect(detail).toMatchObject({
    reason: ErrorReason.TASK_NOT_FOUND,
    retryable: false,
    facts: { case: "resource", value: { kind: "task", id: anyTaskId } },
  });
  expect(detail.advice).toContain("task id");
  const line = await endpoint.logged(({ message }) => message === "rpc");
  expect(line).toMatchObject({ code: "not_found", reason: "TASK_NOT_FOUND", call_id: detail.callId });
});

test.each(transports)("%s: a refusal in the midst of a stream comes after what was sent", async (_name, to) => {
  const endpoint = await open();
  let seen = 0;
  const call = (async () => {
    for await (const _answer of createClient(TaskService, to(endpoint.url)).watchTask({ taskId: anyTaskId }, asAlice))
      seen++;
  })();
  expect((await failure(call)).detail.reason).toBe(ErrorReason.TASK_NOT_FOUND);
  expect(seen).toBe(1);
});

test.each(transports)("%s: retry_after is told in the detail and as a Retry-After header", async (_name, to) => {
  const endpoint = await open();
  const { error, detail } = await failure(createClient(TaskService, to(endpoint.url)).listTasks({}, asAlice));
  expect(error.code).toBe(Code.Unavailable);
  expect(detail).toMatchObject({ retryable: true, retryAfter: { seconds: 1n, nanos: 200_000_000 } });
  expect(error.metadata.get("retry-after")).toBe("2");
});

test.each(transports)("%s: a bug is logged whole, and its caller is told no detail", async (_name, to) => {
  const endpoint = await open();
  const { error, detail } = await failure(createClient(SystemService, to(endpoint.url)).getConfig({}, asAlice));
  expect(detail).toMatchObject({ reason: ErrorReason.INTERNAL, facts: { case: undefined } });
  expect(JSON.stringify([error.rawMessage, detail.message])).not.toContain("postgres");
  const line = await endpoint.logged(({ level }) => level === "error");
  expect(line).toMatchObject({ error: "connection to postgres://secret failed", call_id: detail.callId });
  expect(line["stack"]).toContain("errors.test.ts");
});

test.each(transports)("%s: every broken rule is told at once", async (_name, to) => {
  const endpoint = await open();
  const bad = { type: "", priority: 10, labels: { "": "x" }, queue: "nul\0" };
  const { error, detail } = await failure(createClient(TaskService, to(endpoint.url)).createTask(bad, asAlice));
  expect(error.code).toBe(Code.InvalidArgument);
  if (detail.facts.case !== "violations") throw new Error("no violations");
  expect(detail.facts.value.violations.map(({ field, rule }) => [field, rule])).toEqual([
    ["type", "string.min_len"],
    ["queue", "string.no_nul"],
    ['labels[""]', "string.min_len"],
    ["priority", "int32.gte_lte"],
  ]);
});

test.each(transports)("%s: a message above the bound is refused with the bound", async (_name, to) => {
  const endpoint = await open();
  const { error, detail } = await failure(
    createClient(TaskService, to(endpoint.url)).createTask(heavy(1_048_577), asAlice),
  );
  expect(error.code).toBe(Code.ResourceExhausted);
  expect(detail.reason).toBe(ErrorReason.LIMIT_EXCEEDED);
  expect(detail.facts).toMatchObject({ case: "limit", value: { limit: "message_bytes_max", bound: 1_048_576n } });
  const line = await endpoint.logged(({ message }) => message === "rpc");
  expect(line).toMatchObject({
    method: "asyncgate.v1.TaskService/CreateTask",
    reason: "LIMIT_EXCEEDED",
    principal: "agent:alice",
  });
});

test("a message of exactly the bound, or one byte less, is taken", async () => {
  const endpoint = await open();
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  for (const bytes of [1_048_575, 1_048_576]) {
    // 1,048,576 bytes on the wire, tags and lengths included
    expect((await tasks.createTask(heavy(bytes), asAlice)).existed).toBe(true);
  }
});

test.each(transports)("%s: an answer above the bound is not sent", async (name, to) => {
  const endpoint = await open();
  const error = await createClient(SystemService, to(endpoint.url))
    .getServerInfo({}, asAlice)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: Code.ResourceExhausted });
  // The library's gRPC-Web handlers abort the call's signal without the error, so there it goes without its reason.
  const details = (error as ConnectError).findDetails(ErrorDetailSchema);
  expect(details.map(({ reason }) => reason)).toEqual(name.startsWith("gRPC-Web") ? [] : [ErrorReason.LIMIT_EXCEEDED]);
});

test("a deadline that passes is DEADLINE_EXCEEDED in the answer and in the log", async () => {
  const endpoint = await open();
  // By hand: the clients have timers of their own, and go at the same moment.
  const response = await fetch(`${endpoint.url}/asyncgate.v1.TaskService/AwaitTask`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", "connect-timeout-ms": "50" },
    body: JSON.stringify({ taskId: anyTaskId }),
  });
  const { code, details } = (await response.json()) as { code: string; details: { value: string }[] };
  expect(code).toBe("deadline_exceeded");
  expect(decode(ErrorDetailSchema, details[0]?.value)).toMatchObject({
    reason: ErrorReason.DEADLINE_EXCEEDED,
    retryable: true,
  });
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ code: "deadline_exceeded" });
  const body = framed(Buffer.concat([Buffer.of(10, 36), Buffer.from(anyTaskId)]));
  const { detail } = await grpcFailure(endpoint, "/asyncgate.v1.TaskService/AwaitTask", body, {
    "grpc-timeout": "50m",
  });
  expect(detail.reason).toBe(ErrorReason.DEADLINE_EXCEEDED);
});

test.each(transports)("%s: a caller whose deadline passes is answered so by its own library", async (_name, to) => {
  const endpoint = await open();
  const client = createClient(TaskService, to(endpoint.url));
  const before = awaiting;
  // On a slow machine the first deadlines pass before their calls reach the server.
  for (let timeoutMs = 50; awaiting === before; timeoutMs *= 2) {
    const call = client.awaitTask({ taskId: anyTaskId }, { ...asAlice, timeoutMs });
    await expect(call).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  }
  const line = await endpoint.logged(({ message }) => message === "rpc");
  expect(["deadline_exceeded", "canceled"]).toContain(line["code"]); // whose timer is first
  expect(endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});

test("a caller who goes is logged as canceled", async () => {
  const endpoint = await open();
  const gone = new AbortController();
  const before = awaiting;
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const call = client.awaitTask({ taskId: anyTaskId }, { ...asAlice, signal: gone.signal });
  const rejected = expect(call).rejects.toMatchObject({ code: Code.Canceled });
  await expect.poll(() => awaiting).toBe(before + 1);
  gone.abort();
  await rejected;
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ code: "canceled" });
});

test("a deadline longer than the server allows is refused", async () => {
  const endpoint = await open();
  const call = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url })).getTask(
    { taskId: anyTaskId },
    { ...asAlice, timeoutMs: 3_600_001 },
  );
  expect((await failure(call)).detail.reason).toBe(ErrorReason.INVALID_ARGUMENT);
});

test.each(transports)("%s: a method without a handler is UNSUPPORTED", async (_name, to) => {
  const endpoint = await open();
  const { error, detail } = await failure(
    createClient(TaskService, to(endpoint.url)).cancelTask({ taskId: anyTaskId }, asAlice),
  );
  expect(error.code).toBe(Code.Unimplemented);
  expect(detail.reason).toBe(ErrorReason.UNSUPPORTED);
});

const garbage = new Uint8Array([0xff, 0xff, 0xff, 0xff]);
const bomb = gzipSync(Buffer.alloc(100 * 1_048_576));

test.each([
  ["bytes that are no message", "application/proto", garbage, {}, "INVALID_ARGUMENT"],
  ["text that is no JSON", "application/json", Buffer.from("{"), {}, "INVALID_ARGUMENT"],
  ["an unknown compression", "application/proto", garbage, { "content-encoding": "zstd" }, "UNSUPPORTED"],
  [
    "what is not what it says it is compressed with",
    "application/proto",
    garbage,
    { "content-encoding": "gzip" },
    "INVALID_ARGUMENT",
  ],
  ["a decompression bomb", "application/proto", bomb, { "content-encoding": "gzip" }, "LIMIT_EXCEEDED"],
] as const)("Connect: %s", async (_name, contentType, body, headers, reason) => {
  const endpoint = await open();
  const response = await fetch(`${endpoint.url}/asyncgate.v1.TaskService/CreateTask`, {
    method: "POST",
    headers: { authorization, "content-type": contentType, ...headers },
    body,
  });
  const { details } = (await response.json()) as { details: { type: string; value: string }[] };
  expect(details.map(({ type }) => type)).toEqual(["asyncgate.v1.ErrorDetail"]);
  expect(decode(ErrorDetailSchema, details[0]?.value)).toMatchObject({ reason: ErrorReason[reason] });
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ reason, protocol: "connect" });
});

test.each([
  ["bytes that are no message", "CreateTask", framed(garbage), {}, "INVALID_ARGUMENT"],
  ["an envelope that is cut short", "CreateTask", Buffer.from([0, 0, 0, 0, 9, 1]), {}, "INVALID_ARGUMENT"],
  ["no message at all", "CreateTask", Buffer.alloc(0), {}, "INVALID_ARGUMENT"],
  [
    "a second message",
    "CreateTask",
    Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))]),
    {},
    "INVALID_ARGUMENT",
  ],
  ["an unknown compression", "CreateTask", framed(garbage, 1), { "grpc-encoding": "zstd" }, "UNSUPPORTED"],
  ["a decompression bomb", "CreateTask", framed(bomb, 1), { "grpc-encoding": "gzip" }, "LIMIT_EXCEEDED"],
  ["garbage to a stream of answers", "WatchTask", framed(garbage), {}, "INVALID_ARGUMENT"],
] as const)("gRPC: %s", async (_name, method, body, headers, reason) => {
  const endpoint = await open();
  const { detail } = await grpcFailure(endpoint, `/asyncgate.v1.TaskService/${method}`, body, headers);
  expect(detail.reason).toBe(ErrorReason[reason]);
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ reason, protocol: "grpc" });
  expect(endpoint.lines.filter(({ message }) => message === "rpc")).toHaveLength(1);
});

test("a bad frame ends a stream in both directions with every violation", async () => {
  const endpoint = await open();
  async function* frames() {
    yield { credit: { tasks: 1 } };
    yield { credit: { tasks: 0 }, bye: { reason: "nul\0" } };
  }
  const client = createClient(WorkerService, createGrpcTransport({ baseUrl: endpoint.url }));
  const { detail } = await failure(drain(client.work(frames(), asAlice)));
  if (detail.facts.case !== "violations") throw new Error("no violations");
  expect(detail.facts.value.violations.map(({ field }) => field)).toEqual(["credit.tasks", "bye.reason"]);
});

test("no secret is in any line", async () => {
  const endpoint = await open();
  await failure(createClient(SystemService, createGrpcTransport({ baseUrl: endpoint.url })).getConfig({}, asAlice));
  expect(JSON.stringify(endpoint.lines)).not.toContain(testKey);
});

/** A CreateTaskRequest of exactly so many bytes: `{type: "t", payload: {data}}`. */
function heavy(bytes: number) {
  const overhead = 3 + 4 + 4; // type; tag and 3-byte length of the payload; tag and 3-byte length of its data
  return { type: "t", payload: { content: { case: "data" as const, value: new Uint8Array(bytes - overhead) } } };
}

async function grpcFailure(endpoint: TestServer, path: string, body: Buffer, headers: object) {
  const session = connectHttp2(endpoint.url);
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    authorization,
    "content-type": "application/grpc+proto",
    te: "trailers",
    ...headers,
  });
  stream.end(body);
  const trailers: Record<string, unknown> = {};
  stream.on("response", (received) => Object.assign(trailers, received));
  stream.on("trailers", (received) => Object.assign(trailers, received));
  stream.resume();
  await once(stream, "end");
  session.close();
  const status = Buffer.from(String(trailers["grpc-status-details-bin"]), "base64");
  return { detail: statusDetail(status) };
}

/** The first detail of a google.rpc.Status: field 3, an Any whose field 2 is the value. */
function statusDetail(status: Uint8Array): ErrorDetail {
  const any = field(status, 3);
  return fromBinary(ErrorDetailSchema, field(any, 2));
}

function field(bytes: Uint8Array, wanted: number): Uint8Array {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if ((tag & 7) !== 2) continue;
    if (tag >> 3 === wanted) return bytes.subarray(at, at + value);
    at += value;
  }
  throw new Error(`no field ${wanted}`);
}

function decode(schema: DescMessage, value: string | undefined) {
  return fromBinary(schema, Buffer.from(value ?? "", "base64"));
}
