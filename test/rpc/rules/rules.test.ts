// The compiled rules and protovalidate say the same about every message; what the rules do not know they refuse.
import {
  create,
  createFileRegistry,
  type DescMessage,
  getOption,
  type Message,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import { FieldOptionsSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import {
  CompleteTaskRequestSchema,
  LeaseService,
  ReportProgressRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { AppendReceiptRequestSchema, ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { CreateTaskRequestSchema, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService, WorkRequestSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import {
  FieldRulesSchema,
  field as fieldOption,
  file_buf_validate_validate,
} from "../../../gen/typescript/buf/validate/validate_pb.ts";
import { violationsMax } from "../../../src/core/refusal.ts";
import { createRules } from "../../../src/rpc/rules/rules.ts";
import { pathText } from "../../../src/wire/field-path.ts";
import { randomMessages } from "../random-messages.ts";

const services = [
  AdminService,
  LeaseService,
  MachineService,
  NodeService,
  ObligationService,
  ReceiptService,
  ScheduleService,
  SignalService,
  SystemService,
  TaskService,
  WorkerService,
];
const inputs = services.flatMap((service) => service.methods.map(({ input }) => input));
const validator = createValidator();
const rules = createRules();

/** Every path and rule, in no order. */
function ours(schema: DescMessage, message: Message): string[] {
  const broken = rules.check(schema, message);
  expect(broken?.omitted ?? 0).toBe(0);
  return (broken?.violations ?? []).map(({ field, rule }) => `${field} ${rule}`).sort();
}

/** Rules that hold for every value without being written in the contract; protovalidate does not have them. */
const unwritten = /\.(no_nul|well_formed|json|json_depth)$/;

function theirs(schema: DescMessage, message: Message): string[] {
  const result = validator.validate(schema, message);
  if (result.kind === "error") throw result.error;
  if (result.kind === "valid") return [];
  return result.violations.map(({ field, ruleId }) => `${pathOf(field)} ${ruleId}`).sort();
}

function pathOf(path: readonly { readonly kind: string }[]): string {
  const parts = path as readonly { kind: string; name: string; index: number; key: unknown }[];
  return pathText(
    parts.map((part) => {
      if (part.kind === "list_sub") return part.index;
      return part.kind === "map_sub" ? { key: String(part.key) } : part.name;
    }),
  );
}

test.each(inputs.map((schema) => [schema.name, schema] as const))(
  "%s is judged as protovalidate judges it",
  (_name, schema) => {
    fc.assert(
      fc.property(randomMessages(schema), (message) => {
        const expected = theirs(schema, message);
        fc.pre(expected.length <= violationsMax);
        fc.pre((rules.check(schema, message)?.omitted ?? 0) === 0);
        expect(ours(schema, message).filter((one) => !unwritten.test(one))).toEqual(expected);
      }),
    );
  },
);

test("the messages of that comparison break rules often, and not always", () => {
  const drawn = fc.sample(randomMessages(CreateTaskRequestSchema), 400);
  const broken = drawn.filter((message) => theirs(CreateTaskRequestSchema, message).length > 0);
  expect(broken.length).toBeGreaterThan(100);
  expect(broken.length).toBeLessThan(drawn.length);
});

test("U+0000 is refused wherever text stands", () => {
  const message = create(CreateTaskRequestSchema, {
    type: "a\0",
    payload: { content: { case: "json", value: '"\0"' }, mediaType: "\0" },
    labels: { "k\0": "v", k: "v\0" },
    requirements: { capabilities: ["ok", "\0"] },
  });
  expect(ours(CreateTaskRequestSchema, message)).toEqual([
    'labels["k"] string.no_nul',
    'labels["k\\u0000"] string.no_nul',
    "payload.json string.json",
    "payload.json string.no_nul",
    "payload.media_type string.no_nul",
    "requirements.capabilities[1] string.no_nul",
    "type string.no_nul",
  ]);
});

/** As a client without any checks would send it. */
function brokenBy(init: MessageInitShape<typeof CreateTaskRequestSchema>): string[] {
  return ours(CreateTaskRequestSchema, create(CreateTaskRequestSchema, { type: "t", ...init }));
}

const timestampFaults = [
  { seconds: 0n, nanos: -1 },
  { seconds: 0n, nanos: 1_000_000_000 },
  { seconds: -62_135_596_801n, nanos: 999_999_999 },
  { seconds: 253_402_300_800n, nanos: 0 },
  { seconds: 2n ** 63n - 1n, nanos: 0 },
  { seconds: -(2n ** 63n), nanos: 0 },
];

test("a timestamp that no calendar has is refused, in a field of its own and further within", () => {
  for (const at of timestampFaults) {
    expect(brokenBy({ deadline: at, notBefore: at })).toEqual([
      "deadline timestamp.well_formed",
      "not_before timestamp.well_formed",
    ]);
    const proof = { mode: DeliveryMode.PUSH, target: "t", status: DeliveryStatus.SUCCEEDED, at };
    const complete = create(CompleteTaskRequestSchema, { leaseToken: "l", deliveryProof: proof });
    expect(ours(CompleteTaskRequestSchema, complete)).toEqual(["delivery_proof.at timestamp.well_formed"]);
  }
  const first = { seconds: -62_135_596_800n, nanos: 0 };
  const last = { seconds: 253_402_300_799n, nanos: 999_999_999 };
  expect(brokenBy({ notBefore: first, deadline: last })).toEqual([]);
});

test("a duration of two signs, of too many nanos or of more than ten thousand years is refused", () => {
  const within = (duration: { seconds: bigint; nanos: number }) => {
    const drain = create(WorkRequestSchema, { drain: { within: duration } });
    return ours(WorkRequestSchema, drain);
  };
  for (const [seconds, nanos] of [
    [1n, -1],
    [-1n, 1],
    [0n, 1_000_000_000],
    [0n, -1_000_000_000],
    [315_576_000_001n, 0],
    [-315_576_000_001n, 0],
    [2n ** 63n - 1n, 2 ** 31 - 1],
  ] as const) {
    expect(within({ seconds, nanos })).toContain("drain.within duration.well_formed");
  }
  expect(within({ seconds: 0n, nanos: 999_999_999 })).toEqual([]);
  expect(within({ seconds: 315_576_000_000n, nanos: 0 })).toEqual([]);
});

test("half of a surrogate pair is refused in texts, lists and keys of maps", () => {
  expect(
    brokenBy({ queue: "a\ud800", labels: { "\udc00": "x\ud83d" }, requirements: { capabilities: ["\ude00"] } }),
  ).toEqual([
    'labels["\\udc00"] string.well_formed',
    'labels["\\udc00"] string.well_formed',
    "queue string.well_formed",
    "requirements.capabilities[0] string.well_formed",
  ]);
  expect(brokenBy({ queue: "\u{1f600}" })).toEqual([]);
});

test("a string that is to hold JSON holds one document, not too deep, wherever it stands", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const payload = (value: string) => brokenBy({ payload: { content: { case: "json", value } } });
  for (const text of ["", "{", "{}{}", "nul", "'a'", '{"a":1,}', "\ufeff1", `"${"x".repeat(500)}`]) {
    expect(payload(text)).toEqual(["payload.json string.json"]);
  }
  expect(payload(nested(101))).toEqual(["payload.json string.json_depth"]);
  expect(payload(nested(100_000))).toEqual(["payload.json string.json_depth"]);
  expect(payload(`{"a":${nested(100)}}`)).toEqual(["payload.json string.json_depth"]);
  for (const text of [
    nested(100),
    `[${"[],".repeat(5_000)}[]]`,
    `"${"[".repeat(500)}\\""`,
    `["\\\\",${nested(99)}]`,
    " 1 ",
  ]) {
    expect(payload(text)).toEqual([]);
  }
  const progress = (detail: string) => {
    return ours(
      ReportProgressRequestSchema,
      create(ReportProgressRequestSchema, { leaseToken: "l", progress: { detail } }),
    );
  };
  expect(progress("{")).toEqual(["progress.detail string.json"]);
  expect(progress("")).toEqual([]);
  const anomaly = { type: ReceiptType.SYSTEM_ANOMALY, anomaly: { details: "{" } };
  expect(ours(AppendReceiptRequestSchema, create(AppendReceiptRequestSchema, anomaly))).toEqual([
    "anomaly.details string.json",
  ]);
});

test("every enum in a request takes only values that the contract defines", () => {
  const enums = new Set<string>();
  const walk = (schema: DescMessage, path: readonly string[]) => {
    for (const field of schema.fields) {
      const at = [...path, field.name];
      if (field.message && !path.includes(field.name)) walk(field.message, at);
      if (!field.enum) continue;
      const { type } = getOption(field, fieldOption);
      const rule = type.case === "repeated" ? type.value.items?.type : type;
      if (!(rule?.case === "enum" && rule.value.definedOnly)) enums.add(`${schema.typeName}.${field.name}`);
    }
  };
  for (const schema of inputs) walk(schema, []);
  expect([...enums]).toEqual([]);
});

test("what is broken a thousand times is told twenty times and counted", () => {
  const capabilities = Array.from({ length: 1_000 }, () => "");
  const message = create(CreateTaskRequestSchema, { type: "t", requirements: { capabilities } });
  const broken = rules.check(CreateTaskRequestSchema, message);
  expect(broken?.violations).toHaveLength(violationsMax);
  expect(broken?.omitted).toBe(1_000 + 2 - violationsMax); // too many and not unique besides
});

test("a caller's long key does not make a long answer", () => {
  const message = create(CreateTaskRequestSchema, { type: "t", labels: { ["k".repeat(100_000)]: "v" } });
  expect(rules.check(CreateTaskRequestSchema, message)?.violations[0]?.field.length).toBeLessThan(200);
});

test.each([
  ["a rule of strings", { case: "string", value: { prefix: "x" } }, "StringRules.prefix"],
  [
    "another well-known form",
    { case: "string", value: { wellKnown: { case: "email", value: true } } },
    "StringRules.email",
  ],
  ["rules of another type", { case: "int32", value: { greaterThan: { case: "gte", value: 1 } } }, "another type"],
] as const)("%s that is not known does not let the rules be built", (_name, type, expected) => {
  expect(() => createRules().prepare(withRule({ type }))).toThrow(expected);
});

test("a CEL expression does not let the rules be built", () => {
  expect(() => createRules().prepare(withRule({ cel: [{ id: "x", expression: "true" }] }))).toThrow("FieldRules.cel");
});

/** `message M { string text = 1 [(buf.validate.field) = …]; }` */
function withRule(init: MessageInitShape<typeof FieldRulesSchema>): DescMessage {
  const options = create(FieldOptionsSchema);
  setExtension(options, fieldOption, create(FieldRulesSchema, init));
  const field = { name: "text", number: 1, type: 9, label: 1, options };
  const file = create(FileDescriptorProtoSchema, {
    name: "made.proto",
    package: "made",
    syntax: "proto3",
    dependency: ["buf/validate/validate.proto"],
    messageType: [{ name: "M", field: [field] }],
  });
  const schema = createFileRegistry(file, (name) =>
    name.startsWith("buf/") ? file_buf_validate_validate : undefined,
  ).getMessage("made.M");
  if (schema === undefined) throw new Error("the descriptor is broken");
  return schema;
}
