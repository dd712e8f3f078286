// The public API: what programs import from "@asyncgate/client". The contract's messages and services are below
// "@asyncgate/client/contract/".
export { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
export { type Explanation, type Obstacle, ObstacleKind } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
export { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
export { DeliveryMode, DeliveryStatus } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
export { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
export { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
export { type HeldScope, ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
export {
  OnExceeded,
  OnImpossible,
  OnParentEnd,
  type Task,
  TaskState,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
export { OnNameTaken } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
export type { AmountsInit } from "./amounts.ts";
export type { Backoff } from "./backoff.ts";
export { type CallOptions, type Client, type ClientOptions, type Created, createClient, type Stubs } from "./client.ts";
export type { OutputOptions } from "./client-output.ts";
export type { AnswerOptions, OpenQuestion, QuestionRef } from "./client-questions.ts";
export type { ScopeInit } from "./client-scopes.ts";
export type { SentSignal, SignalInit, SignalTarget, TakenSignal } from "./client-signals.ts";
export { bytes, type Content, contentOf, reference } from "./content.ts";
export type { TimeSpan } from "./durations.ts";
export {
  AsyncGateError,
  type FailureOptions,
  NonRetryable,
  RetryAfter,
  type StopCause,
  TaskEndedError,
  WorkStopped,
} from "./errors.ts";
export { type HandedOver, HandingOff, type HandOffInit } from "./hand-off.ts";
export {
  type DoneInit,
  done,
  type Handler,
  type Job,
  type NextTask,
  type Note,
  type Release,
  type ReleaseInit,
  type SuspendInit,
  type Suspension,
} from "./job.ts";
export { type NewTask, named, type RetryPolicyInit } from "./new-task.ts";
export type { JobOutput } from "./output.ts";
export { type Answer, Asking, type QuestionInit } from "./question.ts";
export type { RetryOptions } from "./retry.ts";
export type { ConnectionOptions, Protocol, TlsOptions } from "./transport.ts";
export type { EvidenceInit, RejectedReport, VerdictInit, VerificationInit } from "./verification.ts";
export {
  type AllOf,
  type AnyOf,
  after,
  allOf,
  anyOf,
  at,
  type ConditionInit,
  ended,
  type SignalConditionOptions,
  signal,
  type TaskConditionOptions,
  type TaskRef,
  task,
  type WaitInit,
} from "./wait.ts";
export type { WaitResult } from "./wait-result.ts";
export { createWorker, type Worker, type WorkerOptions } from "./worker.ts";
export type { Ending, WorkerEvent, WorkerStats } from "./worker-events.ts";
