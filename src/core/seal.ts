// Seals: HMAC-SHA256 under a tenant's key, cut to 128 bits. Computed by two one-shot hashes, as RFC 2104 defines it: an
// Hmac object of Node costs three times as much, and every task makes one seal and checks another.
import { hash, type KeyObject } from "node:crypto";

const blockBytes = 64;
const digestBytes = 32;
const sealBytes = 16;
const innerByte = 0x36;
const outerByte = 0x5c;
/** Two ids, a number and a principal's name, which are all short. */
const messageBytesMax = 1_024;

type Pads = { readonly inner: Uint8Array; readonly outer: Uint8Array };

/** Kept as long as the key itself is cached. */
const padsOfKeys = new WeakMap<KeyObject, Pads>();

const inside = Buffer.alloc(blockBytes + messageBytesMax);
const outside = Buffer.alloc(blockBytes + digestBytes);

export function seal(key: KeyObject, ...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const { inner, outer } = padsOf(key);
  inside.set(inner);
  let at = blockBytes;
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.byteLength(part) : part.length;
    if (at + bytes > inside.length) throw new RangeError("a seal covers ids and a name, which are short");
    if (typeof part === "string") inside.write(part, at);
    else inside.set(part, at);
    at += bytes;
  }
  outside.set(outer);
  outside.write(hash("sha256", inside.subarray(0, at), "binary"), blockBytes, "latin1");
  return Buffer.from(hash("sha256", outside, "binary").slice(0, sealBytes), "latin1");
}

function padsOf(key: KeyObject): Pads {
  const known = padsOfKeys.get(key);
  if (known) return known;
  const secret = key.export();
  const bytes = secret.length > blockBytes ? hash("sha256", secret, "buffer") : secret;
  const block = new Uint8Array(blockBytes);
  block.set(bytes);
  const pads = { inner: block.map((byte) => byte ^ innerByte), outer: block.map((byte) => byte ^ outerByte) };
  padsOfKeys.set(key, pads);
  return pads;
}
