// Secrets at rest: AES-256-GCM with a key of the server's configuration, bound to where the secret is stored. The first
// key seals, and all of them open, so that a key is replaced by putting another one before it.
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { assert } from "./assert.ts";

export type SealingKey = {
  /** Stored beside what it has sealed. At most 255 bytes. */
  readonly id: string;
  /** Of 32 bytes. */
  readonly key: KeyObject;
};

const algorithm = "aes-256-gcm";
const form = 1;
export const nonceBytes = 12;
const tagBytes = 16;

/** `place` says where it is stored; what was copied to another place does not open. The nonce is used once. */
export function sealSecret(key: SealingKey, nonce: Uint8Array, place: string, secret: string): Uint8Array {
  assert(nonce.length === nonceBytes, "a nonce of GCM has 12 bytes");
  const id = Buffer.from(key.id);
  const cipher = createCipheriv(algorithm, key.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([Buffer.from([form, id.length]), id, nonce, cipher.getAuthTag(), sealed]);
}

/** The id of the key that it was sealed with. */
export function keyIdOf(sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  return bytes.toString("utf8", 2, 2 + (bytes[1] ?? 0));
}

/** Undefined if none of the keys has sealed it. Throws if it was changed, or sealed for another place. */
export function openSecret(keys: readonly SealingKey[], place: string, sealed: Uint8Array): string | undefined {
  const id = keyIdOf(sealed);
  const found = keys.find((key) => key.id === id);
  if (!found) return undefined;
  const bytes = Buffer.from(sealed);
  assert(bytes[0] === form, "there is one form of sealed secrets");
  const at = 2 + Buffer.byteLength(id);
  const nonce = bytes.subarray(at, at + nonceBytes);
  const decipher = createDecipheriv(algorithm, found.key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(at + nonceBytes, at + nonceBytes + tagBytes));
  const secret = Buffer.concat([decipher.update(bytes.subarray(at + nonceBytes + tagBytes)), decipher.final()]);
  return secret.toString("utf8");
}
