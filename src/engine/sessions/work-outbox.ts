// What waits to be sent over one worker's stream. Everything that has gathered goes into the next frame; there is no
// timer. The outbox is bounded in items and bytes; a worker that exceeds the bounds does not read.
import type { LostLease } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { HandOff } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type {
  Directive,
  HeartbeatAck,
  Offer,
  Settled,
  StreamEnd,
  Welcome,
  WorkResponse,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { GrantedTask } from "../views/granted-task.ts";

/** The most items of a list of a frame, in either direction. */
export const frameItemsMax = 500;
/** gRPC clients accept messages of 4 MiB by default; the largest task fits beside this. */
const frameBytesMax = 1_048_576;
/** More than the answers to all items that may be in flight. */
const waitingItemsMax = 20_000;
const waitingBytesMax = 33_554_432;
/** How many offers, and how many bytes of offers by their size so far, are requested ahead of those that were read. */
const offersAheadMax = 1_000;
const offerBytesAhead = 8_388_608;
/** About what an offer or an answer takes beside its payloads. */
const itemBytes = 512;
const errorBytes = 2_048;

export type Outbox = {
  readonly offers: { readonly offer: Offer; readonly bytes: number }[];
  readonly settled: Settled[];
  readonly directives: Directive[];
  readonly lost: LostLease[];
  welcome: Welcome | undefined;
  heartbeatAck: HeartbeatAck | undefined;
  streamEnd: StreamEnd | undefined;
  /** Of everything that waits, and of the offers in it. */
  bytes: number;
  offerBytes: number;
  /** The expected size of an offer, from those so far. */
  bytesPerOffer: number;
};

export function createOutbox(): Outbox {
  return {
    offers: [],
    settled: [],
    directives: [],
    lost: [],
    welcome: undefined,
    heartbeatAck: undefined,
    streamEnd: undefined,
    bytes: 0,
    offerBytes: 0,
    bytesPerOffer: itemBytes,
  };
}

export function isEmpty(outbox: Outbox): boolean {
  return outbox.streamEnd === undefined && isDrained(outbox);
}

/** Whether nothing waits except the end of the stream. */
function isDrained(outbox: Outbox): boolean {
  return outbox.welcome === undefined && outbox.heartbeatAck === undefined && itemsOf(outbox) === 0;
}

function itemsOf({ offers, settled, directives, lost }: Outbox): number {
  return offers.length + settled.length + directives.length + lost.length;
}

/** The size of offers does not count: the server decides how many it sends, and stops while they are not read. */
export function isOverfull(outbox: Outbox): boolean {
  return outbox.bytes - outbox.offerBytes > waitingBytesMax || itemsOf(outbox) > waitingItemsMax;
}

/** How many more offers may be requested, beside those that are requested already. */
export function roomForOffers({ offers, bytesPerOffer }: Outbox, requested: number): number {
  const most = Math.min(offersAheadMax, Math.max(Math.floor(offerBytesAhead / bytesPerOffer), 1));
  return Math.max(most - offers.length - requested, 0);
}

/** The newest offers weigh half in the average: sizes differ from queue to queue, not from task to task. */
const newestWeight = 0.5;

export function putOffers(outbox: Outbox, leased: readonly GrantedTask[]): void {
  let sum = 0;
  for (const { task, lease, acceptedReceiptId, waitResults, resultBytes, handOff, review } of leased) {
    const payloads = bytesOf(task.payload) + bytesOf(task.checkpoint) + resultBytes + bytesOfHandOff(handOff);
    const bytes = itemBytes + payloads + bytesOfLabels(task.labels);
    sum += bytes;
    outbox.offers.push({
      offer: {
        $typeName: "asyncgate.v1.Offer",
        leased: { $typeName: "asyncgate.v1.LeasedTask", task, lease, acceptedReceiptId, waitResults, handOff, review },
      },
      bytes,
    });
  }
  outbox.bytes += sum;
  outbox.offerBytes += sum;
  if (leased.length > 0) {
    outbox.bytesPerOffer = outbox.bytesPerOffer * (1 - newestWeight) + (sum / leased.length) * newestWeight;
  }
}

export function putSettled(outbox: Outbox, settled: readonly Settled[]): void {
  for (const one of settled) {
    outbox.bytes += bytesOfSettled(one);
    outbox.settled.push(one);
  }
}

/** The next frame. */
export function takeFrame(outbox: Outbox): WorkResponse {
  const { welcome, heartbeatAck } = outbox;
  outbox.welcome = undefined;
  outbox.heartbeatAck = undefined;
  const settled = outbox.settled.splice(0, frameItemsMax);
  for (const one of settled) outbox.bytes -= bytesOfSettled(one);
  const offers = takeOffers(outbox);
  const directives = outbox.directives.splice(0, frameItemsMax);
  const lost = outbox.lost.splice(0, frameItemsMax);
  const frame: WorkResponse = { $typeName: "asyncgate.v1.WorkResponse", offers, settled, directives, lost };
  if (welcome) frame.welcome = welcome;
  if (heartbeatAck) frame.heartbeatAck = heartbeatAck;
  // The end of the stream goes into the last frame.
  if (outbox.streamEnd && isDrained(outbox)) {
    frame.streamEnd = outbox.streamEnd;
    outbox.streamEnd = undefined;
  }
  return frame;
}

/** Drops everything except the end of the stream. */
export function clearOutbox(outbox: Outbox): void {
  for (const list of [outbox.offers, outbox.settled, outbox.directives, outbox.lost]) list.length = 0;
  outbox.welcome = undefined;
  outbox.heartbeatAck = undefined;
  outbox.bytes = 0;
  outbox.offerBytes = 0;
}

function takeOffers(outbox: Outbox): Offer[] {
  let bytes = 0;
  let count = 0;
  for (const one of outbox.offers) {
    if (count === frameItemsMax || (count > 0 && bytes + one.bytes > frameBytesMax)) break;
    bytes += one.bytes;
    count += 1;
  }
  outbox.bytes -= bytes;
  outbox.offerBytes -= bytes;
  return outbox.offers.splice(0, count).map(({ offer }) => offer);
}

function bytesOfSettled({ result }: Settled): number {
  return result.case === "error" ? errorBytes : itemBytes;
}

/** Its note, and what is said of each of its references. */
function bytesOfHandOff(handOff: HandOff | undefined): number {
  if (!handOff) return 0;
  const refs = handOff.refs.reduce((sum, { uri, metadata }) => sum + uri.length + bytesOfLabels(metadata), 0);
  return handOff.note.length + refs + handOff.refs.length * itemBytes;
}

function bytesOf(payload: Payload | undefined): number {
  const content = payload?.content;
  if (content?.case === "json") return Buffer.byteLength(content.value);
  return content?.case === "data" ? content.value.length : 0;
}

function bytesOfLabels(labels: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const key in labels) bytes += Buffer.byteLength(key) + Buffer.byteLength(labels[key] ?? "");
  return bytes;
}
