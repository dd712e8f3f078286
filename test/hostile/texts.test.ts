// Hostile strings in every string field of every request, found by the descriptors: what no string may hold is refused
// by its field, and what SQL, formats or an object's prototype could interpret is a string like any other.

import { connect as connectHttp2 } from "node:http2";
import {
  type DescField,
  type DescMessage,
  type DescMethod,
  fromJson,
  type JsonObject,
  type JsonValue,
  ScalarType,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { ErrorDetailSchema, ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { methods, servedMethods, shortName } from "../../src/build/generate-docs-contract.ts";
import { bearer, openEngineServer, roles } from "../rpc/engine-server.ts";
import { callRaw, framed } from "../rpc/raw-grpc.ts";
import { errorDetailOf } from "./status-details.ts";

const timeoutMs = 300_000;
const uuid = "0190b0f0-0000-7000-8000-000000000001";

/** What a request needs besides the string in question. */
const beside: Readonly<Record<string, JsonObject>> = {
  "TaskService.CreateTask": { type: "t" },
  "TaskService.CreateTasks": { tasks: [{ type: "t" }] },
  "TaskService.GetTask": { task_id: uuid },
  "TaskService.CancelTask": { task_id: uuid },
  "LeaseService.FailTask": { lease_token: "agl1_none", error: { type: "x" } },
  "WorkerService.Work": { hello: { slots: 1 } },
  "ReceiptService.AppendReceipt": { type: "RECEIPT_TYPE_SYSTEM_ANOMALY", anomaly: {} },
  "AgentService.RegisterAgent": { agent: { agent_id: "a" } },
  "AgentService.GetAgent": { agent_id: "a" },
  "AdminService.CreateTenant": { name: "a-name" },
};

const depthMax = 4;
const stringType = 9;

/** The paths to every string of a message, keys and values of maps included. */
function* textsOf(message: DescMessage, above: readonly DescField[] = []): Iterable<readonly DescField[]> {
  for (const field of message.fields) {
    const fields = [...above, field];
    const inner = field.message;
    if (inner && !inner.typeName.startsWith("google.") && above.length < depthMax) yield* textsOf(inner, fields);
    const isTextMap = field.fieldKind === "map";
    if (isTextMap || (field.proto.type === stringType && field.message === undefined)) yield fields;
  }
}

function requestWith(base: JsonObject, [field, ...rest]: readonly DescField[], value: string): JsonObject {
  if (field === undefined) return base;
  if (field.fieldKind === "map") {
    const isText = field.mapKind === "scalar" && field.scalar === ScalarType.STRING;
    return { ...base, [field.name]: { [value]: isText ? value : "1" } };
  }
  const isList = field.fieldKind === "list";
  if (rest.length === 0) return { ...base, [field.name]: isList ? [value] : value };
  const before = isList ? (base[field.name] as JsonObject[] | undefined)?.[0] : base[field.name];
  const inner = requestWith((before ?? {}) as JsonObject, rest, value);
  return { ...base, [field.name]: isList ? [inner] : inner };
}

/** As long as the bytes that replace it, because strings are preceded by their length. */
const placeholder = "PLACEHOLDER";
/** Not UTF-8: a lone surrogate, an overlong slash, a byte that UTF-8 does not use, a stray continuation. */
const brokenBytes = Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xff, 0x80, 0xed, 0xbf, 0xbf, 0xfe]);

/** What SQL, a format or an object could interpret. */
const metacharacters = [
  "'; drop table task; --",
  '" or 1=1 /* \\',
  "$1 %s %n {0} $(id) `id`",
  "__proto__",
  "constructor",
  "\u202e\ufeff\u0001\u{10ffff}",
];

type Ask = (method: DescMethod, body: Uint8Array) => Promise<{ reason: string; told: string }>;

async function open() {
  const opened = await openEngineServer(({ tenant }) => ({
    authenticate: async () => tenant.caller("human", "all-roles", roles),
  }));
  const session = connectHttp2(opened.url);
  onTestFinished(() => session.destroy());
  const ask: Ask = async (method, body) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    const answer = await callRaw(session, path, framed(body));
    const detail = errorDetailOf(answer);
    const status = answer.metadata["grpc-status"] ?? "none";
    const facts = detail ? JSON.stringify(toJson(ErrorDetailSchema, detail)) : "";
    const told = `${answer.metadata["grpc-message"]} ${facts}`;
    return { reason: detail ? (names.get(detail.reason) ?? "") : status === "0" ? "ok" : `no detail: ${status}`, told };
  };
  return { ...opened, ask };
}

const names = new Map(Object.entries(ErrorReason).map(([name, number]) => [number as ErrorReason, name]));
const served = servedMethods();
const asked = methods.filter((method) => served.has(shortName(method)));

/** Words that would reveal the inside: Postgres, its statements, errors of Node. Cron expressions have columns, too. */
const telling = /postgres|syntax|column(?!(?:%20| )\d)|relation|constraint|at \/|node:|\.ts:|invalid byte|SQLSTATE/i;

async function each(ask: Ask, value: string, alter: (body: Buffer) => Buffer = (body) => body) {
  const faults: string[] = [];
  /** With the methods that gave them. */
  const reasons = new Map<string, Set<string>>();
  for (const method of asked) {
    for (const fields of textsOf(method.input)) {
      const path = `${shortName(method)} ${fields.map(({ name }) => name).join(".")}`;
      const message = fromJson(method.input, requestWith(beside[shortName(method)] ?? {}, fields, value) as JsonValue);
      const { reason, told } = await ask(method, alter(Buffer.from(toBinary(method.input, message))));
      if (/INTERNAL|UNKNOWN|UNSPECIFIED|no detail/.test(reason)) faults.push(`${path}: ${reason} ${told}`);
      if (telling.test(told.replaceAll(JSON.stringify(value).slice(1, -1), "").replaceAll(value, ""))) {
        faults.push(`${path} tells: ${told}`);
      }
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(shortName(method)));
    }
  }
  return { faults, reasons };
}

test("NUL is refused in every string", { timeout: timeoutMs }, async () => {
  const { ask, endpoint } = await open();
  const { faults, reasons } = await each(ask, "a\0b");
  expect(faults).toEqual([]);
  const taken = [...(reasons.get("ok") ?? [])];
  expect(taken.filter((name) => !itemwise.includes(name))).toEqual([]);
  expect(endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});

/** These refuse item by item, or frame by frame, and the call itself succeeds. */
const itemwise = ["TaskService.CreateTasks", "LeaseService.CompleteTasks", "WorkerService.Work"];

test("bytes that are not UTF-8 are refused in every string", { timeout: timeoutMs }, async () => {
  const { ask, endpoint } = await open();
  const { faults, reasons } = await each(ask, placeholder, (body) => {
    const text = Buffer.from(placeholder);
    for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text)) brokenBytes.copy(body, at);
    return body;
  });
  expect(faults).toEqual([]);
  expect([...reasons.keys()]).toEqual(["INVALID_ARGUMENT"]);
  expect(endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});

test.each(metacharacters)("%j is a string like any other", { timeout: timeoutMs }, async (text) => {
  const { ask, endpoint } = await open();
  expect((await each(ask, text)).faults).toEqual([]);
  expect(endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});

test("half of a surrogate pair in JSON is refused in every string", { timeout: timeoutMs }, async () => {
  const { url, endpoint } = await open();
  const faults: string[] = [];
  for (const method of asked.filter(({ methodKind }) => methodKind === "unary")) {
    for (const fields of textsOf(method.input)) {
      const request = JSON.stringify(requestWith(beside[shortName(method)] ?? {}, fields, "a\ud800b"));
      const response = await fetch(`${url}/${method.parent.typeName}/${method.name}`, {
        method: "POST",
        headers: { ...bearer("any").headers, "content-type": "application/json" },
        body: request,
      });
      const { code = "ok", message = "" } = (await response.json()) as { code?: string; message?: string };
      if (code !== "invalid_argument" || telling.test(message))
        faults.push(`${shortName(method)} ${request}: ${message}`);
    }
  }
  expect(faults).toEqual([]);
  expect(endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});
