// No field without an effect: the test walks the contract of documents, and each field has a case here whose document
// runs differently with the field than without it, or is one that validation refuses. Taking a field's handler out
// makes the two runs alike, and fails its case.
import { create, type DescMessage } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { describe, expect, test } from "vitest";
import { MachineSchema } from "../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { machineHash } from "../../src/machines/document/machine-json.ts";
import { loadMachine } from "../../src/machines/validation/load.ts";
import { isOwn, unsupportedFaults, unsupportedFields } from "../../src/machines/validation/unsupported.ts";
import { parityCases } from "./parity-cases.ts";
import type { ParityCase } from "./parity-machine.ts";
import { checkRules, simulate } from "./simulate.ts";

function messagesOf(schema: DescMessage, found = new Set<DescMessage>()): Set<DescMessage> {
  if (!isOwn(schema) || found.has(schema)) return found;
  found.add(schema);
  for (const field of schema.fields) {
    if (field.message && !unsupportedFields.has(`${schema.name}.${field.name}`)) messagesOf(field.message, found);
  }
  return found;
}

const messages = [...messagesOf(MachineSchema)];
const fields = messages.flatMap((message) => message.fields.map(({ name }) => `${message.name}.${name}`));

async function outcome(text: string, { scripts = {}, input = {}, depth = 0, files = {} }: ParityCase): Promise<string> {
  const readFile = async (path: string) => ({ text: files[path] ?? "", at: undefined });
  const loaded = await loadMachine(text, { checkRules, readFile });
  if ("faults" in loaded) throw new Error(loaded.faults.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const { ended, calls, effects, warnings, states, moved } = simulate(loaded.machine, scripts, { input, depth });
  return JSON.stringify({ ended, calls, effects, warnings, states, moved });
}

describe("every field of a document", () => {
  test("has a case that shows its effect, or is refused", () => {
    const cases = new Set(parityCases.map(({ field }) => field));
    expect(fields.filter((field) => !cases.has(field) && !unsupportedFields.has(field))).toEqual([]);
    expect([...cases].filter((field) => !fields.includes(field))).toEqual([]);
    expect([...unsupportedFields].filter((field) => !fields.includes(field) || cases.has(field))).toEqual([]);
  });

  test.each(parityCases)("$field: a document runs differently with it", async (one) => {
    if (one.field === "Machine.version") {
      const [given, absent] = await Promise.all(
        [one.with, one.without].map((text) => loadMachine(text, { checkRules })),
      );
      if (!given || !absent || "faults" in given || "faults" in absent) throw new Error("both are machines");
      expect(machineHash(given.machine)).not.toBe(machineHash(absent.machine));
      return;
    }
    const [given, absent] = await Promise.all([outcome(one.with, one), outcome(one.without, one)]);
    expect(given).not.toBe(absent);
    expect(given).toContain(one.shows);
    expect(absent).not.toContain(one.shows);
  });

  test("that has no handler is refused by validation", () => {
    for (const name of unsupportedFields) {
      const [message = "", fieldName = ""] = name.split(".");
      const schema = messages.find((one) => one.name === message);
      const field = schema?.fields.find((one) => one.name === fieldName);
      if (!schema || !field) throw new Error(`there is no ${name}`);
      const holder = create(schema);
      const value = field.message ? reflect(field.message, create(field.message)) : true;
      reflect(schema, holder).set(field as never, value as never);
      expect(unsupportedFaults(schema, holder)).toEqual([{ path: [fieldName], message: "is not supported yet" }]);
    }
  });
});
