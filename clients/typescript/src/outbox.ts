// What a worker has to send, until it is answered. Items wait in the order in which they were put and leave in frames.
// Items that were not answered are sent again on the next stream, in the same order and under the same request ids, so
// nothing is lost and nothing is done twice.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Settled, WorkRequestSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Frame } from "./session-messages.ts";

const fields = WorkRequestSchema.field;

/** The parts of a frame that items go into. */
export type ListName =
  | "accepts"
  | "declines"
  | "starts"
  | "progress"
  | "outputs"
  | "completes"
  | "suspends"
  | "handOffs"
  | "questions"
  | "fails"
  | "releases"
  | "drain"
  | "bye";

export type Item = {
  readonly list: ListName;
  readonly bytes: Uint8Array;
  /** The request id or token by which its answer is recognized; undefined if it has no answer. */
  readonly key: string | undefined;
  readonly onAnswer: (settled: Settled) => void;
};

/** Well below the 1 MiB that a server accepts; several small frames are as fast as a large one. */
const frameBytesWanted = 256 * 1024;
/** The size of an item that fills a frame alone. */
export const itemBytesMax = 1024 * 1024 - 1024;
/** The sent part of the queue is dropped at the latest when it is this long. */
const sentMax = 10_000;

export type Outbox = {
  /** Returns false and takes nothing if the item fits into no frame. */
  put(item: Item): boolean;
  /** Replaces an item that was never sent. Returns false if it was, or if `by` fits into no frame. */
  replace(item: Item, by: Item): boolean;
  answer(settled: Settled): void;
  /** For a new stream: unanswered items go first. */
  resend(): void;
  /** The next frame; undefined if there is nothing to send. */
  take(credits: number): Frame | undefined;
  /** The most items of one list of a frame, as the server says. */
  setListItemsMax(max: number): void;
  readonly waiting: number;
  readonly unanswered: number;
};

export function createOutbox(): Outbox {
  let queue: Item[] = [];
  let head = 0;
  let listItemsMax = 500;
  const sent = new Map<string, Item>();
  // What is sent again must be the same: the server may know it by its request id.
  const everSent = new WeakSet<Item>();
  return {
    put(item) {
      if (item.bytes.length > itemBytesMax) return false;
      queue.push(item);
      return true;
    },
    replace(item, by) {
      const at = queue.indexOf(item, head);
      if (at < 0 || everSent.has(item) || by.bytes.length > itemBytesMax) return false;
      queue[at] = by;
      return true;
    },
    answer(settled) {
      // Only accepts have no request id.
      const key = settled.requestId || settled.leaseToken;
      const item = sent.get(key);
      if (!item) return;
      sent.delete(key);
      item.onAnswer(settled);
    },
    resend() {
      queue = [...sent.values(), ...queue.slice(head)];
      head = 0;
      sent.clear();
    },
    take(credits) {
      if (credits === 0 && head === queue.length) return undefined;
      const items = nextItems(queue, head, listItemsMax);
      for (const item of items) {
        if (item.key === undefined) continue;
        sent.set(item.key, item);
        everSent.add(item);
      }
      head += items.length;
      if (head === queue.length || head > sentMax) {
        queue = queue.slice(head);
        head = 0;
      }
      return encodeFrame(credits, items);
    },
    setListItemsMax(max) {
      listItemsMax = max;
    },
    get waiting() {
      return queue.length - head;
    },
    get unanswered() {
      return sent.size;
    },
  };
}

/** An item that does not fit waits with all items behind it, so items of a lease keep their order. */
function nextItems(queue: readonly Item[], from: number, listItemsMax: number): Item[] {
  const items: Item[] = [];
  const counts = new Map<ListName, number>();
  let bytes = 0;
  for (let at = from; at < queue.length; at += 1) {
    const item = queue[at] as Item;
    const count = (counts.get(item.list) ?? 0) + 1;
    if (count > listItemsMax || (bytes > 0 && bytes + item.bytes.length > frameBytesWanted)) break;
    counts.set(item.list, count);
    bytes += item.bytes.length;
    items.push(item);
  }
  return items;
}

function encodeFrame(credits: number, items: readonly Item[]): Frame {
  const writer = new BinaryWriter();
  if (credits > 0) {
    writer.tag(fields.credit.number, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(credits).join();
  }
  for (const { list, bytes } of items) writer.tag(fields[list].number, WireType.LengthDelimited).bytes(bytes);
  return writer.finish() as Frame;
}
