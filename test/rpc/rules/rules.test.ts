// The compiled rules and protovalidate say the same about every message; what the rules do not know they refuse.
import {
  create,
  createFileRegistry,
  type DescMessage,
  type Message,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import { FieldOptionsSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { CreateTaskRequestSchema, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import {
  FieldRulesSchema,
  field as fieldOption,
  file_buf_validate_validate,
} from "../../../gen/typescript/buf/validate/validate_pb.ts";
import { createRules, VIOLATIONS_MAX } from "../../../src/rpc/rules/rules.ts";
import { pathText } from "../../../src/rpc/rules/value-checks.ts";
import { randomMessages } from "../random-messages.ts";

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
      fc.property(randomMessages(schema), (message) => {
        const expected = theirs(schema, message);
        fc.pre(expected.length <= VIOLATIONS_MAX);
        expect(ours(schema, message)).toEqual(expected);
      }),
    );
  },
);

test("the messages of that comparison break rules often, and not always", () => {
  const drawn = fc.sample(randomMessages(CreateTaskRequestSchema), 400);
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
