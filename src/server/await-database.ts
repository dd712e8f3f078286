// The first connection to Postgres. It may still be starting when the server starts, so the server retries for a while.
// A database that it cannot use is reported in one message that says what was tried and what to do.
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log.ts";
import { classifyDriverError, isRefusedByDatabase } from "../store/driver-errors.ts";
import type { Database } from "../store/pool.ts";
import { read } from "../store/transaction.ts";

const retryMs = 500;
const attemptTimeoutMs = 5_000;

export class DatabaseUnusable extends Error {
  override readonly name = "DatabaseUnusable";
}

export type AwaitDatabaseOptions = {
  readonly databaseUrl: string;
  /** 0 for a single attempt. */
  readonly waitMaxMs: number;
  readonly log: Log;
  readonly monotonicMs: () => number;
  /** Ends the waiting early. */
  readonly interrupted?: AbortSignal | undefined;
};

export async function awaitDatabase(database: Database, options: AwaitDatabaseOptions): Promise<void> {
  const { databaseUrl, waitMaxMs, log, monotonicMs, interrupted } = options;
  const address = addressOf(databaseUrl);
  const startedMs = monotonicMs();
  for (let attempts = 1; ; attempts += 1) {
    try {
      await read(database, { timeoutMs: attemptTimeoutMs }, (tx) => tx.now);
      if (attempts > 1) log.info("postgres answers", { attempts, waited_ms: Math.round(monotonicMs() - startedMs) });
      return;
    } catch (error) {
      const why = reasonOf(error);
      if (isRefusedByDatabase(error)) {
        throw new DatabaseUnusable(`${address} refuses the connection: ${why}. Correct DATABASE_URL.`, {
          cause: error,
        });
      }
      const { kind } = classifyDriverError(error);
      if (kind === "bug") throw error;
      const isOver = interrupted?.aborted || monotonicMs() - startedMs + retryMs > waitMaxMs;
      if (isOver) throw new DatabaseUnusable(unansweredMessage(address, attempts, waitMaxMs, why), { cause: error });
      if (attempts === 1) log.warn("waiting for postgres", { address, error: why, wait_max_ms: waitMaxMs });
      await wait(retryMs, undefined, { signal: interrupted }).catch(() => undefined); // the next attempt is the last
    }
  }
}

function unansweredMessage(address: string, attempts: number, waitMaxMs: number, why: string): string {
  const tried = attempts === 1 ? "" : ` in ${attempts} attempts over ${Math.round(waitMaxMs / 1_000)} s`;
  return `${address} does not answer${tried}: ${why}. Start it, or correct DATABASE_URL.`;
}

/** `Postgres at db:5432 (database asyncgate, user ada)`: the URL without its password. */
function addressOf(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const host = url.hostname || url.searchParams.get("host") || "localhost";
  const user = decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  return `Postgres at ${host}:${url.port || "5432"} (database ${database}, user ${user})`;
}

/** Node reports a host with several addresses as an error without a message of its own. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
