// Whether the server can work now, and if not, why: for load balancers and people.
import { classifyDriverError, isTooManyConnections } from "../../store/driver-errors.ts";
import { hasWeek } from "../../store/partition.sql.gen.ts";
import type { Database } from "../../store/pool.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

/** Shorter than any probe waits. */
const readinessTimeoutMs = 1_000;

export type Readiness =
  | { readonly ready: true; readonly detail?: string }
  | { readonly ready: false; readonly reason: string };

export async function readiness(engine: Engine): Promise<Readiness> {
  const { database } = engine;
  try {
    if (await isWeekThere(database)) return ready(database);
  } catch (error) {
    return { ready: false, reason: reasonOf(error) };
  }
  return await makeThisWeek(engine);
}

/** A server that gets fewer connections than it may open works, only slower. */
function ready(database: Database): Readiness {
  const { allowed, max } = database.connections();
  return allowed === max
    ? { ready: true }
    : { ready: true, detail: `Postgres allows ${allowed} of ${max} connections.` };
}

function reasonOf(error: unknown): string {
  if (isTooManyConnections(error)) return "Postgres allows no more connections.";
  const isBusy = classifyDriverError(error).kind === "overloaded";
  return isBusy ? "All connections to Postgres are busy." : "Postgres does not answer.";
}

/** Without the partitions of the present week no task can be created. */
async function makeThisWeek({ database }: Engine): Promise<Readiness> {
  try {
    await database.makeMissingWeeks();
    if (await isWeekThere(database)) return ready(database);
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
