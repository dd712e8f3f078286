// What the package exports for programs of every kind: those that run in Node, and pages in a browser.
export { type AgentCheck, AgentHealth } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
export { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
export { type Explanation, type Obstacle, ObstacleKind } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
export { DeliveryMode, DeliveryStatus } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
export { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
export { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
export { type HeldScope, ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
export {
  OnExceeded,
  OnImpossible,
  OnParentEnd,
  Preflight,
  type Task,
  TaskState,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
export { OnNameTaken } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
export type { AgentSessionInit, OpenedAgentSession } from "./agent-session.ts";
export type { AmountsInit } from "./amounts.ts";
export type { Backoff } from "./backoff.ts";
export type { CallingOptions, CallOptions, Client, Created, Stubs } from "./client.ts";
export type {
  AgentInit,
  Agents,
  AgentToolInit,
  CheckInit,
  Delegated,
  DelegationInit,
  HandOffContractInit,
  RouteInit,
} from "./client-agents.ts";
export type {
  GoOnInit,
  MachineDocument,
  MachineSource,
  Machines,
  StartInit,
  StoredDocument,
} from "./client-machines.ts";
export type { RolloutInit, Rollouts } from "./client-node-rollouts.ts";
export type { EnrollmentInit, NodeConfigInit, Nodes } from "./client-nodes.ts";
export type { OutputOptions } from "./client-output.ts";
export type { AnswerOptions, OpenQuestion, QuestionRef } from "./client-questions.ts";
export type { ChangedSchedule, Misfire, Overlap, ScheduleInit, Schedules, WhenInit } from "./client-schedules.ts";
export type { ScopeInit } from "./client-scopes.ts";
export type { SentSignal, SignalInit, SignalTarget, TakenSignal } from "./client-signals.ts";
export { bytes, type Content, contentOf, reference } from "./content.ts";
export type { TimeSpan } from "./durations.ts";
export { AsyncGateError, TaskEndedError } from "./errors.ts";
export { type NewTask, named, type RetryPolicyInit } from "./new-task.ts";
export type { Answer } from "./question.ts";
export type { RetryOptions } from "./retry.ts";
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
