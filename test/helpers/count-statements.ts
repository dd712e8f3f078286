// Counts the transactions, statements and written rows of a server at the driver. The statistics of Postgres come too
// late for assertions.
import type pg from "pg";
import { expect, vi } from "vitest";
import { bindEngine, type Operations } from "../../src/engine/index.ts";
import type { Database } from "../../src/store/pool.ts";
import type { TestEngine } from "./engine.ts";
import { patience } from "./patience.ts";

export type Counted = {
  transactions: number;
  statements: number;
  /** Statements that were sent together, or before the answers to the ones before them, are one. */
  flights: number;
  rowsWritten: number;
};

const writes = new Set(["INSERT", "UPDATE", "DELETE"]);

/** Resolves when `transactions` transactions have begun and all are over: waiting callers have read and now wait. */
export async function whenTransactionsEnded(database: Database, counted: Counted, transactions: number): Promise<void> {
  const isOver = () => counted.transactions >= transactions && database.busy() === 0;
  await vi.waitFor(() => expect(isOver()).toBe(true), { ...patience, interval: 2 });
}

/** A second server on the engine's database, whose statements are counted. */
export function openCountedServer({ engine }: TestEngine): { operations: Operations; counted: Counted } {
  const counted: Counted = { transactions: 0, statements: 0, flights: 0, rowsWritten: 0 };
  const database = countingDatabase(engine.database, counted);
  return { operations: bindEngine({ ...engine, database }, () => performance.now()), counted };
}

function countingDatabase(database: Database, counted: Counted): Database {
  return {
    ...database,
    async acquire() {
      const client = await database.acquire();
      const underWay = { count: 0 };
      return new Proxy(client, {
        get(target, name) {
          if (name === "query")
            return (config: pg.QueryConfig) => count(target.query(config), config, counted, underWay);
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}

async function count(
  answer: Promise<pg.QueryResult>,
  config: pg.QueryConfig | string,
  counted: Counted,
  underWay: { count: number },
): Promise<pg.QueryResult> {
  const text = typeof config === "string" ? config : config.text;
  counted.statements += 1;
  if (text.startsWith("begin")) counted.transactions += 1;
  if (underWay.count === 0) counted.flights += 1;
  underWay.count += 1;
  const result = await answer.finally(() => {
    underWay.count -= 1;
  });
  if (writes.has(result.command)) counted.rowsWritten += result.rowCount ?? 0;
  return result;
}
