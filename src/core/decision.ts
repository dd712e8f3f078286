// What a rule decides: how a task stands afterwards and what goes on record. The engine writes decisions down and adds
// nothing to them.

import type { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "./assert.ts";
import { type ReceiptDraft, type SealedReceipt, sealReceipts } from "./ledger.ts";
import { pageOf } from "./ledger-page.ts";
import { headOf, type TaskCommon, type TaskRecord } from "./task-record.ts";
import { type Command, nextState } from "./transitions.ts";

/** What rules may not fetch for themselves. */
export type DecisionContext = {
  /** The database's clock when the transaction began. */
  readonly now: Date;
  readonly newId: () => string;
  /** Draws from [0, 1). */
  readonly random: () => number;
};

/** An open `task.assigned` or `input.requested` receipt: who owes, and for which task. */
export type Obligation = { readonly principal: string; readonly receiptId: string; readonly taskId: string };

export type Decision<After extends TaskRecord = TaskRecord> = {
  /** Undefined for a task that is being made. */
  readonly before: TaskRecord | undefined;
  readonly after: After;
  readonly receipts: readonly SealedReceipt[];
  readonly opened?: readonly Obligation[];
  readonly closed?: readonly Obligation[];
};

/** The state that a command leads to. Whether the command is legal has been asked before. */
export function stateAfter(from: TaskState, command: Command): TaskState {
  const state = nextState(from, command);
  assert(state !== undefined, `${command} is legal from state ${from}`);
  return state;
}

/** What every step of a task carries along: one version more, the drafts sealed at the end of its chain. */
export function step(before: TaskCommon, moment: DecisionContext, drafts: readonly ReceiptDraft[]) {
  const version = before.version + 1;
  const receipts = sealReceipts(
    {
      chainId: before.taskId,
      taskId: before.taskId,
      head: headOf(before),
      taskVersion: version,
      now: moment.now,
    },
    drafts,
  );
  const last = receipts.at(-1);
  const carried: TaskCommon = {
    taskId: before.taskId,
    state: before.state,
    attempt: before.attempt,
    leaseLosses: before.leaseLosses,
    deliveries: before.deliveries,
    fence: before.fence,
    version,
    headSequence: last?.sequence ?? before.headSequence,
    headHash: last?.hash ?? before.headHash,
    headPageId: last ? pageOf(last.receiptId) : before.headPageId,
    assignedReceiptId: before.assignedReceiptId,
    ties: before.ties,
  };
  return { carried, receipts };
}

/** Two steps of one task in one transaction, as one. */
export function joinSteps<After extends TaskRecord>(first: Decision, second: Decision<After>): Decision<After> {
  const { before, opened = [] } = first;
  const { after, closed = [] } = second;
  const receipts = [...first.receipts, ...second.receipts];
  // What is opened and closed at once was never open.
  const isIn = ({ receiptId }: Obligation, all: readonly Obligation[]) =>
    all.some((one) => one.receiptId === receiptId);
  const open = [...opened.filter((one) => !isIn(one, closed)), ...(second.opened ?? [])];
  const shut = [...(first.closed ?? []), ...closed.filter((one) => !isIn(one, opened))];
  return {
    before,
    after,
    receipts,
    ...(open.length > 0 && { opened: open }),
    ...(shut.length > 0 && { closed: shut }),
  };
}
