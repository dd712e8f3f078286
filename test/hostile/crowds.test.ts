// Many who do nothing: thousands of waiting calls, thousands of idle connections, and calls that are given up while the
// database is busy with them. None of it may cost those who come to work.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { createClient } from "@connectrpc/connect";
import pg from "pg";
import { expect, test } from "vitest";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { stop } from "../e2e/dev-server.ts";
import { answered, begin, framed } from "../rpc/raw-grpc.ts";
import { openTestServer } from "../rpc/test-server.ts";
import { dial, flags, frame, frameTypes, preface } from "./frames.ts";
import { busyConnections, type HostileServer, startHostileServer, underAttack } from "./server-process.ts";

const timeoutMs = 300_000;
const patience = { timeout: 60_000, interval: 50 };

async function createTask(server: HostileServer): Promise<string> {
  const tasks = createClient(TaskService, server.transport());
  const { task } = await tasks.createTask({ type: "t" }, { headers: { authorization: `Bearer ${server.tasker}` } });
  return task?.taskId ?? "";
}

/** Field 1 of a request, as text. */
function asking(taskId: string): Buffer {
  return framed(Buffer.from([10, taskId.length, ...Buffer.from(taskId)]));
}

type Crowd = { readonly endings: readonly string[] };

/** Calls that wait for a task, so many on each connection, all at once; who asks after them is answered after them. */
async function park(server: HostileServer, sessions: readonly ClientHttp2Session[], taskId: string): Promise<Crowd> {
  const endings: string[] = [];
  const ask = (session: ClientHttp2Session, method: string) => {
    const stream = begin(session, `/asyncgate.v1.TaskService/${method}`, { authorization: `Bearer ${server.tasker}` });
    stream.end(asking(taskId));
    return answered(stream).then(({ metadata }) => `${metadata["grpc-status"]} ${metadata["grpc-message"] ?? ""}`);
  };
  const last = sessions.map((session) => {
    for (let count = 0; count < waitsEach; count += 1) {
      void ask(session, "AwaitTask").then((status) => endings.push(status));
    }
    return ask(session, "GetTask");
  });
  expect(new Set(await Promise.all(last))).toEqual(new Set(["0 "]));
  return { endings };
}

const waitsEach = 100;

test("5,000 calls wait and hold no connection to the database; others are served, and all end at shutdown", {
  timeout: timeoutMs,
}, async () => {
  const server = await startHostileServer([
    ...["--wait-max-ms", "600000", "--deadline-max-ms", "1200000", "--shutdown-grace-ms", "90000"],
  ]);
  const taskId = await createTask(server);
  const sessions = Array.from({ length: 50 }, () => connectHttp2(server.url));
  let crowd: Crowd | undefined;
  await underAttack(server, 500, async () => {
    crowd = await park(server, sessions, taskId);
  });
  // The good client has gone, so a connection that is busy now belongs to a waiting call.
  await expect.poll(() => busyConnections(server), patience).toBe(0);
  expect(crowd?.endings).toEqual([]);
  await stop(server.process, "SIGTERM");
  await expect.poll(() => crowd?.endings.length, patience).toBe(5_000);
  expect(new Set(crowd?.endings)).toEqual(new Set(["0 "])); // "not ended, call again"
  for (const session of sessions) session.destroy();
});

test("a call that is reset while its statement waits gives its connection back", { timeout: timeoutMs }, async () => {
  const server = await startHostileServer();
  const taskId = await createTask(server);
  const holder = new pg.Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query("begin");
  await holder.query("select 1 from task where task_id = $1 for update", [taskId]);
  const session = connectHttp2(server.url);
  const cancel = () => {
    const headers = { authorization: `Bearer ${server.tasker}` };
    const stream = begin(session, "/asyncgate.v1.TaskService/CancelTask", headers);
    stream.end(asking(taskId));
    return stream;
  };
  const streams = Array.from({ length: 5 }, cancel);
  await expect.poll(() => busyConnections(server, "Lock"), patience).toBeGreaterThan(0);
  for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
  await Promise.all(streams.map((stream) => answered(stream)));
  // The lock is still held: nothing but the end of their wait gives them back.
  await expect.poll(() => busyConnections(server), patience).toBe(0);
  await holder.query("rollback");
  await holder.end();
  expect((await answered(cancel())).metadata["grpc-status"]).toBe("0");
  session.destroy();
});

/** Silent ones, and such that have spoken HTTP/2 and ask nothing. */
async function idlers({ port }: HostileServer, from: string, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Math.min(dialedAtOnce, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: some }, () => dial(port, from)))));
  }
  const hello = Buffer.concat([preface, frame(frameTypes.settings, flags.none, 0)]);
  for (const [index, socket] of sockets.entries()) if (index % 2 === 0) socket.resume().write(hello);
  return sockets;
}

const dialedAtOnce = 100;

const perAddress = 1_000;
const filesOfItsOwn = 1_000;

/** Ten thousand, where the system lets a process have so many; server and clients are one process each. */
function idlersMax(): number {
  const openFiles = Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 0);
  return Math.min(10_000, Math.max(openFiles - filesOfItsOwn, perAddress));
}

// Linux has all of 127.0.0.0/8 on its loopback; elsewhere there is one address, and one address is capped.
test.skipIf(process.platform !== "linux")(
  "10,000 idle connections, a thousand of each address, and one too many of one",
  { timeout: timeoutMs },
  async () => {
    const server = await startHostileServer(["--headers-timeout-ms", "60000", "--connections-max", "11000"]);
    const all: Socket[] = [];
    const addresses = Math.floor(idlersMax() / perAddress);
    await underAttack(server, 500, async () => {
      for (let address = 2; address < 2 + addresses; address += 1) {
        all.push(...(await idlers(server, `127.0.0.${address}`, perAddress)));
      }
      const oneMore = await dial(server.port, "127.0.0.2");
      if (!oneMore.resume().closed) await new Promise((resolve) => oneMore.once("close", resolve));
      expect(all.filter((socket) => socket.closed)).toEqual([]);
      expect(all).toHaveLength(addresses * perAddress);
    });
    for (const socket of all) socket.destroy();
  },
);

test("connections beyond all bounds are cut at once, and those before are served", async () => {
  const endpoint = await openTestServer({ config: { connectionsMax: 3 } });
  const dialed = Array.from({ length: 4 }, () => connect(endpoint.port, "127.0.0.1"));
  for (const socket of dialed) socket.on("error", () => {}).resume();
  await Promise.race(dialed.map((socket) => once(socket, "close")));
  const open = dialed.filter((socket) => !socket.closed);
  expect(open).toHaveLength(3);
  expect(await endpoint.metrics.registry.metrics()).toContain('asyncgate_connections_refused_total{why="total"} 1');
  for (const socket of open) socket.destroy();
  await endpoint.server.close({ graceMs: 0 });
});
