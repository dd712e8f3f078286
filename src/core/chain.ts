// How receipts are hashed. Every reader of the ledger can recompute it from docs/ledger.md; changing a byte here breaks
// every chain that exists, so a golden test holds it still.
import { hash } from "node:crypto";
import type { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { writeShortAscii } from "./ascii.ts";

/** The link of a chain that nothing comes before. */
export const genesisHash: Uint8Array = new Uint8Array(32);

/** Where a chain ends now. */
export type ChainEnd = { readonly sequence: number; readonly hash: Uint8Array };

/** With the page of the ledger that has its last receipt. */
export type ChainHead = ChainEnd & { readonly pageId: string | null };

export const emptyChain: ChainHead = { sequence: 0, hash: genesisHash, pageId: null };

/** What a receipt says. Ids, times and traces are no part of it: two that say the same have one digest. */
export type ReceiptContent = {
  readonly type: ReceiptType;
  readonly taskId: string | null;
  readonly from: string;
  readonly to: string;
  readonly leaseId: string | null;
  readonly parents: readonly string[];
  readonly body: Uint8Array;
};

const contentTag = "asyncgate receipt content v1";
const linkTag = "asyncgate receipt link v1";

const lengthBytes = 4;
const utf8BytesMax = 3; // of one of a string's units
/** Up to this length, one byte at a time is faster than a call into Node. */
const shortBytes = 64;
const initialBytes = 4_096;
/** What needed a larger workspace leaves one that is not kept. */
const keptBytesMax = 1_048_576;

/** Where parts are laid one behind the other to be hashed in one call: half of what a task costs here was hashing. */
let workspace = Buffer.allocUnsafe(initialBytes);
let at = 0;

/** Each part goes in with its length before it, so that no two different lists of parts give the same bytes. */
function begin(): void {
  at = 0;
}

function reserve(bytes: number): void {
  if (at + bytes <= workspace.length) return;
  const larger = Buffer.allocUnsafe(Math.max(workspace.length * 2, at + bytes));
  workspace.copy(larger, 0, 0, at);
  workIn(larger);
}

function workIn(bytes: Buffer<ArrayBuffer>): void {
  workspace = bytes;
  views.length = 0;
}

function putText(text: string): void {
  const { length } = text;
  reserve(lengthBytes + length * utf8BytesMax);
  const from = at + lengthBytes;
  at = from + (writeShortAscii(workspace, text, from) ? length : workspace.write(text, from));
  workspace.writeUInt32BE(at - from, from - lengthBytes);
}

function putBytes(bytes: Uint8Array): void {
  const { length } = bytes;
  reserve(lengthBytes + length);
  const from = at + lengthBytes;
  workspace.writeUInt32BE(length, at);
  if (length > shortBytes) workspace.set(bytes, from);
  else for (let index = 0; index < length; index += 1) workspace[from + index] = bytes[index] as number;
  at = from + length;
}

/** The first bytes of the workspace, by their number: most digests are made of as many bytes as others. */
const views: Buffer[] = [];
const viewBytesMax = 1_024;

function digest(): Uint8Array {
  let view = views[at];
  if (view === undefined) {
    view = workspace.subarray(0, at);
    if (at < viewBytesMax) views[at] = view;
  }
  // As text and back: asked for bytes, the one-shot hash makes them in a way that takes twice as long.
  const text = hash("sha256", view, "binary");
  if (workspace.length > keptBytesMax) workIn(Buffer.allocUnsafe(initialBytes));
  return Buffer.from(text, "latin1");
}

export function contentDigest(content: ReceiptContent): Uint8Array {
  const { parents } = content;
  begin();
  putText(contentTag);
  putText(String(content.type));
  putText(content.taskId ?? "");
  putText(content.from);
  putText(content.to);
  putText(content.leaseId ?? "");
  putText(sortedList(parents));
  putBytes(content.body);
  return digest();
}

/** Most receipts have one or two parents. */
function sortedList(ids: readonly string[]): string {
  const [first = "", second = ""] = ids;
  if (ids.length < 2) return first;
  if (ids.length === 2) return first < second ? `${first},${second}` : `${second},${first}`;
  return [...ids].sort().join(",");
}

export type Link = {
  readonly prevHash: Uint8Array;
  readonly receiptId: string;
  readonly sequence: number;
  readonly createTime: Date;
  readonly contentDigest: Uint8Array;
};

export function linkHash(link: Link): Uint8Array {
  begin();
  putText(linkTag);
  putBytes(link.prevHash);
  putText(link.receiptId);
  putText(String(link.sequence));
  putText(String(link.createTime.getTime()));
  putBytes(link.contentDigest);
  return digest();
}

/** A digest of several pieces of bytes, for requests and results. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  begin();
  for (const part of parts) {
    if (typeof part === "string") putText(part);
    else putBytes(part);
  }
  return digest();
}
