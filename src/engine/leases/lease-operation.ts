// What every operation of a holder does with its list: read the tokens, lock, tell repetitions from latecomers, decide,
// record, all in one transaction. The operations say only what is their own: check, decide, answer.
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { type Task, TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import type { CallMark } from "../../core/ledger.ts";
import type { Limits } from "../../core/limits.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import type { Held } from "../../core/task-record.ts";
import { readChains } from "../../store/receipt.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { record } from "../tx/record.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { findRecordedCall, lockHoldings, type Past, readLeaseToken, roundsByTask } from "./holder.ts";

type HolderMessage = { readonly leaseToken: string; readonly taskId?: string; readonly requestId: string };

/** A receipt as both its first writing and its later reading have it. */
export type OnRecord = {
  readonly receiptId: string;
  readonly type: number;
  readonly parents: readonly string[];
  readonly body: Uint8Array;
  readonly createTime: Date;
};

export type LeaseOperation<Request, Answer> = {
  /** The RPC's name, as refusals tell it. */
  readonly method: string;
  /** Whether deciding needs what was asked. */
  readonly needsTerms: boolean;
  /** What is wrong with a request, whoever holds the lease. */
  readonly check: (request: Request, limits: Limits) => Refusal | undefined;
  /** What becomes of the task; undefined when it stands as asked already. */
  readonly decide: (held: Held, request: Request, rules: Rules) => Decision | Refusal | undefined;
  /** The answer, read off the receipt of the call and its chain: a repetition is answered alike. */
  readonly answer: (taskId: string, receipt: OnRecord, chain: readonly OnRecord[]) => Answer;
  /** Where nothing was to be done: the receipt in the lease's chain that says why. */
  readonly answerUnchanged?: (
    leaseId: string,
    chain: readonly (OnRecord & { readonly leaseId: string | null })[],
  ) => OnRecord;
  /** The next holder's note, if the request carries one. */
  readonly afterwards?: (tx: Transaction, done: readonly { request: Request; taskId: string }[]) => Promise<void>;
};

export type Rules = {
  readonly caller: Caller;
  readonly mark: CallMark;
  readonly moment: DecisionContext;
  readonly terms: Task | undefined;
};

/** One request of one holder. Those of a tenant that come together are settled in one transaction. */
export type LeaseCall<Request> = { readonly caller: Caller; readonly request: Request };

type Item<Request> = {
  readonly index: number;
  readonly caller: Caller;
  readonly request: Request;
  readonly claim: LeaseClaim;
  readonly mark: CallMark;
};

/** Answers in the order of the requests; what is refused does not touch its neighbours. */
export async function runLeaseOperation<Desc extends DescMessage, Answer extends object>(
  engine: Engine,
  tenantId: string,
  schema: Desc,
  all: readonly LeaseCall<MessageShape<Desc> & HolderMessage>[],
  settling: LeaseOperation<MessageShape<Desc> & HolderMessage, Answer>,
): Promise<(Answer | Refusal)[]> {
  type Request = MessageShape<Desc> & HolderMessage;
  const answers: (Answer | Refusal | undefined)[] = [];
  const items: Item<Request>[] = [];
  for (const [index, { caller, request }] of all.entries()) {
    const claim = readLeaseToken(caller, request);
    const refusal = isRefusal(claim) ? claim : settling.check(request, caller.limits);
    answers[index] = refusal;
    if (isRefusal(claim) || refusal) continue;
    const mark = { requestId: request.requestId, requestDigest: requestDigest(schema, request) };
    items.push({ index, caller, request, claim, mark });
  }
  if (items.length > 0) {
    const decided = await transaction(engine.database, {}, async (tx) => {
      const ofTransaction = new Map<number, Answer | Refusal>();
      for (const round of roundsByTask(items)) {
        for (const [index, answer] of await settleRound(engine, tx, tenantId, round, settling)) {
          ofTransaction.set(index, answer);
        }
      }
      return ofTransaction;
    });
    for (const [index, answer] of decided) answers[index] = answer;
  }
  return answers.map((answer) => {
    assert(answer !== undefined, "every request has an answer");
    return answer;
  });
}

async function settleRound<Request extends HolderMessage, Answer extends object>(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  items: readonly Item<Request>[],
  settling: LeaseOperation<Request, Answer>,
): Promise<Map<number, Answer | Refusal>> {
  const taskIds = items.map((item) => item.claim.taskId);
  const holdings = await lockHoldings(
    tx,
    tenantId,
    items.map((item) => item.claim),
    settling.method,
  );
  const terms = settling.needsTerms ? await readAllTerms(tx, tenantId, taskIds) : new Map<string, Task>();
  const moment = decisionContext(engine, tx.now);
  const answers = new Map<number, Answer | Refusal>();
  const decisions: Decision[] = [];
  const done: { request: Request; taskId: string }[] = [];
  const unchanged: Item<Request>[] = [];
  for (const [place, item] of items.entries()) {
    const holding = holdings[place];
    assert(holding !== undefined, "every claim is looked up");
    const { caller, claim, mark } = item;
    if (holding.past) {
      answers.set(item.index, repeated(holding.past, claim, mark, settling));
      continue;
    }
    const rules = { caller, mark, moment, terms: terms.get(claim.taskId) };
    const decided = settling.decide(holding.held, item.request, rules);
    if (decided === undefined) {
      unchanged.push(item);
    } else if (isRefusal(decided)) {
      answers.set(item.index, decided);
    } else {
      decisions.push(decided);
      done.push({ request: item.request, taskId: claim.taskId });
      answers.set(item.index, fresh(decided, mark, settling));
    }
  }
  await Promise.all([record(tx, tenantId, decisions), settling.afterwards?.(tx, done)]);
  wakeAbout(engine.wakeups, tx, tenantId, decisions);
  wakeClaimers(engine.wakeups, tx, tenantId, decisions, (taskId) => terms.get(taskId)?.queue);
  if (unchanged.length > 0) await answerUnchanged(tx, tenantId, unchanged, settling, answers);
  return answers;
}

async function answerUnchanged<Request, Answer>(
  tx: Transaction,
  tenantId: string,
  items: readonly Item<Request>[],
  settling: LeaseOperation<Request, Answer>,
  answers: Map<number, Answer | Refusal>,
): Promise<void> {
  const { answerUnchanged } = settling;
  assert(answerUnchanged !== undefined, "an operation that may change nothing knows how it stands");
  const receipts = await readChains(tx, { tenantId, taskIds: items.map((item) => item.claim.taskId) });
  for (const { index, claim } of items) {
    const chain = receipts.filter((receipt) => receipt.chainId === claim.taskId);
    answers.set(index, settling.answer(claim.taskId, answerUnchanged(claim.leaseId, chain), chain));
  }
}

export async function readAllTerms(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<Map<string, Task>> {
  const rows = await readTerms(tx, { tenantId, taskIds });
  return new Map(rows.map((row) => [row.taskId, fromBinary(TaskSchema, row.terms)]));
}

function fresh<Request, Answer>(
  { after, receipts }: Decision,
  mark: CallMark,
  settling: LeaseOperation<Request, Answer>,
): Answer {
  const marked = receipts.find((receipt) => receipt.requestDigest === mark.requestDigest);
  assert(marked !== undefined, "a call leaves its mark on a receipt");
  return settling.answer(after.taskId, marked, receipts);
}

function repeated<Request, Answer>(
  past: Past,
  claim: LeaseClaim,
  mark: CallMark,
  settling: LeaseOperation<Request, Answer>,
): Answer | Refusal {
  const said = findRecordedCall(past, claim, { requestId: mark.requestId, digest: mark.requestDigest });
  return isRefusal(said) ? said : settling.answer(claim.taskId, said, past.chain);
}
