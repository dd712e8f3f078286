// ListOpenObligations: what somebody still owes, oldest first, at the cost of what is open.
import { create } from "@bufbuild/protobuf";
import {
  type ListOpenObligationsRequest,
  type ListOpenObligationsResponse,
  ListOpenObligationsResponseSchema,
  OpenObligationSchema,
  RelationshipSchema,
  ServerIdentitySchema,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { formatPageToken, pageSizeDefault, parsePageToken, uuidLeast, uuidShape } from "../../core/page-token.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { orThrow, permissionDenied, Refused } from "../../core/refusal.ts";
import {
  listOpenAccepted,
  listOpenAssigned,
  type ReadReceiptsOfTasksRow,
  type ReadTaskSummariesRow,
  readReceiptsOfTasks,
  readTaskSummaries,
} from "../../store/obligation.sql.gen.ts";
import { readRelationship } from "../../store/tenant.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { noteDeliveries } from "./list-receipts.ts";

export async function listOpenObligations(
  engine: Engine,
  caller: Caller,
  request: ListOpenObligationsRequest,
): Promise<ListOpenObligationsResponse> {
  const principal = request.principal ? formatPrincipal(request.principal) : caller.principalText;
  if (principal !== caller.principalText && !caller.scopes.has("obligations:read_all")) {
    throw new Refused(permissionDenied("asyncgate.v1.ObligationService/ListOpenObligations", "obligations:read_all"));
  }
  const question = new TextEncoder().encode(principal);
  const token = orThrow(parsePageToken(question, request.cursor, "cursor", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const { tenantId } = caller;
  const found = await read(engine.database, {}, async (tx) => {
    const open = await readOpen(tx, tenantId, principal, token.position ?? uuidLeast, most + 1);
    const now = await tx.now;
    const relationship = await readRelationship(tx, { tenantId, principal: caller.principalText, now });
    return { open, now, relationship };
  });
  const page = found.open.slice(0, most);
  await noteDeliveries(
    engine,
    caller,
    page.map(({ receipt }) => receipt),
  );
  const last = page.at(-1);
  const { now, relationship } = found;
  return create(ListOpenObligationsResponseSchema, {
    server: serverIdentity(engine, now),
    relationship: create(RelationshipSchema, {
      firstSeenTime: timestampOfDate(relationship?.firstSeenTime ?? now),
      lastSeenTime: timestampOfDate(relationship?.lastSeenTime ?? now),
      sessions: relationship?.sessions ?? 0,
    }),
    openObligations: page.map(({ receipt, standing }) =>
      create(OpenObligationSchema, {
        receipt: assembleReceipt(receipt),
        taskState: stateOf(standing),
        age: durationOfMs(Math.max(0, now.getTime() - receipt.createTime.getTime())),
        why: whyOpen(standing, now),
      }),
    ),
    cursor: last && found.open.length > most ? formatPageToken(question, last.receipt.receiptId) : "",
  });
}

export function serverIdentity(engine: Engine, now: Date) {
  const { version, environment, startTime } = engine.server;
  const uptime = durationOfMs(Math.max(0, now.getTime() - startTime.getTime()));
  return create(ServerIdentitySchema, { name: "asyncgate", version, uptime, environment });
}

type Open = { readonly receipt: ReadReceiptsOfTasksRow; readonly standing: ReadTaskSummariesRow | undefined };

/** Both kinds in one order. Each list is asked for a whole page, so that together they are short only at the end. */
async function readOpen(
  tx: ReadTransaction,
  tenantId: string,
  principal: string,
  afterReceiptId: string,
  most: number,
): Promise<Open[]> {
  const asked = { tenantId, principal, afterReceiptId, most };
  const [assigned, accepted] = await Promise.all([listOpenAssigned(tx, asked), listOpenAccepted(tx, asked)]);
  const open = [...assigned, ...accepted]
    .sort((one, other) => (one.receiptId < other.receiptId ? -1 : 1))
    .slice(0, most);
  if (open.length === 0) return [];
  const taskIds = open.map((row) => row.taskId);
  const receiptIds = open.map((row) => row.receiptId);
  const [receipts, standings] = await Promise.all([
    readReceiptsOfTasks(tx, { tenantId, taskIds, receiptIds }),
    readTaskSummaries(tx, { tenantId, taskIds: [...new Set(taskIds)] }),
  ]);
  const byTask = new Map(standings.map((row) => [row.taskId, row]));
  return receipts.map((receipt) => ({ receipt, standing: byTask.get(receipt.chainId) }));
}

function stateOf(standing: ReadTaskSummariesRow | undefined): TaskState {
  return (standing?.endedState ?? standing?.leaseState ?? TaskState.QUEUED) as TaskState;
}

/** In a few words, for people and models. */
export function whyOpen(standing: ReadTaskSummariesRow | undefined, now: Date): string {
  if (!standing) return "its task is not known";
  if (standing.worker) return `held by ${standing.worker} until ${standing.expireTime?.toISOString() ?? "unknown"}`;
  if (standing.endedState === TaskState.SUCCEEDED) return "succeeded without saying where the result is";
  if (standing.eligibleTime && standing.eligibleTime > now) {
    return `rests until ${standing.eligibleTime.toISOString()}, then waits for a worker`;
  }
  return "waiting for a worker";
}
