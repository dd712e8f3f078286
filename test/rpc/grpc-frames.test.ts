// Messages of a stream are the same however their bytes are cut into chunks.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Refused } from "../../src/core/refusal.ts";
import { createFrames } from "../../src/rpc/grpc-message.ts";
import { framed } from "./raw-grpc.ts";

const bytesMax = 64;
const message = fc.uint8Array({ maxLength: bytesMax });

/** Cuts bytes behind each of these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

test("what was framed comes out, cut anywhere, and holds on to none of the chunks", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.constantFrom(0, 1))), fc.array(fc.nat()), (sent, places) => {
      const frames = createFrames(bytesMax);
      const whole = Buffer.concat(sent.map(([bytes, flag]) => framed(bytes, flag)));
      const got = cut(whole, places).flatMap((chunk) => [...frames.take(chunk)]);
      frames.end();
      whole.fill(0xff);
      expect(got.map(({ bytes, isCompressed }) => [[...bytes], isCompressed])).toEqual(
        sent.map(([bytes, flag]) => [[...bytes], flag === 1]),
      );
    }),
  );
});

test("a length beyond the bound is refused by its head, and half a message at the end", () => {
  const tooLarge = createFrames(bytesMax).take(framed(Buffer.alloc(0), 0, bytesMax + 1));
  expect(() => [...tooLarge]).toThrow(Refused);
  for (const part of [framed(Buffer.from("abc")).subarray(0, 3), framed(Buffer.from("abc")).subarray(0, 7)]) {
    const frames = createFrames(bytesMax);
    expect([...frames.take(part)]).toEqual([]);
    expect(() => frames.end()).toThrow(Refused);
  }
});
