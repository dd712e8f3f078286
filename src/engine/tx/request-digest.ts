// What makes two calls the same: all they ask for, and not the id they are asked under.
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { digestOf } from "../../core/chain.ts";
import { encode } from "../../wire/encode.ts";

export function requestDigest<Desc extends DescMessage>(
  schema: Desc,
  request: MessageShape<Desc> & { requestId: string },
): Uint8Array {
  const { requestId } = request;
  // Left out for as long as the bytes are made: a copy without it would cost more than the bytes.
  request.requestId = "";
  try {
    return digestOf(schema.typeName, encode(schema, request));
  } finally {
    request.requestId = requestId;
  }
}
