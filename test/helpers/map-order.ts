// Messages with the entries of their maps in another order, at every depth: as another client would send them.
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";

export type Order = <Value>(entries: [string, Value][]) => [string, Value][];

export const sorted: Order = (entries) => entries.sort(([one], [other]) => (one < other ? -1 : 1));
export const reversed: Order = (entries) => entries.reverse();

/** Whether a message of this type can hold a map, at any depth. */
export function mayHoldMap(schema: DescMessage, seen = new Set<string>()): boolean {
  if (seen.has(schema.typeName)) return false;
  seen.add(schema.typeName);
  return schema.fields.some((field) => field.fieldKind === "map" || (field.message && mayHoldMap(field.message, seen)));
}

/** A copy whose maps are in the given order. */
export function reorderMaps<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  order: Order,
): MessageShape<Desc> {
  const copy = structuredClone(message);
  reorderInPlace(schema, copy, order);
  return copy;
}

type Fields = Record<string, unknown>;

function reorderInPlace(schema: DescMessage, message: object, order: Order): void {
  const fields = message as Fields;
  for (const field of schema.fields) {
    const chosen = field.oneof ? (fields[field.oneof.localName] as { case?: string; value?: unknown }) : undefined;
    const value = field.oneof ? (chosen?.case === field.localName ? chosen.value : undefined) : fields[field.localName];
    if (value === undefined) continue;
    if (field.fieldKind === "map") fields[field.localName] = mapOf(order(Object.entries(value as Fields)));
    else if (field.message) {
      for (const one of (Array.isArray(value) ? value : [value]) as object[]) reorderInPlace(field.message, one, order);
    }
  }
}

/** An object puts keys that look like numbers first, whatever order it is filled in; this keeps the given order. */
function mapOf(entries: [string, unknown][]): Fields {
  return new Proxy(Object.fromEntries(entries), { ownKeys: () => entries.map(([key]) => key) });
}
