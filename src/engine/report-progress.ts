// ReportProgress: how far the work is. Notes are not flushed; one that starts the task, or goes on record, is.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  type ReportProgressRequest,
  ReportProgressRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PayloadSchema } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Progress, ProgressSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { timestampOfDate } from "../core/duration.ts";
import type { LeaseClaim } from "../core/lease-token.ts";
import type { Held } from "../core/living.ts";
import { idempotencyConflict, isRefusal, type Refusal } from "../core/refusal.ts";
import { checkReportProgress, reportProgress as reportProgressRule } from "../core/report-progress.ts";
import { flushCommit, type ReadNotesRow, readNotes, writeNotes } from "../store/note.sql.gen.ts";
import { readChains } from "../store/receipt.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import { type Caller, type Engine, momentOf } from "./engine.ts";
import { claimOf, lockHoldings } from "./holder.ts";
import { record } from "./record.ts";
import { requestDigest } from "./request-digest.ts";
import { wakeAbout } from "./wakeups.ts";

export type Progressed = {
  readonly sequence: bigint;
  readonly expireTime: Timestamp;
  readonly cancelRequested: boolean;
  readonly receiptId: string;
};

export async function reportProgress(
  engine: Engine,
  caller: Caller,
  request: ReportProgressRequest,
): Promise<Progressed | Refusal> {
  const claim = claimOf(caller, request);
  if (isRefusal(claim)) return claim;
  const refusal = checkReportProgress(request, engine.limits);
  if (refusal) return refusal;
  return await transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const [holding] = await lockHoldings(tx, caller.tenantId, [claim], "ReportProgress");
    if (holding?.held === undefined) return holding?.past.refusal as Refusal;
    const [note] = await readNotes(tx, { tenantId: caller.tenantId, taskIds: [claim.taskId] });
    if (note && isLastNote(note, claim, request.requestId)) {
      const isSame = note.requestId === noteMark(claim, request);
      if (!isSame) return idempotencyConflict(request.requestId, claim.taskId);
      return await takenBefore(tx, caller, claim, holding.held, note, request);
    }
    return await takeNote(engine, tx, caller, holding.held, note, request);
  });
}

/** How the note of a call is known: the lease, what was said, the call's own id. Another lease's ids are its own. */
function noteMark({ leaseId }: Pick<LeaseClaim, "leaseId">, request: ReportProgressRequest): string | null {
  if (request.requestId === "") return null;
  const digest = Buffer.from(requestDigest(ReportProgressRequestSchema, request)).toString("base64url");
  return [leaseId, digest, request.requestId].join(markSeparator);
}

/** In no id and no digest, so that the first two parts end where it stands first. */
const markSeparator = " ";

function isLastNote(note: ReadNotesRow, { leaseId }: LeaseClaim, requestId: string): boolean {
  const [ofLease, , ...rest] = note.requestId?.split(markSeparator) ?? [];
  return requestId !== "" && ofLease === leaseId && rest.join(markSeparator) === requestId;
}

async function takeNote(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  held: Held,
  before: ReadNotesRow | undefined,
  request: ReportProgressRequest,
): Promise<Progressed | Refusal> {
  const { tenantId } = caller;
  const sequence = (before?.progressSequence ?? 0) + 1;
  const progress = noteOf(request, before, sequence, tx.now);
  const mark = { requestId: request.requestId, requestDigest: requestDigest(ReportProgressRequestSchema, request) };
  const { receipted } = request;
  const decided = reportProgressRule(held, { progress, receipted, mark }, engine.limits, momentOf(engine, tx.now));
  if (isRefusal(decided)) return decided;
  const checkpoint = request.checkpoint ? toBinary(PayloadSchema, request.checkpoint) : (before?.checkpoint ?? null);
  await Promise.all([
    decided.receipts.length > 0 ? flushCommit(tx) : undefined,
    record(tx, tenantId, [decided]),
    writeNotes(tx, {
      tenantId,
      taskIds: [held.taskId],
      progresses: [toBinary(ProgressSchema, progress)],
      progressSequences: [sequence],
      checkpoints: [checkpoint],
      requestIds: [noteMark(held, request)],
    }),
  ]);
  wakeAbout(engine.wakeups, tx, tenantId, [decided]);
  const receipt = decided.receipts.find(({ type }) => type === ReceiptType.TASK_PROGRESS);
  return answerOf(decided.after, sequence, receipt?.receiptId ?? "");
}

/** The note, or the one before where only a checkpoint is left. */
function noteOf(
  request: ReportProgressRequest,
  before: ReadNotesRow | undefined,
  sequence: number,
  now: Date,
): Progress {
  const said = request.progress ?? (before?.progress ? fromBinary(ProgressSchema, before.progress) : undefined);
  return create(ProgressSchema, {
    ...(said?.percent !== undefined && { percent: said.percent }),
    message: said?.message ?? "",
    detail: said?.detail ?? "",
    sequence: BigInt(sequence),
    updateTime: timestampOfDate(now),
  });
}

/** The last note was this very call. */
async function takenBefore(
  tx: Transaction,
  caller: Caller,
  claim: LeaseClaim,
  held: Held,
  note: ReadNotesRow,
  request: ReportProgressRequest,
): Promise<Progressed | Refusal> {
  if (!request.receipted) return answerOf(held, note.progressSequence, "");
  const chain = await readChains(tx, { tenantId: caller.tenantId, taskIds: [claim.taskId] });
  const said = chain.find(
    ({ type, requestId }) => type === ReceiptType.TASK_PROGRESS && requestId === request.requestId,
  );
  return answerOf(held, note.progressSequence, said?.receiptId ?? "");
}

function answerOf(held: Held, sequence: number, receiptId: string): Progressed {
  return {
    sequence: BigInt(sequence),
    expireTime: timestampOfDate(held.expireTime),
    cancelRequested: held.cancelTime !== null,
    receiptId,
  };
}
