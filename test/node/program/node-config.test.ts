// Configurations that operators send: applied, refused, superseded, and kept.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, onTestFinished, test } from "vitest";
import { contentOf } from "../../../clients/typescript/src/content.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { policyDefault } from "../../../src/node/jobs/policy.ts";
import { openSpool } from "../../../src/node/jobs/spool.ts";
import { hashOf, openNodeConfig, written } from "../../../src/node/program/node-config.ts";
import { policyOf } from "../../../src/node/program/policy-fields.ts";
import type { Capabilities } from "../../../src/node/sandbox/driver.ts";
import { all, type Kit, kitTimeoutMs, shareKit } from "../../clients/typescript/kit.ts";
import { makeNodeFolder, startNode } from "./start-node.ts";

const capabilities: Capabilities = {
  driver: "process",
  version: "1",
  filesystem: false,
  ownUser: true,
  networks: ["NONE"],
  images: false,
  limits: { pids: "rlimits" },
  workspace: "watched",
};

async function open(versions: string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const spool = await openSpool(folder);
  onTestFinished(() => spool.release());
  const init = { spool, own: policyDefault, capabilities, from: ["agent:ops"] };
  const again = () => openNodeConfig({ ...init, onApplied: (version) => void versions.push(version) });
  const config = await again();
  const send = (taskId: string, input: JsonObject, id = "ops") => {
    const task = { createdBy: { kind: PrincipalKind.AGENT, id } };
    return config.handler(input as never, { taskId, task } as never);
  };
  return { config, send, again };
}

test("a configuration is applied, and holds after a restart", async () => {
  const versions: string[] = [];
  const { config, send, again } = await open(versions);
  expect([config.version(), config.policy()]).toEqual([undefined, policyDefault]);
  const result = await send("0198-b", { limits: { pids: 8 }, programs: ["ls"], timeouts: { max_seconds: 60 } });
  const holds = { ...policyDefault, programs: ["ls"], timeoutDefaultMs: 60_000, timeoutMaxMs: 60_000 };
  const expected = { ...holds, limits: { ...policyDefault.limits, pids: 8 } };
  expect(config.policy()).toEqual(expected);
  expect(result).toEqual({
    status: "APPLIED",
    config_version: "0198-b",
    effective_hash: hashOf(expected),
    effective: written(expected),
  });
  const later = await again();
  expect([later.version(), later.policy()]).toEqual(["0198-b", expected]);
  expect(versions).toEqual(["0198-b"]);
});

test("it can only be stricter than the node's own", async () => {
  const { config, send } = await open();
  await send("1", { network: "HOST", limits: { pids: 100_000, output_bytes: 1_000_000_000 } });
  expect(config.policy()).toEqual(policyDefault);
});

test("one that is replaced leaves nothing, and an earlier one that comes late changes nothing", async () => {
  const { config, send } = await open();
  await send("2", { programs: ["ls"] });
  expect(await send("1", { programs: ["cat"] })).toEqual({ status: "SUPERSEDED", config_version: "2" });
  expect(config.policy().programs).toEqual(["ls"]);
  await send("3", {});
  expect(config.policy()).toEqual(policyDefault);
});

test.each([
  ["a fault", { program: ["ls"] }, "ops", "CONFIG_INVALID"],
  ["a wrong value", { limits: { pids: 0 } }, "ops", "CONFIG_INVALID"],
  ["what is no map", [] as never, "ops", "CONFIG_INVALID"],
  ["a bound that the machine does not enforce", { limits: { memory_bytes: 2_000_000 } }, "ops", "CONFIG_REFUSED"],
  ["another sender", {}, "other", "CONFIG_REFUSED"],
])("one with %s is refused, and the one before stays", async (_, input, sender, type) => {
  const { config, send } = await open();
  await send("1", { programs: ["ls"] });
  await expect(send("2", input, sender)).rejects.toMatchObject({ name: "NonRetryable", type });
  expect([config.version(), config.policy().programs]).toEqual(["1", ["ls"]]);
});

test("a policy as it is written is read as it was", () => {
  const faults: string[] = [];
  const policy = {
    ...policyDefault,
    images: ["a"],
    limits: { ...policyDefault.limits, cpus: 0.5, memoryBytes: 9_000_000 },
  };
  expect(policyOf(written(policy), "", policyDefault, (field) => void faults.push(field))).toEqual(policy);
  expect(faults).toEqual([]);
});

describe("over the service", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit();

  async function start(kit: Kit, queue: string, more = "") {
    const place = await makeNodeFolder();
    const config = `queues: [${queue}]\nconfig_from: [agent:dev-agent]\n${more}\nsandbox: {driver: process}`;
    const node = await startNode(place, { server: kit.server.url, key: kit.keys.worker, config });
    return { place, node };
  }

  const addressee = { kind: PrincipalKind.WORKER, id: "dev-worker" };
  const resultOf = ({ outcome }: Task) => contentOf(outcome?.result) as JsonObject;

  test("a node waits for its configuration, applies it, and its obligation is closed by its answer", async () => {
    const kit = kitOf();
    const { node } = await start(kit, "configured", "requires_config: true");
    await expect.poll(node.url).toBeDefined();
    const reasons = async () => ((await (await fetch(`${node.url()}/readyz`)).json()) as { reasons: string[] }).reasons;
    await expect.poll(reasons).toContain("config: none has been applied yet");
    const queue = "configured";
    const { taskId: jobId } = await kit.client.createTask({ type: "node.job", payload: { script: "echo ran" }, queue });
    const payload = { programs: ["/bin/true"] };
    const { taskId } = await kit.client.createTask({ type: "node.config", payload, addressee, queue });
    const applied = await kit.client.awaitTask(taskId);
    expect(resultOf(applied)).toMatchObject({ status: "APPLIED", config_version: taskId });
    // The job began after it, and was not allowed any more.
    expect((await kit.client.awaitTask(jobId)).outcome?.error?.message).toContain("runs no /bin/sh");
    await expect.poll(reasons).toEqual([]);
    const open = (await all(kit.client.obligations())).map((one) => one.receipt?.taskId);
    expect(open).not.toContain(taskId);
  });

  test("a configuration that fails is told to its sender, and what was applied before stays", async () => {
    const kit = kitOf();
    const queue = "failing";
    await start(kit, queue);
    const send = async (payload: JsonObject) => {
      const { taskId } = await kit.client.createTask({ type: "node.config", payload, addressee, queue });
      return await kit.client.awaitTask(taskId);
    };
    expect((await send({ programs: ["/bin/sh"] })).state).toBe(TaskState.SUCCEEDED);
    const failed = await send({ programs: "all" });
    expect([failed.state, failed.outcome?.error?.type]).toEqual([TaskState.FAILED, "CONFIG_INVALID"]);
    const run = async (command: string[]) => {
      const { taskId } = await kit.client.createTask({ type: "node.job", payload: { command }, queue });
      return (await kit.client.awaitTask(taskId)).outcome?.error?.type;
    };
    expect(await run(["/bin/sh", "-c", "true"])).toBeUndefined();
    expect(await run(["/bin/true"])).toBe("JOB_REFUSED");
  });
});
