// Configurations on a node: tried, applied, rolled back, and kept.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import {
  NodeConfigSchema,
  NodeConfigStatus,
  NodeConfigVersionSchema,
  NodeNetwork,
} from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { readJson, writeJson } from "../../../src/node/jobs/place.ts";
import { type Policy, policyDefault } from "../../../src/node/jobs/policy.ts";
import { openSpool } from "../../../src/node/jobs/spool.ts";
import { effectiveOf, hashOf, written } from "../../../src/node/program/config-policy.ts";
import { openNodeConfig } from "../../../src/node/program/node-config.ts";
import { policyOf } from "../../../src/node/program/policy-fields.ts";
import type { Capabilities } from "../../../src/node/sandbox/driver.ts";

const { APPLIED, FAILED, ROLLED_BACK } = NodeConfigStatus;

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

async function open() {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const spool = await openSpool(folder);
  onTestFinished(() => spool.release());
  const tried: Policy[] = [];
  let broken: string | undefined;
  const tryJob = async (policy: Policy) => {
    tried.push(policy);
    return broken;
  };
  const again = () => openNodeConfig({ spool, own: policyDefault, capabilities, tryJob, push: false });
  const config = await again();
  const send = (version: string, init: MessageInitShape<typeof NodeConfigSchema>, keeper = config) =>
    keeper.apply(create(NodeConfigVersionSchema, { version, config: init }));
  const breakJobs = (why: string | undefined) => {
    broken = why;
  };
  return { config, send, again, tried, breakJobs, file: join(spool.folder, "config.json") };
}

test("a configuration is tried, applied, and holds after a restart", async () => {
  const { config, send, again, tried } = await open();
  expect([config.version(), config.effective().policy]).toEqual([undefined, policyDefault]);
  const sandbox = { programs: { names: ["ls"] }, limits: { pids: 8 }, timeoutMax: { seconds: 60n } };
  const inference = { required: true, probeUrl: "http://127.0.0.1:1/" };
  const outcome = await send("b", { sandbox, inference });
  const expected: Policy = {
    ...policyDefault,
    programs: ["ls"],
    limits: { ...policyDefault.limits, pids: 8 },
    timeoutDefaultMs: 60_000,
    timeoutMaxMs: 60_000,
  };
  expect([config.effective().policy, tried]).toEqual([expected, [expected]]);
  expect(outcome).toEqual({ version: "b", status: APPLIED, error: "", effectiveHash: hashOf(config.effective()) });
  const later = await again();
  expect([later.version(), later.effective().policy]).toEqual(["b", expected]);
  expect(later.effective().inference).toMatchObject(inference);
});

test("it can only be stricter than the node's own", async () => {
  const { config, send } = await open();
  const limits = { pids: 100_000, outputBytes: 1_000_000_000n };
  await send("a", { sandbox: { network: NodeNetwork.HOST, limits } });
  expect(config.effective().policy).toEqual(policyDefault);
});

test("one that is replaced leaves nothing", async () => {
  const { config, send } = await open();
  await send("a", { sandbox: { programs: { names: ["ls"] } } });
  await send("b", {});
  expect([config.version(), config.effective().policy]).toEqual(["b", policyDefault]);
});

test("one that the machine cannot enforce is not tried, and what held before stays", async () => {
  const { config, send, tried } = await open();
  const { effectiveHash } = await send("a", { sandbox: { programs: { names: ["ls"] } } });
  const outcome = await send("b", { sandbox: { limits: { memoryBytes: 2_000_000n } } });
  expect(outcome).toEqual({ version: "b", status: FAILED, error: expect.stringContaining("memory"), effectiveHash });
  expect([config.version(), config.effective().policy.programs, tried.length]).toEqual(["a", ["ls"], 1]);
});

test("one with which no job runs is rolled back, also for later processes", async () => {
  const { config, send, again, breakJobs } = await open();
  const { effectiveHash } = await send("a", { sandbox: { limits: { pids: 9 } } });
  breakJobs("fork: no more processes");
  const outcome = await send("b", { sandbox: { limits: { pids: 1 } } });
  expect(outcome).toEqual({ version: "b", status: ROLLED_BACK, error: "fork: no more processes", effectiveHash });
  for (const keeper of [config, await again()]) {
    expect([keeper.version(), keeper.effective().policy.limits.pids]).toEqual(["a", 9]);
  }
});

test("one that a process was trying when it ended was never applied", async () => {
  const { send, again, file } = await open();
  await send("a", { sandbox: { limits: { pids: 9 } } });
  const kept = await readJson<object>(file);
  await writeJson(file, { ...kept, trying: { version: "b", config: { sandbox: { limits: { pids: 1 } } } } });
  const later = await again();
  expect([later.version(), later.effective().policy.limits.pids]).toEqual(["a", 9]);
});

test("two that arrive together are applied one after the other", async () => {
  const { config, send } = await open();
  const outcomes = await Promise.all([send("a", { sandbox: { limits: { pids: 9 } } }), send("b", {})]);
  expect(outcomes.map(({ version, status }) => [version, status])).toEqual([
    ["a", APPLIED],
    ["b", APPLIED],
  ]);
  expect(config.version()).toBe("b");
});

test("a policy as it is written is read as it was, and its hash is that of what holds", () => {
  const faults: string[] = [];
  const policy = {
    ...policyDefault,
    images: ["a"],
    limits: { ...policyDefault.limits, cpus: 0.5, memoryBytes: 9_000_000 },
  };
  expect(policyOf(written(policy), "", policyDefault, (field) => void faults.push(field))).toEqual(policy);
  expect(faults).toEqual([]);
  const same = [{}, { sandbox: {} }].map((init) => hashOf(effectiveOf(policy, create(NodeConfigSchema, init))));
  expect(new Set(same).size).toBe(1);
  const stricter = create(NodeConfigSchema, { sandbox: { limits: { pids: 2 } } });
  expect(hashOf(effectiveOf(policy, stricter))).not.toBe(same[0]);
});
