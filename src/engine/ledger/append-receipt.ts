// AppendReceipt: a receipt by hand. In this version the locator that a success lacked, and an operator's anomaly.
import { create } from "@bufbuild/protobuf";
import {
  AnomalyKind,
  type Receipt,
  ReceiptBodySchema,
  ReceiptType,
} from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type AppendReceiptRequest,
  AppendReceiptRequestSchema,
  ReceiptService,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { checkAppendReceipt, checkParents, type Parent, supplyLocator } from "../../core/append-receipt.ts";
import { contentDigest } from "../../core/chain.ts";
import { checkedBody } from "../../core/end-task.ts";
import type { CallMark, ReceiptDraft } from "../../core/ledger.ts";
import { methodOptions } from "../../core/method-options.ts";
import { formatPrincipal, servicePrincipal } from "../../core/principal.ts";
import {
  idempotencyConflict,
  invalidArgument,
  notFound,
  orThrow,
  permissionDenied,
  Refused,
  throwIfRefused,
} from "../../core/refusal.ts";
import type { TaskRecord } from "../../core/task-record.ts";
import {
  lockReceiptsWithoutTask,
  type OutlineChainsRow,
  type OutlineReceiptsRow,
  outlineChains,
  outlineReceipts,
  type ReadChainsRow,
  readChains,
  readReceiptsWithoutTask,
} from "../../store/receipt.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import { record } from "../tx/record.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { appendToChain, type LockedChain, readExisting, receiptOf, takeRequestId } from "./append-to-chain.ts";
import { closes } from "./find-terminator.ts";
import { mayReadReceipts } from "./get-receipt.ts";

export type Appended = {
  readonly receipt: Receipt;
  readonly existed: boolean;
  readonly closedReceiptIds: string[];
};

const { name: methodName, access } = methodOptions(ReceiptService.method.appendReceipt);

export async function appendReceipt(engine: Engine, caller: Caller, request: AppendReceiptRequest): Promise<Appended> {
  throwIfRefused(checkAppendReceipt(request, caller.limits));
  const isAnomaly = request.type === ReceiptType.SYSTEM_ANOMALY;
  if (isAnomaly && !caller.scopes.has(access.conditionalScope)) {
    throw new Refused(permissionDenied(methodName, access.conditionalScope));
  }
  return await transaction(engine.database, {}, async (tx) => {
    const parents = await readParents(tx, caller, request);
    throwIfRefused(checkParents(request.type, request.parents, parents));
    const taskId = request.taskId || firstTask(request, parents);
    if (taskId === "") {
      if (!isAnomaly) throw new Refused(notFound("task", request.taskId));
      return await reportWithoutTask(engine, tx, caller, request);
    }
    const living = (await lockTasks(tx, caller.tenantId, [taskId])).get(taskId);
    const [task] = await readTasks(tx, { tenantId: caller.tenantId, taskIds: [taskId] });
    if (!living || !task) throw new Refused(notFound("task", taskId));
    const chain = { living, rows: await outlineChains(tx, { tenantId: caller.tenantId, chainIds: [taskId] }) };
    return isAnomaly
      ? await reportOnTask(engine, tx, caller, request, task, chain)
      : await supply(engine, tx, caller, request, task, chain);
  });
}

/** Parents that the caller may not read do not exist for it. The worker that completed a task may name its receipts. */
async function readParents(
  tx: Transaction,
  caller: Caller,
  request: AppendReceiptRequest,
): Promise<Map<string, Parent & { row: OutlineReceiptsRow }>> {
  if (request.parents.length === 0) return new Map();
  const rows = await outlineReceipts(tx, { tenantId: caller.tenantId, receiptIds: [...new Set(request.parents)] });
  const readable = await mayReadReceipts(tx, caller, rows);
  for (const receiptId of await completedBy(tx, caller, rows)) readable.add(receiptId);
  return new Map(
    rows
      .filter((row) => readable.has(row.receiptId))
      .map((row) => [
        row.receiptId,
        { receiptId: row.receiptId, type: row.type as ReceiptType, chainId: row.chainId, row },
      ]),
  );
}

/** Of receipts, those of tasks that the caller has completed. */
async function completedBy(tx: Transaction, caller: Caller, rows: readonly OutlineReceiptsRow[]): Promise<string[]> {
  const chainIds = [...new Set(rows.flatMap((row) => row.taskId ?? []))];
  if (chainIds.length === 0) return [];
  const chains = await outlineChains(tx, { tenantId: caller.tenantId, chainIds });
  const done = new Set(chains.filter((row) => completes(row, caller.principalText)).map((row) => row.taskId));
  return rows.filter((row) => done.has(row.taskId)).map((row) => row.receiptId);
}

function completes(row: { readonly type: number; readonly fromPrincipal: string }, principal: string): boolean {
  return row.type === ReceiptType.TASK_COMPLETED && row.fromPrincipal === principal;
}

function firstTask(request: AppendReceiptRequest, parents: ReadonlyMap<string, { row: OutlineReceiptsRow }>): string {
  return request.parents.map((id) => parents.get(id)?.row.taskId ?? "").find((id) => id !== "") ?? "";
}

async function supply(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  request: AppendReceiptRequest,
  task: ReadTasksRow,
  { living, rows }: LockedChain<OutlineChainsRow> & { readonly living: TaskRecord },
): Promise<Appended> {
  const { tenantId, principalText: me } = caller;
  const worked = rows.some((row) => completes(row, me));
  if (task.owner !== me && !worked) throw new Refused(permissionDenied(methodName, ""));
  const foreign = request.parents.find((id) => id !== living.assignedReceiptId);
  if (foreign) {
    const description = `must be the task's own assigned receipt, ${living.assignedReceiptId}`;
    throw new Refused(invalidArgument([{ field: "parents", description, rule: "append.parent" }]));
  }
  const mark = markOf(request);
  await refuseConflict(tx, caller, task.taskId, mark, (row) => row.fromPrincipal === me);
  const assigned = rows.find((row) => row.receiptId === living.assignedReceiptId);
  const closedBy = assigned && rows.find((row) => closes(row, assigned));
  const late = {
    from: me,
    owner: task.owner,
    obligated: task.obligated,
    parents: request.parents,
    artifacts: request.artifacts,
    deliveryProof: request.deliveryProof,
    closedBy: closedBy?.receiptId,
    mark,
  };
  const moment = decisionContext(engine, tx.now);
  const decided = orThrow(supplyLocator(living, late, caller.limits, moment));
  const [sealed] = decided.receipts;
  const same = rows.find((row) => sealed && Buffer.compare(row.contentDigest, sealed.contentDigest) === 0);
  if (same) {
    const receipt = await readExisting(tx, tenantId, same.receiptId);
    return { receipt, existed: true, closedReceiptIds: same.supersededBy ? [] : same.parents };
  }
  await record(engine, tx, tenantId, [decided]);
  wakeAbout(engine.wakeups, tx, tenantId, [decided]);
  const closedReceiptIds = (decided.closed ?? []).map((one) => one.receiptId);
  return { receipt: receiptOf(sealed as NonNullable<typeof sealed>), existed: false, closedReceiptIds };
}

/** The same request id with other content, in what the caller wrote. The same content is found by its digest. */
async function refuseConflict(
  tx: Transaction,
  { tenantId }: Caller,
  taskId: string,
  mark: CallMark,
  isOwn: (row: ReadChainsRow) => boolean,
): Promise<void> {
  if (mark.requestId === "") return;
  const chain = await readChains(tx, { tenantId, taskIds: [taskId] });
  const other = chain.find(
    (row) =>
      isOwn(row) &&
      row.requestId === mark.requestId &&
      Buffer.compare(row.requestDigest ?? new Uint8Array(), mark.requestDigest) !== 0,
  );
  if (other) throw new Refused(idempotencyConflict(mark.requestId, taskId));
}

function markOf(request: AppendReceiptRequest): CallMark {
  return { requestId: request.requestId, requestDigest: requestDigest(AppendReceiptRequestSchema, request) };
}

/** All other kinds are for what the server itself has found. */
function kindOf({ anomaly }: AppendReceiptRequest): AnomalyKind {
  return anomaly?.kind === AnomalyKind.STALE_SCHEDULE ? anomaly.kind : AnomalyKind.REPORTED;
}

function anomalyDraft(request: AppendReceiptRequest, to: string, receiptId: string, mark: CallMark): ReceiptDraft {
  return {
    receiptId,
    from: servicePrincipal,
    to,
    parents: request.parents,
    body: {
      case: "systemAnomaly",
      value: {
        $typeName: "asyncgate.v1.SystemAnomaly",
        kind: kindOf(request),
        details: request.anomaly?.details ?? "",
        recommendedAction: request.anomaly?.recommendedAction ?? "",
      },
    },
    mark,
  };
}

async function reportOnTask(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  request: AppendReceiptRequest,
  task: ReadTasksRow,
  chain: LockedChain<OutlineChainsRow>,
): Promise<Appended> {
  const moment = decisionContext(engine, tx.now);
  const mark = markOf(request);
  const draft = anomalyDraft(request, task.owner, moment.newId(), mark);
  orThrow(checkedBody(draft.body, caller.limits));
  // Anomalies are the service's word; who asked for them is not told apart.
  await refuseConflict(tx, caller, task.taskId, mark, (row) => row.type === ReceiptType.SYSTEM_ANOMALY);
  const { tenantId } = caller;
  const digest = digestOfDraft(draft, task.taskId);
  const same = chain.rows.find((row) => Buffer.compare(row.contentDigest, digest) === 0);
  if (same) {
    return { receipt: await readExisting(tx, tenantId, same.receiptId), existed: true, closedReceiptIds: [] };
  }
  const receipt = await appendToChain(engine, tx, tenantId, chain, draft, moment);
  return { receipt, existed: false, closedReceiptIds: [] };
}

async function reportWithoutTask(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  request: AppendReceiptRequest,
): Promise<Appended> {
  const moment = decisionContext(engine, tx.now);
  const to = request.to ? formatPrincipal(request.to) : caller.principalText;
  const mark = markOf(request);
  const draft = anomalyDraft(request, to, moment.newId(), mark);
  orThrow(checkedBody(draft.body, caller.limits));
  const { tenantId } = caller;
  await lockReceiptsWithoutTask(tx, { tenantId, toPrincipal: to });
  const contentDigest = digestOfDraft(draft, null);
  const [same] = await readReceiptsWithoutTask(tx, { tenantId, contentDigest });
  if (same) return { receipt: assembleReceipt(same), existed: true, closedReceiptIds: [] };
  await takeRequestId(tx, caller, { ...mark, method: ReceiptService.method.appendReceipt.name });
  const receipt = await appendToChain(engine, tx, tenantId, { living: undefined, rows: [] }, draft, moment);
  return { receipt, existed: false, closedReceiptIds: [] };
}

function digestOfDraft(draft: ReceiptDraft, taskId: string | null): Uint8Array {
  const body = encode(ReceiptBodySchema, create(ReceiptBodySchema, { body: draft.body }));
  const { from, to, parents } = draft;
  return contentDigest({ type: ReceiptType.SYSTEM_ANOMALY, taskId, from, to, leaseId: null, parents, body });
}
