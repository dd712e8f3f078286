// The only file that opens transactions. `transaction` begins, runs the work by an estimate of the database's clock, or
// by its reading where there is none, and commits; `read` sends begin and statements without waiting in between. Both
// bound their time, retry conflicts a bounded number of times, and throw the first error of the database, not one that
// followed from it. A failed statement ends its transaction: the work cannot catch the error and continue, the caller
// of `transaction` can.
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import {
  classifyDriverError,
  clockSetCode,
  commitUnknownCode,
  driverError,
  isMissingWeek,
  transactionTimeoutCode,
} from "./driver-errors.ts";
import type { Database } from "./pool.ts";
import { type Encoded, type Executor, type Statement, toTime } from "./statement.ts";

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
 * faster, and takes hundreds of milliseconds when the estimate for many weeks passes its threshold.
 */
export const plannerSettings: readonly (readonly [string, string])[] = [
  ["enable_seqscan", "off"],
  ["enable_bitmapscan", "off"],
  ["jit", "off"],
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
  return retried(database, options, async (client, session) => {
    const hints: (() => void)[] = [];
    const begun = session.begin(beginSql(options, "read write"));
    // Where the time is known, the first statements go out together with the begin.
    const now = options.time === "read" ? await begun : ((database.clock ?? database.time.estimate)() ?? (await begun));
    const value = await work({ query: session.query, now, afterCommit: (hint) => void hints.push(hint) });
    await begun;
    session.close();
    await commit(client);
    return { value, finished: Promise.resolve(), hints };
  });
}

/** Statements that only read. The answer does not wait for the commit, which has nothing to write. */
export function read<Value>(
  database: Database,
  options: Pick<TransactionOptions, "timeoutMs" | "statementTimeoutMs">,
  work: (tx: ReadTransaction) => Promise<Value>,
): Promise<Value> {
  const answer = retried(database, options, async (client, session) => {
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
  return attemptOnce({ ...database, preparedStatements: false }, deadline, async (_client, session) => {
    const value = await statement({ query: session.query });
    session.close();
    return { value, finished: Promise.resolve(), hints: [] };
  });
}

type Session = {
  begin(sql: string): Promise<Date>;
  readonly query: Executor["query"];
  /** Ends the session. Throws when a statement failed or is still unanswered. */
  close(): void;
  /** The same for work that threw. Returns the first error of a statement instead of throwing it. */
  abandon(): unknown;
};

type Finished<Value> = { value: Value; finished: Promise<void>; hints: readonly (() => void)[] };
type Attempt<Value> = (client: pg.PoolClient, session: Session) => Promise<Finished<Value>>;

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
    const { value, finished, hints } = await attempt(client, session);
    // Never rejects: a read whose commit was lost has its answer anyway.
    void finished.then(
      () => settle(true),
      () => settle(false),
    );
    runHints(database, hints);
    return value;
  } catch (thrown) {
    const error = session.abandon() ?? thrown;
    settle(await rolledBack(client, error));
    if (!timedOut || hasCode(error, commitUnknownCode)) throw error;
    throw driverError(transactionTimeoutCode, "the transaction exceeded its time limit and was ended", error);
  }
}

function openSession(database: Database, client: pg.PoolClient): Session {
  let firstError: unknown;
  let unanswered = 0;
  let closed = false;
  type ArrayResult = pg.QueryArrayResult<(string | null)[]>;
  const send = <Answer>(config: pg.QueryConfig, decode: (result: ArrayResult) => Answer): Promise<Answer> => {
    if (closed) throw new Error("a statement was sent after its transaction had ended; await it inside the work");
    if (unanswered === 0) corkForThisTick(client);
    unanswered += 1;
    const answer = client.query<(string | null)[]>({ ...config, rowMode: "array", types: rawTypes }).then(decode);
    // Attached here, so that a statement that is not awaited because another one failed causes no unhandled rejection.
    answer.then(
      () => {
        unanswered -= 1;
      },
      (error: unknown) => {
        unanswered -= 1;
        firstError ??= error;
      },
    );
    return answer;
  };
  return {
    begin(sql) {
      const sentMs = performance.now();
      return send({ text: sql }, (result) => readNow(database, result, sentMs));
    },
    query: (statement, values, decode) =>
      send(queryConfig(database, statement, values), ({ rows, rowCount }) => decode({ rows, affected: rowCount ?? 0 })),
    close() {
      closed = true;
      if (firstError !== undefined) throw firstError;
      if (unanswered > 0) throw new Error(`the work returned with ${unanswered} statements unanswered; await them all`);
    },
    abandon() {
      closed = true;
      return firstError;
    },
  };
}

/** Statements of one tick are sent in one packet: the stream is corked until the tick is over. */
function corkForThisTick(client: pg.PoolClient): void {
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const identity = (text: string): string => text;
/** Columns stay text; the statement's own row function decodes them. */
const rawTypes = { getTypeParser: () => identity } as unknown as pg.CustomTypesConfig;

function queryConfig(database: Database, statement: Statement, values: readonly Encoded[]): pg.QueryConfig {
  const named = database.preparedStatements && statement.name !== "";
  return { text: statement.text, values: values as Encoded[], ...(named && { name: statement.name }) };
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

/** Throws when the database's clock has been set: what was decided by an estimate must not be committed. */
function readNow(database: Database, result: unknown, sentMs: number): Date {
  if (database.clock !== undefined) return database.clock();
  // The driver returns a list of two results for a text of two statements.
  const [, selected] = result as [unknown, { rows: [[string]] }];
  const now = toTime(selected.rows[0][0]);
  if (database.time.observe(now, sentMs, performance.now())) return now;
  throw driverError(clockSetCode, "the database's clock has been set, or it stood still");
}

async function commit(client: pg.PoolClient): Promise<void> {
  let answer: pg.QueryResult;
  try {
    answer = await client.query("commit");
  } catch (error) {
    if (classifyDriverError(error).kind !== "unavailable") throw error;
    const message = "the connection was lost during the commit, so its outcome is unknown; repeat the same request";
    throw driverError(commitUnknownCode, message, error);
  }
  // Postgres answers the commit of a failed transaction with ROLLBACK, and reports no error.
  if (answer.command !== "COMMIT") throw new Error(`the commit was answered with ${answer.command}`);
}

/** True when the connection may be used again. */
async function rolledBack(client: pg.PoolClient, error: unknown): Promise<boolean> {
  try {
    await client.query("rollback");
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

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && Reflect.get(error, "code") === code;
}
