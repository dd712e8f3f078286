// How receipts are hashed. Every reader of the ledger can recompute it from docs/ledger.md; changing a byte here breaks
// every chain that exists, so a golden test holds it still.
import { hash } from "node:crypto";
import type { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";

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

/** Where parts are laid one behind the other to be hashed in one call: half of what a task costs here was hashing. */
let workspace = Buffer.allocUnsafe(4_096);
const lengthBytes = 4;

/** Each part goes in with its length before it, so that no two different lists of parts give the same bytes. */
function digestParts(parts: readonly (string | Uint8Array)[]): Uint8Array {
  let bytes = 0;
  for (const part of parts) {
    bytes += lengthBytes + (typeof part === "string" ? Buffer.byteLength(part) : part.length);
  }
  if (bytes > workspace.length) workspace = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const part of parts) {
    const from = at + lengthBytes;
    if (typeof part === "string") {
      at = from + workspace.write(part, from);
    } else {
      workspace.set(part, from);
      at = from + part.length;
    }
    workspace.writeUInt32BE(at - from, from - lengthBytes);
  }
  // As text and back: asked for bytes, the one-shot hash makes them in a way that takes twice as long.
  return Buffer.from(hash("sha256", workspace.subarray(0, at), "binary"), "latin1");
}

export function contentDigest(content: ReceiptContent): Uint8Array {
  const parents = [...content.parents].sort();
  return digestParts([
    contentTag,
    String(content.type),
    content.taskId ?? "",
    content.from,
    content.to,
    content.leaseId ?? "",
    parents.join(","),
    content.body,
  ]);
}

export type Link = {
  readonly prevHash: Uint8Array;
  readonly receiptId: string;
  readonly sequence: number;
  readonly createTime: Date;
  readonly contentDigest: Uint8Array;
};

export function linkHash(link: Link): Uint8Array {
  return digestParts([
    linkTag,
    link.prevHash,
    link.receiptId,
    String(link.sequence),
    String(link.createTime.getTime()),
    link.contentDigest,
  ]);
}

/** A digest of several pieces of bytes, for requests and results. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return digestParts(parts);
}
