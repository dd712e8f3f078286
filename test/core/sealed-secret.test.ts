// Sealed secrets: only the key opens them, and only where they were sealed for.
import { createSecretKey, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { keyIdOf, openSecret, sealSecret } from "../../src/core/sealed-secret.ts";

const key = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });
const secret = "a secret ❄";

test("what the first key seals opens with it among others, and shows nothing of the secret", () => {
  const [one, other] = [key("one"), key("other")];
  const sealed = sealSecret(one, randomBytes(12), "here", secret);
  expect([keyIdOf(sealed), openSecret([other, one], "here", sealed)]).toEqual(["one", secret]);
  expect(Buffer.from(sealed).includes(Buffer.from("secret"))).toBe(false);
  expect(openSecret([other], "here", sealed)).toBeUndefined();
});

test("it does not open elsewhere, with another key of the same name, or with any bit changed", () => {
  const one = key("one");
  const sealed = sealSecret(one, randomBytes(12), "here", secret);
  expect(() => openSecret([one], "there", sealed)).toThrow();
  expect(() => openSecret([key("one")], "here", sealed)).toThrow();
  for (let at = 5; at < sealed.length; at += 1) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => openSecret([one], "here", changed)).toThrow();
  }
});
