// Resume tokens: a token that the server issued is read back, and no other text is.
import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLeaseToken } from "../../src/core/lease-token.ts";
import { formatResumeToken, parseResumeToken } from "../../src/core/resume-token.ts";

const key = createSecretKey(Buffer.alloc(32, 7));
const sessionId = "01900000-0000-7000-8000-00000000abcd";
const token = formatResumeToken(key, "worker:wanda", sessionId);

test("a token is valid for its principal and its tenant, and the same each time", () => {
  expect(parseResumeToken(key, "worker:wanda", token)).toBe(sessionId);
  expect(formatResumeToken(key, "worker:wanda", sessionId)).toBe(token);
  expect(parseResumeToken(key, "worker:rita", token)).toBeUndefined();
  expect(parseResumeToken(createSecretKey(Buffer.alloc(32, 8)), "worker:wanda", token)).toBeUndefined();
});

test("a lease token is no resume token, whatever it is called", () => {
  const lease = formatLeaseToken(key, "worker:wanda", { taskId: sessionId, leaseId: sessionId, fence: 1 });
  expect(parseResumeToken(key, "worker:wanda", lease)).toBeUndefined();
  expect(parseResumeToken(key, "worker:wanda", lease.replace("agl1_", "agr1_"))).toBeUndefined();
});

test("a token with one character changed is not read, nor is any text that the server did not issue", () => {
  const anyPlace = fc.integer({ min: 0, max: token.length - 1 });
  const anyCharacter = fc.string({ minLength: 1, maxLength: 1 });
  fc.assert(
    fc.property(anyPlace, anyCharacter, (place, character) => {
      const other = token.slice(0, place) + character + token.slice(place + 1);
      expect(parseResumeToken(key, "worker:wanda", other)).toBe(other === token ? sessionId : undefined);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseResumeToken(key, "worker:wanda", `agr1_${text}`)).toBeUndefined();
    }),
  );
});
