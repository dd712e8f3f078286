// What waits in the queues of all tenants, for the metrics of a server.
import { measureQueues as measureQueuesStatement } from "../../store/queue.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

export type MeasuredQueue = {
  readonly tenant: string;
  readonly queue: string;
  readonly waiting: number;
  readonly oldestSeconds: number;
};

/** Beyond these, numbers are lower bounds: a measurement must cost the same with millions of tasks. */
const countedMax = 10_000;
const lanesMax = 2_000;
/** A scraper waits for it. */
const timeoutMs = 2_000;

/** The `most` queues in which most waits. */
export function measureQueues({ database }: Engine, most: number): Promise<MeasuredQueue[]> {
  return read(database, { timeoutMs }, async (tx) => {
    const now = await tx.now;
    const rows = await measureQueuesStatement(tx, { now, lanesMax, countedMax, most });
    return rows.map(({ oldestTime, ...row }) => ({
      ...row,
      oldestSeconds: oldestTime ? Math.max(0, now.getTime() - oldestTime.getTime()) / 1_000 : 0,
    }));
  });
}
