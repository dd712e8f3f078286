// New tasks and waits of the model test, as the contract asks for them.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ScopeMode } from "../../gen/typescript/asyncgate/v1/scope_pb.ts";
import {
  type ConditionSchema,
  OnExceeded,
  OnReject,
  OnVerificationTimeout,
} from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { OnNameTaken } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationOfMs, timestampOfDate } from "../../src/core/duration.ts";
import type { AskedCondition, AskedScope, AskedWait, Shape } from "./calls.ts";
import { nonRetryableType } from "./predict-holder.ts";

export const kinds = { agent: PrincipalKind.AGENT, worker: PrincipalKind.WORKER, human: PrincipalKind.HUMAN };

function verificationOf({ timeoutMs, onTimeout, onReject, ...same }: NonNullable<Shape["verification"]>) {
  const { ACCEPT: accept, ASK_OWNER: ask } = OnVerificationTimeout;
  return {
    ...same,
    onReject: { retry: OnReject.RETRY, fail: OnReject.FAIL }[onReject],
    ...(timeoutMs !== undefined && { timeout: durationOfMs(timeoutMs) }),
    ...(onTimeout && { onTimeout: { accept, ask }[onTimeout] }),
  };
}

export function scopeOf({ resource, writes }: AskedScope) {
  return { resource, mode: writes ? ScopeMode.WRITE : ScopeMode.READ };
}

export function requestOf(shape: Shape) {
  const at = (ms: number) => timestampOfDate(new Date(ms));
  const { retry, obligated, verification } = shape;
  return {
    type: shape.type,
    queue: shape.queue,
    requirements: { capabilities: [...shape.capabilities] },
    idempotencyKey: shape.key ?? "",
    name: shape.name ?? "",
    ...(shape.budget && {
      budget: {
        amounts: { usd: String(shape.budget.usd) },
        onExceeded: shape.budget.fails ? OnExceeded.FAIL : OnExceeded.TELL,
      },
    }),
    scopes: (shape.scopes ?? []).map(scopeOf),
    ...(shape.onNameTaken && {
      onNameTaken: shape.onNameTaken === "answer" ? OnNameTaken.ANSWER : OnNameTaken.REPLACE,
    }),
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
    ...(verification && { verification: verificationOf(verification) }),
    ...(obligated && { obligated: { kind: kinds[obligated.kind], id: obligated.id } }),
  };
}

export function waitOf({ groups, onImpossible }: AskedWait) {
  return { onImpossible, allOf: groups.map((group) => ({ anyOf: group.map(conditionOf) })) };
}

function conditionOf(asked: AskedCondition): MessageInitShape<typeof ConditionSchema> {
  if ("afterMs" in asked) {
    return { condition: { case: "time", value: { of: { case: "after", value: durationOfMs(asked.afterMs) } } } };
  }
  if ("channel" in asked) {
    const { channel, count } = asked;
    return { condition: { case: "signal", value: { channel, count } } };
  }
  const { taskId, accept, discharged } = asked;
  const of = { case: "taskId", value: taskId } as const;
  return { condition: { case: "task", value: { of, acceptStates: [...accept], discharged } } };
}
