// Random messages of any type of the contract, near the bounds that it has.
import { create, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";

const DEPTH_MAX = 4;

/**
 * Any message of a type, of which many keep the contract's rules and many do not. Of a message with many fields, hardly
 * any would keep them if most fields were always set.
 */
export function randomMessages(schema: DescMessage, depth = 0): fc.Arbitrary<Message> {
  return fc.oneof(messagesWith(schema, depth, 3), messagesWith(schema, depth, 1 / 5));
}

/** `set`: how many times as often a field is set as it is left out. */
function messagesWith(schema: DescMessage, depth: number, set: number): fc.Arbitrary<Message> {
  const parts = schema.fields.map((field) => {
    const chosen = { weight: Math.max(1, set), arbitrary: valueFor(field, depth) };
    const left = { weight: Math.max(1, 1 / set), arbitrary: fc.constant(undefined) };
    return fc.oneof(chosen, left).map((value) => ({ field, chosen: value }));
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
    if (schema.typeName === "google.protobuf.Timestamp") {
      const seconds = mostly(fc.constant(1_800_000_000n), fc.constantFrom(-62_135_596_801n, 0n, 253_402_300_800n));
      const nanos = mostly(fc.constant(0), fc.constantFrom(-1, 999_999_999, 1_000_000_000));
      return fc.tuple(seconds, nanos).map(([s, n]) => made(schema, { seconds: s, nanos: n }));
    }
    if (schema.typeName.startsWith("google.protobuf.")) return fc.constant({ schema, message: create(schema) });
    return randomMessages(schema, depth + 1).map((message) => ({ schema, message }));
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
