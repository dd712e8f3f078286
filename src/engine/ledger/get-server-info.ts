// GetServerInfo: describes the server, and the caller as the server sees it.
import { create } from "@bufbuild/protobuf";
import {
  type GetServerInfoResponse,
  GetServerInfoResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { serverIdentity } from "./list-open-obligations.ts";

export async function getServerInfo(engine: Engine, caller: Caller): Promise<GetServerInfoResponse> {
  const now = await read(engine.database, {}, (tx) => tx.now);
  return create(GetServerInfoResponseSchema, {
    server: serverIdentity(engine, now),
    principal: caller.principal,
    tenant: caller.tenantName,
    scopes: [...caller.scopes].sort(),
    serverTime: timestampOfDate(now),
    contract: "asyncgate.v1",
  });
}
