// Living tasks for the sweep, in whatever state, with their parties. What another transaction has locked is passed by.
import type { Held, Waiting } from "../../core/task-record.ts";
import type { BlockedTask } from "../../core/wait.ts";
import { lockLeasesUnlessBusy } from "../../store/lease.sql.gen.ts";
import { lockReadyUnlessBusy } from "../../store/ready.sql.gen.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { blockedTaskOf } from "../tx/condition-rows.ts";
import { heldOf, waitingOf, withQuestions } from "../tx/lock-tasks.ts";

export type Living = BlockedTask & { readonly task: Waiting | Held };

export async function lockLiving(tx: Transaction, tenantId: string, taskIds: readonly string[]): Promise<Living[]> {
  const [held, waiting, terms] = await Promise.all([
    lockLeasesUnlessBusy(tx, { tenantId, taskIds }),
    lockReadyUnlessBusy(tx, { tenantId, taskIds }),
    readTerms(tx, { tenantId, taskIds }),
  ]);
  const askedOf = new Map(terms.map((row) => [row.taskId, blockedTaskOf(row)]));
  const asking = await withQuestions(tx, tenantId, waiting.map(waitingOf));
  return [...held.map(heldOf), ...asking].flatMap((task) => {
    const asked = askedOf.get(task.taskId);
    return asked ? [{ task, ...asked }] : [];
  });
}
