// Where a clone or a retry begins: the state of the other execution, with what that knows. The work of the state is
// made anew, because what it waits for belongs to the other execution.
import type { JsonObject } from "@bufbuild/protobuf";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { invalidTransition, Refused } from "../../core/refusal.ts";
import type { Caller, Operations } from "../../engine/index.ts";
import { type ExecutionPayload, isObject, textIn } from "./execution-task.ts";
import { snapshotOf, wholeSnapshot } from "./read-snapshot.ts";

type Other = { readonly task: Task; readonly payload: ExecutionPayload };

/** Undefined if it begins where its machine does: the other one had not made a step. */
export async function goOnOf(
  engine: Operations,
  caller: Caller,
  { task, payload }: Other,
  method: string,
): Promise<JsonObject | undefined> {
  const snapshot = snapshotOf(task);
  if (!snapshot) return payload.goOn;
  if (snapshot.state === "") return undefined;
  const refuse = (why: string): Refused => {
    const message = `${method} is not possible: ${why}`;
    return new Refused(invalidTransition({ taskId: task.taskId, from: task.state, requested: method }, message));
  };
  const { ended, emptied, state, step, error, cost, tokens } = snapshot;
  const type = ended && "error" in ended ? ended.error.type : "";
  if (emptied) throw refuse(`it has ended with ${type}, and its context was too large to be kept.`);
  if (type === stepsError) throw refuse(`it has ended with ${type}, and so would this one. Start the machine anew.`);
  if (isFinal(payload.machine, state))
    throw refuse(`it has ended in ${state}, where no work is left to be done again.`);
  const { context, output } = await wholeSnapshot(engine, caller, task.taskId, snapshot);
  return {
    state,
    step,
    context,
    output,
    ...(error && { error: { type: error.type, message: error.message } }),
    cost,
    tokens,
  };
}

/** A further execution would come to it at once, as it goes on counting. */
const stepsError = "MAX_STEPS_EXCEEDED";

function isFinal({ states }: JsonObject, name: string): boolean {
  const state = isObject(states) ? states[name] : undefined;
  return isObject(state) && textIn(state, "type").endsWith("FINAL");
}
