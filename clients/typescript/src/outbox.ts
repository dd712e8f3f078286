// What a worker says, until it is answered. Items wait in the order in which they were said and leave in frames; what
// is not answered is said again on the next stream, in the same order and under the same request ids, so nothing is
// lost and nothing is done twice.
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
  | "completes"
  | "fails"
  | "releases"
  | "drain"
  | "bye";

export type Item = {
  readonly list: ListName;
  readonly bytes: Uint8Array;
  /** What the answer is known by. Undefined: none comes. */
  readonly key: string | undefined;
  readonly answered: (settled: Settled) => void;
};

/** A server takes messages of up to 1 MiB; several small frames are no slower than a big one. */
const frameBytesWanted = 256 * 1024;
/** A frame that holds one item alone. */
export const itemBytesMax = 1024 * 1024 - 1024;

export type Outbox = {
  /** Answers false, and takes nothing, when no frame could hold it. */
  put(item: Item): boolean;
  /** Whether the item has not left yet, so that a later one may take its place. */
  replace(item: Item, by: Item): boolean;
  answer(settled: Settled): void;
  /** A new stream: what was sent and not answered goes first. */
  again(): void;
  /** The next frame, with so many credits; undefined when there is nothing to say. */
  take(credits: number): Frame | undefined;
  readonly itemsMax: { value: number };
  readonly waiting: number;
  readonly unanswered: number;
};

export function createOutbox(): Outbox {
  let queue: Item[] = [];
  let head = 0;
  const sent = new Map<string, Item>();
  const itemsMax = { value: 500 };

  function put(item: Item): boolean {
    if (item.bytes.length > itemBytesMax) return false;
    queue.push(item);
    return true;
  }

  return {
    put,
    replace(item, by) {
      const at = queue.indexOf(item, head);
      if (at < 0 || by.bytes.length > itemBytesMax) return false;
      queue[at] = by;
      return true;
    },
    answer(settled) {
      // Only an accept has no request id.
      const key = settled.requestId || settled.leaseToken;
      const item = sent.get(key);
      if (!item) return;
      sent.delete(key);
      item.answered(settled);
    },
    again() {
      queue = [...sent.values(), ...queue.slice(head)];
      head = 0;
      sent.clear();
    },
    take(credits) {
      if (credits === 0 && head === queue.length) return undefined;
      const writer = new BinaryWriter();
      if (credits > 0) {
        writer.tag(fields.credit.number, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(credits).join();
      }
      const counts = new Map<ListName, number>();
      let size = 0;
      while (head < queue.length) {
        const item = queue[head] as Item;
        const count = (counts.get(item.list) ?? 0) + 1;
        // Whatever does not fit waits with all behind it: what is said of one lease keeps its order.
        if (count > itemsMax.value || (size > 0 && size + item.bytes.length > frameBytesWanted)) break;
        counts.set(item.list, count);
        size += item.bytes.length;
        writer.tag(fields[item.list].number, WireType.LengthDelimited).bytes(item.bytes);
        if (item.key !== undefined) sent.set(item.key, item);
        head += 1;
      }
      if (head === queue.length || head > 10_000) {
        queue = queue.slice(head);
        head = 0;
      }
      return writer.finish() as Frame;
    },
    itemsMax,
    get waiting() {
      return queue.length - head;
    },
    get unanswered() {
      return sent.size;
    },
  };
}
