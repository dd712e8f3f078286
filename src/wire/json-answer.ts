// Answers in JSON that cannot fail. Messages are stored in protobuf's binary form, which carries times that its JSON
// has no text for. Requests that hold one are refused; times that were stored before that are shown as the nearest
// that JSON has. Binary answers show them as they were stored.
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { isDuration, isTimestamp, nearestDuration, nearestTimestamp } from "./times.ts";

/** The message itself, with what JSON has no text for replaced in place. */
export function readable<M extends Message>(schema: DescMessage, message: M): M {
  for (const clamp of clampersOf(schema)) clamp(message as unknown as Fields);
  return message;
}

type Fields = Record<string, unknown>;
type Clamper = (message: Fields) => void;

const clampers = new WeakMap<DescMessage, readonly Clamper[]>();

/** One for each field that may hold a time, directly or within. */
function clampersOf(schema: DescMessage): readonly Clamper[] {
  const known = clampers.get(schema);
  if (known !== undefined) return known;
  const made: Clamper[] = [];
  clampers.set(schema, made); // before its fields: a message may contain itself
  for (const field of schema.fields) if (field.message && holdsTimes(field.message)) made.push(clamperOf(field));
  return made;
}

function clamperOf(field: DescField): Clamper {
  const name = field.localName;
  const clamped = valueClamper(field.message as DescMessage);
  if (field.oneof !== undefined) {
    const oneofName = field.oneof.localName;
    return (message) => {
      const chosen = message[oneofName] as { case?: string; value?: unknown };
      if (chosen.case === name) chosen.value = clamped(chosen.value);
    };
  }
  if (field.fieldKind === "message") {
    return (message) => {
      if (message[name] !== undefined) message[name] = clamped(message[name]);
    };
  }
  return (message) => {
    const values = message[name] as Fields; // a list, or a map
    for (const key in values) values[key] = clamped(values[key]);
  };
}

function valueClamper(schema: DescMessage): (value: unknown) => unknown {
  if (schema.typeName === "google.protobuf.Timestamp") {
    return (value) => (isTimestamp(value as Timestamp) ? value : nearestTimestamp(value as Timestamp));
  }
  if (schema.typeName === "google.protobuf.Duration") {
    return (value) => (isDuration(value as Duration) ? value : nearestDuration(value as Duration));
  }
  return (value) => readable(schema, value as Message);
}

const timeTypes = new Set(["google.protobuf.Timestamp", "google.protobuf.Duration"]);

function holdsTimes(schema: DescMessage, above: ReadonlySet<DescMessage> = new Set()): boolean {
  if (timeTypes.has(schema.typeName)) return true;
  if (above.has(schema)) return false;
  const here = new Set([...above, schema]);
  return schema.fields.some(({ message }) => message !== undefined && holdsTimes(message, here));
}
