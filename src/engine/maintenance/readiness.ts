// Whether the server can work now, and if not, why: for load balancers and people.
import { hasWeek } from "../../store/partition.sql.gen.ts";
import type { Database } from "../../store/pool.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

/** Shorter than any probe waits. */
const readinessTimeoutMs = 1_000;

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export async function readiness(engine: Engine): Promise<Readiness> {
  const { database } = engine;
  try {
    if (await isWeekThere(database)) return { ready: true };
  } catch {
    return { ready: false, reason: "Postgres does not answer." };
  }
  return await makeThisWeek(engine);
}

/** Without the partitions of the present week no task can be created. */
async function makeThisWeek({ database }: Engine): Promise<Readiness> {
  try {
    await database.makeMissingWeeks();
    if (await isWeekThere(database)) return { ready: true };
    return { ready: false, reason: "The partitions of this week are missing, and other tables have their names." };
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function isWeekThere(database: Database): Promise<boolean> {
  return read(database, { timeoutMs: readinessTimeoutMs }, async (tx) => {
    const { found } = await hasWeek(tx, { now: await tx.now });
    return found;
  });
}
