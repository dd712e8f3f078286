// Records decisions, and what follows from them for the tasks that wait for those that have ended. Every state change
// of the service is recorded here, together with its receipts, and nothing else is.
import type { Decision } from "../../core/decision.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { freedBy, freeScopes } from "../scopes/scope-rows.ts";
import { endsOf, type GrantWoken, resolveEnds } from "./resolve-ends.ts";
import { writeDecisions } from "./write-decisions.ts";

export type RecordOptions = {
  /** What else is written, sent behind the record. */
  readonly beside?: (() => Promise<unknown>) | undefined;
  /** Nothing of the transaction comes after it: the commit goes out with the last writes. */
  readonly isLast?: boolean;
  /** Grants what the ends let go on, to workers that wait for it. */
  readonly grant?: GrantWoken | undefined;
};

/**
 * The locks of all `before` rows are held. Statements go out together, one table each; a row that is not as it was read
 * is a bug, and the transaction is rolled back with it.
 */
export async function record(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  decisions: readonly Decision[],
  { beside, isLast = false, grant }: RecordOptions = {},
): Promise<void> {
  const writes = Promise.all([writeDecisions(engine, tx, tenantId, decisions), beside?.()]);
  const freed = freedBy(decisions);
  await resolveEnds(engine, tx, tenantId, endsOf(decisions), { writes, isLast: isLast && freed.length === 0, grant });
  if (freed.length === 0) return;
  // Last of all, so that nothing is waited for under the lock of the scopes.
  const freeing = freeScopes(engine, tx, tenantId, freed);
  await (isLast ? tx.commitWith(freeing) : freeing);
}
