// The termination registry's whole truth table, written out by hand.
import { expect, test } from "vitest";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { closableBy, isTerminal, mayTerminate, obliges, receiptTypes } from "../../src/core/termination.ts";

type Name = keyof typeof ReceiptType;

/** What each type may close; what is not named it may not. */
const closes: Readonly<Record<Exclude<Name, "UNSPECIFIED">, readonly Name[]>> = {
  TASK_ASSIGNED: [],
  TASK_ACCEPTED: [],
  TASK_STARTED: [],
  TASK_PROGRESS: [],
  TASK_COMPLETED: ["TASK_ASSIGNED", "TASK_ACCEPTED"],
  TASK_FAILED: ["TASK_ASSIGNED", "TASK_ACCEPTED", "INPUT_REQUESTED"],
  TASK_CANCELED: ["TASK_ASSIGNED", "TASK_ACCEPTED", "INPUT_REQUESTED"],
  TASK_RETRY_SCHEDULED: ["TASK_ACCEPTED"],
  LEASE_EXPIRED: ["TASK_ACCEPTED"],
  LEASE_RELEASED: ["TASK_ACCEPTED"],
  TASK_RESULT_READY: [],
  RECEIPT_ACKNOWLEDGED: [],
  SYSTEM_ANOMALY: [],
  TASK_SUSPENDED: ["TASK_ACCEPTED"],
  TASK_RESUMED: [],
  SIGNAL_SENT: [],
  INPUT_REQUESTED: ["TASK_ACCEPTED"],
  INPUT_PROVIDED: ["INPUT_REQUESTED"],
  INPUT_DECLINED: ["INPUT_REQUESTED"],
  INPUT_EXPIRED: ["INPUT_REQUESTED"],
  TASK_HANDED_OFF: ["TASK_ACCEPTED"],
  TASK_REPORTED: ["TASK_ACCEPTED"],
  VERDICT_GIVEN: [],
  TASK_PAUSED: [],
  NODE_CONFIG_ISSUED: ["NODE_CONFIG_ISSUED"],
  NODE_CONFIG_ACKNOWLEDGED: ["NODE_CONFIG_ISSUED"],
  NODE_CONFIG_WITHDRAWN: ["NODE_CONFIG_ISSUED"],
  NODE_ROLLOUT_CHANGED: [],
};
const names = Object.keys(closes) as (keyof typeof closes)[];

test("law 10: of all pairs of types exactly those of the table may close one another", () => {
  expect(receiptTypes).toEqual(names.map((name) => ReceiptType[name]));
  for (const type of names) {
    for (const parent of names) {
      const allowed = closes[type].includes(parent);
      expect(mayTerminate(ReceiptType[type], ReceiptType[parent]), `${type} closes ${parent}`).toBe(allowed);
    }
    expect(mayTerminate(ReceiptType[type], ReceiptType.UNSPECIFIED)).toBe(false);
    expect(mayTerminate(ReceiptType.UNSPECIFIED, ReceiptType[type])).toBe(false);
  }
});

test("law 10: four types oblige, sixteen are terminal, and only a question and a configuration are both", () => {
  const having = (is: (type: ReceiptType) => boolean) => names.filter((name) => is(ReceiptType[name]));
  expect(having(obliges)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED", "INPUT_REQUESTED", "NODE_CONFIG_ISSUED"]);
  expect(having(isTerminal)).toEqual([
    "TASK_COMPLETED",
    "TASK_FAILED",
    "TASK_CANCELED",
    "TASK_RETRY_SCHEDULED",
    "LEASE_EXPIRED",
    "LEASE_RELEASED",
    "TASK_SUSPENDED",
    "INPUT_REQUESTED",
    "INPUT_PROVIDED",
    "INPUT_DECLINED",
    "INPUT_EXPIRED",
    "TASK_HANDED_OFF",
    "TASK_REPORTED",
    "NODE_CONFIG_ISSUED",
    "NODE_CONFIG_ACKNOWLEDGED",
    "NODE_CONFIG_WITHDRAWN",
  ]);
});

test("law 10: a lost or released lease never closes the task, and every obliging type can be closed", () => {
  const { TASK_ASSIGNED, TASK_ACCEPTED, LEASE_EXPIRED, LEASE_RELEASED, TASK_RETRY_SCHEDULED, TASK_SUSPENDED } =
    ReceiptType;
  const { TASK_HANDED_OFF, TASK_REPORTED } = ReceiptType;
  const { INPUT_REQUESTED, INPUT_PROVIDED, INPUT_DECLINED, INPUT_EXPIRED } = ReceiptType;
  const closers = closableBy(TASK_ASSIGNED);
  expect(closers).toEqual([ReceiptType.TASK_COMPLETED, ReceiptType.TASK_FAILED, ReceiptType.TASK_CANCELED]);
  expect(closableBy(TASK_ACCEPTED)).toEqual([
    ...closers,
    TASK_RETRY_SCHEDULED,
    LEASE_EXPIRED,
    LEASE_RELEASED,
    TASK_SUSPENDED,
    INPUT_REQUESTED,
    TASK_HANDED_OFF,
    TASK_REPORTED,
  ]);
  expect(closableBy(INPUT_REQUESTED)).toEqual([
    ReceiptType.TASK_FAILED,
    ReceiptType.TASK_CANCELED,
    INPUT_PROVIDED,
    INPUT_DECLINED,
    INPUT_EXPIRED,
  ]);
});
