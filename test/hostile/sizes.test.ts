// Every size that the contract bounds, over the wire: one below its bound, at it, and one beyond. By unary gRPC on the
// short way, by gRPC through the library, and by Connect. What fits is served; what does not is refused with its
// reason.
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { type DescMethod, fromBinary, fromJson, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { type ErrorDetail, ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { reasonName } from "../../src/core/error-detail.ts";
import { bearer, openEngineServer, roles } from "../rpc/engine-server.ts";
import { callRaw, framed } from "../rpc/raw-grpc.ts";
import { errorDetailOf } from "./status-details.ts";

const timeoutMs = 60_000;

/** The reason or `ok`, and the size that the refusal names. */
type Outcome = { readonly reason: string; readonly value: number };
type Way = (endpoint: Endpoint, method: DescMethod, request: JsonObject, paddedTo?: number) => Promise<Outcome>;
type Endpoint = { readonly url: string; readonly session: ClientHttp2Session };

const pathOf = ({ parent, name }: DescMethod) => `/${parent.typeName}/${name}`;

/** Padded by white space, which JSON allows after a document. */
const asJson = (request: JsonObject, paddedTo = 0) => Buffer.from(JSON.stringify(request).padEnd(paddedTo));

/** Padded by an unknown field, number 1,000. */
function asBinary(method: DescMethod, request: JsonObject, paddedTo = 0): Uint8Array {
  const bytes = toBinary(method.input, fromJson(method.input, request));
  if (paddedTo === 0) return bytes;
  const headBytes = 6; // two for its tag, four for its length
  const length = paddedTo - bytes.length - headBytes;
  const head = [0xc2, 0x3e, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, ((length >> 14) & 0x7f) | 0x80];
  return Buffer.concat([bytes, Buffer.from([...head, length >> 21]), Buffer.alloc(length)]);
}

function byGrpc(contentType: string, encode: typeof asBinary): Way {
  return async ({ session }, method, request, paddedTo) => {
    const headers = { ...bearer("any").headers, "content-type": contentType };
    const answer = await callRaw(session, pathOf(method), framed(encode(method, request, paddedTo)), headers);
    const detail = errorDetailOf(answer);
    if (detail !== undefined) return outcomeOf(detail);
    const status = answer.metadata["grpc-status"];
    return { reason: status === "0" ? "ok" : `no detail: ${status}`, value: 0 };
  };
}

const byConnect: Way = async ({ url }, method, request, paddedTo) => {
  const headers = { ...bearer("any").headers, "content-type": "application/json" };
  const body = asJson(request, paddedTo);
  const response = await fetch(`${url}${pathOf(method)}`, { method: "POST", headers, body });
  const answer = (await response.json()) as { code?: string; details?: { value: string }[] };
  if (answer.code === undefined) return { reason: "ok", value: 0 };
  const [detail] = answer.details ?? [];
  if (detail === undefined) return { reason: `no detail: ${answer.code}`, value: 0 };
  return outcomeOf(fromBinary(ErrorDetailSchema, Buffer.from(detail.value, "base64")));
};

function outcomeOf({ reason, facts }: ErrorDetail): Outcome {
  return { reason: reasonName(reason), value: facts.case === "limit" ? Number(facts.value.value) : 0 };
}

const ways: readonly (readonly [string, Way])[] = [
  ["gRPC by the short way", byGrpc("application/grpc+proto", asBinary)],
  ["gRPC through the library", byGrpc("application/grpc+json", (_method, request, to) => asJson(request, to))],
  ["Connect with JSON", byConnect],
];

type Things = {
  /** A new lease, of a task of its own. */
  readonly lease: () => Promise<string>;
  readonly receipts: readonly string[];
  readonly endedTask: string;
  /** The size of an anomaly's body without its details. */
  readonly anomalyBytes: number;
};
type Case = {
  readonly what: string;
  readonly method: DescMethod;
  readonly bound: number;
  readonly reason: "LIMIT_EXCEEDED" | "INVALID_ARGUMENT";
  readonly request: (size: number, things: Things) => JsonObject | Promise<JsonObject>;
};

const text = (bytes: number) => "x".repeat(bytes);
/** A JSON document of this many bytes. */
const document = (bytes: number) => JSON.stringify(text(bytes - 2));
const list = <Item>(length: number, item: (index: number) => Item) => Array.from({ length }, (_, index) => item(index));
const labels = (count: number) => Object.fromEntries(list(count, (index) => [`label-${index}`, "x"]));

const { createTask, createTasks, listTasks, awaitTask, cancelTask } = TaskService.method;
const { completeTask, reportProgress, claimTasks, failTask } = LeaseService.method;
const { appendReceipt } = ReceiptService.method;
const type = "t";

function anomaly(detailBytes: number): JsonObject {
  return { type: "RECEIPT_TYPE_SYSTEM_ANOMALY", anomaly: { details: document(detailBytes) } };
}

function refusedAs(reason: Case["reason"], cases: readonly Omit<Case, "reason">[]): Case[] {
  return cases.map((one) => ({ ...one, reason }));
}

const kib = 1_024;
const cases: readonly Case[] = [
  ...refusedAs("LIMIT_EXCEEDED", [
    {
      what: "payload",
      method: createTask,
      bound: 256 * kib,
      request: (size) => ({ type, payload: { json: document(size) } }),
    },
    {
      what: "result",
      method: completeTask,
      bound: 256 * kib,
      request: async (size, { lease }) => ({ leaseToken: await lease(), result: { json: document(size) } }),
    },
    {
      what: "checkpoint",
      method: reportProgress,
      bound: 64 * kib,
      request: async (size, { lease }) => ({ leaseToken: await lease(), checkpoint: { json: document(size) } }),
    },
    {
      what: "checkpoint of a failure",
      method: failTask,
      bound: 64 * kib,
      request: async (size, { lease }) => ({
        leaseToken: await lease(),
        error: { type: "x" },
        checkpoint: { json: document(size) },
      }),
    },
    {
      what: "body of a receipt",
      method: appendReceipt,
      bound: 64 * kib,
      request: (size, { anomalyBytes }) => anomaly(size - anomalyBytes),
    },
    {
      what: "parents of a task",
      method: createTask,
      bound: 10,
      request: (size, { receipts }) => ({ type, parentReceipts: receipts.slice(0, size) }),
    },
    {
      what: "artifacts",
      method: completeTask,
      bound: 100,
      request: async (size, { lease }) => ({
        leaseToken: await lease(),
        artifacts: list(size, (index) => ({ kind: "file", uri: `file:///${index}` })),
      }),
    },
  ]),
  ...refusedAs("INVALID_ARGUMENT", [
    { what: "labels", method: createTask, bound: 64, request: (size) => ({ type, labels: labels(size) }) },
    {
      what: "value of a label",
      method: createTask,
      bound: kib,
      request: (size) => ({ type, labels: { label: text(size) } }),
    },
    {
      what: "name of a label",
      method: createTask,
      bound: 255,
      request: (size) => ({ type, labels: { [text(size)]: "x" } }),
    },
    { what: "batch", method: createTasks, bound: 500, request: (size) => ({ tasks: list(size, () => ({ type })) }) },
    { what: "page", method: listTasks, bound: 200, request: (size) => ({ pageSize: size }) },
    {
      what: "wait for an end, in seconds",
      method: awaitTask,
      bound: 50,
      request: (size, { endedTask }) => ({ taskId: endedTask, wait: `${size}s` }),
    },
    {
      // There is a task to claim, so the call does not wait.
      what: "wait for a task, in seconds",
      method: claimTasks,
      bound: 50,
      request: (size) => ({ queues: ["full"], wait: `${size}s` }),
    },
    { what: "type", method: createTask, bound: 255, request: (size) => ({ type: text(size) }) },
    { what: "queue", method: createTask, bound: 255, request: (size) => ({ type, queue: text(size) }) },
    {
      what: "idempotency key",
      method: createTask,
      bound: 255,
      request: (size) => ({ type, idempotencyKey: text(size) }),
    },
    { what: "request id", method: createTask, bound: 255, request: (size) => ({ type, requestId: text(size) }) },
    {
      what: "reason",
      method: cancelTask,
      bound: kib,
      request: (size, { endedTask }) => ({ taskId: endedTask, reason: text(size) }),
    },
  ]),
];

async function open(): Promise<Endpoint & Things> {
  const { url } = await openEngineServer(({ tenant }) => ({
    authenticate: async () => tenant.caller("human", "every caller", roles),
  }));
  const session = connectHttp2(url);
  onTestFinished(() => session.destroy());
  const transport = createGrpcTransport({ baseUrl: url });
  const tasks = createClient(TaskService, transport);
  const leases = createClient(LeaseService, transport);
  const as = bearer("any");
  const created = await Promise.all(list(11, () => tasks.createTask({ type, queue: "full" }, as)));
  const endedTask = created[0]?.task?.taskId ?? "";
  await tasks.cancelTask({ taskId: endedTask }, as);
  const lease = async () => {
    await tasks.createTask({ type, queue: "leased" }, as);
    const { tasks: claimed } = await leases.claimTasks({ queues: ["leased"] }, as);
    return claimed[0]?.lease?.token ?? "";
  };
  const tooLarge = 100_000;
  const { value } = await byConnect({ url, session }, appendReceipt, anomaly(tooLarge));
  const receipts = created.map(({ assignedReceiptId }) => assignedReceiptId);
  return { url, session, lease, endedTask, receipts, anomalyBytes: value - tooLarge };
}

test.each(ways)(
  "%s: a request at a bound is served, and one beyond it is refused",
  { timeout: timeoutMs },
  async (_name, ask) => {
    const endpoint = await open();
    const faults: string[] = [];
    for (const { what, method, bound, reason, request } of cases) {
      for (const [size, wanted] of [
        [bound - 1, "ok"],
        [bound, "ok"],
        [bound + 1, reason],
      ] as const) {
        const outcome = await ask(endpoint, method, await request(size, endpoint));
        if (outcome.reason !== wanted) faults.push(`${what} of ${size}: ${outcome.reason} and not ${wanted}`);
      }
    }
    expect(faults).toEqual([]);
  },
);

test.each(ways)(
  "%s: a message of 1 MiB is accepted, and one byte more is refused",
  { timeout: timeoutMs },
  async (_name, ask) => {
    const endpoint = await open();
    const bound = kib * kib;
    const outcomes: string[] = [];
    for (const size of [bound - 1, bound, bound + 1]) {
      outcomes.push((await ask(endpoint, createTask, { type }, size)).reason);
    }
    expect(outcomes).toEqual(["ok", "ok", "LIMIT_EXCEEDED"]);
  },
);

test("every field that is too large is named in one refusal", { timeout: timeoutMs }, async () => {
  const { url } = await open();
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: url }));
  const request = { type: text(256), queue: text(256), requestId: text(256), labels: labels(65) };
  const error = ConnectError.from(await tasks.createTask(request, bearer("any")).catch((thrown: unknown) => thrown));
  const facts = error.findDetails(ErrorDetailSchema)[0]?.facts;
  if (facts?.case !== "violations") throw new Error("no violations");
  const fields = facts.value.violations.map(({ field }) => field);
  expect(fields.sort()).toEqual(["labels", "queue", "request_id", "type"]);
});
