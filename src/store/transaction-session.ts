// One transaction on one connection, as transaction.ts uses it: statements go out without waiting for answers, and so
// may the commit. It knows the first error of the database, and what has become of a commit.
import type pg from "pg";
import { clockAheadMaxMs, clockBehindMaxMs } from "./database-clock.ts";
import { classifyDriverError, clockSetCode, commitUnknownCode, driverError, hasCode } from "./driver-errors.ts";
import type { Database } from "./pool.ts";
import { type Encoded, type Executor, type Statement, toTime } from "./statement.ts";

export type Session = {
  begin(sql: string): Promise<Date>;
  readonly query: Executor["query"];
  /** Ends the session. Throws when a statement failed or is still unanswered. */
  close(): void;
  /** Ends it with a commit behind the statements that are sent now. `now` is the time that the work goes by. */
  commitWith<Answers>(last: Promise<Answers>, now: Date): Promise<Answers>;
  /** Resolves when the commit is answered, which is sent now if it was not before. */
  committed(): Promise<void>;
  /** Whether it is certain that nothing was committed. Waits for the answer to a commit that was sent. */
  isUndone(): Promise<boolean>;
  /** Ends the session of work that threw. Returns the error that ended it, if it was not the work's own. */
  abandon(): unknown;
  /** Whether Postgres has answered the commit, so that there is nothing to roll back. */
  isOver(): boolean;
};

type ArrayResult = pg.QueryArrayResult<(string | null)[]>;

export function openSession(database: Database, client: pg.PoolClient): Session {
  const sent = openStatements(client);
  let isBegun = false;
  let commitment: Commitment | undefined;
  return {
    begin(sql) {
      const sentMs = performance.now();
      return sent.send({ text: sql }, (result) => {
        isBegun = true;
        return readNow(database, result, sentMs, commitment !== undefined);
      });
    },
    query: (statement, values, decode) =>
      sent.send(queryConfig(database, statement, values), ({ rows, rowCount }) =>
        decode({ rows, affected: rowCount ?? 0 }),
      ),
    close: sent.close,
    commitWith(last, now) {
      let hasFailed = false;
      last.catch(() => {
        hasFailed = true;
      });
      // Once this tick is over, all is sent; or it is known that some of it cannot be, and then nothing is committed.
      corkForThisTick(client, () => {
        if (hasFailed || sent.closed || sent.firstError !== undefined) return;
        sent.closed = true;
        commitment = beginCommit(client, isBegun || database.clock ? commitSql : guardedCommitSql(now));
      });
      return last;
    },
    async committed() {
      if (commitment === undefined) sent.close();
      commitment ??= beginCommit(client, commitSql);
      await commitment.answered;
      sent.close();
    },
    async isUndone() {
      sent.closed = true;
      const error = commitment ? await commitment.error : "not sent";
      if (error === undefined) return false;
      if (!hasCode(error, commitUnknownCode)) return true;
      // The connection was lost. If Postgres had refused a statement before, it committed nothing; else it may have.
      if (isRefusedStatement(sent.firstError)) return true;
      sent.firstError = error;
      return false;
    },
    abandon() {
      sent.closed = true;
      return sent.firstError;
    },
    isOver: () => commitment?.isOver ?? false,
  };
}

/** Sends statements without waiting, and remembers the first error. */
function openStatements(client: pg.PoolClient) {
  let unanswered = 0;
  const sent = {
    closed: false,
    firstError: undefined as unknown,
    send<Answer>(config: pg.QueryConfig, decode: (result: ArrayResult) => Answer): Promise<Answer> {
      if (sent.closed)
        throw new Error("a statement was sent after its transaction had ended; await it inside the work");
      if (unanswered === 0) corkForThisTick(client);
      unanswered += 1;
      const answer = client.query<(string | null)[]>({ ...config, rowMode: "array", types: rawTypes }).then(decode);
      // Attached here, so that a statement that is not awaited because another one failed causes no unhandled
      // rejection.
      answer.then(
        () => {
          unanswered -= 1;
        },
        (error: unknown) => {
          unanswered -= 1;
          sent.firstError ??= error;
        },
      );
      return answer;
    },
    /** Throws when a statement failed or is still unanswered. */
    close() {
      sent.closed = true;
      if (sent.firstError !== undefined) throw sent.firstError;
      if (unanswered > 0) throw new Error(`the work returned with ${unanswered} statements unanswered; await them all`);
    },
  };
  return sent;
}

/** Statements of one tick are sent in one packet: the stream is corked until the tick is over. */
function corkForThisTick(client: pg.PoolClient, sendLast = () => {}): void {
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => {
    sendLast();
    stream.uncork();
  });
}

const identity = (text: string): string => text;
/** Columns stay text; the statement's own row function decodes them. */
const rawTypes = { getTypeParser: () => identity } as unknown as pg.CustomTypesConfig;

function queryConfig(database: Database, statement: Statement, values: readonly Encoded[]): pg.QueryConfig {
  const named = database.preparedStatements && statement.name !== "";
  return { text: statement.text, values: values as Encoded[], ...(named && { name: statement.name }) };
}

/**
 * Throws when the database's clock has been set: what was decided by an estimate must not be committed. Where it may be
 * committed already, Postgres has checked that.
 */
function readNow(database: Database, result: unknown, sentMs: number, isCommitSent: boolean): Date {
  if (database.clock !== undefined) return database.clock();
  // The driver returns a list of two results for a text of two statements.
  const [, selected] = result as [unknown, { rows: [[string]] }];
  const now = toTime(selected.rows[0][0]);
  if (database.time.observe(now, sentMs, performance.now()) || isCommitSent) return now;
  throw driverError(clockSetCode, "the database's clock has been set, or it stood still");
}

function isRefusedStatement(error: unknown): boolean {
  return error !== undefined && !["unavailable", "bug"].includes(classifyDriverError(error).kind);
}

type Commitment = {
  readonly answered: Promise<void>;
  /** Undefined when it succeeded. Never rejects: a statement's error comes first. */
  readonly error: Promise<unknown>;
  /** Postgres has answered, with COMMIT or with ROLLBACK. */
  isOver: boolean;
};

const commitSql = "commit";

/** Commits only if the estimate of the database's clock by which the work was done was good enough: decision 0018. */
function guardedCommitSql(now: Date): string {
  const from = new Date(now.getTime() - clockAheadMaxMs).toISOString();
  const until = new Date(now.getTime() + clockBehindMaxMs).toISOString();
  const holds = `transaction_timestamp() between '${from}' and '${until}'`;
  return `select expected(${holds}, 'the clock'); ${commitSql}`;
}

function beginCommit(client: pg.PoolClient, sql: string): Commitment {
  const answered = commit(client, sql, () => {
    commitment.isOver = true;
  });
  const error = answered.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const commitment: Commitment = { answered, error, isOver: false };
  return commitment;
}

export async function commit(client: pg.PoolClient, sql = commitSql, onAnswered = () => {}): Promise<void> {
  let answers: pg.QueryResult | pg.QueryResult[];
  try {
    answers = await client.query(sql);
  } catch (error) {
    if (classifyDriverError(error).kind !== "unavailable") throw error;
    const message = "the connection was lost during the commit, so its outcome is unknown; repeat the same request";
    throw driverError(commitUnknownCode, message, error);
  }
  onAnswered();
  const { command } = [answers].flat().at(-1) ?? { command: "nothing" };
  // Postgres answers the commit of a failed transaction with ROLLBACK, and reports no error.
  if (command !== "COMMIT") throw new Error(`the commit was answered with ${command}`);
}
