// HandOff as a rule: the task is queued for another worker, and nothing is counted. Who may lease it from then on is in
// the receipt, and in the row of its lane; where its owner wants it to end, it ends.
import type { HandOffContract, HandOffContractRef } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { HandOffRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { TaskHandedOff } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type HandOff, HandOffSchema, type Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { encode } from "../wire/encode.ts";
import { cancelByHolder, wantsCancel } from "./cancel-task.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { timestampOfDate } from "./duration.ts";
import { checkedBody } from "./end-task.ts";
import { type Lane, laneOf } from "./lane.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { missingArtifacts, missingOf } from "./outcome-contract.ts";
import { checkPayload } from "./payload.ts";
import { faultsOfCapabilities, laneCapabilities } from "./preflight.ts";
import { faultOfAddressee, formatPrincipal, parsePrincipal } from "./principal.ts";
import { invalidArgument, isRefusal, outcomeIncomplete, type Refusal, receiptLimitExceeded } from "./refusal.ts";
import { requeue } from "./requeue.ts";
import { type Held, tie } from "./task-record.ts";

export function checkHandOff(request: HandOffRequest, limits: Limits): Refusal | undefined {
  const refs = request.refs.length;
  if (refs > limits.receipt_artifacts_max) {
    return receiptLimitExceeded("receipt_artifacts_max", limits.receipt_artifacts_max, refs);
  }
  const { principal, requirements, queue = "" } = request.to ?? {};
  if (!principal && !requirements && queue === "") {
    const description = "must name a principal, requirements or a queue";
    return invalidArgument([{ field: "to", description, rule: "hand_off.to" }]);
  }
  const fault = faultOfAddressee(principal);
  if (fault) return invalidArgument([{ field: "to.principal.kind", ...fault }]);
  const reserved = faultsOfCapabilities(requirements?.capabilities, "to.requirements.capabilities");
  if (reserved.length > 0) return invalidArgument(reserved);
  return checkPayload(request.checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max);
}

/** Where a task waits, and who may lease it. */
export type Place = Pick<Task, "queue" | "type" | "priority" | "requirements" | "addressee" | "preflight">;

export function laneOfPlace(place: Place): Lane {
  const { queue, type, priority, addressee } = place;
  const capabilities = laneCapabilities(place);
  return laneOf({ queue, type, priority, capabilities, ...(addressee && { addressee: formatPrincipal(addressee) }) });
}

/** The terms with what a hand-off has changed of them. */
export function placedBy<Terms extends Place>(terms: Terms, { queue, requirements, addressee }: HandOff): Terms {
  return { ...terms, queue, requirements, addressee };
}

/** `handOff` and `lane` are undefined where the task ends instead. */
export type HandingOff = Decision & {
  readonly handOff: HandOff | undefined;
  readonly lane: Lane | undefined;
};

type HandOffRules = {
  readonly limits: Limits;
  readonly mark?: CallMark | undefined;
  /** The contract that the call names. */
  readonly contract?: HandOffContract | undefined;
};

/** As receipts name it. */
export function contractRef({ name, version }: HandOffContract): HandOffContractRef {
  return { $typeName: "asyncgate.v1.HandOffContractRef", name, version };
}

/** `terms` are as the last hand-off left them. */
export function handOff(
  held: Held,
  terms: Task,
  request: HandOffRequest,
  { limits, mark, contract }: HandOffRules,
  moment: DecisionContext,
): HandingOff | Refusal {
  if (wantsCancel(held)) return { ...cancelByHolder(held, mark, moment), handOff: undefined, lane: undefined };
  const missing = [
    ...missingArtifacts(terms.expectedOutcome, request.refs),
    ...missingOf(contract?.required ?? [], request.refs),
  ];
  if (missing.length > 0) return outcomeIncomplete(missing, contract?.name);
  const next = nextPlace(terms, request);
  const value: TaskHandedOff = {
    $typeName: "asyncgate.v1.TaskHandedOff",
    attempt: held.attempt,
    fence: BigInt(held.fence),
    addressee: next.addressee,
    queue: next.queue,
    requirements: next.requirements,
    note: request.note,
    refs: request.refs,
    contract: contract && contractRef(contract),
  };
  const body: ReceiptDraft["body"] = { case: "taskHandedOff", value };
  const encodedBody = checkedBody(body, limits);
  if (isRefusal(encodedBody)) return encodedBody;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: held.worker,
    to: next.addressee ? formatPrincipal(next.addressee) : held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body,
    encodedBody,
    mark,
  };
  const { attempt, leaseLosses } = held;
  const how = { command: "hand_off", eligibleTime: moment.now, attempt, leaseLosses, drafts: [draft] } as const;
  const decided = requeue(held, terms, how, moment);
  const lane = laneOfPlace(next);
  const after = { ...decided.after, laneId: lane.laneId, ties: decided.after.ties | tie.handedOff };
  const { receiptId } = draft;
  return {
    ...decided,
    after,
    lane,
    handOff: handOffOf({ from: held.worker, receiptId, createTime: moment.now }, value),
  };
}

function nextPlace(terms: Task, { to }: HandOffRequest): Place {
  const { type, priority, preflight } = terms;
  const requirements = to?.requirements ?? terms.requirements;
  return { type, priority, preflight, requirements, queue: to?.queue || terms.queue, addressee: to?.principal };
}

type OnRecord = { readonly from: string; readonly receiptId: string; readonly createTime: Date };

/** A hand-off as its receipt has it. */
export function handOffOf({ from, receiptId, createTime }: OnRecord, body: TaskHandedOff): HandOff {
  const { addressee, queue, requirements, note, refs } = body;
  const message = { from: parsePrincipal(from), addressee, queue, requirements, note, refs, receiptId };
  return { $typeName: "asyncgate.v1.HandOff", ...message, time: timestampOfDate(createTime) };
}

/** As it is kept for the next holder. */
export function handOffBytes(one: HandOff): Uint8Array {
  return encode(HandOffSchema, one);
}
