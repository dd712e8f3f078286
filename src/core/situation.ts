// A task with all that decides whether it runs, as ExplainTask has read it.
import type { AgentCheck } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { OnImpossible, Progress, Task, TaskError, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Review } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import type { ConditionRecord } from "./conditions.ts";
import type { Place } from "./hand-off.ts";
import type { ScopeRow } from "./scopes.ts";
import type { TaskCommon } from "./task-record.ts";

export type Situation = {
  readonly now: Date;
  readonly task: Pick<TaskCommon, "taskId" | "state" | "version" | "attempt" | "leaseLosses" | "deliveries">;
  /** What was asked, without its payload. */
  readonly terms: Task;
  /** Where it waits, as its last hand-off has left it. */
  readonly place: Place;
  /** Principals that must not have it, though they fit. */
  readonly barred: readonly string[];
  /** The last report, with its verdicts; undefined unless it is being verified. */
  readonly review: Review | undefined;
  /** Undefined unless it waits: queued, or for something. Blocked or paused, its eligible time is `never`. */
  readonly waiting: { readonly eligibleTime: Date; readonly failTime: Date | null } | undefined;
  readonly held: HeldSituation | undefined;
  readonly ended: EndedSituation | undefined;
  /** Its eligible time is the one that the task had; null if it was blocked. */
  readonly taskPause: (PauseFacts & { readonly eligibleTime: Date | null }) | undefined;
  readonly queuePause: PauseFacts | undefined;
  /** Since when its tenant is suspended. */
  readonly suspendTime: Date | undefined;
  /** A wait that is not over. */
  readonly wait: WaitSituation | undefined;
  /** An open question. */
  readonly question: QuestionFacts | undefined;
  /** A scope of it that overlaps a held one. */
  readonly scopeWait: ScopeFacts | undefined;
  /** Agents that it is for, and that have not passed the preflight which it requires. */
  readonly unwell?: readonly AgentCheck[];
  /** Limits on leases that leave no room; `principal` is undefined for those of the tenant. */
  readonly fullLimits: readonly FullLimit[];
  readonly workers: WorkerCounts;
  /** How many tasks of its lane are before it, up to `aheadMax`; undefined unless it could be leased now. */
  readonly ahead: number | undefined;
  readonly progress: Progress | undefined;
  readonly lastFailure: FailureFacts | undefined;
};

export type HeldSituation = {
  readonly leaseId: string;
  readonly worker: string;
  readonly instance: string;
  readonly fence: number;
  readonly grantTime: Date;
  readonly expireTime: Date;
  readonly ttlMs: number;
  readonly onStream: boolean;
  readonly startTime: Date | null;
  readonly failTime: Date | null;
  readonly cancelTime: Date | null;
};

export type EndedSituation = {
  readonly endTime: Date;
  readonly terminalReason: number;
  readonly error: TaskError | undefined;
};

export type PauseFacts = { readonly pauseTime: Date; readonly principal: string; readonly reason: string };

export type WaitSituation = {
  readonly groupsLeft: number;
  readonly onImpossible: OnImpossible;
  readonly conditions: readonly ConditionRecord[];
  /** Tasks that it waits for, of those that the caller may read. */
  readonly awaited: ReadonlyMap<string, AwaitedTask>;
};

export type AwaitedTask = { readonly state: TaskState; readonly discharged: boolean };

export type QuestionFacts = {
  readonly inputId: string;
  readonly title: string;
  readonly asker: string;
  readonly addressee: string;
  readonly escalatedTo: string | null;
  readonly requestTime: Date;
  readonly expireTime: Date | undefined;
};

export type ScopeFacts = {
  readonly own: ScopeRow;
  readonly heldKey: string;
  readonly heldByTaskId: string;
  /** That is the session of an agent, and no task. */
  readonly isOfSession: boolean;
  /** Since when it waits for it; undefined: no claim has found that yet. */
  readonly since: Date | undefined;
  /** The holder; undefined if it has just ended. */
  readonly holder: { readonly worker: string; readonly expireTime: Date } | undefined;
};

export type FullLimit = {
  readonly limit: string;
  readonly bound: number;
  readonly value: number;
  readonly principal?: string | undefined;
};

export type WorkerCounts = {
  /** How many are connected, up to a bound. */
  readonly connected: number;
  readonly fitting: number;
  /** How many offer each capability that it requires. */
  readonly offers: ReadonlyMap<string, number>;
};

export type FailureFacts = {
  readonly receiptId: string;
  readonly time: Date;
  readonly attempt: number;
  readonly error: TaskError | undefined;
  /** Of a lost lease: its worker. */
  readonly worker: { readonly principal: string; readonly instance: string } | undefined;
};

/** Counting ends here. */
export const aheadMax = 1_000;
