// What must hold after healing. Each check is a function of the history alone, and says every fault in a sentence;
// checks.test.ts shows of each that it can.
import { ReceiptType, ScopeMode, TaskState } from "../../clients/typescript/src/index.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { Receipt } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { VerdictDecision } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { stateName } from "../../src/core/transitions.ts";
import type { Held, History, TaskHistory } from "./history.ts";

const { TASK_ASSIGNED, TASK_ACCEPTED, TASK_COMPLETED, TASK_FAILED, TASK_CANCELED, TASK_REPORTED } = ReceiptType;
const { TASK_SUSPENDED, TASK_RESUMED, TASK_RETRY_SCHEDULED, TASK_HANDED_OFF, VERDICT_GIVEN } = ReceiptType;
const { LEASE_EXPIRED, LEASE_RELEASED, INPUT_REQUESTED, INPUT_PROVIDED, INPUT_DECLINED, INPUT_EXPIRED } = ReceiptType;

const ends: readonly ReceiptType[] = [TASK_COMPLETED, TASK_FAILED, TASK_CANCELED];
const leaseEnds = new Set<ReceiptType>([
  ...ends,
  LEASE_EXPIRED,
  LEASE_RELEASED,
  TASK_SUSPENDED,
  TASK_HANDED_OFF,
  TASK_REPORTED,
  TASK_RETRY_SCHEDULED,
  INPUT_REQUESTED,
]);

function ofType({ receipts }: TaskHistory, ...types: readonly ReceiptType[]): Receipt[] {
  return receipts.filter(({ type }) => types.includes(type));
}

function naming(receipts: readonly Receipt[], parent: Receipt): Receipt[] {
  return receipts.filter(({ parents }) => parents.includes(parent.receiptId));
}

/** Of each task alone. */
type TaskCheck = (task: TaskHistory, history: History) => Iterable<string>;

const endsAsItShould: TaskCheck = function* ({ task }, { outcome }) {
  const wanted = outcome.expected.get(task.taskId) ?? [];
  if (!wanted.includes(task.state)) yield `is ${stateName(task.state)}, not ${wanted.map(stateName).join(" or ")}`;
};

export const endsOnce: TaskCheck = function* (one) {
  const count = ofType(one, ...ends).length;
  if (count !== 1) yield `has ${count} ends on record`;
  // A completion of a verified task is a report.
  const most = Math.max(1, ofType(one, TASK_REPORTED).length);
  if (one.completions > most) yield `was completed ${one.completions} times, as its worker was told`;
};

/** An attempt ends early only by a rejection. */
const noAttemptFails: TaskCheck = function* (one) {
  const reports = ofType(one, TASK_REPORTED);
  const rejections = new Set(reports.flatMap((report) => naming(one.receipts, report)));
  for (const retry of ofType(one, TASK_RETRY_SCHEDULED)) if (!rejections.has(retry)) yield "has an attempt that failed";
};

export const isLeasedOnceAtATime: TaskCheck = function* ({ receipts }) {
  let lease: Receipt | undefined;
  let fence = 0n;
  let hasEnded = false;
  for (const receipt of receipts) {
    if (receipt.type === TASK_ACCEPTED) {
      if (lease) yield "was leased beside another lease";
      if (hasEnded) yield "was leased after its end";
      const { body } = receipt.body ?? {};
      const granted = body?.case === "taskAccepted" ? body.value.fence : 0n;
      if (granted <= fence) yield `was leased with fence ${granted} after ${fence}`;
      fence = granted;
      lease = receipt;
    } else if (lease && leaseEnds.has(receipt.type) && receipt.parents.includes(lease.receiptId)) {
      lease = undefined;
    }
    hasEnded ||= ends.includes(receipt.type);
  }
  if (lease) yield "has a lease that never ended";
};

/** Every suspension is followed by one resumption, unless the task is canceled or fails in it. */
export const goesOnOnce: TaskCheck = function* (one) {
  const suspensions = ofType(one, TASK_SUSPENDED);
  for (const suspension of suspensions) {
    const count = naming(ofType(one, TASK_RESUMED), suspension).length;
    const isLast = suspension === suspensions.at(-1) && one.task.state !== TaskState.SUCCEEDED;
    if (count > 1 || (count === 0 && !isLast)) yield `went on ${count} times after a suspension`;
  }
};

/** A question, and its copy for the second addressee, is closed by one receipt. */
const questionsCloseOnce: TaskCheck = function* (one) {
  const closers = ofType(one, INPUT_PROVIDED, INPUT_DECLINED, INPUT_EXPIRED, ...ends);
  for (const question of ofType(one, INPUT_REQUESTED)) {
    const count = naming(closers, question).filter(({ supersededBy }) => supersededBy === "").length;
    if (count !== 1) yield `has a question that ${count} receipts have closed`;
  }
};

/** Each question is asked once, whatever befell the worker that asked. An escalation is a second receipt of it. */
const asksOnce: TaskCheck = function* (one) {
  const asked = ofType(one, INPUT_REQUESTED).filter(
    ({ body }) => body?.body.case === "inputRequested" && body.body.value.inputId === "",
  );
  if (asked.length > 1) yield `asked ${asked.length} times`;
};

const isVerifiedByOthers: TaskCheck = function* (one) {
  const { verification } = one.task;
  if (!verification) return;
  const { verifiers = 1, acceptAt = 1 } = verification;
  const holders = new Set(ofType(one, TASK_ACCEPTED).map(({ to }) => `${to?.kind}/${to?.id}`));
  for (const report of ofType(one, TASK_REPORTED)) {
    const after = naming(one.receipts, report);
    const verdicts = after.flatMap(({ type, body, from }) =>
      type === VERDICT_GIVEN && body?.body.case === "verdictGiven" ? [{ ...body.body.value, from }] : [],
    );
    if (new Set(verdicts.map((verdict) => verdict.verificationTaskId)).size !== verdicts.length)
      yield "counts two verdicts of one verification";
    if (verdicts.some(({ from }) => holders.has(`${from?.kind}/${from?.id}`))) yield "has a verdict by a holder";
    const accepted = verdicts.filter(({ verdict }) => verdict?.decision === VerdictDecision.ACCEPT).length;
    const decisions = after.filter(({ type }) => type === TASK_RETRY_SCHEDULED || ends.includes(type));
    if (decisions.length !== 1) yield `has a report that was decided ${decisions.length} times`;
    const isAccepted = decisions.some(({ type }) => type === TASK_COMPLETED);
    if (isAccepted && accepted < acceptAt) yield `was accepted by ${accepted} of ${acceptAt}`;
    const canBeAccepted = accepted + verifiers - verdicts.length >= acceptAt;
    if (!isAccepted && canBeAccepted) yield "was rejected while it could be accepted";
  }
  for (const { from } of ofType(one, TASK_COMPLETED)) {
    if (from?.kind !== PrincipalKind.SERVICE) yield "was completed by its executor";
  }
};

const isHandedOffOnce: TaskCheck = function* (one, { outcome }) {
  const wanted = outcome.handOffs?.get(one.task.taskId);
  const count = ofType(one, TASK_HANDED_OFF).length;
  if (wanted !== undefined && count !== wanted) yield `was handed off ${count} times, not ${wanted}`;
};

/** As many as it asked for, and canceled by the end of their parent. */
const hasItsChildren: TaskCheck = function* (one, { outcome, tasks }) {
  const wanted = outcome.children?.get(one.task.taskId);
  if (wanted === undefined) return;
  const children = tasks.filter(({ task }) => task.parentTaskId === one.task.taskId);
  if (children.length !== wanted) yield `has ${children.length} children, not ${wanted}`;
  const [end] = ofType(one, ...ends);
  for (const child of children) {
    const canceled = ofType(child, TASK_CANCELED);
    if (end && canceled.length !== naming(canceled, end).length) yield "has a child that another end has canceled";
  }
};

/** Of all together. */
function* signalsMeetOnce({ outcome, tasks }: History): Iterable<string> {
  const takers = new Map<string, number>();
  for (const { task, signals } of tasks) {
    if (new Set(signals).size !== signals.length) yield `task ${task.taskId} took a signal twice`;
    for (const id of signals) takers.set(id, (takers.get(id) ?? 0) + 1);
  }
  const wanted = new Map([
    ...(outcome.signals ?? []).map((id): [string, number] => [id, 1]),
    ...(outcome.broadcasts ?? []),
  ]);
  for (const id of new Set([...wanted.keys(), ...takers.keys()])) {
    const [count, want] = [takers.get(id) ?? 0, wanted.get(id) ?? 0];
    if (count !== want) yield `signal ${id} has met ${count} waits, not ${want}`;
  }
}

function* namesPassOn({ outcome, tasks }: History): Iterable<string> {
  for (const [name, wanted] of outcome.names ?? []) {
    const bearers = tasks.filter(({ task }) => task.name === name);
    if (bearers.length !== wanted) yield `${bearers.length} tasks have borne ${name}, not ${wanted}`;
    const passings = bearers.flatMap((one) => ofType(one, TASK_ASSIGNED).flatMap(({ parents }) => parents));
    if (new Set(passings).size !== passings.length) yield `${name} was passed on twice by one end`;
  }
}

function overlap(one: Held, other: Held): boolean {
  if (one.taskId === other.taskId) return false;
  if (one.mode === ScopeMode.READ && other.mode === ScopeMode.READ) return false;
  const [short = "", long = ""] = [one.resource, other.resource].toSorted((a, b) => a.length - b.length);
  return long === short || long.startsWith(`${short}/`);
}

function* pairs<Item>(items: readonly Item[]): Iterable<[Item, Item]> {
  for (const [place, item] of items.entries()) for (const other of items.slice(place + 1)) yield [item, other];
}

/** Nothing is held by two tasks at once: neither as the server lists it nor as the handlers saw it. */
function* isHeldApart({ outcome, holds }: History): Iterable<string> {
  const listed = (outcome.snapshots ?? []).flatMap((snapshot) => [...pairs(snapshot)]);
  const seen = [...pairs(holds)].filter(([one, other]) => one.fromMs < other.toMs && other.fromMs < one.toMs);
  for (const [one, other] of [...listed, ...seen]) {
    if (overlap(one, other)) yield `tasks ${one.taskId} and ${other.taskId} held ${one.resource} at once`;
  }
}

const ofEachTask = {
  endsAsItShould,
  endsOnce,
  noAttemptFails,
  isLeasedOnceAtATime,
  goesOnOnce,
  questionsCloseOnce,
  asksOnce,
  isVerifiedByOthers,
  isHandedOffOnce,
  hasItsChildren,
} satisfies Record<string, TaskCheck>;
const ofAllTogether = { signalsMeetOnce, namesPassOn, isHeldApart };

export type CheckName = keyof typeof ofEachTask | keyof typeof ofAllTogether;
export const checkNames = [...Object.keys(ofEachTask), ...Object.keys(ofAllTogether)] as CheckName[];

export type Fault = { readonly check: CheckName; readonly text: string };

/** Every fault; none if all is well. */
export function faultsOf(history: History): Fault[] {
  const single = (Object.entries(ofEachTask) as [CheckName, TaskCheck][]).flatMap(([check, find]) =>
    history.tasks.flatMap((one) =>
      [...find(one, history)].map((text) => ({ check, text: `task ${one.task.taskId} ${text}` })),
    ),
  );
  const together = (Object.entries(ofAllTogether) as [CheckName, (of: History) => Iterable<string>][]).flatMap(
    ([check, find]) => [...find(history)].map((text) => ({ check, text })),
  );
  return [...single, ...together];
}
