// One trace over three processes: a caller, the server and a worker. The spans arrive at a real OTLP endpoint; without
// one, nothing is loaded or sent.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "../../clients/typescript/src/index.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { attributeOf, openOtlpReceiver, type SentSpan } from "../helpers/otlp-receiver.ts";
import { makeDataDir, readKey, startDevServer } from "./dev-server.ts";

const timeout = 120_000;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const callerSpan = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${callerSpan}-01`;
const kinds = { internal: 1, server: 2, consumer: 5 };
const failed = 2;

async function startServer(variables: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const dataDir = await makeDataDir();
  const server = await startDevServer(dataDir, ["--database-url", await createTestDatabase(), "--machines", "off"]);
  vi.unstubAllEnvs();
  const [tasker, worker] = [await readKey(dataDir, "tasker"), await readKey(dataDir, "executor")];
  const client = createClient({ endpoint: server.url, key: tasker });
  onTestFinished(() => client.close());
  const create = async (body: object, headers: Readonly<Record<string, string>> = {}) => {
    const common = { authorization: `Bearer ${tasker}`, "content-type": "application/json" };
    const request = { method: "POST", headers: { ...common, ...headers }, body: JSON.stringify(body) };
    const answer = (await (await fetch(`${server.url}/v1/tasks`, request)).json()) as { task: { task_id: string } };
    return answer.task.task_id;
  };
  return { server, client, keys: { tasker, worker }, create };
}

async function startTracedWorker(url: string, key: string, endpoint: string) {
  const program = fileURLToPath(new URL("traced-worker.ts", import.meta.url));
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const child = spawn(process.execPath, [program, url, key], { stdio: ["pipe", "inherit", "ignore"], env });
  const stop = async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.stdin.end();
    await exited;
  };
  onTestFinished(stop);
  return { stop };
}

test("creation, claim, handler and completion are spans of their caller's trace, without anything secret", {
  timeout,
}, async () => {
  const receiver = await openOtlpReceiver();
  const { server, client, keys, create } = await startServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: "50",
  });
  const worker = await startTracedWorker(server.url, keys.worker, receiver.url);
  const body = {
    type: "traced.work",
    payload: { json: "the-payload-is-secret" },
    labels: { l: "the-label-is-secret" },
  };
  const taskId = await create(body, { traceparent, tracestate: "vendor=1" });
  expect(await client.result(taskId)).toBe("the-result-is-secret");
  const brokenId = await create({ type: "traced.broken", max_attempts: 1 }, { traceparent });
  await client.awaitTask(brokenId);

  const of = (task: string, name: string): SentSpan | undefined =>
    receiver.ofTrace(traceId).find((span) => span.name === name && attributeOf(span, "messaging.message.id") === task);
  await expect.poll(() => of(brokenId, "fail traced.broken")).toBeDefined();
  await worker.stop();
  await expect
    .poll(() => receiver.ofTrace(traceId).filter(({ name }) => name === "process traced.part"))
    .toHaveLength(1);

  const spans = receiver.ofTrace(traceId);
  const creation = spans.find(({ name }) => name === "asyncgate.v1.TaskService/CreateTask");
  expect(creation).toMatchObject({ parentSpanId: callerSpan, kind: kinds.server, service: "asyncgate" });
  const steps = [
    ["claim traced.work", kinds.internal, "asyncgate"],
    ["process traced.work", kinds.consumer, "painter"],
    ["complete traced.work", kinds.internal, "asyncgate"],
  ] as const;
  for (const [name, kind, service] of steps) {
    expect(of(taskId, name), name).toMatchObject({ kind, service, parentSpanId: creation?.spanId });
  }
  const [claim, handler, completion] = steps.map(([name]) => of(taskId, name));
  const startOf = (span: SentSpan | undefined) => BigInt(span?.startTimeUnixNano ?? 0);
  expect(startOf(claim) <= startOf(handler) && startOf(handler) <= startOf(completion)).toBe(true);

  // What the handler created is in its own span, which is in that of the kit.
  const own = spans.find(({ name }) => name === "own work");
  expect(own?.parentSpanId).toBe(handler?.spanId);
  const part = spans.filter(({ name }) => name === "asyncgate.v1.TaskService/CreateTask");
  expect(part.map(({ parentSpanId }) => parentSpanId)).toContain(own?.spanId);

  expect(of(brokenId, "process traced.broken")).toMatchObject({ status: { code: failed } });
  expect(of(brokenId, "fail traced.broken")).toMatchObject({ status: { code: failed } });
  expect(new Set(receiver.paths)).toEqual(new Set(["/v1/traces"]));
  const sent = receiver.bodies.join("\n");
  expect(sent).not.toMatch(/is-secret|agl1_|agr1_|[Bb]earer/);
  for (const key of Object.values(keys)) expect(sent).not.toContain(key);
  expect(server.said()).toContain(`"trace_id":"${traceId}"`);
});

test("a server without an endpoint loads and sends nothing, and passes its callers' traces on", {
  timeout,
}, async () => {
  const receiver = await openOtlpReceiver();
  const hooks = fileURLToPath(new URL("print-loaded.ts", import.meta.url));
  const { server, client, create } = await startServer({
    NODE_OPTIONS: `--import=${hooks}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_SDK_DISABLED: "true",
  });
  const { traceContext } = await client.getTask(await create({ type: "t" }, { traceparent, tracestate: "vendor=1" }));
  expect(traceContext).toMatchObject({ traceparent, tracestate: "vendor=1" });
  expect((await client.getTask(await create({ type: "t" }))).traceContext).toBeUndefined();
  server.process.kill("SIGUSR2");
  const loaded = () => /^loaded: (.*)\n/m.exec(server.said())?.[1];
  await expect.poll(loaded).toBeDefined();
  expect(loaded()).toContain("src/rpc/server.ts");
  expect(loaded()).not.toContain("@opentelemetry/sdk");
  expect(loaded()).not.toContain("@opentelemetry/exporter");
  expect(receiver.bodies).toEqual([]);
});

test("an endpoint that does not answer is told once, and holds nothing up", { timeout }, async () => {
  const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT: "200" };
  const { server, client, create } = await startServer({ ...nowhere, OTEL_BSP_SCHEDULE_DELAY: "20" });
  const lines = () =>
    server
      .said()
      .split("\n")
      .filter((line) => line.includes("traces cannot be sent"));
  for (let made = 0; made < 3; made += 1) await client.getTask(await create({ type: "t" }));
  await expect.poll(lines).toHaveLength(1);
});
