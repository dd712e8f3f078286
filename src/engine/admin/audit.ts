// The audit record of administration. A change is recorded in its own transaction, a refusal in a separate one. Secrets
// never get into it, whatever field a caller puts them in.
import type { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { keyIdLength } from "../../core/api-key.ts";
import { uuidLeast, uuidShape } from "../../core/page-token.ts";
import { fill, fullBucket, hasToken } from "../../core/token-bucket.ts";
import { redact } from "../../log.ts";
import { insertAudit } from "../../store/audit.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";

/** A caller as the record names it. */
type RecordedCaller = Pick<Caller, "tenantId" | "principalText" | "keyId">;

/** An administrator, and the call that it makes. */
export type Administrator = RecordedCaller & { readonly peer: string; readonly callId: string };

/** A change, for the record. */
export type AuditEntry = {
  /** `asyncgate.v1.AdminService/CreateTenant`. */
  readonly method: string;
  readonly tenantId?: string | undefined;
  readonly subject: string;
  readonly requestId?: string;
  readonly note?: string;
};

/** A refused call: all that is known of it, which may be little. */
export type DeniedCall = {
  readonly method: string;
  readonly reason: ErrorReason;
  readonly caller: RecordedCaller | undefined;
  readonly peer: string;
  readonly callId: string;
  /** The request as far as it was read; it may not have been validated. */
  readonly request: Readonly<Record<string, unknown>>;
};

export async function recordAudit(
  engine: Engine,
  tx: Transaction,
  admin: Administrator,
  deed: AuditEntry,
): Promise<void> {
  await insertAudit(tx, {
    auditId: engine.ids(tx.now),
    createTime: tx.now,
    callerTenantId: tenantIdOf(admin),
    principal: admin.principalText,
    keyId: admin.keyId,
    peer: admin.peer,
    method: deed.method,
    tenantId: deed.tenantId ?? null,
    subject: deed.subject,
    allowed: true,
    reason: 0,
    callId: admin.callId,
    requestId: wordsOf(deed.requestId),
    note: wordsOf(deed.note),
  });
}

/** The command line that works on the database itself belongs to no tenant. */
export const ofNoTenant = uuidLeast;

function tenantIdOf({ tenantId }: RecordedCaller): string | null {
  return tenantId === ofNoTenant ? null : tenantId;
}

/** Calls without a known caller may write this often: a flood of them fills the log, and not a table that is kept. */
const unknownPerSecond = 10;

/** True if the refusal was recorded. */
export type AuditRefusal = (refused: DeniedCall) => Promise<boolean>;

export function createAuditRefusal(engine: Engine, monotonicMs: () => number): AuditRefusal {
  const unknown = fullBucket({ perSecond: unknownPerSecond, burst: unknownPerSecond }, monotonicMs());
  return async (refused) => {
    if (refused.caller === undefined) {
      fill(unknown, monotonicMs());
      if (!hasToken(unknown)) return false;
      unknown.tokens -= 1;
    }
    await transaction(engine.database, {}, (tx) => recordRefusal(engine, tx, refused));
    return true;
  };
}

async function recordRefusal(engine: Engine, tx: Transaction, refused: DeniedCall): Promise<void> {
  const { caller, request } = refused;
  const tenantId = shaped(request["tenantId"], uuidShape);
  await insertAudit(tx, {
    auditId: engine.ids(tx.now),
    createTime: tx.now,
    callerTenantId: caller ? tenantIdOf(caller) : null,
    principal: caller?.principalText ?? null,
    keyId: caller?.keyId ?? "",
    peer: refused.peer,
    method: refused.method,
    tenantId: tenantId ?? null,
    subject: subjectOf(request) ?? tenantId ?? "",
    allowed: false,
    reason: refused.reason,
    callId: refused.callId,
    requestId: wordsOf(request["requestId"]),
    note: wordsOf(request["reason"]),
  });
}

const keyIdShape = new RegExp(`^[0-9A-Za-z]{${keyIdLength}}$`);
const nameShape = /^[a-z0-9][a-z0-9-]{0,62}$/;

function subjectOf(request: DeniedCall["request"]): string | undefined {
  const { agentId = request["agentId"] } = Object(request["agent"]) as { readonly agentId?: unknown };
  const { name = request["name"] } = Object(request["contract"]) as { readonly name?: unknown };
  const names = [name, request["nodeId"], agentId].map((one) => shaped(one, nameShape));
  const ids = [
    shaped(request["keyId"], keyIdShape),
    shaped(request["enrollmentId"] ?? request["rolloutId"], uuidShape),
  ];
  return [...ids, ...names].find((one) => one !== undefined);
}

/** Only text with the shape of the id: a key that was sent in place of its id is not kept. */
function shaped(value: unknown, shape: RegExp): string | undefined {
  return typeof value === "string" && shape.test(value) ? value : undefined;
}

const charactersMax = 1_024;

/** Text of the caller, as the record can hold it. */
function wordsOf(value: unknown): string {
  return typeof value === "string" ? redact(value.slice(0, charactersMax).replaceAll("\0", "")) : "";
}
