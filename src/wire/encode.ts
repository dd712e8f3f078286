// Messages of the contract as bytes, the same bytes that the protobuf library makes of them and several times as fast:
// each type has a function of its own, made from its descriptor. test/wire/encode.test.ts holds the two together. Maps
// are written sorted by key, so that equal messages are equal bytes: digests are made of them.
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { writers } from "./encode.gen.ts";
import { written } from "./wire.ts";

/** Types that are not of the contract (health, reflection) are the library's. */
export function encode<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Uint8Array {
  const write = writers.get(schema.typeName);
  if (write === undefined) return toBinary(schema, message);
  return written(write as (message: MessageShape<Desc>) => void, message);
}
