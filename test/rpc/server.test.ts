// One port, three protocols, two versions of HTTP: spoken to by grpc-js, fetch, Connect's clients and bare sockets.

import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { afterEach, expect, test } from "vitest";
import {
  GetServerInfoRequestSchema,
  GetServerInfoResponseSchema,
  SystemService,
} from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import {
  TaskService,
  WatchTaskRequestSchema,
  WatchTaskResponseSchema,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService, type WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { callerOf } from "../../src/rpc/call/call.ts";
import type { HttpRoute } from "../../src/rpc/net/http-routes.ts";
import { authorization, openTestServer, type ServerWishes, type TestServer, testKey } from "./test-server.ts";

const anyTaskId = "0190b0f0-0000-7000-8000-000000000001";
const endpoints: TestServer[] = [];
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.server.close({ graceMs: 0 });
});

async function open(wishes: ServerWishes = {}): Promise<TestServer> {
  const endpoint = await openTestServer({
    services(router) {
      router.service(SystemService, {
        getServerInfo: (_request, context) => ({ tenant: callerOf(context).principal.id, contract: "asyncgate.v1" }),
      });
      router.service(TaskService, {
        async *watchTask({ taskId }) {
          for (const version of [1n, 2n, 3n]) yield { task: { taskId, version } };
        },
      });
      router.service(WorkerService, {
        async *work(requests: AsyncIterable<WorkRequest>) {
          for await (const { heartbeat } of requests)
            if (heartbeat !== undefined) yield { heartbeatAck: { sequence: heartbeat.sequence } };
        },
      });
    },
    ...wishes,
  });
  endpoints.push(endpoint);
  return endpoint;
}

const asAlice = { headers: { authorization } };

test.each([
  ["Connect over HTTP/1.1", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
  ["Connect over HTTP/2", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  ["gRPC", (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ["gRPC-Web over HTTP/1.1", (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ["gRPC-Web over HTTP/2", (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: "2" })],
] as const)("%s carries unary calls and streams of answers on the one port", async (_name, transportTo) => {
  const endpoint = await open();
  const transport = transportTo(endpoint.url);
  const info = await createClient(SystemService, transport).getServerInfo({}, asAlice);
  expect(info.tenant).toBe("alice");
  const versions: bigint[] = [];
  for await (const { task } of createClient(TaskService, transport).watchTask({ taskId: anyTaskId }, asAlice)) {
    versions.push(task?.version ?? 0n);
  }
  expect(versions).toEqual([1n, 2n, 3n]);
});

test("a stream in both directions goes back and forth while it is open", async () => {
  const endpoint = await open();
  const { promise: answered, resolve: next } = Promise.withResolvers<void>();
  async function* requests() {
    yield { heartbeat: { sequence: 1n } };
    await answered;
    yield { heartbeat: { sequence: 2n } };
  }
  const sequences: bigint[] = [];
  const client = createClient(WorkerService, createGrpcTransport({ baseUrl: endpoint.url }));
  for await (const { heartbeatAck } of client.work(requests(), asAlice)) {
    sequences.push(heartbeatAck?.sequence ?? 0n);
    next();
  }
  expect(sequences).toEqual([1n, 2n]);
  const line = await endpoint.logged(({ method }) => method === "asyncgate.v1.WorkerService/Work");
  expect(line).toMatchObject({ protocol: "grpc", code: "ok", messages_received: 2, messages_sent: 2 });
});

test("grpc-js calls it without knowing our libraries", async () => {
  const endpoint = await open();
  const client = new grpc.Client(`127.0.0.1:${endpoint.port}`, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set("authorization", authorization);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  client.makeUnaryRequest(
    "/asyncgate.v1.SystemService/GetServerInfo",
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
    Buffer.from(toBinary(GetServerInfoRequestSchema, create(GetServerInfoRequestSchema))),
    metadata,
    (error, value) => (error === null && value !== undefined ? resolve(value) : reject(error)),
  );
  expect(fromBinary(GetServerInfoResponseSchema, await promise).contract).toBe("asyncgate.v1");
  const stream = client.makeServerStreamRequest(
    "/asyncgate.v1.TaskService/WatchTask",
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => fromBinary(WatchTaskResponseSchema, bytes),
    Buffer.from(toBinary(WatchTaskRequestSchema, create(WatchTaskRequestSchema, { taskId: anyTaskId }))),
    metadata,
  );
  let count = 0;
  for await (const _answer of stream) count++;
  expect(count).toBe(3);
  client.close();
});

test("plain fetch speaks Connect with JSON, by POST and by GET", async () => {
  const endpoint = await open();
  const url = `${endpoint.url}/asyncgate.v1.SystemService/GetServerInfo`;
  const headers = { authorization, "content-type": "application/json" };
  const posted = await fetch(url, { method: "POST", headers, body: "{}" });
  expect(await posted.json()).toMatchObject({ tenant: "alice" });
  const got = await fetch(`${url}?encoding=json&message=%7B%7D&connect=v1`, { headers: { authorization } });
  expect(await got.json()).toMatchObject({ tenant: "alice" });
});

test("plain fetch speaks gRPC-Web: a frame in, a frame and a frame of trailers out", async () => {
  const endpoint = await open();
  const response = await fetch(`${endpoint.url}/asyncgate.v1.SystemService/GetServerInfo`, {
    method: "POST",
    headers: { authorization, "content-type": "application/grpc-web+proto" },
    body: new Uint8Array([0, 0, 0, 0, 0]),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = bytes.readUInt32BE(1);
  expect(fromBinary(GetServerInfoResponseSchema, bytes.subarray(5, 5 + length)).tenant).toBe("alice");
  expect(bytes[5 + length]).toBe(0x80);
  expect(bytes.subarray(10 + length).toString()).toContain("grpc-status: 0");
});

test.each(["HTTP/1.1", "HTTP/2"])(
  "over %s it says whether it lives, is ready, and what it has counted",
  async (version) => {
    let ready = false;
    const endpoint = await open({ readiness: () => (ready ? { ready } : { ready, reason: "migrations are running" }) });
    const get = version === "HTTP/2" ? getHttp2 : getHttp1;
    expect(await get(endpoint, "/healthz")).toMatchObject({ status: 200 });
    const notReady = await get(endpoint, "/readyz");
    expect(notReady.status).toBe(503);
    expect(JSON.parse(notReady.body)).toEqual({ status: "not ready", reason: "migrations are running" });
    ready = true;
    expect(await get(endpoint, "/readyz?why")).toMatchObject({ status: 200 });
    const nowhere = await get(endpoint, "/nowhere");
    expect(nowhere.status).toBe(404);
    expect(JSON.parse(nowhere.body)).toMatchObject({ code: "unimplemented" });
    const metrics = await get(endpoint, "/metrics");
    expect(metrics.body).toMatch(
      /asyncgate_rpc_total\{method="unknown",protocol="http",code="unimplemented",reason="UNSUPPORTED"\} 1/,
    );
  },
);

test("further routes answer before RPCs do, and their faults are not told", async () => {
  const matches: HttpRoute["matches"] = (request) => request.url === "/extra";
  const handle = () => {
    throw new Error("secret of the route");
  };
  const endpoint = await open({ routes: [{ matches, handle }] });
  const answer = await getHttp1(endpoint, "/extra");
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain("secret");
  expect(endpoint.lines.some(({ error }) => error === "secret of the route")).toBe(true);
});

test("a path without a service is answered to gRPC by a gRPC status", async () => {
  const endpoint = await open();
  const client = new grpc.Client(`127.0.0.1:${endpoint.port}`, grpc.credentials.createInsecure());
  const { promise, resolve } = Promise.withResolvers<grpc.ServiceError | null>();
  const same = (bytes: Buffer) => bytes;
  client.makeUnaryRequest("/asyncgate.v1.Unknown/Nothing", same, same, Buffer.alloc(0), resolve);
  expect((await promise)?.code).toBe(grpc.status.UNIMPLEMENTED);
  expect((await promise)?.details).toBe("Nothing is served at this path.");
  client.close();
});

test("what dies before it is a call is logged and counted: a wrong content type, a wrong verb", async () => {
  const endpoint = await open();
  const url = `${endpoint.url}/asyncgate.v1.SystemService/GetServerInfo`;
  const wrongType = await fetch(url, { method: "POST", headers: { "content-type": "text/plain" }, body: "x" });
  expect(wrongType.status).toBe(415);
  const line = await endpoint.logged(({ http_status }) => http_status === 415);
  expect(line).toMatchObject({ method: "asyncgate.v1.SystemService/GetServerInfo", code: "unimplemented" });
  const wrongVerb = await fetch(url, { method: "PUT", headers: { "content-type": "application/json" }, body: "{}" });
  expect(wrongVerb.status).toBe(405);
  await endpoint.logged(({ http_status }) => http_status === 405);
});

test("first bytes may come one at a time, in either version of HTTP", async () => {
  const endpoint = await open();
  const http1 = await dial(endpoint);
  for (const byte of "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n") {
    http1.write(byte);
    await new Promise(setImmediate);
  }
  expect(await readAll(http1)).toContain("200 OK");
  const http2 = await dial(endpoint);
  for (const byte of Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
    http2.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  http2.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])); // an empty SETTINGS frame
  const [settings] = (await once(http2, "data")) as [Buffer];
  expect(settings[3]).toBe(4);
  http2.destroy();
});

test("a connection that sends nothing, or half a request, is cut in time", async () => {
  const endpoint = await open({ config: { headersTimeoutMs: 50, requestTimeoutMs: 50 } });
  const silent = await dial(endpoint);
  await once(silent, "close");
  const half = await dial(endpoint);
  half.write("GET /healthz HTTP/1.1\r\nhost:");
  await readAll(half);
  expect(half.closed || half.readableEnded).toBe(true);
});

test("a body that never comes whole is cut in time over HTTP/2, too", async () => {
  const endpoint = await open({ config: { requestTimeoutMs: 50 } });
  const session = connectHttp2(endpoint.url);
  const stream = session.request(
    {
      ":method": "POST",
      ":path": "/asyncgate.v1.SystemService/GetServerInfo",
      authorization,
      "content-type": "application/proto",
    },
    { endStream: false },
  );
  stream.on("error", () => {});
  stream.write("half");
  await once(stream, "close");
  expect(await endpoint.logged(({ method }) => method === "asyncgate.v1.SystemService/GetServerInfo")).toMatchObject({
    code: "canceled",
  });
  session.destroy();
});

test("a request without a usable Host is refused and does no harm", async () => {
  const endpoint = await open();
  for (const head of ["HTTP/1.0\r\n", "HTTP/1.1\r\nhost: a b[\r\n"]) {
    const socket = await dial(endpoint);
    socket.write(
      `POST /asyncgate.v1.SystemService/GetServerInfo ${head}content-type: application/json\r\n` +
        "content-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    expect(await readAll(socket)).toContain(" 400 ");
  }
  expect((await getHttp1(endpoint, "/healthz")).status).toBe(200);
});

test("connections of one address are capped", async () => {
  const endpoint = await open({ config: { connectionsPerAddressMax: 2 } });
  const first = await dial(endpoint);
  const second = await dial(endpoint);
  const third = await dial(endpoint);
  await once(third, "close");
  expect(await endpoint.metrics.registry.metrics()).toContain('asyncgate_connections_refused_total{why="address"} 1');
  first.destroy();
  second.destroy();
});

test("it tells HTTP/2 peers its bounds, and a header list above them is refused", async () => {
  const endpoint = await open();
  const session = connectHttp2(endpoint.url);
  await once(session, "remoteSettings");
  expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 2_048, maxHeaderListSize: 16_384 });
  const stream = session.request({ ":path": "/healthz", "x-long": "x".repeat(20_000) });
  const refused = Promise.race([once(stream, "error"), once(stream, "close"), once(stream, "response")]);
  const [outcome] = (await refused) as [{ ":status"?: number } | undefined];
  expect(outcome?.[":status"] ?? 0).not.toBe(200);
  stream.on("error", () => {});
  session.on("error", () => {});
  session.destroy();
});

test("a peer that answers no ping is taken for dead", async () => {
  const endpoint = await open({ config: { keepalivePingIntervalMs: 50, keepalivePingTimeoutMs: 50 } });
  const socket = await dial(endpoint);
  socket.write(
    Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
  );
  socket.resume();
  await once(socket, "close");
});

test("one log line a call, with who and how long, and never the key", async () => {
  const endpoint = await open();
  await createClient(SystemService, createGrpcTransport({ baseUrl: endpoint.url })).getServerInfo({}, asAlice);
  const line = await endpoint.logged(({ message }) => message === "rpc");
  expect(line).toMatchObject({
    level: "info",
    method: "asyncgate.v1.SystemService/GetServerInfo",
    protocol: "grpc",
    code: "ok",
    tenant_id: "0190b0f0-0000-7000-8000-00000000000a",
    principal: "agent:alice",
    key_id: "key1",
    call_id: "call-1",
    peer: "127.0.0.1",
  });
  expect(line["duration_ms"]).toBeTypeOf("number");
  expect(endpoint.lines.filter(({ message }) => message === "rpc")).toHaveLength(1);
  expect(JSON.stringify(endpoint.lines)).not.toContain(testKey);
});

async function dial(endpoint: TestServer): Promise<Socket> {
  const socket = connect(endpoint.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  await once(socket, "close");
  return text;
}

async function getHttp1(endpoint: TestServer, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${endpoint.url}${path}`);
  return { status: response.status, body: await response.text() };
}

async function getHttp2(endpoint: TestServer, path: string): Promise<{ status: number; body: string }> {
  const session = connectHttp2(endpoint.url);
  const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path });
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  let body = "";
  for await (const chunk of stream) body += String(chunk);
  session.close();
  return { status: Number(headers[":status"]), body };
}
