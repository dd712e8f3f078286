// Clients that close or cancel as their libraries do are never taken for a flood. Real floods are ended, counted and
// logged by their cause, and their address gets health checks and metrics only; all over a real port.
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { Health, HealthCheckResponse_ServingStatus } from "../../../gen/typescript/grpc/health/v1/health_pb.ts";
import type { FloodCause } from "../../../src/rpc/metrics.ts";
import { probeConnectionsMax } from "../../../src/rpc/net/probe-connections.ts";
import { patience } from "../../helpers/patience.ts";
import {
  dial,
  dialHttp2,
  errorCodes,
  flags,
  frame,
  frameTypes,
  grpcFields,
  headerBlock,
  opening,
  type RawConnection,
  setting,
  uint32,
} from "../../hostile/frames.ts";
import { answered, begin, callRaw, framed } from "../raw-grpc.ts";
import { reasonOf } from "../reason-of.ts";
import { authorization, openTestServer, type ServerWishes, type TestServer, testKey } from "../test-server.ts";

const timeoutMs = 300_000;
const getTask = "/asyncgate.v1.TaskService/GetTask";
const awaitTask = "/asyncgate.v1.TaskService/AwaitTask";
const askForTask = framed(Buffer.from([10, 36, ...Buffer.from("0190b0f0-0000-7000-8000-000000000001")]));
const cancel = uint32(errorCodes.cancel);

type Opened = TestServer & {
  /** How many calls of AwaitTask wait. */
  waiting(): number;
};

/** GetTask answers at once, AwaitTask when its caller has gone. */
async function open(config: ServerWishes["config"] = {}): Promise<Opened> {
  let waiting = 0;
  const server = await openTestServer({
    config: { floodCooldownMs: 600_000, callsMax: 10_000, ...config },
    services(router) {
      router.service(TaskService, {
        getTask: () => ({ task: { type: "t" } }),
        async awaitTask(_request, { signal }) {
          waiting += 1;
          if (!signal.aborted) await once(signal, "abort");
          waiting -= 1;
          throw signal.reason;
        },
      });
    },
  });
  onTestFinished(() => server.server.close({ graceMs: 0 }));
  return { ...server, waiting: () => waiting };
}

async function floodsOf({ metrics }: TestServer): Promise<Readonly<Record<string, number>>> {
  const text = await metrics.registry.metrics();
  const series = text.matchAll(/^asyncgate_connections_flooded_total\{cause="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...series].map(([, cause, count]) => [cause, Number(count)]));
}

async function status(server: TestServer, path: string): Promise<number> {
  return (await fetch(`${server.url}${path}`)).status;
}

async function health(server: TestServer): Promise<HealthCheckResponse_ServingStatus> {
  const client = createClient(Health, createGrpcTransport({ baseUrl: server.url }));
  return (await client.check({})).status;
}

function call(server: TestServer): Promise<unknown> {
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: server.url }));
  return tasks.getTask({ taskId: "0190b0f0-0000-7000-8000-000000000001" }, { headers: { authorization } });
}

async function expectNoFlood(server: TestServer): Promise<void> {
  expect(await floodsOf(server)).toEqual({});
  expect(await reasonOf(call(server))).toBeUndefined();
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect(await status(server, path)).toBe(200);
}

test.each([1, 2, 10])(
  "GOAWAY with stream 2³¹−1 after a call, as closing a grpc-go client sends it, is no flood: %i in a row",
  async (times) => {
    const server = await open();
    for (let count = 0; count < times; count += 1) {
      const connection = await dialHttp2(server.port);
      connection.send(opening(1, grpcFields(getTask, testKey)), frame(frameTypes.data, flags.endStream, 1, askForTask));
      const trailers = await connection.hear(({ flag, streamId }) => streamId === 1 && (flag & flags.endStream) !== 0);
      expect(trailers).toBeDefined();
      connection.send(goaway(0x7fff_ffff));
      await connection.closed;
    }
    await expectNoFlood(server);
  },
);

function goaway(lastStream: number): Buffer {
  return frame(frameTypes.goaway, flags.none, 0, Buffer.concat([uint32(lastStream), uint32(errorCodes.noError)]));
}

async function park(server: Opened, session: ClientHttp2Session, count: number): Promise<ClientHttp2Stream[]> {
  const waits = Array.from({ length: count }, () => begin(session, awaitTask));
  for (const wait of waits) wait.end(askForTask);
  await expect.poll(() => server.waiting(), patience).toBe(count);
  return waits;
}

function connectTo(server: TestServer): ClientHttp2Session {
  const session = connectHttp2(server.url);
  session.setMaxListeners(0);
  onTestFinished(() => session.destroy());
  return session;
}

const answer = async (session: ClientHttp2Session) =>
  (await callRaw(session, getTask, askForTask)).metadata["grpc-status"];

test("a crowd of 1,500 waiting calls canceled at once is no flood, twice", { timeout: timeoutMs }, async () => {
  const server = await open();
  const session = connectTo(server);
  for (let count = 0; count < 2; count += 1) {
    const waits = await park(server, session, 1_500);
    for (const wait of waits) wait.close(errorCodes.cancel);
    await Promise.all(waits.map(answered));
    expect(await answer(session)).toBe("0");
  }
  await expectNoFlood(server);
});

test("a crowd of 1,500 calls canceled as they begin is no flood, five times", { timeout: timeoutMs }, async () => {
  const server = await open();
  for (let count = 0; count < 5; count += 1) {
    const session = connectTo(server);
    const calls = Array.from({ length: 1_500 }, () => begin(session, awaitTask));
    for (const one of calls) one.close(errorCodes.cancel);
    await Promise.all(calls.map(answered));
    session.destroy();
  }
  await expectNoFlood(server);
});

test("1,000 waiting calls that are canceled and made anew at once are all taken", { timeout: timeoutMs }, async () => {
  const server = await open();
  const session = connectTo(server);
  let waits = await park(server, session, 1_000);
  for (let count = 0; count < 5; count += 1) {
    for (const wait of waits) wait.close(errorCodes.cancel);
    waits = await park(server, session, 1_000);
    expect(waits.filter((wait) => wait.closed)).toEqual([]);
  }
  await expectNoFlood(server);
});

test("a broken connection with many open calls is no flood, however often", { timeout: timeoutMs }, async () => {
  const server = await open();
  for (let count = 0; count < 20; count += 1) {
    const connection = await dialHttp2(server.port);
    for (let stream = 0; stream < 1_000; stream += 1)
      connection.send(opening(stream * 2 + 1, grpcFields(awaitTask, testKey)));
    await connection.sent();
    connection.socket.destroy();
  }
  await expectNoFlood(server);
});

test("a protocol error ends its session and is no flood", async () => {
  const server = await open();
  for (let count = 0; count < 5; count += 1) {
    const connection = await dialHttp2(server.port);
    connection.send(frame(frameTypes.windowUpdate, flags.none, 0, uint32(0)));
    await connection.closed;
  }
  await expectNoFlood(server);
});

function resets(from: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => (from + index) * 2 + 1).flatMap((id) => [
    opening(id, grpcFields(getTask, testKey)),
    frame(frameTypes.reset, flags.none, id, cancel),
  ]);
}

const ping = frame(frameTypes.ping, flags.none, 0, Buffer.alloc(8));
const settings = frame(frameTypes.settings, flags.none, 0, setting(4, 65_535));

function repeated(one: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => one));
}

/**
 * What each flood sends until its connection is closed. Whether Node notices a flood of streams depends on how reads
 * fall into turns of its loop, so no test sends one.
 */
const floods: Readonly<Record<Exclude<FloodCause, "streams">, (connection: RawConnection) => Promise<void>>> = {
  pings: (connection) => paced(connection, () => [repeated(ping, 500)]),
  settings: (connection) => paced(connection, () => [settings]),
  resets: (connection) => paced(connection, (round) => resets(round * 100, 100)),
  async acknowledgements(connection) {
    connection.socket.pause();
    connection.send(repeated(ping, 500_000));
    await connection.sent();
    connection.socket.resume();
    await connection.closed;
  },
  async continuations(connection) {
    connection.send(frame(frameTypes.headers, flags.none, 1, headerBlock(grpcFields(getTask, "none"))));
    connection.send(repeated(frame(frameTypes.continuation, flags.none, 1, headerBlock([["x", "y"]])), 100));
    await connection.closed;
  },
  async invalid_frames(connection) {
    connection.send(opening(1, grpcFields(getTask, testKey)));
    connection.send(repeated(frame(frameTypes.data, flags.none, 1), 2_000));
    await connection.closed;
  },
};

/** No faster than the server answers, so that each round has a turn of the server's event loop of its own. */
async function paced(connection: RawConnection, round: (index: number) => readonly Buffer[]): Promise<void> {
  for (let index = 0; !connection.socket.closed; index += 1) {
    const pongs = connection.heardOf(frameTypes.ping);
    connection.send(...round(index), ping);
    await connection.hear(() => connection.heardOf(frameTypes.ping) > pongs);
  }
}

async function flood(server: TestServer, cause: keyof typeof floods): Promise<void> {
  const connection = await dialHttp2(server.port);
  await connection.hear(({ type }) => type === frameTypes.settings);
  await floods[cause](connection);
}

const ofFloods = ({ message }: { message: string }) => message === "connection ended for a flood";

test.each(Object.keys(floods) as (keyof typeof floods)[])(
  "a flood of %s is ended, counted and logged by its name; the second starts a cooldown",
  { timeout: timeoutMs },
  async (cause) => {
    const server = await open();
    await flood(server, cause);
    await expect.poll(() => floodsOf(server), patience).toEqual({ [cause]: 1 });
    expect(await reasonOf(call(server))).toBeUndefined();
    await flood(server, cause);
    await expect.poll(() => floodsOf(server), patience).toEqual({ [cause]: 2 });
    expect(await reasonOf(call(server))).toBe(ErrorReason.UNAVAILABLE);
    expect(server.lines.filter(ofFloods)).toMatchObject([
      { level: "warn", address: "127.0.0.1", cause },
      { level: "warn", address: "127.0.0.1", cause },
    ]);
    const started = server.lines.filter(({ message }) => message === "address gets health checks and metrics only");
    expect(started).toMatchObject([{ address: "127.0.0.1", cause, cooldown_ms: 600_000 }]);
  },
);

async function cooledDown(config: ServerWishes["config"] = {}): Promise<TestServer> {
  const server = await open(config);
  for (let count = 0; count < 2; count += 1) await flood(server, "settings");
  return server;
}

test("an address in cooldown gets health checks and metrics, over HTTP/1.1 and HTTP/2, and nothing else", async () => {
  const server = await cooledDown();
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect(await status(server, path)).toBe(200);
  expect(await health(server)).toBe(HealthCheckResponse_ServingStatus.SERVING);
  const session = connectHttp2(server.url);
  const stream = session.request({ ":path": "/readyz" });
  const [headers] = await once(stream, "response");
  expect(headers).toMatchObject({ ":status": 200 });
  session.destroy();
  expect(await reasonOf(call(server))).toBe(ErrorReason.UNAVAILABLE);
  const byConnect = createClient(TaskService, createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" }));
  expect(await reasonOf(byConnect.getTask({}, { headers: { authorization } }))).toBe(ErrorReason.UNAVAILABLE);
  const response = await fetch(`${server.url}${getTask}`, { method: "POST", headers: { authorization }, body: "{}" });
  expect(response.status).not.toBe(200);
});

test("a refused call of an address in cooldown is told when to come back", async () => {
  const server = await cooledDown();
  const response = await fetch(`${server.url}${getTask}`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(503);
  const retryAfter = Number(response.headers.get("retry-after"));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(600);
});

test("connections that were open before the cooldown are served", async () => {
  const server = await open();
  const session = connectHttp2(server.url);
  await once(session, "connect");
  for (let count = 0; count < 2; count += 1) await flood(server, "settings");
  expect(await reasonOf(call(server))).toBe(ErrorReason.UNAVAILABLE);
  expect((await callRaw(session, getTask, askForTask)).metadata).toMatchObject({ "grpc-status": "0" });
  session.destroy();
});

test("a connection opened in the cooldown is served when the cooldown is over", async () => {
  const server = await cooledDown({ floodCooldownMs: 2_000 });
  const session = connectTo(server);
  await expect.poll(() => answer(session), patience).toBe("0");
});

test("a flooder that keeps opening connections, and holds all that its address may, keeps no health check out", {
  timeout: timeoutMs,
}, async () => {
  const held = 20;
  const server = await open({ connectionsPerAddressMax: held });
  const idle = await Promise.all(Array.from({ length: held - 1 }, () => dial(server.port)));
  for (let count = 0; count < 2; count += 1) await flood(server, "settings");
  idle.push(...(await Promise.all(Array.from({ length: 3 * probeConnectionsMax }, () => dial(server.port)))));
  for (const socket of idle) socket.resume();
  for (let count = 0; count < 5; count += 1) {
    await flood(server, "settings");
    expect(await status(server, "/readyz")).toBe(200);
    expect(await health(server)).toBe(HealthCheckResponse_ServingStatus.SERVING);
  }
  await expect.poll(() => idle.filter((socket) => socket.closed).length, patience).toBeGreaterThan(probeConnectionsMax);
  expect(server.lines.filter(ofFloods)).toHaveLength(2); // not one line for each connection that floods in the cooldown
  for (const socket of idle) socket.destroy();
});

test("without a cooldown a flood is ended, and its address is served", async () => {
  const server = await open({ floodCooldownMs: 0 });
  for (let count = 0; count < 3; count += 1) await flood(server, "settings");
  expect(await floodsOf(server)).toEqual({ settings: 3 });
  expect(await reasonOf(call(server))).toBeUndefined();
});
