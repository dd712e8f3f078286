// The wait of a locked task, with all its conditions.
import type { ConditionRecord } from "../../core/conditions.ts";
import type { WaitRecord } from "../../core/wait.ts";
import { readConditions, readWaits } from "../../store/wait.sql.gen.ts";
import { conditionOf, waitOf } from "../tx/condition-rows.ts";
import type { OnTask } from "./operator.ts";

/** `wait` is undefined for a paused task that had none left. */
export async function readWaitOf({ tx, tenantId, living }: Pick<OnTask, "tx" | "tenantId" | "living">): Promise<{
  readonly wait: WaitRecord | undefined;
  readonly conditions: readonly ConditionRecord[];
}> {
  const taskIds = [living.taskId];
  const [[wait], conditions] = await Promise.all([
    readWaits(tx, { tenantId, taskIds }),
    readConditions(tx, { tenantId, taskIds }),
  ]);
  return { wait: wait && waitOf(wait), conditions: conditions.map(conditionOf) };
}
