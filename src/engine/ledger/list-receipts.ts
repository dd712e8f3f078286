// ListReceipts: the chain of a task, or what was addressed to somebody.
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type ListReceiptsRequest,
  ListReceiptsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import {
  formatPageToken,
  integerShape,
  pageSizeDefault,
  parsePageToken,
  uuidGreatest,
  uuidShape,
} from "../../core/page-token.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { orThrow, permissionDenied, Refused } from "../../core/refusal.ts";
import {
  type ListReceiptsOfTaskRow,
  listReceiptsOfTask,
  listReceiptsTo,
  recordDeliveries,
} from "../../store/receipt.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { read, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { mayReadTask } from "../tasks/get-task.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";

export type ReceiptPage = { readonly receipts: Receipt[]; readonly nextPageToken: string };

export async function listReceipts(engine: Engine, caller: Caller, request: ListReceiptsRequest): Promise<ReceiptPage> {
  const addressee = request.principal ? formatPrincipal(request.principal) : caller.principalText;
  if (addressee !== caller.principalText && !caller.scopes.has("receipts:read_all")) {
    throw new Refused(permissionDenied("asyncgate.v1.ReceiptService/ListReceipts", "receipts:read_all"));
  }
  const question = encode(ListReceiptsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const ofTask = request.taskId !== "";
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", ofTask ? integerShape : uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const rows = ofTask
    ? await readChain(engine, caller, request, Number(token.position ?? 0), most + 1)
    : await readInbox(engine, caller, request, addressee, token.position ?? uuidGreatest, most + 1);
  const page = rows.slice(0, most);
  await noteDeliveries(engine, caller, page);
  const last = page.at(-1);
  const position = last && rows.length > most ? String(ofTask ? last.sequence : last.receiptId) : undefined;
  return {
    receipts: page.map(assembleReceipt),
    nextPageToken: position === undefined ? "" : formatPageToken(question, position),
  };
}

async function readChain(
  engine: Engine,
  caller: Caller,
  { taskId, types, principal }: ListReceiptsRequest,
  afterSequence: number,
  most: number,
): Promise<ListReceiptsOfTaskRow[]> {
  const { tenantId, principalText, scopes } = caller;
  return await read(engine.database, {}, async (tx) => {
    const [task] = await readTasks(tx, { tenantId, taskIds: [taskId] });
    // Who may not read the task still sees what it said and was told itself.
    const mayReadAll = scopes.has("receipts:read_all") || (task !== undefined && mayReadTask(caller, task));
    const rows = await listReceiptsOfTask(tx, {
      tenantId,
      taskId,
      afterSequence,
      anyType: types.length === 0,
      types,
      everything: mayReadAll,
      me: principalText,
      anyAddressee: principal === undefined,
      addressee: principal ? formatPrincipal(principal) : "",
      most,
    });
    return rows;
  });
}

function readInbox(
  engine: Engine,
  { tenantId }: Caller,
  { types }: ListReceiptsRequest,
  principal: string,
  beforeReceiptId: string,
  most: number,
): Promise<ListReceiptsOfTaskRow[]> {
  const anyType = types.length === 0;
  return read(engine.database, {}, (tx) =>
    listReceiptsTo(tx, { tenantId, principal, beforeReceiptId, anyType, types, most }),
  );
}

/** Telemetry: the first time that a receipt is handed to whom it is addressed. */
export async function noteDeliveries(
  engine: Engine,
  { tenantId, principalText }: Caller,
  rows: readonly ListReceiptsOfTaskRow[],
): Promise<void> {
  const fresh = rows.filter((row) => row.toPrincipal === principalText && !row.deliveredTime);
  if (fresh.length === 0) return;
  const receiptIds = fresh.map((row) => row.receiptId);
  await transaction(engine.database, { durability: "lazy" }, (tx) =>
    recordDeliveries(tx, { tenantId, receiptIds, now: tx.now }),
  );
}
