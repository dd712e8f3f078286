// Payloads: how large they may be, and that what is called JSON is JSON.
import type { Payload } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { type FieldViolation, limitExceeded, type Refusal } from "./refusal.ts";

function inlineBytes(payload: Payload): number {
  switch (payload.content.case) {
    case "json":
      return Buffer.byteLength(payload.content.value, "utf8");
    case "data":
      return payload.content.value.length;
    default:
      return 0;
  }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Refuses what is too large; adds to `violations` what is malformed. */
export function checkPayload(
  payload: Payload | undefined,
  field: string,
  limit: string,
  bound: number,
  violations: FieldViolation[],
): Refusal | undefined {
  if (!payload) return undefined;
  const bytes = inlineBytes(payload);
  if (bytes > bound) return limitExceeded({ limit, bound, value: bytes, field });
  if (payload.content.case === "json" && !isJson(payload.content.value)) {
    violations.push({ field: `${field}.json`, description: "must be one JSON document", rule: "payload.json" });
  }
  return undefined;
}
