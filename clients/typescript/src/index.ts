// The public API: what programs import from "@asyncgate/client". The contract's messages and services are below
// "@asyncgate/client/contract/".
export { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
export type {
  AgentCost,
  AgentError,
  AgentErrorCode,
  AgentFinishReason,
  AgentRateLimit,
  AgentRateLimitWindow,
  AgentResult,
  AgentResultOptions,
  AgentToolCall,
  AgentUsage,
} from "./agent-result.ts";
export type { AnswerHeaders } from "./answer-headers.ts";
export { anthropicResult } from "./anthropic-result.ts";
export { type ClientOptions, createClient } from "./create-client.ts";
export { type FailureOptions, NonRetryable, RetryAfter, type StopCause, WorkStopped } from "./errors.ts";
export * from "./exports.ts";
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
export type { ModelPrices } from "./model-prices.ts";
export { openAiResult } from "./openai-result.ts";
export type { JobOutput } from "./output.ts";
export { Asking, type QuestionInit } from "./question.ts";
export type { ConnectionOptions, Protocol, TlsOptions } from "./transport.ts";
export {
  createWorker,
  type OpenedSession,
  type ResumedSession,
  type Worker,
  type WorkerOptions,
} from "./worker.ts";
export type { Ending, WorkerEvent, WorkerStats } from "./worker-events.ts";
