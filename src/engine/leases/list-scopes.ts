// ListScopes: which scopes are held, by which tasks, and which tasks wait for them.
import { create } from "@bufbuild/protobuf";
import {
  type ListScopesRequest,
  ListScopesRequestSchema,
  type ListScopesResponse,
  ListScopesResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { WorkerSchema } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type HeldScope, HeldScopeSchema, ScopeWaiterSchema } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken, uuidLeast } from "../../core/page-token.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { invalidArgument, orThrow, Refused } from "../../core/refusal.ts";
import { keysOfPrefix, modeOf, resourceOf } from "../../core/scopes.ts";
import {
  type ListHeldScopesRow,
  type ListScopeWaitersRow,
  listHeldScopes,
  listScopeWaiters,
} from "../../store/scope.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";

const pageMost = 200;
/** Of each scope, as many tasks that wait for it are named. */
const waitersMax = 20;
/** A task and a key, neither of which may hold a dot here. */
const positionShape = /^[0-9a-f-]{36}~[A-Za-z0-9_-]*$/;

export async function listScopes(
  engine: Engine,
  { tenantId }: Caller,
  request: ListScopesRequest,
): Promise<ListScopesResponse> {
  const range = keysOfPrefix(request.prefix);
  if ("rule" in range) throw new Refused(invalidArgument([range]));
  const question = pageQuestion(ListScopesRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", positionShape));
  const most = Math.min(request.pageSize || pageSizeDefault, pageMost);
  const { rows, waiters } = await read(engine.database, {}, async (tx) => {
    const rows = await listHeldScopes(tx, { tenantId, ...range, ...after(position), most: most + 1 });
    const page = rows.slice(0, most);
    const waiters = await listScopeWaiters(tx, {
      tenantId,
      heldByTaskIds: page.map(({ taskId }) => taskId),
      heldKeys: page.map(({ key }) => key),
      most: waitersMax + 1,
    });
    return { rows, waiters };
  });
  const byPlace = Map.groupBy(waiters, ({ place }) => place - 1);
  const page = rows.slice(0, most).map((row, place) => heldScopeOf(row, byPlace.get(place) ?? []));
  const scopes = takeFitting(HeldScopeSchema, page, engine.pageBytesMax);
  const last = rows[scopes.length - 1];
  const nextPageToken = last && rows.length > scopes.length ? formatPageToken(question, positionOf(last)) : "";
  return create(ListScopesResponseSchema, { scopes, nextPageToken });
}

function positionOf({ taskId, key }: ListHeldScopesRow): string {
  return `${taskId}~${Buffer.from(key).toString("base64url")}`;
}

function after(position: string | undefined) {
  const [afterTaskId = uuidLeast, key = ""] = position?.split("~") ?? [];
  return { afterTaskId, afterKey: Buffer.from(key, "base64url").toString("utf8") };
}

function heldScopeOf(row: ListHeldScopesRow, waiters: readonly ListScopeWaitersRow[]): HeldScope {
  const { key, taskId, ofSession, worker, instance, expireTime } = row;
  return create(HeldScopeSchema, {
    resource: resourceOf(key),
    mode: modeOf(row),
    taskId: ofSession ? "" : taskId,
    agentSessionId: ofSession ? taskId : "",
    holder: create(WorkerSchema, { principal: parsePrincipal(worker), instance }),
    expireTime: timestampOfDate(expireTime),
    waiting: waiters
      .slice(0, waitersMax)
      .map((one) =>
        create(ScopeWaiterSchema, { taskId: one.taskId, resource: resourceOf(one.key), mode: modeOf(one) }),
      ),
    moreWaiting: waiters.length > waitersMax,
  });
}
