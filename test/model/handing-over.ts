// Hand-offs in the model: the same task waits in another place, for other workers, and nothing is counted.
import fc from "fast-check";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree, nameOf } from "./calls.ts";
import { addReceipt, type Model, type ModelLease, type ModelTask, requeue } from "./model.ts";

type HandOff = Extract<Asked, { method: "handOff" }>;

/** At least one of the three is named. */
export const handingOff: fc.Arbitrary<Omit<HandOff, "token">> = fc.oneof(
  fc.record({ method: fc.constant("handOff" as const), queue: fc.constantFrom("default", "slow") }),
  fc.record({ method: fc.constant("handOff" as const), capabilities: fc.constantFrom<readonly string[]>([], ["gpu"]) }),
  fc.record({
    method: fc.constant("handOff" as const),
    to: fc.constantFrom({ kind: "worker" as const, id: "w0" }, { kind: "worker" as const, id: "w1" }),
  }),
);

/** The principal that alone may lease it then. */
export function addresseeOf({ tenant }: ModelTask, { to }: HandOff): string | undefined {
  return to && nameOf({ tenant, ...to });
}

export function adoptHandOff(model: Model, asked: HandOff, { task }: ModelLease, answer: Answer): ModelTask[] {
  const addressee = addresseeOf(task, asked);
  const { queue = task.place.queue, capabilities = task.place.capabilities } = asked;
  task.place = { queue, capabilities, ...(addressee !== undefined && { addressee }) };
  requeue(task, model.nowMs, model.nowMs, ReceiptType.TASK_HANDED_OFF);
  agree("the state of a task that is handed off", answer.state, TaskState.QUEUED);
  addReceipt(model, task, answer.receiptId, addressee ?? task.owner);
  return [task];
}
