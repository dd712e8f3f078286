// Values of ours as JSON values: what they are made of has been JSON all along.
import type { JsonObject } from "@bufbuild/protobuf";
import type { Snapshot } from "../interpreter/types.ts";

export function jsonContent(snapshot: Snapshot): JsonObject {
  return snapshot as unknown as JsonObject;
}
