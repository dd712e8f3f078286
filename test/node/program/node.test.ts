// Nodes with a real server: a job from its task to its result, and what becomes of it when the node, the network or the
// service fails.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Client, contentOf, createClient } from "../../../clients/typescript/src/index.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { all, type Kit, kitTimeoutMs, openKit, shareKit } from "../../clients/typescript/kit.ts";
import { startProxy } from "../../clients/typescript/proxy.ts";
import { run, stop } from "../../e2e/dev-server.ts";
import { processesWith } from "../sandbox/sandboxes.ts";
import { makeNodeFolder, type NodeInit, sandboxHere, startNode } from "./start-node.ts";

type Result = JsonObject & { readonly tail: { readonly stdout: string; readonly stderr: string } };

function resultOf({ outcome }: Task): Result {
  return contentOf(outcome?.result) as Result;
}

async function start(kit: Kit, init: Partial<NodeInit> = {}) {
  const place = await makeNodeFolder();
  const node = await startNode(place, { server: kit.server.url, key: kit.keys.worker, ...init });
  return { place, node };
}

async function create(client: Client, payload: JsonObject, more: { readonly queue?: string } = {}) {
  return (await client.createTask({ type: "node.job", payload, ...more })).taskId;
}

async function logOf(client: Client, taskId: string, stream = "stdout"): Promise<Buffer> {
  const parts = await all(client.readOutput(taskId, { stream }));
  return Buffer.concat(parts.map(({ data }) => data));
}

/** Reads until it has this text; what is read later comes with `rest`. */
async function follow(client: Client, taskId: string, text: string) {
  const parts = client.readOutput(taskId, { follow: true })[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  const read = () => Buffer.concat(chunks).toString();
  while (!read().includes(text)) {
    const next = await parts.next();
    if (next.done) throw new Error(`the log ended before "${text}": ${read()}`);
    chunks.push(next.value.data);
  }
  return {
    async rest() {
      for (let next = await parts.next(); !next.done; next = await parts.next()) chunks.push(next.value.data);
      return read();
    },
  };
}

/** Prints numbers until the file `go` is in the workspace. */
const counting = "i=0; while ! test -e go; do echo line $i; i=$((i+1)); sleep 0.01; done; echo last";

describe("a node", { timeout: kitTimeoutMs }, () => {
  // A busy machine takes seconds to start a node again.
  const kitOf = shareKit({ flags: ["--resume-grace-ms", "50000"] });

  test("runs a job whose output is followed while it runs, and keeps nothing of it afterwards", async () => {
    const kit = kitOf();
    const { place } = await start(kit, { config: `queues: [live]\nsandbox: {driver: process}` });
    const waiting = "echo first; while ! test -e go; do sleep 0.05; done";
    const script = `${waiting}; echo second; echo err >&2; printf '\\377' >&2; exit 4`;
    const taskId = await create(kit.client, { script }, { queue: "live" });
    const log = await follow(kit.client, taskId, "first");
    const [job = ""] = await place.jobs();
    await writeFile(join(place.spool, "jobs", job, "workspace", "go"), "");
    expect(await log.rest()).toBe("first\nsecond\n");
    const task = await kit.client.awaitTask(taskId);
    expect(resultOf(task)).toEqual({
      status: "FAILED",
      exit_code: 4,
      started: expect.stringMatching(/^\d{4}-.*Z$/),
      ended: expect.stringMatching(/^\d{4}-.*Z$/),
      sandbox: "process",
      bytes: { stdout: 13, stderr: 5 },
      truncated: { stdout: false, stderr: false },
      tail: { stdout: "first\nsecond\n", stderr: "err\n\uFFFD" },
      artifacts: [],
      missing_artifacts: {},
    });
    expect([...(await logOf(kit.client, taskId, "stderr"))]).toEqual([101, 114, 114, 10, 255]);
    await expect.poll(place.jobs).toEqual([]);
  });

  test("gives a job its files, its variables and its workspace, and keeps its artifacts", async () => {
    const kit = kitOf();
    await start(kit, { config: "queues: [files]" });
    const script = `
      cat data/in.txt; env | grep -E '^(ASYNCGATE|GIVEN|SECRET|HOME)' | sort; pwd
      mkdir out; printf 'a\\0b' > out/report; ln -s /etc/passwd link; mkfifo pipe`;
    const artifacts = ["out/report", "link", "pipe", "none"];
    const files = [{ path: "data/in.txt", text: "given\n" }];
    const payload = { script, files, artifacts, env: { GIVEN: "x" } };
    const taskId = await create(kit.client, payload, { queue: "files" });
    const result = resultOf(await kit.client.awaitTask(taskId));
    const workspace = /ASYNCGATE_WORKSPACE=(.*)/.exec(result.tail.stdout)?.[1] ?? "";
    expect(result.tail.stdout.split("\n")).toEqual([
      "given",
      "ASYNCGATE_ATTEMPT=1",
      `ASYNCGATE_TASK_ID=${taskId}`,
      `ASYNCGATE_WORKSPACE=${workspace}`,
      "GIVEN=x",
      `HOME=${workspace}`,
      workspace,
      "",
    ]);
    const sha256 = createHash("sha256").update("a\0b").digest("hex");
    expect(result["artifacts"]).toEqual([{ path: "out/report", stream: "file:out/report", bytes: 3, sha256 }]);
    expect(result["missing_artifacts"]).toEqual({
      link: "it is not a plain file",
      pipe: "it is not a plain file",
      none: "there is no such file",
    });
    expect([...(await logOf(kit.client, taskId, "file:out/report"))]).toEqual([97, 0, 98]);
  });

  test("keeps the end of a flood in the result, and its beginning in the log", async () => {
    const kit = kitOf();
    await start(kit, {
      config: `queues: [flood]\nsandbox: {driver: ${await sandboxHere()}, limits: {output_bytes: 1000000}}`,
    });
    const script = "yes '\u00e9\"x' | head -c 5000000; seq 100000 >&2";
    const taskId = await create(kit.client, { script }, { queue: "flood" });
    const result = resultOf(await kit.client.awaitTask(taskId));
    expect(result).toMatchObject({
      status: "SUCCEEDED",
      bytes: { stdout: 5_000_000, stderr: 588_895 },
      truncated: { stdout: true, stderr: false },
    });
    const { stdout, stderr } = result.tail;
    expect([stdout.isWellFormed(), stdout.includes("\uFFFD"), stderr.endsWith("\n100000\n")]).toEqual([
      true,
      false,
      true,
    ]);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeGreaterThan(250_000);
    const log = await logOf(kit.client, taskId);
    expect([log.length, log.toString().startsWith('\u00e9"x\n\u00e9"x\n')]).toEqual([1_000_000, true]);
    expect((await logOf(kit.client, taskId, "stderr")).toString().split("\n").length).toBe(100_001);
  });

  test("refuses what is no job and what it may not run, with all reasons, and runs nothing of it", async () => {
    const kit = kitOf();
    const config = "queues: [strict]\nsandbox: {driver: process, programs: [/bin/true]}";
    const { place } = await start(kit, { config });
    const invalid = await create(kit.client, { command: [], timeout: "x" }, { queue: "strict" });
    const refused = await create(kit.client, { script: "id", image: "alpine", network: "HOST" }, { queue: "strict" });
    const errorOf = async (taskId: string) => (await kit.client.awaitTask(taskId)).outcome?.error;
    expect(await errorOf(invalid)).toMatchObject({ type: "JOB_INVALID", message: expect.stringContaining("timeout:") });
    const { type = "", message = "" } = (await errorOf(refused)) ?? {};
    expect(type).toBe("JOB_REFUSED");
    expect(message).toMatch(/runs no \/bin\/sh.*no network.*no images/);
    expect(await place.jobs()).toEqual([]);
  });

  test("ends a job at its time-out, and one that is canceled", async () => {
    const kit = kitOf();
    const { place } = await start(kit, { config: "queues: [ends]" });
    const late = await create(kit.client, { script: "echo up; sleep 100", timeout: "0.5s" }, { queue: "ends" });
    expect(resultOf(await kit.client.awaitTask(late))).toMatchObject({ status: "TIMED_OUT", exit_code: 143 });
    const canceled = await create(kit.client, { script: "echo up; sleep 100" }, { queue: "ends" });
    const log = await follow(kit.client, canceled, "up");
    await kit.client.cancelTask(canceled);
    expect((await kit.client.awaitTask(canceled)).state).toBe(TaskState.CANCELED);
    expect(await log.rest()).toBe("up\n");
    await expect.poll(place.jobs).toEqual([]);
  });

  test("drains on SIGTERM: a running job ends as it would, and nothing is taken any more", async () => {
    const kit = kitOf();
    const { place, node } = await start(kit, { config: "queues: [drained]" });
    const running = await create(kit.client, { script: counting }, { queue: "drained" });
    await follow(kit.client, running, "line 3\n");
    node.process.kill("SIGTERM");
    await expect
      .poll(async () => (await (await fetch(`${node.url()}/readyz`)).json()) as unknown)
      .toEqual({
        ready: false,
        reasons: ["service: draining"],
      });
    const later = await create(kit.client, { script: "echo no" }, { queue: "drained" });
    const [job = ""] = await place.jobs();
    await writeFile(join(place.spool, "jobs", job, "workspace", "go"), "");
    expect(await node.exited).toBe(0);
    expect(resultOf(await kit.client.awaitTask(running))).toMatchObject({ status: "SUCCEEDED" });
    expect((await kit.client.getTask(later)).state).toBe(TaskState.QUEUED);
    await kit.client.cancelTask(later);
    expect(await place.jobs()).toEqual([]);
  });

  test("drains within its time: a job that goes on is ended, and its task goes back to the queue", async () => {
    const kit = kitOf();
    const { place, node } = await start(kit, { config: "queues: [pressed]\ndrain_seconds: 0" });
    const taskId = await create(kit.client, { script: "trap '' TERM; echo up; sleep 345.6" }, { queue: "pressed" });
    await follow(kit.client, taskId, "up");
    node.process.kill("SIGTERM");
    expect(await node.exited).toBe(0);
    expect(processesWith("345.6")).toEqual([]);
    const { state, attempt, leaseLosses } = await kit.client.getTask(taskId);
    expect([state, attempt, leaseLosses]).toEqual([TaskState.QUEUED, expect.any(Number), 0]);
    await kit.client.cancelTask(taskId);
    await expect.poll(place.jobs).toEqual([]);
  });

  test("tells over HTTP that it lives, whether it is ready, and why not", async () => {
    const kit = kitOf();
    const proxy = await startProxy(kit.server.address);
    const { node } = await start(kit, { server: proxy.url });
    const ask = async (path: string) => {
      const answer = await fetch(`${node.url()}${path}`);
      return [answer.status, await answer.json()] as const;
    };
    await expect.poll(() => node.url()).toBeDefined();
    await expect.poll(() => ask("/readyz")).toEqual([200, { ready: true, reasons: [] }]);
    expect(await ask("/healthz")).toEqual([200, { alive: true }]);
    expect((await ask("/other"))[0]).toBe(404);
    proxy.target("127.0.0.1:1");
    proxy.cut();
    await expect
      .poll(() => ask("/readyz"))
      .toEqual([503, { ready: false, reasons: [expect.stringMatching(/^service: /)] }]);
    proxy.target(kit.server.address);
    await expect.poll(() => ask("/readyz")).toEqual([200, { ready: true, reasons: [] }]);
  });

  test("ends at once, with the reason, where it cannot do what it is configured to do", async () => {
    const kit = kitOf();
    const failing = async (config: string, key = kit.keys.worker) => {
      const { node } = await start(kit, { config, key });
      return [await node.exited, node.said()] as const;
    };
    const engine = "sandbox: {driver: container, engine: docker, engine_arguments: [--host, 'tcp://127.0.0.1:1']}";
    expect(await failing(engine)).toEqual([1, expect.stringContaining("the docker sandbox does not work")]);
    expect(await failing("sandbox: {drivers: 1}\nslots: 0")).toEqual([
      2,
      expect.stringMatching(/sandbox\.drivers: is not a field[\s\S]*slots: must be/),
    ]);
    const [code, said] = await failing("sandbox: {driver: process}", "ag_dev_wrong_key");
    expect([code, said]).toEqual([1, expect.stringContaining("UNAUTHENTICATED")]);
  });

  test("shares its spool with no other", async () => {
    const kit = kitOf();
    const place = await makeNodeFolder();
    const init = { server: kit.server.url, key: kit.keys.worker };
    const first = await startNode(place, init);
    await expect.poll(first.said).toContain("the node is ready");
    const second = await startNode(place, init);
    expect(await second.exited).toBe(1);
    expect(second.said()).toContain("another node of this machine uses the spool");
  });

  test("law 4: killed in the middle of a job and started again, it goes on, and the log is whole", async () => {
    const kit = kitOf();
    const place = await makeNodeFolder();
    const init = { server: kit.server.url, key: kit.keys.worker, config: "queues: [restart]" };
    const first = await startNode(place, init);
    const taskId = await create(kit.client, { script: counting }, { queue: "restart" });
    const environment = { ASYNCGATE_URL: kit.server.url, ASYNCGATE_API_KEY: kit.keys.tasker };
    const followed = run(process.execPath, ["src/main.ts", "task", "logs", "-f", taskId], environment);
    const log = await follow(kit.client, taskId, "line 20\n");
    await stop(first.process, "SIGKILL");
    const [supervisor = 0] = await place.supervisors();
    const second = await startNode(place, init);
    await expect.poll(second.said).toContain(`"resumed":true`);
    const [job = ""] = await place.jobs();
    const file = join(place.spool, "jobs", job, "stdout");
    expect(await place.supervisors()).toEqual([supervisor]);
    await follow(kit.client, taskId, `line ${(await readFile(file, "utf8")).split("\n").length + 20}\n`);
    await writeFile(join(place.spool, "jobs", job, "workspace", "go"), "");
    const text = await log.rest();
    const lines = text.trimEnd().split("\n");
    expect(lines).toEqual([...lines.slice(0, -1).map((_, number) => `line ${number}`), "last"]);
    expect(await followed).toBe(text);
    const task = await kit.client.awaitTask(taskId);
    expect(resultOf(task)).toMatchObject({ status: "SUCCEEDED", bytes: { stdout: Buffer.byteLength(text) } });
    // One lease from the beginning to the end, and none of it was lost.
    expect([task.deliveries, task.leaseLosses]).toEqual([1, 0]);
    await expect.poll(place.jobs).toEqual([]);
  });

  test("killed before the service knows that a job has ended, it delivers the result when it is back", async () => {
    const kit = kitOf();
    const proxy = await startProxy(kit.server.address);
    const place = await makeNodeFolder();
    const init = { server: proxy.url, key: kit.keys.worker, config: "queues: [spooled]" };
    const first = await startNode(place, init);
    const script = "echo up; while ! test -e go; do sleep 0.05; done; echo done";
    const taskId = await create(kit.client, { script }, { queue: "spooled" });
    await follow(kit.client, taskId, "up");
    proxy.freeze();
    const [job = ""] = await place.jobs();
    await writeFile(join(place.spool, "jobs", job, "workspace", "go"), "");
    const ended = join(place.spool, "jobs", job, "ended.json");
    await expect.poll(async () => await readFile(ended, "utf8").catch(() => "")).toContain("EXITED");
    await stop(first.process, "SIGKILL");
    proxy.cut();
    await startNode(place, init);
    const task = await kit.client.awaitTask(taskId);
    expect(resultOf(task)).toMatchObject({ status: "SUCCEEDED", tail: { stdout: "up\ndone\n" } });
    expect([task.deliveries, task.leaseLosses]).toEqual([1, 0]);
    expect((await logOf(kit.client, taskId)).toString()).toBe("up\ndone\n");
    await expect.poll(place.jobs).toEqual([]);
  });

  test("says nothing of keys and lease tokens in its log, and keeps them where only its user reads them", async () => {
    const kit = kitOf();
    const { place, node } = await start(kit, { config: "queues: [secret]" });
    const taskId = await create(kit.client, { script: "echo $SECRET_OF_THE_NODE; env" }, { queue: "secret" });
    const result = resultOf(await kit.client.awaitTask(taskId));
    expect(JSON.stringify(result)).not.toContain("not for jobs");
    expect(node.said()).toContain(taskId);
    expect(node.said()).not.toContain(kit.keys.worker);
    expect(node.said()).not.toMatch(/ag[lr]1_[A-Za-z0-9_-]{8}/);
    const { mode } = await (await import("node:fs/promises")).stat(join(place.spool, "session.json"));
    expect(mode & 0o077).toBe(0);
  });
});

test("law 4: a node that is gone for too long ends its job by itself, and another node begins it again", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit({ flags: ["--resume-grace-ms", "10000", "--sweep-interval-ms", "100"] });
  const { place, node } = await start(kit);
  const script = "echo up $ASYNCGATE_TASK_ID; sleep 356.7";
  const taskId = await create(kit.client, { script });
  await follow(kit.client, taskId, "up");
  await stop(node.process, "SIGKILL");
  const { node: other } = await start(kit, { name: "node-2" });
  await expect.poll(() => other.said(), { timeout: 60_000 }).toContain(taskId);
  // One of them alone runs it.
  await expect.poll(() => processesWith("356.7").filter((line) => line.startsWith("sleep"))).toHaveLength(1);
  expect((await kit.client.getTask(taskId)).leaseLosses).toBe(1);
  // The first is back: it clears what it has left, and takes nothing along.
  const back = await startNode(place, { server: kit.server.url, key: kit.keys.worker, config: "queues: [none]" });
  await expect.poll(back.said).toContain("ends jobs whose leases are lost");
  await expect.poll(place.jobs).toEqual([]);
  await kit.client.cancelTask(taskId);
  await kit.client.awaitTask(taskId);
});

test("law 4: a node that is cut off for longer than its leases last ends its job before another begins it", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit({ flags: ["--resume-grace-ms", "10000", "--sweep-interval-ms", "100"] });
  const proxy = await startProxy(kit.server.address);
  const { place, node } = await start(kit, { server: proxy.url });
  const taskId = await create(kit.client, { script: "echo up; sleep 367.8" });
  await follow(kit.client, taskId, "up");
  proxy.target("127.0.0.1:1");
  proxy.cut();
  await expect.poll(() => node.said(), { timeout: 60_000 }).toContain("a lease is lost");
  await expect.poll(() => processesWith("367.8")).toEqual([]);
  await expect.poll(place.jobs).toEqual([]);
  await expect.poll(async () => (await kit.client.getTask(taskId)).leaseLosses).toBe(1);
  const client = createClient({ endpoint: kit.server.url, key: kit.keys.tasker });
  onTestFinished(() => client.close());
  await client.cancelTask(taskId);
});
