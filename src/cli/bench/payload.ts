// Payloads and results for measurements, of common sizes, and the same for every product that is compared.
import { create } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";

export const payloadBytes = 200;
export const resultBytes = 100;

/** JSON of exactly this many bytes. */
export function jsonOfBytes(bytes: number): string {
  const around = JSON.stringify({ text: "" }).length;
  return JSON.stringify({ text: "x".repeat(bytes - around) });
}

export const benchPayload = create(PayloadSchema, { content: { case: "json", value: jsonOfBytes(payloadBytes) } });
export const benchResult = create(PayloadSchema, { content: { case: "json", value: jsonOfBytes(resultBytes) } });
