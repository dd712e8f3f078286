// `asyncgate node rollout` and `client.nodes.rollouts`, against a server whose nodes answer over the network.
import { createClient as createStub } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { createClient } from "../../../clients/typescript/src/index.ts";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeConfigStatus } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeRolloutNodeStatus, NodeRolloutState } from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { nodeRollout } from "../../../src/cli/node/rollout.ts";
import { all } from "../../clients/typescript/kit.ts";
import { bearer, openEngineServer } from "../../rpc/engine-server.ts";
import { type Ran, runCommand } from "../terminal.ts";
import { unreachable } from "../users.ts";

async function open(count: number) {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const client = createClient({ endpoint: url, key });
  const stub = createStub(NodeService, createGrpcTransport({ baseUrl: url }));
  const { key: psk } = await client.nodes.enroll({ nodesMax: count });
  const keys = new Map<string, string>();
  for (let number = 1; number <= count; number += 1) {
    const nodeId = `n${number}`;
    const { bootstrap } = await stub.registerNode({ nodeId, report: { version: 1 } }, bearer(psk));
    keys.set(nodeId, bootstrap?.credential?.key ?? "");
  }
  const answer = async (nodeId: string, error = "") => {
    const as = bearer(keys.get(nodeId) ?? "");
    const { config } = await stub.getNodeConfig({}, as);
    const status = error === "" ? NodeConfigStatus.APPLIED : NodeConfigStatus.FAILED;
    await stub.ackNodeConfig({ version: config?.version ?? "", status, error }, as);
  };
  const environment = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  const run = (...args: string[]): Promise<Ran> =>
    runCommand(nodeRollout, args, environment, ["sandbox: {limits: {pids: 9}}"]);
  return { client, answer, run };
}

test("a roll-out is started, followed as a table, resumed without what has failed, and listed", async () => {
  const { answer, run } = await open(3);
  const started = (await run("start", "-", "--canaries", "1", "--timeout", "90s", "--all", "--reason", "safer"))
    .printed;
  const [, id = ""] = /^(\S+) is RUNNING: safer\n3 nodes: 2 pending, 1 issued$/.exec(started) ?? [];
  expect(id, started).not.toBe("");
  await answer("n1", "no such program");
  const { printed } = await run("get", id);
  expect(printed.split("\n").slice(0, 2)).toEqual([
    `${id} is PAUSED: n1 could not apply it: no such program`,
    "3 nodes: 2 pending, 1 failed",
  ]);
  expect(printed).toMatch(/\nn1 \(canary\) +FAILED .* no such program\nn2 +PENDING .* none\nn3 +PENDING .* none$/);
  expect((await run("resume", id, "--skip-failed")).printed).toContain("3 nodes: 2 issued, 1 skipped");
  for (const nodeId of ["n2", "n3"]) await answer(nodeId);
  expect((await run("list")).printed).toMatch(/COMPLETED +3 +2 applied, 1 skipped /);
  expect((await run("list", "--live")).printed).toContain("there are no roll-outs");
  const json = JSON.parse((await run("get", id, "--json")).printed);
  expect(json).toMatchObject({ rollout: { rollout_id: id, progress: { applied: 2 } }, nodes: [{}, {}, {}] });
});

test("what a command line does not say, says twice, or says of another command, is a mistake", async () => {
  const run = (...args: string[]) => runCommand(nodeRollout, args, unreachable, ["sandbox: {}"]);
  await expect(run()).rejects.toThrow("expected node rollout start");
  await expect(run("start")).rejects.toThrow("the file of the configuration is missing");
  await expect(run("start", "-", "--batch", "many")).rejects.toThrow("--batch takes a whole number");
  await expect(run("start", "-", "--timeout", "soon")).rejects.toThrow("--timeout takes a time");
  await expect(run("pause")).rejects.toThrow("the id of the roll-out is missing");
  await expect(run("cancel", "0198", "--skip-failed")).rejects.toThrow("belongs to node rollout resume");
});

test("the kit starts one, follows it, rolls it back, and is told why another cannot begin", async () => {
  const { client, answer } = await open(2);
  const { rollouts } = client.nodes;
  const init = { nodes: { nodeIds: ["n2", "n1"] }, config: {}, answerTimeoutMs: 60_000 };
  const { rolloutId } = await rollouts.start(init);
  await expect(rollouts.start(init)).rejects.toMatchObject({ reason: ErrorReason.NODE_IN_ROLLOUT });
  await answer("n2");
  expect((await rollouts.get(rolloutId)).progress).toMatchObject({ applied: 1, issued: 1 });
  await rollouts.pause(rolloutId, "lunch");
  await rollouts.resume(rolloutId);
  expect((await rollouts.rollBack(rolloutId, "no")).state).toBe(NodeRolloutState.ROLLING_BACK);
  await answer("n2");
  const reverting = await all(rollouts.nodes(rolloutId, NodeRolloutNodeStatus.REVERTING));
  expect(reverting.map(({ nodeId }) => nodeId)).toEqual(["n1"]);
  expect((await all(rollouts.list({ live: true }))).map((one) => one.rolloutId)).toEqual([rolloutId]);
  expect((await rollouts.cancel(rolloutId)).state).toBe(NodeRolloutState.CANCELED);
  await expect(rollouts.resume(rolloutId)).rejects.toMatchObject({ reason: ErrorReason.NODE_ROLLOUT_STATE });
});
