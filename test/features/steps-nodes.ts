// Steps of nodes: real ones, each in a process of its own with a queue of its own, in the tenant of the scenario.
import { existsSync, readlinkSync } from "node:fs";
import type { JsonObject } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { parse } from "yaml";
import { contentOf } from "../../clients/typescript/src/index.ts";
import { makeNodeFolder, sandboxHere, startNode } from "../node/program/start-node.ts";
import { step } from "./steps.ts";
import { expectState, type World } from "./world.ts";

const nodes = new WeakMap<World, Awaited<ReturnType<typeof startNode>>>();

async function start(world: World, more: readonly string[] = []): Promise<void> {
  const { key } = await world.member("worker node");
  const config = [...more, `sandbox: {driver: ${await sandboxHere()}}`].join("\n");
  const node = await startNode(await makeNodeFolder(), { server: world.kit.server.url, key, config });
  nodes.set(world, node);
}

step("a node", async (world) => start(world));
step("a node that takes configurations", async (world) => start(world, ["config_from: [agent:ann]"]));
step("a node that requires a configuration", async (world) =>
  start(world, ["config_from: [agent:ann]", "requires_config: true"]),
);

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
step("{who} sends the node the configuration", async (world, who = "", below = "") => {
  const { client } = await world.member(who);
  const { kind, id } = await world.member("worker node");
  const payload = parse(below) as JsonObject;
  const { taskId } = await client.createTask({ type: "node.config", payload, addressee: { kind, id } });
  world.taskIds.set("configuration", taskId);
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
step("the configuration is applied", async (world) => {
  expect((await resultOf(world, "configuration")).status).toBe("APPLIED");
});
step("the configuration fails with {word}", async (world, type = "") => {
  expect((await expectState(world, "configuration", "FAILED")).outcome?.error?.type).toBe(type);
});
