// ReportProgress: how far the work is. Each task has one note, which the next one replaces. Notes are not flushed to
// disk; one that starts the task, or is receipted, is, and with it what is written in the same transaction.
import { create, fromBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  LeaseService,
  type ReportProgressRequest,
  ReportProgressRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Progress, ProgressSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { timestampOfDate } from "../../core/duration.ts";
import type { Asking } from "../../core/questions.ts";
import { idempotencyConflict, isRefusal, type Refusal } from "../../core/refusal.ts";
import { checkReportProgress, reportProgress as reportProgressRule } from "../../core/report-progress.ts";
import { checkUnits, isBeyondAbove, type Spending } from "../../core/spend.ts";
import { type Ended, type Held, isHeldTask, isOverBudget, type Waiting } from "../../core/task-record.ts";
import { flushCommit, type ReadNotesRow, readNotes, writeNotes } from "../../store/note.sql.gen.ts";
import { type ReadReceiptsOfCallsRow, readReceiptsOfCalls } from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Engine } from "../engine.ts";
import { writeAsked } from "../tx/condition-rows.ts";
import { findRecordedCall, type Holding } from "../tx/holder.ts";
import { type Done, type LeaseCall, runLeaseOperation, type ValidCall } from "./lease-operation.ts";

import { readSpendFacts, type SpendFacts, spendingOf, spendsSomething, writeSpendsOf } from "./spends.ts";

export type Progressed = {
  readonly sequence: bigint;
  /** Absent when a repeated call meets a lease that has ended. */
  readonly expireTime?: Timestamp;
  readonly cancelRequested: boolean;
  readonly receiptId: string;
  readonly overBudget: boolean;
};

type Call = ValidCall<ReportProgressRequest>;

type Facts = {
  /** The latest note of each task. */
  readonly notes: ReadonlyMap<string, ReadNotesRow>;
  /** What calls of the same tasks and request ids have put on record. */
  readonly receipts: readonly ReadReceiptsOfCallsRow[];
  readonly spends: SpendFacts;
};

type Note = {
  readonly progress: Progress;
  readonly sequence: number;
  readonly checkpoint: Uint8Array | null;
};

type Noted = Decision<Held | Waiting | Ended> &
  Partial<Asking> & { readonly note: Note; readonly spending: Spending | undefined };

/** Answers in the order of the requests; what is refused does not touch its neighbours. */
export function reportProgress(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<ReportProgressRequest>[],
): Promise<(Progressed | Refusal)[]> {
  return runLeaseOperation(engine, tenantId, ReportProgressRequestSchema, calls, {
    method: LeaseService.method.reportProgress,
    durability: "lazy",
    check: checkReportProgress,
    read: readFacts,
    findRepeated,
    decide,
    answer: ({ after, note, receipts, spending }) => {
      const answered = answerOf(after, note.sequence, receiptOf(receipts));
      return spending && isBeyondAbove(spending) ? { ...answered, overBudget: true } : answered;
    },
    queueOf: () => undefined,
    afterwards: writeDone,
  });
}

async function readFacts(tx: Transaction, tenantId: string, calls: readonly Call[]): Promise<Facts> {
  const receipted = calls.filter((call) => isReceipted(call) && call.request.requestId !== "");
  const [notes, receipts, spends] = await Promise.all([
    readNotes(tx, { tenantId, taskIds: calls.map(({ claim }) => claim.taskId) }),
    receipted.length === 0
      ? []
      : readReceiptsOfCalls(tx, {
          tenantId,
          taskIds: receipted.map(({ claim }) => claim.taskId),
          requestIds: receipted.map(({ request }) => request.requestId),
        }),
    readSpendFacts(tx, tenantId, calls),
  ]);
  return { notes: new Map(notes.map((note) => [note.taskId, note])), receipts, spends };
}

/** What was spent is counted once, so a report of it is always on record. */
function isReceipted(call: Call): boolean {
  return call.request.receipted || spendsSomething(call);
}

/**
 * A note is known again as long as it is the latest one of its task, a receipted one as long as its receipt is kept.
 * The lease is told as it stands now.
 */
function findRepeated(call: Call, { held }: Holding, { notes, receipts }: Facts): Progressed | Refusal | undefined {
  const { claim, mark, request } = call;
  if (request.requestId === "") return undefined;
  const chain = receipts.filter(({ chainId }) => chainId === claim.taskId);
  const receipt = findRecordedCall(chain, claim, mark, [ReceiptType.TASK_PROGRESS]);
  if (receipt) return isRefusal(receipt) ? receipt : answerOf(held, sequenceOf(receipt.body), receipt.receiptId);
  const note = notes.get(claim.taskId);
  if (!note || !isOfCall(note, call)) return undefined;
  if (note.requestId !== noteMark(call)) return idempotencyConflict(request.requestId, claim.taskId);
  return answerOf(held, note.progressSequence, "");
}

/** How the call of a note is known: by its lease, its content, its own id. Another lease's ids are its own. */
function noteMark({ claim, mark, request }: Call): string | null {
  if (request.requestId === "") return null;
  const digest = Buffer.from(mark.requestDigest).toString("base64url");
  return [claim.leaseId, digest, request.requestId].join(markSeparator);
}

/** In no lease id and no digest, so that the first two parts end at its first two places. */
const markSeparator = " ";

function isOfCall(note: ReadNotesRow, { claim, request }: Call): boolean {
  const [leaseId, , ...rest] = note.requestId?.split(markSeparator) ?? [];
  return leaseId === claim.leaseId && rest.join(markSeparator) === request.requestId;
}

function sequenceOf(body: Uint8Array): number {
  const { body: progress } = fromBinary(ReceiptBodySchema, body);
  assert(progress.case === "taskProgress", "a progress receipt has the note");
  return Number(progress.value.progress?.sequence ?? 0n);
}

function decide(held: Held, call: Call, { notes, spends }: Facts, context: DecisionContext): Noted | Refusal {
  const { caller, request, mark } = call;
  const spending = spendingOf(call, spends);
  const tooMany = spending && checkUnits(spending);
  if (tooMany) return tooMany;
  const before = notes.get(held.taskId);
  const sequence = (before?.progressSequence ?? 0) + 1;
  const progress = progressOf(request, before, sequence, context.now);
  const terms = spends.terms.get(held.taskId);
  const spent = spending && terms && { ...spending, terms };
  const note = { progress, receipted: isReceipted(call), mark, spending: spent };
  const decision = reportProgressRule(held, note, caller.limits, context);
  if (isRefusal(decision)) return decision;
  const checkpoint = request.checkpoint ? encode(PayloadSchema, request.checkpoint) : (before?.checkpoint ?? null);
  return { ...decision, note: { progress, sequence, checkpoint }, spending };
}

/** What the request says, or what was said before if it brings only a checkpoint. */
function progressOf(
  request: ReportProgressRequest,
  before: ReadNotesRow | undefined,
  sequence: number,
  now: Date,
): Progress {
  const given = request.progress ?? (before?.progress ? fromBinary(ProgressSchema, before.progress) : undefined);
  return create(ProgressSchema, {
    ...(given?.percent !== undefined && { percent: given.percent }),
    message: given?.message ?? "",
    detail: given?.detail ?? "",
    sequence: BigInt(sequence),
    updateTime: timestampOfDate(now),
  });
}

async function writeDone(
  tx: Transaction,
  tenantId: string,
  done: readonly Done<ReportProgressRequest, Noted>[],
): Promise<void> {
  if (done.length === 0) return;
  await Promise.all([
    done.some(({ decided }) => decided.receipts.length > 0) ? flushCommit(tx) : undefined,
    writeNotes(tx, {
      tenantId,
      taskIds: done.map(({ decided }) => decided.after.taskId),
      progresses: done.map(({ decided }) => encode(ProgressSchema, decided.note.progress)),
      progressSequences: done.map(({ decided }) => decided.note.sequence),
      checkpoints: done.map(({ decided }) => decided.note.checkpoint),
      requestIds: done.map(({ call }) => noteMark(call)),
    }),
    writeSpendsOf(tx, tenantId, done),
    writeAsked(
      tx,
      tenantId,
      done.flatMap(({ decided }) => decided.asked ?? []),
    ),
  ]);
}

function receiptOf(receipts: Noted["receipts"]): string {
  return receipts.find(({ type }) => type === ReceiptType.TASK_PROGRESS)?.receiptId ?? "";
}

function answerOf(after: Held | Waiting | Ended | undefined, sequence: number, receiptId: string): Progressed {
  const held = after && isHeldTask(after) ? after : undefined;
  return {
    sequence: BigInt(sequence),
    ...(held && { expireTime: timestampOfDate(held.expireTime) }),
    cancelRequested: held !== undefined && held.cancelTime !== null,
    receiptId,
    overBudget: after !== undefined && isOverBudget(after),
  };
}
