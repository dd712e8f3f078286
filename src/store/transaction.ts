/**
 * The only file that opens transactions. `transaction` begins and reads `now` in one round trip, runs the work,
 * commits; `read` sends begin and statements without waiting between them. Both bound their time, run conflicts again
 * a bounded number of times, and throw the first error the database gave, never one that merely followed from it.
 * A statement that failed ends its transaction: work cannot catch it and go on, the caller of `transaction` can.
 */
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import {
  COMMIT_UNKNOWN_CODE,
  classifyDriverError,
  driverError,
  isMissingWeek,
  TRANSACTION_TIMEOUT_CODE,
} from "./driver-errors.ts";
import type { Database } from "./pool.ts";
import { type Encoded, type Executor, type Statement, toTime } from "./statement.ts";

export type TransactionOptions = {
  /**
   * "flushed": the commit is answered when it is on disk. "lazy": up to 600 ms of commits may be lost in a crash of
   * Postgres (never torn); for progress notes and heartbeats only.
   */
  readonly durability?: "flushed" | "lazy";
  /** Bounds the whole of it: all tries, and the waits between them. */
  readonly timeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly attemptsMax?: number;
};

export type Transaction = Executor & {
  /** The database's clock when this transaction began, in whole milliseconds; the only time its work may know. */
  readonly now: Date;
  /** Runs a hint (a wake-up) once the commit is answered; never after a rollback. Must not throw. */
  afterCommit(hint: () => void): void;
};

export type ReadTransaction = Executor & {
  /** The database's clock; asked for in the same round trip as the first statements. */
  readonly now: Promise<Date>;
};

/** Longer than any batch of ours takes on a busy database, shorter than the deadline of a patient client. */
const TRANSACTION_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 5_000;
/** Rows are locked in key order for a few milliseconds each; waiting this long means somebody is stuck. */
const LOCK_TIMEOUT_MS = 3_000;
/** Only hit when this process stalls between two statements: others must get the locks back. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/**
 * Statements are written so that each has one index for each table. What no statement can forbid is a plan made while a
 * table had a page or two, when reading all of it is cheapest: it is kept on the connection while the table grows to
 * millions of rows, until somebody analyzes it. The statement's shape is the cure, this keeps it from being undone:
 * test/store/plans.test.ts. Compiling pays for no statement of ours, and costs hundreds of milliseconds when the
 * estimate of a statement over many weeks happens to pass a bound.
 */
export const PLANNER_SETTINGS: readonly (readonly [string, string])[] = [
  ["enable_seqscan", "off"],
  ["enable_bitmapscan", "off"],
  ["jit", "off"],
];
/**
 * Times come in one form whatever the role or the database has set. Bytes are read in both their forms, so nothing
 * else that a role may set changes an answer: test/store/hostile-settings.test.ts.
 */
const answerSettings: readonly (readonly [string, string])[] = [
  ["datestyle", "ISO"],
  ["timezone", "UTC"],
];
/** Conflicts are rare where locks are taken in order; the fifth in a row is worth telling the caller. */
const ATTEMPTS_MAX = 5;
/** About one transaction's length, doubled at each try and spread over ±50 % so that rivals do not meet again. */
const RETRY_WAIT_MS = 5;

export function transaction<Value>(
  database: Database,
  options: TransactionOptions,
  work: (tx: Transaction) => Promise<Value>,
): Promise<Value> {
  return retried(database, options, async (client, session) => {
    const hints: (() => void)[] = [];
    const now = await session.begin(beginSql(options, "read write"));
    const value = await work({ query: session.query, now, afterCommit: (hint) => void hints.push(hint) });
    session.close();
    await commit(client);
    return { value, finished: Promise.resolve(), hints };
  });
}

/** Statements that only read. The answer does not wait for the commit, which has nothing to make durable. */
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
    // Elsewhere this code tells of a standby; here it can only be our own begin that forbids the write.
    if (!hasCode(error, READ_ONLY_CODE)) throw error;
    throw new Error("a statement that writes or locks was issued inside read(); use transaction()", { cause: error });
  });
}

/**
 * One statement that only reads, by itself: no begin, no commit, one round trip. No setting holds for it, so it is
 * never kept prepared: planned anew each time, by the size that its tables have now.
 */
export function ask<Value>(
  database: Database,
  options: Pick<TransactionOptions, "timeoutMs">,
  statement: (tx: Executor) => Promise<Value>,
): Promise<Value> {
  const deadline = performance.now() + (options.timeoutMs ?? TRANSACTION_TIMEOUT_MS);
  return attemptOnce({ ...database, preparedStatements: false }, deadline, async (_client, session) => {
    const value = await statement({ query: session.query });
    session.close();
    return { value, finished: Promise.resolve(), hints: [] };
  });
}

type Session = {
  begin(sql: string): Promise<Date>;
  readonly query: Executor["query"];
  /** No statement may follow; throws when one failed or is still unanswered. */
  close(): void;
  /** The same without the complaints, for work that threw. */
  abandon(): unknown;
};

type Finished<Value> = { value: Value; finished: Promise<void>; hints: readonly (() => void)[] };
type Attempt<Value> = (client: pg.PoolClient, session: Session) => Promise<Finished<Value>>;

async function retried<Value>(database: Database, options: TransactionOptions, attempt: Attempt<Value>) {
  const deadline = performance.now() + (options.timeoutMs ?? TRANSACTION_TIMEOUT_MS);
  const attemptsMax = options.attemptsMax ?? ATTEMPTS_MAX;
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
      const waitMs = RETRY_WAIT_MS * 2 ** attempts * (0.5 + Math.random());
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
    // Whatever is on the wire is given up with its connection; Postgres rolls back when it notices.
    client.connection.stream.destroy();
  }, deadline - performance.now());
  const settle = (healthy: boolean) => {
    clearTimeout(watchdog);
    client.release(!healthy);
  };
  try {
    const { value, finished, hints } = await attempt(client, session);
    // Never rejects: a read whose commit was lost has read all the same.
    void finished.then(
      () => settle(true),
      () => settle(false),
    );
    runHints(database, hints);
    return value;
  } catch (thrown) {
    const error = session.abandon() ?? thrown;
    settle(await rolledBack(client, error));
    if (!timedOut || hasCode(error, COMMIT_UNKNOWN_CODE)) throw error;
    throw driverError(TRANSACTION_TIMEOUT_CODE, "the transaction took longer than it may; it was given up", error);
  }
}

function openSession(database: Database, client: pg.PoolClient): Session {
  let firstError: unknown;
  let unanswered = 0;
  let closed = false;
  type ArrayResult = pg.QueryArrayResult<(string | null)[]>;
  const send = <Answer>(config: pg.QueryConfig, decode: (result: ArrayResult) => Answer): Promise<Answer> => {
    if (closed) throw new Error("a statement was issued after its transaction had ended; await it inside the work");
    if (unanswered === 0) corkForThisTick(client);
    unanswered += 1;
    const answer = client.query<(string | null)[]>({ ...config, rowMode: "array", types: RAW_TYPES }).then(decode);
    // Attached here, so that a statement left behind by a failed neighbour is never an unhandled rejection.
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
    begin: (sql) => send({ text: sql }, (result) => readNow(database, result)),
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

/** Statements of one tick leave in one packet: the stream is corked until the tick is over. */
function corkForThisTick(client: pg.PoolClient): void {
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const identity = (text: string): string => text;
/** Columns stay text; the statement's own row function knows their types. */
const RAW_TYPES = { getTypeParser: () => identity } as unknown as pg.CustomTypesConfig;

function queryConfig(database: Database, statement: Statement, values: readonly Encoded[]): pg.QueryConfig {
  const named = database.preparedStatements && statement.name !== "";
  return { text: statement.text, values: values as Encoded[], ...(named && { name: statement.name }) };
}

function beginSql(options: TransactionOptions, access: "read write" | "read only"): string {
  const settings: (readonly [string, string | number])[] = [
    ["statement_timeout", options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS],
    ["lock_timeout", options.lockTimeoutMs ?? LOCK_TIMEOUT_MS],
    ["idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT_MS],
  ];
  if (options.durability === "lazy") settings.push(["synchronous_commit", "off"]);
  settings.push(...PLANNER_SETTINGS, ...answerSettings);
  // set_config(…, true) is SET LOCAL, which leaves nothing behind on a pooler's connection; one select sets all.
  const set = settings.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(", ");
  const now = "date_trunc('milliseconds', clock_timestamp())";
  return `begin isolation level read committed ${access}; select ${now}, ${set}`;
}

function readNow(database: Database, result: unknown): Date {
  if (database.clock !== undefined) return database.clock();
  // The driver answers a text of two statements with a list of two results.
  const [, selected] = result as [unknown, { rows: [[string]] }];
  return toTime(selected.rows[0][0]);
}

async function commit(client: pg.PoolClient): Promise<void> {
  let answer: pg.QueryResult;
  try {
    answer = await client.query("commit");
  } catch (error) {
    if (classifyDriverError(error).kind !== "unavailable") throw error;
    const message = "the connection was lost while committing, so nobody knows the outcome; repeat the same request";
    throw driverError(COMMIT_UNKNOWN_CODE, message, error);
  }
  // Postgres answers the commit of a failed transaction with a friendly ROLLBACK.
  if (answer.command !== "COMMIT") throw new Error(`the commit was answered with ${answer.command}`);
}

/** True when the connection may be used again. */
async function rolledBack(client: pg.PoolClient, error: unknown): Promise<boolean> {
  try {
    await client.query("rollback");
  } catch {
    return false;
  }
  // A prepared statement that the schema or a pooler has pulled away would fail on this connection for ever.
  return !STALE_STATEMENT_CODES.some((code) => hasCode(error, code));
}

function runHints(database: Database, hints: readonly (() => void)[]): void {
  for (const hint of hints) {
    try {
      hint();
    } catch (error) {
      // The work is committed; a lost hint costs latency, and telling the caller of a failure would be a lie.
      database.log("after_commit_hint_failed", { error: String(error) });
    }
  }
}

const READ_ONLY_CODE = "25006";
const STALE_STATEMENT_CODES = ["0A000", "26000"];

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && Reflect.get(error, "code") === code;
}
