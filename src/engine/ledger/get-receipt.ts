// GetReceipt: reads one receipt.
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { GetReceiptRequest } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { type OutlineReceiptsRow, readReceipt } from "../../store/receipt.sql.gen.ts";
import { readTaskParties } from "../../store/task.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
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
    return found && (await mayReadReceipt(tx, caller, found)) ? found : undefined;
  });
  if (!row) throw new Refused(notFound("receipt", receiptId));
  const receipt = assembleReceipt(row);
  await noteDeliveries(engine, caller, [receipt]);
  return receipt;
}

type Readable = Pick<OutlineReceiptsRow, "receiptId" | "taskId" | "fromPrincipal" | "toPrincipal">;

/** Whether the caller may read a receipt: from itself, to itself, of a task that it may read, or any. */
export async function mayReadReceipt(
  tx: Pick<ReadTransaction, "query">,
  caller: Caller,
  row: Readable,
): Promise<boolean> {
  return (await mayReadReceipts(tx, caller, [row])).has(row.receiptId);
}

/** The ids of those that the caller may read. */
export async function mayReadReceipts(
  tx: Pick<ReadTransaction, "query">,
  caller: Caller,
  rows: readonly Readable[],
): Promise<Set<string>> {
  const me = caller.principalText;
  const all = caller.scopes.has("receipts:read_all");
  const own = rows.filter((row) => all || row.fromPrincipal === me || row.toPrincipal === me);
  const readable = new Set(own.map((row) => row.receiptId));
  const foreign = rows.filter((row) => !readable.has(row.receiptId));
  const taskIds = [...new Set(foreign.flatMap((row) => row.taskId ?? []))];
  if (taskIds.length > 0) {
    const tasks = await readTaskParties(tx, { tenantId: caller.tenantId, taskIds });
    const mine = new Set(tasks.filter((task) => mayReadTask(caller, task)).map((task) => task.taskId));
    for (const row of foreign) if (row.taskId && mine.has(row.taskId)) readable.add(row.receiptId);
  }
  return readable;
}
