// Nodes as members of a service, each a program of its own: they register, keep their credential, are configured, tell
// how they are, and are drained.
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient } from "../../../clients/typescript/src/index.ts";
import { type Node, NodeConfigStatus, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { all, type Kit, kitTimeoutMs, shareKit } from "../../clients/typescript/kit.ts";
import { stop } from "../../e2e/dev-server.ts";
import { patience } from "../../helpers/patience.ts";
import { makeNodeFolder, type NodeFolder, type NodeInit, startNode } from "./start-node.ts";

describe("a registered node", { timeout: kitTimeoutMs }, () => {
  // A busy machine takes seconds to start a node again.
  const kitOf = shareKit({ flags: ["--resume-grace-ms", "50000"] });

  function operatorOf({ server, keys }: Kit) {
    const client = createClient({ endpoint: server.url, key: keys.operator });
    onTestFinished(() => client.close());
    return client;
  }

  async function start(name: string, init: Partial<NodeInit> = {}, place?: NodeFolder) {
    const kit = kitOf();
    const operator = operatorOf(kit);
    const folder = place ?? (await makeNodeFolder());
    const { key } = await operator.nodes.enroll({ label: name });
    const config = `queues: [${name}]\ndrain_seconds: 0\nsandbox: {driver: process}`;
    const again = () => startNode(folder, { server: kit.server.url, key, isPsk: true, name, config, ...init });
    const node = await again();
    const until = (like: Partial<Node>) =>
      expect.poll(async () => (await operator.nodes.get(name)).node, patience).toMatchObject(like);
    const run = async (command: string[]) =>
      (await operator.createTask({ type: "node.job", payload: { command }, queue: name })).taskId;
    return { kit, operator, folder, node, again, until, run };
  }

  test("registers, is configured, runs a job, is drained and resumed, and tells when it is stopped", async () => {
    const { operator, node, until, run } = await start("life");
    await until({ dispatchable: true, state: NodeState.ACTIVE });
    const { report } = await operator.nodes.get("life");
    expect(report).toMatchObject({ queues: ["life"], slots: 2, platform: "linux", sandbox: { driver: "process" } });
    const { version } = await operator.nodes.configure("life", { sandbox: { programs: { names: ["/bin/echo"] } } });
    await until({ appliedVersion: version, dispatchable: true });
    const refused = await operator.awaitTask(await run(["/bin/true"]));
    expect(refused.outcome?.error?.type).toBe("JOB_REFUSED");
    await operator.nodes.drain("life", "new disks");
    await expect.poll(node.said, patience).toContain("takes no jobs");
    const waiting = await run(["/bin/echo", "x"]);
    await operator.nodes.resume("life");
    expect((await operator.awaitTask(waiting)).state).toBe(TaskState.SUCCEEDED);
    expect((await operator.getTask(waiting)).leaseLosses).toBe(0);
    await stop(node.process, "SIGTERM");
    expect((await operator.nodes.get("life")).node).toMatchObject({ ready: false, reasons: ["the node was stopped"] });
  });

  test("rolls back a configuration with which no job could run, and says so until there is a better one", async () => {
    const { operator, until, run } = await start("back");
    await until({ dispatchable: true });
    const before = (await operator.nodes.get("back")).node.appliedVersion;
    const { version } = await operator.nodes.configure("back", { sandbox: { limits: { pids: 1 } } });
    await until({ appliedVersion: before, dispatchable: false, ready: false });
    const { node } = await operator.nodes.get("back");
    expect(node.lastAck).toMatchObject({ version, status: NodeConfigStatus.ROLLED_BACK });
    expect((await operator.nodes.explain("back")).summary).toContain("with these bounds");
    const waiting = await run(["/bin/true"]);
    await operator.nodes.configure("back", {});
    expect((await operator.awaitTask(waiting)).state).toBe(TaskState.SUCCEEDED);
    const [, failed] = await all(operator.nodes.configs("back"));
    expect(failed?.acks.map(({ status }) => status)).toEqual([NodeConfigStatus.ROLLED_BACK]);
  });

  test("keeps its credential where only its user reads it, and registers once, also when it is killed", async () => {
    const { operator, folder, node, again, until } = await start("kept");
    await until({ dispatchable: true });
    const file = join(folder.spool, "credential.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { key, keyId } = JSON.parse(await readFile(file, "utf8")) as { key: string; keyId: string };
    await stop(node.process, "SIGKILL");
    const next = await again();
    await expect.poll(next.said, patience).toContain("jobs are taken");
    const [enrollment] = (await all(operator.nodes.enrollments())).filter(({ label }) => label === "kept");
    expect([enrollment?.nodes, JSON.parse(await readFile(file, "utf8")).keyId]).toEqual([1, keyId]);
    for (const said of [node.said(), next.said()]) expect(said).not.toContain(key.split("_").at(-1));
  });

  test("does not use a credential that others may read", async () => {
    const { folder, node, again, until } = await start("open");
    await until({ dispatchable: true });
    await stop(node.process, "SIGTERM");
    const file = join(folder.spool, "credential.json");
    await chmod(file, 0o644);
    const next = await again();
    expect(await next.exited).toBe(1);
    expect(next.said()).toContain("may be read by other users");
  });

  test("registers again when its credential has ended, and only when an operator lets it", async () => {
    const { operator, node, until } = await start("ended");
    await until({ dispatchable: true });
    await operator.nodes.deactivate("ended", "looks stolen");
    await expect.poll(node.said, patience).toContain("NODE_INACTIVE");
    await operator.nodes.resume("ended");
    await until({ dispatchable: true, state: NodeState.ACTIVE });
  });

  test("is ready only while the model server answers that its configuration requires", async () => {
    const { operator, node, until, run } = await start("model");
    await until({ dispatchable: true });
    let status = 503;
    const server = createServer((_request, answer) => answer.writeHead(status).end("{}"));
    server.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await expect.poll(() => server.address()).not.toBeNull();
    const { port } = server.address() as AddressInfo;
    const probeUrl = `http://127.0.0.1:${port}/health`;
    await operator.nodes.configure("model", { inference: { required: true, probeUrl } });
    await until({ ready: false, reasons: [expect.stringMatching(/inference: .* answers with status 503/)] as never });
    const ready = async () => (await fetch(`${node.url()}/readyz`)).status;
    status = 200;
    const waiting = await run(["/bin/true"]);
    // The configuration again asks it at once.
    await operator.nodes.configure("model", { inference: { required: true, probeUrl } });
    expect((await operator.awaitTask(waiting)).state).toBe(TaskState.SUCCEEDED);
    expect(await ready()).toBe(200);
  });

  test("is no other node: one that is taken is refused, and the machine says why", async () => {
    const { until } = await start("taken");
    await until({ dispatchable: true });
    const kit = kitOf();
    const { key } = await operatorOf(kit).nodes.enroll();
    const config = "queues: [taken]\nsandbox: {driver: process}";
    const init = { server: kit.server.url, key, isPsk: true, name: "taken", config };
    const other = await startNode(await makeNodeFolder(), init);
    await expect.poll(other.said, patience).toContain("NODE_REGISTERED");
    await stop(other.process, "SIGTERM");
    expect(other.process.exitCode).toBe(0);
  });

  test("takes a pre-shared key that was put in place of a wrong one", async () => {
    const kit = kitOf();
    const operator = operatorOf(kit);
    const place = await makeNodeFolder();
    const config = "queues: [late]\nsandbox: {driver: process}";
    const wrong = `${(await operator.nodes.enroll()).key.slice(0, -1)}0`;
    const node = await startNode(place, { server: kit.server.url, key: wrong, isPsk: true, name: "late", config });
    await expect.poll(node.said, patience).toContain("UNAUTHENTICATED");
    await writeFile(join(place.folder, "key"), (await operator.nodes.enroll()).key);
    await expect.poll(node.said, patience).toContain("jobs are taken");
  });
});
