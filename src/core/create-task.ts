// CreateTask as a rule: fills in what the request leaves open, and puts the task into its lane with its first receipt.
import { create } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { type Principal, PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  OnParentEnd,
  type Requirements,
  type RetryPolicy,
  RetryPolicySchema,
  type Task,
  TaskSchema,
  TaskState,
} from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CreateTaskRequest, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { encode } from "../wire/encode.ts";
import { type ChainEnd, digestOf, emptyChain } from "./chain.ts";
import type { Origin, Place } from "./children.ts";
import { type Decision, type DecisionContext, joinSteps } from "./decision.ts";
import { addMs, dateOfTimestamp, durationOfMs, earliest, msOfDuration, timestampOfDate } from "./duration.ts";
import { type Lane, laneOf } from "./lane.ts";
import { type ReceiptDraft, sealReceipts } from "./ledger.ts";
import { pageOf } from "./ledger-page.ts";
import { type Limits, taskDefaults } from "./limits.ts";
import { faultsOfName } from "./names.ts";
import { checkExpectedOutcome, enforces } from "./outcome-contract.ts";
import { checkPayload } from "./payload.ts";
import { faultsOfPreflight, laneCapabilities, preflightOf } from "./preflight.ts";
import { faultOfAddressee, formatPrincipal } from "./principal.ts";
import { invalidArgument, type Refusal, receiptLimitExceeded } from "./refusal.ts";
import { checkScopes, scopesAsked } from "./scopes.ts";
import { type Ended, never, tie, type Waiting } from "./task-record.ts";
import { checkVerification, verificationOf } from "./verification.ts";
import { type BegunWait, type BlockedTask, checkWait, nextStep } from "./wait.ts";

/** What the store keeps of a request: read often, so without the payload; and the payload. */
export type TaskRow = {
  readonly taskId: string;
  readonly type: string;
  readonly queue: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: string;
  readonly obligated: string;
  readonly createTime: Date;
  readonly terms: Uint8Array;
  readonly payload: Uint8Array | null;
  /** Empty if it has none. */
  readonly name: string;
};

type PrincipalInit = { readonly kind: PrincipalKind; readonly id: string };

/** A wait that begins with the task whose id it names. */
export type FirstWait = { readonly taskId: string; readonly begun: BegunWait };

/** A task whose wait can no longer be met may end in the same moment. */
export type Creation = Decision<Waiting | Ended> & {
  /** As it is made, before anything that follows from its wait. */
  readonly made: Waiting;
  readonly wait: BegunWait | undefined;
  readonly place: Place | undefined;
  readonly task: TaskRow;
  readonly lane: Lane;
  /** What was asked, payload and all, as the answer tells it. The code that answers takes ownership of it. */
  readonly asked: Task;
};

/**
 * Two requests with one digest are the same request: everything counts but the trace and the id of the call. Of the
 * lease that a child is created under, its task counts: the next holder, with another token, says the same.
 */
export function createTaskDigest(request: CreateTaskRequest, parentTaskId = ""): Uint8Array {
  const { traceContext: _, ...counted } = request;
  return digestOf(encode(CreateTaskRequestSchema, { ...counted, requestId: "", under: parentTaskId }));
}

/** What a request requires of the worker that does the task. */
export function newTaskOf(request: CreateTaskRequest): Omit<Lane, "laneId"> {
  return {
    queue: request.queue || taskDefaults.queue,
    type: request.type,
    capabilities: laneCapabilities(request),
    priority: request.priority ?? taskDefaults.priority,
    addressee: request.addressee && formatPrincipal(request.addressee),
  };
}

/**
 * What is wrong with a request that no rule on one field can say. It looks at no clock: a request that was good is good
 * when it is said again. A deadline that has passed is no fault either; the task is made, and fails by it.
 */
export function checkCreateTask(
  request: CreateTaskRequest,
  limits: Limits,
  by: "itself" | "a holder's call" = "itself",
): Refusal | undefined {
  const isOfHolder = by === "a holder's call" || request.under !== "";
  // The service names one more: what it comes from.
  const parents = request.parentReceipts.length + (isOfHolder ? 1 : 0);
  if (parents > limits.receipt_parents_max) {
    return receiptLimitExceeded("receipt_parents_max", limits.receipt_parents_max, parents);
  }
  const tooLarge = checkPayload(request.payload, "payload", "payload_bytes_max", limits.payload_bytes_max);
  if (tooLarge) return tooLarge;
  const badWait = checkWait(request.wait, "may name items");
  if (badWait) return badWait;
  const violations = [
    ...checkExpectedOutcome(request.expectedOutcome),
    ...checkVerification(request.verification),
    ...faultsOfName(request, by),
    ...checkScopes(request.scopes),
    ...faultsOfPreflight(request),
  ];
  if (request.notBefore && request.delay) {
    violations.push({ field: "delay", description: "must be absent together with not_before", rule: "task.one_start" });
  }
  if (request.onParentEnd && !isOfHolder) {
    const description = "must be unspecified without under";
    violations.push({ field: "on_parent_end", description, rule: "task.on_parent_end" });
  }
  if (by === "a holder's call" && request.under !== "") {
    violations.push({ field: "under", description: "must be empty here", rule: "task.under" });
  }
  const fault = faultOfAddressee(request.addressee);
  if (fault) violations.push({ field: "addressee.kind", ...fault });
  const kind = request.obligated?.kind;
  if (kind === PrincipalKind.SERVICE || kind === PrincipalKind.SYSTEM) {
    const description = "must be an agent, a worker or a human";
    violations.push({ field: "obligated.kind", description, rule: "task.obligated_kind" });
  }
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

function eligibleFrom(request: CreateTaskRequest, now: Date): Date {
  if (request.delay) return addMs(now, msOfDuration(request.delay));
  if (request.notBefore) return new Date(Math.max(now.getTime(), dateOfTimestamp(request.notBefore).getTime()));
  return now;
}

export function createTask(
  request: CreateTaskRequest,
  creatorIs: PrincipalInit,
  moment: DecisionContext,
  wait?: FirstWait,
  origin?: Origin,
): Creation {
  const { now } = moment;
  const creator: Principal = { $typeName: "asyncgate.v1.Principal", ...creatorIs };
  const taskId = wait?.taskId ?? moment.newId();
  const assignedReceiptId = moment.newId();
  const eligibleTime = eligibleFrom(request, now);
  const terms = termsOf(request, creator, taskId, eligibleTime, now);
  complement(terms, request, wait, origin);
  const owner = formatPrincipal(creator);
  const obligated = formatPrincipal(terms.obligated ?? creator);
  const termsBytes = encode(TaskSchema, terms);
  const payload = request.payload ? encode(PayloadSchema, request.payload) : null;
  if (request.payload) terms.payload = request.payload;
  const draft: ReceiptDraft = {
    receiptId: assignedReceiptId,
    from: origin?.from ?? owner,
    to: obligated,
    parents: terms.parentReceipts,
    body: {
      case: "taskAssigned",
      value: assignedBody(terms, digestOf(termsBytes, payload ?? new Uint8Array()), eligibleTime, wait),
    },
  };
  const receipts = sealReceipts({ chainId: taskId, taskId, head: emptyChain, taskVersion: 1, now }, [draft]);
  const lane = laneOf(newTaskOf(request));
  const made: Waiting = {
    ...newTask(taskId, assignedReceiptId, receipts[0], wait),
    ties: tiesOf(terms, wait, origin),
    laneId: lane.laneId,
    eligibleTime: wait ? never : eligibleTime,
    failTime: waitingFailTime(terms, 0),
  };
  const opened = [{ principal: obligated, receiptId: assignedReceiptId, taskId }];
  const creation = { before: undefined, after: made, receipts, opened };
  return {
    ...(wait ? beginBlocked(creation, made, { owner, obligated, terms }, wait.begun, moment) : creation),
    made,
    wait: wait?.begun,
    place: origin?.place,
    lane,
    asked: terms,
    task: rowOf(terms, { owner, obligated, createTime: now, terms: termsBytes, payload }),
  };
}

type Stored = Pick<TaskRow, "owner" | "obligated" | "createTime" | "terms" | "payload">;

function rowOf({ taskId, type, queue, labels, name }: Task, stored: Stored): TaskRow {
  return { taskId, type, queue, labels, name, ...stored };
}

/** What its wait adds, and what it takes from the task whose holder creates it. */
function complement(
  terms: Task,
  request: CreateTaskRequest,
  wait: FirstWait | undefined,
  origin: Origin | undefined,
): void {
  if (wait) terms.wait = wait.begun.stored;
  if (!origin) return;
  const { place, obligated, causes } = origin;
  terms.traceContext ??= origin.traceContext;
  terms.parentReceipts = [...causes, ...request.parentReceipts];
  terms.obligated = request.obligated ?? obligated ?? terms.obligated;
  if (!place) return;
  terms.parentTaskId = place.parentTaskId;
  terms.rootTaskId = place.rootTaskId;
  terms.depth = place.depth;
  terms.budgetTaskIds = [...place.budgetTaskIds];
  terms.onParentEnd = place.onParentEnd;
}

/** What follows at once from what had happened before the task was created. */
function beginBlocked(
  creation: Decision<Waiting | Ended>,
  made: Waiting,
  task: BlockedTask,
  begun: BegunWait,
  moment: DecisionContext,
): Decision<Waiting | Ended> {
  const next = nextStep(made, task, made.assignedReceiptId, begun, moment);
  return next ? joinSteps(creation, next) : creation;
}

/** The same with a bit that says that another task waits for it. */
export function awaitedFromBeginning(creation: Creation): Creation {
  const tied = <Task extends Waiting | Ended>(task: Task): Task => ({ ...task, ties: task.ties | tie.awaited });
  return { ...creation, made: tied(creation.made), after: tied(creation.after) };
}

/** What every task begins with. */
function newTask(taskId: string, assignedReceiptId: string, head: ChainEnd | undefined, wait: FirstWait | undefined) {
  return {
    taskId,
    state: wait ? TaskState.BLOCKED : TaskState.QUEUED,
    attempt: 1,
    leaseLosses: 0,
    deliveries: 0,
    fence: 0,
    version: 1,
    headSequence: head?.sequence ?? 0,
    headHash: head?.hash ?? emptyChain.hash,
    headPageId: pageOf(assignedReceiptId),
    assignedReceiptId,
  };
}

function tiesOf(
  { expectedOutcome, verification, name, scopes }: Task,
  wait: FirstWait | undefined,
  origin: Origin | undefined,
): number {
  const own = (enforces(expectedOutcome) ? tie.contract : 0) | (verification ? tie.verification : 0);
  const ofPlace = (origin?.place ? tie.child : 0) | (origin?.ties ?? 0);
  const rows = (name ? tie.name : 0) | (scopes.length > 0 ? tie.scopes : 0);
  return own | ofPlace | rows | (wait ? tie.conditions : 0);
}

function assignedBody(terms: Task, requestDigest: Uint8Array, eligibleTime: Date, wait: FirstWait | undefined) {
  return {
    $typeName: "asyncgate.v1.TaskAssigned" as const,
    taskType: terms.type,
    queue: terms.queue,
    priority: terms.priority,
    requestDigest,
    ...(terms.expectedOutcome && { expectedOutcome: terms.expectedOutcome }),
    ...(terms.deadline && { deadline: terms.deadline }),
    eligibleTime: timestampOfDate(eligibleTime),
    redriveOf: terms.redriveOf,
    conditions: wait?.begun.conditions.length ?? 0,
  };
}

/** When a waiting task fails by itself: at its deadline, or at its start deadline if no worker has ever held it. */
export function waitingFailTime(terms: Task, deliveries: number): Date | null {
  return earliest(
    deliveries === 0 && terms.startDeadline ? dateOfTimestamp(terms.startDeadline) : null,
    terms.deadline && dateOfTimestamp(terms.deadline),
  );
}

/** It is never modified, so all tasks may share it. */
const defaultRetryPolicy = retryPolicy(undefined);

function retryPolicy(policy: RetryPolicy | undefined): RetryPolicy {
  const { retry } = taskDefaults;
  return create(RetryPolicySchema, {
    initialInterval: policy?.initialInterval ?? durationOfMs(retry.initialMs),
    multiplier: policy?.multiplier ?? retry.multiplier,
    maxInterval: policy?.maxInterval ?? durationOfMs(retry.maxMs),
    jitter: policy?.jitter ?? retry.jitter,
    nonRetryableTypes: policy?.nonRetryableTypes ?? [],
  });
}

/**
 * The request with every default filled in, as the contract's Task. Every field is named: a literal of so many gets one
 * shape that reading it is fast by, and what the library's `create` makes of them does not.
 */
const termsOf = (request: CreateTaskRequest, creator: Principal, taskId: string, eligible: Date, now: Date): Task => ({
  $typeName: "asyncgate.v1.Task",
  taskId,
  type: request.type,
  queue: request.queue || taskDefaults.queue,
  payload: undefined,
  labels: request.labels,
  requirements: requirementsOf(request),
  priority: request.priority ?? taskDefaults.priority,
  maxAttempts: request.maxAttempts ?? taskDefaults.maxAttempts,
  retry: request.retry ? retryPolicy(request.retry) : defaultRetryPolicy,
  idempotencyKey: request.idempotencyKey,
  notBefore: eligible > now ? timestampOfDate(eligible) : undefined,
  startDeadline: request.startDeadline,
  deadline: request.deadline,
  attemptTimeout: request.attemptTimeout,
  leaseTtl: request.leaseTtl,
  maxLeaseLosses: request.maxLeaseLosses ?? taskDefaults.maxLeaseLosses,
  expectedOutcome: request.expectedOutcome,
  obligated: request.obligated ?? creator,
  parentReceipts: request.parentReceipts,
  traceContext: request.traceContext,
  createdBy: creator,
  createTime: timestampOfDate(now),
  redriveOf: request.redriveOf,
  wait: undefined,
  parentTaskId: "",
  rootTaskId: "",
  budgetTaskIds: [],
  depth: 0,
  onParentEnd: OnParentEnd.UNSPECIFIED,
  budget: request.budget,
  name: request.name,
  addressee: request.addressee,
  verification: request.verification && verificationOf(request.verification, request.queue || taskDefaults.queue),
  scopes: scopesAsked(request.scopes),
  preflight: preflightOf(request),
  version: 0n,
  state: TaskState.UNSPECIFIED,
  attempt: 0,
  leaseLosses: 0,
  deliveries: 0,
  eligibleTime: undefined,
  startTime: undefined,
  endTime: undefined,
  progress: undefined,
  checkpoint: undefined,
  outcome: undefined,
  cancelRequested: false,
  cancelReason: "",
  cancelDeadline: undefined,
  holder: undefined,
  assignedReceiptId: "",
  pause: undefined,
  spent: undefined,
  handOff: undefined,
  review: undefined,
  scopeWait: undefined,
});

function requirementsOf({ requirements }: CreateTaskRequest): Requirements {
  return { $typeName: "asyncgate.v1.Requirements", capabilities: requirements?.capabilities ?? [] };
}
