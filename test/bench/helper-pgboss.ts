// A process that sends jobs to pg-boss or works on them, with its own library as its documentation describes.
import { PgBoss } from "pg-boss";
import { monotonicMs } from "../../src/cli/bench/load.ts";
import { jsonOfBytes, payloadBytes, resultBytes } from "../../src/cli/bench/payload.ts";
import { takeOrders } from "./bench-processes.ts";
import type { Span } from "./helper-load.ts";

export const queueName = "bench";
const payload = JSON.parse(jsonOfBytes(payloadBytes)) as object;
const result = JSON.parse(jsonOfBytes(resultBytes)) as object;

let boss: PgBoss | undefined;
let handled = 0;
let goal: { readonly at: number; readonly reached: () => void } | undefined;

export type WorkOptions = { readonly batchSize: number; readonly localConcurrency: number };

const orders = {
  connect: async ({ databaseUrl, pool }: { databaseUrl: string; pool: number }): Promise<void> => {
    boss = new PgBoss({ connectionString: databaseUrl, max: pool, useListenNotify: true, schedule: false });
    boss.on("error", (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
    await boss.start();
    // Both processes create it; the second call does nothing.
    await boss.createQueue(queueName, { notify: true });
  },
  send: async ({ tasks, callers }: { tasks: number; callers: number }): Promise<Span> => {
    const fromMs = monotonicMs();
    let left = tasks;
    const caller = async () => {
      while (left > 0) {
        left -= 1;
        await boss?.send(queueName, payload);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return { fromMs, untilMs: monotonicMs() };
  },
  work: async ({ batchSize, localConcurrency }: WorkOptions) => {
    const options = { batchSize, localConcurrency, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 } as const;
    await boss?.work(queueName, { ...options, notifyPollingIntervalSeconds: 0.5 }, async (jobs) => {
      handled += jobs.length;
      tellGoal();
      return result;
    });
  },
  untilHandled: ({ tasks }: { tasks: number }): Promise<void> =>
    new Promise((resolve) => {
      goal = { at: tasks, reached: resolve };
      tellGoal();
    }),
  startCounting: async () => {
    handled = 0;
    goal = undefined;
  },
};

function tellGoal(): void {
  if (goal && handled >= goal.at) goal.reached();
}

export type PgBossOrders = typeof orders;

takeOrders(orders);
