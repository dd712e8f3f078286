// ListWorkers: the workers that have a session, with what they take and hold.
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type ConnectedWorker,
  ConnectedWorkerSchema,
  type ListWorkersRequest,
  ListWorkersRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { addMs } from "../../core/duration.ts";
import { formatPageToken, pageQuestion, parsePageToken, uuidShape } from "../../core/page-token.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { orThrow } from "../../core/refusal.ts";
import { type ListLiveSessionsRow, listLiveSessions } from "../../store/session.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";

const pageSizeDefault = 20;
const listTimeoutMs = 2_000;
/** As the contract says. */
const heldMax = 5_000;
const beforeAll = "00000000-0000-0000-0000-000000000000";

export type WorkerPage = { readonly workers: ConnectedWorker[]; readonly nextPageToken: string };

export async function listWorkers(engine: Engine, caller: Caller, request: ListWorkersRequest): Promise<WorkerPage> {
  const question = pageQuestion(ListWorkersRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const rows = await read(engine.database, { statementTimeoutMs: listTimeoutMs }, async (tx) =>
    listLiveSessions(tx, {
      tenantId: caller.tenantId,
      afterSessionId: position ?? beforeAll,
      now: await tx.now,
      most: most + 1,
      countedMax: heldMax,
    }),
  );
  const page = rows.slice(0, most);
  const last = page.at(-1);
  return {
    workers: page.map(assembleWorker),
    nextPageToken: last && rows.length > page.length ? formatPageToken(question, last.sessionId) : "",
  };
}

function assembleWorker(row: ListLiveSessionsRow): ConnectedWorker {
  const { sessionId, principal, instance, queues, types, capabilities, held, createTime, expireTime, ttlMs } = row;
  return create(ConnectedWorkerSchema, {
    sessionId,
    worker: { principal: parsePrincipal(principal), instance },
    queues: queues ?? [],
    acceptTypes: types ?? [],
    capabilities: capabilities ?? [],
    held,
    connectTime: timestampFromDate(createTime),
    lastHeartbeatTime: timestampFromDate(addMs(expireTime, -ttlMs)),
    expireTime: timestampFromDate(expireTime),
  });
}
