// How the server shuts down: no running call is cut within the grace, no new call starts, idle connections are closed.
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { Refused, unavailable } from "../../src/core/refusal.ts";
import type { ServiceContext } from "../../src/rpc/server.ts";
import { authorization, openTestServer, type TestServer } from "./test-server.ts";

const anyTaskId = "0190b0f0-0000-7000-8000-000000000001";
const asAlice = { headers: { authorization } };

/** GetTask waits for its gate; AwaitTask waits as a well-behaved wait does; WatchTask heeds nothing but its signal. */
async function open() {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const endpoint = await openTestServer({
    services(router, { draining }: ServiceContext) {
      router.service(TaskService, {
        async getTask({ taskId }) {
          begun.resolve();
          await gate.promise;
          return { task: { taskId } };
        },
        async awaitTask() {
          begun.resolve();
          await once(draining, "abort");
          throw new Refused(unavailable("The server is shutting down."));
        },
        async *watchTask({ taskId }, { signal }) {
          yield { task: { taskId } };
          begun.resolve();
          await once(signal, "abort");
        },
      });
    },
  });
  return { endpoint, gate, begun };
}

const versions = [
  ["HTTP/1.1", (endpoint: TestServer) => createConnectTransport({ baseUrl: endpoint.url, httpVersion: "1.1" })],
  ["HTTP/2", (endpoint: TestServer) => createGrpcTransport({ baseUrl: endpoint.url })],
] as const;

test.each(versions)("over %s a call that runs is finished within the grace", async (_name, to) => {
  const { endpoint, gate, begun } = await open();
  const call = createClient(TaskService, to(endpoint)).getTask({ taskId: anyTaskId }, asAlice);
  await begun.promise;
  const closed = endpoint.server.close({ graceMs: 60_000 });
  gate.resolve();
  expect((await call).task?.taskId).toBe(anyTaskId);
  await closed;
});

test.each(versions)("over %s a wait that heeds `draining` ends early with UNAVAILABLE", async (_name, to) => {
  const { endpoint, begun } = await open();
  const call = createClient(TaskService, to(endpoint)).awaitTask({ taskId: anyTaskId }, asAlice);
  await begun.promise;
  const closed = endpoint.server.close({ graceMs: 60_000 });
  await expect(call).rejects.toMatchObject({ code: Code.Unavailable });
  await closed;
});

test.each(versions)("over %s what outlasts the grace is cut, and its handler learns it", async (_name, to) => {
  const { endpoint, begun } = await open();
  const watching = (async () => {
    for await (const _answer of createClient(TaskService, to(endpoint)).watchTask({ taskId: anyTaskId }, asAlice));
  })();
  const failed = expect(watching).rejects.toBeDefined();
  await begun.promise;
  await endpoint.server.close({ graceMs: 50 });
  await failed;
  expect(endpoint.lines.find(({ message }) => message === "rpc")).toMatchObject({
    method: "asyncgate.v1.TaskService/WatchTask",
  });
  expect(endpoint.lines.some(({ message }) => message === "handlers outlived their connections")).toBe(false);
});

test("idle connections of both versions, and silent ones, are let go at once", async () => {
  const { endpoint } = await open();
  await fetch(`${endpoint.url}/healthz`); // keeps its connection
  const session = connectHttp2(endpoint.url);
  await once(session, "remoteSettings");
  const goaway = once(session, "goaway");
  const silent = connect(endpoint.port, "127.0.0.1");
  await once(silent, "connect");
  // Longer than the test may take: it would fail if the server waited for them.
  await endpoint.server.close({ graceMs: 600_000 });
  await goaway;
});

test("while it drains it takes no connection, is not ready, and refuses new calls on old connections", async () => {
  const { endpoint, gate, begun } = await open();
  const session = connectHttp2(endpoint.url);
  const transport = createConnectTransport({ baseUrl: endpoint.url, httpVersion: "1.1" });
  const call = createClient(TaskService, transport).getTask({ taskId: anyTaskId }, asAlice);
  await begun.promise;
  const closed = endpoint.server.close({ graceMs: 60_000 });
  expect(endpoint.server.draining.aborted).toBe(true);
  await expect(fetch(`${endpoint.url}/healthz`)).rejects.toThrow();
  gate.resolve();
  await call;
  await closed;
  session.destroy();
});

test("closing twice is closing once", async () => {
  const { endpoint } = await open();
  await Promise.all([endpoint.server.close({ graceMs: 0 }), endpoint.server.close({ graceMs: 0 })]);
});

test("a port that is taken is an error of listen", async () => {
  const { endpoint } = await open();
  await expect(openTestServer({ config: { port: endpoint.port } })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await endpoint.server.close({ graceMs: 0 });
});
