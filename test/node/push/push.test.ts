// Nodes that are given jobs at their own addresses, with real processes: server, node, dispatchers, jobs.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient as createStub } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { type Client, contentOf } from "../../../clients/typescript/src/index.ts";
import { WorkerNodeService } from "../../../gen/typescript/asyncgate/node/v1/worker_node_service_pb.ts";
import { NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { all, kitTimeoutMs } from "../../clients/typescript/kit.ts";
import { stop } from "../../e2e/dev-server.ts";
import { patience } from "../../helpers/patience.ts";
import { sharePushKit, startDispatcher, startPushNode } from "./start-push.ts";

/** Tells that it has begun, prints numbers until the file `go` is in the workspace, and then an end. */
const counting =
  "echo begun; i=0; while ! test -e go; do i=$((i+1)); echo line $i; sleep 0.02; done; printf 'last\\377'";

function resultOf({ outcome }: Task): JsonObject {
  return contentOf(outcome?.result) as JsonObject;
}

/** Of the last holder. */
async function logOf(client: Client, taskId: string, stream = "stdout"): Promise<Buffer> {
  const logs = (await all(client.listOutputs(taskId))).filter((log) => log.stream === stream);
  const fence = logs.reduce((last, log) => (log.fence > last ? log.fence : last), 0n);
  const parts = await all(client.readOutput(taskId, { stream, fence }));
  return Buffer.concat(parts.map(({ data }) => data));
}

/** What `counting` has printed, for as many numbers as there are. */
function counted(log: Buffer): Buffer {
  const lines = log.toString("latin1").split("\n").length - 2;
  const numbers = Array.from({ length: lines }, (_, index) => `line ${index + 1}\n`);
  return Buffer.concat([Buffer.from(`begun\n${numbers.join("")}last`), Buffer.from([0xff])]);
}

describe("a node in the mode push", { timeout: kitTimeoutMs }, () => {
  const pushOf = sharePushKit(6);

  async function start(name: string) {
    const push = pushOf();
    const { kit, operator } = push;
    const started = await startPushNode(push, name);
    const dispatch = () => startDispatcher(kit.server.url, kit.keys.operator, new URL(started.targetUrl).host);
    const until = (like: object) =>
      expect.poll(async () => (await operator.nodes.get(name)).node, patience).toMatchObject(like);
    await until({ push: true });
    const configure = (workerApi: object = { targetUrl: started.targetUrl }) =>
      operator.nodes.configure(name, { workerApi });
    const create = async (payload: JsonObject) =>
      (await operator.createTask({ type: "node.job", payload, queue: name })).taskId;
    const begun = (taskId: string) =>
      expect.poll(async () => (await logOf(operator, taskId)).toString(), patience).toContain("line 3\n");
    const go = async () => {
      const [job = ""] = await started.place.jobs();
      await writeFile(join(started.place.spool, "jobs", job, "workspace", "go"), "");
    };
    return { ...started, kit, operator, dispatch, until, configure, create, begun, go };
  }

  function nodeAt(baseUrl: string, bearer: string) {
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1" });
    const headers = { authorization: `Bearer ${bearer}` };
    return { stub: createStub(WorkerNodeService, transport), headers };
  }

  test("gets no work without an address, runs a job byte for byte with one, and no log has its bearer", async () => {
    const { operator, kit, node, place, dispatch, until, configure, create } = await start("whole");
    await until({ ready: false, dispatchable: false, state: NodeState.ACTIVE });
    const { obstacles } = await operator.nodes.explain("whole");
    expect(obstacles.map(({ message }) => message).join()).toContain("worker_api");
    await configure();
    await until({ ready: true, dispatchable: true });
    const dispatcher = dispatch();
    const script = "seq 1 50000; printf '\\377\\000' ; echo err >&2; mkdir out; echo in > out/report; exit 4";
    const taskId = await create({ script, artifacts: ["out/report", "none"] });
    const task = await operator.awaitTask(taskId);
    const numbers = Array.from({ length: 50_000 }, (_, index) => `${index + 1}\n`).join("");
    expect((await logOf(operator, taskId)).equals(Buffer.concat([Buffer.from(numbers), Buffer.from([0xff, 0])]))).toBe(
      true,
    );
    expect((await logOf(operator, taskId, "stderr")).toString()).toBe("err\n");
    expect((await logOf(operator, taskId, "file:out/report")).toString()).toBe("in\n");
    expect(resultOf(task)).toMatchObject({
      status: "FAILED",
      exit_code: 4,
      sandbox: "process",
      artifacts: [{ path: "out/report", bytes: 3 }],
      missing_artifacts: { none: "there is no such file" },
    });
    await expect.poll(place.jobs, patience).toEqual([]);
    const { workerApi } = await operator.stubs.nodes.revealNodeAddress({ nodeId: "whole" });
    const bearer = workerApi?.bearer ?? "";
    expect(bearer).toMatch(/^agn1_/);
    for (const said of [node.said(), dispatcher.said(), kit.server.said()]) {
      expect(said).not.toContain(bearer.slice("agn1_".length));
    }
    expect(JSON.stringify(await all(operator.nodes.configs("whole")), (_, value) => String(value))).not.toContain(
      bearer,
    );
  });

  test("refuses a bearer that is missing, forged or over, before it looks at the job", async () => {
    const { operator, targetUrl, node, until, configure } = await start("forged");
    await configure();
    await until({ dispatchable: true });
    const { workerApi } = await operator.stubs.nodes.revealNodeAddress({ nodeId: "forged" });
    const bearer = workerApi?.bearer ?? "";
    const codeOf = async (given: string) => {
      const { stub, headers } = nodeAt(targetUrl, given);
      return await stub.endJob({ taskId: "not even an id", attempt: 1 }, { headers }).then(
        () => "answered",
        (error: unknown) => ConnectError.from(error).code,
      );
    };
    const forged = `${bearer.slice(0, -1)}${bearer.endsWith("A") ? "B" : "A"}`;
    expect(await codeOf(forged)).toBe(Code.Unauthenticated);
    expect(await codeOf("")).toBe(Code.Unauthenticated);
    expect(await codeOf(bearer)).toBe(Code.InvalidArgument);
    expect((await fetch(`${node.url()}/readyz`)).status).toBe(200);
    const seconds = BigInt(Math.ceil(Date.now() / 1_000) + 3);
    const { version } = await configure({ targetUrl, bearer, expireTime: { seconds } });
    await until({ appliedVersion: version });
    await expect.poll(() => codeOf(bearer), patience).toBe(Code.Unauthenticated);
    await until({ dispatchable: false });
    const { obstacles } = await operator.nodes.explain("forged");
    expect(obstacles.map(({ message }) => message).join()).toContain("Its bearer ended");
  });

  test("does a job once, although the dispatcher that gave it is killed: another one takes it over", async () => {
    const { operator, place, dispatch, until, configure, create, begun, go } = await start("taken-over");
    await configure();
    await until({ dispatchable: true });
    const first = dispatch();
    const taskId = await create({ script: counting });
    await begun(taskId);
    const [supervisor] = await place.supervisors();
    await stop(first.process, "SIGKILL");
    dispatch();
    await expect.poll(async () => (await operator.getTask(taskId)).leaseLosses, patience).toBe(1);
    await begun(taskId);
    expect(await place.supervisors()).toEqual([supervisor]);
    await go();
    const task = await operator.awaitTask(taskId);
    expect([task.state, task.attempt, resultOf(task)["status"]]).toEqual([TaskState.SUCCEEDED, 1, "SUCCEEDED"]);
    // All of it is in the log of the second holder, from the first byte on.
    const log = await logOf(operator, taskId);
    expect(log.equals(counted(log))).toBe(true);
  });

  test("goes on with its job when it is killed and started again, under the same lease", async () => {
    const { operator, place, node, again, dispatch, until, configure, create, begun, go } = await start("killed");
    await configure();
    await until({ dispatchable: true });
    dispatch();
    const taskId = await create({ script: counting });
    await begun(taskId);
    const supervisors = await place.supervisors();
    await stop(node.process, "SIGKILL");
    await again();
    await go();
    const task = await operator.awaitTask(taskId);
    expect([task.leaseLosses, task.deliveries, resultOf(task)["status"]]).toEqual([0, 1, "SUCCEEDED"]);
    expect(supervisors.length).toBe(1);
    const log = await logOf(operator, taskId);
    expect(log.equals(counted(log))).toBe(true);
  });

  test("ends a job that is canceled, and one that may not be run says why", async () => {
    const { kit, operator, place, dispatch, until, configure, create, begun } = await start("canceled");
    await configure();
    await until({ dispatchable: true });
    // One whose operator lets it reach other hosts gives no job, and the task goes back.
    const elsewhere = startDispatcher(kit.server.url, kit.keys.operator, "127.0.0.1:1");
    const taskId = await create({ script: counting });
    await expect.poll(elsewhere.said, patience).toContain("is not among the hosts that may be reached");
    await stop(elsewhere.process, "SIGTERM");
    expect(await place.jobs()).toEqual([]);
    dispatch();
    await begun(taskId);
    await operator.cancelTask(taskId);
    await expect.poll(place.jobs, patience).toEqual([]);
    expect((await operator.getTask(taskId)).state).toBe(TaskState.CANCELED);
    const refused = await operator.awaitTask(await create({ script: "true", network: "HOST" }));
    expect(refused.outcome?.error).toMatchObject({ type: "JOB_REFUSED" });
    const invalid = await operator.awaitTask(await create({ script: "true", colour: "red" }));
    expect(invalid.outcome?.error?.type).toBe("JOB_INVALID");
  });
});
