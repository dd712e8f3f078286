// The hash chain: its bytes stand still, its digests tell everything apart, and no byte is changed unseen.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LedgerFaultKind } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { contentDigest, digestOf, emptyChain, genesisHash, linkHash } from "../../src/core/chain.ts";
import { type ReceiptDraft, sealReceipts } from "../../src/core/ledger.ts";
import { type ChainRow, verifyChain } from "../../src/core/verify-chain.ts";
import { times } from "../helpers/random.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const id = (tail: number) => `01900000-0000-7000-8000-${String(tail).padStart(12, "0")}`;

const content = {
  type: ReceiptType.TASK_COMPLETED,
  taskId: id(1),
  from: "worker:wanda",
  to: "agent:alice",
  leaseId: id(2),
  parents: [id(3), id(4)],
  body: new Uint8Array([1, 2, 3]),
};

/** Computed by another program in another language; a change here breaks every chain that exists. */
const golden = {
  content: "9fff9885bcd2442635776f125882e7f4fc21441c4f925394c2e2ca3f89fa7c19",
  link: "1ca9e29980122b5d43077596ca5d518908e6516da00410004bb442a0b839cf3b",
  noTask: "bcac3919b1e185fc998285d219c292cca0034714dcab09fa14fef319b0ce8403",
};

test("law 9: the bytes that are hashed stand still", () => {
  const digest = contentDigest(content);
  const createTime = new Date("2026-01-02T03:04:05.678Z");
  const link = linkHash({ prevHash: genesisHash, receiptId: id(5), sequence: 1, createTime, contentDigest: digest });
  expect(hex(digest)).toBe(golden.content);
  expect(hex(link)).toBe(golden.link);
  expect(hex(contentDigest({ ...content, taskId: null, leaseId: null, parents: [] }))).toBe(golden.noTask);
});

test("what a receipt says is its content: the order of parents is no part of it, everything else is", () => {
  const digest = hex(contentDigest(content));
  expect(hex(contentDigest({ ...content, parents: [id(4), id(3)] }))).toBe(digest);
  const others = [
    { type: ReceiptType.TASK_FAILED },
    { taskId: id(9) },
    { taskId: null },
    { from: "worker:wandb" },
    { from: "agent:alice", to: "worker:wanda" },
    { leaseId: null },
    { parents: [id(3)] },
    { parents: [] },
    { body: new Uint8Array([1, 2]) },
  ];
  const digests = others.map((other) => hex(contentDigest({ ...content, ...other })));
  expect(new Set([digest, ...digests]).size).toBe(others.length + 1);
});

test("texts of every length and alphabet are hashed as their UTF-8, whatever was hashed before", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 200 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 200 }),
    fc.constant("long ".repeat(300_000)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      const bytes = texts.map((one) => Buffer.from(one));
      const parts = bytes.flatMap((one) => [Buffer.alloc(4), one]);
      for (const [place, one] of bytes.entries()) parts[2 * place]?.writeUInt32BE(one.length);
      const expected = createHash("sha256").update(Buffer.concat(parts)).digest("hex");
      expect(hex(digestOf(...texts))).toBe(expected);
      expect(hex(digestOf(...bytes))).toBe(expected);
    }),
    { numRuns: times(200) },
  );
});

test("no two lists of parts have one digest, however their bytes are cut", () => {
  const part = fc.uint8Array({ maxLength: 6 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), fc.array(part, { maxLength: 5 }), (one, other) => {
      const isSame =
        one.length === other.length && one.every((bytes, place) => hex(bytes) === hex(other[place] ?? bytes));
      expect(hex(digestOf(...one)) === hex(digestOf(...other))).toBe(isSame);
    }),
    { numRuns: times(300) },
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat(), fc.nat(), (bytes, first, second) => {
      const cut = (at: number) => [bytes.subarray(0, at % (bytes.length + 1)), bytes.subarray(at % (bytes.length + 1))];
      const isSame = first % (bytes.length + 1) === second % (bytes.length + 1);
      expect(hex(digestOf(...cut(first))) === hex(digestOf(...cut(second)))).toBe(isSame);
    }),
    { numRuns: times(300) },
  );
  expect(hex(digestOf("a", "b"))).not.toBe(hex(digestOf("ab")));
  expect(hex(digestOf())).not.toBe(hex(digestOf("")));
});

function drafts(): ReceiptDraft[] {
  const base = { from: "service:asyncgate", to: "agent:alice", leaseId: id(50) };
  return [1, 2, 3, 4].map((place) => ({
    ...base,
    receiptId: id(10 + place),
    parents: [id(20 + place), id(30 + place)],
    body: { case: "taskStarted", value: { $typeName: "asyncgate.v1.TaskStarted", attempt: place } },
  }));
}

function wholeChain(): { rows: ChainRow[]; head: { sequence: number; hash: Uint8Array } } {
  const now = new Date("2026-01-02T03:04:05.678Z");
  const sealed = sealReceipts({ chainId: id(1), taskId: id(1), head: emptyChain, taskVersion: 1, now }, drafts());
  const rows = sealed.map((row) => ({ ...row, fromPrincipal: row.from, toPrincipal: row.to }));
  const last = rows.at(-1);
  return { rows, head: { sequence: last?.sequence ?? 0, hash: last?.hash ?? genesisHash } };
}

const flippedBytes = (bytes: Uint8Array, at: number, bit: number) =>
  bytes.map((byte, place) => (place === at % bytes.length ? byte ^ (1 << bit) : byte));

function flippedText(text: string, at: number, bit: number): string {
  // The lowest seven bits, so that it stays text of the same length.
  const bytes = flippedBytes(Buffer.from(text, "utf8"), at, bit % 7);
  return Buffer.from(bytes).toString("latin1");
}

/** One bit of one field of a receipt. */
function flip(row: ChainRow, field: keyof ChainRow, at: number, bit: number): ChainRow {
  const value = row[field];
  if (value instanceof Uint8Array) return { ...row, [field]: flippedBytes(value, at, bit) };
  if (value instanceof Date) return { ...row, [field]: new Date(value.getTime() ^ (1 << bit)) };
  if (typeof value === "number") return { ...row, [field]: value ^ (1 << bit) };
  if (typeof value === "string") return { ...row, [field]: flippedText(value, at, bit) };
  const parents = row.parents.map((one, place) =>
    place === at % row.parents.length ? flippedText(one, at, bit) : one,
  );
  return { ...row, parents };
}

/** The fields that hashes cover. */
const fields = Object.keys({
  receiptId: 0,
  sequence: 0,
  type: 0,
  fromPrincipal: 0,
  toPrincipal: 0,
  taskId: 0,
  leaseId: 0,
  parents: 0,
  body: 0,
  contentDigest: 0,
  prevHash: 0,
  hash: 0,
  createTime: 0,
} satisfies Record<Exclude<keyof ChainRow, "supersededBy" | "taskVersion">, number>) as (keyof ChainRow)[];

test("law 9: whatever bit of whatever receipt is flipped, the chain is found bad, and at that receipt", () => {
  const { rows, head } = wholeChain();
  expect(verifyChain(rows, head)).toBeUndefined();
  const place = fc.nat({ max: rows.length - 1 });
  const bit = fc.nat({ max: 7 });
  fc.assert(
    fc.property(place, fc.constantFrom(...fields), fc.nat(), bit, (at, field, byte, which) => {
      const flipped = flip(rows[at] as ChainRow, field, byte, which);
      const fault = verifyChain(rows.with(at, flipped), head);
      expect(fault).toMatchObject({ sequence: flipped.sequence, receiptId: flipped.receiptId });
    }),
    { numRuns: times(1_000) },
  );
});

test("law 9: a receipt that is removed, moved, added or cut off the end is found, and its place is named", () => {
  const { rows, head } = wholeChain();
  const [one, two, three, four] = rows as [ChainRow, ChainRow, ChainRow, ChainRow];
  const { MISSING, TRUNCATED, BROKEN_LINK } = LedgerFaultKind;
  expect(verifyChain([two, three, four], head)).toMatchObject({ sequence: 2, kind: MISSING });
  expect(verifyChain([one, three, four], head)).toMatchObject({ sequence: 3, kind: MISSING });
  expect(verifyChain([one, three, two, four], head)).toMatchObject({ sequence: 3, kind: MISSING });
  expect(verifyChain([one, two, three], head)).toMatchObject({ sequence: 4, kind: TRUNCATED });
  expect(verifyChain([], head)).toMatchObject({ sequence: 1, kind: TRUNCATED });
  const shorter = { sequence: 3, hash: three.hash };
  expect(verifyChain(rows, shorter)).toMatchObject({ sequence: 4, receiptId: four.receiptId, kind: BROKEN_LINK });
  const swapped = [{ ...two, sequence: 1 }, { ...one, sequence: 2 }, three, four];
  expect(verifyChain(swapped, head)).toMatchObject({ sequence: 1, kind: BROKEN_LINK });
});
