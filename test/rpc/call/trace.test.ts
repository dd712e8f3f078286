// The trace that a call comes with: read from its headers, through every protocol and form of call, and kept with the
// tasks that it creates.
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Call, CallSpans } from "../../../src/rpc/call/call.ts";
import { traceIn } from "../../../src/rpc/call/trace.ts";
import { openMcp } from "../../mcp/open-mcp.ts";
import { openEngineServer } from "../engine-server.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const otherTrace = traceparent.replace("0af7", "ffff");

test.each([
  traceparent,
  traceparent.replace("-01", "-00"),
  `cc${traceparent.slice(2)}`,
  `cc${traceparent.slice(2)}-and-more`,
])("the trace %j is taken", (text) => {
  expect(traceIn(new Headers({ traceparent: text, tracestate: "a=1,b=2" }))).toMatchObject({
    traceparent: text,
    tracestate: "a=1,b=2",
  });
});

test.each([
  "",
  "x",
  traceparent.toUpperCase(),
  `${traceparent}-and-more`,
  `ff${traceparent.slice(2)}`,
  traceparent.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
  traceparent.replace("b7ad6b7169203331", "0".repeat(16)),
  traceparent.slice(0, -1),
  `${traceparent}, ${traceparent}`,
  `cc${traceparent.slice(2)}-${"x".repeat(255)}`,
])("the trace %j counts as absent", (text) => {
  expect(traceIn(new Headers({ traceparent: text }))).toBeUndefined();
});

test("a state that is too long or unprintable is left out, and the trace stays", () => {
  for (const tracestate of ["a".repeat(513), "a=\u00e9"]) {
    expect(traceIn(new Headers({ traceparent, tracestate }))).toMatchObject({ traceparent, tracestate: "" });
  }
});

test("a task belongs to the trace of its call, over each protocol, unless its request names another", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.TASKER);
  const headers = { authorization: `Bearer ${key}`, traceparent, tracestate: "a=1" };
  const transports = [
    createGrpcTransport({ baseUrl: url }),
    createConnectTransport({ baseUrl: url, httpVersion: "1.1" }),
    createGrpcWebTransport({ baseUrl: url, httpVersion: "2" }),
  ];
  for (const transport of transports) {
    const tasks = createClient(TaskService, transport);
    const { task } = await tasks.createTask({ type: "t" }, { headers });
    expect(task?.traceContext).toMatchObject({ traceparent, tracestate: "a=1" });
    const own = { traceparent: otherTrace };
    const { results } = await tasks.createTasks(
      { tasks: [{ type: "t" }, { type: "t", traceContext: own }] },
      { headers },
    );
    const traces = results.map(
      ({ result }) => result.case === "created" && result.value.task?.traceContext?.traceparent,
    );
    expect(traces).toEqual([traceparent, otherTrace]);
    const malformed = await tasks.createTask({ type: "t" }, { headers: { ...headers, traceparent: "00-1-2-03" } });
    expect(malformed.task?.traceContext).toBeUndefined();
  }
  const body = JSON.stringify({ type: "t" });
  const rest = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body };
  expect(await (await fetch(`${url}/v1/tasks`, rest)).json()).toMatchObject({
    task: { trace_context: { traceparent, tracestate: "a=1" } },
  });
});

test("a repeated creation in another trace is the same creation", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const authorization = `Bearer ${await makeKey(await makeTenant("acme"), Role.TASKER)}`;
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
  const create = (trace: string, request: object) =>
    tasks.createTask({ type: "t", ...request }, { headers: { authorization, traceparent: trace } });
  for (const request of [{ idempotencyKey: "k" }, { requestId: "r" }]) {
    const first = await create(traceparent, request);
    const again = await create(otherTrace, request);
    expect(again.task?.taskId).toBe(first.task?.taskId);
    expect(again.task?.traceContext?.traceparent).toBe(traceparent);
  }
});

test("what a holder creates is in the trace of its task, unless its call is in another", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const authorization = `Bearer ${await makeKey(await makeTenant("acme"), Role.OPERATOR)}`;
  const transport = createGrpcTransport({ baseUrl: url });
  const [tasks, leases] = [createClient(TaskService, transport), createClient(LeaseService, transport)];
  const headers = { authorization };
  await tasks.createTask({ type: "t" }, { headers: { ...headers, traceparent } });
  const { tasks: claimed } = await leases.claimTasks({ acceptTypes: ["t"] }, { headers });
  const under = claimed[0]?.lease?.token ?? "";
  const traceOf = async (taskId: string) =>
    (await tasks.getTask({ taskId }, { headers })).task?.traceContext?.traceparent;
  const child = (more: object) =>
    tasks.createTask({ type: "c", under, onParentEnd: 2 }, { headers: { ...headers, ...more } });
  expect((await child({})).task?.traceContext?.traceparent).toBe(traceparent);
  expect((await child({ traceparent: otherTrace })).task?.traceContext?.traceparent).toBe(otherTrace);
  const next = [{ type: "n" }, { type: "n", traceContext: { traceparent: otherTrace } }];
  const done = await leases.completeTask({ leaseToken: under, next }, { headers });
  expect(await Promise.all(done.next.map(({ taskId }) => traceOf(taskId)))).toEqual([traceparent, otherTrace]);
});

test("a host of MCP tells the trace in a header, or for each request", async () => {
  const { connect, keyOf, url } = await openMcp();
  const key = await keyOf("acme", Role.TASKER);
  const client = await connect("modern", key);
  const call = { name: "create_task", arguments: { type: "t" } };
  const traced = await client.callTool({ ...call, _meta: { traceparent, tracestate: "a=1" } });
  expect(traced.structuredContent).toMatchObject({ task: { trace_context: { traceparent, tracestate: "a=1" } } });
  expect(JSON.stringify(await client.callTool({ ...call, _meta: { traceparent: "\u0000" } }))).not.toContain(
    "trace_context",
  );
  const headers = {
    ...{ authorization: `Bearer ${key}`, traceparent, "content-type": "application/json" },
    accept: "application/json, text/event-stream",
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call });
  const answer = await (await fetch(`${url}/mcp`, { method: "POST", headers, body })).text();
  expect(answer).toContain(traceparent);
});

test("a call is a span if it comes with a trace or creates a task, and tasks are in that span", async () => {
  const begun: (Pick<Call, "method"> & { readonly parent: string | undefined; ended?: string })[] = [];
  const spans: CallSpans = {
    begin({ method, trace }) {
      const one: (typeof begun)[number] = { method: method.split("/")[1] ?? "", parent: trace?.traceparent };
      begun.push(one);
      const context = { $typeName: "asyncgate.v1.TraceContext", traceparent: otherTrace, tracestate: "" } as const;
      const end = (code: string, reason: string) => {
        one.ended = `${code} ${reason}`;
      };
      return { context, end };
    },
  };
  const { url, makeTenant, makeKey } = await openEngineServer(() => ({ more: { spans } }));
  const authorization = `Bearer ${await makeKey(await makeTenant("acme"), Role.TASKER)}`;
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
  const { task } = await tasks.createTask({ type: "t" }, { headers: { authorization } });
  expect(task?.traceContext?.traceparent).toBe(otherTrace);
  await tasks.listTasks({}, { headers: { authorization } });
  await tasks
    .getTask({ taskId: "01a226bf-7543-7000-8000-000000000000" }, { headers: { authorization, traceparent } })
    .catch(() => {});
  await tasks.listTasks({}, { headers: { authorization: "Bearer none", traceparent } }).catch(() => {});
  expect(begun).toEqual([
    { method: "CreateTask", parent: undefined, ended: "ok " },
    { method: "GetTask", parent: traceparent, ended: "not_found TASK_NOT_FOUND" },
  ]);
});
