// CloseOutput: says how long a log is, and what it has in it. The close is flushed, and with it all that was appended.
import { createHash } from "node:crypto";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type CloseOutputRequest, OutputService } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { checkDigest, type Log, newLog, pieceBytesMax, placeClose } from "../../core/output.ts";
import { digestMismatch, limitExceeded, orThrow, Refused, throwIfRefused } from "../../core/refusal.ts";
import { readOutputPieces } from "../../store/output.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { topics } from "../runtime/wakeups.ts";
import { lockHoldings, readLeaseToken } from "../tx/holder.ts";
import { readLogs, writeLogs } from "./log-rows.ts";

export type Closed = { readonly closeTime: Timestamp; readonly verified: boolean };

export async function closeOutput(engine: Engine, caller: Caller, request: CloseOutputRequest): Promise<Closed> {
  throwIfRefused(checkDigest(request));
  const claim = orThrow(readLeaseToken(caller, request));
  const { tenantId } = caller;
  return await transaction(engine.database, {}, async (tx) => {
    const [[holding], { logs, earlierBytesOf }] = await Promise.all([
      lockHoldings(tx, tenantId, [claim], OutputService.method.closeOutput.name),
      readLogs(tx, tenantId, [claim]),
    ]);
    assert(holding !== undefined, "the claim is looked up");
    const { taskId, fence } = claim;
    const { stream, sha256 } = request;
    const known = logs.find((log) => log.stream === stream);
    const log = known ?? newLog({ taskId, fence, stream, earlierBytes: earlierBytesOf(claim) }, tx.now);
    const place = placeClose(log, request);
    if (place === "repeated") return closed(log);
    if (holding.ended) throw new Refused(holding.ended.refusal);
    if (place !== "closes") throw new Refused(place);
    const bound = caller.limits.output_streams_max;
    const value = logs.length + 1;
    if (!known && value > bound) throw new Refused(limitExceeded({ limit: "output_streams_max", bound, value }));
    const isVerified = sha256.length > 0 && log.holeTo === log.holeFrom;
    if (isVerified) await verify(tx, tenantId, log, sha256);
    const after: Log = {
      ...log,
      isClosed: true,
      isVerified,
      sha256: sha256.length > 0 ? sha256 : null,
      updateTime: tx.now,
    };
    tx.afterCommit(() => engine.wakeups.wakeHere(topics.output(tenantId, taskId)));
    await tx.commitWith(writeLogs(tx, tenantId, [after]));
    return closed(after);
  });
}

function closed({ updateTime, isVerified }: Log): Closed {
  return { closeTime: timestampOfDate(updateTime), verified: isVerified };
}

/** Read at once; a log is no longer than the room of its task. */
const readBytes = 1_048_576;
const readMax = 2_048;

async function verify(tx: Transaction, tenantId: string, log: Log, sha256: Uint8Array): Promise<void> {
  const { taskId, fence, stream, nextOffset } = log;
  const hash = createHash("sha256");
  for (let fromOffset = 0; fromOffset < nextOffset; ) {
    const pieces = await readOutputPieces(tx, {
      tenantId,
      taskId,
      fence,
      stream,
      pieceBytesMax,
      fromOffset,
      untilOffset: fromOffset + readBytes,
      most: readMax,
    });
    for (const { data } of pieces) hash.update(data);
    const last = pieces.at(-1);
    assert(last !== undefined, "a log without a hole is whole");
    fromOffset = last.untilOffset;
  }
  const found = hash.digest();
  if (Buffer.compare(found, sha256) !== 0) throw new Refused(digestMismatch(log, found));
}
