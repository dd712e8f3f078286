// A machine as JSON, and its hash: the same for the same machine, however its document was written.
import { createHash } from "node:crypto";
import { type JsonObject, toJson } from "@bufbuild/protobuf";
import { type Machine, MachineSchema } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { canonical } from "./canonical.ts";

/** A list of hundreds calls one machine hundreds of times. */
const known = new WeakMap<Machine, Known>();

type Known = { readonly json: JsonObject; readonly text: string; readonly hash: string };

export function machineJson(machine: Machine): JsonObject {
  return read(machine).json;
}

export function machineHash(machine: Machine): string {
  return read(machine).hash;
}

/** The canonical JSON, of which the hash is. */
export function machineText(machine: Machine): string {
  return read(machine).text;
}

function read(machine: Machine): Known {
  const found = known.get(machine);
  if (found) return found;
  const json = toJson(MachineSchema, machine, { useProtoFieldName: true }) as JsonObject;
  const text = canonical(json);
  const made = { json, text, hash: `sha256:${createHash("sha256").update(text).digest("hex")}` };
  known.set(machine, made);
  return made;
}
