// How large payloads may be. What they hold is checked where requests come in (src/rpc/rules).
import type { Payload } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { limitExceeded, type Refusal } from "./refusal.ts";

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

/** Refuses a payload that is larger than `bound`, the limit of that name. */
export function checkPayload(
  payload: Payload | undefined,
  field: string,
  limit: string,
  bound: number,
): Refusal | undefined {
  if (!payload) return undefined;
  const value = inlineBytes(payload);
  return value > bound ? limitExceeded({ limit, bound, value, field }) : undefined;
}
