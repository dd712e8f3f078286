// Steps of nodes: real ones, each in a process of its own with a queue of its own, in the tenant of the scenario.
import { existsSync, readlinkSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromJson, type JsonObject } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { parse } from "yaml";
import { contentOf } from "../../clients/typescript/src/index.ts";
import { NodeConfigSchema, NodeConfigStatus, NodeObstacleKind } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeRolloutFailureAction, NodeRolloutState } from "../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { all } from "../clients/typescript/kit.ts";
import { freePort } from "../helpers/free-port.ts";
import { patience } from "../helpers/patience.ts";
import { makeNodeFolder, sandboxHere, startNode } from "../node/program/start-node.ts";
import { startDispatcher, writeSealingKeys } from "../node/push/start-push.ts";
import { step } from "./steps.ts";
import { expectState, nameOf, type World } from "./world.ts";

const nodes = new WeakMap<World, Awaited<ReturnType<typeof startNode>>>();
/** The version that was issued last. */
const versions = new WeakMap<World, string>();
/** The id of each registered node here. */
const nodeId = "machine";
const { APPLIED, FAILED, ROLLED_BACK } = NodeConfigStatus;
const statuses: Readonly<Record<string, NodeConfigStatus>> = { APPLIED, FAILED, ROLLED_BACK };

async function start(world: World, key: string, isPsk = false): Promise<void> {
  const config = `sandbox: {driver: ${await sandboxHere()}}`;
  const init = { server: world.kit.server.url, key, isPsk, config, ...(isPsk && { name: nodeId }) };
  nodes.set(world, await startNode(await makeNodeFolder(), init));
}

step("a node", async (world) => start(world, (await world.member("worker node")).key));
step("a machine that registers with a key of {who}", async (world, who = "") => {
  const { client } = await world.member(who);
  await start(world, (await client.nodes.enroll({ label: "a machine" })).key, true);
});

/** Where the node of the scenarios may be. */
const address = { port: 0 };

/** What the server of the scenarios needs for a node that is given jobs. */
export async function pushFlags(): Promise<string[]> {
  address.port = await freePort();
  const keys = await writeSealingKeys(join(await mkdtemp(join(tmpdir(), "asyncgate-features-")), "sealing-keys"));
  return ["--sealing-keys-file", keys, "--node-push-hosts", `127.0.0.1:${address.port}`];
}

step("a machine in the mode push that registers with a key of {who}", async (world, who = "") => {
  const { client } = await world.member(who);
  const { key } = await client.nodes.enroll({ label: "a machine" });
  const config = `mode: push\nsandbox: {driver: ${await sandboxHere()}}`;
  const init = { server: world.kit.server.url, key, isPsk: true, config, name: nodeId };
  nodes.set(world, await startNode(await makeNodeFolder(), { ...init, listen: `127.0.0.1:${address.port}` }));
  // It has answered to its first configuration.
  await expect.poll(() => nodeOf(world).catch(() => undefined), patience).toMatchObject({ lastAck: {} });
});
step("{who} configures where the node is", async (world, who = "") => {
  const { client } = await world.member(who);
  await client.nodes.configure(nodeId, { workerApi: { targetUrl: `http://127.0.0.1:${address.port}` } });
});
step("the node takes no call without its token", async () => {
  const url = `http://127.0.0.1:${address.port}/asyncgate.node.v1.WorkerNodeService/EndJob`;
  const headers = { "content-type": "application/json", authorization: `Bearer ${"x".repeat(48)}` };
  expect((await fetch(url, { method: "POST", headers, body: "{}" })).status).toBe(401);
});
step("{who} works", async (world, who = "") => {
  const { key } = await world.member(who);
  startDispatcher(world.kit.server.url, key, `127.0.0.1:${address.port}`);
});

async function nodeOf(world: World) {
  const { client } = await world.member("operator reader");
  return (await client.nodes.get(nodeId)).node;
}

step("it becomes a node that is given work", async (world) => {
  await expect.poll(() => nodeOf(world).catch(() => undefined), patience).toMatchObject({ dispatchable: true });
});
step("it acts as {string}", async (world, id = "") => {
  expect((await nodeOf(world)).principal).toMatchObject({ kind: PrincipalKind.WORKER, id });
});
step("{who} configures the node", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  const config = fromJson(NodeConfigSchema, parse(below) as JsonObject);
  versions.set(world, (await client.nodes.configure(nodeId, config)).version);
});
step("the node answers that it is {word}", async (world, status = "") => {
  const answer = async () => (await nodeOf(world)).lastAck;
  await expect.poll(answer, patience).toMatchObject({ version: versions.get(world), status: statuses[status] });
});
step("the node owes no answer", async (world) => {
  const { client } = await world.member("operator reader");
  const principal = { kind: PrincipalKind.WORKER, id: `node:${nodeId}` };
  expect(await all(client.obligations({ principal }))).toEqual([]);
});
step("the versions that the node got are in order", async (world) => {
  const { client } = await world.member("operator reader");
  const got = (await all(client.nodes.configs(nodeId))).map(({ version }) => version);
  expect([got.length, got]).toEqual([2, got.toSorted().reverse()]);
});
step("{who} drains the node", async (world, who = "") => {
  await (await world.member(who)).client.nodes.drain(nodeId);
});
step("what keeps the node from work is {words}", async (world, kinds = "") => {
  const { client } = await world.member("operator reader");
  const told = async () =>
    (await client.nodes.explain(nodeId)).obstacles.map(({ kind }) => nameOf(NodeObstacleKind, kind));
  await expect.poll(told, patience).toEqual(kinds.split(", "));
});

const rollouts = new WeakMap<World, string>();

step("{who} rolls a configuration out to it", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  const { rollouts: ours } = client.nodes;
  const { rolloutId } = await ours.start({
    nodes: { all: true },
    config: fromJson(NodeConfigSchema, parse(below) as JsonObject),
    plan: { onFailure: NodeRolloutFailureAction.ROLL_BACK },
  });
  rollouts.set(world, rolloutId);
});
step("the roll-out ends as {word} with {int} {word}", async (world, state = "", count = "", status = "") => {
  const { client } = await world.member("operator reader");
  const shown = async () => {
    const rollout = await client.nodes.rollouts.get(rollouts.get(world) ?? "");
    return [nameOf(NodeRolloutState, rollout.state), rollout.progress?.[status as "applied" | "reverted"]];
  };
  await expect.poll(shown, patience).toEqual([state, Number(count)]);
});
step("the node has its limit of {int} processes again", async (world, pids = "") => {
  const { client } = await world.member("operator reader");
  const [newest] = await all(client.nodes.configs(nodeId));
  expect(newest?.config?.sandbox?.limits?.pids).toBe(Number(pids));
  await expect.poll(() => nodeOf(world), patience).toMatchObject({ dispatchable: true });
});

async function reasonsOf(world: World): Promise<string[]> {
  const url = nodes.get(world)?.url();
  if (url === undefined) return ["it has not begun"];
  return ((await (await fetch(`${url}/readyz`)).json()) as { readonly reasons: string[] }).reasons;
}

step("the node is ready", async (world) => expect.poll(() => reasonsOf(world)).toEqual([]));
step("the node is not ready because of {string}", async (world, what = "") => {
  await expect.poll(() => reasonsOf(world)).toContainEqual(expect.stringMatching(`^${what}: `));
});

step("{who} gives the node the job", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  const { taskId } = await client.createTask({ type: "node.job", payload: parse(below) as JsonObject });
  world.taskIds.set("job", taskId);
});
type Result = {
  readonly status: string;
  readonly exit_code: number;
  readonly truncated: { readonly stdout: boolean };
  readonly tail: { readonly stdout: string };
};

async function resultOf(world: World, task: string): Promise<Result> {
  return contentOf((await expectState(world, task, "SUCCEEDED")).outcome?.result) as Result;
}

step("the job ends as {word} with the exit code {int}", async (world, status = "", code = "") => {
  const result = await resultOf(world, "job");
  expect([result.status, result.exit_code]).toEqual([status, Number(code)]);
});
step("the job does not succeed", async (world) => {
  expect((await resultOf(world, "job")).status).toMatch(/^(WORKSPACE_FULL|FAILED)$/);
});
step("the job has printed {string} in a workspace that is gone", async (world, text = "") => {
  const [workspace = "", ...rest] = (await resultOf(world, "job")).tail.stdout.split("\n");
  expect(rest).toEqual([text, ""]);
  await expect.poll(() => existsSync(workspace)).toBe(false);
});
step("the job is alone in a network of its own", async (world) => {
  const [namespace, interfaces] = (await resultOf(world, "job")).tail.stdout.split("\n");
  expect(namespace).toMatch(/^net:\[\d+\]$/);
  expect(namespace).not.toBe(readlinkSync("/proc/self/ns/net"));
  expect(interfaces).toBe("1");
});
step("its stdout is truncated, and ends with {string}", async (world, end = "") => {
  const { truncated, tail } = await resultOf(world, "job");
  expect(truncated.stdout).toBe(true);
  expect(tail.stdout.endsWith(`${end}\n`)).toBe(true);
});
step("the job fails with {word}", async (world, type = "") => {
  expect((await expectState(world, "job", "FAILED")).outcome?.error?.type).toBe(type);
});
