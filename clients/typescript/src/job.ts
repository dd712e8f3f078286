// What a handler is given: its task, the signal to stop, and the ways to say how far it is.
import type { JsonValue, MessageInitShape } from "@bufbuild/protobuf";
import type { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type {
  Artifact,
  ArtifactSchema,
  DeliveryProof,
  DeliveryProofSchema,
  Payload,
} from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Content, contentOf } from "./content.ts";
import { type StopCause, WorkStopped } from "./errors.ts";

export type Note = {
  /** From 0 to 100. */
  readonly percent?: number;
  readonly message?: string;
  readonly detail?: JsonValue;
  /** Whether it is written to the ledger too. Others may be merged into the latest. */
  readonly receipted?: boolean;
};

/** One task in a handler's hands. Promises resolve when the server has answered; nobody has to wait for them. */
export type Job = {
  readonly task: Task;
  readonly taskId: string;
  readonly type: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted, with a WorkStopped as its reason, when the handler must stop. */
  readonly signal: AbortSignal;
  /** What the holder before left for this one. */
  readonly checkpoint: JsonValue | Uint8Array | undefined;
  /** Says that work has begun. Seldom needed: progress says it too, and a task can be settled without it. */
  start(): Promise<void>;
  progress(note: Note): Promise<void>;
  /** What the next holder should know, should this one not come to the end. At most 64 KiB. */
  saveCheckpoint(checkpoint: Content): Promise<void>;
};

/**
 * Does tasks of one type: gets what the task is given as a native value, returns the result as one. Returning nothing
 * results in `null`. What it throws fails the attempt; NonRetryable and RetryAfter say how.
 */
export type Handler = (input: never, job: Job) => unknown;

/** A result that is more than JSON, made by `done`. */
export class Done {
  readonly result: Content | undefined;
  readonly artifacts: readonly MessageInitShape<typeof ArtifactSchema>[];
  readonly deliveryProof: MessageInitShape<typeof DeliveryProofSchema> | undefined;

  constructor({ result, artifacts = [], deliveryProof }: DoneInit) {
    this.result = result;
    this.artifacts = artifacts;
    this.deliveryProof = deliveryProof;
  }
}

export type DoneInit = {
  /** For the server to keep. If absent, it keeps none. */
  readonly result?: Content;
  /** Where results can be found. */
  readonly artifacts?: readonly MessageInitShape<typeof ArtifactSchema>[];
  /** Evidence that the result arrived elsewhere. */
  readonly deliveryProof?: MessageInitShape<typeof DeliveryProofSchema>;
};

/** Returned by a handler: what was done, and where its results lie. */
export function done(init: DoneInit): Done {
  return new Done(init);
}

/** A lease in this worker's hands, from the offer until its settlement is answered. */
export type Held = {
  readonly task: Task;
  readonly leaseToken: string;
  readonly leaseId: string;
  isRunning: boolean;
  /** Whether its end was said. */
  isSettling: boolean;
  loss: LeaseLoss | undefined;
  stop: StopCause | undefined;
  controller: AbortController | undefined;
  /** The last one said. */
  checkpoint: Payload | undefined;
};

/** Tells the handler to stop; the first cause is the one it sees. */
export function stopHeld(held: Held, cause: StopCause): void {
  held.stop ??= cause;
  held.controller?.abort(new WorkStopped(held.stop));
}

export type JobCalls = {
  start(held: Held): Promise<void>;
  note(held: Held, note: Note | undefined, checkpoint: Content | undefined): Promise<void>;
};

export function jobOf(held: Held, calls: JobCalls): Job {
  const { task } = held;
  return {
    task,
    taskId: task.taskId,
    type: task.type,
    attempt: task.attempt,
    // Made when asked for: most handlers are over before anybody could stop them.
    get signal() {
      held.controller ??= new AbortController();
      if (held.stop && !held.controller.signal.aborted) held.controller.abort(new WorkStopped(held.stop));
      return held.controller.signal;
    },
    get checkpoint() {
      return contentOf(task.checkpoint);
    },
    start: () => calls.start(held),
    progress: (note) => calls.note(held, note, undefined),
    saveCheckpoint: (checkpoint) => calls.note(held, undefined, checkpoint),
  };
}

export type { Artifact, DeliveryProof };
