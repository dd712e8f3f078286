// A whole server on a Postgres that allows it fewer connections than pool-max.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { createLog } from "../../src/log.ts";
import { readConfig } from "../../src/server/config.ts";
import { runServer } from "../../src/server/run-server.ts";
import { createLogin, createTestDatabase, query } from "../helpers/database.ts";

test("a server with a pool of twenty and three connections creates every task, stays ready and says so", async () => {
  const login = await createLogin("connection limit 3");
  const databaseUrl = await createTestDatabase("empty");
  const name = new URL(databaseUrl).pathname.slice(1);
  await query(databaseUrl, `alter database ${name} owner to ${login.name}`);
  const lines: string[] = [];
  const server = await runServer({
    config: readConfig({
      environment: {},
      flags: { port: "0", "database-url": login.urlOf(databaseUrl), "pool-max": "20", "log-level": "warn" },
    }),
    log: createLog({ level: "warn", write: (line) => void lines.push(line), now: () => new Date(0) }),
    environment: "test",
    makeDevTenant: true,
    onFatal: () => {},
  });
  onTestFinished(() => server.stop());
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const key = server.devKeys.find((one) => one.name === "tasker")?.key;
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl }));
  const create = async () => {
    const { task } = await tasks.createTask({ type: "t" }, { headers: { authorization: `Bearer ${key}` } });
    // Reads are not gathered into batches as creations are: each wants a connection.
    await tasks.listTasks({}, { headers: { authorization: `Bearer ${key}` } });
    return task;
  };

  const probes = [];
  for (let round = 0; round < 4; round += 1) {
    const created = Promise.all(Array.from({ length: 50 }, create));
    probes.push(await fetch(`${baseUrl}/readyz`));
    expect(await created).toHaveLength(50);
  }
  expect(probes.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await (await fetch(`${baseUrl}/readyz`)).json()).toEqual({
    status: "ready",
    detail: expect.stringMatching(/^Postgres allows \d of 20 connections\.$/),
  });
  expect(await (await fetch(`${baseUrl}/metrics`)).text()).toMatch(/asyncgate_database_connections\{state="max"\} 20/);
  expect(lines.filter((line) => line.includes("database_connections_limited"))).toHaveLength(1);
});
