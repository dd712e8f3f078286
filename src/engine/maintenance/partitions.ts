// The weeks of the ledger: made ahead, so that no write ever meets a week that is missing.

import { addMs } from "../../core/duration.ts";
import { ensurePartitions } from "../../store/partition.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

const dayMs = 86_400_000;
/** A server that cannot make weeks for this long has been told so every hour. */
const aheadMs = 28 * dayMs;
/** Ids are of the database's clock, which may be set back a little. */
const behindMs = dayMs;

export async function makePartitions(engine: Engine): Promise<number> {
  const lockTimeoutMs = 1_000;
  const { made } = await transaction(engine.database, { lockTimeoutMs }, (tx) =>
    ensurePartitions(tx, { fromTime: addMs(tx.now, -behindMs), untilTime: addMs(tx.now, aheadMs) }),
  );
  return made;
}
