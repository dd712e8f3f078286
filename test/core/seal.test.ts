// A seal is what Node's HMAC makes of the same key and the same bytes.
import { createHmac, createSecretKey } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seal } from "../../src/core/seal.ts";
import { times } from "../helpers/random.ts";

test("a seal is the first half of HMAC-SHA256, for keys and messages of every length", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 130 });
  const part = fc.oneof(bytes, fc.string({ unit: "grapheme", maxLength: 80 }));
  fc.assert(
    fc.property(bytes, fc.array(part, { maxLength: 3 }), (secret, parts) => {
      const key = createSecretKey(secret);
      const hmac = createHmac("sha256", key);
      for (const one of parts) hmac.update(one);
      const expected = hmac.digest("hex").slice(0, 32);
      expect(Buffer.from(seal(key, ...parts)).toString("hex")).toBe(expected);
      expect(Buffer.from(seal(key, ...parts)).toString("hex")).toBe(expected);
    }),
    { numRuns: times(2_000) },
  );
});

test("what is too long to be a token's content is not sealed at all", () => {
  expect(() => seal(createSecretKey(new Uint8Array(32)), "x".repeat(1_025))).toThrow(RangeError);
});
