// ListReceipts: the chain of a task, or the receipts that are addressed to a principal.
import { type Receipt, ReceiptSchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type ListReceiptsRequest,
  ListReceiptsRequestSchema,
  ReceiptService,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import {
  formatPageToken,
  integerShape,
  pageQuestion,
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
import { readTaskParties } from "../../store/task.sql.gen.ts";
import { read, transaction } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";

export type ReceiptPage = { readonly receipts: Receipt[]; readonly nextPageToken: string };

export async function listReceipts(engine: Engine, caller: Caller, request: ListReceiptsRequest): Promise<ReceiptPage> {
  const addressee = request.principal ? formatPrincipal(request.principal) : caller.principalText;
  const { name, access } = methodOptions(ReceiptService.method.listReceipts);
  if (addressee !== caller.principalText && !caller.scopes.has(access.widerScope)) {
    throw new Refused(permissionDenied(name, access.widerScope));
  }
  const question = pageQuestion(ListReceiptsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const ofTask = request.taskId !== "";
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", ofTask ? integerShape : uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const rows = ofTask
    ? await readChain(engine, caller, request, Number(token.position ?? 0), most + 1)
    : await readInbox(engine, caller, request, addressee, token.position ?? uuidGreatest, most + 1);
  const receipts = takeFitting(ReceiptSchema, rows.slice(0, most).map(assembleReceipt), engine.pageBytesMax);
  await noteDeliveries(engine, caller, receipts);
  const last = rows[receipts.length - 1];
  const position = last && last.found > receipts.length ? String(ofTask ? last.sequence : last.receiptId) : undefined;
  return { receipts, nextPageToken: position === undefined ? "" : formatPageToken(question, position) };
}

async function readChain(
  { database, pageBytesMax: bytesMax }: Engine,
  caller: Caller,
  { taskId, types, principal }: ListReceiptsRequest,
  afterSequence: number,
  most: number,
): Promise<ListReceiptsOfTaskRow[]> {
  const { tenantId, principalText, scopes } = caller;
  return await read(database, {}, async (tx) => {
    const [task] = await readTaskParties(tx, { tenantId, taskIds: [taskId] });
    // A caller that may not read the task still sees the receipts from and to itself.
    const mayReadAll = scopes.has("receipts:read_all") || (task !== undefined && mayReadTask(caller, task));
    return await listReceiptsOfTask(tx, {
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
      bytesMax,
    });
  });
}

function readInbox(
  { database, pageBytesMax: bytesMax }: Engine,
  { tenantId }: Caller,
  { types }: ListReceiptsRequest,
  principal: string,
  beforeReceiptId: string,
  most: number,
): Promise<ListReceiptsOfTaskRow[]> {
  const anyType = types.length === 0;
  return read(database, {}, (tx) =>
    listReceiptsTo(tx, { tenantId, principal, beforeReceiptId, anyType, types, most, bytesMax }),
  );
}

/** Telemetry: records when a receipt was first read by its addressee. */
export async function noteDeliveries(
  engine: Engine,
  { tenantId, principalText }: Caller,
  receipts: readonly Receipt[],
): Promise<void> {
  const fresh = receipts.filter(
    ({ to, deliveredTime }) => to && !deliveredTime && formatPrincipal(to) === principalText,
  );
  if (fresh.length === 0) return;
  const receiptIds = fresh.map(({ receiptId }) => receiptId);
  await transaction(engine.database, { durability: "lazy" }, (tx) =>
    recordDeliveries(tx, { tenantId, receiptIds, now: tx.now }),
  );
}
