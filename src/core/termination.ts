// The termination registry: which receipts oblige, and which may close which. The only place that knows.
// Adding a type is one line.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";

type Rule = { readonly obliges: boolean; readonly closes: readonly ReceiptType[] };

const { TASK_ASSIGNED, TASK_ACCEPTED, INPUT_REQUESTED, NODE_CONFIG_ISSUED } = ReceiptType;
const nothing: Rule = { obliges: false, closes: [] };

export const terminationRegistry: Readonly<Record<ReceiptType, Rule>> = {
  [ReceiptType.UNSPECIFIED]: nothing,
  [ReceiptType.TASK_ASSIGNED]: { obliges: true, closes: [] },
  [ReceiptType.TASK_ACCEPTED]: { obliges: true, closes: [] },
  [ReceiptType.TASK_STARTED]: nothing,
  [ReceiptType.TASK_PROGRESS]: nothing,
  [ReceiptType.TASK_COMPLETED]: { obliges: false, closes: [TASK_ASSIGNED, TASK_ACCEPTED] },
  [ReceiptType.TASK_FAILED]: { obliges: false, closes: [TASK_ASSIGNED, TASK_ACCEPTED, INPUT_REQUESTED] },
  [ReceiptType.TASK_CANCELED]: { obliges: false, closes: [TASK_ASSIGNED, TASK_ACCEPTED, INPUT_REQUESTED] },
  [ReceiptType.TASK_RETRY_SCHEDULED]: { obliges: false, closes: [TASK_ACCEPTED] },
  [ReceiptType.LEASE_EXPIRED]: { obliges: false, closes: [TASK_ACCEPTED] },
  [ReceiptType.LEASE_RELEASED]: { obliges: false, closes: [TASK_ACCEPTED] },
  [ReceiptType.TASK_RESULT_READY]: nothing,
  [ReceiptType.RECEIPT_ACKNOWLEDGED]: nothing,
  [ReceiptType.SYSTEM_ANOMALY]: nothing,
  [ReceiptType.TASK_SUSPENDED]: { obliges: false, closes: [TASK_ACCEPTED] },
  [ReceiptType.TASK_RESUMED]: nothing,
  [ReceiptType.TASK_PAUSED]: nothing,
  [ReceiptType.SIGNAL_SENT]: nothing,
  [ReceiptType.INPUT_REQUESTED]: { obliges: true, closes: [TASK_ACCEPTED] },
  [ReceiptType.INPUT_PROVIDED]: { obliges: false, closes: [INPUT_REQUESTED] },
  [ReceiptType.INPUT_DECLINED]: { obliges: false, closes: [INPUT_REQUESTED] },
  [ReceiptType.INPUT_EXPIRED]: { obliges: false, closes: [INPUT_REQUESTED] },
  [ReceiptType.TASK_HANDED_OFF]: { obliges: false, closes: [TASK_ACCEPTED] },
  [ReceiptType.TASK_REPORTED]: { obliges: false, closes: [TASK_ACCEPTED] },
  [ReceiptType.VERDICT_GIVEN]: nothing,
  [ReceiptType.NODE_CONFIG_ISSUED]: { obliges: true, closes: [NODE_CONFIG_ISSUED] },
  [ReceiptType.NODE_CONFIG_ACKNOWLEDGED]: { obliges: false, closes: [NODE_CONFIG_ISSUED] },
  [ReceiptType.NODE_CONFIG_WITHDRAWN]: { obliges: false, closes: [NODE_CONFIG_ISSUED] },
  [ReceiptType.NODE_ROLLOUT_CHANGED]: nothing,
};

/** Every type that means something, in the order of the contract. */
export const receiptTypes: readonly ReceiptType[] = Object.keys(terminationRegistry)
  .map((key) => Number(key) as ReceiptType)
  .filter((type) => type !== ReceiptType.UNSPECIFIED);

export function obliges(type: ReceiptType): boolean {
  return terminationRegistry[type]?.obliges ?? false;
}

export function mayTerminate(type: ReceiptType, parentType: ReceiptType): boolean {
  return terminationRegistry[type]?.closes.includes(parentType) ?? false;
}

export function isTerminal(type: ReceiptType): boolean {
  return (terminationRegistry[type]?.closes.length ?? 0) > 0;
}

/** The three that end a task. */
export function isEnding(type: ReceiptType): boolean {
  return mayTerminate(type, TASK_ASSIGNED);
}

export function closableBy(parentType: ReceiptType): readonly ReceiptType[] {
  return receiptTypes.filter((type) => mayTerminate(type, parentType));
}
