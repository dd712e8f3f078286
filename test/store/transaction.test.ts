import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { classifyDriverError } from "../../src/store/driver-errors.ts";
import type { Database } from "../../src/store/pool.ts";
import type { Executor, RawRow } from "../../src/store/statement.ts";
import { read, transaction } from "../../src/store/transaction.ts";
import { openTestDatabase, query } from "../helpers/database.ts";

const unhandled: unknown[] = [];
const remember = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", remember);
});
afterEach(async () => {
  await nextTurn();
  process.off("unhandledRejection", remember);
  expect(unhandled).toEqual([]);
});

/** The statements of these tests are written in place; those of the server come from the generator. */
function sql(tx: Executor, text: string, ...values: (string | number)[]): Promise<readonly RawRow[]> {
  return tx.query({ name: "", text }, values, ({ rows }) => rows);
}

async function openCounters(options: Parameters<typeof openTestDatabase>[0] = {}) {
  const database = await openTestDatabase(options);
  await query(
    database.databaseUrl,
    "create table counter (name text primary key, value int not null); insert into counter values ('a', 0), ('b', 0)",
  );
  return database;
}

async function counterValue(database: Database, name: string): Promise<string | null | undefined> {
  const rows = await read(database, {}, (tx) => sql(tx, "select value from counter where name = $1", name));
  return rows[0]?.[0];
}

const add = (tx: Executor, name: string) => sql(tx, "update counter set value = value + 1 where name = $1", name);

describe("a transaction", () => {
  test("commits what its work did, and answers what its work answers", async () => {
    const database = await openCounters();
    const answer = await transaction(database, {}, async (tx) => {
      await add(tx, "a");
      return "done";
    });
    expect(answer).toBe("done");
    expect(await counterValue(database, "a")).toBe("1");
  });

  test("leaves nothing behind when its work throws, and throws the same", async () => {
    const database = await openCounters();
    const fault = new Error("changed my mind");
    const work = transaction(database, {}, async (tx) => {
      await add(tx, "a");
      throw fault;
    });
    await expect(work).rejects.toBe(fault);
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("knows the database's time in whole milliseconds", async () => {
    const database = await openCounters();
    const [now, later] = await transaction(database, {}, async (tx) => {
      const [row] = await sql(tx, "select extract(epoch from clock_timestamp()) * 1000");
      return [tx.now, Number(row?.[0])];
    });
    expect(now.getTime()).toBeLessThanOrEqual(later);
    expect(later - now.getTime()).toBeLessThan(60_000);
  });

  test("takes its time from the scripted clock when there is one", async () => {
    const noon = new Date("2031-05-06T12:00:00.789Z");
    const database = await openCounters({ clock: () => noon });
    expect(await transaction(database, {}, async (tx) => tx.now)).toEqual(noon);
    expect(await read(database, {}, (tx) => tx.now)).toEqual(noon);
  });

  test("runs again, from the beginning, after a deadlock, and both rivals succeed", async () => {
    const database = await openCounters();
    let attempts = 0;
    let arrived = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    // An estimate of the clock that a stalled machine contradicts would be one more attempt.
    const crossing = (first: string, second: string) =>
      transaction(database, { time: "read" }, async (tx) => {
        attempts += 1;
        await add(tx, first);
        arrived += 1;
        if (arrived === 2) open();
        await gate;
        await add(tx, second);
      });
    await Promise.all([crossing("a", "b"), crossing("b", "a")]);
    expect(attempts).toBe(3);
    expect([await counterValue(database, "a"), await counterValue(database, "b")]).toEqual(["2", "2"]);
  });

  test("fails with a conflict after its last attempt", async () => {
    const database = await openCounters();
    let attempts = 0;
    const work = transaction(database, { attemptsMax: 3 }, async (tx) => {
      attempts += 1;
      await sql(tx, "do $$ begin raise exception 'no' using errcode = '40001'; end $$");
    });
    const error = await work.catch((reason: unknown) => reason);
    expect(classifyDriverError(error)).toEqual({ kind: "conflict" });
    expect(attempts).toBe(3);
  });

  test("is not retried after any other failure", async () => {
    const database = await openCounters();
    let attempts = 0;
    const work = transaction(database, {}, async (tx) => {
      attempts += 1;
      await sql(tx, "insert into counter values ('a', 1)");
    });
    const error = await work.catch((reason: unknown) => reason);
    expect(classifyDriverError(error)).toEqual({ kind: "unique_violation", constraint: "counter_pkey" });
    expect(attempts).toBe(1);
  });

  test("throws the first error of statements sent together, not one that followed from it", async () => {
    const database = await openCounters();
    const work = transaction(database, {}, async (tx) => {
      const first = add(tx, "a");
      const failing = sql(tx, "select 1 / 0");
      const late = add(tx, "b");
      await first;
      // Awaited out of order, so that the work sees "current transaction is aborted" first.
      await late;
      await failing;
    });
    await expect(work).rejects.toThrow("division by zero");
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("is not committed when its work swallows a statement's error", async () => {
    const database = await openCounters();
    const work = transaction(database, {}, async (tx) => {
      await add(tx, "a");
      await sql(tx, "select 1 / 0").catch(() => undefined);
    });
    await expect(work).rejects.toThrow("division by zero");
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("is not committed when its work swallows an answer that could not be read", async () => {
    const database = await openCounters();
    const unreadable = () => {
      throw new Error("no such answer was expected");
    };
    const work = transaction(database, {}, async (tx) => {
      await add(tx, "a");
      await tx.query({ name: "", text: "select 1" }, [], unreadable).catch(() => undefined);
    });
    await expect(work).rejects.toThrow("no such answer was expected");
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("is not committed when its work leaves a statement unanswered", async () => {
    const database = await openCounters();
    const work = transaction(database, {}, async (tx) => {
      void add(tx, "a");
    });
    await expect(work).rejects.toThrow("1 statements unanswered");
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("refuses a statement after its end", async () => {
    const database = await openCounters();
    const kept = await transaction(database, {}, async (tx) => tx);
    expect(() => add(kept, "a")).toThrow("after its transaction had ended");
  });

  test("runs its hints after the commit, and none after a rollback", async () => {
    const database = await openCounters();
    const seen: unknown[] = [];
    await transaction(database, {}, async (tx) => {
      tx.afterCommit(() => void seen.push(counterValue(database, "a")));
      await add(tx, "a");
      expect(seen).toEqual([]);
    });
    expect(await Promise.all(seen)).toEqual(["1"]);
    const failing = transaction(database, {}, async (tx) => {
      tx.afterCommit(() => void seen.push("never"));
      await sql(tx, "select 1 / 0");
    });
    await expect(failing).rejects.toThrow("division by zero");
    expect(seen).toHaveLength(1);
  });

  test("runs only the hints of the attempt that was committed", async () => {
    const database = await openCounters();
    const hints: number[] = [];
    let attempts = 0;
    await transaction(database, {}, async (tx) => {
      attempts += 1;
      const attempt = attempts;
      tx.afterCommit(() => void hints.push(attempt));
      if (attempt < 3) await sql(tx, "do $$ begin raise exception 'no' using errcode = '40P01'; end $$");
    });
    expect(hints).toEqual([3]);
  });

  test("stays committed, and logs it, when a hint throws", async () => {
    const database = await openCounters();
    await transaction(database, {}, async (tx) => {
      tx.afterCommit(() => {
        throw new Error("broken hint");
      });
      await add(tx, "a");
    });
    expect(await counterValue(database, "a")).toBe("1");
    expect(database.logged.map(({ event }) => event)).toEqual(["after_commit_hint_failed"]);
  });

  test("ends a statement that exceeds its time limit", async () => {
    const database = await openCounters();
    const work = transaction(database, { statementTimeoutMs: 20 }, (tx) => sql(tx, "select pg_sleep(10)"));
    expect(classifyDriverError(await work.catch((reason: unknown) => reason))).toEqual({ kind: "timeout" });
  });

  test("ends in bounded time although each statement is within its limit", async () => {
    const database = await openCounters();
    const work = transaction(database, { timeoutMs: 50 }, async (tx) => {
      for (;;) await sql(tx, "select 1");
    });
    expect(classifyDriverError(await work.catch((reason: unknown) => reason))).toEqual({ kind: "timeout" });
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("does not wait for a lock beyond its limit", async () => {
    const database = await openCounters();
    await transaction(database, {}, async (holder) => {
      await add(holder, "a");
      const rival = transaction(database, { lockTimeoutMs: 20 }, (tx) => add(tx, "a"));
      expect(classifyDriverError(await rival.catch((reason: unknown) => reason))).toEqual({ kind: "timeout" });
    });
  });

  test("leaves no settings on its connection", async () => {
    const database = await openCounters({ poolMax: 1 });
    const settings = (tx: Executor) =>
      sql(tx, "select current_setting('synchronous_commit'), current_setting('statement_timeout')");
    const inside = await transaction(database, { durability: "lazy", statementTimeoutMs: 1234 }, settings);
    expect(inside[0]).toEqual(["off", "1234ms"]);
    const after = await transaction(database, {}, settings);
    expect(after[0]).toEqual(["on", "5s"]);
  });

  test("fails as unavailable when Postgres ends its connection, and the next one works", async () => {
    const database = await openCounters();
    const bounds = { timeoutMs: 60_000, statementTimeoutMs: 60_000 };
    const work = transaction(database, bounds, async (tx) => {
      const [row] = await sql(tx, "select pg_backend_pid()");
      const sleeping = sql(tx, "select pg_sleep(60)");
      const behind = add(tx, "a");
      await query(database.databaseUrl, `select pg_terminate_backend(${row?.[0]})`);
      await sleeping;
      await behind;
    });
    const error = await work.catch((reason: unknown) => reason);
    expect(classifyDriverError(error)).toEqual({ kind: "unavailable", outcomeUnknown: false });
    expect(await counterValue(database, "a")).toBe("0");
  });

  test("reports an unknown outcome when the connection is lost during the commit", async () => {
    const database = await openCounters();
    // A deferred trigger runs inside the commit, and there ends its own connection.
    await query(
      database.databaseUrl,
      `create function leave() returns trigger language plpgsql as
         $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); return null; end $$;
       create constraint trigger leave after update on counter deferrable initially deferred
         for each row execute function leave()`,
    );
    const error = await transaction(database, {}, (tx) => add(tx, "a")).catch((reason: unknown) => reason);
    expect(classifyDriverError(error)).toEqual({ kind: "unavailable", outcomeUnknown: true });
  });

  test("throws the error of a commit that is refused", async () => {
    const database = await openCounters();
    await query(database.databaseUrl, "create table pair (value int unique deferrable initially deferred)");
    const work = transaction(database, {}, (tx) => sql(tx, "insert into pair values (1), (1)"));
    const error = await work.catch((reason: unknown) => reason);
    expect(classifyDriverError(error)).toEqual({ kind: "unique_violation", constraint: "pair_value_key" });
  });

  test("works the same without named statements", async () => {
    for (const preparedStatements of [true, false]) {
      const database = await openCounters({ preparedStatements, poolMax: 1 });
      const statement = { name: "Value_1", text: "select value from counter where name = $1" };
      const prepared = await transaction(database, {}, async (tx) => {
        const [first, second] = await Promise.all([
          tx.query(statement, ["a"], ({ rows }) => rows),
          tx.query(statement, ["b"], ({ rows }) => rows),
        ]);
        expect([first, second]).toEqual([[["0"]], [["0"]]]);
        return sql(tx, "select name from pg_prepared_statements");
      });
      expect(prepared).toEqual(preparedStatements ? [["Value_1"]] : []);
    }
  });

  test("recovers when the table of a named statement has changed", async () => {
    const database = await openCounters({ poolMax: 1 });
    const all = (tx: Executor) => tx.query({ name: "All_1", text: "select * from counter" }, [], ({ rows }) => rows);
    await read(database, {}, all);
    await query(database.databaseUrl, "alter table counter add column note text");
    await expect(read(database, {}, all)).rejects.toThrow("cached plan must not change result type");
    expect(await read(database, {}, all)).toHaveLength(2);
  });
});

describe("a read", () => {
  test("answers, with the database's time, in one round trip", async () => {
    const database = await openCounters();
    const { rows, now } = await read(database, {}, async (tx) => {
      const [rows, now] = await Promise.all([sql(tx, "select value from counter"), tx.now]);
      return { rows, now };
    });
    expect(rows).toEqual([["0"], ["0"]]);
    expect(Math.abs(Date.now() - now.getTime())).toBeLessThan(60_000);
  });

  test("sees an error of one statement among several issued together", async () => {
    const database = await openCounters();
    const work = read(database, {}, async (tx) => {
      const failing = sql(tx, "select 1 / 0");
      const behind = sql(tx, "select 1");
      await behind;
      await failing;
    });
    await expect(work).rejects.toThrow("division by zero");
  });

  test("refuses to write, and calls that a bug", async () => {
    const database = await openCounters();
    const error = await read(database, {}, (tx) => add(tx, "a")).catch((reason: unknown) => reason);
    expect(String(error)).toContain("inside read()");
    expect(classifyDriverError(error)).toEqual({ kind: "bug" });
  });

  test("gives its connection back after an error", async () => {
    const database = await openCounters({ poolMax: 1 });
    await expect(read(database, {}, (tx) => sql(tx, "select 1 / 0"))).rejects.toThrow("division by zero");
    expect(await counterValue(database, "a")).toBe("0");
  });
});
