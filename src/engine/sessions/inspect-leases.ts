// Finds out which of some leases are lost, and which of them their owners want canceled. Renews nothing.
import { WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Canceled, LeaseChanges, Lost } from "../../core/work-events.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { lockHoldings } from "../tx/holder.ts";
import { lossOf, type ReportedLease } from "./session-leases.ts";

/** The leases are of different tasks. */
export function inspectLeases(
  engine: Engine,
  { tenantId }: Caller,
  leases: readonly ReportedLease[],
): Promise<LeaseChanges> {
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const claims = leases.map(({ claim }) => claim);
    const holdings = await lockHoldings(tx, tenantId, claims, WorkerService.method.work.name);
    const canceled: Canceled[] = [];
    const lost: Lost[] = [];
    for (const [index, { held, ended }] of holdings.entries()) {
      const lease = leases[index];
      assert(lease !== undefined, "every claim is looked up");
      if (ended) lost.push(lossOf(lease, ended));
      else if (held.cancelTime) canceled.push(held);
    }
    return { canceled, lost };
  });
}
