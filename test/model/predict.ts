// The answer that the specification demands for a call, and what the call changes in the model.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type Answer, type Asked, agree, type Call, contentOf, type LeaseAnswer, nameOf } from "./calls.ts";
import { addTask, leaseAbove } from "./children.ts";
import {
  addReceipt,
  defaults,
  end,
  hasEnded,
  isOverdue,
  type Model,
  type ModelLease,
  type ModelTask,
  type RecordedCall,
  taskOf,
  write,
} from "./model.ts";
import { predictHolder } from "./predict-holder.ts";
import { isQueuePaused, predictOperator } from "./predict-operator.ts";
import { predictProvide } from "./questions.ts";
import { overlapsHeld, scopesOf, waitsBehindWriter } from "./scopes.ts";
import { predictSignal } from "./signals.ts";
import { isBounded } from "./spending.ts";
import { isIndependent } from "./verification.ts";
import { beginWait, refuseWait } from "./waits.ts";

/** A refusal with its reason (and its state, if it has one), or a check of the answer that also updates the model. */
export type Prediction =
  | { readonly reason: string; readonly state?: TaskState }
  | { readonly adopt: (answer: Answer) => readonly ModelTask[] };

type Of<Method extends Asked["method"]> = Extract<Asked, { method: Method }>;

export function predict(model: Model, call: Call): Prediction {
  const { asked } = call;
  switch (asked.method) {
    case "create":
      return predictCreate(model, call, asked);
    case "claim":
      return predictClaim(model, call, asked);
    case "cancel":
      return predictCancel(model, call, asked);
    case "append":
      return predictAppend(model, call, asked);
    case "acknowledge":
      return predictAcknowledge(model, call, asked);
    case "pause":
    case "unpause":
    case "override":
    case "pauseQueue":
    case "resumeQueue":
      return predictOperator(model, call, asked);
    case "provide":
      return predictProvide(model, call, asked);
    case "signal":
      return predictSignal(model, call, asked);
    default:
      return predictHolder(model, call, asked);
  }
}

/** Law 5: the call recorded under this request id, or a conflict when it was another request. */
export function recordedUnder(model: Model, call: Call): RecordedCall | "conflict" | undefined {
  if (call.requestId === "") return undefined;
  const recorded = model.requests.get(`${nameOf(call.actor)} ${call.requestId}`);
  if (!recorded) return undefined;
  return recorded.content === contentOf(call) ? recorded : "conflict";
}

export function record(model: Model, call: Call, answer: Answer): void {
  if (call.requestId === "") return;
  const recorded = { method: call.asked.method, content: contentOf(call), requestId: call.requestId, answer };
  model.requests.set(`${nameOf(call.actor)} ${call.requestId}`, recorded);
}

export function sameAsBefore(before: Answer): Prediction {
  return {
    adopt(answer) {
      agree("the answer of a repeated call", answer, before);
      return [];
    },
  };
}

/** A repeated creation is answered with the task as it stands, which may have changed since. */
function sameCreation(before: Answer): Prediction {
  if (before.reason !== undefined) return { reason: before.reason };
  return {
    adopt({ taskId, receiptId, existed }) {
      agree("the task of a repeated call", { taskId, receiptId, existed }, { ...pick(before), existed: true });
      return [];
    },
  };
}

const pick = ({ taskId, receiptId }: Answer) => ({ taskId, receiptId });

// --- create ----------------------------------------------------------------------------------------------------------

function predictCreate(model: Model, call: Call, asked: Of<"create">): Prediction {
  const { shape, wait, under } = asked;
  const recorded = recordedUnder(model, call);
  if (recorded === "conflict") return { reason: "IDEMPOTENCY_CONFLICT" };
  // What was refused is tried again.
  if (recorded && recorded.answer.reason === undefined) return sameCreation(recorded.answer);
  const above = under && leaseAbove(model, call, under);
  const isStale = above && "reason" in above ? above : undefined;
  if (isStale?.reason === "NOT_HOLDER") {
    record(model, call, { reason: isStale.reason });
    return isStale;
  }
  const keyName = `${nameOf(call.actor)} ${shape.key}`;
  const keyed = shape.key === undefined ? undefined : model.keys.get(keyName);
  if (keyed && keyed.content !== contentOf(call)) {
    // The refused call is recorded under its request id as well.
    record(model, call, { reason: "IDEMPOTENCY_CONFLICT" });
    return { reason: "IDEMPOTENCY_CONFLICT" };
  }
  const taken = keyed ? undefined : bearerOf(model, call.actor, shape.name);
  const onTaken = taken && decideTaken(call.actor, taken, shape);
  // What is answered with the bearer of the name begins no wait.
  const begins = onTaken === "answer" ? undefined : wait;
  const isNew = !keyed && onTaken !== "answer";
  if (isNew && onTaken !== "NAME_TAKEN" && isStale) {
    record(model, call, { reason: isStale.reason });
    return isStale;
  }
  const isTooMuch = isNew && above && "task" in above && isBounded(above.task);
  const bounded = isTooMuch ? "BUDGET_EXCEEDED" : begins && refuseWait(model, call.actor, begins);
  const refused = onTaken === "NAME_TAKEN" ? onTaken : bounded;
  if (refused) {
    record(model, call, { reason: refused });
    return { reason: refused };
  }
  return {
    adopt(answer) {
      if (taken && onTaken === "answer") {
        const { taskId, assignedReceiptId: receiptId, state } = taken;
        agree("the task of the name", answer, { taskId, receiptId, existed: true, state });
        record(model, call, answer);
        return [taken];
      }
      if (keyed) {
        const { taskId, assignedReceiptId: receiptId, state } = keyed.task;
        agree("a creation that existed", answer, { taskId, receiptId, existed: true, state });
        record(model, call, answer);
        return [keyed.task];
      }
      agree("existed", answer.existed, false);
      if (taken) end(taken, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
      const task = newTask(model, call.actor, asked, answer);
      if (wait) beginWait(model, task, wait);
      agree("state of a new task", answer.state, task.state);
      if (shape.key !== undefined) model.keys.set(keyName, { content: contentOf(call), task });
      record(model, call, answer);
      return taken ? [taken, task] : [task];
    },
  };
}

/** Law 28: the live task of a tenant that bears a name. */
function bearerOf(model: Model, { tenant }: Actor, name: string | undefined): ModelTask | undefined {
  if (name === undefined) return undefined;
  const bearers = model.tasks.filter((one) => one.tenant === tenant && one.shape.name === name && !hasEnded(one.state));
  agree(`how many live tasks bear ${name}`, bearers.length <= 1, true);
  return bearers[0];
}

function decideTaken(actor: Actor, bearer: ModelTask, { onNameTaken }: Of<"create">["shape"]) {
  const me = nameOf(actor);
  const isOperator = actor.kind === "human";
  const mayRead = isOperator || [bearer.owner, bearer.obligated, bearer.lease?.holder].includes(me);
  if (onNameTaken === "answer" && mayRead) return "answer";
  if (onNameTaken === "replace" && (isOperator || bearer.owner === me)) return "replace";
  return "NAME_TAKEN";
}

function newTask(model: Model, actor: Actor, { shape, under }: Of<"create">, answer: Answer): ModelTask {
  const owner = nameOf(actor);
  const obligated = shape.obligated ? nameOf({ tenant: actor.tenant, ...shape.obligated }) : owner;
  const parent = under && model.tasks.find(({ taskId }) => taskId === under.taskId);
  const place = parent && { parent, keeps: under.keeps };
  const made = { taskId: answer.taskId ?? "", receiptId: answer.receiptId ?? "" };
  return addTask(model, { tenant: actor.tenant, owner, obligated, shape, ...place }, made);
}

// --- claim -----------------------------------------------------------------------------------------------------------

function isEligible(task: ModelTask, model: Model, call: Call, asked: Of<"claim">): boolean {
  const queues = asked.queues.length > 0 ? asked.queues : ["default"];
  return (
    task.tenant === call.actor.tenant &&
    task.state === TaskState.QUEUED &&
    task.eligible.fromMs <= model.nowMs &&
    !isQueuePaused(model, task) &&
    !isOverdue(model, task) &&
    isIndependent(task, nameOf(call.actor)) &&
    (task.place.addressee ?? nameOf(call.actor)) === nameOf(call.actor) &&
    queues.includes(task.place.queue) &&
    (asked.types.length === 0 || asked.types.includes(task.shape.type)) &&
    task.place.capabilities.every((capability) => asked.capabilities.includes(capability))
  );
}

const priorityOf = (task: ModelTask): number => task.shape.priority ?? defaults.priority;

/** Below zero when `one` must be leased before `other`. */
const before = (one: ModelTask, other: ModelTask): number =>
  priorityOf(other) - priorityOf(one) || one.eligible.fromMs - other.eligible.fromMs;

function predictClaim(model: Model, call: Call, asked: Of<"claim">): Prediction {
  const recorded = recordedUnder(model, call);
  if (recorded === "conflict") return { reason: "IDEMPOTENCY_CONFLICT" };
  if (recorded) return sameAsBefore(recorded.answer);
  return {
    adopt(answer) {
      const leases = answer.leases ?? [];
      const eligible = model.tasks.filter((task) => isEligible(task, model, call, asked));
      const granted = leases.map((lease) => {
        const task = eligible.find(({ taskId }) => taskId === lease.taskId);
        agree(`${lease.taskId} was eligible`, task !== undefined, true);
        return task as ModelTask;
      });
      agree("each task is leased once", new Set(granted).size, granted.length);
      agreeOnChoice(model, eligible, granted, Math.max(asked.most, 1));
      for (const [place, task] of granted.entries()) grant(model, call, asked, task, leases[place] as LeaseAnswer);
      if (granted.length > 0) record(model, call, answer);
      return granted;
    },
  };
}

/** The best are leased, in order, but for what their scopes keep apart. Equal tasks may come in either order. */
function agreeOnChoice(
  model: Model,
  eligible: readonly ModelTask[],
  granted: readonly ModelTask[],
  most: number,
): void {
  agree("no more than asked for", granted.length <= most, true);
  for (const [place, task] of granted.entries()) {
    const earlier = granted.slice(0, place);
    agree(
      `rank of the lease at place ${place}`,
      earlier.every((one) => before(one, task) <= 0),
      true,
    );
    agree(`${task.taskId} is kept apart from what is held`, overlapsHeld(model, task, earlier), false);
  }
  const last = granted.at(-1);
  // Where two that were picked together overlap, the claim comes back with fewer than there are.
  const others = eligible.filter((task) => !granted.includes(task));
  if (others.some((left) => overlapsHeld(model, left, granted))) return;
  for (const left of eligible.filter((task) => !granted.includes(task))) {
    const better = granted.filter((one) => before(one, left) <= 0);
    const isFull = granted.length === most && last !== undefined && before(last, left) <= 0;
    const isHeldBack = overlapsHeld(model, left, better) || waitsBehindWriter(model, left, better);
    agree(`${left.taskId} was left for a reason`, isFull || isHeldBack, true);
  }
}

function grant(model: Model, call: Call, asked: Of<"claim">, task: ModelTask, answer: LeaseAnswer): void {
  const wantedMs = asked.ttlMs ?? task.shape.leaseTtlMs ?? defaults.leaseTtlMs;
  const ttlMs = Math.min(Math.max(wantedMs, defaults.leaseTtlMinMs), defaults.leaseTtlMaxMs);
  const { fence, attempt, deliveries, expireMs } = answer;
  task.fence += 1;
  task.deliveries += 1;
  task.state = TaskState.LEASED;
  task.holders.add(nameOf(call.actor));
  agree(
    `the grant of ${task.taskId}`,
    { fence, attempt, deliveries, expireMs },
    { fence: task.fence, attempt: task.attempt, deliveries: task.deliveries, expireMs: model.nowMs + ttlMs },
  );
  const lease: ModelLease = {
    task,
    holder: nameOf(call.actor),
    leaseId: answer.leaseId,
    token: answer.token,
    fence,
    acceptedReceiptId: answer.acceptedReceiptId,
    grantMs: model.nowMs,
    ttlMs,
    expireMs,
    scopes: [...scopesOf(task.shape)],
    recorded: [],
    receiptedReports: [],
  };
  task.lease = lease;
  model.leases.push(lease);
  write(task, ReceiptType.TASK_ACCEPTED);
  addReceipt(model, task, lease.acceptedReceiptId, lease.holder);
}

// --- cancel ----------------------------------------------------------------------------------------------------------

function predictCancel(model: Model, call: Call, asked: Of<"cancel">): Prediction {
  const task = taskOf(model, call.actor, asked.taskId);
  const mayCancel = task?.owner === nameOf(call.actor) || call.actor.kind === "human";
  if (!task || !mayCancel) return { reason: "TASK_NOT_FOUND" };
  const recorded = recordedUnder(model, call);
  if (recorded === "conflict") return { reason: "IDEMPOTENCY_CONFLICT" };
  const ended = hasEnded(task.state);
  if (ended && task.state !== TaskState.CANCELED && !recorded)
    return { reason: "INVALID_TRANSITION", state: task.state };
  if (!ended && !recorded) return { adopt: (answer) => adoptCancel(model, call, asked, task, answer) };
  return {
    adopt(answer) {
      // A repeated cancellation is answered with the current state.
      agree("the state of a task that was canceled before", answer.state, task.state);
      if (task.cancelReceiptId) agree("the receipt of the cancellation", answer.receiptId, task.cancelReceiptId);
      return [task];
    },
  };
}

function adoptCancel(model: Model, call: Call, asked: Of<"cancel">, task: ModelTask, answer: Answer): ModelTask[] {
  const graceMs = asked.graceMs ?? 0;
  record(model, call, answer);
  if (graceMs > 0 && task.lease) {
    task.cancelMs = Math.min(task.cancelMs ?? Number.POSITIVE_INFINITY, model.nowMs + graceMs);
    agree("a graceful cancellation", answer, { state: task.state, receiptId: "" });
    return [task];
  }
  end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
  agree("the state of a canceled task", answer.state, TaskState.CANCELED);
  addReceipt(model, task, answer.receiptId, task.owner);
  task.cancelReceiptId = answer.receiptId ?? "";
  return [task];
}

// --- receipts by hand ------------------------------------------------------------------------------------------------

function predictAppend(model: Model, call: Call, asked: Of<"append">): Prediction {
  if (asked.parents.length === 0) return { reason: "PARENT_REQUIRED" };
  const me = nameOf(call.actor);
  const task = model.tasks.find(
    (one) => one.tenant === call.actor.tenant && asked.parents.includes(one.assignedReceiptId),
  );
  const readers = [task?.owner, task?.obligated, task?.lease?.holder, task?.completer];
  const mayRead = call.actor.kind === "human" || readers.includes(me);
  if (!task || !mayRead) return { reason: "PARENT_NOT_FOUND" };
  if (task.owner !== me && task.completer !== me) return { reason: "PERMISSION_DENIED" };
  if (task.state !== TaskState.SUCCEEDED) return { reason: "INVALID_TRANSITION", state: task.state };
  const { uri } = asked;
  if (uri === undefined) return { reason: "LOCATOR_REQUIRED" };
  return {
    adopt(answer) {
      const same = task.locators.find((one) => one.from === me && one.uri === uri);
      agree("existed", answer.existed, same !== undefined);
      if (same) {
        agree("the stored receipt", answer.receiptId, same.receiptId);
        return [task];
      }
      agree("closed", answer.closed, task.open ? [task.assignedReceiptId] : []);
      task.open = false;
      task.locators.push({ from: me, uri, receiptId: answer.receiptId ?? "" });
      write(task, ReceiptType.TASK_COMPLETED);
      addReceipt(model, task, answer.receiptId, task.owner);
      return [task];
    },
  };
}

function predictAcknowledge(model: Model, call: Call, asked: Of<"acknowledge">): Prediction {
  const known = model.receipts.find(
    ({ receiptId, task }) => receiptId === asked.receiptId && task.tenant === call.actor.tenant,
  );
  if (known?.to !== nameOf(call.actor)) return { reason: "RECEIPT_NOT_FOUND" };
  return {
    adopt(answer) {
      agree("existed", answer.existed, known.ack !== undefined);
      if (known.ack !== undefined) agree("the acknowledgement", answer.receiptId, known.ack);
      else {
        known.ack = answer.receiptId ?? "";
        write(known.task, ReceiptType.RECEIPT_ACKNOWLEDGED);
      }
      return [known.task];
    },
  };
}
