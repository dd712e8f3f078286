// What a task waits for, in native types. The functions make the plain objects that can be written by hand as well, and
// the contract's own Wait and Condition are accepted wherever these are: a wait that was read can be used again.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ConditionGroupSchema,
  type ConditionSchema,
  type OnImpossible,
  type TaskConditionSchema,
  TaskState,
  type Wait,
  WaitSchema,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { durationOf, spanMs, type TimeSpan, timestampOf } from "./durations.ts";

/**
 * Which task: by its id, as the string or in any object that has it, such as a Created; by the key that the caller
 * created it with; or, in `createTasks`, by the place of an earlier item of the same batch, from 0.
 */
export type TaskRef =
  | string
  | { readonly taskId: string }
  | { readonly idempotencyKey: string }
  | { readonly item: number };

/** By its name a handler finds the condition's result: `job.waitResult(name)`. */
export type ConditionName = { readonly name?: string };

/** Each field has the meaning of the field of that name in TaskCondition. */
export type TaskConditionOptions = ConditionName & {
  /** If absent, SUCCEEDED. */
  readonly acceptStates?: readonly TaskState[];
  /** If false, a success counts before it says where its result is. */
  readonly discharged?: boolean;
};

export type TaskConditionInit = TaskConditionOptions & { readonly task: TaskRef };
export type TimeConditionInit = ConditionName & ({ readonly after: TimeSpan } | { readonly at: Date });
export type SignalConditionOptions = ConditionName & {
  /** How many signals it takes, all at once. If absent, 1. */
  readonly count?: number;
};
/** An empty channel is the task's own. */
export type SignalConditionInit = SignalConditionOptions & { readonly channel: string };
/** The contract's Condition. */
export type ContractCondition = ConditionName & {
  readonly condition: NonNullable<MessageInitShape<typeof ConditionSchema>["condition"]>;
};

export type ConditionInit = TaskConditionInit | TimeConditionInit | SignalConditionInit | ContractCondition;
/** Conditions of which one is enough. */
export type AnyOf = { readonly anyOf: readonly ConditionInit[] };
/** Conditions and groups of which each must hold. */
export type AllOf = {
  readonly allOf: readonly (ConditionInit | AnyOf)[];
  /** What happens to the task if a group can no longer hold. If absent, it fails. */
  readonly onImpossible?: OnImpossible;
};
/** Also a single condition or group. */
export type WaitInit = AllOf | AnyOf | ConditionInit;

const endStates = [TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED];

/** Met when the task has succeeded, or has ended in another one of `acceptStates`. */
export function task(ref: TaskRef, options: TaskConditionOptions = {}): TaskConditionInit {
  return { ...options, task: ref };
}

/** Met when the task has ended, in whatever way: the result says how. */
export function ended(ref: TaskRef, options: ConditionName = {}): TaskConditionInit {
  return { ...options, task: ref, acceptStates: endStates, discharged: false };
}

/** Met this long after the wait begins. */
export function after(span: TimeSpan, options: ConditionName = {}): TimeConditionInit {
  return { ...options, after: span };
}

/** Met at this moment. */
export function at(moment: Date, options: ConditionName = {}): TimeConditionInit {
  return { ...options, at: moment };
}

/** Met by a signal on a channel; without one, by a signal to the task itself. What was sent before counts. */
export function signal(channel = "", options: SignalConditionOptions = {}): SignalConditionInit {
  return { ...options, channel };
}

/** With a time among its conditions, a group has a time-out. */
export function anyOf(...conditions: readonly ConditionInit[]): AnyOf {
  return { anyOf: conditions };
}

export function allOf(...groups: readonly (ConditionInit | AnyOf)[]): AllOf {
  return { allOf: groups };
}

export function waitOf(wait: WaitInit): Wait {
  const { allOf: groups, onImpossible }: AllOf = "allOf" in wait ? wait : { allOf: [wait] };
  return create(WaitSchema, {
    allOf: groups.map(groupOf),
    ...(onImpossible !== undefined && { onImpossible }),
  });
}

function groupOf(group: ConditionInit | AnyOf): MessageInitShape<typeof ConditionGroupSchema> {
  const { anyOf: conditions }: AnyOf = "anyOf" in group ? group : { anyOf: [group] };
  return { anyOf: conditions.map(conditionOf) };
}

function conditionOf(init: ConditionInit): MessageInitShape<typeof ConditionSchema> {
  const { name = "" } = init;
  if ("condition" in init) return { name, condition: init.condition };
  if ("channel" in init) {
    const { channel, count } = init;
    return { name, condition: { case: "signal", value: { channel, ...(count !== undefined && { count }) } } };
  }
  if ("task" in init) return { name, condition: { case: "task", value: taskConditionOf(init) } };
  const of =
    "at" in init
      ? ({ case: "at", value: timestampOf(init.at) } as const)
      : ({ case: "after", value: durationOf(spanMs(init.after)) } as const);
  return { name, condition: { case: "time", value: { of } } };
}

function taskConditionOf(init: TaskConditionInit): MessageInitShape<typeof TaskConditionSchema> {
  const { task: ref, acceptStates = [], discharged } = init;
  return {
    of: awaitedTask(ref),
    acceptStates: [...acceptStates],
    ...(discharged !== undefined && { discharged }),
  };
}

function awaitedTask(ref: TaskRef) {
  if (typeof ref === "string") return { case: "taskId", value: ref } as const;
  if ("taskId" in ref) return { case: "taskId", value: ref.taskId } as const;
  if ("item" in ref) return { case: "item", value: ref.item } as const;
  return { case: "idempotencyKey", value: ref.idempotencyKey } as const;
}
