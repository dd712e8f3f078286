// Calls a second: judged before a body is read, on either way to a handler; frames are read slower.
import { connect } from "node:http2";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { ErrorDetailSchema, ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { defaultLimits, type Limits } from "../../../src/core/limits.ts";
import type { Refusal } from "../../../src/core/refusal.ts";
import { createRates, type Rates } from "../../../src/rpc/call/rates.ts";
import { begin } from "../raw-grpc.ts";
import { authorization, identity, openTestServer } from "../test-server.ts";

const alice = identity([]);
const bob = { ...alice, principalText: "agent:bob" };
const stranger = { ...alice, tenantId: "0190b0f0-0000-7000-8000-00000000000b" };

/** Every caller has these limits beside its own. */
function open(limits: Partial<Limits>) {
  const clock = { ms: 0 };
  const rates = createRates({ monotonicMs: () => clock.ms });
  const limited: Rates = {
    ...rates,
    take: (caller) => rates.take({ ...caller, limits: { ...caller.limits, ...limits } }),
    pace: (caller) => rates.pace({ ...caller, limits: { ...caller.limits, ...limits } }),
  };
  return { clock, rates: limited };
}

const factsOf = (refusal: Refusal | undefined) => refusal?.facts?.value;

test.each([
  ["calls_burst_max", { calls_burst_max: 3 }],
  ["principal_calls_burst_max", { principal_calls_burst_max: 3 }],
])("%s: one less and as many may come at once, one more may not", (limit, limits) => {
  const { rates } = open(limits);
  for (let calls = 1; calls <= 3; calls += 1) expect(rates.take(alice)).toBeUndefined();
  const refusal = rates.take(alice);
  expect(refusal).toMatchObject({ reason: ErrorReason.RATE_LIMITED });
  expect(factsOf(refusal)).toEqual({ limit, bound: 3n, value: 4n, field: "" });
});

test.each([
  ["calls_per_second_max", { calls_per_second_max: 4, calls_burst_max: 1 }],
  ["principal_calls_per_second_max", { principal_calls_per_second_max: 4, principal_calls_burst_max: 1 }],
])("%s: as many come back each second, and a refusal tells when the next one does", (limit, limits) => {
  const { rates, clock } = open(limits);
  expect(rates.take(alice)).toBeUndefined();
  expect(rates.take(alice)?.retryAfterMs).toBe(250);
  clock.ms = 125;
  expect(rates.take(alice)?.retryAfterMs).toBe(125);
  clock.ms = 250;
  expect(rates.take(alice)).toBeUndefined();
  // The fifth call of this second is more than the rate allows, however they were spread.
  expect(factsOf(rates.take(alice))).toEqual({ limit, bound: 4n, value: 5n, field: "" });
});

test("one principal's calls leave its neighbour's alone, one tenant's another's", () => {
  const { rates } = open({ calls_burst_max: 3, principal_calls_burst_max: 2 });
  expect([rates.take(alice), rates.take(alice)]).toEqual([undefined, undefined]);
  expect(factsOf(rates.take(alice))).toMatchObject({ limit: "principal_calls_burst_max" });
  expect(rates.take(bob)).toBeUndefined();
  // What was refused for its principal has taken nothing from its tenant.
  expect(factsOf(rates.take(bob))).toMatchObject({ limit: "calls_burst_max" });
  expect(rates.take(stranger)).toBeUndefined();
});

test("a tenant's own limits hold for it, also those that it was given since", () => {
  const { rates } = open({});
  const limited = { ...alice, limits: { ...defaultLimits, calls_burst_max: 1 } };
  expect(rates.take(alice)).toBeUndefined();
  expect(rates.take(limited)).toBeUndefined();
  expect(factsOf(rates.take(limited))).toMatchObject({ limit: "calls_burst_max", bound: 1n });
});

test("frames are never refused: each waits for what those before it have taken", () => {
  const { rates, clock } = open({ principal_calls_per_second_max: 10, principal_calls_burst_max: 2 });
  expect([rates.pace(alice), rates.pace(alice), rates.pace(alice), rates.pace(alice)]).toEqual([0, 0, 100, 200]);
  expect(rates.take(alice)).toMatchObject({ retryAfterMs: 300 });
  clock.ms = 300;
  expect(rates.take(alice)).toBeUndefined();
});

test("of more callers than are kept, those who have not called for a while are forgotten", () => {
  const { rates, clock } = open({ principal_calls_burst_max: 1, calls_burst_max: 1_000_000 });
  expect(rates.take(alice)).toBeUndefined();
  expect(rates.take(alice)).toBeDefined();
  clock.ms = 1;
  for (let one = 0; one < 100_000; one += 1) rates.take({ ...alice, principalText: `agent:${one}` });
  // Forgotten too early, and not kept for ever: the tenant's bucket bounds what many names bring.
  expect(rates.take(alice)).toBeUndefined();
});

/** Calls back as refusals are held, and lets them go. */
function holding(rates: Rates) {
  const held: (() => void)[] = [];
  const holdBack = () => new Promise<void>((resolve) => held.push(resolve));
  return { held, rates: { ...rates, holdBack } };
}

async function openLimited(limits: Partial<Limits>) {
  const { rates, clock } = open(limits);
  const holds = holding(rates);
  const endpoint = await openTestServer({
    services: (router) => router.service(TaskService, { getTask: () => ({}) }),
    more: { rates: holds.rates },
  });
  onTestFinished(() => endpoint.server.close({ graceMs: 0 }));
  return { endpoint, clock, held: holds.held };
}

const headers = { authorization };
const request = { taskId: "0190b0f0-0000-7000-8000-000000000001" };
const once = { principal_calls_per_second_max: 2, principal_calls_burst_max: 1 };

test.each([
  ["by gRPC", createGrpcTransport],
  ["by Connect", createConnectTransport],
])("over the wire %s the call beyond the limit is refused late, with what, how much and when", async (_, transport) => {
  const { endpoint, clock, held } = await openLimited(once);
  const client = createClient(TaskService, transport({ baseUrl: endpoint.url, httpVersion: "2" }));
  await client.getTask(request, { headers });
  const refused = client.getTask(request, { headers }).catch((thrown: unknown) => thrown);
  await expect.poll(() => held.length).toBe(1);
  expect(endpoint.lines.filter(({ message }) => message === "rpc")).toHaveLength(1);
  held[0]?.();
  const error = ConnectError.from(await refused);
  expect(error.code).toBe(Code.ResourceExhausted);
  expect(error.metadata.get("retry-after")).toBe("1");
  expect(error.findDetails(ErrorDetailSchema)[0]).toMatchObject({
    reason: ErrorReason.RATE_LIMITED,
    retryable: true,
    retryAfter: { seconds: 0n, nanos: 500_000_000 },
    facts: { value: { limit: "principal_calls_burst_max", bound: 1n, value: 2n } },
  });
  expect(await endpoint.logged(({ reason }) => reason === "RATE_LIMITED")).toMatchObject({
    code: "resource_exhausted",
  });
  clock.ms = 500;
  await client.getTask(request, { headers });
});

test.each([
  ["the short way", "application/grpc+proto"],
  ["the library's way", "application/grpc+Proto"],
])("by %s it is refused before its body is read", async (_, contentType) => {
  const { endpoint, held } = await openLimited({ ...once });
  const session = connect(endpoint.url);
  onTestFinished(() => session.destroy());
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  await client.getTask(request, { headers });
  const stream = begin(session, "/asyncgate.v1.TaskService/GetTask", { "content-type": contentType });
  await expect.poll(() => held.length).toBe(1);
  held[0]?.();
  // No body was sent: it is not waited for.
  expect(await endpoint.logged(({ reason }) => reason === "RATE_LIMITED")).toBeDefined();
  stream.destroy();
});

test("refusals beyond those that are held back are answered at once", async () => {
  const { rates } = open({});
  let answered = 0;
  const held = Array.from({ length: 4_000 }, () => rates.holdBack().then(() => answered++));
  await rates.holdBack();
  expect(answered).toBe(0);
  await Promise.all(held);
});

test("over the wire, frames of a stream beyond the limit are read later, and none is lost", async () => {
  const { rates, clock } = open({ principal_calls_per_second_max: 100, principal_calls_burst_max: 2 });
  const delays: number[] = [];
  const pace: Rates["pace"] = (who) => {
    const ms = rates.pace(who);
    delays.push(ms);
    clock.ms += ms;
    return ms;
  };
  const endpoint = await openTestServer({
    services: (router) =>
      router.service(LeaseService, {
        async *keepLeases(requests) {
          for await (const { sequence } of requests) yield { sequence };
        },
      }),
    more: { rates: { ...rates, pace } },
  });
  onTestFinished(() => endpoint.server.close({ graceMs: 0 }));
  const client = createClient(LeaseService, createGrpcTransport({ baseUrl: endpoint.url }));
  async function* beats() {
    for (let sequence = 1n; sequence <= 5n; sequence += 1n) yield { sequence };
  }
  const answers: bigint[] = [];
  for await (const { sequence } of client.keepLeases(beats(), { headers })) answers.push(sequence);
  expect(answers).toEqual([1n, 2n, 3n, 4n, 5n]);
  // The call paid for the first; one more was free.
  expect(delays).toEqual([0, 10, 10, 10]);
});
