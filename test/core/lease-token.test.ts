// Lease tokens: what was granted is read back, and whatever was changed is refused.
import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLeaseToken, parseLeaseToken } from "../../src/core/lease-token.ts";
import { times } from "../helpers/random.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => createSecretKey(bytes));
const emptyKey = createSecretKey(new Uint8Array(32));
const principal = fc.string({ minLength: 1, maxLength: 40 });
const lease = fc.record({ taskId: fc.uuid(), leaseId: fc.uuid(), fence: fc.nat({ max: 2 ** 48 - 1 }) });
const characters = [...Array.from({ length: 94 }, (_, place) => String.fromCharCode(33 + place)), " ", "\n", "é"];

test("a token carries task, lease and fence to the principal it was granted to, and says the same every time", () => {
  fc.assert(
    fc.property(key, principal, lease, (secret, who, granted) => {
      const token = formatLeaseToken(secret, who, granted);
      expect(parseLeaseToken(secret, who, token)).toEqual({ ...granted, worker: who });
      expect(formatLeaseToken(secret, who, granted)).toBe(token);
      expect(token.length).toBeLessThanOrEqual(255);
    }),
  );
});

test("law 2: a token is good for no other principal and in no other tenant", () => {
  fc.assert(
    fc.property(key, key, principal, principal, lease, (secret, otherSecret, who, other, granted) => {
      fc.pre(who !== other && !secret.equals(otherSecret));
      const token = formatLeaseToken(secret, who, granted);
      expect(parseLeaseToken(secret, other, token)).toBeUndefined();
      expect(parseLeaseToken(otherSecret, who, token)).toBeUndefined();
    }),
  );
});

test("law 2: a token of which any character is changed, added or left out is refused", () => {
  const place = fc.nat();
  fc.assert(
    fc.property(key, lease, place, fc.constantFrom(...characters), (secret, granted, at, character) => {
      const token = formatLeaseToken(secret, "worker:w", granted);
      const where = at % token.length;
      const refused = (changed: string) =>
        expect(parseLeaseToken(secret, "worker:w", changed), changed).toBeUndefined();
      if (token[where] !== character) refused(token.slice(0, where) + character + token.slice(where + 1));
      refused(token.slice(0, where) + character + token.slice(where));
      refused(token.slice(0, where) + token.slice(where + 1));
    }),
    { numRuns: times(2_000) },
  );
});

test("law 2: characters that a lenient reader takes for others are refused, too", () => {
  const granted = {
    taskId: "ffffffff-ffff-ffff-bfff-ffffffffffff",
    leaseId: "fbefbefb-efbe-fbef-befb-efbefbefbefb",
    fence: 1,
  };
  const token = formatLeaseToken(emptyKey, "worker:w", granted);
  expect(token).toMatch(/[-_]/);
  for (const changed of [token.replace("_f", "/f"), token.replaceAll("-", "+"), `${token}=`, `${token}\n`]) {
    if (changed !== token) expect(parseLeaseToken(emptyKey, "worker:w", changed), changed).toBeUndefined();
  }
  for (const nonsense of ["", "agl1_", "agl2_x", "Bearer x"]) {
    expect(parseLeaseToken(emptyKey, "worker:w", nonsense)).toBeUndefined();
  }
});
