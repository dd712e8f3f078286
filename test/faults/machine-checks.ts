// What must hold of an execution whatever happened to runners, servers, agents and Postgres. Each check is a function
// of the history alone, and says every fault in a sentence; machine-checks.test.ts shows of each that it can.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { contentOf, type Task, TaskState } from "../../clients/typescript/src/index.ts";
import { hasEnded, stateName } from "../../src/core/transitions.ts";
import { endsOnce, goesOnOnce, isLeasedOnceAtATime } from "./checks.ts";
import type { History } from "./history.ts";
import { callText, canonical } from "./machine-cases.ts";
import { createdBy, type MachineHistory, outputOf } from "./machine-history.ts";

type Check = (history: MachineHistory) => Iterable<string>;

/** Snapshots of a loop differ by the digits of its counters. */
const flatBytes = 64;
/** Of the database's clock, in which both times are. */
const clockMs = 1;

const checks = {
  *"the output of an undisturbed run"({ execution: { task }, expected: { output } }) {
    if (task.state !== TaskState.SUCCEEDED) {
      const { type = "", message = "" } = task.outcome?.error ?? {};
      yield `is ${stateName(task.state)}: ${type}: ${message}`;
    } else if (known(jsonOf(task)) !== known(output)) {
      yield `came to ${known(jsonOf(task))}, not to ${known(output)}`;
    }
  },

  *"the calls of an undisturbed run"({ execution, below, expected }) {
    const made = childrenOf(below, execution.task.taskId).map(({ type, payload }) =>
      callText(type, jsonContent(contentOf(payload))),
    );
    for (const [call, want, count] of differences(expected.calls, made)) {
      yield `made ${count} calls, not ${want}, of ${call.slice(0, 200)}`;
    }
  },

  /** A step's snapshot and calls are one transaction: its receipt names all that it has created. */
  *"no call without its snapshot"({ execution, inner, below }) {
    for (const machine of [execution, ...inner]) {
      const { taskId } = machine.task;
      const own = childrenOf(below, taskId).map((child) => child.taskId);
      for (const [child, want, count] of differences(createdBy(machine), own)) {
        yield `${taskId} has created ${child} ${want} times on record, and has it ${count} times`;
      }
    }
  },

  *"all that was started has ended"({ execution, below }) {
    for (const { state, taskId, type } of [execution.task, ...below]) {
      if (!hasEnded(state)) yield `${type} ${taskId} is ${stateName(state)}`;
    }
  },

  *"machines end once"({ execution, inner }) {
    for (const one of [execution, ...inner]) yield* endsOnce(one, none);
  },

  *"a step has one lease"({ execution, inner }) {
    for (const one of [execution, ...inner]) yield* isLeasedOnceAtATime(one, none);
  },

  *"every wait is over once"({ execution, inner }) {
    for (const one of [execution, ...inner]) yield* goesOnOnce(one, none);
  },

  /** Where the output has the results of calls, it has all that came. */
  *"no result is lost"({ execution: { task }, below }) {
    const output = jsonOf(task);
    if (!isObject(output) || output["results"] === undefined) return;
    const results = Array.isArray(output["results"]) ? output["results"] : [];
    const calls = childrenOf(below, task.taskId).filter(
      (call) => call.labels["state"] === firstState(below, task.taskId),
    );
    for (const call of calls) {
      const { index = 0 } = jsonContent(contentOf(call.payload)) as { readonly index?: number };
      const entry = results[index] as JsonObject | undefined;
      const answer = call.state === TaskState.SUCCEEDED ? (jsonOf(call) as JsonObject) : undefined;
      const kept = canonical(entry?.["output"] ?? null);
      if (answer && !answer["error"] && kept !== canonical(answer["output"] ?? null)) {
        yield `call ${index} has come to ${canonical(answer)}, and ${canonical(entry ?? null)} was kept`;
      }
      if ((!answer || answer["error"]) && entry?.["output"] !== undefined)
        yield `call ${index} has a result from nowhere`;
    }
  },

  /** In the order of their creation, each call begins as late as the rate limit of the one before says. */
  *"not before a rate limit says"({ execution, below, expected: { retryAfterMs } }) {
    if (retryAfterMs === 0) return;
    for (const call of childrenOf(below, execution.task.taskId)) {
      const isFirst = call.taskId === firstOf(below, call).taskId;
      const waitedMs = msOf(call.startTime ?? call.endTime) - msOf(call.createTime);
      if (!isFirst && waitedMs + clockMs < retryAfterMs) yield `${call.taskId} began after ${waitedMs} ms`;
    }
  },

  *"snapshots that do not grow"({ lines, expected: { isFlat } }) {
    if (!isFlat) return;
    const half = Math.floor(lines.length / 2);
    const largest = (part: typeof lines) => Math.max(...part.map(({ bytes }) => bytes));
    const [before, after] = [largest(lines.slice(0, half)), largest(lines.slice(half))];
    if (lines.length < 4 || after > before + flatBytes) yield `had ${before} bytes, and ${after} later`;
  },
} satisfies Record<string, Check>;

export type MachineCheckName = keyof typeof checks;
export const machineCheckNames = Object.keys(checks) as MachineCheckName[];
export type MachineFault = { readonly check: MachineCheckName; readonly text: string };

/** Every fault; none if all is well. */
export function faultsOfMachine(history: MachineHistory): MachineFault[] {
  const { taskId } = history.execution.task;
  return machineCheckNames.flatMap((check) =>
    [...checks[check](history)].map((text) => ({ check, text: `execution ${taskId} ${text}` })),
  );
}

const none: History = { outcome: { expected: new Map() }, tasks: [], holds: [] };

/** Which of several calls have ended in time is left to chance: `results` is compared with what came of them. */
function known(output: JsonValue): string {
  if (!isObject(output)) return canonical(output);
  const { results: _, ...rest } = output;
  return canonical(rest);
}

/** Oldest first: ids have their times. */
function childrenOf(below: readonly Task[], taskId: string): Task[] {
  return below.filter((task) => task.parentTaskId === taskId).toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
}

function firstState(below: readonly Task[], taskId: string): string | undefined {
  return childrenOf(below, taskId)[0]?.labels["state"];
}

function firstOf(below: readonly Task[], call: Task): Task {
  const ofState = childrenOf(below, call.parentTaskId).filter(({ labels }) => labels["state"] === call.labels["state"]);
  return ofState[0] ?? call;
}

/** What is there more or less often than it should. */
function* differences(wanted: readonly string[], found: readonly string[]): Iterable<[string, number, number]> {
  const countsOf = (all: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  };
  const [want, count] = [countsOf(wanted), countsOf(found)];
  for (const one of new Set([...wanted, ...found])) {
    if (want.get(one) !== count.get(one)) yield [one, want.get(one) ?? 0, count.get(one) ?? 0];
  }
}

function jsonOf(task: Task): JsonValue {
  return jsonContent(outputOf(task));
}

function jsonContent(content: JsonValue | Uint8Array | undefined): JsonValue {
  return content instanceof Uint8Array ? null : (content ?? null);
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function msOf(time: Task["createTime"]): number {
  return time ? timestampMs(time) : 0;
}
