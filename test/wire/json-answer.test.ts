// Whatever times a message holds, its JSON can be written; what JSON has a text for stays as it is.
import { create, type DescMessage, toBinary, toJson } from "@bufbuild/protobuf";
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiptSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { methods } from "../../src/build/generate-docs-contract.ts";
import { readable } from "../../src/wire/json-answer.ts";
import { nearestDuration, nearestTimestamp } from "../../src/wire/times.ts";
import { times } from "../helpers/random.ts";
import { randomMessages } from "../rpc/random-messages.ts";

const outputs = [...new Set(methods.map(({ output }) => output))];
const writes = (schema: DescMessage, message: never) => {
  try {
    return toJson(schema, message);
  } catch {
    return undefined;
  }
};

test("the JSON of every answer can be written, with whatever times in it", () => {
  let unwritable = 0;
  for (const schema of outputs) {
    fc.assert(
      fc.property(randomMessages(schema), (message) => {
        const before = toBinary(schema, message as never);
        const json = writes(schema, message as never);
        const after = toJson(schema, readable(schema, message) as never);
        if (json === undefined) unwritable += 1;
        else {
          expect(after).toEqual(json);
          expect(Buffer.from(toBinary(schema, message as never)).equals(before)).toBe(true);
        }
      }),
      { numRuns: times(20) },
    );
  }
  expect(unwritable).toBeGreaterThan(20);
});

const timestampText = (seconds: bigint, nanos: number) =>
  toJson(TimestampSchema, nearestTimestamp(create(TimestampSchema, { seconds, nanos }) as Timestamp));
const durationText = (seconds: bigint, nanos: number) =>
  toJson(DurationSchema, nearestDuration(create(DurationSchema, { seconds, nanos }) as Duration));

test("a time that was stored malformed is shown as the moment it means, or the nearest there is", () => {
  expect(timestampText(2_000_000_000n, -1)).toBe("2033-05-18T03:33:19.999999999Z");
  expect(timestampText(2_000_000_000n, 1_000_000_000)).toBe("2033-05-18T03:33:21Z");
  expect(timestampText(-1n, -(2 ** 31))).toBe("1969-12-31T23:59:56.852516352Z");
  expect(timestampText(253_402_300_799n, 1_000_000_000)).toBe("9999-12-31T23:59:59.999999999Z");
  expect(timestampText(-62_135_596_800n, -1)).toBe("0001-01-01T00:00:00Z");
  expect(timestampText(2n ** 63n - 1n, 2 ** 31 - 1)).toBe("9999-12-31T23:59:59.999999999Z");
  expect(durationText(1n, -1)).toBe("0.999999999s");
  expect(durationText(-1n, 1)).toBe("-0.999999999s");
  expect(durationText(0n, 1_500_000_000)).toBe("1.500s");
  expect(durationText(2n ** 63n - 1n, 0)).toBe("315576000000s");
  expect(durationText(-(2n ** 63n), 0)).toBe("-315576000000s");
});

test("times are found in fields, in lists, in members of a oneof and further within", () => {
  const bad = { seconds: 0n, nanos: -1 };
  const body = { case: "taskCompleted", value: { deliveryProof: { at: bad } } } as const;
  const receipt = create(ReceiptSchema, { createTime: bad, body: { body } });
  expect(writes(ReceiptSchema, receipt as never)).toBeUndefined();
  expect(toJson(ReceiptSchema, readable(ReceiptSchema, receipt))).toEqual({
    createTime: "1969-12-31T23:59:59.999999999Z",
    body: { taskCompleted: { deliveryProof: { at: "1969-12-31T23:59:59.999999999Z" } } },
  });
});
