// What an execution is between two steps, and what a step asks of its surroundings. All of it is JSON or plain data, so
// a snapshot can be stored anywhere and taken up by any runner.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Machine, Settings, State } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { CheckRules } from "../document/check-rules.ts";

export type MachineError = {
  readonly type: string;
  readonly message: string;
  /** Whether another try may mend it. If absent, it may. */
  readonly retryable?: boolean;
};

/** Thrown by what a state needs, and taken where the state ends: it becomes the state's error. */
export class StateFailed extends Error {
  override name = "StateFailed";
  readonly error: MachineError;

  constructor(type: string, message: string, retryable = false) {
    super(message);
    this.error = { type, message: message.slice(0, 2_000), retryable };
  }
}

/** The work of a state that is under way. */
export type Work = {
  /** Which of the phases of the state. */
  readonly phase: number;
  /** What the phase keeps for itself. */
  readonly layer: JsonObject;
  /** When the state's timeout is over, in milliseconds since 1970. Absent if it has none. */
  readonly deadlineMs?: number;
  /** What an earlier phase has made. */
  readonly outcome?: Outcome;
};

export type Ended = { readonly output: JsonValue } | { readonly error: MachineError };

export type Snapshot = {
  readonly format: 1;
  /** How many states were entered. */
  readonly step: number;
  readonly state: string;
  readonly context: JsonObject;
  /** That of the last work. */
  readonly output: JsonValue;
  /** The error that led here. Absent if none did. */
  readonly error?: MachineError;
  readonly work?: Work;
  /** What all answers of agents have cost and used. */
  readonly cost: number;
  readonly tokens: number;
  /** Warnings that were given. */
  readonly warned: readonly string[];
  /** The last states that were entered, oldest first. */
  readonly trail: readonly (readonly [step: number, state: string])[];
  readonly ended?: Ended;
  /** What is kept beside it, as it is too large: those keys of the context are null here. Absent if nothing is. */
  readonly stored?: StoredValues;
  /** What was kept beside it until now, by its digests. Absent if nothing was. */
  readonly discarded?: readonly string[];
  /** True if it was too large to be kept: the context and the output are gone. Only of an execution that has ended. */
  readonly emptied?: true;
};

/** Where a large value is: under its digest. */
export type ValueRef = { readonly digest: string; readonly bytes: number };
export type StoredValues = { readonly context: Readonly<Record<string, ValueRef>>; readonly output?: ValueRef };
/** A large value as JSON. */
export type LargeValue = { readonly digest: string; readonly text: string };

/** What the work of a state has come to. */
export type Outcome = {
  readonly output: JsonValue;
  /** The `AgentResult` without its output, of a single agent. */
  readonly result?: JsonValue;
  /** One entry per call, of several. */
  readonly results?: JsonValue;
};

/** A task to create. */
export type Call = {
  readonly type: string;
  readonly queue: string;
  readonly capabilities: readonly string[];
  readonly maxAttempts: number;
  readonly timeoutMs: number | undefined;
  readonly delayMs: number;
  readonly payload: JsonValue;
  /** Whether it goes on when the execution ends. */
  readonly keep: boolean;
};

export type CallResult =
  | { readonly status: "succeeded"; readonly result: JsonValue }
  | { readonly status: "failed"; readonly error: MachineError }
  /** The wait was over before it ended, and it was canceled. */
  | { readonly status: "canceled" }
  /** It goes on, as nothing that has ended is a success. */
  | { readonly status: "pending"; readonly taskId: string };

export type Question = {
  readonly title: string;
  readonly text: string;
  readonly options: readonly string[];
  readonly answerSchema: JsonObject | undefined;
  readonly addressee: { readonly kind: string; readonly id: string } | undefined;
  readonly timeoutMs: number | undefined;
};

export type Answered =
  | { readonly outcome: "answered"; readonly answer: JsonValue }
  | { readonly outcome: "declined"; readonly reason: string }
  | { readonly outcome: "expired" };

/** What an execution goes on with. */
export type Event = {
  /** When the step was leased, by the database's clock, in milliseconds since 1970. It only bounds waits. */
  readonly nowMs: number;
  /** Of the calls that the last step made, in their order. */
  readonly calls?: readonly CallResult[];
  /** The payload of the signal; undefined if time was over first. */
  readonly signal?: { readonly payload: JsonValue } | undefined;
  readonly answer?: Answered;
};

/** What must come before the next step. */
export type Wait =
  /** `any`: until one has succeeded or none can. */
  | {
      readonly for: "calls";
      readonly mode: "all" | "any";
      readonly timeoutMs: number | undefined;
      /** Tasks that are under way already. If empty, those that the step creates. */
      readonly tasks: readonly string[];
    }
  | { readonly for: "signal"; readonly channel: string; readonly timeoutMs: number | undefined }
  /** Nothing: it goes on at once, when the calls are created. */
  | { readonly for: "creation" };

export type Warning = {
  readonly name: string;
  readonly message: string;
  readonly value: number;
  readonly bound: number;
};

/** What a step asks for. Exactly one of these, so a step and its effect can be one transaction. */
export type Effect =
  | { readonly type: "suspend"; readonly create: readonly Call[]; readonly wait: Wait }
  | { readonly type: "ask"; readonly question: Question }
  | { readonly type: "end"; readonly ended: Ended };

export type Advance = {
  readonly snapshot: Snapshot;
  readonly effect: Effect;
  readonly warnings: readonly Warning[];
  /** Large values to be kept with the snapshot, in the same transaction. */
  readonly values: readonly LargeValue[];
};

/** What a layer of a state's work wants next. */
export type Step =
  | { readonly type: "suspend"; readonly layer: JsonObject; readonly create: readonly Call[]; readonly wait: StepWait }
  | { readonly type: "ask"; readonly layer: JsonObject; readonly question: Omit<Question, "timeoutMs"> }
  /** Without an outcome, that of the phases before stays. */
  | { readonly type: "done"; readonly outcome?: Outcome; readonly context?: JsonObject };

export type StepWait =
  | {
      readonly for: "calls";
      readonly mode: "all" | "any";
      readonly timeoutMs?: number | undefined;
      readonly tasks: readonly string[];
    }
  | { readonly for: "signal"; readonly channel: string }
  | { readonly for: "creation" };

/** A machine that is valid, with what is found in it once. */
export type Program = {
  readonly machine: Machine;
  readonly states: ReadonlyMap<string, State>;
  readonly initial: string;
  readonly bounds: Bounds;
  readonly checkRules: CheckRules;
  /** What every execution gets that this machine starts of itself. */
  readonly executionId: string;
  readonly depth: number;
  readonly input: JsonValue;
};

export type Bounds = {
  readonly stepsMax: number;
  readonly depthMax: number;
  readonly checkpointBytesMax: number;
  readonly contextBytesWarn: number | undefined;
  readonly outputBytesMax: number | undefined;
  readonly promptTokensWarn: Settings["promptTokensWarn"];
};

/** Where a layer works: its state, and what has been found out while it does. */
export type Scope = {
  readonly program: Program;
  readonly name: string;
  readonly state: State;
  readonly snapshot: Snapshot;
  readonly event: Event;
  /** What the state has made so far. Absent before its work is done. */
  readonly outcome?: Outcome;
  /** Added to by whatever reads an agent's answer. */
  readonly tally: { cost: number; tokens: number; readonly warnings: Warning[] };
  /** The agent to call once in place of the state's own work. */
  readonly instead?: { readonly agent: string };
  /** How often the work has been made before: a seed of other answers. */
  readonly round?: number;
  readonly deadlineMs: number | undefined;
};

export type Layer = {
  readonly begin: (scope: Scope) => Step;
  readonly resume: (scope: Scope, layer: JsonObject) => Step;
};
