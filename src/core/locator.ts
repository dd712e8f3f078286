// The locator rule: a success discharges only if it says where its result can be found.
import {
  type Artifact,
  DeliveryMode,
  type DeliveryProof,
  DeliveryStatus,
  type Payload,
  PayloadSchema,
} from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { encode } from "../wire/encode.ts";
import { digestOf } from "./chain.ts";
import { timestampOfDate } from "./duration.ts";

export type Evidence = {
  readonly artifacts: readonly Artifact[];
  readonly deliveryProof: DeliveryProof | undefined;
};

/** A proof that failed is none. */
export function hasLocator(evidence: Evidence): boolean {
  return evidence.artifacts.length > 0 || evidence.deliveryProof?.status === DeliveryStatus.SUCCEEDED;
}

export type StoredResult = { readonly digest: Uint8Array; readonly size: number };

export function storedResult(result: Payload | undefined): StoredResult | undefined {
  if (result?.content.case === undefined) return undefined;
  const bytes = encode(PayloadSchema, result);
  return { digest: digestOf(bytes), size: bytes.length };
}

/** The worker's own proof if it succeeded; else the server's, for a result it keeps; else what the worker said. */
export function effectiveProof(
  stored: StoredResult | undefined,
  claimed: DeliveryProof | undefined,
  taskId: string,
  now: Date,
): DeliveryProof | undefined {
  if (!stored || claimed?.status === DeliveryStatus.SUCCEEDED) return claimed;
  return {
    $typeName: "asyncgate.v1.DeliveryProof",
    mode: DeliveryMode.STORE,
    target: `asyncgate:tasks/${taskId}/result`,
    status: DeliveryStatus.SUCCEEDED,
    at: timestampOfDate(now),
    proof: { digest: `sha256:${Buffer.from(stored.digest).toString("hex")}` },
  };
}
