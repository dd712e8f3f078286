// Values of the context that are too large for the snapshot: they are kept beside it, once for each content, and the
// snapshot says which they are. Which ones they are follows from the snapshot alone, so a step that is made again
// keeps the same.
import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { LargeValue, Snapshot, StoredValues, ValueRef } from "./types.ts";

/** A smaller one would not be worth a task. */
const valueBytesMin = 1_024;
/** Of new ones in one step, which go with its calls in one message. */
export const newBytesMax = 524_288;
/** Of all that an execution keeps: each step reads them. */
export const storedBytesMax = 4_194_304;

export type Shrunk = { readonly snapshot: Snapshot; readonly values: readonly LargeValue[] };

type Candidate = { readonly key: string | undefined; readonly text: string; readonly ref: ValueRef };

/**
 * The snapshot with as many of its largest values kept beside it as are too many for `bound`, and those of them that
 * are not there yet. Undefined if it cannot be made small enough.
 */
export function shrink(full: Snapshot, bound: number, mayStore: boolean): Shrunk | undefined {
  const { stored: before, discarded: _, ...plain } = full;
  const known = new Set(refsOf(before).map(({ digest }) => digest));
  let excess = bytesOf(plain) - bound;
  if (excess <= 0 && !before) return { snapshot: plain, values: [] };
  let stored: StoredValues = { context: {} };
  const values = new Map<string, LargeValue>();
  const candidates = excess > 0 ? candidatesOf(plain, known) : [];
  for (const { key, text, ref } of candidates) {
    if (excess + bytesOf(stored) <= 0) break;
    if (!known.has(ref.digest)) {
      if (!mayStore) continue;
      values.set(ref.digest, { digest: ref.digest, text });
    }
    stored = key === undefined ? { ...stored, output: ref } : { ...stored, context: { ...stored.context, [key]: ref } };
    excess -= ref.bytes;
  }
  const isNeeded = new Set(refsOf(stored).map(({ digest }) => digest));
  const discarded = [...known].filter((digest) => !isNeeded.has(digest));
  const snapshot: Snapshot = {
    ...plain,
    context: emptied(plain.context, stored),
    ...(stored.output && { output: null }),
    ...(isNeeded.size > 0 && { stored }),
    ...(discarded.length > 0 && { discarded }),
  };
  const newBytes = sum([...values.values()].map(({ text }) => Buffer.byteLength(text)));
  const allBytes = sum([...new Map(refsOf(stored).map((ref) => [ref.digest, ref.bytes])).values()]);
  const fits = bytesOf(snapshot) <= bound && newBytes <= newBytesMax && allBytes <= storedBytesMax;
  return fits ? { snapshot, values: [...values.values()] } : undefined;
}

/** The snapshot as it was before `shrink`. It still says what is kept beside it. */
export function restored(snapshot: Snapshot, valueUnder: (digest: string) => JsonValue): Snapshot {
  const { stored, context } = snapshot;
  if (!stored) return snapshot;
  const own = Object.entries(stored.context).map(([key, { digest }]) => [key, valueUnder(digest)] as const);
  return {
    ...snapshot,
    context: { ...context, ...Object.fromEntries(own) },
    ...(stored.output && { output: valueUnder(stored.output.digest) }),
  };
}

export function refsOf(stored: StoredValues | undefined): ValueRef[] {
  if (!stored) return [];
  return [...Object.values(stored.context), ...(stored.output ? [stored.output] : [])];
}

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Those that are kept already come first, as they cost nothing; then the largest. */
function candidatesOf({ context, output }: Snapshot, known: ReadonlySet<string>): Candidate[] {
  const all = [...Object.entries(context), [undefined, output] as const].flatMap(([key, value]): Candidate[] => {
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    return bytes < valueBytesMin ? [] : [{ key, text, ref: { digest: digestOf(text), bytes } }];
  });
  const rank = ({ ref }: Candidate) => (known.has(ref.digest) ? 0 : 1);
  return all.toSorted((one, other) => rank(one) - rank(other) || other.ref.bytes - one.ref.bytes);
}

/** The keys stay, so that the context comes back in its order. */
function emptied(context: JsonObject, { context: stored }: StoredValues): JsonObject {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key, Object.hasOwn(stored, key) ? null : value]),
  );
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
