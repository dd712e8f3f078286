// Answers in JSON that cannot fail. Messages are stored in protobuf's binary form, which carries times that its JSON
// has no text for. Requests that hold one are refused; times that were stored before that are shown as the nearest
// that JSON has. Binary answers show them as they were stored.
import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { isDuration, isTimestamp, nearestDuration, nearestTimestamp } from "./times.ts";

/** The message itself, with what JSON has no text for replaced in place. */
export function readable<M extends Message>(schema: DescMessage, message: M): M {
  for (const mend of mendersOf(schema)) mend(message as unknown as Fields);
  return message;
}

type Fields = Record<string, unknown>;
type Mender = (message: Fields) => void;

const menders = new WeakMap<DescMessage, readonly Mender[]>();

/** One for each field that may hold a time, directly or within. */
function mendersOf(schema: DescMessage): readonly Mender[] {
  const known = menders.get(schema);
  if (known !== undefined) return known;
  const made: Mender[] = [];
  menders.set(schema, made); // before its fields: a message may contain itself
  for (const field of schema.fields) if (field.message && holdsTimes(field.message)) made.push(menderOf(field));
  return made;
}

function menderOf(field: DescField): Mender {
  const name = field.localName;
  const mended = valueMender(field.message as DescMessage);
  if (field.oneof !== undefined) {
    const oneofName = field.oneof.localName;
    return (message) => {
      const chosen = message[oneofName] as { case?: string; value?: unknown };
      if (chosen.case === name) chosen.value = mended(chosen.value);
    };
  }
  if (field.fieldKind === "message") {
    return (message) => {
      if (message[name] !== undefined) message[name] = mended(message[name]);
    };
  }
  return (message) => {
    const values = message[name] as Fields; // a list, or a map
    for (const key in values) values[key] = mended(values[key]);
  };
}

function valueMender(schema: DescMessage): (value: unknown) => unknown {
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
