// Directives of a server, and the kit that follows them. Our own server sends some of them seldom or not yet, so a
// scripted server sends them here.
import { create } from "@bufbuild/protobuf";
import { describe, expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { WorkRequest } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { testKey } from "../../rpc/test-server.ts";
import { createGate, kitTimeoutMs, startWorker } from "./kit.ts";
import { credit, heartbeats, hello, openScriptedServer, plainWelcome } from "./scripted-server.ts";

function offerOf(name: string) {
  const task = create(TaskSchema, { taskId: `task-${name}`, type: "work" });
  return { leased: { task, lease: { leaseId: `lease-${name}`, taskId: `task-${name}`, token: name } } };
}

const completed = (name: string) => (frame: WorkRequest) =>
  frame.completes.find(({ leaseToken }) => leaseToken === name);
const released = (name: string) => (frame: WorkRequest) => frame.releases.find(({ leaseToken }) => leaseToken === name);
const hourly = { seconds: 3_600n };

describe.each([true, false])("with a thread of its own: %s", { timeout: kitTimeoutMs }, (thread) => {
  async function begin() {
    const server = await openScriptedServer();
    const gates = { one: createGate(), two: createGate(), three: createGate() };
    const worker = startWorker({
      endpoint: server.url,
      key: testKey,
      thread,
      slots: 3,
      drainOn: [],
      reconnect: { initialMs: 1, multiplier: 1, maxMs: 1 },
      handlers: { work: (_input, { taskId }) => gates[taskId.slice("task-".length) as keyof typeof gates].pass() },
    });
    onTestFinished(server.dismissAll);
    const first = await server.stream(1);
    expect(await first.receive(hello)).toMatchObject({ resumeToken: "", acceptTypes: ["work"], slots: 3 });
    first.send({ welcome: plainWelcome });
    expect(await first.receive(credit)).toMatchObject({ tasks: 3 });
    first.send({ offers: Object.keys(gates).map(offerOf) });
    await Promise.all(Object.values(gates).map(({ entered }) => entered));
    return { server, worker, gates, first };
  }

  test("reconfigure: the worker says hello on a new stream, with the leases it holds, and continues", async () => {
    const { server, gates, first } = await begin();
    first.send({ directives: [{ directive: { case: "reconfigure", value: { reason: "the operator wants it" } } }] });
    const second = await server.stream(2);
    const again = await second.receive(hello);
    expect(again.resumeToken).toBe("agr1_token");
    expect(again.held?.leaseTokens.sort()).toEqual(["one", "three", "two"]);
    const leases = Object.keys(gates).map((name) => offerOf(name).leased.lease);
    second.send({ welcome: { ...plainWelcome, resumed: true, leases } });
    gates.one.open();
    expect(await second.receive(completed("one"))).toMatchObject({ leaseToken: "one" });
  });

  test("lease limit: the worker reports that the server fills no more slots", async () => {
    const { worker, first } = await begin();
    first.send({ directives: [{ directive: { case: "leaseLimit", value: { leasesMax: 3 } } }] });
    expect(await worker.heard("lease_limit")).toEqual({ type: "lease_limit", leasesMax: 3 });
  });

  test("a lease that came along and is not held is released, and again after a temporary refusal", async () => {
    const { server, first } = await begin();
    first.send({ directives: [{ directive: { case: "reconfigure", value: {} } }] });
    const second = await server.stream(2);
    const { lease } = offerOf("unknown").leased;
    second.send({ welcome: { ...plainWelcome, resumed: true, leases: [lease] } });
    const { requestId } = await second.receive(released("unknown"));
    const error = { reason: ErrorReason.UNAVAILABLE, message: "not now", retryable: true };
    second.send({ settled: [{ requestId, leaseToken: "unknown", result: { case: "error", value: error } }] });
    let times = 0;
    await second.receive((frame) => (released("unknown")(frame) && ++times === 2) || undefined);
  });

  test("slow down: frames are sent rarely, heartbeats as before, until the directive is lifted", async () => {
    const { worker, gates, first } = await begin();
    const cancel = { leaseId: "lease-three", taskId: "task-three" };
    first.send({
      directives: [
        { directive: { case: "slowDown", value: { frameInterval: hourly } } },
        { directive: { case: "cancel", value: cancel } },
      ],
    });
    await worker.heard("stopping"); // and so the directive before it
    gates.one.open();
    await heartbeats(first, 2);
    gates.two.open();
    await heartbeats(first, 2);
    expect(first.frames.flatMap(({ completes }) => completes)).toEqual([]);
    first.send({ directives: [{ directive: { case: "slowDown", value: {} } }] });
    expect(await first.receive(completed("two"))).toMatchObject({ leaseToken: "two" });
    gates.three.open();
    expect(await first.receive(completed("three"))).toMatchObject({ leaseToken: "three" });
  });
});
