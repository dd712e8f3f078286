// Tasks that wait for scopes of leases that have ended, and that the end of the lease has left over: they were locked
// by another transaction, or too many for one.
import {
  deleteUnresolvedScopes,
  type PickUnresolvedScopesRow,
  pickUnresolvedScopes,
} from "../../store/scope.sql.gen.ts";
import { read, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { releaseWaiters } from "../scopes/scope-rows.ts";

/** Of each tenant in one pass; the next one follows at once when there was as much. */
const passMaxOfTenant = 100;
const passMax = 1_000;
/** Some tens of milliseconds, in which no other task of the tenant gets scopes. */
const biteMax = 500;
/** So that many that wait for one do not hold up all others. */
const bitesMax = 16;

/** Returns how many tasks may be claimed again. */
export async function settleScopes(engine: Engine, signal: AbortSignal): Promise<number> {
  const picked = await read(engine.database, {}, (tx) =>
    pickUnresolvedScopes(tx, { most: passMax, mostOfTenant: passMaxOfTenant }),
  );
  let released = 0;
  for (const one of picked) {
    for (let bites = 0; bites < bitesMax && !signal.aborted; bites += 1) {
      const count = await goOn(engine, one);
      released += count;
      if (count < biteMax) break;
    }
  }
  return released;
}

function goOn(engine: Engine, { tenantId, taskId }: PickUnresolvedScopesRow): Promise<number> {
  return transaction(engine.database, {}, async (tx) => {
    // First, so that what is left over once more is noted again.
    const [, released] = await Promise.all([
      deleteUnresolvedScopes(tx, { tenantId, taskIds: [taskId] }),
      releaseWaiters(engine, tx, tenantId, [taskId], biteMax),
    ]);
    return released.length;
  });
}
