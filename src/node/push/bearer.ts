// Whether a call has the node's bearer. Digests are compared, in a time that says nothing about how much is right.
import { createHash, timingSafeEqual } from "node:crypto";

export type Bearer = { readonly bearer: string; readonly expireMs: number };

/** Undefined if it has, or why not. `expected`: undefined while none is configured. */
export function refuseBearer(header: string | undefined, expected: Bearer | undefined): string | undefined {
  if (!expected) return "this node has no bearer yet";
  const [, given] = /^Bearer ([^\s]{1,255})$/i.exec(header ?? "") ?? [];
  if (given === undefined || !timingSafeEqual(digestOf(given), digestOf(expected.bearer))) {
    return "the bearer is missing, or not this node's";
  }
  return expected.expireMs <= Date.now() ? "the bearer has ended" : undefined;
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
