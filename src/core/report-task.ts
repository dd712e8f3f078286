// CompleteTask of a task whose work is verified, as a rule: it is reported, its lease ends, and its verification tasks
// are made. The obligation stays open.
import { create } from "@bufbuild/protobuf";
import type { CompleteTaskRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Principal } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { type CreatedTask, OnParentEnd, type Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type Report, ReviewSchema } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { encode } from "../wire/encode.ts";
import { assert } from "./assert.ts";
import { cancelByHolder, wantsCancel } from "./cancel-task.ts";
import { placeUnder } from "./children.ts";
import { type CompletionRules, refuseIncomplete } from "./complete-task.ts";
import { type Creation, createTask } from "./create-task.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, earliest, msOfDuration, timestampOfDate } from "./duration.ts";
import { checkedBody } from "./end-task.ts";
import type { ReceiptDraft } from "./ledger.ts";
import { effectiveProof, hasLocator, storedResult } from "./locator.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";
import { isRefusal, locatorRequired, type Refusal } from "./refusal.ts";
import { spender } from "./spend.ts";
import { type Held, never, tie, type Waiting } from "./task-record.ts";
import { verificationPayload } from "./verification.ts";

/** What a report is about, and which principals may not verify it. */
export type Reported = {
  readonly terms: Task;
  readonly payload: Payload | undefined;
  /** All principals that have held the task. */
  readonly holders: readonly string[];
  /** The receipts of verification tasks are recorded by themselves, on a page of their own. */
  readonly moment: DecisionContext;
};

/** What is written beside the decision. */
export type Reporting = {
  readonly verifications: readonly Creation[];
  readonly barred: readonly string[];
  /** The contract's Review, as it is kept until verdicts come. */
  readonly review: Uint8Array;
  /** The contract's CreateTasksRequest, if tasks go on from here. */
  readonly nextTasks: Uint8Array | null;
};

/** `reporting` is undefined where the task ends instead: its owner wants that. */
export type ReportDecision = Decision & { readonly reporting: Reporting | undefined };

export function reportTask(
  held: Held,
  request: CompleteTaskRequest,
  about: Reported,
  rules: CompletionRules,
  moment: DecisionContext,
): ReportDecision | Refusal {
  if (wantsCancel(held)) return { ...cancelByHolder(held, rules.mark, moment, request.spend), reporting: undefined };
  const incomplete = refuseIncomplete(request, rules);
  if (incomplete) return incomplete;
  const report = newReport(held, request, moment);
  const isLocated = hasLocator({ artifacts: report.artifacts, deliveryProof: report.deliveryProof });
  if (!isLocated && rules.mode === LocatabilityMode.STRICT) return locatorRequired();
  const verifications = makeVerifications(held, about, report);
  report.verificationTaskIds = verifications.map(({ task }) => task.taskId);
  const draft = reportedDraft(held, request, report, verifications);
  const encodedBody = checkedBody(draft.body, rules.limits);
  if (isRefusal(encodedBody)) return encodedBody;
  const { carried, receipts } = step(spender(held, request), moment, [{ ...draft, encodedBody, mark: rules.mark }]);
  const after: Waiting = {
    ...carried,
    ties: carried.ties | tie.children,
    state: stateAfter(held.state, "report"),
    laneId: held.laneId,
    eligibleTime: never,
    failTime: verifyingFailTime(about.terms, moment.now),
  };
  const { next: tasks } = request;
  const reporting = {
    verifications,
    barred: [...new Set([...about.holders, held.worker])],
    review: encode(ReviewSchema, { $typeName: "asyncgate.v1.Review", report, verdicts: [] }),
    nextTasks: tasks.length > 0 ? encode(CreateTasksRequestSchema, create(CreateTasksRequestSchema, { tasks })) : null,
  };
  return { before: held, after, receipts, reporting };
}

function reportedDraft(
  held: Held,
  { next, spend }: CompleteTaskRequest,
  { receiptId, result, artifacts, deliveryProof }: Report,
  verifications: readonly Creation[],
): ReceiptDraft {
  const stored = storedResult(result);
  return {
    receiptId,
    from: held.worker,
    to: held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body: {
      case: "taskReported",
      value: {
        $typeName: "asyncgate.v1.TaskReported",
        attempt: held.attempt,
        fence: BigInt(held.fence),
        resultDigest: stored?.digest ?? new Uint8Array(),
        resultSize: BigInt(stored?.size ?? 0),
        artifacts,
        deliveryProof,
        verifications: verifications.map(createdOf),
        next: next.length,
        spend,
      },
    },
  };
}

function newReport(held: Held, request: CompleteTaskRequest, { now, newId }: DecisionContext): Report {
  const { result, artifacts } = request;
  const deliveryProof = effectiveProof(storedResult(result), request.deliveryProof, held.taskId, now);
  return {
    $typeName: "asyncgate.v1.Report",
    receiptId: newId(),
    executor: parsePrincipal(held.worker),
    attempt: held.attempt,
    ...(result && { result }),
    artifacts,
    deliveryProof,
    time: timestampOfDate(now),
    verificationTaskIds: [],
    ownerTaskId: "",
  };
}

/** When the verdicts have taken too long, or the task itself. */
function verifyingFailTime({ deadline, verification }: Task, now: Date): Date | null {
  const timeout = verification?.timeout && addMs(now, msOfDuration(verification.timeout));
  return earliest(timeout ?? null, deadline && dateOfTimestamp(deadline));
}

export function createdOf({ task: { taskId }, made: { assignedReceiptId } }: Creation): CreatedTask {
  return { $typeName: "asyncgate.v1.CreatedTask", taskId, assignedReceiptId, existed: false };
}

function makeVerifications(held: Held, about: Reported, report: Report): Creation[] {
  const count = about.terms.verification?.verifiers ?? 1;
  return Array.from({ length: count }, () => makeVerification(held, about, report));
}

/** The verified task, as far as its verification tasks are made of it. */
export type Verified = { readonly taskId: string; readonly owner: string };

/** `addressee`: the only principal that may lease it. The owner of the verified task owns it. */
export function makeVerification(
  { taskId, owner }: Verified,
  { terms, payload, moment }: Omit<Reported, "holders">,
  report: Report,
  addressee?: Principal,
): Creation {
  const { verification, priority } = terms;
  assert(verification?.verifier !== undefined, "the terms of a verified task name its verifiers");
  const { requirements, queue, type } = verification.verifier;
  const request = create(CreateTaskRequestSchema, {
    type,
    queue,
    priority,
    payload: verificationPayload({ ...terms, taskId }, payload, report),
    ...(addressee ? { addressee } : requirements && { requirements }),
    ...(terms.traceContext && { traceContext: terms.traceContext }),
  });
  const place = placeUnder(taskId, terms, OnParentEnd.CANCEL);
  const origin = { place, from: servicePrincipal, causes: [report.receiptId], ties: tie.verifies };
  return createTask(request, parsePrincipal(owner), moment, undefined, origin);
}
