// Logs and pieces between rows and rules.
import type { Log, Piece } from "../../core/output.ts";
import {
  insertOutputPieces,
  readOutputHeads,
  sumEarlierOutputs,
  writeOutputHeads,
} from "../../store/output.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";

/** Which lease of which task. */
export type OfLease = { readonly taskId: string; readonly fence: number };

/** The logs of leases, and the room that the logs of earlier leases of the same tasks take. */
export type LeaseLogs = {
  readonly logs: readonly Log[];
  readonly earlierBytesOf: (lease: OfLease) => number;
};

/** Sent at once, behind what was sent before. Only a lease that has not written yet costs another statement. */
export async function readLogs(tx: Transaction, tenantId: string, leases: readonly OfLease[]): Promise<LeaseLogs> {
  const rows = await readOutputHeads(tx, { tenantId, ...columnsOf(leases) });
  const ofFirst = new Map(rows.map((row) => [leaseKey(row), row.earlierBytes]));
  const fresh = leases.filter((lease) => !ofFirst.has(leaseKey(lease)));
  const sums = fresh.length > 0 ? await sumEarlierOutputs(tx, { tenantId, ...columnsOf(fresh) }) : [];
  for (const sum of sums) ofFirst.set(leaseKey(sum), sum.roomBytes);
  return { logs: rows, earlierBytesOf: (lease) => ofFirst.get(leaseKey(lease)) ?? 0 };
}

export async function writeLogs(tx: Transaction, tenantId: string, logs: readonly Log[]): Promise<void> {
  await writeOutputHeads(tx, {
    tenantId,
    ...columnsOf(logs),
    streams: logs.map(({ stream }) => stream),
    nextOffsets: logs.map(({ nextOffset }) => nextOffset),
    holesFrom: logs.map(({ holeFrom }) => holeFrom),
    holesTo: logs.map(({ holeTo }) => holeTo),
    roomsBytes: logs.map(({ roomBytes }) => roomBytes),
    earliersBytes: logs.map(({ earlierBytes }) => earlierBytes),
    areClosed: logs.map(({ isClosed }) => isClosed),
    sha256s: logs.map(({ sha256 }) => sha256),
    areVerified: logs.map(({ isVerified }) => isVerified),
    createTimes: logs.map(({ createTime }) => createTime),
    updateTimes: logs.map(({ updateTime }) => updateTime),
  });
}

export async function writePieces(tx: Transaction, tenantId: string, pieces: readonly Piece[]): Promise<void> {
  if (pieces.length === 0) return;
  await insertOutputPieces(tx, {
    tenantId,
    ...columnsOf(pieces),
    streams: pieces.map(({ stream }) => stream),
    fromOffsets: pieces.map(({ fromOffset }) => fromOffset),
    untilOffsets: pieces.map(({ untilOffset }) => untilOffset),
    printTimes: pieces.map(({ printTime }) => printTime),
    datas: pieces.map(({ data }) => data),
  });
}

export function leaseKey({ taskId, fence }: OfLease): string {
  return `${taskId} ${fence}`;
}

/** A stream's name may have spaces, and is the last part. */
export function logKey(log: OfLease & { readonly stream: string }): string {
  return `${leaseKey(log)} ${log.stream}`;
}

function columnsOf(leases: readonly OfLease[]) {
  return { taskIds: leases.map(({ taskId }) => taskId), fences: leases.map(({ fence }) => fence) };
}
