// Output as a rule: where an append goes, what a repeated one is, and which bytes are dropped when there is no more
// room. A log keeps its beginning and its end: what is dropped is one hole between them, and offsets behind it stay.
import { invalidArgument, offsetMismatch, type Refusal } from "./refusal.ts";

/** No piece is longer, so that a read knows how far before an offset its piece begins. */
export const pieceBytesMax = 65_536;
/** A row costs about as much, however few bytes it has. */
const pieceRoomMin = 512;
/** Dropped beyond what is needed, so that not every append drops something. */
const slackPart = 1 / 16;
/** What is kept of the beginning when a log gets its hole. */
const headPart = 1 / 2;

/** What one lease has written to one stream. */
export type Log = {
  readonly taskId: string;
  readonly fence: number;
  readonly stream: string;
  readonly nextOffset: number;
  /** What is missing; both are 0 if nothing is. */
  readonly holeFrom: number;
  readonly holeTo: number;
  readonly roomBytes: number;
  /** The room that the logs of earlier leases take. */
  readonly earlierBytes: number;
  readonly isClosed: boolean;
  readonly sha256: Uint8Array | null;
  readonly isVerified: boolean;
  readonly createTime: Date;
  readonly updateTime: Date;
};

export type Span = { readonly fromOffset: number; readonly untilOffset: number };
export type Bytes = Span & { readonly data: Uint8Array };
export type Piece = Bytes &
  Pick<Log, "taskId" | "fence" | "stream"> & {
    readonly printTime: Date;
  };

export function newLog(of: Pick<Log, "taskId" | "fence" | "stream" | "earlierBytes">, now: Date): Log {
  return {
    ...of,
    nextOffset: 0,
    holeFrom: 0,
    holeTo: 0,
    roomBytes: 0,
    isClosed: false,
    sha256: null,
    isVerified: false,
    createTime: now,
    updateTime: now,
  };
}

/** Whether bytes extend a log or are there already. `known`: what the log has in their place, as far as it is kept. */
export function placeOutput(
  log: Log,
  { offset, data }: { readonly offset: number; readonly data: Uint8Array },
  known: readonly Bytes[],
): "extends" | "repeated" | Refusal {
  if (offset + data.length <= log.nextOffset) {
    return known.every((piece) => isSame(piece, offset, data)) ? "repeated" : offsetMismatch(log);
  }
  return offset === log.nextOffset && !log.isClosed ? "extends" : offsetMismatch(log);
}

function isSame({ fromOffset, untilOffset, data }: Bytes, offset: number, other: Uint8Array): boolean {
  const from = Math.max(fromOffset, offset);
  const until = Math.min(untilOffset, offset + other.length);
  if (from >= until) return true;
  const kept = data.subarray(from - fromOffset, until - fromOffset);
  return Buffer.compare(kept, other.subarray(from - offset, until - offset)) === 0;
}

/** A piece that the next bytes of its log go into, or undefined if they are a piece of their own. */
export function joined(last: Piece | undefined, next: Piece): Piece | undefined {
  const isNext = last !== undefined && last.untilOffset === next.fromOffset;
  if (!isNext || next.untilOffset - last.fromOffset > pieceBytesMax) return undefined;
  return { ...last, untilOffset: next.untilOffset, data: Buffer.concat([last.data, next.data]) };
}

/** The room that a piece takes. */
export function roomOf({ fromOffset, untilOffset }: Span): number {
  return Math.max(untilOffset - fromOffset, pieceRoomMin);
}

/** How much has to be dropped of the logs of a lease, and of those of earlier ones. 0: all have room. */
export function excessOf(logs: readonly Log[], roomMax: number): number {
  const [first] = logs;
  if (!first) return 0;
  const room = logs.reduce((sum, { roomBytes }) => sum + roomBytes, first.earlierBytes);
  return room > roomMax ? Math.ceil(room - roomMax * (1 - slackPart)) : 0;
}

/** The log that has the most to drop; undefined if none has any. */
export function logToDropFrom(logs: readonly Log[]): Log | undefined {
  const droppable = (log: Log) => log.nextOffset - firstToDrop(log);
  const largest = [...logs].sort((one, other) => droppable(other) - droppable(one))[0];
  return largest && droppable(largest) > 0 ? largest : undefined;
}

/** Pieces from this offset on may be dropped, the first of them first. */
export function firstToDrop({ holeFrom, holeTo, nextOffset }: Log): number {
  return holeTo > holeFrom ? holeTo : Math.ceil(nextOffset * (1 - headPart));
}

/** The log without as many of these pieces as are too much. They begin at `firstToDrop`, or at the hole. */
export function dropPieces(log: Log, pieces: readonly Span[], excess: number): Log {
  let { roomBytes, holeFrom, holeTo } = log;
  const wanted = roomBytes - excess;
  for (const piece of pieces) {
    if (roomBytes <= wanted) break;
    if (holeTo === holeFrom) holeFrom = piece.fromOffset;
    holeTo = piece.untilOffset;
    roomBytes -= roomOf(piece);
  }
  return { ...log, roomBytes, holeFrom, holeTo };
}

const sha256Bytes = 32;

/** Whether a log may be closed with that length. */
export function placeClose(
  log: Log,
  { length, sha256 }: { readonly length: bigint; readonly sha256: Uint8Array },
): "closes" | "repeated" | Refusal {
  if (Number(length) !== log.nextOffset) return offsetMismatch(log);
  if (!log.isClosed) return "closes";
  return Buffer.compare(log.sha256 ?? new Uint8Array(), sha256) === 0 ? "repeated" : offsetMismatch(log);
}

export function checkDigest({ sha256 }: { readonly sha256: Uint8Array }): Refusal | undefined {
  if (sha256.length === 0 || sha256.length === sha256Bytes) return undefined;
  return invalidArgument([
    { field: "sha256", description: `must be empty or ${sha256Bytes} bytes`, rule: "output.sha256" },
  ]);
}
