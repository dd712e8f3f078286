// What a task's receipts alone say of how it stands. Each receipt is a command to the state machine; one that the
// machine does not allow, and a state that differs from the stored one, are faults of the ledger or of the projection.
import { fromBinary } from "@bufbuild/protobuf";
import { type ReceiptBody, ReceiptBodySchema, ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { mayTerminate, obliges } from "./termination.ts";
import { type Command, nextState, stateName } from "./transitions.ts";

export type ReplayRow = {
  readonly receiptId: string;
  readonly sequence: number;
  readonly type: number;
  readonly toPrincipal: string;
  readonly parents: readonly string[];
  readonly body: Uint8Array;
};

export type Standing = {
  readonly state: TaskState;
  readonly attempt: number;
  readonly leaseLosses: number;
  readonly deliveries: number;
  readonly fence: number;
};

export type Replayed = {
  /** Undefined for a chain that does not begin with an assignment. */
  readonly standing: Standing | undefined;
  /** Obliging receipts that no receipt of the chain closes. */
  readonly open: readonly { readonly receiptId: string; readonly type: number; readonly principal: string }[];
  readonly faults: readonly string[];
};

type Body = ReceiptBody["body"];

/** What a receipt does to the task; undefined for those that only tell. */
function commandOf(body: Body): Command | undefined {
  switch (body.case) {
    case "taskAccepted":
      return "claim";
    case "taskStarted":
      return "start";
    case "taskCompleted":
      return "complete";
    case "taskReported":
      return "report";
    case "verdictGiven":
      return "judge";
    case "taskCanceled":
      return "cancel";
    case "taskRetryScheduled":
      return "fail";
    case "leaseExpired":
      return "lose";
    case "leaseReleased":
      return "release";
    case "taskHandedOff":
      return "hand_off";
    case "inputRequested":
      // A second one goes to the second addressee, and changes no state.
      return body.value.inputId === "" ? "ask" : undefined;
    case "taskSuspended":
      return "suspend";
    case "taskResumed":
      return resumptionOf(body.value.state);
    case "taskPaused":
      return "pause";
    case "taskFailed":
      return failureOf(body.value.terminalReason);
    default:
      return undefined;
  }
}

function resumptionOf(state: TaskState): Command {
  if (state === TaskState.BLOCKED) return "resume_blocked";
  return state === TaskState.INPUT_REQUIRED ? "resume_asking" : "resume";
}

function failureOf(reason: TerminalReason): Command {
  if (reason === TerminalReason.LEASE_LOSSES_EXCEEDED) return "lose_for_good";
  if (reason === TerminalReason.DEPENDENCY_FAILED || reason === TerminalReason.INPUT_EXPIRED) return "fail_wait";
  if (reason === TerminalReason.BUDGET_EXCEEDED) return "exceed_budget";
  if (reason === TerminalReason.VERIFICATION_FAILED) return "fail_for_good";
  const isForGood = reason === TerminalReason.NON_RETRYABLE || reason === TerminalReason.ATTEMPTS_EXHAUSTED;
  return isForGood ? "fail_for_good" : "time_out";
}

function counted(standing: Standing, body: Body): Standing {
  switch (body.case) {
    case "taskAccepted":
      return { ...standing, deliveries: body.value.delivery, fence: Number(body.value.fence) };
    case "taskRetryScheduled":
      return { ...standing, attempt: body.value.nextAttempt };
    case "leaseExpired":
      return { ...standing, leaseLosses: body.value.leaseLosses };
    case "taskFailed":
      return body.value.terminalReason === TerminalReason.LEASE_LOSSES_EXCEEDED
        ? { ...standing, leaseLosses: standing.leaseLosses + 1 }
        : standing;
    default:
      return standing;
  }
}

export function replayChain(rows: readonly ReplayRow[]): Replayed {
  const faults: string[] = [];
  let standing: Standing | undefined;
  for (const row of rows) {
    const { body } = fromBinary(ReceiptBodySchema, row.body);
    if (row.type === ReceiptType.TASK_ASSIGNED) {
      if (standing) faults.push(`#${row.sequence} assigns a task a second time`);
      const isBlocked = body.case === "taskAssigned" && body.value.conditions > 0;
      const state = isBlocked ? TaskState.BLOCKED : TaskState.QUEUED;
      standing = { state, attempt: 1, leaseLosses: 0, deliveries: 0, fence: 0 };
      continue;
    }
    const command = commandOf(body);
    // A late locator follows a success and changes no state.
    const isLate = body.case === "taskCompleted" && standing?.state === TaskState.SUCCEEDED;
    if (!standing || !command || isLate) continue;
    const state = nextState(standing.state, command);
    if (state === undefined) faults.push(`#${row.sequence}: ${command} is not legal from ${stateName(standing.state)}`);
    else standing = { ...counted(standing, body), state };
  }
  return { standing, open: openOf(rows), faults };
}

function openOf(rows: readonly ReplayRow[]): Replayed["open"] {
  return rows
    .filter((row) => obliges(row.type as ReceiptType) && !rows.some((other) => closes(other, row)))
    .map(({ receiptId, type, toPrincipal }) => ({ receiptId, type, principal: toPrincipal }));
}

function closes(one: ReplayRow, parent: ReplayRow): boolean {
  return one.parents.includes(parent.receiptId) && mayTerminate(one.type as ReceiptType, parent.type as ReceiptType);
}

/** Where what the receipts say differs from what is stored. */
export function differences(replayed: Standing, stored: Standing): string[] {
  const keys = ["state", "attempt", "leaseLosses", "deliveries", "fence"] as const;
  return keys
    .filter((key) => replayed[key] !== stored[key])
    .map((key) => `${key} is ${stored[key]}, and the receipts say ${replayed[key]}`);
}
