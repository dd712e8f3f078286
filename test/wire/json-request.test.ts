// What JSON a request may be: everything that the library reads of messages that JSON can carry, and nothing that it
// would skip, round or guess at.
import { create, type DescMessage, fromJson, type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CreateTenantRequestSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  KeepLeasesRequestSchema,
  ReportProgressRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
  ListTasksRequestSchema,
  WatchTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkRequestSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { methods } from "../../src/build/generate-docs-contract.ts";
import { jsonViolations } from "../../src/wire/json-request.ts";
import { times } from "../helpers/random.ts";
import { randomMessages } from "../rpc/random-messages.ts";

const inputs = [...new Set(methods.map(({ input }) => input))];

function faultsOf(schema: DescMessage, json: JsonValue): string[] {
  return (jsonViolations(schema, json)?.violations ?? []).map(({ field, rule }) => `${field} ${rule}`);
}

function describedBy(schema: DescMessage, json: JsonValue): string[] {
  return (jsonViolations(schema, json)?.violations ?? []).map(({ field, description }) => `${field} ${description}`);
}

function reads(schema: DescMessage, json: JsonValue): boolean {
  try {
    fromJson(schema, json);
    return true;
  } catch {
    return false;
  }
}

/** The JSON of any message that has one. */
function jsonOf(schema: DescMessage): fc.Arbitrary<JsonValue> {
  return randomMessages(schema).map((message) => {
    try {
      return toJson(schema, message as never);
    } catch {
      return {};
    }
  });
}

const odd: readonly JsonValue[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e300,
  "",
  "x",
  "1",
  " 1",
  "0x10",
  "1e3",
  "NaN",
  "TASK_STATE_QUEUED",
  "5s",
  "5seconds",
  "2026-02-30T00:00:00Z",
  "2026-02-28T00:00:00Z",
  "2026-01-01T24:00:00Z",
  "AA==",
  "A",
  [],
  [null],
  ["a"],
  {},
  { a: 1 },
];

/** The same with one value in it replaced. */
function altered(json: JsonValue, place: number, value: JsonValue): JsonValue {
  let left = place;
  const walk = (one: JsonValue): JsonValue => {
    left -= 1;
    if (left === 0) return value;
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(json);
}

test("the JSON of every message that has one is taken", () => {
  for (const schema of inputs) {
    fc.assert(
      fc.property(jsonOf(schema), (json) => {
        expect(faultsOf(schema, json)).toEqual([]);
      }),
      { numRuns: times(30) },
    );
  }
});

test("whatever is taken can be read, and whatever cannot be read is named", () => {
  for (const schema of inputs) {
    fc.assert(
      fc.property(jsonOf(schema), fc.nat(12), fc.constantFrom(...odd), (json, place, value) => {
        const other = altered(json, place + 1, value);
        if (faultsOf(schema, other).length === 0) expect(reads(schema, other), JSON.stringify(other)).toBe(true);
      }),
      { numRuns: times(100) },
    );
  }
});

describe("unknown names", () => {
  test("an unknown field is named with the one that is meant, in the spelling that was used", () => {
    expect(describedBy(CreateTaskRequestSchema, { type: "t", max_atempts: 1 })).toEqual([
      "max_atempts is no field of CreateTaskRequest (did you mean max_attempts?)",
    ]);
    expect(describedBy(CreateTaskRequestSchema, { type: "t", maxAtempts: 1 })).toEqual([
      "maxAtempts is no field of CreateTaskRequest (did you mean maxAttempts?)",
    ]);
    expect(describedBy(CreateTaskRequestSchema, { type: "t", retry: { jiter: 1 } })).toEqual([
      "retry.jiter is no field of RetryPolicy (did you mean jitter?)",
    ]);
    expect(describedBy(CreateTasksRequestSchema, { tasks: [{}, { Type: "t", colour: "red" }] })).toEqual([
      "tasks[1].Type is no field of CreateTaskRequest (did you mean type?)",
      "tasks[1].colour is no field of CreateTaskRequest",
    ]);
  });

  test("an unknown enum value is named, with the one that is meant or with all", () => {
    expect(describedBy(ListTasksRequestSchema, { states: ["QUEUED", "TASK_STATE_RUNING", "done", 1.5, {}] })).toEqual([
      expect.stringContaining('states[0] must be a TaskState (did you mean TASK_STATE_QUEUED?), and is "QUEUED"'),
      expect.stringContaining("states[1] must be a TaskState (did you mean TASK_STATE_RUNNING?)"),
      expect.stringContaining("states[2] must be a TaskState (TASK_STATE_QUEUED, TASK_STATE_LEASED, "),
      expect.stringContaining("states[3] must be a TaskState"),
      expect.stringContaining("states[4] must be a TaskState"),
    ]);
  });

  test("names of objects' own are fields like any other", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const json = JSON.parse(`{"type":"t","${name}":{"a":1}}`) as JsonValue;
      expect(faultsOf(CreateTaskRequestSchema, json)).toEqual([`${name} json.unknown_field`]);
    }
    const labels = JSON.parse('{"type":"t","labels":{"__proto__":"a","constructor":"b"}}') as JsonValue;
    expect(faultsOf(CreateTaskRequestSchema, labels)).toEqual([]);
  });

  test("a thousand faults are named twenty times and counted, whatever their names are", () => {
    const json = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${"x".repeat(5_000)}${index}`, 1]));
    const found = jsonViolations(CreateTaskRequestSchema, json);
    expect(found?.violations).toHaveLength(20);
    expect(found?.omitted).toBe(980);
    expect(JSON.stringify(found).length).toBeLessThan(5_000);
  });
});

describe("values", () => {
  const timesOf = (deadline: JsonValue) => faultsOf(CreateTaskRequestSchema, { deadline });

  test("a day that no calendar has is refused", () => {
    for (const bad of [
      ...["2026-02-30T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z"],
      ...["2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z"],
      ...["2026-01-01T00:60:00Z", "2026-01-01T23:59:60Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60"],
      ...["0000-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01"],
      ...["2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.1234567890Z", "", 0],
    ]) {
      expect(timesOf(bad), String(bad)).toEqual(["deadline json.timestamp"]);
    }
    for (const good of [
      ...["2024-02-29T00:00:00Z", "2000-02-29T23:59:59.999999999Z", "0001-01-01T00:00:00Z", "0099-03-01T00:00:00Z"],
      ...["9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59+00:01", "2026-01-01T00:00:00-23:59"],
    ]) {
      expect(timesOf(good), good).toEqual([]);
      expect(reads(CreateTaskRequestSchema, { deadline: good })).toBe(true);
    }
  });

  test("a duration is a number of seconds and nothing after it", () => {
    const ofWait = (wait: JsonValue) => faultsOf(ClaimTasksRequestSchema, { wait });
    for (const bad of [
      "5",
      "5seconds",
      "5 s",
      "1e3s",
      "0x5s",
      ".5s",
      "5.s",
      "1.0000000001s",
      "315576000001s",
      "-s",
      5,
    ]) {
      expect(ofWait(bad), String(bad)).toEqual(["wait json.duration"]);
    }
    for (const good of ["5s", "0s", "-1.5s", "0.000000001s", "315576000000s"]) expect(ofWait(good), good).toEqual([]);
  });

  test("a number of 64 bits is exact, or refused", () => {
    const ofVersion = (afterVersion: JsonValue) => faultsOf(WatchTaskRequestSchema, { afterVersion });
    const rounded = JSON.parse("9007199254740993") as number;
    expect(ofVersion(rounded)).toEqual(["after_version json.int64_as_number"]);
    for (const bad of ["9223372036854775808", "0x10", "1.0", "", " 1", "1_000", 1.5, "-9223372036854775809", true]) {
      expect(ofVersion(bad), String(bad)).toEqual(["after_version json.int64"]);
    }
    for (const good of [0, 2 ** 53 - 1, "9007199254740993", "9223372036854775807", "-1"]) {
      expect(ofVersion(good), String(good)).toEqual([]);
    }
    const limits = { live_tasks_max: rounded, b: "10" };
    expect(faultsOf(CreateTenantRequestSchema, { limits })).toEqual(['limits["live_tasks_max"] json.int64_as_number']);
  });

  test("numbers are decimal and within their bits", () => {
    const ofPriority = (priority: JsonValue) => faultsOf(CreateTaskRequestSchema, { priority });
    for (const bad of ["0x5", "five", "", "5 ", 2 ** 31, -(2 ** 31) - 1, 1.5, true, [1]]) {
      expect(ofPriority(bad), String(bad)).toEqual(["priority json.int32"]);
    }
    for (const good of [5, "5", "5e0", 2 ** 31 - 1]) expect(ofPriority(good), String(good)).toEqual([]);
    const ofPercent = (percent: JsonValue) => faultsOf(ReportProgressRequestSchema, { progress: { percent } });
    for (const bad of [JSON.parse("1e999") as number, "1e999", "0x1", "", "inf", true]) {
      expect(ofPercent(bad), String(bad)).toEqual(["progress.percent json.number"]);
    }
    for (const good of [1.5, "1.5", "NaN", "-Infinity", 1e300]) expect(ofPercent(good), String(good)).toEqual([]);
  });

  test("bytes are base64 of either alphabet", () => {
    const ofData = (data: JsonValue) => faultsOf(CreateTaskRequestSchema, { payload: { data } });
    for (const good of ["", "AA==", "AA", "AAA=", "AAAA", "-_8=", "+/8", "A".repeat(1_400_000)]) {
      expect(ofData(good)).toEqual([]);
      expect(reads(CreateTaskRequestSchema, { payload: { data: good } })).toBe(true);
    }
    for (const bad of ["A", "AAAAA", "AA=", "A===", "=", "AA=A", "AA A", "é", 1, {}]) {
      expect(ofData(bad), String(bad)).toEqual(["payload.data json.bytes"]);
    }
  });

  test("a field is given once, and of a oneof one", () => {
    const twice = { leaseToken: "a", lease_token: "b", result: { json: "1", uri: "x", data: null } };
    expect(faultsOf(CompleteTaskRequestSchema, twice)).toEqual(["lease_token json.duplicate", "result json.oneof"]);
    expect(faultsOf(CreateTaskRequestSchema, { payload: { json: "1", data: null }, deadline: null })).toEqual([]);
  });

  test("objects, arrays and texts are what they are, and hold no null", () => {
    for (const bad of [null, [], "x", 1, true])
      expect(faultsOf(CreateTaskRequestSchema, bad)).toEqual(["request json.object"]);
    const wrong: JsonObject = { type: 1, labels: ["a"], requirements: "x", parentReceipts: {}, obligated: [] };
    expect(faultsOf(CreateTaskRequestSchema, wrong)).toEqual([
      "type json.string",
      "labels json.object",
      "requirements json.object",
      "parent_receipts json.array",
      "obligated json.object",
    ]);
    expect(faultsOf(CreateTaskRequestSchema, { parentReceipts: [null], labels: { a: null } })).toEqual([
      "parent_receipts[0] json.null",
      'labels["a"] json.null',
    ]);
    expect(faultsOf(ReportProgressRequestSchema, { receipted: "true" })).toEqual(["receipted json.bool"]);
    expect(faultsOf(WorkRequestSchema, { completes: [{ artifacts: [{ metadata: { a: 1 } }] }] })).toEqual([
      'completes[0].artifacts[0].metadata["a"] json.string',
    ]);
    expect(faultsOf(KeepLeasesRequestSchema, { keep: { leaseTokens: ["a", 2] } })).toEqual([
      "keep.lease_tokens[1] json.string",
    ]);
  });
});

test("the library alone would take much of that, which is why it is checked before", () => {
  const lax: readonly (readonly [DescMessage, JsonValue])[] = [
    [CreateTaskRequestSchema, { deadline: "2026-02-30T00:00:00Z" }],
    [CreateTaskRequestSchema, { priority: "0x5" }],
    [ClaimTasksRequestSchema, { wait: "5seconds" }],
  ];
  for (const [schema, json] of lax) {
    expect(reads(schema, json), JSON.stringify(json)).toBe(true);
    expect(faultsOf(schema, json)).toHaveLength(1);
  }
  expect(create(CreateTaskRequestSchema).type).toBe("");
});
