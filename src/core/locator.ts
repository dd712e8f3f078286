// The locator rule: a success discharges only if it says where its result can be found. An empty locator is none.
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

/** A delivery proof that failed is no locator. */
export function hasLocator({ artifacts, deliveryProof }: Evidence): boolean {
  return (
    artifacts.some(({ uri }) => uri !== "") ||
    (deliveryProof?.status === DeliveryStatus.SUCCEEDED && deliveryProof.target !== "")
  );
}

export type StoredResult = { readonly digest: Uint8Array; readonly size: number };

/** Undefined if there is no result to store: none was given, or a URI that is empty. */
export function storedResult(result: Payload | undefined): StoredResult | undefined {
  if (result?.content.case === undefined) return undefined;
  if (result.content.case === "uri" && result.content.value === "") return undefined;
  const bytes = encode(PayloadSchema, result);
  return { digest: digestOf(bytes), size: bytes.length };
}

/** The worker's own proof if it succeeded; else the server's, for a result that it stores; else the worker's again. */
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
