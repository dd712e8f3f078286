// What all administrative operations share: one transaction, in which a repeated call is done once, and which writes
// its audit record together with the change.
import { orThrow } from "../../core/refusal.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { callDigest, claimRequestIds, lockCall, readCalls } from "../tx/repeated-call.ts";
import { type Administrator, type AuditEntry, recordAudit } from "./audit.ts";

export type Act = {
  /** `CreateTenant`. */
  readonly method: string;
  /** Empty for calls that change nothing. */
  readonly requestId: string;
  readonly digest: () => Uint8Array;
};

export type Done<Answer> = {
  readonly answer: Answer;
  readonly deed: Pick<AuditEntry, "tenantId" | "subject" | "note">;
};

/** `said` is true if the call was done before. */
type Work<Answer> = (tx: Transaction, said: boolean) => Promise<Done<Answer>>;

export async function administer<Answer extends object>(
  engine: Engine,
  admin: Administrator,
  { method, requestId, digest }: Act,
  work: Work<Answer>,
): Promise<Answer> {
  const { tenantId, principalText: principal } = admin;
  const call = { method, principal, requestId, digest: callDigest(requestId, digest) };
  return await transaction(engine.database, {}, async (tx) => {
    await lockCall(tx, tenantId, call);
    const [said] = await readCalls(tx, tenantId, [call]);
    if (said) orThrow(said);
    const done = await work(tx, said !== undefined);
    if (!said) await claimRequestIds(tx, tenantId, [{ call, taskIds: [] }]);
    await recordAudit(engine, tx, admin, { ...done.deed, method: `asyncgate.v1.AdminService/${method}`, requestId });
    return done.answer;
  });
}

/** For calls that only read: they are recorded, too. */
export function reading(method: string): Act {
  return { method, requestId: "", digest: () => new Uint8Array() };
}
