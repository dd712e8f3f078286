// NodeService over the network: what each credential can do there, that a forged or foreign one can do nothing, and
// that no secret is in the log.
import { randomBytes } from "node:crypto";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeConfigStatus, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { makeApiKey } from "../../../src/core/api-key.ts";
import { bearer, openEngineServer } from "../engine-server.ts";
import { reasonOf } from "../reason-of.ts";

const report = { version: 1, platform: "linux" };

async function open() {
  const opened = await openEngineServer();
  const transport = createGrpcTransport({ baseUrl: opened.url });
  const nodes = createClient(NodeService, transport);
  const tenant = await opened.makeTenant("first");
  const operator = bearer(await opened.makeKey(tenant, Role.OPERATOR));
  const enroll = async (as = operator) => (await nodes.createNodeEnrollment({ nodesMax: 10 }, as)).key;
  return { ...opened, transport, nodes, tenant, operator, enroll };
}

describe("a node over the network", () => {
  test("registers, is configured, answers, reports and is drained, each with its own credential", async () => {
    const { nodes, operator, enroll } = await open();
    const psk = await enroll();
    const { bootstrap } = await nodes.registerNode({ nodeId: "node-1", report }, bearer(psk));
    const node = bearer(bootstrap?.credential?.key ?? "");
    const { config } = await nodes.getNodeConfig({}, node);
    expect(config?.version).toBe(bootstrap?.configVersion);
    await nodes.ackNodeConfig({ version: config?.version ?? "", status: NodeConfigStatus.APPLIED }, node);
    await nodes.reportNode({ report, ready: true }, node);
    expect((await nodes.explainNode({ nodeId: "node-1" }, operator)).obstacles).toEqual([]);
    const next = bearer((await nodes.renewNodeCredential({}, node)).credential?.key ?? "");
    await nodes.drainNode({ nodeId: "node-1" }, operator);
    expect((await nodes.reportNode({ report, ready: true }, next)).state).toBe(NodeState.DRAINING);
  });

  test("a pre-shared key registers, a node reports, and neither does what the other or an operator does", async () => {
    const { nodes, enroll, transport } = await open();
    const psk = await enroll();
    const { bootstrap } = await nodes.registerNode({ nodeId: "node-1", report }, bearer(psk));
    const node = bearer(bootstrap?.credential?.key ?? "");
    const tasks = createClient(TaskService, transport);
    for (const call of [
      () => nodes.reportNode({ report }, bearer(psk)),
      () => nodes.listNodes({}, bearer(psk)),
      () => tasks.createTask({ type: "t" }, bearer(psk)),
      () => nodes.registerNode({ nodeId: "node-2", report }, node),
      () => nodes.updateNodeConfig({ nodeId: "node-1", config: {} }, node),
      () => nodes.listNodes({}, node),
      () => tasks.createTask({ type: "t" }, node),
    ]) {
      expect(await reasonOf(call())).toBe(ErrorReason.PERMISSION_DENIED);
    }
  });

  test("a forged credential, and one with another secret, are refused in the same words", async () => {
    const { nodes, enroll } = await open();
    const { bootstrap } = await nodes.registerNode({ nodeId: "node-1", report }, bearer(await enroll()));
    const real = bootstrap?.credential;
    const forged = makeApiKey("test", randomBytes(512));
    const keyId = real?.keyId ?? "";
    const secret = forged.secret;
    // The id of a live credential, and a secret that only looks like one: its checksum is right.
    const other = makeApiKey("test", Buffer.concat([bytesFor(keyId), bytesFor(secret), randomBytes(64)]));
    expect(other.keyId).toBe(keyId);
    for (const key of [forged.key, other.key, "nonsense", `${real?.key}x`]) {
      for (const call of [
        () => nodes.reportNode({ report }, bearer(key)),
        () => nodes.renewNodeCredential({}, bearer(key)),
      ]) {
        expect(await reasonOf(call())).toBe(ErrorReason.UNAUTHENTICATED);
      }
    }
  });

  test("a node of another tenant with the same id is another node", async () => {
    const { nodes, enroll, makeTenant, makeKey, operator } = await open();
    const second = bearer(await makeKey(await makeTenant("second"), Role.OPERATOR));
    const own = await nodes.registerNode({ nodeId: "node-1", report }, bearer(await enroll()));
    const other = await nodes.registerNode({ nodeId: "node-1", report }, bearer(await enroll(second)));
    expect([own.existed, other.existed]).toEqual([false, false]);
    const foreign = bearer(other.bootstrap?.credential?.key ?? "");
    const version = own.bootstrap?.configVersion ?? "";
    const answer = nodes.ackNodeConfig({ version, status: NodeConfigStatus.APPLIED }, foreign);
    expect(await reasonOf(answer)).toBe(ErrorReason.NO_SUCH_VERSION);
    await nodes.reportNode({ report, ready: true }, foreign);
    const { node } = await nodes.getNode({ nodeId: "node-1" }, operator);
    expect([node?.ready, node?.lastAck]).toEqual([false, undefined]);
  });

  test("no key is in the log, whatever becomes of the call", async () => {
    const { nodes, enroll, endpoint } = await open();
    const psk = await enroll();
    const { bootstrap } = await nodes.registerNode({ nodeId: "node-1", report }, bearer(psk));
    const key = bootstrap?.credential?.key ?? "";
    await nodes.renewNodeCredential({}, bearer(key));
    await reasonOf(nodes.registerNode({ nodeId: psk, report }, bearer(psk)));
    await reasonOf(nodes.revokeNodeEnrollment({ enrollmentId: psk }, bearer(key)));
    await reasonOf(nodes.getNode({ nodeId: key }, bearer(key)));
    const text = JSON.stringify(endpoint.lines);
    expect(text).toContain("NodeService/RenewNodeCredential");
    for (const secret of [psk, key]) expect(text).not.toContain(secret.split("_").at(-1));
  });
});

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Random bytes of which a key is made that reads like this. */
function bytesFor(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => alphabet.indexOf(letter));
}
