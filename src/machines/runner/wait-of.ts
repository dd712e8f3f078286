// What the interpreter waits for, as the kit writes it. All of a step is one suspension: the snapshot, the tasks that
// are created and the wait for them are kept in one transaction, or none of them is.
import type { NextTask, SuspendInit } from "../../../clients/typescript/src/job.ts";
import type { QuestionInit } from "../../../clients/typescript/src/question.ts";
import {
  after,
  anyOf,
  type ConditionInit,
  ended,
  signal,
  type TaskRef,
  task,
  type WaitInit,
} from "../../../clients/typescript/src/wait.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnImpossible, OnParentEnd } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { leaseLossesMax, machineTaskType, stepAttemptsMax, stepRetryMs } from "../interpreter/requests.ts";
import {
  type Call,
  type Effect,
  type LargeValue,
  type Question,
  type Snapshot,
  StateFailed,
} from "../interpreter/types.ts";
import { jsonContent } from "./json-content.ts";
import { valueTasks } from "./value-store.ts";

/** Of every execution. */
export const executionOptions = {
  maxAttempts: stepAttemptsMax,
  maxLeaseLosses: leaseLossesMax,
  retry: { initialIntervalMs: stepRetryMs },
} as const;

export const signalName = "signal";
export const timeoutName = "timeout";
export const callName = (at: number) => `call/${at}`;

type Suspending = Extract<Effect, { type: "suspend" }>;

/** The values come behind the calls: conditions name calls by their places. */
export function suspensionOf(
  snapshot: Snapshot,
  { create: calls, wait }: Suspending,
  values: readonly LargeValue[],
  nowMs: number,
): SuspendInit {
  const deadline =
    wait.for === "calls" && wait.mode === "any" && wait.timeoutMs !== undefined
      ? { deadline: new Date(nowMs + wait.timeoutMs) }
      : {};
  return {
    checkpoint: jsonContent(snapshot),
    create: [
      ...calls.map((call) => ({ ...taskOf(call, snapshot.state), ...deadline })),
      ...values.flatMap((value) => valueTasks(value)),
    ],
    wait: waitOf(calls, wait),
  };
}

function taskOf(call: Call, state: string): NextTask {
  const { type, queue, capabilities, maxAttempts, timeoutMs, delayMs, payload, keep } = call;
  return {
    type,
    payload,
    maxAttempts,
    labels: { state },
    ...(type === machineTaskType && executionOptions),
    ...(queue !== "" && { queue }),
    ...(capabilities.length > 0 && { capabilities }),
    ...(timeoutMs !== undefined && { attemptTimeoutMs: timeoutMs }),
    ...(delayMs > 0 && { delayMs }),
    ...(keep && { onParentEnd: OnParentEnd.KEEP }),
  };
}

function waitOf(calls: readonly Call[], wait: Suspending["wait"]): WaitInit {
  if (wait.for === "creation") return after(0);
  const { timeoutMs } = wait;
  const timeouts: ConditionInit[] = timeoutMs === undefined ? [] : [after(timeoutMs, { name: timeoutName })];
  if (wait.for === "signal") return anyOf(signal(wait.channel, { name: signalName }), ...timeouts);
  const called: readonly TaskRef[] = wait.tasks.length > 0 ? wait.tasks : calls.map((_, item) => ({ item }));
  if (wait.mode === "any") {
    // Bounded by the deadline of each: a time among these would keep the group possible when all have failed.
    const conditions = called.map((ref, at) => task(ref, { name: callName(at), discharged: false }));
    return { allOf: [anyOf(...conditions)], onImpossible: OnImpossible.RUN };
  }
  const groups = called.map((ref, at) => anyOf(ended(ref, { name: callName(at) }), ...timeouts));
  return { allOf: groups, onImpossible: OnImpossible.RUN };
}

const kinds = new Map(Object.entries(PrincipalKind).map(([name, kind]) => [name.toLowerCase(), kind as PrincipalKind]));

export function questionOf(snapshot: Snapshot, question: Question): QuestionInit {
  const { title, text, options, answerSchema, addressee, timeoutMs } = question;
  const kind = addressee && kinds.get(addressee.kind);
  if (addressee && !kind) throw new StateFailed("EXPRESSION_FAILED", `${addressee.kind} is no kind of principal`);
  return {
    title,
    text,
    options,
    checkpoint: jsonContent(snapshot),
    ...(answerSchema && { answerSchema }),
    ...(addressee && kind && { addressee: { kind, id: addressee.id } }),
    ...(timeoutMs !== undefined && { expires: { after: timeoutMs, otherwise: "decline" } }),
  };
}
