// API keys: what is made is read back, typing errors are seen without a look into the database, secrets are not kept.
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { keyRandomBytes, makeApiKey, parseApiKey, secretDigest, secretMatches } from "../../src/core/api-key.ts";
import { createRandom, times } from "../helpers/random.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
const random = fc.nat().map((from) => {
  const draw = createRandom(from);
  return Uint8Array.from({ length: keyRandomBytes }, () => draw() * 256);
});

test("a key is read back into its id and its secret, and has the form that scanners look for", () => {
  fc.assert(
    fc.property(random, fc.constantFrom("dev", "live", "eu-1"), (bytes, environment) => {
      const { key, keyId, secret } = makeApiKey(environment, bytes);
      expect(parseApiKey(key)).toEqual({ keyId, secret });
      expect(key).toMatch(new RegExp(`^ag_${environment}_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$`));
    }),
  );
});

test("a key of which any character is changed is no key", () => {
  const place = fc.nat();
  fc.assert(
    fc.property(random, place, fc.constantFrom(...alphabet), (bytes, at, character) => {
      const { key } = makeApiKey("dev", bytes);
      const where = at % key.length;
      fc.pre(key[where] !== character);
      expect(parseApiKey(key.slice(0, where) + character + key.slice(where + 1))).toBeUndefined();
      expect(parseApiKey(key.slice(0, where) + key.slice(where + 1))).toBeUndefined();
    }),
    { numRuns: times(1_000) },
  );
});

test("what is no key at all is none", () => {
  for (const text of ["", "ag_", "ag_dev__", "Bearer x", `ag_dev_${"x".repeat(16)}_${"y".repeat(49)}`, "\0"]) {
    expect(parseApiKey(text)).toBeUndefined();
  }
});

test("letters are drawn evenly: bytes above the last whole multiple are passed over", () => {
  const bytes = Buffer.concat([Buffer.from([248, 255, 250, 0, 61, 62]), Buffer.alloc(keyRandomBytes, 1)]);
  expect(makeApiKey("dev", bytes).keyId).toBe(`0z0${"1".repeat(13)}`);
  expect(() => makeApiKey("dev", Buffer.alloc(keyRandomBytes, 255))).toThrow("too few random bytes");
});

test("a secret is known by its digest and by nothing else", () => {
  const one = makeApiKey("dev", randomBytes(keyRandomBytes));
  const other = makeApiKey("dev", randomBytes(keyRandomBytes));
  const digest = secretDigest(one.secret);
  expect(digest).toHaveLength(32);
  expect(secretMatches(one.secret, digest)).toBe(true);
  expect(secretMatches(other.secret, digest)).toBe(false);
  expect(secretMatches("", digest)).toBe(false);
});
