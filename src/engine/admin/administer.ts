// What all administrative operations share: one transaction, in which a repeated call is done once, and which writes
// its audit record together with the change.
import type { DescMethod } from "@bufbuild/protobuf";
import { methodOptions } from "../../core/method-options.ts";
import { orThrow } from "../../core/refusal.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { callDigest, claimRequestIds, lockCall, readCalls } from "../tx/repeated-call.ts";
import { type Administrator, type AuditEntry, recordAudit } from "./audit.ts";

export type Act = {
  readonly method: DescMethod;
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
  const call = { method: method.name, principal, requestId, digest: callDigest(requestId, digest) };
  return await transaction(engine.database, {}, async (tx) => {
    await lockCall(tx, tenantId, call);
    const [said] = await readCalls(tx, tenantId, [call]);
    if (said) orThrow(said);
    const done = await work(tx, said !== undefined);
    if (!said) await claimRequestIds(tx, tenantId, [{ call, taskIds: [] }]);
    await recordAudit(engine, tx, admin, { ...done.deed, method: methodOptions(method).name, requestId });
    return done.answer;
  });
}

/** For calls that only read: they are recorded, too. */
export function reading(method: DescMethod): Act {
  return { method, requestId: "", digest: () => new Uint8Array() };
}
