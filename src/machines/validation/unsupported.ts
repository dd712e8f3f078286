// Fields of the document that no handler carries out. A document that has one is refused: a field is never ignored.
import { type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { Path, RawFault } from "../document/faults.ts";

/**
 * By message and field. test/machines/parity.test.ts walks the contract: a field is here, or a test shows its effect.
 */
export const unsupportedFields: ReadonlySet<string> = new Set(["Settings.parallel_fallback"]);

/** Messages of the document, as told from those that hold any JSON. */
export function isOwn({ typeName }: DescMessage): boolean {
  return typeName.startsWith("asyncgate.machine.v1.");
}

export function unsupportedFaults(schema: DescMessage, message: Message, path: Path = []): RawFault[] {
  const fields = schema.fields.filter((field) => isFieldSet(message, field));
  return fields.flatMap((field) => {
    const here = [...path, field.name];
    if (unsupportedFields.has(`${schema.name}.${field.name}`)) return [{ path: here, message: "is not supported yet" }];
    const { message: inner } = field;
    if (!inner || !isOwn(inner)) return [];
    const value: unknown = reflect(schema, message).get(field);
    const items: [string | number, Message][] =
      field.fieldKind === "list"
        ? [...(value as Iterable<{ message: Message }>)].map((item, at) => [at, item.message])
        : field.fieldKind === "map"
          ? [...(value as Iterable<[string, { message: Message }]>)].map(([key, item]) => [key, item.message])
          : [["", (value as { message: Message }).message]];
    return items.flatMap(([key, item]) => unsupportedFaults(inner, item, key === "" ? here : [...here, key]));
  });
}
