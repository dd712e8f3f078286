// The weekly partitions of the ledger. They are made weeks ahead; one that is missing all the same, because the
// database's clock was set or no server ran for a month, is made when a transaction meets the gap.
import { driverError, missingWeekCode } from "./driver-errors.ts";
import type { Database } from "./pool.ts";
import { fromTime, one, toInteger } from "./statement.ts";
import { type Transaction, transaction } from "./transaction.ts";

const dayMs = 86_400_000;
/** A server that fails to make weeks logs it every hour for this long before a write could miss one. */
const aheadMs = 28 * dayMs;
/** Ids carry the database's clock, which may be set back a little. */
export const weeksBehindMs = dayMs;
/** Making a partition locks its table against everything, so waiting for that lock holds up all others. */
const lockTimeoutMs = 1_000;
/** After a failure: long enough that other work gets through between two attempts at that lock. */
const retryMs = 2_000;

/** Makes the weeks around the database's clock that are missing, and returns how many tables it made. */
export function makeWeeks(database: Database): Promise<number> {
  return transaction(database, { lockTimeoutMs }, ensurePartitions);
}

/** Not generated: the generator itself works on a database that is opened through pool.ts. */
function ensurePartitions(tx: Transaction): Promise<number> {
  const now = tx.now.getTime();
  const span = [new Date(now - weeksBehindMs), new Date(now + aheadMs)].map(fromTime);
  const made = one(([count]: [string]) => toInteger(count), "ensure_partitions");
  return tx.query({ name: "", text: "select ensure_partitions($1, $2)" }, span, made);
}

/**
 * Makes missing weeks for all transactions that meet the gap at the same time, with one attempt for all of them. After
 * a failed attempt the next ones fail at once with the same cause, until it is time to try again.
 */
export function createWeekMaker(database: () => Database): () => Promise<void> {
  let running: Promise<void> | undefined;
  let failure: { readonly error: unknown; readonly untilMs: number } | undefined;

  async function make(): Promise<void> {
    try {
      const made = await makeWeeks(database());
      failure = undefined;
      if (made > 0) database().log("missing_partitions_made", { made });
    } catch (error) {
      failure = { error, untilMs: performance.now() + retryMs };
      database().log("missing_partitions_not_made", { error: String(error) });
      throw weekMissing(error);
    } finally {
      running = undefined;
    }
  }

  return () => {
    if (failure !== undefined && performance.now() < failure.untilMs) return Promise.reject(weekMissing(failure.error));
    running ??= make();
    return running;
  };
}

function weekMissing(cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return driverError(missingWeekCode, `the partitions of this week are missing and cannot be made: ${why}`, cause);
}
