// GetReceipt: reads one receipt.
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { GetReceiptRequest } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { type ReadReceiptRow, readReceipt } from "../../store/receipt.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { mayReadTask } from "../tasks/get-task.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { noteDeliveries } from "./list-receipts.ts";

export async function getReceipt(
  engine: Engine,
  caller: Caller,
  { receiptId }: Pick<GetReceiptRequest, "receiptId">,
): Promise<Receipt> {
  const { tenantId } = caller;
  const row = await read(engine.database, {}, async (tx) => {
    const found = await readReceipt(tx, { tenantId, receiptId });
    return found && (await mayReadReceipts(tx, caller, [found])).has(found.receiptId) ? found : undefined;
  });
  if (!row) throw new Refused(notFound("receipt", receiptId));
  await noteDeliveries(engine, caller, [row]);
  return assembleReceipt(row);
}

/** Of some receipts, those that the caller may read: from it, to it, of a task that it may read, or all. */
export async function mayReadReceipts(
  tx: Pick<ReadTransaction, "query">,
  caller: Caller,
  rows: readonly ReadReceiptRow[],
): Promise<Set<string>> {
  const me = caller.principalText;
  const all = caller.scopes.has("receipts:read_all");
  const own = rows.filter((row) => all || row.fromPrincipal === me || row.toPrincipal === me);
  const readable = new Set(own.map((row) => row.receiptId));
  const foreign = rows.filter((row) => !readable.has(row.receiptId));
  const taskIds = [...new Set(foreign.flatMap((row) => row.taskId ?? []))];
  if (taskIds.length > 0) {
    const tasks = await readTasks(tx, { tenantId: caller.tenantId, taskIds });
    const mine = new Set(tasks.filter((task) => mayReadTask(caller, task)).map((task) => task.taskId));
    for (const row of foreign) if (row.taskId && mine.has(row.taskId)) readable.add(row.receiptId);
  }
  return readable;
}
