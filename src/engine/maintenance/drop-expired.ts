// Retention: drops weeks in which all that ended has been kept for long enough, and then what pointed into them. A week
// goes whole or not at all; what it held stays on record as a digest of its chains' last hashes.

import { addMs } from "../../core/duration.ts";
import { classifyDriverError } from "../../store/driver-errors.ts";
import {
  deleteKeysOfDroppedTasks,
  deleteOldDeliveries,
  deleteOldLinks,
  deleteOldRequests,
  dropWeek,
  findWeekUser,
  insertDroppedWeek,
  listRetentions,
  listWeeks,
  lockWeek,
} from "../../store/retention.sql.gen.ts";
import { read, type Transaction, transaction } from "../../store/transaction.ts";
import { weeksBehindMs } from "../../store/weeks.ts";
import type { Engine } from "../engine.ts";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** A call may be repeated for a day at least; another day is for clocks and outages. */
const requestKeptMs = 2 * dayMs;
/** Every later transaction waits behind a lock that is waited for; the next pass tries again. */
const lockTimeoutMs = 1_000;
/** Looking through a week of millions, and hashing their heads, about a second a million. */
const weekTimeoutMs = 600_000;
/** The batch of one transaction, where rows are deleted one by one. */
const biteMax = 1_000;
/** What one pass deletes at the most of each kind; the next one follows at once when there was as much. */
const bitesMax = 50;

export type Dropped = {
  readonly weeks: number;
  readonly chains: number;
  readonly receipts: number;
  /** Rows that pointed into dropped weeks, and recorded calls that are too old to be repeated. */
  readonly rows: number;
  /** A week that could be dropped and was not, because it was in use. */
  readonly busy: number;
  readonly more: boolean;
};

export async function dropExpired(engine: Engine, signal: AbortSignal): Promise<Dropped> {
  const total = { weeks: 0, chains: 0, receipts: 0, busy: 0 };
  for (const week of await pickWeeks(engine)) {
    if (signal.aborted) break;
    const dropped = await dropOneWeek(engine, week);
    if (dropped === "kept") continue;
    if (dropped === "busy") {
      // What blocks one week blocks the next, too, and each try holds up all callers for a second.
      total.busy += 1;
      break;
    }
    total.weeks += 1;
    total.chains += dropped.chains;
    total.receipts += dropped.receipts;
  }
  return { ...total, ...(await deleteLeftovers(engine, signal)) };
}

type Keeping = { readonly tenantIds: readonly string[]; readonly keptSince: readonly Date[] };

/** Since when each tenant keeps what has ended; for ever is since the beginning of time. */
async function readKeeping(engine: Engine, tx: Pick<Transaction, "query">, now: Date): Promise<Keeping> {
  const rows = await listRetentions(tx);
  const keptSince = rows.map((row) => {
    const retentionMs = row.retentionMs ?? engine.server.retentionMs;
    return retentionMs === 0 ? new Date(0) : addMs(now, -retentionMs);
  });
  return { tenantIds: rows.map((row) => row.tenantId), keptSince };
}

/** Weeks that no new id can fall into and that nothing seems to need, oldest first. */
async function pickWeeks(engine: Engine): Promise<Date[]> {
  return await read(engine.database, { timeoutMs: weekTimeoutMs, statementTimeoutMs: weekTimeoutMs }, async (tx) => {
    const [now, weeks] = await Promise.all([tx.now, listWeeks(tx)]);
    const keeping = await readKeeping(engine, tx, now);
    const picked: Date[] = [];
    for (const { week } of weeks) {
      const nextWeek = addMs(week, weekMs);
      if (nextWeek > addMs(now, -weeksBehindMs)) break;
      if (!(await findWeekUser(tx, { ...keeping, week, nextWeek }))) picked.push(week);
    }
    return picked;
  });
}

type Contents = { readonly chains: number; readonly receipts: number };

async function dropOneWeek(engine: Engine, week: Date): Promise<Contents | "busy" | "kept"> {
  const options = { lockTimeoutMs, timeoutMs: weekTimeoutMs, statementTimeoutMs: weekTimeoutMs, attemptsMax: 1 };
  const nextWeek = addMs(week, weekMs);
  try {
    return await transaction(engine.database, options, async (tx) => {
      if (!(await lockWeek(tx, { week })).there) return "kept";
      const keeping = await readKeeping(engine, tx, tx.now);
      // Looked at again, now that nothing of it can change.
      if (await findWeekUser(tx, { ...keeping, week, nextWeek })) return "kept";
      const contents = { chains: 0, receipts: 0 };
      for (const tenantId of keeping.tenantIds) {
        for (const { chains, receipts } of await insertDroppedWeek(tx, { tenantId, week, nextWeek, now: tx.now })) {
          contents.chains += chains;
          contents.receipts += receipts;
        }
      }
      await dropWeek(tx, { week });
      return contents;
    });
  } catch (error) {
    const { kind } = classifyDriverError(error);
    if (kind === "timeout" || kind === "conflict") return "busy";
    throw error;
  }
}

/** In small batches: these are deleted row by row, beside the calls of all tenants. */
async function deleteLeftovers(engine: Engine, signal: AbortSignal): Promise<Pick<Dropped, "rows" | "more">> {
  const most = biteMax;
  const [oldest] = await read(engine.database, {}, (tx) => listWeeks(tx));
  const kinds: ((tx: Transaction) => Promise<number>)[] = [
    (tx) => deleteKeysOfDroppedTasks(tx, { most }),
    (tx) => deleteOldRequests(tx, { before: addMs(tx.now, -requestKeptMs), most }),
  ];
  if (oldest) {
    kinds.push(
      (tx) => deleteOldDeliveries(tx, { oldestWeek: oldest.week, most }),
      (tx) => deleteOldLinks(tx, { oldestWeek: oldest.week, most }),
    );
  }
  let rows = 0;
  let more = false;
  for (const kind of kinds) {
    let bite = biteMax;
    for (let bites = 0; bites < bitesMax && bite === biteMax && !signal.aborted; bites += 1) {
      bite = await transaction(engine.database, { lockTimeoutMs }, kind);
      rows += bite;
    }
    more ||= bite === biteMax;
  }
  return { rows, more };
}
