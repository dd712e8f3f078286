// The ledger check: every chain is whole, every task stands as its receipts say, everything that is open is what the
// receipts leave open. For a database at rest, or one whose changes meanwhile one is ready to look at twice.

import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LedgerFaultKind } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { uuidLeast } from "../../core/page-token.ts";
import { differences, type Replayed, replayChain } from "../../core/replay-chain.ts";
import { contentFaults } from "../../core/stored-content.ts";
import { verifyChain } from "../../core/verify-chain.ts";
import { countOpen, readOpenByKey } from "../../store/obligation.sql.gen.ts";
import {
  listChains,
  type ReadChainsWholeRow,
  type ReadTaskCountersRow,
  readChainsWhole,
  readHeads,
  readTaskCounters,
} from "../../store/receipt.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { listTenants } from "../../store/tenant.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { closes, readChildren } from "../ledger/find-terminator.ts";

export type LedgerDifference = { readonly tenantId: string; readonly chainId: string; readonly what: string };
export type LedgerCheck = {
  readonly tenants: number;
  readonly chains: number;
  readonly receipts: number;
  readonly differences: readonly LedgerDifference[];
};

const chainsPerPage = 200;

export async function checkLedger(engine: Engine): Promise<LedgerCheck> {
  const tenants = await read(engine.database, {}, (tx) => listTenants(tx));
  let chains = 0;
  let receipts = 0;
  const found: LedgerDifference[] = [];
  for (const { tenantId } of tenants) {
    const ofTenant = await checkTenant(engine, tenantId);
    chains += ofTenant.chains;
    receipts += ofTenant.receipts;
    found.push(...ofTenant.differences);
  }
  return { tenants: tenants.length, chains, receipts, differences: found };
}

async function checkTenant(engine: Engine, tenantId: string) {
  const differing: LedgerDifference[] = [];
  let chains = 0;
  let receipts = 0;
  const open = { assigned: 0, accepted: 0 };
  for (let afterChainId = uuidLeast; ; ) {
    const page = await read(engine.database, {}, (tx) => checkPage(tx, tenantId, afterChainId));
    chains += page.chainIds.length;
    receipts += page.receipts;
    open.assigned += page.assigned;
    open.accepted += page.accepted;
    differing.push(...page.found.map(({ chainId, what }) => ({ tenantId, chainId, what })));
    const last = page.chainIds.at(-1);
    if (last === undefined || page.chainIds.length < chainsPerPage) break;
    afterChainId = last;
  }
  const stored = await read(engine.database, {}, (tx) => countOpen(tx, { tenantId }));
  for (const kind of ["assigned", "accepted"] as const) {
    if (stored[kind] === open[kind]) continue;
    const name = kind === "accepted" ? "task.accepted receipts" : "assignments, questions and configurations";
    const what = `${stored[kind]} ${name} are held open, and the receipts leave ${open[kind]} open`;
    differing.push({ tenantId, chainId: "", what });
  }
  return { chains, receipts, differences: differing };
}

async function checkPage(tx: ReadTransaction, tenantId: string, afterChainId: string) {
  const ids = await listChains(tx, { tenantId, afterChainId, most: chainsPerPage });
  const chainIds = ids.map((row) => row.chainId);
  const [rows, heads, places] = await Promise.all([
    readChainsWhole(tx, { tenantId, chainIds }),
    readHeads(tx, { tenantId, taskIds: chainIds }),
    readTaskCounters(tx, { tenantId, taskIds: chainIds }),
  ]);
  const headOf = new Map(heads.map((head) => [head.taskId, head]));
  const placeOf = new Map(places.map((place) => [place.taskId, place]));
  const found: { chainId: string; what: string }[] = [];
  const opened: Opened[] = [];
  for (const chainId of chainIds) {
    const chain = rows.filter((row) => row.chainId === chainId);
    const head = headOf.get(chainId);
    const end = head?.headSequence && head.headHash ? { sequence: head.headSequence, hash: head.headHash } : undefined;
    const fault = verifyChain(chain, end);
    if (fault) found.push({ chainId, what: `${faultName(fault.kind)} at #${fault.sequence}` });
    const replayed = replayChain(chain);
    found.push(...standingFaults(chain, replayed, placeOf.get(chainId)).map((what) => ({ chainId, what })));
    opened.push(...replayed.open.map((one) => ({ ...one, chainId })));
  }
  const open = await withoutAnswered(tx, tenantId, opened, rows);
  found.push(...(await openFaults(tx, tenantId, open, placeOf)));
  found.push(...(await storedFaults(tx, tenantId, chainIds, rows)));
  const accepted = open.filter(isOfLease).length;
  return { chainIds, receipts: rows.length, found, assigned: open.length - accepted, accepted };
}

type Opened = {
  readonly chainId: string;
  readonly receiptId: string;
  readonly principal: string;
  readonly type: number;
};

/** What closes a receipt without a task is a chain of its own. */
async function withoutAnswered(
  tx: ReadTransaction,
  tenantId: string,
  opened: readonly Opened[],
  rows: readonly ReadChainsWholeRow[],
): Promise<Opened[]> {
  const ofNoTask = new Set(rows.filter(({ taskId }) => taskId === null).map(({ receiptId }) => receiptId));
  const asked = opened.filter(({ receiptId }) => ofNoTask.has(receiptId));
  const children = await readChildren(
    tx,
    tenantId,
    asked.map(({ receiptId }) => receiptId),
  );
  const closed = new Set(asked.filter((one) => children.some((child) => closes(child, one))));
  return opened.filter((one) => !closed.has(one));
}

/** A task has up to half a megabyte, so a few are read at a time. */
const tasksPerRead = 25;

async function storedFaults(
  tx: ReadTransaction,
  tenantId: string,
  taskIds: readonly string[],
  rows: readonly ReadChainsWholeRow[],
): Promise<{ chainId: string; what: string }[]> {
  const found: { chainId: string; what: string }[] = [];
  for (let from = 0; from < taskIds.length; from += tasksPerRead) {
    for (const task of await readTasks(tx, { tenantId, taskIds: taskIds.slice(from, from + tasksPerRead) })) {
      const chain = rows.filter((row) => row.chainId === task.taskId);
      found.push(...contentFaults(task, chain).map((what) => ({ chainId: task.taskId, what })));
    }
  }
  return found;
}

function faultName(kind: LedgerFaultKind): string {
  return Object.entries(LedgerFaultKind).find(([, value]) => value === kind)?.[0] ?? String(kind);
}

function standingFaults(
  chain: readonly ReadChainsWholeRow[],
  { standing, faults, open }: Replayed,
  place: ReadTaskCountersRow | undefined,
): string[] {
  if (!standing) return chain.some((row) => row.taskId !== null) ? ["the chain does not begin with task.assigned"] : [];
  if (place?.places !== 1) return [...faults, `the task lies in ${place?.places ?? 0} places`];
  const stored = {
    state: place.state as TaskState,
    attempt: place.attempt ?? 0,
    leaseLosses: place.leaseLosses ?? 0,
    deliveries: place.deliveries ?? 0,
    fence: place.fence ?? 0,
  };
  const isOpen = open.some((one) => one.type === ReceiptType.TASK_ASSIGNED);
  const first = chain[0]?.receiptId;
  const assigned = place.assignedReceiptId === first ? [] : [`${place.assignedReceiptId} is not its assigned receipt`];
  const discharge = place.discharged === isOpen ? [`discharged is ${place.discharged}, and the receipts differ`] : [];
  return [...faults, ...differences(standing, stored), ...assigned, ...discharge];
}

/** Its row is the lease; the others have rows of their own. */
function isOfLease({ type }: { readonly type: number }): boolean {
  return type === ReceiptType.TASK_ACCEPTED;
}

/** Everything that the receipts leave open is held open, and by its own principal. */
async function openFaults(
  tx: ReadTransaction,
  tenantId: string,
  opened: readonly Opened[],
  placeOf: ReadonlyMap<string, ReadTaskCountersRow>,
): Promise<{ chainId: string; what: string }[]> {
  const assigned = opened.filter((one) => !isOfLease(one));
  const rows = await readOpenByKey(tx, {
    tenantId,
    principals: assigned.map((one) => one.principal),
    receiptIds: assigned.map((one) => one.receiptId),
  });
  const taskOf = new Map(rows.map((row) => [row.receiptId, row.taskId]));
  const isHeld = ({ type, receiptId, chainId, principal }: Opened): boolean => {
    if (!isOfLease({ type })) return taskOf.get(receiptId) === chainId;
    const place = placeOf.get(chainId);
    return place?.acceptedReceiptId === receiptId && place.worker === principal;
  };
  return opened
    .filter((one) => !isHeld(one))
    .map(({ chainId, receiptId }) => ({ chainId, what: `receipt ${receiptId} is open and not held so` }));
}
