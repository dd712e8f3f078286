// Messages of the contract as bytes: the same bytes as the protobuf library makes, several times as fast. Each type has
// a function of its own, generated from its descriptor; test/wire/encode.test.ts compares the two. Maps are sorted by
// key, because digests are made of the bytes: equal messages must be equal bytes.
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { writers } from "./encode.gen.ts";
import { written } from "./wire.ts";

/** Types that are not of the contract (health, reflection) are encoded by the library. */
export function encode<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Uint8Array {
  const write = writers.get(schema.typeName);
  if (write === undefined) return toBinary(schema, message);
  return written(write as (message: MessageShape<Desc>) => void, message);
}
