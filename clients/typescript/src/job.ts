// What a handler gets: its task, the signal to stop, the calls that report progress, and the ways to wait.
import type { JsonValue, MessageInitShape } from "@bufbuild/protobuf";
import type {
  WaitResult as ContractWaitResult,
  LeasedTask,
  LeaseLoss,
} from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { CreateAs } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type {
  Artifact,
  ArtifactSchema,
  DeliveryProof,
  DeliveryProofSchema,
  Payload,
} from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { HandOff, Task, Wait } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Review, VerdictSchema } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { type Amounts, type AmountsInit, amountsOf } from "./amounts.ts";
import type { ScopeInit } from "./client-scopes.ts";
import type { SentSignal, SignalInit, SignalTarget } from "./client-signals.ts";
import type { Created } from "./client-tasks.ts";
import { type Content, contentOf, payloadOf } from "./content.ts";
import type { TimeSpan } from "./durations.ts";
import { type StopCause, WorkStopped } from "./errors.ts";
import { type HandedOver, HandingOff, type HandOffInit, handedOverOf } from "./hand-off.ts";
import { type NewTask, requestOf } from "./new-task.ts";
import type { JobOutput } from "./output.ts";
import { type Answer, Asking, type QuestionInit } from "./question.ts";
import { type RejectedReport, rejectedReportOf, type VerdictInit, verdictOf } from "./verification.ts";
import { after, type WaitInit, waitOf } from "./wait.ts";
import { type WaitResult, waitResultOf } from "./wait-result.ts";

export type Note = {
  /** From 0 to 100. */
  readonly percent?: number;
  readonly message?: string;
  readonly detail?: JsonValue;
  /** Whether it is also written to the ledger. Other notes may be merged into the latest. */
  readonly receipted?: boolean;
};

/** The task of one handler. Promises resolve when the server has answered; they need not be awaited. */
export type Job = {
  readonly task: Task;
  readonly taskId: string;
  readonly type: string;
  /** From 1. */
  readonly attempt: number;
  /**
   * The task with its lease, as it was granted: what `WorkerOptions.resume` of a later process needs, to go on with the
   * task. Keep it out of logs: who has the lease's token can end the task.
   */
  readonly leased: LeasedTask;
  /** Aborted, with a WorkStopped as its reason, when the handler must stop. */
  readonly signal: AbortSignal;
  /** The last checkpoint of the previous holder. */
  readonly checkpoint: JsonValue | Uint8Array | undefined;
  /** What became of the conditions that the task waited for last, in their order. Empty if it has not waited. */
  readonly waitResults: readonly WaitResult[];
  /** The first of these results with this name. */
  waitResult(name: string): WaitResult | undefined;
  /**
   * Gives the task back until the wait is over: `return job.suspend({ wait })`. The handler ends, and its slot is free;
   * the next holder starts from the beginning, with the checkpoint and the results of the wait.
   */
  suspend(init: SuspendInit): Suspension;
  /**
   * Asks a person or an agent and gives the task back until there is an answer: `return job.ask({ title: "Deploy?" })`.
   * The handler ends; the next holder starts from the beginning, with the checkpoint and the answer.
   */
  ask(init: QuestionInit): Asking;
  /** How the task's last question was settled, by its name, which is `input` if absent. Undefined if it asked none. */
  answer(name?: string): Answer | undefined;
  /** Gives the task back for a while: `return job.sleep("7d")`. */
  sleep(span: TimeSpan, options?: Pick<SuspendInit, "checkpoint">): Suspension;
  /** Gives the task back to its queue, and nothing is counted: `return job.release({ delayMs: 60_000 })`. */
  release(init?: ReleaseInit): Release;
  /** Creates a task under this one. It is canceled when this one ends, unless `onParentEnd` says KEEP. */
  child(task: Omit<NewTask, "under">): Promise<Created>;
  /** Completes the task and creates what goes on from it, in one step: `return job.handOn({ type: "publish" })`. */
  handOn(next: NextTask | readonly NextTask[], init?: Omit<DoneInit, "next">): Done;
  /**
   * Hands the task over to another worker: `return job.handOff({ to, note })`. The handler ends; the next holder starts
   * from the beginning, with the note, the references and the checkpoint.
   */
  handOff(init: HandOffInit): HandingOff;
  /** How the task was handed over last, for this holder to go on. Undefined if it never was. */
  readonly handedOver: HandedOver | undefined;
  /** Gives the verdict of a verification task: `return job.verdict({ decision: "reject", findings: ["…"] })`. */
  verdict(init: VerdictInit): Done;
  /** An earlier report on the task, which was rejected, with all findings. Undefined if none was. */
  readonly rejected: RejectedReport | undefined;
  /** Reports that work has begun. Seldom needed: progress implies it, and a task can be settled without it. */
  start(): Promise<void>;
  progress(note: Note): Promise<void>;
  /** Sends a signal to this task, to others that the worker may send to, or on a channel; see `client.sendSignal`. */
  sendSignal(target: SignalTarget, signal?: SignalInit): Promise<SentSignal>;
  /**
   * Adds write scopes to the lease, before the handler touches what its task's scopes do not cover. Gets all of them,
   * or throws an AsyncGateError with the reason SCOPE_HELD, whose facts name the holders.
   */
  addScopes(...scopes: readonly ScopeInit[]): Promise<void>;
  /** State for the next holder, in case this one does not finish. At most 64 KiB. */
  saveCheckpoint(checkpoint: Content): Promise<void>;
  /**
   * Adds to what the task has spent, exactly: `job.spend({ usd: "0.12", tokens: 1_800 })`. What comes faster than it is
   * sent is added up, and all of it is counted once, whatever is sent again.
   */
  spend(amounts: AmountsInit): Promise<void>;
  /** Whether the task has spent more than its budget: the handler should end soon. */
  readonly overBudget: boolean;
  /** A log of the task that others can follow while it grows: `job.output("stdout").write("…")`. */
  output(stream: string): JobOutput;
};

/**
 * Does tasks of one type: gets the payload as a native value and returns the result as one. Returning nothing
 * results in `null`; returning what `job.suspend` or `job.ask` made lets the task wait, and what `job.handOff` made
 * goes to another worker. An error that it throws fails the attempt; NonRetryable and RetryAfter say how.
 */
export type Handler = (input: never, job: Job) => unknown;

/** A result with more than JSON, made by `done`. */
export class Done {
  readonly result: Content | undefined;
  readonly artifacts: readonly MessageInitShape<typeof ArtifactSchema>[];
  readonly deliveryProof: MessageInitShape<typeof DeliveryProofSchema> | undefined;
  readonly next: readonly CreateTaskRequest[];
  readonly verdict: MessageInitShape<typeof VerdictSchema> | undefined;
  readonly contract: string;

  /** Checks the next tasks and the verdict here, so that a mistake is thrown where it was made. */
  constructor(init: DoneInit & { verdict?: VerdictInit }) {
    const { result, artifacts = [], deliveryProof, next = [], verdict, contract = "" } = init;
    this.contract = contract;
    this.result = result;
    this.artifacts = artifacts;
    this.deliveryProof = deliveryProof;
    this.next = next.map((task) => requestOf(task));
    this.verdict = verdict && verdictOf(verdict);
  }
}

export type DoneInit = {
  /** Stored by the server. If absent, none is stored. */
  readonly result?: Content;
  /** Where the results are. */
  readonly artifacts?: readonly MessageInitShape<typeof ArtifactSchema>[];
  /** Evidence that the result arrived elsewhere. */
  readonly deliveryProof?: MessageInitShape<typeof DeliveryProofSchema>;
  /** Tasks that go on from this one: its owner owns them. At most 20. All are created, or the completion is refused. */
  readonly next?: readonly NextTask[];
  /** The hand-off contract by which these take over: `artifacts` must fulfill it. Only with `next`. */
  readonly contract?: string;
};

export type NextTask = Omit<NewTask, "under">;

/** For handlers to return: the result, and where artifacts are. */
export function done(init: DoneInit): Done {
  return new Done(init);
}

export type SuspendInit = {
  readonly wait: WaitInit;
  /**
   * Tasks to create in the same step, so that none is created twice or lost. A condition names one by its place:
   * `task({ item: 0 })`. They are children of this task; with `as: "next"`, they go on beside it.
   */
  readonly create?: readonly (NextTask & { readonly as?: "child" | "next" })[];
  /** What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays. */
  readonly checkpoint?: Content;
};

/**
 * A task that waits, made by `job.suspend` and `job.sleep`, for handlers to return. It is returned because a handler
 * ends by it: TypeScript then knows that nothing runs after it, no `catch` in the handler takes it for an error, and
 * the `finally` blocks have run before the task can be elsewhere. A thrown mark would have none of this. One that is
 * made and not returned is noticed, and fails the attempt.
 */
export class Suspension {
  readonly wait: Wait;
  readonly checkpoint: Payload | undefined;
  readonly create: readonly { readonly task: CreateTaskRequest; readonly as: CreateAs }[];

  /** Checks all here, so that a mistake is thrown where it was made. */
  constructor({ wait, checkpoint, create: wanted = [] }: SuspendInit) {
    this.wait = waitOf(wait);
    this.create = wanted.map(({ as = "child", ...task }) => ({
      task: requestOf(task),
      as: as === "next" ? CreateAs.NEXT : CreateAs.CHILD,
    }));
    this.checkpoint = checkpoint === undefined ? undefined : payloadOf(checkpoint);
  }
}

export type ReleaseInit = {
  /** For people. */
  readonly reason?: string;
  /** How long no worker gets the task. If absent, it may be taken at once. */
  readonly delayMs?: number;
  /** What the next holder needs to continue. At most 64 KiB. If absent, the last one that was saved stays. */
  readonly checkpoint?: Content;
};

/** A task that goes back to its queue, made by `job.release`, for handlers to return as they do a Suspension. */
export class Release {
  readonly reason: string;
  readonly delayMs: number | undefined;
  readonly checkpoint: Payload | undefined;

  constructor({ reason = "", delayMs, checkpoint }: ReleaseInit) {
    this.reason = reason;
    this.delayMs = delayMs;
    this.checkpoint = checkpoint === undefined ? undefined : payloadOf(checkpoint);
  }
}

/** A task that this worker holds, from its offer until its settlement is answered. */
export type HeldTask = {
  readonly leased: LeasedTask;
  readonly task: Task;
  readonly leaseToken: string;
  readonly leaseId: string;
  readonly waitResults: readonly ContractWaitResult[];
  readonly handOff: HandOff | undefined;
  readonly review: Review | undefined;
  isRunning: boolean;
  /** Whether its settlement has been put into the outbox. */
  isSettling: boolean;
  /** Whether its handler has made a suspension, a question, a hand-off or a release, which it must return. */
  hasEnding: boolean;
  isOverBudget: boolean;
  loss: LeaseLoss | undefined;
  stop: StopCause | undefined;
  controller: AbortController | undefined;
  /** The last one that was saved. */
  checkpoint: Payload | undefined;
};

/** Tells the handler to stop; the first cause is the one it sees. */
export function stopHandler(held: HeldTask, cause: StopCause): void {
  held.stop ??= cause;
  held.controller?.abort(new WorkStopped(held.stop));
}

export type JobCalls = {
  start(held: HeldTask): Promise<void>;
  report(held: HeldTask, note: Note | undefined, checkpoint: Content | undefined): Promise<void>;
  createTask(task: NewTask): Promise<Created>;
  spend(held: HeldTask, amounts: Amounts): Promise<void>;
  output(held: HeldTask, stream: string): JobOutput;
  sendSignal(target: SignalTarget, signal: SignalInit): Promise<SentSignal>;
  addScopes(leaseToken: string, scopes: readonly ScopeInit[]): Promise<void>;
};

/** What a handler makes to return it: one that is made and not returned is noticed. */
function endingsOf(held: HeldTask): Pick<Job, "suspend" | "ask" | "sleep" | "release" | "handOff" | "verdict"> {
  const noted = <Ending>(ending: Ending): Ending => {
    held.hasEnding = true;
    return ending;
  };
  return {
    suspend: (init) => noted(new Suspension(init)),
    ask: (init) => noted(new Asking(init)),
    sleep: (span, options = {}) => noted(new Suspension({ ...options, wait: after(span) })),
    release: (init = {}) => noted(new Release(init)),
    handOff: (init) => noted(new HandingOff(init)),
    verdict: ({ result, ...verdict }) => noted(new Done({ ...(result !== undefined && { result }), verdict })),
  };
}

export function jobOf(held: HeldTask, calls: JobCalls): Job {
  const { task } = held;
  let results: readonly WaitResult[] | undefined;
  // Read on first use, as large results may not be wanted.
  const waitResults = () => {
    results ??= held.waitResults.map(waitResultOf);
    return results;
  };
  return {
    ...endingsOf(held),
    task,
    taskId: task.taskId,
    type: task.type,
    attempt: task.attempt,
    leased: held.leased,
    // Created on first use: most handlers return before there is a reason to stop them.
    get signal() {
      held.controller ??= new AbortController();
      if (held.stop && !held.controller.signal.aborted) held.controller.abort(new WorkStopped(held.stop));
      return held.controller.signal;
    },
    get checkpoint() {
      return contentOf(task.checkpoint);
    },
    get waitResults() {
      return waitResults();
    },
    waitResult: (name) => waitResults().find((one) => one.name === name),
    get handedOver() {
      return held.handOff && handedOverOf(held.handOff);
    },
    get rejected() {
      return held.review && rejectedReportOf(held.review);
    },
    answer: (name = "input") => waitResults().find((one) => one.name === name && one.answer)?.answer,
    child: (child) => calls.createTask({ ...child, under: held.leaseToken }),
    handOn: (next, init = {}) =>
      new Done({ result: null, ...init, next: Array.isArray(next) ? next : [next as NextTask] }),
    start: () => calls.start(held),
    progress: (note) => calls.report(held, note, undefined),
    sendSignal: (target, signal = {}) => calls.sendSignal(target, signal),
    addScopes: (...scopes) => calls.addScopes(held.leaseToken, scopes),
    saveCheckpoint: (checkpoint) => calls.report(held, undefined, checkpoint),
    spend: (amounts) => calls.spend(held, amountsOf(amounts)),
    get overBudget() {
      return held.isOverBudget;
    },
    output: (stream) => calls.output(held, stream),
  };
}

export type { Artifact, DeliveryProof };
