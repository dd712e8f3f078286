// The bridge over HTTP, as clients of both generations see it.
import { connect } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { patience } from "../helpers/patience.ts";
import { eras, openMcp, textOf } from "./open-mcp.ts";

type Created = { readonly task: { readonly task_id: string; readonly state: string }; readonly existed: boolean };

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

test.each(eras)("%s: a tasker sees its tools, hands over a task, and finds it open", async (era) => {
  const { connect, keyOf } = await openMcp();
  const client = await connect(era, await keyOf("acme", Role.TASKER));
  const names = (await client.listTools()).tools.map(({ name }) => name);
  expect(names).toContain("create_task");
  expect(names).not.toContain("lease_next");
  const given = { name: "create_task", arguments: { type: "report.write", idempotency_key: "one" } };
  const created = (await client.callTool(given)).structuredContent as Created;
  expect(created).toMatchObject({ task: { state: "TASK_STATE_QUEUED" }, existed: false });
  const again = await client.callTool({ ...given, name: "asyncgate.create_task" });
  expect(again.structuredContent).toMatchObject({ task: { task_id: created.task.task_id }, existed: true });
  expect(textOf(again)).toMatch(/^Task \S+ \(report\.write\) existed already and is QUEUED\.\n\{/);
  const open = await client.callTool({ name: "list_open_obligations", arguments: {} });
  expect(textOf(open)).toMatch(/^1 open obligation\./);
});

test.each(eras)("%s: a worker sees its tools, leases, reports and completes", async (era) => {
  const { connect, makeKey, makeTenant } = await openMcp();
  const tenantId = await makeTenant("acme");
  const tasker = await connect(era, await makeKey(tenantId, Role.TASKER));
  const worker = await connect(era, await makeKey(tenantId, Role.WORKER, "builder"));
  expect((await worker.listTools()).tools.map(({ name }) => name)).not.toContain("create_task");
  await tasker.callTool({ name: "create_task", arguments: { type: "a", payload: { json: { n: 1 } } } });
  const leased = await worker.callTool({ name: "lease_next", arguments: {} });
  expect(textOf(leased)).toMatch(/^You hold 1 task now \(a\)\./);
  const [one] = Reflect.get(Object(leased.structuredContent), "tasks") as { lease: { token: string }; task: object }[];
  expect(one?.task).toMatchObject({ payload: { json: { n: 1 } } });
  const done = await worker.callTool({
    name: "complete",
    arguments: { lease_token: one?.lease.token, result: { json: { answer: 42 } } },
  });
  expect(textOf(done)).toMatch(/^The task is done and its obligation discharged\./);
});

test.each(eras)(
  "%s: failures are results with the reason, the advice and the facts as text, and nothing else",
  async (era) => {
    const { connect, keyOf } = await openMcp();
    const client = await connect(era, await keyOf("acme", Role.TASKER));
    const call = (name: string, given: object) => client.callTool({ name, arguments: given as never });
    const missing = await call("get_task", { task_id: "01a226bf-7543-7000-8000-000000000000" });
    expect(missing).toMatchObject({ isError: true });
    expect(missing.structuredContent).toBeUndefined();
    expect(textOf(missing)).toMatch(/^TASK_NOT_FOUND: .+\n\{.*"reason":"ERROR_REASON_TASK_NOT_FOUND"/);
    expect(textOf(await call("create_task", { tipe: "a" }))).toMatch(
      /^INVALID_ARGUMENT: tipe is no field of CreateTaskRequest \(did you mean type/,
    );
    expect(textOf(await call("create_task", {}))).toMatch(/^INVALID_ARGUMENT: .*type/);
    expect(textOf(await call("lease_next", {}))).toMatch(/^PERMISSION_DENIED: /);
    await expect(call("no_such_tool", {})).rejects.toThrow(/no_such_tool/);
  },
);

test.each(eras)("%s: a call that waits tells of progress, and says to call again", async (era) => {
  const { connect, keyOf } = await openMcp();
  const client = await connect(era, await keyOf("acme", Role.TASKER));
  const created = await client.callTool({ name: "create_task", arguments: { type: "a" } });
  const { task_id } = (created.structuredContent as Created).task;
  const told: number[] = [];
  const waiting = { name: "await_task", arguments: { task_id, wait: "1s" } };
  const options = { onprogress: ({ progress }: { progress: number }) => void told.push(progress) };
  // The older client takes its options third.
  const call = client.callTool.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const answer = await (era === "modern" ? call(waiting, options) : call(waiting, undefined, options));
  expect(textOf(answer)).toMatch(/has not ended: call again/);
  expect(told[0]).toBe(0);
});

test.each(eras)("%s: resources and prompts tell what is open", async (era) => {
  const { connect, keyOf } = await openMcp();
  const client = await connect(era, await keyOf("acme", Role.TASKER));
  const prompt = async (name: string, given = {}) =>
    JSON.stringify((await client.getPrompt({ name, arguments: given })).messages);
  expect(await prompt("resume")).toContain("Nothing is open");
  const created = await client.callTool({ name: "create_task", arguments: { type: "report.write" } });
  const { task_id } = (created.structuredContent as Created).task;
  expect(await prompt("resume")).toContain(task_id);
  expect(await prompt("hand_over", { goal: "translate it" })).toContain("translate it");
  await expect(prompt("hand_over")).rejects.toThrow(/goal is required/);
  await expect(prompt("sing")).rejects.toThrow(/sing/);
  const read = async (uri: string) => JSON.stringify((await client.readResource({ uri })).contents);
  expect(await read("asyncgate://obligations/open")).toContain(task_id);
  expect(await read(`asyncgate://tasks/${task_id}`)).toContain("TASK_STATE_QUEUED");
  // The uri in the error tells hosts that it is the resource that is missing.
  const notFound = (uri: string, message: RegExp) => ({ message: expect.stringMatching(message), data: { uri } });
  const nowhere = "asyncgate://tasks/01a226bf-7543-7000-8000-000000000000";
  await expect(read(nowhere)).rejects.toMatchObject(notFound(nowhere, /no task/));
  await expect(read("file:///etc/passwd")).rejects.toMatchObject(notFound("file:///etc/passwd", /no resource/));
  expect(await read(`asyncgate://tasks/${task_id}/output/stdout`)).toContain('"mimeType":"text/plain","text":""');
  expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(3);
});

test("a caller without a credential is refused before its body is read, with a challenge", async () => {
  const { url } = await openMcp();
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify(initialize),
  });
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
});

test("a body that does not come is cut, over HTTP/2 too, where Node has no clock for it", async () => {
  const { url, keyOf } = await openMcp({ requestTimeoutMs: 1_000 });
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const stream = session.request({
    ":method": "POST",
    ":path": "/mcp",
    authorization: `Bearer ${await keyOf("acme", Role.TASKER)}`,
    "content-type": "application/json",
  });
  stream.on("error", () => {}); // how it is cut is the server's choice
  stream.write("{");
  await expect.poll(() => stream.closed, patience).toBe(true);
});

test("pages of other sites get nothing, GET and DELETE are not served, and a large body is refused", async () => {
  const { url, keyOf } = await openMcp();
  const authorization = `Bearer ${await keyOf("acme", Role.TASKER)}`;
  const send = (init: RequestInit) =>
    fetch(`${url}/mcp`, {
      ...init,
      headers: {
        authorization,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(init.headers as Record<string, string>),
      },
    });
  const post = { method: "POST", body: JSON.stringify(initialize) };
  expect((await send({ ...post, headers: { origin: "https://evil.example" } })).status).toBe(403);
  expect((await send({ method: "GET" })).status).toBe(405);
  expect((await send({ method: "DELETE" })).status).toBe(405);
  expect((await send({ ...post, body: JSON.stringify({ ...initialize, pad: "x".repeat(1_100_000) }) })).status).toBe(
    413,
  );
  expect((await send({ ...post, body: "{" })).status).toBe(400);
  expect((await send(post)).status).toBe(200);
});

test("a bridge that cannot be loaded is an error of the request, and the next one loads it again", async () => {
  let attempts = 0;
  const mcp = async () => {
    attempts += 1;
    if (attempts === 1) throw new Error("a file is missing");
    return async () => Response.json({ from: "the bridge" });
  };
  const { url, keyOf } = await openMcp({}, () => ({ more: { mcp } }));
  const headers = { authorization: `Bearer ${await keyOf("acme", Role.TASKER)}`, "content-type": "application/json" };
  const ask = async () => {
    const answer = await fetch(new URL("/mcp", url), { method: "POST", headers, body: JSON.stringify(initialize) });
    return { status: answer.status, body: await answer.json() };
  };
  expect(await ask()).toEqual({ status: 500, body: { error: { message: "The server met a fault of its own." } } });
  expect(await ask()).toEqual({ status: 200, body: { from: "the bridge" } });
});
