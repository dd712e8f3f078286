// Who calls, as the credential says, and the call itself: what the interceptors know about an RPC and hand down to its
// handler in typed context keys. Nothing of it comes from the request's message.
import { type ContextKey, createContextKey, type HandlerContext } from "@connectrpc/connect";
import type { TraceContext } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Refusal, Refused, unauthenticated } from "../../core/refusal.ts";
import type { Caller } from "../../engine/caller.ts";
import type { CallSlot } from "./call-budget.ts";

/** Tells of calls as spans of traces. */
export type CallSpans = {
  /** A span in the trace of the call, or the first of a new trace. */
  begin(call: Pick<Call, "id" | "method" | "protocol" | "door" | "startedMs" | "caller" | "trace">): CallSpan;
};

export type CallSpan = {
  /** For what the call causes. */
  readonly context: TraceContext;
  /** The code as the log writes it, and the name of the reason, which may be empty. */
  end(code: string, reason: string): void;
};

/** One RPC from its headers to its end. */
export type Call = {
  readonly id: string;
  readonly startedMs: number;
  readonly peer: string;
  /** What it takes up. */
  readonly slot: CallSlot;
  /** `asyncgate.v1.TaskService/CreateTask`; `unknown` until its path is known to be one of ours. */
  method: string;
  /** `grpc`, `grpc-web` or `connect`; `http` until it is known. */
  protocol: string;
  /** `rest` or `mcp`, where the call is made in this process for a request of such a form. */
  door?: "rest" | "mcp";
  /** Aborted, whatever reset code or error it came with, when the caller has gone. */
  callerSignal: AbortSignal | undefined;
  caller: Caller | undefined;
  /** Asks for the identity again: a stream ends with its credential. Set together with the identity. */
  reauthenticate: (() => Promise<Caller | undefined>) | undefined;
  /** The caller that the connection's certificate stands for, if it has a trusted one. */
  readonly certificate: (() => Promise<Caller | undefined>) | undefined;
  /** What is wrong with the credential, for the log; empty when there is nothing to say. */
  credentialFault: string;
  /** Set once a refusal of it is on record. */
  audited: boolean;
  /** Set once the request's message has been read and the interceptors run: from then on they answer for the call. */
  entered: boolean;
  /** Set once its log line is written: every call gets exactly one. */
  ended: boolean;
  /** Lets the next call of its tenant have its turn. */
  leaveScheduler: () => void;
  /** Asks again whether the caller may make this call; streams outlive keys. False before its admission. */
  isAllowed: () => Promise<boolean>;
  /** Resets the call's stream, whether its caller reads or not. A refusal says why, and is logged as the call's end. */
  readonly cut: (refusal?: Refusal) => void;
  readonly cutReason: () => Refusal | undefined;
  /** Ends the call's stream as soon as its answer is written, whether its caller has ended it or not. */
  readonly closeAfterAnswer: () => void;
  /** The trace that its caller is in; undefined until its message is read, and if there is none. */
  trace?: TraceContext | undefined;
  /** Undefined where the server tells of no spans. */
  readonly spans?: CallSpans | undefined;
  span?: CallSpan | undefined;
  /** What its log line tells beside what every line does. */
  readonly counts: Map<string, number>;
};

export const callerKey: ContextKey<Caller | undefined> = createContextKey<Caller | undefined>(undefined, {
  description: "the caller",
});
export const callKey: ContextKey<Call | undefined> = createContextKey<Call | undefined>(undefined, {
  description: "the call",
});

/** For handlers. A method that is not public has an identity, or its handler is not reached. */
export function callerOf(context: Pick<HandlerContext, "values">): Caller {
  const identity = context.values.get(callerKey);
  if (identity === undefined) throw new Refused(unauthenticated());
  return identity;
}

/** The id that logs and error details carry. */
export function callIdOf(context: Pick<HandlerContext, "values">): string {
  return context.values.get(callKey)?.id ?? "";
}

/** Whether this is what the library made of the caller's going, which can look like any error. */
export function isCallerGone(reason: unknown, call: Call | undefined): boolean {
  return call?.callerSignal?.aborted === true && call.callerSignal.reason === reason;
}
