// Requests in JSON, in every protocol that carries them: what the contract does not know is refused by name, and never
// skipped. In protobuf's binary form unknown fields are skipped, as protobuf has it.
import { connect } from "node:http2";
import { gzipSync } from "node:zlib";
import { create, fromBinary, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorDetailSchema } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { CreateTaskRequestSchema, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { errorDetailOf } from "../../hostile/status-details.ts";
import { callRaw, framed } from "../raw-grpc.ts";
import { authorization, openTestServer, type TestServer } from "../test-server.ts";

let endpoint: TestServer;
const taken: unknown[] = [];

beforeAll(async () => {
  endpoint = await openTestServer({
    services(router) {
      router.service(TaskService, {
        createTask(request) {
          taken.push(request);
          return {};
        },
        listTasks(request) {
          taken.push(request);
          return {};
        },
      });
      router.service(LeaseService, {
        async *keepLeases(requests) {
          for await (const { sequence } of requests) yield { sequence };
        },
      });
    },
  });
});
afterAll(() => endpoint.server.close({ graceMs: 0 }));

const createPath = "/asyncgate.v1.TaskService/CreateTask";
const listPath = "/asyncgate.v1.TaskService/ListTasks";

type Refused = { readonly reason: number; readonly fields: readonly string[]; readonly message: string };

function refusalIn(json: JsonObject): Refused {
  const [detail] = json["details"] as { value: string }[];
  const { reason, facts, callId } = fromBinary(ErrorDetailSchema, Buffer.from(detail?.value ?? "", "base64"));
  expect(callId).toMatch(/^call-/);
  const fields = facts.case === "violations" ? facts.value.violations.map(({ field }) => field) : [];
  return { reason, fields, message: json["message"] as string };
}

async function post(path: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(`${endpoint.url}${path}`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: body as string,
  });
  return { status: response.status, json: (await response.json()) as JsonObject };
}

const misspelt = JSON.stringify({ type: "t", max_atempts: 1, retry: { jiter: 1 }, obligated: { kind: "HUMAN" } });
const misspeltFields = ["max_atempts", "retry.jiter", "obligated.kind"];

describe("Connect", () => {
  test("all that a request has and the contract does not know is named at once, with what may be meant", async () => {
    const { status, json } = await post(createPath, misspelt);
    expect(status).toBe(400);
    const { fields, message } = refusalIn(json);
    expect(fields).toEqual(misspeltFields);
    expect(message).toContain("max_atempts is no field of CreateTaskRequest (did you mean max_attempts?)");
    expect(taken).toEqual([]);
  });

  test("a filter with an unknown value lists nothing", async () => {
    const { status, json } = await post(listPath, '{"states":["TASK_STATE_RUNING"]}');
    expect(status).toBe(400);
    expect(refusalIn(json)).toMatchObject({ fields: ["states[0]"] });
    expect(json["message"]).toContain("TASK_STATE_RUNNING");
    expect(taken).toEqual([]);
  });

  test("a compressed request is read as strictly", async () => {
    const { status, json } = await post(createPath, gzipSync(misspelt), { "content-encoding": "gzip" });
    expect(status).toBe(400);
    expect(refusalIn(json).fields).toEqual(misspeltFields);
  });

  test("so is a GET, plain and in base64", async () => {
    const message = '{"pageSizes":1}';
    for (const query of [
      `message=${encodeURIComponent(message)}`,
      `base64=1&message=${Buffer.from(message).toString("base64url")}`,
    ]) {
      const response = await fetch(`${endpoint.url}${listPath}?connect=v1&encoding=json&${query}`, {
        headers: { authorization },
      });
      expect(response.status).toBe(400);
      const { fields, message: told } = refusalIn((await response.json()) as JsonObject);
      expect(fields).toEqual(["pageSizes"]);
      expect(told).toContain("did you mean pageSize?");
    }
  });

  test("a request without a credential is told that, and nothing about its fields", async () => {
    const { status, json } = await post(createPath, misspelt, { authorization: "Bearer none" });
    expect(status).toBe(401);
    expect(JSON.stringify(json)).not.toContain("atempts");
  });

  test("a message of a stream is read as strictly", async () => {
    const frames = Buffer.concat(['{"sequence":"1"}', '{"sequense":"2"}'].map((text) => framed(Buffer.from(text))));
    const session = connect(endpoint.url);
    const headers = { "content-type": "application/connect+json" };
    const { body: answer } = await callRaw(session, "/asyncgate.v1.LeaseService/KeepLeases", frames, headers);
    session.close();
    const first = answer.subarray(5, 5 + answer.readUInt32BE(1));
    expect(JSON.parse(first.toString())).toEqual({ sequence: "1" });
    const end = JSON.parse(answer.subarray(first.length + 10).toString()) as { error: JsonObject };
    expect(refusalIn(end.error)).toMatchObject({ fields: ["sequense"] });
  });

  test("bytes that are not UTF-8, keys that are given twice and text that is no JSON are refused", async () => {
    for (const [body, told] of [
      [Buffer.from([...Buffer.from('{"type":"a'), 0xff, ...Buffer.from('b"}')]), "not UTF-8"],
      [Buffer.from([...Buffer.from('{"type":"a'), 0xed, 0xa0, 0x80, ...Buffer.from('b"}')]), "not UTF-8"],
      ['{"type":"a","type":"b"}', 'duplicate object key "type"'],
      ['{"type":"a","labels":{"a":"1","\\u0061":"2"}}', 'duplicate object key "a"'],
      ['{"type":"a"', "JSON"],
      ["", "JSON"],
      ['{"type":"\\ud800"}', "type must not contain half of a surrogate pair"],
      ["[".repeat(100_000), "JSON"],
    ] as const) {
      const { status, json } = await post(createPath, body);
      expect(status, told).toBe(400);
      expect(refusalIn(json).message).toContain(told);
    }
    expect(taken).toEqual([]);
  });

  test("what the contract knows is taken, in both spellings, with a byte order mark and null for nothing", async () => {
    taken.length = 0;
    const { status } = await post(createPath, '\ufeff{"type":"\\u00e9 \ufffd","max_attempts":2,"payload":null}');
    expect(status).toBe(200);
    await post(createPath, '{"type":"t","maxAttempts":"2","labels":{"__proto__":"x"}}');
    expect(taken).toMatchObject([
      { type: "é \ufffd", maxAttempts: 2 },
      { type: "t", maxAttempts: 2 },
    ]);
    expect(Object.entries((taken[1] as { labels: object }).labels)).toEqual([["__proto__", "x"]]);
  });
});

describe("gRPC", () => {
  test("JSON is read as strictly, in gRPC and in gRPC-Web", async () => {
    const session = connect(endpoint.url);
    for (const contentType of ["application/grpc+json", "application/grpc-web+json"]) {
      const answer = await callRaw(session, createPath, framed(Buffer.from(misspelt)), { "content-type": contentType });
      const status = contentType.includes("web") ? answer.body.toString() : answer.metadata["grpc-message"];
      expect(status).toContain("max_atempts");
      if (contentType.includes("web")) continue;
      const { facts } = errorDetailOf(answer) ?? {};
      if (facts?.case !== "violations") throw new Error("it names no fields");
      expect(facts.value.violations.map(({ field }) => field)).toEqual(misspeltFields);
    }
    session.close();
  });

  test("unknown fields in protobuf's binary form are skipped", async () => {
    taken.length = 0;
    const session = connect(endpoint.url);
    const unknown = Buffer.from("f8ff7f05", "hex"); // a number in a field that no message has
    const request = toBinary(CreateTaskRequestSchema, create(CreateTaskRequestSchema, { type: "t" }));
    const answer = await callRaw(session, createPath, framed(Buffer.concat([request, unknown])));
    expect(answer.metadata["grpc-status"]).toBe("0");
    expect(taken).toHaveLength(1);
    session.close();
  });
});
