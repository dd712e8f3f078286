// The tasks extension: a host that declares it gets create_task as a task, which is ours.
import { expect, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { openMcp } from "./open-mcp.ts";

const extension = "io.modelcontextprotocol/tasks";

type Answer = { readonly result?: Readonly<Record<string, unknown>>; readonly error?: { readonly code: number } };

/** A request of the 2026-07-28 revision, as a host without a library would write it. */
function caller(url: string, key: string, extensions: object = { [extension]: {} }) {
  return async (method: string, params: Readonly<Record<string, unknown>>): Promise<Answer> => {
    const name = params["name"] ?? params["taskId"];
    const response = await fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        ...(typeof name === "string" && { "mcp-name": name }),
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method,
        params: {
          ...params,
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "raw", version: "1" },
            "io.modelcontextprotocol/clientCapabilities": { extensions },
          },
        },
      }),
    });
    const text = await response.text();
    return JSON.parse(text.startsWith("{") ? text : (/^data: (.+)$/m.exec(text)?.[1] ?? "{}")) as Answer;
  };
}

const create = { name: "create_task", arguments: { type: "a", idempotency_key: "one" } };

test("create_task is answered as a task, which is read, followed to its end and has its result", async () => {
  const { url, connect, makeKey, makeTenant } = await openMcp();
  const tenantId = await makeTenant("acme");
  const call = caller(url, await makeKey(tenantId, Role.TASKER));
  const worker = await connect("legacy", await makeKey(tenantId, Role.WORKER));
  const { result: created } = await call("tools/call", create);
  expect(created).toMatchObject({ resultType: "task", status: "working", ttlMs: null });
  const taskId = String(created?.["taskId"]);
  expect((await call("tasks/get", { taskId })).result).toMatchObject({ taskId, status: "working" });
  const leased = await worker.callTool({ name: "lease_next", arguments: {} });
  const [one] = Reflect.get(Object(leased.structuredContent), "tasks") as { lease: { token: string } }[];
  await worker.callTool({ name: "complete", arguments: { lease_token: one?.lease.token, result: { json: 42 } } });
  const { result } = await call("tasks/get", { taskId });
  expect(result).toMatchObject({
    status: "completed",
    result: { structuredContent: { task: { task_id: taskId, outcome: { result: { json: 42 } } } } },
  });
  // The host may cancel before it has seen the end.
  expect((await call("tasks/cancel", { taskId })).result).toMatchObject({ resultType: "complete" });
  expect((await call("tasks/get", { taskId })).result).toMatchObject({ status: "completed" });
});

test("work that failed is completed with a result that is an error, canceled work is canceled", async () => {
  const { url, connect, makeKey, makeTenant } = await openMcp();
  const tenantId = await makeTenant("acme");
  const call = caller(url, await makeKey(tenantId, Role.TASKER));
  const worker = await connect("legacy", await makeKey(tenantId, Role.WORKER));
  const once = { ...create, arguments: { ...create.arguments, max_attempts: 1 } };
  const failing = String((await call("tools/call", once)).result?.["taskId"]);
  const leased = await worker.callTool({ name: "lease_next", arguments: {} });
  const [one] = Reflect.get(Object(leased.structuredContent), "tasks") as { lease: { token: string } }[];
  await worker.callTool({
    name: "fail",
    arguments: { lease_token: one?.lease.token, error: { type: "Broken", message: "no ink" } },
  });
  expect((await call("tasks/get", { taskId: failing })).result).toMatchObject({
    status: "completed",
    result: { isError: true },
  });
  const canceled = String(
    (await call("tools/call", { name: "create_task", arguments: { type: "b" } })).result?.["taskId"],
  );
  expect((await call("tasks/cancel", { taskId: canceled })).error).toBeUndefined();
  expect((await call("tasks/get", { taskId: canceled })).result).toMatchObject({ status: "cancelled" });
});

test("a task of another tenant is none, and a host that does not declare tasks gets none", async () => {
  const { url, keyOf } = await openMcp();
  const [mine, others] = [await keyOf("a", Role.TASKER), await keyOf("b", Role.TASKER)];
  const taskId = String((await caller(url, mine)("tools/call", create)).result?.["taskId"]);
  const invalidParams = -32602;
  const foreign = await caller(url, others)("tasks/get", { taskId });
  const nowhere = await caller(url, mine)("tasks/get", { taskId: "01a226bf-7543-7000-8000-000000000000" });
  expect([foreign.error?.code, nowhere.error?.code]).toEqual([invalidParams, invalidParams]);
  expect((await caller(url, others)("tasks/cancel", { taskId })).error?.code).toBe(invalidParams);
  const without = caller(url, mine, {});
  expect((await without("tools/call", create)).result).toMatchObject({ structuredContent: { existed: true } });
  const missingCapability = -32021;
  expect((await without("tasks/get", { taskId })).error?.code).toBe(missingCapability);
});
