// Receipts in the making: a draft says what happened, sealing gives it its place in the chain. Every receipt of the
// service is made here, and none is made that the termination registry forbids.
import { type ReceiptBody, ReceiptBodySchema, ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { encode } from "../wire/encode.ts";
import { assert } from "./assert.ts";
import { type ChainHead, contentDigest, linkHash } from "./chain.ts";
import { pageOf } from "./ledger-page.ts";

/** The call that wrote a receipt: how the same call is recognised when it is repeated. */
export type CallMark = { readonly requestId: string; readonly requestDigest: Uint8Array };

export type ReceiptDraft = {
  readonly receiptId: string;
  readonly from: string;
  readonly to: string;
  readonly leaseId?: string;
  readonly parents: readonly string[];
  readonly body: ReceiptBody["body"];
  /** The body as it is kept, where the rule has made it already. */
  readonly encodedBody?: Uint8Array | undefined;
  readonly mark?: CallMark | undefined;
  readonly supersededBy?: string;
};

export type SealedReceipt = {
  readonly chainId: string;
  readonly sequence: number;
  readonly receiptId: string;
  readonly type: ReceiptType;
  readonly from: string;
  readonly to: string;
  readonly taskId: string | null;
  readonly leaseId: string | null;
  readonly parents: readonly string[];
  readonly body: Uint8Array;
  readonly contentDigest: Uint8Array;
  readonly prevHash: Uint8Array;
  readonly hash: Uint8Array;
  readonly taskVersion: number;
  readonly supersededBy: string | null;
  readonly requestId: string | null;
  readonly requestDigest: Uint8Array | null;
  readonly createTime: Date;
  /** The page of the receipt before it in its chain; null if that is its own page, or if there is none. */
  readonly prevPageId: string | null;
};

type BodyCase = Exclude<ReceiptBody["body"]["case"], undefined>;

const typeOfBody: Readonly<Record<BodyCase, ReceiptType>> = {
  taskAssigned: ReceiptType.TASK_ASSIGNED,
  taskAccepted: ReceiptType.TASK_ACCEPTED,
  taskStarted: ReceiptType.TASK_STARTED,
  taskProgress: ReceiptType.TASK_PROGRESS,
  taskCompleted: ReceiptType.TASK_COMPLETED,
  taskFailed: ReceiptType.TASK_FAILED,
  taskCanceled: ReceiptType.TASK_CANCELED,
  taskRetryScheduled: ReceiptType.TASK_RETRY_SCHEDULED,
  leaseExpired: ReceiptType.LEASE_EXPIRED,
  leaseReleased: ReceiptType.LEASE_RELEASED,
  taskResultReady: ReceiptType.TASK_RESULT_READY,
  receiptAcknowledged: ReceiptType.RECEIPT_ACKNOWLEDGED,
  systemAnomaly: ReceiptType.SYSTEM_ANOMALY,
  taskSuspended: ReceiptType.TASK_SUSPENDED,
  taskResumed: ReceiptType.TASK_RESUMED,
  taskPaused: ReceiptType.TASK_PAUSED,
  signalSent: ReceiptType.SIGNAL_SENT,
  inputRequested: ReceiptType.INPUT_REQUESTED,
  inputProvided: ReceiptType.INPUT_PROVIDED,
  inputDeclined: ReceiptType.INPUT_DECLINED,
  inputExpired: ReceiptType.INPUT_EXPIRED,
  taskHandedOff: ReceiptType.TASK_HANDED_OFF,
  taskReported: ReceiptType.TASK_REPORTED,
  verdictGiven: ReceiptType.VERDICT_GIVEN,
  nodeConfigIssued: ReceiptType.NODE_CONFIG_ISSUED,
  nodeConfigAcknowledged: ReceiptType.NODE_CONFIG_ACKNOWLEDGED,
  nodeConfigWithdrawn: ReceiptType.NODE_CONFIG_WITHDRAWN,
  nodeRolloutChanged: ReceiptType.NODE_ROLLOUT_CHANGED,
};

export type Chain = {
  readonly chainId: string;
  readonly taskId: string | null;
  readonly head: ChainHead;
  readonly taskVersion: number;
  readonly now: Date;
};

export function encodeBody(body: ReceiptDraft["body"]): Uint8Array {
  return encode(ReceiptBodySchema, { $typeName: ReceiptBodySchema.typeName, body });
}

/** Gives drafts their places at the end of a chain, in order. */
export function sealReceipts(chain: Chain, drafts: readonly ReceiptDraft[]): SealedReceipt[] {
  let head = chain.head;
  return drafts.map((draft) => {
    const sealed = sealReceipt(chain, head, draft);
    head = { sequence: sealed.sequence, hash: sealed.hash, pageId: pageOf(sealed.receiptId) };
    return sealed;
  });
}

function sealReceipt(chain: Chain, head: ChainHead, draft: ReceiptDraft): SealedReceipt {
  assert(draft.body.case !== undefined, "a receipt says what happened");
  const type = typeOfBody[draft.body.case];
  const body = draft.encodedBody ?? encodeBody(draft.body);
  const { from, to, parents } = draft;
  const leaseId = draft.leaseId ?? null;
  const digest = contentDigest({ type, taskId: chain.taskId, from, to, leaseId, parents, body });
  const sequence = head.sequence + 1;
  const hash = linkHash({
    prevHash: head.hash,
    receiptId: draft.receiptId,
    sequence,
    createTime: chain.now,
    contentDigest: digest,
  });
  return {
    chainId: chain.chainId,
    sequence,
    receiptId: draft.receiptId,
    type,
    from,
    to,
    taskId: chain.taskId,
    leaseId,
    parents,
    body,
    contentDigest: digest,
    prevHash: head.hash,
    hash,
    taskVersion: chain.taskVersion,
    supersededBy: draft.supersededBy ?? null,
    requestId: draft.mark?.requestId || null,
    requestDigest: draft.mark?.requestDigest ?? null,
    createTime: chain.now,
    prevPageId: head.pageId === pageOf(draft.receiptId) ? null : head.pageId,
  };
}
