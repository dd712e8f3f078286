// ListAuditRecords: the audit record, newest first. The call itself is recorded as well, after its answer was read.
import { create } from "@bufbuild/protobuf";
import {
  AdminService,
  type AuditRecord,
  AuditRecordSchema,
  type ListAuditRecordsRequest,
  ListAuditRecordsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { dateOfTimestamp, timestampOfDate } from "../../core/duration.ts";
import {
  formatPageToken,
  pageQuestion,
  pageSizeDefault,
  parsePageToken,
  uuidGreatest,
  uuidShape,
} from "../../core/page-token.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { orThrow } from "../../core/refusal.ts";
import { type ListAuditRow, listAudit, listAuditAboutTenant } from "../../store/audit.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { administer, reading } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export type AuditPage = { readonly records: AuditRecord[]; readonly nextPageToken: string };

/** What nothing is outside of, for conditions that were not given. Ids hold moments up to the year 10889. */
const everFrom = new Date(0);
const everBefore = new Date("9999-01-01T00:00:00Z");

export async function listAuditRecords(
  engine: Engine,
  admin: Administrator,
  request: ListAuditRecordsRequest,
): Promise<AuditPage> {
  const { tenantId } = request;
  const question = pageQuestion(ListAuditRecordsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const conditions = {
    fromTime: request.fromTime ? within(dateOfTimestamp(request.fromTime)) : everFrom,
    beforeTime: request.beforeTime ? within(dateOfTimestamp(request.beforeTime)) : everBefore,
    beforeAuditId: token.position ?? uuidGreatest,
    most: most + 1,
  };
  return await administer<AuditPage>(engine, admin, reading(AdminService.method.listAuditRecords), async (tx) => {
    const rows = await (tenantId === ""
      ? listAudit(tx, conditions)
      : listAuditAboutTenant(tx, { tenantId, ...conditions }));
    const page = rows.slice(0, most);
    const last = page.at(-1);
    const nextPageToken = last && rows.length > most ? formatPageToken(question, last.auditId) : "";
    return {
      answer: { records: page.map(assemble), nextPageToken },
      deed: { tenantId: tenantId || undefined, subject: "" },
    };
  });
}

function within(date: Date): Date {
  return new Date(Math.min(Math.max(date.getTime(), everFrom.getTime()), everBefore.getTime()));
}

function assemble(row: ListAuditRow): AuditRecord {
  return create(AuditRecordSchema, {
    auditId: row.auditId,
    time: timestampOfDate(row.createTime),
    callerTenantId: row.callerTenantId ?? "",
    ...(row.principal !== null && { principal: parsePrincipal(row.principal) }),
    keyId: row.keyId,
    peer: row.peer,
    method: row.method,
    tenantId: row.tenantId ?? "",
    subject: row.subject,
    allowed: row.allowed,
    reason: row.reason as ErrorReason,
    callId: row.callId,
    requestId: row.requestId,
    note: row.note,
  });
}
