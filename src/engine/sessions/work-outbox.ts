// What waits to be sent over one worker's stream. Whatever has gathered goes into the next frame; nobody waits for more
// to come. It is bounded in items and bytes: a worker that does not read is found out here.

import type { LostLease } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
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

/** The most items a list of a frame has, in either direction. */
export const frameItemsMax = 500;
/** Clients of gRPC take messages of 4 MiB unless they are told otherwise; the largest task fits in beside this. */
const frameBytesMax = 1_048_576;
/** Answers to some frames more than may be under way: whoever lets so many lie does not read. */
const waitingItemsMax = 20_000;
const waitingBytesMax = 33_554_432;
/** Offers that are asked for ahead of those that were read, by number and by their size until now. */
const offersAheadMax = 1_000;
const offerBytesAhead = 8_388_608;
/** What an offer or an answer takes beside its payloads, about. */
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
  /** Of all that waits, and of the offers among it. */
  bytes: number;
  offerBytes: number;
  /** Of an offer, by those that were sent. */
  bytesPerOffer: number;
};

export function createOutbox(): Outbox {
  return {
    ...{
      offers: [],
      settled: [],
      directives: [],
      lost: [],
      welcome: undefined,
      heartbeatAck: undefined,
      streamEnd: undefined,
    },
    ...{ bytes: 0, offerBytes: 0, bytesPerOffer: itemBytes },
  };
}

export function isEmpty(outbox: Outbox): boolean {
  const { offers, settled, directives, lost, welcome, heartbeatAck, streamEnd } = outbox;
  return (
    !welcome && !heartbeatAck && !streamEnd && offers.length + settled.length + directives.length + lost.length === 0
  );
}

/** How much offers weigh is nobody's fault: no more are asked for until they are read. */
export function isOverfull({ offers, settled, directives, lost, bytes, offerBytes }: Outbox): boolean {
  return (
    bytes - offerBytes > waitingBytesMax ||
    offers.length + settled.length + directives.length + lost.length > waitingItemsMax
  );
}

/** How many more offers may be asked for, beside those that are. */
export function roomForOffers({ offers, bytesPerOffer }: Outbox, asked: number): number {
  const most = Math.min(offersAheadMax, Math.max(Math.floor(offerBytesAhead / bytesPerOffer), 1));
  return Math.max(most - offers.length - asked, 0);
}

/** The weight of the newest offers counts half: sizes differ from queue to queue, not from task to task. */
const newest = 0.5;

export function putOffers(outbox: Outbox, leased: readonly GrantedTask[]): void {
  let sum = 0;
  for (const { task, lease, acceptedReceiptId } of leased) {
    const bytes = itemBytes + bytesOf(task.payload) + bytesOf(task.checkpoint) + bytesOfLabels(task.labels);
    sum += bytes;
    outbox.offers.push({
      offer: {
        $typeName: "asyncgate.v1.Offer",
        leased: { $typeName: "asyncgate.v1.LeasedTask", task, lease, acceptedReceiptId },
      },
      bytes,
    });
  }
  outbox.bytes += sum;
  outbox.offerBytes += sum;
  if (leased.length > 0) {
    outbox.bytesPerOffer = outbox.bytesPerOffer * (1 - newest) + (sum / leased.length) * newest;
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
  if (outbox.streamEnd && isEmpty({ ...outbox, streamEnd: undefined })) {
    frame.streamEnd = outbox.streamEnd;
    outbox.streamEnd = undefined;
  }
  return frame;
}

/** Nobody will read it. */
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
