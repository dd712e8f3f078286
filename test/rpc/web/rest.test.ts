// REST over the wire: what a request may look like, what it is answered, and that it is a call like any other.
import { once } from "node:events";
import http from "node:http";
import { connect } from "node:http2";
import net from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { openEngineServer } from "../engine-server.ts";

async function open() {
  const opened = await openEngineServer();
  const tenantId = await opened.makeTenant("acme");
  const [tasker, worker] = [await opened.makeKey(tenantId, Role.TASKER), await opened.makeKey(tenantId, Role.WORKER)];
  const request = (path: string, init: RequestInit & { readonly key?: string } = {}) =>
    fetch(`${opened.url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${init.key ?? tasker}`,
        ...(init.body ? { "content-type": "application/json" } : {}),
        ...(init.headers as Record<string, string>),
      },
    });
  const post = (path: string, body: unknown, init: Parameters<typeof request>[1] = {}) =>
    request(path, { ...init, method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
  return { ...opened, tenantId, tasker, worker, request, post };
}

type Body = {
  readonly task: { readonly task_id: string; readonly payload: { readonly json: unknown } };
  readonly tasks: readonly unknown[];
  readonly error: { readonly reason: string; readonly message: string; readonly call_id: string } & Record<
    string,
    never
  >;
};

const bodyOf = async (response: Response) => (await response.json()) as Body;

/** Status and reason of a refusal. */
async function refusalOf(response: Response) {
  return [response.status, (await bodyOf(response)).error.reason.replace("ERROR_REASON_", "")];
}

test("a task is created, read, listed and canceled, and JSON content is JSON", async () => {
  const { post, request } = await open();
  const created = await post(
    "/v1/tasks",
    '{"type": "greet", "payload": {"json": {"n": 12345678901234567890, "ü": [null]}}}',
  );
  expect(created.status).toBe(200);
  expect(created.headers.get("content-type")).toBe("application/json");
  const text = await created.text();
  expect(text).toContain('"json":{"n":12345678901234567890,"ü":[null]}');
  const { task } = JSON.parse(text) as Body;
  expect((await bodyOf(await request(`/v1/tasks/${task.task_id}`))).task).toMatchObject({ state: "TASK_STATE_QUEUED" });
  expect((await bodyOf(await request("/v1/tasks?states=QUEUED"))).tasks).toHaveLength(1);
  expect((await bodyOf(await request("/v1/tasks?states=RUNNING&page_size=5"))).tasks).toEqual([]);
  expect((await bodyOf(await post(`/v1/tasks/${task.task_id}:cancel`, {}))).task).toMatchObject({
    state: "TASK_STATE_CANCELED",
  });
});

test("refusals have the status of their code, our reason, and are logged and counted like all calls", async () => {
  const { post, request, worker, endpoint: door } = await open();
  const nowhere = "01a226bf-7543-7000-8000-000000000000";
  expect(await refusalOf(await request(`/v1/tasks/${nowhere}`))).toEqual([404, "TASK_NOT_FOUND"]);
  expect(await refusalOf(await post("/v1/tasks", { type: "" }))).toEqual([400, "INVALID_ARGUMENT"]);
  expect(await refusalOf(await post("/v1/tasks", { type: "a" }, { key: worker }))).toEqual([403, "PERMISSION_DENIED"]);
  const unknown = await post("/v1/tasks", { type: "a" }, { key: "unknown" });
  expect(unknown.headers.get("www-authenticate")).toBe("Bearer");
  expect(await refusalOf(unknown)).toEqual([401, "UNAUTHENTICATED"]);
  const line = await door.logged(({ reason }) => reason === "TASK_NOT_FOUND");
  expect(line).toMatchObject({ method: "asyncgate.v1.TaskService/GetTask", protocol: "rest", code: "not_found" });
});

test.each([
  ["cannot be read", "{"],
  ["no JSON object", "[]"],
  ["type", '{"type": 7}'],
  ["max_atempts", '{"max_atempts": 1, "type": "a"}'],
  ["not_before", '{"type": "a", "not_before": "2026-02-30T00:00:00Z"}'],
  ['the key "type" is given twice', '{"type": "a", "labels": {"b": "c"}, "type": "d"}'],
  ["type must be a string", '{"type": 12345678901234567890}'],
  ["nested at most 100 deep", `{"type": "a", "payload": {"json": ${"[".repeat(101)}${"]".repeat(101)}}}`],
  ["nested more than 120 deep", `{"type": "a", "payload": {"json": ${"[".repeat(200_000)}${"]".repeat(200_000)}}}`],
])("a body is refused, and told why: %s", async (told, body) => {
  const { post } = await open();
  const response = await post("/v1/tasks", body);
  const { error } = await bodyOf(response);
  expect([response.status, error.reason]).toEqual([400, "ERROR_REASON_INVALID_ARGUMENT"]);
  expect(error.message + JSON.stringify(error)).toContain(told);
});

test("bytes that are no UTF-8, and bodies that are compressed or no JSON, are refused", async () => {
  const { request } = await open();
  const bytes = (type: string, more: Record<string, string> = {}) =>
    request("/v1/tasks", {
      method: "POST",
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      headers: { "content-type": type, ...more },
    });
  expect((await bytes("application/json")).status).toBe(400);
  expect((await bytes("text/plain")).status).toBe(415);
  expect((await bytes("application/json; charset=latin1")).status).toBe(415);
  expect((await bytes('Application/JSON; charset="UTF-8"')).status).toBe(400);
  expect((await bytes("application/json", { "content-encoding": "gzip" })).status).toBe(415);
});

test("path and body must agree", async () => {
  const { post } = await open();
  const { task } = await bodyOf(await post("/v1/tasks", { type: "a" }));
  const other = "01a226bf-7543-7000-8000-000000000000";
  expect((await post(`/v1/tasks/${task.task_id}:cancel`, { task_id: other })).status).toBe(400);
  expect((await post(`/v1/tasks/${task.task_id}:cancel`, { taskId: other })).status).toBe(400);
  expect((await post(`/v1/tasks/${task.task_id}:cancel`, { task_id: task.task_id })).status).toBe(200);
});

test("unknown paths are 404, other verbs 405 with Allow, unknown query keys 400", async () => {
  const { request } = await open();
  expect((await request("/v1/nothing")).status).toBe(404);
  expect((await request("/v1/tasks/%ff")).status).toBe(404);
  const wrong = await request("/v1/tasks", { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")?.split(", ").sort()]).toEqual([405, ["GET", "HEAD", "POST"]]);
});

test.each([
  ["stats=QUEUED", "stats is no field of ListTasksRequest."],
  ["created_by.knd=AGENT", "created_by.knd is no field of Principal."],
  ["states=1", "states[0] must be a TaskState"],
  ["page_size=1&page_size=2", "page_size may be given once only."],
  ["page_size=1&pageSize=2", "pageSize is given twice."],
  ["type=%00", "type must not contain the character U+0000."],
  ["type=%ff", "the query is not percent-encoded UTF-8"],
  ["type=%zz", "the query is not percent-encoded UTF-8"],
])("a query of %s is refused, and told why", async (query, told) => {
  const { request } = await open();
  const response = await request(`/v1/tasks?${query}`);
  const { error } = await bodyOf(response);
  expect([response.status, error.reason]).toEqual([400, "ERROR_REASON_INVALID_ARGUMENT"]);
  expect(error.message).toContain(told);
});

test("a query where fields stand in the body is refused by its keys", async () => {
  const { post } = await open();
  const response = await post("/v1/tasks?type=b", { type: "a" });
  expect(response.status).toBe(400);
  expect((await bodyOf(response)).error.message).toBe("type is given in the query: POST takes its fields in the body.");
});

test("a receipt that only operations write is a fault of the request, and not of the server", async () => {
  const { post } = await open();
  const written = { type: "RECEIPT_TYPE_TASK_FAILED" };
  expect(await refusalOf(await post("/v1/receipts", written))).toEqual([400, "UNSUPPORTED"]);
});

test("HEAD has the status and the headers of GET, and no body", async () => {
  const { request } = await open();
  const head = await request("/v1/tasks", { method: "HEAD" });
  expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([200, "application/json", ""]);
});

test("what a page of another site sends is refused, whatever its credential", async () => {
  const { request, url } = await open();
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, { origin: "null" }]) {
    const response = await rawRequest(url, headers);
    expect(response, JSON.stringify(headers)).toBe(403);
  }
  expect((await request("/v1/tasks", { headers: { origin: url } })).status).toBe(200);
  expect((await request("/v1/tasks", { method: "OPTIONS" })).headers.get("access-control-allow-origin")).toBeNull();
});

/** fetch keeps such headers to itself. */
function rawRequest(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    http
      .get(`${url}/v1/tasks`, { headers }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode));
      })
      .once("error", reject);
  });
}

test("a stranger is refused before a byte of the body is read", async () => {
  const { url } = await open();
  const request = http.request(`${url}/v1/tasks`, {
    method: "POST",
    headers: { authorization: "Bearer unknown", "content-type": "application/json", "content-length": 1_000_000 },
  });
  onTestFinished(() => void request.destroy());
  request.on("error", () => {}); // the server may close what it does not want to read
  const status = new Promise((resolve) => request.once("response", ({ statusCode }) => resolve(statusCode)));
  request.flushHeaders();
  expect(await status).toBe(401);
});

test.each([
  ["right", "Content-Length: 12\r\nConnection: close", 1],
  ["longer than the body", "Content-Length: 100", 0],
  ["shorter than the body", "Content-Length: 5", 0],
  ["said twice", "Content-Length: 12\r\nContent-Length: 13", 0],
  ["said beside chunks", "Content-Length: 12\r\nTransfer-Encoding: chunked", 0],
  ["negative", "Content-Length: -1", 0],
])("a body whose length is %s: %j makes %i tasks, and the connection is closed", async (how, length, tasks) => {
  const { url, tasker, request } = await open();
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const closed = once(socket, "close");
  const head = `POST /v1/tasks HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${tasker}`;
  socket.resume().write(`${head}\r\nContent-Type: application/json\r\n${length}\r\n\r\n{"type":"a"}`);
  if (how.startsWith("longer")) socket.end(); // or it would wait for the rest
  await closed;
  expect((await bodyOf(await request("/v1/tasks"))).tasks).toHaveLength(tasks);
});

test("a body beyond the bound is refused with the bound", async () => {
  const { post } = await open();
  const response = await post("/v1/tasks", { type: "a", payload: { json: "x".repeat(1_100_000) } });
  expect(response.status).toBe(413);
  expect(JSON.stringify((await bodyOf(response)).error)).toContain("message_bytes_max");
});

test("over HTTP/2 it is the same", async () => {
  const { url, tasker } = await open();
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ":path": "/v1/tasks", authorization: `Bearer ${tasker}` });
  const status = new Promise((resolve) => stream.once("response", (headers) => resolve(headers[":status"])));
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  expect([await status, JSON.parse(text)]).toEqual([200, { tasks: [], next_page_token: "" }]);
});

test("a deprecated route says since when, and what comes after it", async () => {
  const { request } = await open();
  const response = await request("/v1/bootstrap");
  expect(response.headers.get("deprecation")).toBe(`@${Date.parse("2026-11-01") / 1_000}`);
  expect(response.headers.get("link")).toBe('</v1/obligations/open>; rel="successor-version"');
  expect((await request("/v1/obligations/open")).headers.get("deprecation")).toBeNull();
});

test("the reference page comes from this server alone, under a policy that allows nothing else", async () => {
  const { url } = await open();
  const page = await fetch(`${url}/docs`);
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe/);
  const html = await page.text();
  for (const [, path] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect(path).toMatch(/^\/docs\//);
    expect((await fetch(`${url}${path}`)).status, path).toBe(200);
  }
  const wrong = await fetch(`${url}/openapi.json`, { method: "POST" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(((await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string }).openapi).toBe("3.1.1");
});

test("a request that its caller gives up ends its call", async () => {
  const { post, url, tasker, endpoint: door } = await open();
  const { task } = await bodyOf(await post("/v1/tasks", { type: "a" }));
  const given = new AbortController();
  const waiting = fetch(`${url}/v1/tasks/${task.task_id}:await?wait=50s`, {
    headers: { authorization: `Bearer ${tasker}` },
    signal: given.signal,
  });
  given.abort();
  await expect(waiting).rejects.toThrow();
  expect((await post("/v1/tasks", { type: "b" })).status).toBe(200);
  expect(door.lines.filter(({ message }) => message === "request failed")).toEqual([]);
});
