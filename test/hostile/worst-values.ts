// The worst values that protobuf's wire can carry, for every field of a message: found by its descriptor, so a new
// field is tried without a line here.
import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";

/** The way to a field: through messages, lists and maps of them. */
export type Way = readonly DescField[];

const depthMax = 4;

/** Every field of a message and of the messages within, whole messages included. */
export function* waysOf(schema: DescMessage, above: Way = []): Iterable<Way> {
  for (const field of schema.fields) {
    const way = [...above, field];
    yield way;
    const inner = field.message;
    if (inner && !inner.typeName.startsWith("google.") && above.length < depthMax) yield* waysOf(inner, way);
  }
}

export function wayText(way: Way): string {
  return way.map(({ name }) => name).join(".");
}

const deep = 20_000;
const texts = [
  "",
  "a\0b",
  "\u202e\u200f\ufeffabc\u2028",
  "\ufffd\u{10ffff}\u{1f600}",
  "'; drop table task; --",
  "__proto__",
  `${"é".repeat(127)}x`, // 255 bytes, 128 characters
  "\u{1f600}".repeat(64), // 256 bytes
  "x".repeat(70_000),
  "{",
  '{"a":1,"a":2}',
  '{"a":1e999,"b":12345678901234567890,"c":"\\ud800","__proto__":{"x":1}}',
  "[".repeat(deep) + "]".repeat(deep),
  "[".repeat(100) + "]".repeat(100),
  "1e400",
];
const timestamps = [
  [0n, -1],
  [2_000_000_000n, -1],
  [2_000_000_000n, 1_000_000_000],
  [-62_135_596_801n, 0],
  [-62_135_596_800n, 0],
  [253_402_300_799n, 999_999_999],
  [253_402_300_800n, 0],
  [2n ** 63n - 1n, 2 ** 31 - 1],
  [-(2n ** 63n), -(2 ** 31)],
] as const;
const durations = [
  [1n, -1],
  [-1n, 1],
  [0n, 1_500_000_000],
  [0n, -1],
  [50n, 0],
  [50n, 1],
  [2_592_000n, 0],
  [315_360_000n, 0],
  [315_576_000_000n, 999_999_999],
  [315_576_000_001n, 0],
  [2n ** 63n - 1n, 2 ** 31 - 1],
  [-(2n ** 63n), -(2 ** 31)],
] as const;
const int32s = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31)];
const int64s = [0n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const doubles = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, 1.7976931348623157e308];
const enums = [0, -1, 99, 2 ** 31 - 1, -(2 ** 31)];
const bytes = [new Uint8Array(0), Uint8Array.of(0, 0xff, 0xed, 0xa0, 0x80), new Uint8Array(300_000).fill(0xff)];
const mapKeys = ["live_tasks_max", "__proto__", "", "a\0b", "\u202e\u{10ffff}", "x".repeat(256)];

function worstOf(field: DescField): readonly unknown[] {
  const { message } = field;
  if (message?.typeName === "google.protobuf.Timestamp" || message?.typeName === "google.protobuf.Duration") {
    const pairs = message.name === "Timestamp" ? timestamps : durations;
    return pairs.map(([seconds, nanos]) => create(message, { seconds, nanos } as never));
  }
  if (message !== undefined) return [create(message)];
  if (field.enum !== undefined) return enums;
  switch (field.scalar) {
    case ScalarType.STRING:
      return texts;
    case ScalarType.BYTES:
      return bytes;
    case ScalarType.BOOL:
      return [true];
    case ScalarType.DOUBLE:
      return doubles;
    case ScalarType.INT64:
      return int64s;
    default:
      return int32s;
  }
}

/** The worst values of a field as they stand in a message: one in a list, one under each key of a map. */
export function worstValues(field: DescField): readonly unknown[] {
  const single = worstOf(field);
  if (field.fieldKind === "list") return [...single.map((value) => [value]), [single[0], single[0]]];
  if (field.fieldKind === "map") {
    const [usual] = single;
    return [
      ...mapKeys.map((key) => ownEntry(key, usual)),
      ...single.map((value) => ownEntry(mapKeys[0] as string, value)),
    ];
  }
  return single;
}

/** As the library keeps maps: `__proto__` is a key like any other. */
function ownEntry(key: string, value: unknown): object {
  return Object.defineProperty({}, key, { value, enumerable: true, writable: true, configurable: true });
}

type Fields = Record<string, unknown>;

/** Sets a field within a message; what is on the way to it is made where it is missing. */
export function setAt(message: Message, [field, ...rest]: Way, value: unknown): void {
  if (field === undefined) return;
  const fields = message as unknown as Fields;
  if (rest.length === 0) {
    put(fields, field, value);
    return;
  }
  const inner = innerOf(fields, field) ?? create(field.message as DescMessage);
  setAt(inner, rest, value);
  put(fields, field, field.fieldKind === "list" ? [inner] : inner);
}

function put(fields: Fields, field: DescField, value: unknown): void {
  if (field.oneof) fields[field.oneof.localName] = { case: field.localName, value };
  else fields[field.localName] = value;
}

function innerOf(fields: Fields, field: DescField): Message | undefined {
  if (field.oneof) {
    const chosen = fields[field.oneof.localName] as { case?: string; value?: Message };
    return chosen.case === field.localName ? chosen.value : undefined;
  }
  const held = fields[field.localName];
  return (field.fieldKind === "list" ? (held as Message[])[0] : held) as Message | undefined;
}
