// Makes the calls of the model test to the real engine, and reduces the answers to what the model predicts.
import { create } from "@bufbuild/protobuf";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  AddScopesRequestSchema,
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  HandOffRequestSchema,
  ReleaseLeaseRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  RequestInputRequestSchema,
  StartTaskRequestSchema,
  SuspendTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnExpiry } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AcknowledgeReceiptRequestSchema,
  AppendReceiptRequestSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { SendSignalRequestSchema } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { OnParentEnd, type TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  CancelTaskRequestSchema,
  CreateTaskRequestSchema,
  ProvideInputRequestSchema,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { VerdictDecision } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { dateOfTimestamp, durationOfMs } from "../../src/core/duration.ts";
import { isRefusal, type Refusal } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { Completed } from "../../src/engine/leases/complete-tasks.ts";
import { outcome } from "../helpers/ledger-scenario.ts";
import { overrideWait, pauseQueue, pauseTask, resumeQueue, resumeTask } from "../helpers/operate.ts";
import { type Answer, type Asked, type Call, type Evidence, enumName } from "./calls.ts";
import { nextShape } from "./children.ts";
import { escalated, operator } from "./picking.ts";
import { kinds, requestOf, scopeOf, waitOf } from "./requests.ts";

type Of<Method extends Asked["method"]> = Extract<Asked, { method: Method }>;

export async function perform(operations: Operations, caller: Caller, call: Call): Promise<Answer> {
  const { asked, requestId } = call;
  switch (asked.method) {
    case "create":
      return await callCreate(operations, caller, asked, requestId);
    case "claim":
      return await callClaim(operations, caller, asked, requestId);
    case "cancel": {
      const { taskId, reason, graceMs } = asked;
      const grace = graceMs === undefined ? {} : { gracePeriod: durationOfMs(graceMs) };
      const request = create(CancelTaskRequestSchema, { taskId, reason, requestId, ...grace });
      return answerFrom(await outcome(operations.cancelTask(caller, request)), ({ task, receiptId }) => ({
        state: task.state,
        receiptId,
      }));
    }
    case "append": {
      const { taskId, parents, uri } = asked;
      const artifacts = uri === undefined ? [] : [{ kind: "s3", uri }];
      const type = ReceiptType.TASK_COMPLETED;
      const request = create(AppendReceiptRequestSchema, { type, taskId, parents: [...parents], artifacts, requestId });
      return answerFrom(
        await outcome(operations.appendReceipt(caller, request)),
        ({ receipt, existed, closedReceiptIds }) => ({
          receiptId: receipt.receiptId,
          existed,
          closed: closedReceiptIds,
        }),
      );
    }
    case "acknowledge": {
      const request = create(AcknowledgeReceiptRequestSchema, { receiptId: asked.receiptId, requestId });
      return answerFrom(await outcome(operations.acknowledgeReceipt(caller, request)), ({ receipt, existed }) => ({
        receiptId: receipt.receiptId,
        existed,
      }));
    }
    case "pause":
    case "unpause":
    case "override":
    case "pauseQueue":
    case "resumeQueue":
      return await callAsOperator({ operations, operator: caller }, asked);
    case "provide": {
      const { taskId, inputId, what } = asked;
      const outcomeOf =
        what === "decline"
          ? ({ case: "decline", value: { reason: "" } } as const)
          : ({ case: "answer", value: JSON.stringify(what) } as const);
      const request = create(ProvideInputRequestSchema, { taskId, inputId, outcome: outcomeOf, requestId });
      return answerFrom(await outcome(operations.provideInput(caller, request)), ({ state, receiptId }) => ({
        state,
        receiptId,
      }));
    }
    case "signal": {
      const { channel, taskId, broadcast, ttlMs } = asked;
      const to =
        taskId === undefined
          ? ({ case: "channel", value: channel ?? "" } as const)
          : ({ case: "taskId", value: taskId } as const);
      const ttl = ttlMs === undefined ? {} : { ttl: durationOfMs(ttlMs) };
      const request = create(SendSignalRequestSchema, { to, broadcast, requestId, ...ttl });
      return answerFrom(await outcome(operations.sendSignal(caller, request)), (sent) => ({
        receiptId: sent.signalId,
        taskId: sent.takenByTaskId,
        expireMs: msOf(sent.keepUntil),
        sequence: sent.waiting,
      }));
    }
    default:
      return await callAsHolder(operations, caller, asked, requestId);
  }
}

async function callAsOperator(
  scene: Parameters<typeof pauseTask>[0],
  asked: Of<"pause" | "unpause" | "override" | "pauseQueue" | "resumeQueue">,
): Promise<Answer> {
  if ("queue" in asked) {
    const call = asked.method === "pauseQueue" ? pauseQueue : resumeQueue;
    return answerFrom(await outcome<object>(call(scene, asked.queue)), () => ({}));
  }
  const call = { pause: pauseTask, unpause: resumeTask, override: overrideWait }[asked.method];
  return answerFrom(await outcome(call(scene, asked.taskId)), ({ task, receiptId }) => ({
    state: task.state,
    receiptId,
  }));
}

function answerFrom<Result extends object>(
  result: Result | Refusal | undefined,
  reduce: (result: Result) => Answer,
): Answer {
  if (result === undefined) throw new Error("the engine gave no answer");
  if (!isRefusal(result)) return reduce(result);
  const { reason, facts } = result;
  const name = enumName(ErrorReason, reason);
  return facts?.case === "transition" ? { reason: name, state: facts.value.from ?? 0 } : { reason: name };
}

async function callCreate(
  operations: Operations,
  caller: Caller,
  { shape, wait, under }: Of<"create">,
  requestId: string,
): Promise<Answer> {
  const above = under && { under: under.token, ...(under.keeps && { onParentEnd: OnParentEnd.KEEP }) };
  const [result] = await operations.createTasks(caller, {
    tasks: [create(CreateTaskRequestSchema, { ...requestOf(shape), ...above, ...(wait && { wait: waitOf(wait) }) })],
    requestId,
  });
  return answerFrom(result, ({ task, assignedReceiptId, existed }) => ({
    taskId: task.taskId,
    receiptId: assignedReceiptId,
    existed,
    state: task.state,
  }));
}

async function callClaim(operations: Operations, caller: Caller, asked: Of<"claim">, requestId: string) {
  const request = create(ClaimTasksRequestSchema, {
    queues: [...asked.queues],
    acceptTypes: [...asked.types],
    capabilities: [...asked.capabilities],
    maxTasks: asked.most,
    requestId,
    ...(asked.ttlMs !== undefined && { leaseTtl: durationOfMs(asked.ttlMs) }),
  });
  return answerFrom(await outcome(operations.claimTasks(caller, request)), (result) => ({
    leases: result.map(({ task, lease, acceptedReceiptId }) => ({
      taskId: task.taskId,
      leaseId: lease.leaseId,
      token: lease.token,
      fence: Number(lease.fence),
      acceptedReceiptId,
      attempt: task.attempt,
      deliveries: task.deliveries,
      expireMs: msOf(lease.expireTime),
    })),
  }));
}

const { ACCEPT, REJECT, UNVERIFIABLE } = VerdictDecision;

type HolderAsked = Of<
  | "renew"
  | "start"
  | "progress"
  | "complete"
  | "verdict"
  | "fail"
  | "release"
  | "suspend"
  | "ask"
  | "handOff"
  | "addScopes"
>;

async function callAsHolder(
  operations: Operations,
  caller: Caller,
  asked: HolderAsked,
  requestId: string,
): Promise<Answer> {
  const call = { leaseToken: asked.token, requestId };
  switch (asked.method) {
    case "renew": {
      const request = create(RenewLeasesRequestSchema, { leaseTokens: [asked.token] });
      const [result] = await operations.renewLeases(caller, request);
      return answerFrom(result, ({ expireTime, cancelRequested }) => ({ expireMs: msOf(expireTime), cancelRequested }));
    }
    case "start": {
      const [result] = await operations.startTasks(caller, [create(StartTaskRequestSchema, call)]);
      return answerFrom(result, ({ receiptId, startTime }) => ({ receiptId, expireMs: msOf(startTime) }));
    }
    case "progress": {
      const { percent, receipted, usd } = asked;
      const spend = usd === undefined ? {} : { spend: { usd: String(usd) } };
      const progress = { percent: percent / 10 };
      const request = create(ReportProgressRequestSchema, { ...call, progress, receipted, ...spend });
      const [result] = await operations.reportProgress(caller, [request]);
      return answerFrom(result, ({ sequence, expireTime, cancelRequested, receiptId }) => ({
        sequence: Number(sequence),
        expireMs: msOf(expireTime),
        cancelRequested,
        receiptId,
      }));
    }
    case "complete": {
      const request = create(CompleteTaskRequestSchema, {
        ...call,
        ...evidenceOf(asked.evidence),
        next: Array.from({ length: asked.next }, () => requestOf(nextShape)),
      });
      const [result] = await operations.completeTasks(caller, [request]);
      return answerFrom(result, completionOf);
    }
    case "verdict": {
      const decision = { accept: ACCEPT, reject: REJECT, unverifiable: UNVERIFIABLE }[asked.decision];
      const request = create(CompleteTaskRequestSchema, { ...call, verdict: { decision } });
      const [result] = await operations.completeTasks(caller, [request]);
      return answerFrom(result, completionOf);
    }
    case "fail": {
      const { errorType: type, retryable, retryAfterMs } = asked;
      const after = retryAfterMs === undefined ? {} : { retryAfter: durationOfMs(retryAfterMs) };
      const error = { type, ...(retryable !== undefined && { retryable }) };
      const [result] = await operations.failTasks(caller, [
        create(FailTaskRequestSchema, { ...call, error, ...after }),
      ]);
      return answerFrom(result, endOf);
    }
    case "release": {
      const delay = asked.delayMs === undefined ? {} : { delay: durationOfMs(asked.delayMs) };
      const [result] = await operations.releaseLeases(caller, [
        create(ReleaseLeaseRequestSchema, { ...call, ...delay }),
      ]);
      return answerFrom(result, endOf);
    }
    case "ask": {
      const [result] = await operations.requestInputs(caller, [create(RequestInputRequestSchema, askOf(asked, call))]);
      return answerFrom(result, ({ state, receiptId }) => ({ state, receiptId }));
    }
    case "handOff": {
      const { queue = "", capabilities, to } = asked;
      const requirements = capabilities && { capabilities: [...capabilities] };
      const principal = to && { kind: kinds[to.kind], id: to.id };
      const target = { queue, ...(requirements && { requirements }), ...(principal && { principal }) };
      const [result] = await operations.handOffs(caller, [create(HandOffRequestSchema, { ...call, to: target })]);
      return answerFrom(result, ({ state, receiptId }) => ({ state, receiptId }));
    }
    case "addScopes": {
      const request = create(AddScopesRequestSchema, { ...call, scopes: asked.scopes.map(scopeOf) });
      return answerFrom(await outcome<object>(operations.addScopes(caller, request)), () => ({}));
    }
    case "suspend": {
      const request = create(SuspendTaskRequestSchema, { ...call, wait: waitOf(asked.wait) });
      const [result] = await operations.suspendTasks(caller, [request]);
      return answerFrom(result, ({ state, receiptId }) => ({ state, receiptId }));
    }
  }
}

function askOf({ toOwner, expiresInMs, onExpiry, escalatesInMs }: Of<"ask">, call: { readonly leaseToken: string }) {
  const otherwise = { fail: OnExpiry.FAIL, decline: OnExpiry.DECLINE, default: OnExpiry.DEFAULT }[onExpiry];
  const expires = expiresInMs !== undefined && {
    after: durationOfMs(expiresInMs),
    onExpiry: otherwise,
    defaultAnswer: onExpiry === "default" ? '"no"' : "",
  };
  return {
    ...call,
    question: { title: "Go on?", options: [{ value: "yes" }, { value: "no" }] },
    ...(!toOwner && { addressee: { kind: PrincipalKind.HUMAN, id: operator.id } }),
    ...(expires && { expires }),
    ...(escalatesInMs !== undefined && {
      escalate: { after: durationOfMs(escalatesInMs), to: { kind: kinds[escalated.kind], id: escalated.id } },
    }),
  };
}

function completionOf({ receiptId, discharged, anomalyReceiptId, state, verifications, next }: Completed): Answer {
  return {
    receiptId,
    discharged,
    anomalyReceiptId,
    state,
    verifications: verifications.map(({ taskId, assignedReceiptId }) => ({ taskId, receiptId: assignedReceiptId })),
    next: next.map(({ taskId, assignedReceiptId }) => ({ taskId, receiptId: assignedReceiptId })),
  };
}

type Time = Parameters<typeof dateOfTimestamp>[0];

function endOf(result: {
  readonly state: TaskState;
  readonly receiptId: string;
  readonly eligibleTime?: Time;
}): Answer {
  const { state, receiptId, eligibleTime } = result;
  return { state, receiptId, ...(eligibleTime && { eligibleMs: msOf(eligibleTime) }) };
}

function msOf(time: Time | undefined): number {
  return time ? dateOfTimestamp(time).getTime() : Number.NaN;
}

function evidenceOf(evidence: Evidence) {
  const proof = (status: DeliveryStatus) => ({ mode: DeliveryMode.PUSH, target: "https://there", status });
  switch (evidence) {
    case "nothing":
      return {};
    case "artifact":
      return { artifacts: [{ kind: "s3", uri: "s3://bucket/result" }] };
    case "result":
      return { result: { content: { case: "json" as const, value: "{}" } } };
    case "proof":
      return { deliveryProof: proof(DeliveryStatus.SUCCEEDED) };
    case "failed proof":
      return { deliveryProof: proof(DeliveryStatus.FAILED) };
  }
}
