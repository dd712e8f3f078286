// Says the calls of the model test to the real engine, and boils the answers down to what the model knows.
import { create } from "@bufbuild/protobuf";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  ReleaseLeaseRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AcknowledgeReceiptRequestSchema,
  AppendReceiptRequestSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema, CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { dateOfTimestamp, durationOfMs, timestampOfDate } from "../../src/core/duration.ts";
import { isRefusal, type Refusal } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { outcome } from "../helpers/ledger-scenario.ts";
import { type Answer, type Asked, type Call, type Evidence, enumName, type Shape } from "./calls.ts";
import { nonRetryableType } from "./predict-holder.ts";

type Of<Method extends Asked["method"]> = Extract<Asked, { method: Method }>;

export async function say(operations: Operations, caller: Caller, call: Call): Promise<Answer> {
  const { asked, requestId } = call;
  switch (asked.method) {
    case "create":
      return await sayCreate(operations, caller, asked, requestId);
    case "claim":
      return await sayClaim(operations, caller, asked, requestId);
    case "cancel": {
      const { taskId, reason, graceMs } = asked;
      const grace = graceMs === undefined ? {} : { gracePeriod: durationOfMs(graceMs) };
      const request = create(CancelTaskRequestSchema, { taskId, reason, requestId, ...grace });
      return boil(await outcome(operations.cancelTask(caller, request)), ({ task, receiptId }) => ({
        state: task.state,
        receiptId,
      }));
    }
    case "append": {
      const { taskId, parents, uri } = asked;
      const artifacts = uri === undefined ? [] : [{ kind: "s3", uri }];
      const type = ReceiptType.TASK_COMPLETED;
      const request = create(AppendReceiptRequestSchema, { type, taskId, parents: [...parents], artifacts, requestId });
      return boil(
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
      return boil(await outcome(operations.acknowledgeReceipt(caller, request)), ({ receipt, existed }) => ({
        receiptId: receipt.receiptId,
        existed,
      }));
    }
    default:
      return await sayAsHolder(operations, caller, asked, requestId);
  }
}

function boil<Said extends object>(said: Said | Refusal | undefined, rest: (said: Said) => Answer): Answer {
  if (said === undefined) throw new Error("the engine gave no answer");
  if (!isRefusal(said)) return rest(said);
  const { reason, facts } = said;
  const name = enumName(ErrorReason, reason);
  return facts?.case === "transition" ? { reason: name, state: facts.value.from ?? 0 } : { reason: name };
}

async function sayCreate(operations: Operations, caller: Caller, { shape }: Of<"create">, requestId: string) {
  const [said] = await operations.createTasks(caller, {
    tasks: [create(CreateTaskRequestSchema, requestOf(shape))],
    requestId,
  });
  return boil(said, ({ task, assignedReceiptId, existed }) => ({
    taskId: task.taskId,
    receiptId: assignedReceiptId,
    existed,
    state: task.state,
  }));
}

function requestOf(shape: Shape) {
  const at = (ms: number) => timestampOfDate(new Date(ms));
  const { retry, obligated } = shape;
  const kinds = { agent: PrincipalKind.AGENT, worker: PrincipalKind.WORKER, human: PrincipalKind.HUMAN };
  return {
    type: shape.type,
    queue: shape.queue,
    requirements: { capabilities: [...shape.capabilities] },
    idempotencyKey: shape.key ?? "",
    retry: {
      nonRetryableTypes: [nonRetryableType],
      ...(retry && {
        initialInterval: durationOfMs(retry.initialMs),
        multiplier: retry.multiplier,
        maxInterval: durationOfMs(retry.maxMs),
      }),
    },
    ...(shape.priority !== undefined && { priority: shape.priority }),
    ...(shape.maxAttempts !== undefined && { maxAttempts: shape.maxAttempts }),
    ...(shape.maxLeaseLosses !== undefined && { maxLeaseLosses: shape.maxLeaseLosses }),
    ...(shape.delayMs !== undefined && { delay: durationOfMs(shape.delayMs) }),
    ...(shape.startDeadlineMs !== undefined && { startDeadline: at(shape.startDeadlineMs) }),
    ...(shape.deadlineMs !== undefined && { deadline: at(shape.deadlineMs) }),
    ...(shape.attemptTimeoutMs !== undefined && { attemptTimeout: durationOfMs(shape.attemptTimeoutMs) }),
    ...(shape.leaseTtlMs !== undefined && { leaseTtl: durationOfMs(shape.leaseTtlMs) }),
    ...(obligated && { obligated: { kind: kinds[obligated.kind], id: obligated.id } }),
  };
}

async function sayClaim(operations: Operations, caller: Caller, asked: Of<"claim">, requestId: string) {
  const request = create(ClaimTasksRequestSchema, {
    queues: [...asked.queues],
    acceptTypes: [...asked.types],
    capabilities: [...asked.capabilities],
    maxTasks: asked.most,
    requestId,
    ...(asked.ttlMs !== undefined && { leaseTtl: durationOfMs(asked.ttlMs) }),
  });
  return boil(await outcome(operations.claimTasks(caller, request)), (said) => ({
    leases: said.map(({ task, lease, acceptedReceiptId }) => ({
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

type HolderAsked = Of<"renew" | "start" | "progress" | "complete" | "fail" | "release">;

async function sayAsHolder(
  operations: Operations,
  caller: Caller,
  asked: HolderAsked,
  requestId: string,
): Promise<Answer> {
  const call = { leaseToken: asked.token, requestId };
  switch (asked.method) {
    case "renew": {
      const request = create(RenewLeasesRequestSchema, { leaseTokens: [asked.token] });
      const [said] = await operations.renewLeases(caller, request);
      return boil(said, ({ expireTime, cancelRequested }) => ({ expireMs: msOf(expireTime), cancelRequested }));
    }
    case "start": {
      const [said] = await operations.startTasks(caller, [create(StartTaskRequestSchema, call)]);
      return boil(said, ({ receiptId, startTime }) => ({ receiptId, expireMs: msOf(startTime) }));
    }
    case "progress": {
      const { percent, receipted } = asked;
      const progress = { percent: percent / 10 };
      const request = create(ReportProgressRequestSchema, { ...call, progress, receipted });
      const [said] = await operations.reportProgress(caller, [request]);
      return boil(said, ({ sequence, expireTime, cancelRequested, receiptId }) => ({
        sequence: Number(sequence),
        expireMs: msOf(expireTime),
        cancelRequested,
        receiptId,
      }));
    }
    case "complete": {
      const request = create(CompleteTaskRequestSchema, { ...call, ...evidenceOf(asked.evidence) });
      const [said] = await operations.completeTasks(caller, [request]);
      return boil(said, ({ receiptId, discharged, anomalyReceiptId }) => ({ receiptId, discharged, anomalyReceiptId }));
    }
    case "fail": {
      const { errorType: type, retryable, retryAfterMs } = asked;
      const after = retryAfterMs === undefined ? {} : { retryAfter: durationOfMs(retryAfterMs) };
      const error = { type, ...(retryable !== undefined && { retryable }) };
      const [said] = await operations.failTasks(caller, [create(FailTaskRequestSchema, { ...call, error, ...after })]);
      return boil(said, endOf);
    }
    case "release": {
      const delay = asked.delayMs === undefined ? {} : { delay: durationOfMs(asked.delayMs) };
      const [said] = await operations.releaseLeases(caller, [create(ReleaseLeaseRequestSchema, { ...call, ...delay })]);
      return boil(said, endOf);
    }
  }
}

type Time = Parameters<typeof dateOfTimestamp>[0];

function endOf(said: { readonly state: TaskState; readonly receiptId: string; readonly eligibleTime?: Time }): Answer {
  const { state, receiptId, eligibleTime } = said;
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
