// The types of the model test: calls as plain data, and answers reduced to what the model predicts. A call is complete
// in itself, so that it can be printed, compared and repeated.
import { isDeepStrictEqual } from "node:util";
import type { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { OnImpossible, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";

/** The first tenant is lenient about locators, the second is strict. */
export type TenantIndex = 0 | 1;
export type Actor = {
  readonly tenant: TenantIndex;
  readonly kind: "agent" | "worker" | "human";
  readonly id: string;
};

export type Shape = {
  readonly queue: string;
  readonly type: string;
  readonly capabilities: readonly string[];
  readonly priority?: number;
  readonly maxAttempts?: number;
  readonly maxLeaseLosses?: number;
  readonly delayMs?: number;
  readonly startDeadlineMs?: number;
  readonly deadlineMs?: number;
  readonly attemptTimeoutMs?: number;
  readonly leaseTtlMs?: number;
  readonly retry?: { readonly initialMs: number; readonly multiplier: number; readonly maxMs: number };
  readonly obligated?: Pick<Actor, "kind" | "id">;
  readonly key?: string;
  readonly verification?: {
    readonly verifiers: number;
    readonly acceptAt: number;
    readonly onReject: "retry" | "fail";
    readonly timeoutMs?: number;
    /** FAIL, if absent. */
    readonly onTimeout?: "accept" | "ask";
  };
  readonly scopes?: readonly AskedScope[];
  /** Told, if it does not fail. */
  readonly budget?: { readonly usd: number; readonly fails: boolean };
  readonly name?: string;
  /** Refused, if absent. */
  readonly onNameTaken?: "answer" | "replace";
};

export type AskedScope = { readonly resource: string; readonly writes: boolean };

/** Another task's end, a time from the beginning of the wait, or signals; an empty channel is the task's own. */
export type AskedCondition =
  | { readonly taskId: string; readonly accept: readonly TaskState[]; readonly discharged: boolean }
  | { readonly afterMs: number }
  | { readonly channel: string; readonly count: number };
export type AskedWait = {
  readonly groups: readonly (readonly AskedCondition[])[];
  readonly onImpossible: OnImpossible;
};

export type Evidence = "nothing" | "artifact" | "result" | "proof" | "failed proof";

type Token = { readonly token: string };

/** What a call asks for, by method. Times are milliseconds of the scripted clock. */
export type Asked =
  | {
      readonly method: "create";
      readonly shape: Shape;
      readonly wait?: AskedWait;
      /** The lease that a child is created under, and its task. */
      readonly under?: { readonly taskId: string; readonly keeps: boolean } & Token;
    }
  | {
      readonly method: "claim";
      readonly queues: readonly string[];
      readonly types: readonly string[];
      readonly capabilities: readonly string[];
      readonly most: number;
      readonly ttlMs?: number;
    }
  | ({ readonly method: "renew" } & Token)
  | ({ readonly method: "start" } & Token)
  | ({
      readonly method: "progress";
      readonly percent: number;
      readonly receipted: boolean;
      readonly usd?: number;
    } & Token)
  | ({ readonly method: "complete"; readonly evidence: Evidence; readonly next: number } & Token)
  | ({ readonly method: "verdict"; readonly decision: "accept" | "reject" | "unverifiable" } & Token)
  | ({
      readonly method: "fail";
      readonly errorType: string;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number;
    } & Token)
  | ({ readonly method: "release"; readonly delayMs?: number } & Token)
  | ({ readonly method: "suspend"; readonly wait: AskedWait } & Token)
  | ({ readonly method: "addScopes"; readonly scopes: readonly AskedScope[] } & Token)
  | ({
      readonly method: "ask";
      /** Or the operator. */
      readonly toOwner: boolean;
      readonly expiresInMs?: number;
      readonly onExpiry: "fail" | "decline" | "default";
      /** To the second agent, before it expires. */
      readonly escalatesInMs?: number;
    } & Token)
  | ({
      readonly method: "handOff";
      /** What is absent stays as it was; without a principal, any may lease it. */
      readonly queue?: string;
      readonly capabilities?: readonly string[];
      readonly to?: Pick<Actor, "kind" | "id">;
    } & Token)
  | {
      readonly method: "provide";
      readonly taskId: string;
      readonly inputId: string;
      /** `maybe` is no answer that fits. */
      readonly what: "yes" | "no" | "decline" | "maybe";
    }
  | { readonly method: "pause" | "unpause" | "override"; readonly taskId: string }
  | { readonly method: "pauseQueue" | "resumeQueue"; readonly queue: string }
  | { readonly method: "cancel"; readonly taskId: string; readonly graceMs?: number; readonly reason: string }
  | {
      readonly method: "append";
      readonly taskId: string;
      readonly parents: readonly string[];
      readonly uri?: string;
    }
  | { readonly method: "acknowledge"; readonly receiptId: string }
  | {
      readonly method: "signal";
      /** One of both. */
      readonly channel?: string;
      readonly taskId?: string;
      readonly broadcast: boolean;
      readonly ttlMs?: number;
    };

export type Method = Asked["method"];
export type Call = { readonly actor: Actor; readonly requestId: string; readonly asked: Asked };

export type LeaseAnswer = {
  readonly taskId: string;
  readonly leaseId: string;
  readonly token: string;
  readonly fence: number;
  readonly acceptedReceiptId: string;
  readonly attempt: number;
  readonly deliveries: number;
  readonly expireMs: number;
};

/** A refusal, or the fields of the method's answer; the fields of other methods are absent. */
export type Answer = {
  readonly reason?: string;
  readonly state?: TaskState;
  readonly taskId?: string;
  readonly receiptId?: string;
  readonly existed?: boolean;
  readonly leases?: readonly LeaseAnswer[];
  readonly expireMs?: number;
  readonly eligibleMs?: number;
  readonly sequence?: number;
  readonly cancelRequested?: boolean;
  readonly discharged?: boolean;
  readonly anomalyReceiptId?: string;
  readonly verifications?: readonly { readonly taskId: string; readonly receiptId: string }[];
  readonly next?: readonly { readonly taskId: string; readonly receiptId: string }[];
  readonly closed?: readonly string[];
};

export type ReceiptCounts = Readonly<Partial<Record<ReceiptType, number>>>;

export function nameOf(actor: Actor): string {
  return `${actor.tenant}/${actor.kind}:${actor.id}`;
}

/** What a call asks for, without its caller, its request id, and the lease that a child is created under. */
export function contentOf({ asked }: Call): string {
  const isChild = asked.method === "create" && asked.under;
  return JSON.stringify(isChild ? { ...asked, under: { ...isChild, token: "" } } : asked);
}

export function describeCall(call: Call): string {
  const { method, ...rest } = call.asked;
  const under = call.requestId === "" ? "" : ` under ${call.requestId}`;
  return `${nameOf(call.actor)} ${method} ${JSON.stringify(rest)}${under}`;
}

/** Thrown when engine and model disagree. */
export class Disagreement extends Error {
  override name = "Disagreement";
}

export function agree(what: string, engine: unknown, model: unknown): void {
  if (isDeepStrictEqual(engine, model)) return;
  const [answered, expected] = [JSON.stringify(engine), JSON.stringify(model)];
  throw new Disagreement(`${what}: the engine has ${answered}, the model ${expected}`);
}

/** The name of an enum value of the contract: `RUNNING`. */
export function enumName(values: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
