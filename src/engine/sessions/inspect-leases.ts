// How leases stand about which something was heard: lost, or wanted back by the owner of the task. It renews nothing.
import { assert } from "../../core/assert.ts";
import type { Canceled, LeaseChanges, Lost } from "../../core/work-events.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { lockHoldings } from "../leases/holder.ts";
import { lossOf, type SaidLease } from "./session-leases.ts";

/** The leases are of different tasks. */
export function inspectLeases(
  engine: Engine,
  { tenantId }: Caller,
  leases: readonly SaidLease[],
): Promise<LeaseChanges> {
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const claims = leases.map(({ claim }) => claim);
    const holdings = await lockHoldings(tx, tenantId, claims, "Work");
    const canceled: Canceled[] = [];
    const lost: Lost[] = [];
    for (const [place, { held, past }] of holdings.entries()) {
      const lease = leases[place];
      assert(lease !== undefined, "every claim is looked up");
      if (past) lost.push(lossOf(lease, past));
      else if (held.cancelTime) canceled.push(held);
    }
    return { canceled, lost };
  });
}
