// `asyncgate node` for operators of nodes, against a server: keys to register with, nodes as a table, configurations,
// and the states that an operator puts a node into.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../clients/typescript/src/index.ts";
import { NodeConfigStatus } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import { nodeConfig } from "../../src/cli/node/config.ts";
import { nodeEnroll } from "../../src/cli/node/enroll.ts";
import { nodeDeactivate, nodeDrain, nodeExplain, nodeGet, nodeList, nodeResume } from "../../src/cli/node/manage.ts";
import { runCommand } from "./terminal.ts";
import { openUsers } from "./users.ts";

const sandbox = "sandbox: {programs: [/bin/sh], network: NONE, limits: {pids: 64}, timeouts: {max_seconds: 600}}";

async function open() {
  const { operator, tasker, url } = await openUsers();
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-nodes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const clientOf = (key: string) => {
    const client = createClient({ endpoint: url, key });
    onTestFinished(() => client.close());
    return client;
  };
  return { operator, tasker, file, clientOf };
}

test("keys are made, shown without their secrets, and revoked; nodes go through their states", async () => {
  const { operator, tasker, file, clientOf } = await open();
  const run = (command: Parameters<typeof runCommand>[0], ...args: string[]) => runCommand(command, args, operator);
  expect((await run(nodeList)).printed).toContain("there are no nodes yet");
  const made = await run(nodeEnroll, "--label", "builders", "--prefix", "builder-", "--nodes", "2");
  const listed = await run(nodeEnroll, "list");
  expect(listed.printed).toContain("builders");
  expect(listed.printed).not.toContain(made.printed);
  const { key } = (
    await clientOf(made.printed).stubs.nodes.registerNode({ nodeId: "builder-1", report: { version: 1 } })
  ).bootstrap?.credential ?? { key: "" };
  const node = clientOf(key).stubs.nodes;
  const waiting = await run(nodeExplain, "builder-1");
  expect([waiting.code, waiting.printed]).toEqual([1, expect.stringContaining("NEVER_REPORTED")]);
  const put = await run(nodeConfig, "put", "builder-1", await file("node.yaml", sandbox));
  const [, version = ""] = /version (\S+)/.exec(put.printed) ?? [];
  expect((await run(nodeConfig, "list", "builder-1")).printed).toMatch(/2 .*not answered yet/);
  await node.reportNode({ report: { version: 1 }, ready: true, configVersion: version });
  await node.ackNodeConfig({ version, status: NodeConfigStatus.APPLIED });
  expect((await run(nodeConfig, "list", "builder-1")).printed).toMatch(/2 .*APPLIED/);
  expect((await run(nodeExplain, "builder-1")).code).toBe(0);
  expect((await run(nodeList, "--state", "active")).printed).toMatch(/^builder-1 +ACTIVE +yes +0 +applied /m);
  expect(JSON.parse((await run(nodeGet, "builder-1")).printed)).toMatchObject({ node: { dispatchable: true } });
  expect((await run(nodeDrain, "builder-1", "--reason", "disks")).printed).toBe("builder-1 is DRAINING");
  expect((await run(nodeExplain, "builder-1")).printed).toContain("(disks)");
  expect((await run(nodeResume, "builder-1")).printed).toBe("builder-1 is ACTIVE");
  expect((await run(nodeDeactivate, "builder-1")).printed).toBe("builder-1 is INACTIVE");
  await expect(runCommand(nodeDrain, ["builder-1"], tasker)).rejects.toThrow("PERMISSION_DENIED");
  const [id = ""] = /[0-9a-f-]{36}/.exec(listed.printed) ?? [];
  expect((await run(nodeEnroll, "revoke", id)).code).toBe(0);
  expect((await run(nodeEnroll, "list")).printed).toContain("revoked");
});

test("a file that is no configuration is refused with all its faults; an address is one of its fields", async () => {
  const { operator, file } = await open();
  const put = async (text: string) =>
    runCommand(nodeConfig, ["put", "builder-1", await file("node.yaml", text)], operator);
  const wrong = "sandbox: {netwrok: NONE, limits: {pids: 0}}\nworker_api: {bearer: x, expires: soon}";
  await expect(put(wrong)).rejects.toThrow(
    /netwrok[\s\S]*pids[\s\S]*target_url: is missing[\s\S]*expires: must be a time/,
  );
  // It gets as far as the node, which is not there.
  await expect(put('worker_api: {target_url: "https://node.example"}')).rejects.toThrow("NODE_NOT_FOUND");
});
