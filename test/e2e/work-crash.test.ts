// Processes that are killed during streams: a worker that holds many leases, and a server with many workers.
// WORK_LEASES and WORK_STREAMS set how many.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { createTestDatabase } from "../helpers/database.ts";
import {
  offers,
  openWorkStream,
  resultOf,
  settled,
  tokenOf,
  type WorkStream,
  welcome,
} from "../helpers/work-stream.ts";
import { makeDataDir, readKey, startDevServer, stop } from "./dev-server.ts";

const timeout = 240_000;
const leasesCount = Number(process.env["WORK_LEASES"] ?? 200);
const streamsCount = Number(process.env["WORK_STREAMS"] ?? 20);
const result = { content: { case: "json" as const, value: '{"ok":true}' } };
/** Offers go back only with their session, even on a slow machine. */
const patientOffers = ["--offer-accept-ms", "600000"];

async function open(baseUrl: string, dataDir: string) {
  const transport = createGrpcTransport({ baseUrl });
  const tasks = createClient(TaskService, transport);
  const tasker = { headers: { authorization: `Bearer ${await readKey(dataDir, "tasker")}` } };
  const workerKey = await readKey(dataDir, "worker");
  return {
    baseUrl,
    tasks,
    tasker,
    workerKey,
    worker: (): WorkStream => openWorkStream(createGrpcTransport({ baseUrl }), workerKey),
    async create(count: number): Promise<void> {
      for (let made = 0; made < count; made += 100) {
        const all = Array.from({ length: Math.min(100, count - made) }, () => ({ type: "work" }));
        await tasks.createTasks({ tasks: all }, tasker);
      }
    },
  };
}

test("a worker that is killed loses all its leases, and no attempt is counted", { timeout }, async () => {
  const dataDir = await makeDataDir();
  const databaseUrl = await createTestDatabase();
  const server = await open(
    (await startDevServer(dataDir, ["--database-url", databaseUrl, ...patientOffers])).url,
    dataDir,
  );
  await server.create(leasesCount);
  const args = ["test/e2e/holding-worker.ts", server.baseUrl, server.workerKey, String(leasesCount)];
  const holder = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => stop(holder, "SIGKILL"));
  const [printed] = (await once(holder.stdout, "data")) as [Buffer];
  await stop(holder, "SIGKILL");
  const killedMs = Date.now();
  const other = server.worker();
  other.send({ hello: {}, credit: { tasks: leasesCount } });
  const again = await other.receive(offers(leasesCount));
  // Law 3 allows the sweep interval and a second after their expiry.
  const [sinceKilledMs, sinceLostMs] = [killedMs, Number(printed)].map((ms) => Date.now() - ms);
  process.stderr.write(
    `work-crash: ${leasesCount} tasks were offered again ${sinceKilledMs} ms after their worker was killed, ` +
      `${sinceLostMs} ms after the leases expired\n`,
  );
  for (const { leased } of again) expect(leased?.task).toMatchObject({ attempt: 1, leaseLosses: 1, deliveries: 2 });
});

test("a server that is killed during streams loses no answered settlement, and another server resumes them", {
  timeout,
}, async () => {
  const dataDir = await makeDataDir();
  const databaseUrl = await createTestDatabase();
  const connectionsMax = String(streamsCount + 100);
  const flags = ["--database-url", databaseUrl, "--connections-per-address-max", connectionsMax, ...patientOffers];
  const first = await startDevServer(dataDir, flags);
  const second = await startDevServer(dataDir, flags);
  const [here, there] = await Promise.all([first, second].map(({ url }) => open(url, dataDir)));
  if (!here || !there) throw new Error("two servers were started");
  await here.create(2 * streamsCount);
  const workers = await Promise.all(Array.from({ length: streamsCount }, () => begin(here.worker())));
  // Each has settled one task and got the answer; the answer for the other may or may not come.
  const settling = workers.map(async ({ stream, tokens: [settledToken = "", asked = ""] }) => {
    stream.send({ completes: [{ leaseToken: settledToken, requestId: "one", result }] });
    expect(resultOf(await stream.receive(settled(settledToken, "one")))).toBe("completed");
    stream.send({ completes: [{ leaseToken: asked, requestId: "two", result }] });
  });
  await Promise.all(settling);
  await stop(first.process, "SIGKILL");
  await Promise.all(
    workers.map(async ({ resumeToken, tokens: [settledToken = "", asked = ""] }) => {
      const stream = there.worker();
      stream.send({ hello: { resumeToken, held: { leaseTokens: [asked] } } });
      expect((await stream.receive(welcome)).resumed).toBe(true);
      stream.send({
        completes: [
          { leaseToken: settledToken, requestId: "one", result },
          { leaseToken: asked, requestId: "two", result },
        ],
      });
      expect(resultOf(await stream.receive(settled(settledToken, "one")))).toBe("completed");
      expect(resultOf(await stream.receive(settled(asked, "two")))).toBe("completed");
      stream.send({ bye: {} });
      await stream.ended;
    }),
  );
  const states: TaskState[] = [];
  for (let pageToken = ""; ; ) {
    const page = await there.tasks.listTasks({ pageToken, pageSize: 200 }, there.tasker);
    for (const task of page.tasks) {
      expect(task).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 1 });
      states.push(task.state);
    }
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(states).toEqual(Array.from({ length: 2 * streamsCount }, () => TaskState.SUCCEEDED));
});

async function begin(stream: WorkStream) {
  stream.send({ hello: {}, credit: { tasks: 2 } });
  const { resumeToken } = await stream.receive(welcome);
  const tokens = (await stream.receive(offers(2))).map(tokenOf);
  stream.send({ accepts: tokens.map((leaseToken) => ({ leaseToken })) });
  await Promise.all(tokens.map((token) => stream.receive(settled(token))));
  return { stream, resumeToken, tokens };
}
