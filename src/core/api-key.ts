// API keys: `ag_<env>_<key id>_<secret><checksum>`. The prefix lets scanners find leaked ones, the checksum turns
// typing errors away without a look into the database. Only the digest of the secret is ever stored.
import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 43;
const checksumLength = 6;
export const keyIdLength = 16;
/** Enough random bytes for a secret of 256 bits and a key id of 95, by the drawing below. */
export const keyRandomBytes = 512;

const shape = new RegExp(
  `^ag_([a-z0-9-]{1,32})_([0-9A-Za-z]{${keyIdLength}})_([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`,
);

export type ApiKeyParts = { readonly keyId: string; readonly secret: string };

/** Letters drawn from random bytes, each letter equally likely: bytes above the last whole multiple are passed over. */
function draw(random: Uint8Array, from: number, length: number): { readonly text: string; readonly next: number } {
  const fair = 256 - (256 % alphabet.length);
  let text = "";
  let next = from;
  while (text.length < length) {
    const byte = random[next];
    if (byte === undefined) throw new RangeError("too few random bytes for a key");
    if (byte < fair) text += alphabet[byte % alphabet.length];
    next += 1;
  }
  return { text, next };
}

function checksum(text: string): string {
  let rest = crc32(text);
  let letters = "";
  for (let place = 0; place < checksumLength; place += 1) {
    letters = alphabet[rest % alphabet.length] + letters;
    rest = Math.floor(rest / alphabet.length);
  }
  return letters;
}

export function makeApiKey(environment: string, random: Uint8Array): ApiKeyParts & { readonly key: string } {
  const keyId = draw(random, 0, keyIdLength);
  const secret = draw(random, keyId.next, secretLength);
  const start = `ag_${environment}_${keyId.text}_${secret.text}`;
  return { keyId: keyId.text, secret: secret.text, key: start + checksum(start) };
}

/** Undefined for what is no key at all; whether it is a live one, the store says. */
export function parseApiKey(key: string): ApiKeyParts | undefined {
  const match = shape.exec(key);
  if (!match) return undefined;
  const [, , keyId = "", secret = "", sum] = match;
  return checksum(key.slice(0, -checksumLength)) === sum ? { keyId, secret } : undefined;
}

export function secretDigest(secret: string): Uint8Array {
  return createHash("sha256").update(secret, "utf8").digest();
}

export function secretMatches(secret: string, digest: Uint8Array): boolean {
  return timingSafeEqual(secretDigest(secret), digest);
}
