// `asyncgate queue`: an operator sees queues as a table, pauses one and resumes it, against a server.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { queueList, queuePause, queueResume } from "../../src/cli/queue.ts";
import { bearer, openEngineServer } from "../rpc/engine-server.ts";
import { runCommand } from "./terminal.ts";

async function open() {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const tenantId = await makeTenant("acme");
  const key = await makeKey(tenantId, Role.OPERATOR);
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
  const create = (queue: string) => client.createTask({ type: "t", queue }, bearer(key));
  return { environment: { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key }, create };
}

test("queues are a table, and a pause shows who and why", async () => {
  const { environment, create } = await open();
  expect((await runCommand(queueList, [], environment)).printed).toBe("there are no queues yet");
  await create("mail");
  await create("print/color");
  const paused = await runCommand(queuePause, ["print/color", "--reason", "no ink"], environment);
  expect(paused.printed).toMatch(/^print\/color is paused since \S+ by \w+:\S+: no ink$/);
  const { printed } = await runCommand(queueList, [], environment);
  const [head, , mail, print] = printed.split("\n");
  expect(head).toMatch(/^queue +waiting +oldest +delayed +blocked +held +in \/ out a minute +paused$/);
  expect(mail).toMatch(/^mail +1 +[\d.]+s +0 +0 +0 +1 \/ 0$/);
  expect(print).toMatch(/^print\/color +1 .* since \S+ by \w+:\S+: no ink$/);
  expect((await runCommand(queueList, ["mail"], environment)).printed).not.toContain("print");
  const resumed = await runCommand(queueResume, ["print/color"], environment);
  expect(resumed.printed).toMatch(/^print\/color is resumed; paused since \S+$/);
  expect((await runCommand(queueResume, ["print/color"], environment)).printed).toBe("print/color was not paused");
});

test("with --json, what is printed is JSON and nothing else", async () => {
  const { environment, create } = await open();
  await create("mail");
  const { printed } = await runCommand(queuePause, ["mail", "--json"], environment);
  expect(JSON.parse(printed)).toMatchObject({ pause: { by: {} } });
  const list = JSON.parse((await runCommand(queueList, ["--json"], environment)).printed);
  expect(list).toMatchObject({ queues: [{ queue: "mail", waiting: 1 }] });
});

test("a missing name, an unknown flag and a second name are mistakes", async () => {
  const unreachable = { ASYNCGATE_URL: "http://127.0.0.1:1", ASYNCGATE_API_KEY: "ag_test_key1_none" };
  await expect(runCommand(queuePause, [], unreachable)).rejects.toThrow("the name of the queue is missing");
  await expect(runCommand(queueList, ["a", "b"], unreachable)).rejects.toThrow("expected one queue");
  await expect(runCommand(queueList, ["--all"], unreachable)).rejects.toThrow("--all");
});
