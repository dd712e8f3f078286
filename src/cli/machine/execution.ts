// One execution, from its creation to its end: its states as they come, its signals, its questions, and what it comes
// to.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { contentOf } from "../../../clients/typescript/src/content.ts";
import type { Machine } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { machineHash, machineJson } from "../../machines/document/machine-json.ts";
import { machineTaskType } from "../../machines/interpreter/requests.ts";
import type { Snapshot } from "../../machines/interpreter/types.ts";
import { executionOptions } from "../../machines/runner/wait-of.ts";
import type { Agents } from "./local.ts";

const questionPollMs = 200;

export type Finished = {
  readonly taskId: string;
  readonly state: string;
  readonly output: JsonValue | undefined;
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly steps: number;
  readonly cost: number;
  readonly tokens: number;
};

export type FollowOptions = {
  readonly signal: AbortSignal;
  /** Each state that is entered, once. */
  readonly onState: (step: number, state: string) => void;
};

export async function startExecution(client: Client, machine: Machine, input: JsonValue): Promise<string> {
  const { taskId } = await client.createTask({
    type: machineTaskType,
    payload: { machine: machineJson(machine), hash: machineHash(machine), input },
    labels: { machine: machine.name },
    ...executionOptions,
  });
  return taskId;
}

export async function follow(client: Client, taskId: string, { signal, onState }: FollowOptions): Promise<Finished> {
  let seen = 0;
  let last: Task | undefined;
  for await (const { task } of client.watchTask(taskId, { signal })) {
    if (!task) continue;
    last = task;
    for (const [step, state] of snapshotOf(task)?.trail ?? []) {
      if (step > seen) onState(step, state);
      seen = Math.max(seen, step);
    }
  }
  return finishedOf(last ?? (await client.getTask(taskId)));
}

export function snapshotOf(task: Task): Snapshot | undefined {
  const checkpoint = contentOf(task.checkpoint) as unknown as Snapshot | undefined;
  return checkpoint?.format === 1 ? checkpoint : undefined;
}

export function finishedOf(task: Task): Finished {
  const { taskId, state, outcome } = task;
  const { step = 0, cost = 0, tokens = 0 } = snapshotOf(task) ?? {};
  const result = contentOf(outcome?.result);
  const name = Object.entries(TaskState).find(([, value]) => value === state)?.[0] ?? "";
  const error = outcome?.error;
  return {
    taskId,
    state: name,
    output: result instanceof Uint8Array ? undefined : result,
    error: error && { type: error.type, message: error.message },
    steps: step,
    cost,
    tokens,
  };
}

/** Sends what a script sends, and answers what it answers, until told to stop. */
export async function playScript(
  client: Client,
  { signals, answers }: Agents["script"],
  taskId: string,
  stop: AbortSignal,
): Promise<void> {
  for (const { channel, payload } of signals) {
    await client.sendSignal(channel === "" ? { taskId } : channel, { payload });
  }
  if (answers.length === 0) return;
  for (let given = 0; !stop.aborted; ) {
    for await (const question of client.questions()) {
      const answer = answers[Math.min(given, answers.length - 1)];
      if (answer === undefined || stop.aborted) return;
      await client.answer(question, answer);
      given += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, questionPollMs));
  }
}
