// Reads the receipts behind outlines, as many as have no more bytes together than an answer may hold.
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type OutlineReceiptsRow, readReceipts } from "../../store/receipt.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";

/** In the order of the outlines, from the first one on. */
export async function readBodies(
  tx: Executor,
  tenantId: string,
  outlines: readonly Pick<OutlineReceiptsRow, "receiptId" | "bodyBytes">[],
  bytesMax: number,
): Promise<Receipt[]> {
  let bytes = 0;
  const fitting = outlines.filter(({ bodyBytes }) => {
    bytes += bodyBytes;
    return bytes <= bytesMax;
  });
  if (fitting.length === 0) return [];
  const receiptIds = fitting.map(({ receiptId }) => receiptId);
  const rows = await readReceipts(tx, { tenantId, receiptIds });
  const byId = new Map(rows.map((row) => [row.receiptId, assembleReceipt(row)]));
  return receiptIds.flatMap((receiptId) => byId.get(receiptId) ?? []);
}
