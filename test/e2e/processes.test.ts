// Several processes behind one port: to callers they are one server, and to each other they are servers.

import { once } from "node:events";
import { existsSync, globSync } from "node:fs";
import { createServer } from "node:net";
import { createClient } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/typescript/grpc/health/v1/health_pb.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { reasonOf } from "../rpc/reason-of.ts";
import { makeDataDir } from "./dev-server.ts";
import {
  bearer,
  type Connection,
  openTransport,
  type Several,
  several,
  startServe,
  startSeveral,
  urlOf,
} from "./several-processes.ts";

const timeout = 120_000;

/** Each on a connection of its own. */
async function read(server: Several, path: string) {
  const response = await fetch(`${server.url}${path}`, { headers: { connection: "close" } });
  return { status: response.status, text: await response.text() };
}

function numberOf(metrics: string, series: string): number {
  const line = metrics.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

async function openConnections(server: Several, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  for (let made = 0; made < count; made += 1) connections.push(await server.connect());
  return connections;
}

const created = `asyncgate_rpc_total{method="asyncgate.v1.TaskService/CreateTask",protocol="grpc",code="ok",reason=""}`;

test("many connections come to all processes, and each answers for all", { timeout }, async () => {
  const server = await startSeveral();
  const tasker = bearer(server.keys["tasker"]);
  const connections = await openConnections(server, 8);
  expect(new Set(connections.map(({ process }) => process))).toEqual(new Set([1, 2]));
  const tasks = connections.map(({ transport }) => createClient(TaskService, transport));
  const made = await Promise.all(tasks.map((one) => one.createTask({ type: "t" }, tasker)));
  const everywhere = made.flatMap(({ task }) =>
    tasks.map((one) => one.getTask({ taskId: task?.taskId ?? "" }, tasker)),
  );
  expect(await Promise.all(everywhere)).toHaveLength(64);

  // Read several times, so that each process answers.
  for (let reads = 0; reads < 2 * several; reads += 1) {
    const { text } = await read(server, "/metrics");
    expect(numberOf(text, created)).toBe(8);
    expect(
      numberOf(text, `asyncgate_rpc_duration_seconds_count{method="asyncgate.v1.TaskService/CreateTask",code="ok"}`),
    ).toBe(8);
    expect(numberOf(text, "asyncgate_connections")).toBeGreaterThanOrEqual(8);
    expect(numberOf(text, `asyncgate_database_connections{state="max"}`)).toBe(20);
    expect(numberOf(text, "asyncgate_processes")).toBe(2);
    expect(await read(server, "/readyz")).toEqual({ status: 200, text: `{"status":"ready"}\n` });
  }
});

test("law 15: kill -9 of one process loses nothing; the other serves, and a new one takes its place", {
  timeout,
}, async () => {
  const server = await startSeveral();
  const [tasker, worker] = [bearer(server.keys["tasker"]), bearer(server.keys["worker"])];
  const [one, other] = [await server.connectTo(1), await server.connectTo(2)];
  const { task } = await createClient(TaskService, one.transport).createTask({ type: "t" }, tasker);
  const { tasks: leased } = await createClient(LeaseService, one.transport).claimTasks({}, worker);
  const before = (await read(server, "/metrics")).text;
  expect(numberOf(before, created)).toBe(1);

  process.kill(server.pidOf(1), "SIGKILL");
  const leaseToken = leased[0]?.lease?.token ?? "";
  const result = { content: { case: "json" as const, value: "1" } };
  await createClient(LeaseService, other.transport).completeTask({ leaseToken, result }, worker);
  const found = await createClient(TaskService, other.transport).getTask({ taskId: task?.taskId ?? "" }, tasker);
  expect(found.task).toMatchObject({ state: TaskState.SUCCEEDED, attempt: 1, leaseLosses: 0 });

  expect(await server.line({ message: "process ended by itself and is replaced" })).toMatchObject({
    process: 1,
    signal: "SIGKILL",
  });
  await server.line({ message: "server listening", process: 1 }, 2);
  const again = await server.connectTo(1);
  await createClient(TaskService, again.transport).createTask({ type: "t" }, tasker);
  expect(await read(server, "/readyz")).toMatchObject({ status: 200 });
  const after = (await read(server, "/metrics")).text;
  // A counter that fell would look like a restart of all.
  expect(numberOf(after, created)).toBe(2);
  expect(numberOf(after, "asyncgate_process_ends_total")).toBe(1);
});

test("the server is not ready while one process hangs", { timeout }, async () => {
  const server = await startSeveral();
  const { transport } = await server.connectTo(1);
  const [health, tasks] = [createClient(Health, transport), createClient(TaskService, transport)];
  expect((await health.check({})).status).toBe(Status.SERVING);
  const hanging = server.pidOf(2);
  process.kill(hanging, "SIGSTOP");
  onTestFinished(() => void process.kill(hanging, "SIGCONT"));
  expect((await health.check({})).status).toBe(Status.NOT_SERVING);
  await tasks.createTask({ type: "t" }, bearer(server.keys["tasker"]));
  process.kill(hanging, "SIGCONT");
  await expect.poll(async () => (await health.check({})).status).toBe(Status.SERVING);
});

test("at SIGTERM all processes drain, and the embedded Postgres ends after them", { timeout }, async () => {
  const dataDir = await makeDataDir();
  const program = startServe(["--processes", "2", "--data-dir", dataDir]);
  const url = await urlOf(program);
  const watches = await Promise.all(Array.from({ length: 4 }, () => watchHealth(url)));
  program.child.kill("SIGTERM");
  for (const watch of watches) expect(await watch.ended).toContain("shutting down");
  expect(await program.exited).toBe(0);
  expect(program.said().match(/stopping; calls in progress may finish/g)).toHaveLength(1);
  expect(program.lines().filter(({ level }) => level === "error")).toEqual([]);
  const pids = program.lines().flatMap((line) => (line.message === "process started" ? [Number(line["pid"])] : []));
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(globSync(`${dataDir}/**/postmaster.pid`)).toEqual([]);
  expect(existsSync(`${dataDir}/postgres`)).toBe(true);
});

/** A stream that lasts until the server drains, without a key. */
async function watchHealth(url: string) {
  const frames = createClient(Health, openTransport(url)).watch({})[Symbol.asyncIterator]();
  await frames.next();
  const rest = async () => {
    for (;;) if ((await frames.next()).done) return "";
  };
  return { ended: rest().catch((error: unknown) => String(error)) };
}

test("a tenant's quota holds across processes", { timeout }, async () => {
  const server = await startSeveral(["--live-tasks-max", "5"]);
  const connections = [await server.connectTo(1), await server.connectTo(2)];
  const tasks = connections.map(({ transport }) => createClient(TaskService, transport));
  const calls = Array.from({ length: 10 }, () => tasks)
    .flat()
    .map((one) => one.createTask({ type: "t" }, bearer(server.keys["tasker"])));
  const ended = await Promise.allSettled(calls);
  expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  const refused = calls.filter((_, index) => ended[index]?.status === "rejected");
  for (const call of refused) expect(await reasonOf(call)).toBe(ErrorReason.LIMIT_EXCEEDED);
});

test("what is wrong with the configuration is said once, whichever process finds it", { timeout }, async () => {
  const databaseUrl = await createTestDatabase();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const port = String((taken.address() as { port: number }).port);
  const common = ["--processes", "2", "--database-url", databaseUrl];
  const faults: readonly (readonly [readonly string[], RegExp])[] = [
    [["--pool-max", "1"], /ASYNCGATE_PROCESSES must not be more than ASYNCGATE_POOL_MAX/g],
    [["--oidc-issuers", "/no/such/file"], /oidc-issuers must be/g],
    [["--port", port], /port \d+ is in use/g],
  ];
  for (const [flags, fault] of faults) {
    const program = startServe([...common, ...flags]);
    expect(await program.exited).toBe(1);
    expect(program.said().match(fault) ?? [], program.said()).toHaveLength(1);
  }
});

test("one process is the program itself", { timeout }, async () => {
  const databaseUrl = await createTestDatabase();
  const program = startServe(["--processes", "1", "--database-url", databaseUrl]);
  const listening = await program.line({ message: "server listening" });
  expect(listening).not.toHaveProperty("process");
  expect(program.lines().map(({ message }) => message)).not.toContain("process started");
  program.child.kill("SIGTERM");
  expect(await program.exited).toBe(0);
});
