// What every operation of a holder does with a batch of calls: read the tokens, lock the tasks, tell repeated calls
// from late ones, decide, record, all in one transaction. An operation adds what is its own: check, decide, answer.
import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import type { CallMark } from "../../core/ledger.ts";
import type { Limits } from "../../core/limits.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { inRounds } from "../../core/rounds.ts";
import { type Held, tie } from "../../core/task-record.ts";
import { readChains } from "../../store/receipt.sql.gen.ts";
import { type Transaction, type TransactionOptions, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Dispatcher } from "../claims/dispatcher.ts";
import { createWokenGrants } from "../claims/grant-woken.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { type Where, wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { guardedFirst, timeOf } from "../tx/guarded-first.ts";
import { findRecordedCall, type Holding, lockHoldings, readLeaseToken } from "../tx/holder.ts";
import { expectRecalled, forgetLeases, noteLeases, recallLeases } from "../tx/known-leases.ts";
import { readAllTerms, type TermsByTask } from "../tx/read-all-terms.ts";
import { record } from "../tx/record.ts";
import { requestDigest } from "../tx/request-digest.ts";
import type { GrantWoken } from "../tx/resolve-ends.ts";
import { asHandedOff } from "../tx/who-may-lease.ts";

type HolderMessage = { readonly leaseToken: string; readonly taskId?: string; readonly requestId: string };

/** One request of one holder. Requests of a tenant that come together are settled in one transaction. */
export type LeaseCall<Request> = { readonly caller: Caller; readonly request: Request };

/** A call whose token was granted to its caller and whose request is well-formed. */
export type ValidCall<Request> = LeaseCall<Request> & {
  readonly index: number;
  readonly claim: LeaseClaim;
  readonly mark: CallMark;
};

/** A receipt as both its first writing and its later reading have it. */
export type OnRecord = {
  readonly receiptId: string;
  readonly type: number;
  readonly leaseId: string | null;
  readonly parents: readonly string[];
  readonly body: Uint8Array;
  readonly createTime: Date;
};

export type LeaseOperation<Request, Answer, Facts, Decided extends Decision> = {
  /** For refusals. */
  readonly method: DescMethod;
  readonly durability?: NonNullable<TransactionOptions["durability"]>;
  /** What is wrong with a request, regardless of which worker holds the lease. */
  readonly check: (request: Request, limits: Limits, caller: Caller) => Refusal | undefined;
  /** What has to come before leases are locked. */
  readonly prepare?: (tx: Transaction, tenantId: string, calls: readonly ValidCall<Request>[]) => Promise<void>;
  /** Reads what deciding needs beside the leases. */
  readonly read: (tx: Transaction, tenantId: string, calls: readonly ValidCall<Request>[]) => Promise<Facts>;
  /** What deciding needs of tasks with one of these ties. Their leases are read, even if this server remembers them. */
  readonly whereTied?: {
    readonly ties: number;
    readonly read: (tx: Transaction, tenantId: string, held: readonly Held[], facts: Facts) => Promise<Facts>;
  };
  /** The answer to a repeated call, the conflict if its id was used for another one, or undefined for a new call. */
  readonly findRepeated: (call: ValidCall<Request>, holding: Holding, facts: Facts) => Answer | Refusal | undefined;
  /** What becomes of the task; undefined if it is as asked already. */
  readonly decide: (
    held: Held,
    call: ValidCall<Request>,
    facts: Facts,
    context: DecisionContext,
  ) => Decided | Refusal | undefined;
  /** What becomes of other tasks by it. Their locks are held. */
  readonly others?: (decided: Decided) => readonly Decision[];
  readonly answer: (decided: Decided, call: ValidCall<Request>) => Answer;
  /** The answer where nothing was to be done, read off the task's receipts. */
  readonly answerUnchanged?: (claim: LeaseClaim, chain: readonly OnRecord[]) => Answer;
  /** What is written beside the decisions. */
  readonly afterwards?: (tx: Transaction, tenantId: string, done: readonly Done<Request, Decided>[]) => Promise<void>;
  /** Whether that is anything. If absent, it is: callers that wait have to look. */
  readonly writesBeside?: (done: readonly Done<Request, Decided>[]) => boolean;
  /** Its ends may let tasks go on: these may be granted to workers that wait here. */
  readonly dispatcher?: Dispatcher;
  /** Where a task waits that may wait again. */
  readonly queueOf?: (facts: Facts, taskId: string) => Where | undefined;
};

/** A call and what was decided about it. */
export type Done<Request, Decided> = { readonly call: ValidCall<Request>; readonly decided: Decided };

/**
 * How operations answer that leave a receipt with each call: the answer is read off that receipt and its chain, so that
 * a repeated call is answered as the first time. `types` are the receipts that calls of this method leave.
 */
export function answeredByReceipt<Answer>(
  types: readonly ReceiptType[],
  answer: (taskId: string, receipt: OnRecord, chain: readonly OnRecord[]) => Answer,
) {
  return {
    // A call that is on record ended the lease; only StartTask leaves it held, and answers by `answerUnchanged`.
    findRepeated({ claim, mark }: ValidCall<unknown>, { ended }: Holding): Answer | Refusal | undefined {
      if (!ended) return undefined;
      const receipt = findRecordedCall(ended.chain, claim, mark, types);
      return receipt && (isRefusal(receipt) ? receipt : answer(claim.taskId, receipt, ended.chain));
    },
    answer({ after, receipts }: Decision, { mark }: ValidCall<unknown>): Answer {
      const receipt = receipts.find(({ requestDigest }) => requestDigest === mark.requestDigest);
      assert(receipt !== undefined, "a call leaves its mark on a receipt");
      return answer(after.taskId, receipt, receipts);
    },
  };
}

/** Answers in the order of the requests; what is refused does not touch its neighbours. */
export async function runLeaseOperation<
  Desc extends DescMessage,
  Answer extends object,
  Facts,
  Decided extends Decision,
>(
  engine: Engine,
  tenantId: string,
  schema: Desc,
  all: readonly LeaseCall<MessageShape<Desc> & HolderMessage>[],
  operation: LeaseOperation<MessageShape<Desc> & HolderMessage, Answer, Facts, Decided>,
): Promise<(Answer | Refusal)[]> {
  const answers: (Answer | Refusal | undefined)[] = [];
  const valid: ValidCall<MessageShape<Desc> & HolderMessage>[] = [];
  for (const [index, { caller, request }] of all.entries()) {
    const claim = readLeaseToken(caller, request);
    const refusal = isRefusal(claim) ? claim : operation.check(request, caller.limits, caller);
    answers[index] = refusal;
    if (isRefusal(claim) || refusal) continue;
    const mark = { requestId: request.requestId, requestDigest: requestDigest(schema, request) };
    valid.push({ index, caller, request, claim, mark });
  }
  if (valid.length > 0) {
    for (const [index, answer] of await settleAll(engine, tenantId, operation, valid)) answers[index] = answer;
  }
  return answers.map((answer) => {
    assert(answer !== undefined, "every request has an answer");
    return answer;
  });
}

/** By the index of the call. */
type Answers<Answer> = Map<number, Answer | Refusal>;

/** From memory, if this server knows all leases and nothing else decides. What it remembers wrongly, it forgets. */
function settleAll<Request, Answer extends object, Facts, Decided extends Decision>(
  engine: Engine,
  tenantId: string,
  operation: LeaseOperation<Request, Answer, Facts, Decided>,
  calls: readonly ValidCall<Request>[],
): Promise<Answers<Answer>> {
  const { durability = "flushed", read } = operation;
  const claims = calls.map(({ claim }) => claim);
  const rounds = inRounds(calls, ({ claim }) => claim.taskId);
  return guardedFirst(async (way) => {
    if (way === "in turn") forgetLeases(engine, claims);
    const mayRecall = way === "guarded" && rounds.length === 1 && Object.is(read, readNothing);
    const known = mayRecall ? recallLeases(engine, claims) : undefined;
    const recalled = known?.some((held) => isTied(operation, held)) ? undefined : known;
    const woken =
      operation.dispatcher && way === "guarded" ? createWokenGrants(engine, operation.dispatcher) : undefined;
    try {
      const answers = await transaction(engine.database, { durability, ...timeOf(way) }, (tx) => {
        // What an earlier attempt held, which met a conflict.
        woken?.giveUp();
        return settleRounds(engine, tx, tenantId, operation, rounds, { recalled, grant: woken?.grant });
      });
      woken?.settle();
      return answers;
    } catch (error) {
      woken?.giveUp();
      throw error;
    }
  });
}

async function settleRounds<Request, Answer extends object, Facts, Decided extends Decision>(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  operation: LeaseOperation<Request, Answer, Facts, Decided>,
  rounds: readonly (readonly ValidCall<Request>[])[],
  options: Pick<RoundOptions<Answer>, "recalled" | "grant">,
): Promise<Answers<Answer>> {
  const answers: Answers<Answer> = new Map();
  for (const round of rounds) {
    const isLast = round === rounds.at(-1);
    await settleRound(engine, tx, tenantId, operation, round, { answers, isLast, ...options });
  }
  return answers;
}

function isTied({ whereTied }: { readonly whereTied?: { readonly ties: number } }, { ties }: Held): boolean {
  return whereTied !== undefined && (ties & whereTied.ties) !== 0;
}

type RoundOptions<Answer> = {
  readonly answers: Answers<Answer>;
  /** The leases of the calls as this server remembers them; undefined: they are read. */
  readonly recalled: readonly Held[] | undefined;
  readonly isLast: boolean;
  readonly grant: GrantWoken | undefined;
};

async function settleRound<Request, Answer extends object, Facts, Decided extends Decision>(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  operation: LeaseOperation<Request, Answer, Facts, Decided>,
  calls: readonly ValidCall<Request>[],
  { answers, recalled, isLast, grant }: RoundOptions<Answer>,
): Promise<void> {
  if (operation.prepare) await operation.prepare(tx, tenantId, calls);
  const { holdings, facts, guard } = await lookUp(tx, tenantId, operation, calls, recalled);
  const context = decisionContext(engine, tx.now);
  const done: Done<Request, Decided>[] = [];
  const unchanged: ValidCall<Request>[] = [];
  for (const [place, call] of calls.entries()) {
    const holding = holdings[place];
    assert(holding !== undefined, "every claim is looked up");
    const repeated = operation.findRepeated(call, holding, facts);
    if (repeated) {
      answers.set(call.index, repeated);
      continue;
    }
    if (holding.ended) {
      answers.set(call.index, holding.ended.refusal);
      continue;
    }
    const decided = operation.decide(holding.held, call, facts, context);
    if (decided === undefined) unchanged.push(call);
    else if (isRefusal(decided)) answers.set(call.index, decided);
    else {
      done.push({ call, decided });
      answers.set(call.index, operation.answer(decided, call));
    }
  }
  const decisions = done.flatMap(({ decided }): Decision[] => [decided, ...(operation.others?.(decided) ?? [])]);
  const afterwards = operation.writesBeside?.(done) === false ? undefined : operation.afterwards;
  wakeAbout(engine.wakeups, tx, tenantId, decisions, afterwards ? "more" : "the record");
  wakeClaimers(engine.wakeups, tx, tenantId, decisions, (taskId) => operation.queueOf?.(facts, taskId));
  noteLeases(engine, tx, decisions);
  await record(engine, tx, tenantId, decisions, {
    beside: () => Promise.all([guard, afterwards?.(tx, tenantId, done)]),
    isLast: isLast && unchanged.length === 0,
    grant,
  });
  if (unchanged.length > 0) await answerUnchanged(tx, tenantId, operation, unchanged, answers);
}

type LookedUp<Facts> = {
  readonly holdings: readonly Holding[];
  readonly facts: Facts;
  /** The answer to whether what was recalled is so. */
  readonly guard?: Promise<unknown>;
};

/** Locks and reads what deciding needs, or locks what is remembered, without waiting for it. */
async function lookUp<Request, Answer, Facts, Decided extends Decision>(
  tx: Transaction,
  tenantId: string,
  operation: LeaseOperation<Request, Answer, Facts, Decided>,
  calls: readonly ValidCall<Request>[],
  recalled: readonly Held[] | undefined,
): Promise<LookedUp<Facts>> {
  const { method, read, whereTied } = operation;
  if (recalled) {
    const guard = expectRecalled(tx, tenantId, recalled);
    return { holdings: recalled.map((held) => ({ held })), facts: await read(tx, tenantId, calls), guard };
  }
  const claims = calls.map(({ claim }) => claim);
  // Sent together and run in this order: what is read was written before the locks were had.
  const [holdings, facts] = await Promise.all([
    lockHoldings(tx, tenantId, claims, method.name),
    read(tx, tenantId, calls),
  ]);
  const tied = holdings.flatMap(({ held }) => (held && isTied(operation, held) ? [held] : []));
  const more = tied.length > 0 ? await whereTied?.read(tx, tenantId, tied, facts) : undefined;
  return { holdings, facts: more ?? facts };
}

async function answerUnchanged<Request, Answer, Facts, Decided extends Decision>(
  tx: Transaction,
  tenantId: string,
  { answerUnchanged: answer }: LeaseOperation<Request, Answer, Facts, Decided>,
  calls: readonly ValidCall<Request>[],
  answers: Answers<Answer>,
): Promise<void> {
  assert(answer !== undefined, "an operation that may change nothing can answer so");
  const receipts = await readChains(tx, { tenantId, taskIds: calls.map(({ claim }) => claim.taskId) });
  for (const { index, claim } of calls) {
    const chain = receipts.filter((receipt) => receipt.chainId === claim.taskId);
    answers.set(index, answer(claim, chain));
  }
}

/** For operations that decide by what was asked of the task. */
export const byTerms = {
  read: (tx: Transaction, tenantId: string, calls: readonly ValidCall<unknown>[]): Promise<TermsByTask> =>
    readAllTerms(
      tx,
      tenantId,
      calls.map(({ claim }) => claim.taskId),
    ),
  whereTied: {
    ties: tie.handedOff,
    read: (tx: Transaction, tenantId: string, held: readonly Held[], terms: TermsByTask): Promise<TermsByTask> =>
      asHandedOff(tx, tenantId, held, terms),
  },
  queueOf: (terms: TermsByTask, taskId: string): Where | undefined => terms.get(taskId),
};

/** For operations that decide by the lease alone. */
export async function readNothing(): Promise<undefined> {}
