// One look at the output of a task: the next part of a log, and where to read on. ReadOutput and GetOutput are made of
// it.
import { create } from "@bufbuild/protobuf";
import {
  OutputHoleReason,
  type OutputPart,
  OutputPartSchema,
} from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { pieceBytesMax } from "../../core/output.ts";
import { notFound, offsetMismatch, Refused } from "../../core/refusal.ts";
import {
  type FindOutputHeadRow,
  findNextOutputHead,
  findOutputHead,
  readOutputPieces,
  readOutputTask,
} from "../../store/output.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";

/** What one answer has at the most. */
export const partBytesMax = 262_144;
const partPiecesMax = 1_000;
/** Between two statements, the middle of a log may have been dropped: then it is looked at again. */
const looksMax = 5;
const fenceMax = Number.MAX_SAFE_INTEGER;
export const streamDefault = "stdout";

export type Position = {
  readonly taskId: string;
  readonly stream: string;
  /** 0: the latest that has written. */
  readonly fence: number;
  readonly offset?: number;
  /** So many bytes before the end. */
  readonly lastBytes?: number;
};

type Begin =
  | { readonly case: "fromOffset" | "lastBytes"; readonly value: bigint }
  | { readonly case: undefined; readonly value?: undefined };

export function positionOf(request: {
  readonly taskId: string;
  readonly stream: string;
  readonly fence: bigint;
  readonly begin: Begin;
}): Position {
  const { taskId, stream, fence, begin } = request;
  const of = { taskId, stream: stream || streamDefault, fence: Math.min(Number(fence), fenceMax) };
  if (begin.case === "lastBytes") return { ...of, lastBytes: Number(begin.value) };
  return { ...of, offset: Number(begin.value ?? 0n) };
}

export type Look = {
  readonly part: OutputPart;
  readonly next: Position;
  /** Whether the log of a later lease goes on where this one ended. */
  readonly goesOn: boolean;
  /** Whether nothing will come any more. */
  readonly isOver: boolean;
  /** Of the task. */
  readonly version: number;
};

export async function readPart(engine: Engine, caller: Caller, at: Position, bytesMax = partBytesMax): Promise<Look> {
  for (let looks = 1; ; looks += 1) {
    const look = await read(engine.database, {}, (tx) => lookAt(tx, caller, at, bytesMax));
    if (look) return look;
    if (looks === looksMax) throw new Error("a log has neither its bytes nor a hole");
  }
}

/** The task is read first: of one that has ended then, all bytes are there to be read after it. */
async function lookAt(
  tx: ReadTransaction,
  { tenantId, ...caller }: Caller,
  at: Position,
  bytesMax: number,
): Promise<Look | undefined> {
  const { taskId, stream, fence } = at;
  const of = { tenantId, taskId, stream };
  const range = fence === 0 ? { fence: fenceMax, leastFence: 0 } : { fence, leastFence: fence };
  const [task, head] = await Promise.all([
    readOutputTask(tx, { tenantId, taskId }),
    findOutputHead(tx, { ...of, ...range }),
  ]);
  if (!task || !mayReadTask({ tenantId, ...caller }, task)) throw new Refused(notFound("task", taskId));
  const isEnded = task.endedState !== null;
  const log = head ?? { fence, stream, nextOffset: 0, holeFrom: 0, holeTo: 0, isClosed: false };
  const offset = at.offset ?? Math.max(log.nextOffset - (at.lastBytes ?? 0), 0);
  if (offset > log.nextOffset) throw new Refused(offsetMismatch(log));
  const found = await readBytes(tx, of, log, offset, bytesMax);
  if (found.nextOffset === offset && offset < log.nextOffset) return undefined;
  const isUpToDate = found.nextOffset === log.nextOffset;
  const isClosed = isEnded || log.isClosed || (log.fence > 0 && task.leaseFence !== log.fence);
  const later = isUpToDate && isClosed ? await findNextOutputHead(tx, { ...of, fence: log.fence }) : undefined;
  const part = create(OutputPartSchema, {
    stream,
    fence: BigInt(log.fence),
    offset: BigInt(offset),
    data: found.data,
    times: found.times,
    nextOffset: BigInt(found.nextOffset),
    earliestOffset: BigInt(log.holeFrom === 0 ? log.holeTo : 0),
    upToDate: isUpToDate,
    closed: isClosed && isUpToDate,
    ...(found.hole && { hole: found.hole }),
  });
  const next = later ? { fence: later.fence, offset: 0 } : { fence: log.fence, offset: found.nextOffset };
  const isOver = isUpToDate && isEnded && !later;
  return { part, next: { taskId, stream, ...next }, goesOn: later !== undefined, isOver, version: task.version };
}

type OfStream = { readonly tenantId: string; readonly taskId: string; readonly stream: string };

/** The bytes from an offset to the end, the hole, or the bound; and the hole, if they reach it. */
async function readBytes(tx: ReadTransaction, of: OfStream, log: FindOutputHeadRow, offset: number, bytesMax: number) {
  const { fence, nextOffset, holeFrom, holeTo } = log;
  const hasHole = holeTo > holeFrom;
  const isInHole = hasHole && offset >= holeFrom && offset < holeTo;
  const end = hasHole && offset < holeFrom ? holeFrom : nextOffset;
  const untilOffset = Math.min(end, offset + bytesMax);
  const isNothing = isInHole || untilOffset <= offset;
  const pieces = isNothing
    ? []
    : await readOutputPieces(tx, {
        ...of,
        fence,
        fromOffset: offset,
        untilOffset,
        pieceBytesMax,
        most: partPiecesMax,
      });
  const parts: Uint8Array[] = [];
  const times = [];
  let at = offset;
  for (const { fromOffset, untilOffset: until, printTime, data } of pieces) {
    if (fromOffset > at) break;
    const rest = data.subarray(at - fromOffset, Math.min(until, untilOffset) - fromOffset);
    parts.push(rest);
    times.push({ offset: BigInt(at), time: timestampOfDate(printTime) });
    at += rest.length;
  }
  const isAtHole = isInHole || (hasHole && at === holeFrom);
  const hole = { from: BigInt(at), to: BigInt(holeTo), reason: OutputHoleReason.LIMIT };
  return { data: Buffer.concat(parts), times, nextOffset: isAtHole ? holeTo : at, hole: isAtHole ? hole : undefined };
}
