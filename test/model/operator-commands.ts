// Commands of operators: they pause and resume tasks and queues, and override waits.
import fc from "fast-check";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Actor, Asked, TenantIndex } from "./calls.ts";
import type { Model } from "./model.ts";
import { operator, pickTask } from "./picking.ts";

export type OperatorCommand =
  | { readonly kind: "operate"; readonly method: "pause" | "unpause" | "override"; readonly pick: number }
  | {
      readonly kind: "operateQueue";
      readonly method: "pauseQueue" | "resumeQueue";
      readonly queue: string;
      readonly tenant: TenantIndex;
    };

const { QUEUED, BLOCKED, PAUSED, INPUT_REQUIRED } = TaskState;

export const operatorCommands: fc.Arbitrary<OperatorCommand> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("operate" as const),
      method: fc.constantFrom(
        "pause" as const,
        "pause" as const,
        "unpause" as const,
        "unpause" as const,
        "override" as const,
      ),
      pick: fc.nat({ max: 1_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("operateQueue" as const),
      method: fc.constantFrom("pauseQueue" as const, "resumeQueue" as const, "resumeQueue" as const),
      queue: fc.constantFrom("default", "slow", "slow"),
      tenant: fc.constantFrom<TenantIndex>(0, 0, 1),
    }),
  },
);

export function resolveOperator(
  model: Model,
  command: OperatorCommand,
): { readonly actor: Actor; readonly asked: Asked } | undefined {
  switch (command.kind) {
    case "operate": {
      const { method, pick } = command;
      const wanted: readonly TaskState[] = {
        pause: [QUEUED, BLOCKED, INPUT_REQUIRED],
        unpause: [PAUSED],
        override: [BLOCKED, INPUT_REQUIRED],
      }[method];
      const task = pickTask(model, pick, ({ state }) => wanted.includes(state));
      return task && { actor: { tenant: task.tenant, ...operator }, asked: { method, taskId: task.taskId } };
    }
    case "operateQueue": {
      const { method, queue, tenant: index } = command;
      return { actor: { tenant: index, ...operator }, asked: { method, queue } };
    }
  }
}
