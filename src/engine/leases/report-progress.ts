// ReportProgress: how far the work is. Notes are not flushed; one that starts the task, or goes on record, is, and what
// is written together with it.
import { create, fromBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  type ReportProgressRequest,
  ReportProgressRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Progress, ProgressSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { timestampOfDate } from "../../core/duration.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import type { Limits } from "../../core/limits.ts";
import { idempotencyConflict, isRefusal, type Refusal } from "../../core/refusal.ts";
import { checkReportProgress, reportProgress as reportProgressRule } from "../../core/report-progress.ts";
import type { Held } from "../../core/task-record.ts";
import { flushCommit, type ReadNotesRow, readNotes, writeNotes } from "../../store/note.sql.gen.ts";
import { readChains } from "../../store/receipt.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { record } from "../tx/record.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { lockHoldings, readLeaseToken, roundsByTask } from "./holder.ts";
import type { LeaseCall } from "./lease-operation.ts";

export type Progressed = {
  readonly sequence: bigint;
  readonly expireTime: Timestamp;
  readonly cancelRequested: boolean;
  readonly receiptId: string;
};

type Item = {
  readonly index: number;
  readonly caller: Caller;
  readonly request: ReportProgressRequest;
  readonly claim: LeaseClaim;
};

type Answers = Map<number, Progressed | Refusal>;

/** Answers in the order of the requests; what is refused does not touch its neighbours. */
export async function reportProgress(
  engine: Engine,
  tenantId: string,
  asked: readonly LeaseCall<ReportProgressRequest>[],
): Promise<(Progressed | Refusal)[]> {
  const refused: Answers = new Map();
  const items: Item[] = [];
  for (const [index, { caller, request }] of asked.entries()) {
    const claim = readLeaseToken(caller, request);
    const refusal = isRefusal(claim) ? claim : checkReportProgress(request, caller.limits);
    if (isRefusal(claim) || refusal) refused.set(index, refusal ?? (claim as Refusal));
    else items.push({ index, caller, request, claim });
  }
  const answers = items.length > 0 ? await takeNotes(engine, tenantId, items) : new Map();
  return asked.map((_, index) => {
    const answer = refused.get(index) ?? answers.get(index);
    assert(answer !== undefined, "every request has an answer");
    return answer;
  });
}

function takeNotes(engine: Engine, tenantId: string, items: readonly Item[]): Promise<Answers> {
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const answers: Answers = new Map();
    for (const round of roundsByTask(items)) await takeRound(engine, tx, tenantId, round, answers);
    return answers;
  });
}

async function takeRound(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  items: readonly Item[],
  answers: Answers,
): Promise<void> {
  const claims = items.map(({ claim }) => claim);
  const holdings = await lockHoldings(tx, tenantId, claims, "ReportProgress");
  const notes = await readNotes(tx, { tenantId, taskIds: claims.map(({ taskId }) => taskId) });
  const noteOfTask = new Map(notes.map((note) => [note.taskId, note]));
  const moment = decisionContext(engine, tx.now);
  const taken: Taken[] = [];
  for (const [place, { index, caller, claim, request }] of items.entries()) {
    const holding = holdings[place];
    assert(holding !== undefined, "every claim is looked up");
    if (holding.past) {
      answers.set(index, holding.past.refusal);
      continue;
    }
    const note = noteOfTask.get(claim.taskId);
    if (note && isLastNote(note, claim, request.requestId)) {
      const isSame = note.requestId === noteMark(claim, request);
      const conflict = () => idempotencyConflict(request.requestId, claim.taskId);
      answers.set(index, isSame ? await takenBefore(tx, tenantId, claim, holding.held, note, request) : conflict());
      continue;
    }
    const decided = decide(caller.limits, holding.held, note, request, moment);
    if (isRefusal(decided)) answers.set(index, decided);
    else {
      taken.push(decided);
      answers.set(index, answerOf(decided.decision.after, decided.sequence, decided.receiptId));
    }
  }
  await write(engine, tx, tenantId, taken);
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

type Taken = {
  readonly decision: Decision<Held>;
  readonly progress: Progress;
  readonly sequence: number;
  readonly checkpoint: Uint8Array | null;
  readonly mark: string | null;
  readonly receiptId: string;
};

function decide(
  limits: Limits,
  held: Held,
  before: ReadNotesRow | undefined,
  request: ReportProgressRequest,
  moment: DecisionContext,
): Taken | Refusal {
  const sequence = (before?.progressSequence ?? 0) + 1;
  const progress = noteOf(request, before, sequence, moment.now);
  const mark = { requestId: request.requestId, requestDigest: requestDigest(ReportProgressRequestSchema, request) };
  const { receipted } = request;
  const decision = reportProgressRule(held, { progress, receipted, mark }, limits, moment);
  if (isRefusal(decision)) return decision;
  const checkpoint = request.checkpoint ? encode(PayloadSchema, request.checkpoint) : (before?.checkpoint ?? null);
  const receipt = decision.receipts.find(({ type }) => type === ReceiptType.TASK_PROGRESS);
  const receiptId = receipt?.receiptId ?? "";
  return { decision, progress, sequence, checkpoint, mark: noteMark(held, request), receiptId };
}

async function write(engine: Engine, tx: Transaction, tenantId: string, taken: readonly Taken[]): Promise<void> {
  if (taken.length === 0) return;
  const decisions = taken.map(({ decision }) => decision);
  await Promise.all([
    decisions.some(({ receipts }) => receipts.length > 0) ? flushCommit(tx) : undefined,
    record(tx, tenantId, decisions),
    writeNotes(tx, {
      tenantId,
      taskIds: decisions.map(({ after }) => after.taskId),
      progresses: taken.map(({ progress }) => encode(ProgressSchema, progress)),
      progressSequences: taken.map(({ sequence }) => sequence),
      checkpoints: taken.map(({ checkpoint }) => checkpoint),
      requestIds: taken.map(({ mark }) => mark),
    }),
  ]);
  wakeAbout(engine.wakeups, tx, tenantId, decisions);
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
  tenantId: string,
  claim: LeaseClaim,
  held: Held,
  note: ReadNotesRow,
  request: ReportProgressRequest,
): Promise<Progressed | Refusal> {
  if (!request.receipted) return answerOf(held, note.progressSequence, "");
  const chain = await readChains(tx, { tenantId, taskIds: [claim.taskId] });
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
