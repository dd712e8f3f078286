// Grants tasks in the transaction that makes them, where somebody waits for them: what a claim would do in the next
// moment, without letting the task lie down to wait and be found. Only where leases are far from their bounds: near one
// somebody has to count, and that is the business of a look.
import { type Claimer, claimTask } from "../../core/claim-tasks.ts";
import type { Creation } from "../../core/create-task.ts";
import type { Decision } from "../../core/decision.ts";
import { sessionStatus } from "../../core/session-status.ts";
import type { Held, Waiting } from "../../core/task-record.ts";
import { lockSessionsToGrant } from "../../store/session.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Claim, wakeAboutGrants } from "../claims/claim-tasks.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { add, isFarFromFull } from "../runtime/quotas.ts";
import { type GrantedTask, grantedTask } from "../views/granted-task.ts";

export type Granted = { readonly decision: Decision<Held>; readonly leased: GrantedTask };

/** In the order of the creations. Undefined: nobody is to have it, or not yet, or his session is past. */
export async function grantAtCreation(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  wanted: readonly { readonly claim: Claim | undefined; readonly creation: Creation }[],
): Promise<(Granted | undefined)[]> {
  const sessionIds = [...new Set(wanted.flatMap(({ claim }) => claim?.session?.sessionId ?? []))];
  const rows = sessionIds.length > 0 ? await lockSessionsToGrant(tx, { tenantId, sessionIds }) : [];
  const sessions = new Map(rows.map((row) => [row.sessionId, row]));
  const mayGrant = isFarFromFull(
    engine,
    tx,
    "live_leases",
    wanted.flatMap(({ claim }) => (claim ? [{ ...ofCaller(claim), count: 1 }] : [])),
  );
  const granted = wanted.map(({ claim, creation }): Granted | undefined => {
    if (!mayGrant || !claim || !isEligible(creation.after, tx.now)) return undefined;
    const { session } = claim;
    const standing = session && sessionStatus(sessions.get(session.sessionId), session.epoch, tx.now);
    if (standing?.ended !== undefined) return undefined;
    add(engine, "live_leases", claim.caller, claim.caller.principalText, 1);
    return grant(engine, tx, claim, creation, standing?.live);
  });
  wakeAboutGrants(
    engine,
    tx,
    tenantId,
    granted.flatMap((one) => one?.decision ?? []),
  );
  return granted;
}

function ofCaller({ caller }: Claim) {
  return { caller, principal: caller.principalText };
}

/** As looks see it. */
function isEligible({ eligibleTime, failTime }: Waiting, now: Date): boolean {
  return eligibleTime <= now && (failTime === null || failTime > now);
}

function grant(
  engine: Engine,
  tx: Transaction,
  claim: Claim,
  creation: Creation,
  session: Claimer["session"],
): Granted {
  const { caller, instance, ttlWishMs } = claim;
  const { owner, obligated } = creation.task;
  const terms = creation.asked;
  const claimer: Claimer = {
    ...{ principal: caller.principalText, instance, ttlWishMs, session, bounds: engine.leaseBounds },
  };
  const claimed = claimTask(creation.after, { owner, obligated, terms }, claimer, decisionContext(engine, tx.now));
  const decision = { ...creation, after: claimed.after, receipts: [...creation.receipts, ...claimed.receipts] };
  // The creator is told of the task as it was made, and the worker as it has it.
  return { decision, leased: grantedTask(caller, claimed.after, { ...terms }, null) };
}
