// A machine as JSON, and its hash: the same for the same machine, however its document was written.
import { createHash } from "node:crypto";
import { type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Machine, MachineSchema } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";

/** A list of hundreds calls one machine hundreds of times. */
const known = new WeakMap<Machine, { readonly json: JsonObject; readonly hash: string }>();

export function machineJson(machine: Machine): JsonObject {
  return read(machine).json;
}

export function machineHash(machine: Machine): string {
  return read(machine).hash;
}

function read(machine: Machine) {
  const found = known.get(machine);
  if (found) return found;
  const json = toJson(MachineSchema, machine, { useProtoFieldName: true }) as JsonObject;
  const hash = `sha256:${createHash("sha256").update(canonical(json)).digest("hex")}`;
  known.set(machine, { json, hash });
  return { json, hash };
}

/** With the fields of each object in the order of their names. */
function canonical(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}
