// The only file that opens transactions. `transaction` begins, runs the work by an estimate of the database's clock, or
// by its reading where there is none, and commits, in the same flight as the last statements if the work says so;
// `read` sends begin and statements without waiting in between. Both bound their time, retry conflicts a bounded number
// of times, and throw the first error of the database, not one that followed from it. A failed statement ends its
// transaction: the work cannot catch the error and continue, the caller of `transaction` can.
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import {
  classifyDriverError,
  commitUnknownCode,
  driverError,
  hasCode,
  isMissingWeek,
  transactionTimeoutCode,
} from "./driver-errors.ts";
import type { Database } from "./pool.ts";
import type { Executor } from "./statement.ts";
import { commit, openSession, type Session } from "./transaction-session.ts";

export type TransactionOptions = {
  /**
   * "flushed": the commit is on disk before it is answered. "lazy": a crash of Postgres may lose up to 600 ms of
   * commits (whole ones); for progress notes and heartbeats only.
   */
  readonly durability?: "flushed" | "lazy";
  /** Bounds all attempts and the waits between them. */
  readonly timeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly attemptsMax?: number;
  /**
   * "read": waits for the begin to learn the time, for work that must see everything as past that was committed before,
   * on any server. "estimated", unless said: see decision 0018.
   */
  readonly time?: "estimated" | "read";
};

export type Transaction = Executor & {
  /**
   * The database's clock when the transaction was begun, in whole milliseconds; the only time its work may use. It may
   * be a few milliseconds behind, and is never ahead.
   */
  readonly now: Date;
  /** Runs a hint (a wake-up) after the commit, never after a rollback. It must not throw. */
  afterCommit(hint: () => void): void;
  /** Undoes what the work did in memory when it is rolled back, not when the outcome is unknown. It must not throw. */
  afterRollback(undo: () => void): void;
  /**
   * Sends the commit in one flight with the last statements, of which `last` has the answers: decision 0021. They can
   * no longer decide anything, so what must hold of them is guarded in SQL, by `expected`: where that raises, Postgres
   * answers the commit with a rollback. All of them are sent before anything is awaited.
   */
  commitWith<Answers>(last: Promise<Answers>): Promise<Answers>;
};

export type ReadTransaction = Executor & {
  /** The database's clock, read in the same round trip as the first statements. */
  readonly now: Promise<Date>;
};

/** Longer than any batch of ours takes on a busy database, shorter than the deadline of a patient client. */
const transactionTimeoutMs = 10_000;
const statementTimeoutDefaultMs = 5_000;
/** Rows are locked in key order for a few milliseconds each; a wait this long means that their holder is stuck. */
const lockTimeoutDefaultMs = 3_000;
/** Reached only when this process stalls between two statements: its locks must then be released. */
const idleInTransactionTimeoutMs = 5_000;
/**
 * Each statement is written for one index per table. But a plan that is made while a table has a page or two reads the
 * whole table, because that is cheapest, and is kept on the connection while the table grows to millions of rows, until
 * it is analyzed. These settings forbid that: test/store/plans.test.ts. JIT compilation makes no statement of ours
 * faster, and takes hundreds of milliseconds when the estimate for many weeks passes its threshold. Left to itself,
 * Postgres plans most statements anew with each execution, which takes longer than to execute them; their plans are the
 * same whatever the parameters.
 */
export const plannerSettings: readonly (readonly [string, string])[] = [
  ["enable_seqscan", "off"],
  ["enable_bitmapscan", "off"],
  ["jit", "off"],
  ["plan_cache_mode", "force_generic_plan"],
];
/**
 * Times arrive in one form whatever the role or the database has set. Bytes are read in both of their forms, so no
 * other setting of a role changes an answer: test/store/hostile-settings.test.ts.
 */
const answerSettings: readonly (readonly [string, string])[] = [
  ["datestyle", "ISO"],
  ["timezone", "UTC"],
];
/** Conflicts are rare where locks are taken in order; after the fifth in a row the caller should know. */
const attemptsMaxDefault = 5;
/**
 * About the length of a transaction. Doubled with each attempt and spread over ±50 %, so that rivals do not collide
 * again.
 */
const retryWaitMs = 5;

export function transaction<Value>(
  database: Database,
  options: TransactionOptions,
  work: (tx: Transaction) => Promise<Value>,
): Promise<Value> {
  return retried(database, options, async (session) => {
    const hints: (() => void)[] = [];
    const undos: (() => void)[] = [];
    const begun = session.begin(beginSql(options, "read write"));
    try {
      // Where the time is known, the first statements go out together with the begin.
      const estimate = options.time === "read" ? undefined : (database.clock ?? database.time.estimate)();
      const now = estimate ?? (await begun);
      const value = await work({
        query: session.query,
        now,
        afterCommit: (hint) => void hints.push(hint),
        afterRollback: (undo) => void undos.push(undo),
        commitWith: (last) => session.commitWith(last, now),
      });
      await begun;
      await session.committed();
      return { value, finished: Promise.resolve(), hints };
    } catch (error) {
      if (await session.isUndone()) for (const undo of undos) undo();
      throw error;
    }
  });
}

/** Statements that only read. The answer does not wait for the commit, which has nothing to write. */
export function read<Value>(
  database: Database,
  options: Pick<TransactionOptions, "timeoutMs" | "statementTimeoutMs">,
  work: (tx: ReadTransaction) => Promise<Value>,
): Promise<Value> {
  const answer = retried(database, options, async (session, client) => {
    const now = session.begin(beginSql(options, "read only"));
    const value = await work({ query: session.query, now });
    await now;
    session.close();
    return { value, finished: commit(client), hints: [] };
  });
  return answer.catch((error: unknown) => {
    // Elsewhere this code means a standby; here it can only come from our own `begin read only`.
    if (!hasCode(error, readOnlyCode)) throw error;
    throw new Error("a statement that writes or locks was issued inside read(); use transaction()", { cause: error });
  });
}

/**
 * One statement that only reads, without begin and commit, in one round trip. The settings above do not apply to it, so
 * it is never prepared: it is planned each time, for the present size of its tables.
 */
export function ask<Value>(
  database: Database,
  options: Pick<TransactionOptions, "timeoutMs">,
  statement: (tx: Executor) => Promise<Value>,
): Promise<Value> {
  const deadline = performance.now() + (options.timeoutMs ?? transactionTimeoutMs);
  return attemptOnce({ ...database, preparedStatements: false }, deadline, async (session) => {
    const value = await statement({ query: session.query });
    session.close();
    return { value, finished: Promise.resolve(), hints: [] };
  });
}

type Finished<Value> = { value: Value; finished: Promise<void>; hints: readonly (() => void)[] };
type Attempt<Value> = (session: Session, client: pg.PoolClient) => Promise<Finished<Value>>;

async function retried<Value>(database: Database, options: TransactionOptions, attempt: Attempt<Value>) {
  const deadline = performance.now() + (options.timeoutMs ?? transactionTimeoutMs);
  const attemptsMax = options.attemptsMax ?? attemptsMaxDefault;
  let weeksMade = false;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attemptOnce(database, deadline, attempt);
    } catch (error) {
      if (isMissingWeek(error) && !weeksMade) {
        weeksMade = true;
        await database.makeMissingWeeks();
        continue;
      }
      const waitMs = retryWaitMs * 2 ** attempts * (0.5 + Math.random());
      const mayRetry = attempts < attemptsMax && performance.now() + waitMs < deadline;
      if (!mayRetry || classifyDriverError(error).kind !== "conflict") throw error;
      await wait(waitMs);
    }
  }
}

async function attemptOnce<Value>(database: Database, deadline: number, attempt: Attempt<Value>): Promise<Value> {
  const client = await database.acquire();
  const session = openSession(database, client);
  let timedOut = false;
  const watchdog = setTimeout(() => {
    timedOut = true;
    // Drops the connection with everything in flight; Postgres rolls back when it notices.
    client.connection.stream.destroy();
  }, deadline - performance.now());
  const settle = (healthy: boolean) => {
    clearTimeout(watchdog);
    client.release(!healthy);
  };
  try {
    const { value, finished, hints } = await attempt(session, client);
    // Never rejects: a read whose commit was lost has its answer anyway.
    void finished.then(
      () => settle(true),
      () => settle(false),
    );
    runHints(database, hints);
    return value;
  } catch (thrown) {
    const error = session.abandon() ?? thrown;
    settle(await rolledBack(client, session, error));
    if (!timedOut || hasCode(error, commitUnknownCode)) throw error;
    throw driverError(transactionTimeoutCode, "the transaction exceeded its time limit and was ended", error);
  }
}

function beginSql(options: TransactionOptions, access: "read write" | "read only"): string {
  const settings: (readonly [string, string | number])[] = [
    ["statement_timeout", options.statementTimeoutMs ?? statementTimeoutDefaultMs],
    ["lock_timeout", options.lockTimeoutMs ?? lockTimeoutDefaultMs],
    ["idle_in_transaction_session_timeout", idleInTransactionTimeoutMs],
  ];
  if (options.durability === "lazy") settings.push(["synchronous_commit", "off"]);
  settings.push(...plannerSettings, ...answerSettings);
  // set_config(…, true) is SET LOCAL, which leaves nothing on a pooler's connection; one select sets them all.
  const set = settings.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(", ");
  const now = "date_trunc('milliseconds', clock_timestamp())";
  return `begin isolation level read committed ${access}; select ${now}, ${set}`;
}

/** True when the connection may be used again. */
async function rolledBack(client: pg.PoolClient, session: Session, error: unknown): Promise<boolean> {
  try {
    if (!session.isOver()) await client.query("rollback");
  } catch {
    return false;
  }
  // A prepared statement that a change of the schema or a pooler has invalidated would fail on this connection forever.
  return !staleStatementCodes.some((code) => hasCode(error, code));
}

function runHints(database: Database, hints: readonly (() => void)[]): void {
  for (const hint of hints) {
    try {
      hint();
    } catch (error) {
      // The work is committed: a lost hint costs only latency, and an error would tell the caller that the work failed.
      database.log("after_commit_hint_failed", { error: String(error) });
    }
  }
}

const readOnlyCode = "25006";
const staleStatementCodes = ["0A000", "26000"];
