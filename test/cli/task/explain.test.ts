// `asyncgate task explain`: why a task does not run, as lines for people and as JSON.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { explanationLines, taskExplain } from "../../../src/cli/task/explain.ts";
import { bearer, openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

test("a task is explained by lines, and with --json by JSON and nothing else", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
  const required = { requirements: { capabilities: ["gpu"] }, delay: { seconds: 600n } };
  const { task } = await client.createTask({ type: "t", ...required }, bearer(key));
  const taskId = task?.taskId ?? "";
  const environment = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  const { printed, code } = await runCommand(taskExplain, [taskId], environment);
  expect(code).toBe(0);
  expect(printed).toMatch(/^QUEUED\. It may be leased in 10 min, not before\.\n\nholds it: NOT_YET\n/);
  expect(printed).toMatch(/\nslows it: NO_WORKER\n {2}No worker is connected\.\n {2}→ Start a worker/);
  expect(printed).toMatch(/\nfits +a worker that takes t from default, that offers gpu \(0\); 0 of 0 connected\n/);
  expect(printed).toMatch(/\ntries +attempt 1 of 3, 2 left after it; 0 of 20 leases lost; 0 leases so far$/);
  const json = JSON.parse((await runCommand(taskExplain, [taskId, "--json"], environment)).printed);
  expect(json).toMatchObject({ explanation: { task_id: taskId, unmet: [{ kind: "OBSTACLE_KIND_NOT_YET" }] } });
});

test("a missing id and a second one are mistakes", async () => {
  await expect(runCommand(taskExplain, [])).rejects.toThrow("the id of the task is missing");
  await expect(runCommand(taskExplain, ["a", "b"])).rejects.toThrow("unexpected: b");
});

test("conditions are listed, and a holder has its heartbeats", () => {
  const condition = (group: number) => ({ group, name: "n", sentence: "It waits for a signal." });
  const lines = explanationLines({
    summary: "BLOCKED.",
    task_id: "id",
    unmet: [
      {
        kind: "OBSTACLE_KIND_CONDITIONS",
        sentence: "It waits.",
        conditions: [condition(0), condition(1)],
        conditions_count: 9,
      },
    ],
    holder: {
      holder: {
        worker: { principal: { kind: "PRINCIPAL_KIND_WORKER", id: "w" }, instance: "host:1" },
        expire_time: "00:01:00",
      },
      ttl: "60s",
      last_heartbeat_time: "00:00:00",
      missed: 2,
      on_stream: true,
    },
    progress: { percent: 40, message: "page 4" },
  });
  expect(lines).toEqual([
    "BLOCKED.",
    "",
    "holds it: CONDITIONS",
    "  It waits.",
    "  - group 0, n: It waits for a signal.",
    "  - group 1, n: It waits for a signal.",
    "  … and 7 more",
    "",
    "task      id",
    "holder    worker:w (host:1); lease of 60s until 00:01:00, kept on a stream; last heartbeat 00:00:00, 2 missing",
    "progress  40 %, page 4",
    "tries     attempt 0 of 0, 0 left after it; 0 leases lost; 0 leases so far",
  ]);
});
