// What the specification demands of operators' calls: pausing and resuming tasks and queues, and overriding waits.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree, type Call } from "./calls.ts";
import { type Model, type ModelTask, taskOf, write } from "./model.ts";
import type { Prediction } from "./predict.ts";
import { openQuestion } from "./questions.ts";
import { isOver } from "./waits.ts";

type OperatorAsked = Extract<Asked, { method: "pause" | "unpause" | "override" | "pauseQueue" | "resumeQueue" }>;

export function isQueuePaused(model: Model, { tenant, place }: ModelTask): boolean {
  return model.pausedQueues.has(`${tenant} ${place.queue}`);
}

export function predictOperator(model: Model, call: Call, asked: OperatorAsked): Prediction {
  if ("queue" in asked) {
    const name = `${call.actor.tenant} ${asked.queue}`;
    return {
      adopt() {
        if (asked.method === "pauseQueue") model.pausedQueues.add(name);
        else model.pausedQueues.delete(name);
        return [];
      },
    };
  }
  const task = taskOf(model, call.actor, asked.taskId);
  if (!task) return { reason: "TASK_NOT_FOUND" };
  const { state } = task;
  const refused = { reason: "INVALID_TRANSITION", state };
  const { QUEUED, BLOCKED, PAUSED, LEASED, RUNNING, VERIFYING, INPUT_REQUIRED } = TaskState;
  const others: readonly TaskState[] = [QUEUED, BLOCKED, LEASED, RUNNING, VERIFYING, INPUT_REQUIRED];
  switch (asked.method) {
    case "pause":
      if (state === PAUSED) return sameAgain(task, task.pause?.receiptId);
      if (state !== QUEUED && state !== BLOCKED && state !== INPUT_REQUIRED) return refused;
      return { adopt: (answer) => adoptPause(task, answer) };
    case "unpause":
      if (state === PAUSED) return { adopt: (answer) => adoptUnpause(model, task, answer) };
      return others.includes(state) ? sameAgain(task, "") : refused;
    case "override":
      return state === BLOCKED ? { adopt: (answer) => adoptGoOn(model, task, answer) } : refused;
  }
}

function sameAgain(task: ModelTask, receiptId: string | undefined): Prediction {
  return {
    adopt(answer) {
      agree("a task that stays as it is", answer, { state: task.state, receiptId });
      return [task];
    },
  };
}

function adoptPause(task: ModelTask, answer: Answer): ModelTask[] {
  task.pause = { receiptId: answer.receiptId ?? "", wasQueued: task.state === TaskState.QUEUED };
  task.state = TaskState.PAUSED;
  agree("the state of a paused task", answer.state, task.state);
  write(task, ReceiptType.TASK_PAUSED);
  return [task];
}

function adoptUnpause(model: Model, task: ModelTask, answer: Answer): ModelTask[] {
  const { pause } = task;
  delete task.pause;
  if (pause?.wasQueued) {
    const { fromMs, toMs } = task.eligible;
    task.eligible = { fromMs: Math.max(fromMs, model.nowMs), toMs: Math.max(toMs, model.nowMs) };
    task.state = TaskState.QUEUED;
  } else if (openQuestion(task)) task.state = TaskState.INPUT_REQUIRED;
  else if (isOver(task)) return adoptGoOn(model, task, answer);
  else task.state = TaskState.BLOCKED;
  agree("the state of a resumed task", answer.state, task.state);
  write(task, ReceiptType.TASK_RESUMED);
  return [task];
}

/** Its wait is over, or is made so. */
function adoptGoOn(model: Model, task: ModelTask, answer: Answer): ModelTask[] {
  const fromMs = Math.max(model.nowMs, task.notBeforeMs);
  task.state = TaskState.QUEUED;
  task.eligible = { fromMs, toMs: fromMs };
  agree("the state of a task that goes on", answer.state, task.state);
  write(task, ReceiptType.TASK_RESUMED);
  return [task];
}
