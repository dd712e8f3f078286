// A client: creates tasks and follows them. Every call has a deadline and is retried, under the same request id, when
// the contract says that this may help.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import type { Explanation } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import type { OpenObligation } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Output, OutputPart } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { HeldScope } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type {
  CancelTaskResponse,
  ProvideInputResponse,
  WatchTaskResponse,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type Agents, agentsOf } from "./client-agents.ts";
import { type CallOptions, createCalls, type Stubs } from "./client-calls.ts";
import { awaitTask, result, type WatchOptions, watchTask } from "./client-follow.ts";
import {
  listTasks,
  type ObligationFilter,
  obligations,
  type ReceiptFilter,
  receipts,
  type TaskFilter,
} from "./client-lists.ts";
import { type Machines, machinesOf } from "./client-machines.ts";
import { type Nodes, nodesOf } from "./client-nodes.ts";
import { listOutputs, type OutputOptions, readOutput } from "./client-output.ts";
import {
  type AnswerOptions,
  answerQuestion,
  declineQuestion,
  type OpenQuestion,
  openQuestions,
  type QuestionRef,
} from "./client-questions.ts";
import { type Schedules, schedulesOf } from "./client-schedules.ts";
import { addScopes, listScopes, type ScopeInit } from "./client-scopes.ts";
import { type SentSignal, type SignalInit, type SignalTarget, sendSignal } from "./client-signals.ts";
import {
  type CancelOptions,
  type Created,
  cancelTask,
  createTask,
  createTasks,
  explainTask,
  getTask,
} from "./client-tasks.ts";
import type { AsyncGateError } from "./errors.ts";
import type { NewTask } from "./new-task.ts";
import type { RetryOptions } from "./retry.ts";

export type { CallOptions, Stubs } from "./client-calls.ts";
export type { Created } from "./client-tasks.ts";

/** How a client calls, whatever its connection is. */
export type CallingOptions = {
  /** A call's deadline, retries included. If absent, 30 s. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryOptions>;
};

export type Client = {
  createTask(task: NewTask, options?: CallOptions): Promise<Created>;
  /** Creates up to 500 tasks. Answers in their order; a task that was refused has an error in its place. */
  createTasks(tasks: readonly NewTask[], options?: CallOptions): Promise<(Created | AsyncGateError)[]>;
  getTask(taskId: string, options?: CallOptions): Promise<Task>;
  /** Why a task does not run, or what it is doing. */
  explainTask(taskId: string, options?: CallOptions): Promise<Explanation>;
  /** All tasks that match, newest first; with `ready`, those that a worker could lease now. */
  listTasks(filter?: TaskFilter, options?: CallOptions): AsyncGenerator<Task>;
  cancelTask(taskId: string, cancel?: CancelOptions, options?: CallOptions): Promise<CancelTaskResponse>;
  /** The task when it has ended. Waits as long as that takes; with `timeoutMs`, returns the task as it is then. */
  awaitTask(taskId: string, options?: CallOptions): Promise<Task>;
  /** The result of a task, when it has ended. Throws a TaskEndedError if the task failed or was canceled. */
  result(taskId: string, options?: CallOptions): Promise<JsonValue | Uint8Array | undefined>;
  /** A snapshot, then every change until the task has ended. After a break it continues where it was. */
  watchTask(taskId: string, options?: WatchOptions): AsyncGenerator<WatchTaskResponse>;
  /** What a task has printed, and with `follow` what it prints until it has ended. After a break it continues. */
  readOutput(taskId: string, options?: OutputOptions): AsyncGenerator<OutputPart>;
  /** The logs of a task, those of the latest lease first. */
  listOutputs(taskId: string, options?: CallOptions): AsyncGenerator<Output>;
  /** Sends a signal on a channel or to a task: to the one that has waited longest for it, or to the next that waits. */
  sendSignal(target: SignalTarget, signal?: SignalInit, options?: CallOptions): Promise<SentSignal>;
  /** Schedules: tasks that are created at times. */
  readonly schedules: Schedules;
  /** Agents: who can do what, which of them a task belongs to, giving work to one. */
  readonly agents: Agents;
  /** Machines: multi-agent workflows as documents. */
  readonly machines: Machines;
  /** Nodes: machines that run jobs, for their operators. */
  readonly nodes: Nodes;
  /** The write scopes that are held, of a resource and below it, of a kind (`repo:`), or all. */
  listScopes(prefix?: string, options?: CallOptions): AsyncGenerator<HeldScope>;
  /** Adds write scopes to a lease: all, or none. Handlers call `job.addScopes`. */
  addScopes(leaseToken: string, scopes: readonly ScopeInit[], options?: CallOptions): Promise<void>;
  /** The questions that the caller owes answers to, oldest first. */
  questions(options?: CallOptions): AsyncGenerator<OpenQuestion>;
  /** Answers a question, once: a second answer throws an AsyncGateError that says how it was settled. */
  answer(question: QuestionRef, answer: JsonValue, options?: AnswerOptions): Promise<ProvideInputResponse>;
  /** Declines a question: its task goes on without an answer. */
  decline(question: QuestionRef, reason?: string, options?: AnswerOptions): Promise<ProvideInputResponse>;
  /** The open obligations, oldest first: the first call to make in a new session. */
  obligations(filter?: ObligationFilter, options?: CallOptions): AsyncGenerator<OpenObligation>;
  /** The receipts of a task in the order of its chain; without a task, those addressed to the caller, newest first. */
  receipts(filter?: ReceiptFilter, options?: CallOptions): AsyncGenerator<Receipt>;
  readonly stubs: Stubs;
  close(): void;
};

/** A connection to a server; closed with its client. */
export type Connection = { readonly transport: Transport; close(): void };

export function clientOf(connection: Connection, options: CallingOptions): Client {
  const calls = createCalls(connection.transport, options);
  return {
    createTask: (task, callOptions = {}) => createTask(calls, task, callOptions),
    createTasks: (tasks, callOptions = {}) => createTasks(calls, tasks, callOptions),
    getTask: (taskId, callOptions = {}) => getTask(calls, taskId, callOptions),
    explainTask: (taskId, callOptions = {}) => explainTask(calls, taskId, callOptions),
    listTasks: (filter = {}, callOptions = {}) => listTasks(calls, filter, callOptions),
    cancelTask: (taskId, cancel = {}, callOptions = {}) => cancelTask(calls, taskId, cancel, callOptions),
    awaitTask: (taskId, callOptions = {}) => awaitTask(calls, taskId, callOptions),
    result: (taskId, callOptions = {}) => result(calls, taskId, callOptions),
    watchTask: (taskId, watchOptions = {}) => watchTask(calls, taskId, watchOptions),
    readOutput: (taskId, outputOptions = {}) => readOutput(calls, taskId, outputOptions),
    listOutputs: (taskId, callOptions = {}) => listOutputs(calls, taskId, callOptions),
    sendSignal: (target, signal = {}, callOptions = {}) => sendSignal(calls, target, signal, callOptions),
    schedules: schedulesOf(calls),
    agents: agentsOf(calls),
    machines: machinesOf(calls),
    nodes: nodesOf(calls),
    listScopes: (prefix = "", callOptions = {}) => listScopes(calls, prefix, callOptions),
    addScopes: (leaseToken, scopes, callOptions = {}) => addScopes(calls, leaseToken, scopes, callOptions),
    questions: (callOptions = {}) => openQuestions(calls, callOptions),
    answer: (question, answer, options = {}) => answerQuestion(calls, question, answer, options),
    decline: (question, reason = "", options = {}) => declineQuestion(calls, question, reason, options),
    obligations: (filter = {}, callOptions = {}) => obligations(calls, filter, callOptions),
    receipts: (filter = {}, callOptions = {}) => receipts(calls, filter, callOptions),
    stubs: calls.stubs,
    close: connection.close,
  };
}
