// What makes two calls the same: all they ask for, and not the id they are asked under.
import { clone, type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { digestOf } from "../core/chain.ts";

export function requestDigest<Desc extends DescMessage>(
  schema: Desc,
  request: MessageShape<Desc> & { requestId: string },
): Uint8Array {
  const same = clone(schema, request) as MessageShape<Desc> & { requestId: string };
  same.requestId = "";
  return digestOf(schema.typeName, toBinary(schema, same));
}
