// The compiled rules and protovalidate say the same about every message; what the rules do not know they refuse.
import {
  create,
  createFileRegistry,
  type DescMessage,
  type Message,
  type MessageInitShape,
  ScalarType,
  setExtension,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { FieldOptionsSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AdminService } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { CreateTaskRequestSchema, TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import {
  FieldRulesSchema,
  field as fieldOption,
  file_buf_validate_validate,
} from "../../gen/typescript/buf/validate/validate_pb.ts";
import { createRules, VIOLATIONS_MAX } from "../../src/rpc/rules.ts";
import { pathText } from "../../src/rpc/value-checks.ts";

const services = [
  AdminService,
  LeaseService,
  ObligationService,
  ReceiptService,
  SystemService,
  TaskService,
  WorkerService,
];
const inputs = services.flatMap((service) => service.methods.map(({ input }) => input));
const validator = createValidator();
const rules = createRules();

/** Every path and rule, in no order. protovalidate has no rule against U+0000; no text here contains it. */
function ours(schema: DescMessage, message: Message): string[] {
  const broken = rules.check(schema, message);
  expect(broken?.omitted ?? 0).toBe(0);
  return (broken?.violations ?? []).map(({ field, rule }) => `${field} ${rule}`).sort();
}

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
      fc.property(messages(schema, 0), (message) => {
        const expected = theirs(schema, message);
        fc.pre(expected.length <= VIOLATIONS_MAX);
        expect(ours(schema, message)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  },
);

test("the messages of that comparison break rules often, and not always", () => {
  const drawn = fc.sample(messages(CreateTaskRequestSchema, 0), { numRuns: 400, seed: 1 });
  const broken = drawn.filter((message) => theirs(CreateTaskRequestSchema, message).length > 0);
  expect(broken.length).toBeGreaterThan(100);
  expect(broken.length).toBeLessThan(390);
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
    "payload.json string.no_nul",
    "payload.media_type string.no_nul",
    "requirements.capabilities[1] string.no_nul",
    "type string.no_nul",
  ]);
});

test("what is broken a thousand times is told twenty times and counted", () => {
  const capabilities = Array.from({ length: 1_000 }, () => "");
  const message = create(CreateTaskRequestSchema, { type: "t", requirements: { capabilities } });
  const broken = rules.check(CreateTaskRequestSchema, message);
  expect(broken?.violations).toHaveLength(VIOLATIONS_MAX);
  expect(broken?.omitted).toBe(1_000 + 2 - VIOLATIONS_MAX); // too many and not unique besides
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

// --- random messages, near the bounds that the contract has ----------------------------------------------------------

const DEPTH_MAX = 4;

function messages(schema: DescMessage, depth: number): fc.Arbitrary<Message> {
  const parts = schema.fields.map((field) => {
    const value = valueFor(field, depth);
    return fc.option(value, { nil: undefined, freq: 3 }).map((chosen) => ({ field, chosen }));
  });
  return fc.tuple(...parts).map((chosen) => {
    const message = reflect(schema);
    for (const { field, chosen: value } of chosen) {
      if (value === undefined) continue;
      if (field.fieldKind === "list") {
        const list = message.get(field);
        for (const item of value as unknown[]) list.add(asReflected(item));
      } else if (field.fieldKind === "map") {
        const map = message.get(field);
        for (const [key, item] of value as [string, unknown][]) map.set(key, asReflected(item) as never);
      } else message.set(field, asReflected(value) as never);
    }
    return message.message;
  });
}

type Made = { readonly schema: DescMessage; readonly message: Message };

function asReflected(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const { schema, message } = value as Made;
  return reflect(schema, message);
}

function valueFor(field: DescMessage["fields"][number], depth: number): fc.Arbitrary<unknown> {
  const one = singleOf(field, depth);
  if (field.fieldKind === "list" && field.listKind === "message") return fc.array(one, { maxLength: 3 });
  if (field.fieldKind === "list")
    return fc.oneof(fc.array(one, { maxLength: 3 }), fc.array(one, { minLength: 31, maxLength: 34 }));
  if (field.fieldKind === "map") return fc.array(fc.tuple(texts, one), { maxLength: 3 });
  return one;
}

function singleOf(field: DescMessage["fields"][number], depth: number): fc.Arbitrary<unknown> {
  if (field.enum !== undefined) return mostly(fc.constantFrom(1, 2, 3), fc.integer({ min: 0, max: 12 }));
  if (field.message !== undefined) {
    const schema = field.message;
    if (depth >= DEPTH_MAX) return fc.constant({ schema, message: create(schema) });
    if (schema.typeName === "google.protobuf.Duration") {
      const seconds = mostly(
        fc.constant(5n),
        fc.constantFrom(-1n, 0n, 1n, 50n, 51n, 86_400n, 86_401n, 2_592_000n, 315_360_000n),
      );
      return fc.tuple(seconds, fc.constantFrom(0, 1, -1)).map(([s, nanos]) => made(schema, { seconds: s, nanos }));
    }
    if (schema.typeName.startsWith("google.protobuf.")) return fc.constant({ schema, message: create(schema) });
    return messages(schema, depth + 1).map((message) => ({ schema, message }));
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return texts;
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 20 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
      return mostly(
        fc.constant(1),
        fc.constantFrom(Number.NaN, -0.1, 0, 0.5, 1.1, 100, 100.1, Number.POSITIVE_INFINITY),
      );
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return fc.constantFrom(0n, 1n, 10n);
    default:
      return mostly(fc.constant(5), fc.constantFrom(-1, 0, 1, 9, 10, 99, 100, 101, 200, 201, 500, 1_000, 10_001)).map(
        (value) => (field.scalar === ScalarType.UINT32 ? Math.abs(value) : value),
      );
  }
}

function mostly<T>(usual: fc.Arbitrary<T>, edge: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 2, arbitrary: edge });
}

function made(schema: DescMessage, init: Record<string, unknown>): Made {
  return { schema, message: create(schema, init) };
}

const texts = fc.oneof(
  { weight: 6, arbitrary: fc.constant("0190b0f0-0000-7000-8000-000000000001") },
  { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.replaceAll("\0", "x")) },
  fc.constantFrom(
    "",
    "0190b0f0-0000-7000-8000-000000000001",
    "0190B0F0-0000-7000-8000-00000000000A",
    "0190b0f0-0000-7000-8000-00000000000g",
    "a-name",
    "é".repeat(127),
    "é".repeat(128),
    "x".repeat(255),
    "x".repeat(256),
    "\u{1f600}".repeat(64),
    "x".repeat(1_025),
  ),
);
