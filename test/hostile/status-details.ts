// Reads the detail of a gRPC error from its trailer.
import { fromBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyUnpack } from "@bufbuild/protobuf/wkt";
import { type ErrorDetail, ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { RawAnswer } from "../rpc/raw-grpc.ts";

/** Undefined when the call succeeded, or its error has no detail. */
export function errorDetailOf({ metadata }: RawAnswer): ErrorDetail | undefined {
  const status = metadata["grpc-status-details-bin"];
  return status === undefined ? undefined : detailIn(Buffer.from(status, "base64"));
}

/** Field 3 of google.rpc.Status holds the details. There is no generated code for this message. */
function detailIn(status: Buffer): ErrorDetail | undefined {
  for (let at = 0; at < status.length; ) {
    const [tag, afterTag] = varint(status, at);
    const [value, afterValue] = varint(status, afterTag);
    const isBytes = (tag & 7) === 2;
    at = isBytes ? afterValue + value : afterValue;
    if (isBytes && tag >> 3 === 3) return unpacked(fromBinary(AnySchema, status.subarray(afterValue, at)));
  }
  return undefined;
}

function unpacked(any: Any): ErrorDetail | undefined {
  return anyUnpack(any, ErrorDetailSchema);
}

function varint(bytes: Buffer, from: number): [value: number, after: number] {
  let value = 0;
  for (let at = from, shift = 0; ; at += 1, shift += 7) {
    const byte = bytes[at] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at + 1];
  }
}
