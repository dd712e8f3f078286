// ListOpenObligations: what a principal still owes, oldest first, at the cost of what is open.
import { create } from "@bufbuild/protobuf";
import {
  type ListOpenObligationsRequest,
  type ListOpenObligationsResponse,
  ListOpenObligationsResponseSchema,
  ObligationService,
  type OpenObligation,
  OpenObligationSchema,
  RelationshipSchema,
  ServerIdentitySchema,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Principal } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { pagesOf } from "../../core/ledger-page.ts";
import { methodOptions } from "../../core/method-options.ts";
import { formatPageToken, pageSizeDefault, parsePageToken, uuidLeast, uuidShape } from "../../core/page-token.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { orThrow, permissionDenied, Refused } from "../../core/refusal.ts";
import { stateOf } from "../../core/task-record.ts";
import {
  listOpenAccepted,
  listOpenAssigned,
  type ReadTaskSummariesRow,
  readReceiptsOfTasks,
  readTaskSummaries,
} from "../../store/obligation.sql.gen.ts";
import { readRelationship } from "../../store/tenant.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { noteDeliveries } from "./list-receipts.ts";

export async function listOpenObligations(
  engine: Engine,
  caller: Caller,
  request: ListOpenObligationsRequest,
): Promise<ListOpenObligationsResponse> {
  const principal = mayList(caller, request.principal);
  const question = new TextEncoder().encode(principal);
  const token = orThrow(parsePageToken(question, request.cursor, "cursor", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const { tenantId } = caller;
  const after = token.position ?? uuidLeast;
  const { openObligations, open, now, relationship } = await read(engine.database, {}, async (tx) => {
    const ids = await listOpenIds(tx, tenantId, principal, after, most + 1);
    const time = await tx.now; // known since the answer above; what follows is one round trip
    const [page, known] = await Promise.all([
      readOpen(tx, engine, tenantId, ids.slice(0, most)),
      readRelationship(tx, { tenantId, principal: caller.principalText, now: time }),
    ]);
    return { openObligations: page, open: ids, now: time, relationship: known };
  });
  await noteDeliveries(
    engine,
    caller,
    openObligations.flatMap(({ receipt }) => receipt ?? []),
  );
  const last = openObligations.at(-1)?.receipt?.receiptId;
  return create(ListOpenObligationsResponseSchema, {
    server: serverIdentity(engine, now),
    relationship: create(RelationshipSchema, {
      firstSeenTime: timestampOfDate(relationship?.firstSeenTime ?? now),
      lastSeenTime: timestampOfDate(relationship?.lastSeenTime ?? now),
      sessions: relationship?.sessions ?? 0,
    }),
    openObligations,
    cursor: last && open.length > openObligations.length ? formatPageToken(question, last) : "",
  });
}

/** The principal whose obligations are asked for, if the caller may see them. */
export function mayList(caller: Caller, asked: Principal | undefined): string {
  const principal = asked ? formatPrincipal(asked) : caller.principalText;
  const { name, access } = methodOptions(ObligationService.method.listOpenObligations);
  if (principal !== caller.principalText && !caller.scopes.has(access.widerScope)) {
    throw new Refused(permissionDenied(name, access.widerScope));
  }
  return principal;
}

export function serverIdentity(engine: Engine, now: Date) {
  const { version, environment, startTime } = engine.server;
  const uptime = durationOfMs(Math.max(0, now.getTime() - startTime.getTime()));
  return create(ServerIdentitySchema, { name: "asyncgate", version, uptime, environment });
}

/** An open receipt, and its task; of one without a task, its own id, which its chain has. */
export type Open = { readonly receiptId: string; readonly taskId: string };

/** Both kinds in one order. Each list is as long as asked for, so that together they are short only at the end. */
export async function listOpenIds(
  tx: ReadTransaction,
  tenantId: string,
  principal: string,
  afterReceiptId: string,
  most: number,
): Promise<Open[]> {
  const asked = { tenantId, principal, afterReceiptId, most };
  const [assigned, accepted] = await Promise.all([listOpenAssigned(tx, asked), listOpenAccepted(tx, asked)]);
  return [...assigned, ...accepted].sort((one, other) => (one.receiptId < other.receiptId ? -1 : 1)).slice(0, most);
}

/** As many of these as one answer may hold, at least one. No more than that is read. */
export async function readOpen(
  tx: ReadTransaction,
  { pageBytesMax: bytesMax }: Engine,
  tenantId: string,
  open: readonly Open[],
): Promise<OpenObligation[]> {
  if (open.length === 0) return [];
  const taskIds = open.map((row) => row.taskId);
  const receiptIds = open.map((row) => row.receiptId);
  const [receipts, standings, now] = await Promise.all([
    readReceiptsOfTasks(tx, { tenantId, ...pagesOf(open), receiptIds, bytesMax }),
    readTaskSummaries(tx, { tenantId, taskIds: [...new Set(taskIds)] }),
    tx.now,
  ]);
  const standingOf = new Map(standings.map((row) => [row.taskId, row]));
  const obligations = receipts.map((receipt) => {
    const standing = receipt.taskId ? standingOf.get(receipt.chainId) : undefined;
    return create(OpenObligationSchema, {
      receipt: assembleReceipt(receipt),
      ...(standing && { taskState: stateOf(standing) }),
      age: durationOfMs(Math.max(0, now.getTime() - receipt.createTime.getTime())),
      why: whyOpen(receipt, standing, now),
    });
  });
  return takeFitting(OpenObligationSchema, obligations, bytesMax);
}

/** In a few words, for people and models. */
export function whyOpen(
  { taskId }: { readonly taskId: string | null },
  standing: ReadTaskSummariesRow | undefined,
  now: Date,
): string {
  if (taskId === null) return "waiting for the node to say what became of its configuration";
  if (!standing) return "its task is not known";
  if (standing.worker) return `held by ${standing.worker} until ${standing.expireTime?.toISOString() ?? "unknown"}`;
  if (standing.endedState === TaskState.SUCCEEDED) return "succeeded without saying where the result is";
  if (standing.readyState === TaskState.BLOCKED) return "blocked until its wait is over";
  if (standing.readyState === TaskState.VERIFYING) return "reported as done, and being verified";
  if (standing.readyState === TaskState.INPUT_REQUIRED) return "waiting for the answer to a question";
  if (standing.readyState === TaskState.PAUSED) return "paused until an operator resumes it";
  if (standing.eligibleTime && standing.eligibleTime > now) {
    return `rests until ${standing.eligibleTime.toISOString()}, then waits for a worker`;
  }
  return "waiting for a worker";
}
