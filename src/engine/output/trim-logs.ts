// Makes room for output: the logs of earlier leases go first, then the middles of those of this one. Some tens of
// milliseconds, once in a sixteenth of the room.
import { dropPieces, excessOf, firstToDrop, type Log, logToDropFrom } from "../../core/output.ts";
import {
  deleteEarlierOutputPieces,
  deleteOutputPieces,
  emptyEarlierOutputHeads,
  listOutputPieces,
} from "../../store/output.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { writeLogs } from "./log-rows.ts";

/** More than the pieces in a sixteenth of the default room, however small. */
const listedMax = 10_000;

/** `all`: the logs of one lease. They and their pieces are written, and its task is locked. */
export async function trimLogs(tx: Transaction, tenantId: string, all: readonly Log[], roomMax: number): Promise<void> {
  let logs = all;
  let excess = excessOf(logs, roomMax);
  const [{ taskId, fence, earlierBytes } = { taskId: "", fence: 0, earlierBytes: 0 }] = logs;
  if (earlierBytes > 0) {
    await Promise.all([
      deleteEarlierOutputPieces(tx, { tenantId, taskId, fence }),
      emptyEarlierOutputHeads(tx, { tenantId, taskId, fence }),
    ]);
    logs = logs.map((log) => ({ ...log, earlierBytes: 0 }));
    excess -= earlierBytes;
  }
  const emptied = new Set<string>();
  while (excess > 0) {
    const log = logToDropFrom(logs.filter(({ stream }) => !emptied.has(stream)));
    if (!log) break;
    const after = await trimLog(tx, tenantId, log, excess);
    if (after.roomBytes === log.roomBytes) emptied.add(log.stream);
    excess -= log.roomBytes - after.roomBytes;
    logs = logs.map((one) => (one.stream === log.stream ? after : one));
  }
  await writeLogs(tx, tenantId, logs);
}

async function trimLog(tx: Transaction, tenantId: string, log: Log, excess: number): Promise<Log> {
  const { taskId, fence, stream } = log;
  const of = { tenantId, taskId, fence, stream };
  let pieces = await listOutputPieces(tx, { ...of, fromOffset: firstToDrop(log), most: listedMax });
  // A log of one piece, which is larger than all the room.
  const isWhole = log.holeTo === log.holeFrom;
  if (pieces.length === 0 && isWhole) pieces = await listOutputPieces(tx, { ...of, fromOffset: 0, most: listedMax });
  const after = dropPieces(log, pieces, excess);
  if (after.roomBytes === log.roomBytes) return log;
  await deleteOutputPieces(tx, { ...of, fromOffset: isWhole ? after.holeFrom : log.holeTo, untilOffset: after.holeTo });
  return after;
}
