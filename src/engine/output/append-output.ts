// AppendOutput: bytes for the logs of held tasks, those of many calls in one transaction. It changes no task and leaves
// no receipt; the lock on the lease keeps out all other holders. Not flushed by itself: the end of the task flushes it.

import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type AppendOutputRequest, OutputService } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { dateOfTimestamp, timestampOfDate } from "../../core/duration.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import {
  excessOf,
  joined,
  type Log,
  newLog,
  type Piece,
  pieceBytesMax,
  placeOutput,
  roomOf,
} from "../../core/output.ts";
import { isRefusal, limitExceeded, type Refusal } from "../../core/refusal.ts";
import type { Held } from "../../core/task-record.ts";
import { readOutputPieces } from "../../store/output.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import type { LeaseCall } from "../leases/lease-operation.ts";
import { topics } from "../runtime/wakeups.ts";
import { type Holding, lockHoldings, readLeaseToken } from "../tx/holder.ts";
import { leaseKey, logKey, readLogs, writeLogs, writePieces } from "./log-rows.ts";
import { trimLogs } from "./trim-logs.ts";

export type Appended = {
  readonly nextOffset: bigint;
  /** Absent when a repeated call meets a lease that has ended. */
  readonly expireTime?: Timestamp;
  readonly cancelRequested: boolean;
};

type Call = LeaseCall<AppendOutputRequest> & { readonly index: number; readonly claim: LeaseClaim };

/** A repeated call is compared with so many pieces at the most: it comes in the pieces that it came in before. */
const comparedMax = 1_000;

/** Answers in the order of the requests; what is refused does not touch its neighbours. */
export async function appendOutputs(
  engine: Engine,
  tenantId: string,
  all: readonly LeaseCall<AppendOutputRequest>[],
): Promise<(Appended | Refusal)[]> {
  const answers: (Appended | Refusal | undefined)[] = [];
  const calls: Call[] = [];
  for (const [index, { caller, request }] of all.entries()) {
    const claim = readLeaseToken(caller, request);
    if (isRefusal(claim)) answers[index] = claim;
    else calls.push({ index, caller, request, claim });
  }
  if (calls.length > 0) {
    const appended = await transaction(engine.database, { durability: "lazy" }, (tx) =>
      appendAll(engine, tx, tenantId, calls),
    );
    for (const [index, answer] of appended) answers[index] = answer;
  }
  return answers.map((answer) => {
    assert(answer !== undefined, "every request has an answer");
    return answer;
  });
}

/** What a batch makes of its logs. */
type Batch = {
  readonly now: Date;
  readonly logs: Map<string, Log>;
  readonly changed: Set<string>;
  readonly pieces: Piece[];
  /** The last piece of each log that is written here. */
  readonly last: Map<string, number>;
};

async function appendAll(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  calls: readonly Call[],
): Promise<Map<number, Appended | Refusal>> {
  const claims = [...new Map(calls.map(({ claim }) => [claim.leaseId, claim])).values()];
  const [found, { logs, earlierBytesOf }] = await Promise.all([
    lockHoldings(tx, tenantId, claims, OutputService.method.appendOutput.name),
    readLogs(tx, tenantId, claims),
  ]);
  const holdings = new Map(claims.map(({ leaseId }, place) => [leaseId, found[place]]));
  const byKey = new Map(logs.map((log) => [logKey(log), log]));
  const known = await Promise.all(calls.map((call) => readKnown(tx, tenantId, call, byKey.get(keyOf(call)))));
  const batch: Batch = { now: tx.now, logs: byKey, changed: new Set(), pieces: [], last: new Map() };
  const answers = new Map<number, Appended | Refusal>();
  for (const [place, call] of calls.entries()) {
    const holding = holdings.get(call.claim.leaseId);
    assert(holding !== undefined, "every claim is looked up");
    answers.set(call.index, append(batch, call, holding, known[place] ?? [], earlierBytesOf(call.claim)));
  }
  await write(engine, tx, tenantId, batch, calls);
  return answers;
}

function keyOf({ claim, request }: Call): string {
  return logKey({ ...claim, stream: request.stream });
}

/** What a log has where a call puts its bytes. Most calls extend their logs, and need nothing. */
async function readKnown(tx: Transaction, tenantId: string, { claim, request }: Call, log: Log | undefined) {
  const fromOffset = Number(request.offset);
  if (log === undefined || fromOffset >= log.nextOffset) return [];
  const { taskId, fence } = claim;
  return await readOutputPieces(tx, {
    tenantId,
    taskId,
    fence,
    stream: request.stream,
    pieceBytesMax,
    most: comparedMax,
    fromOffset,
    untilOffset: fromOffset + request.data.length,
  });
}

function append(
  batch: Batch,
  call: Call,
  { held, ended }: Holding,
  known: readonly Pick<Piece, "fromOffset" | "untilOffset" | "data">[],
  earlierBytes: number,
): Appended | Refusal {
  const { claim, request, caller } = call;
  const { taskId, fence } = claim;
  const key = keyOf(call);
  const log = batch.logs.get(key) ?? newLog({ taskId, fence, stream: request.stream, earlierBytes }, batch.now);
  const offset = Number(request.offset);
  const isNew = offset >= log.nextOffset;
  const written = isNew ? [] : batch.pieces.filter((piece) => piece.taskId === taskId && logKey(piece) === key);
  const place = placeOutput(log, { offset, data: request.data }, [...known, ...written]);
  if (place === "repeated") return appended(log, held);
  if (ended) return ended.refusal;
  if (place !== "extends") return place;
  if (!batch.logs.has(key)) {
    const value = 1 + [...batch.logs.values()].filter((one) => leaseKey(one) === leaseKey(log)).length;
    const bound = caller.limits.output_streams_max;
    if (value > bound) return limitExceeded({ limit: "output_streams_max", bound, value });
  }
  const after = extend(batch, key, log, request);
  batch.logs.set(key, after);
  batch.changed.add(key);
  return appended(after, held);
}

/** Bytes that come together are one piece, as long as it is none too long. */
function extend(batch: Batch, key: string, log: Log, { data, time }: AppendOutputRequest): Log {
  const { taskId, fence, stream, nextOffset } = log;
  const untilOffset = nextOffset + data.length;
  const printTime = time ? dateOfTimestamp(time) : batch.now;
  const piece: Piece = { taskId, fence, stream, fromOffset: nextOffset, untilOffset, printTime, data };
  const at = batch.last.get(key);
  const before = at === undefined ? undefined : batch.pieces[at];
  const whole = joined(before, piece);
  if (at !== undefined && before !== undefined && whole) batch.pieces[at] = whole;
  else batch.last.set(key, batch.pieces.push(piece) - 1);
  const room = whole && before ? roomOf(whole) - roomOf(before) : roomOf(piece);
  return { ...log, nextOffset: untilOffset, roomBytes: log.roomBytes + room, updateTime: batch.now };
}

async function write(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  { changed, logs, pieces }: Batch,
  calls: readonly Call[],
): Promise<void> {
  if (changed.size === 0) return;
  const now = [...changed].flatMap((key) => logs.get(key) ?? []);
  const leases = new Map(now.map((log) => [leaseKey(log), log]));
  tx.afterCommit(() => {
    for (const { taskId } of leases.values()) engine.wakeups.wakeHere(topics.output(tenantId, taskId));
  });
  const writes = Promise.all([writePieces(tx, tenantId, pieces), writeLogs(tx, tenantId, now)]);
  const crowded = [...leases.keys()].flatMap((key) => {
    const ofLease = [...logs.values()].filter((log) => leaseKey(log) === key);
    const roomMax = calls.find(({ claim }) => leaseKey(claim) === key)?.caller.limits.output_bytes_max ?? 0;
    return excessOf(ofLease, roomMax) > 0 ? [{ logs: ofLease, roomMax }] : [];
  });
  await (crowded.length > 0 ? writes : tx.commitWith(writes));
  for (const lease of crowded) await trimLogs(tx, tenantId, lease.logs, lease.roomMax);
}

function appended({ nextOffset }: Log, held: Held | undefined): Appended {
  return {
    nextOffset: BigInt(nextOffset),
    ...(held && { expireTime: timestampOfDate(held.expireTime) }),
    cancelRequested: held !== undefined && held.cancelTime !== null,
  };
}
