// A process that adds jobs to graphile-worker or runs them, with its own library as its documentation describes.
import { Logger, makeWorkerUtils, type Runner, run, type WorkerUtils } from "graphile-worker";
import { monotonicMs } from "../../src/cli/bench/load.ts";
import { jsonOfBytes, payloadBytes } from "../../src/cli/bench/payload.ts";
import { takeOrders } from "./bench-processes.ts";
import type { Span } from "./helper-load.ts";

export const taskName = "bench";
const payload = JSON.parse(jsonOfBytes(payloadBytes)) as object;
/** Its own benchmark logs no line per job, and neither does our server. */
const silent = new Logger(() => () => undefined);

let utils: WorkerUtils | undefined;
let runner: Runner | undefined;
let handled = 0;
let goal: { readonly at: number; readonly reached: () => void } | undefined;

export type RunOptions = {
  readonly concurrentJobs: number;
  readonly pool: number;
  /** Absent: without a local queue. */
  readonly localQueueSize?: number;
};

const orders = {
  connectToAdd: async ({ databaseUrl, pool }: { databaseUrl: string; pool: number }): Promise<void> => {
    utils = await makeWorkerUtils({ connectionString: databaseUrl, maxPoolSize: pool, logger: silent });
    await utils.migrate();
  },
  add: async ({ tasks, batch, callers }: { tasks: number; batch: number; callers: number }): Promise<Span> => {
    const fromMs = monotonicMs();
    let left = tasks;
    const caller = async () => {
      while (left > 0) {
        const count = Math.min(batch, left);
        left -= count;
        if (batch === 1) await utils?.addJob(taskName, payload);
        else await utils?.addJobs(Array.from({ length: count }, () => ({ identifier: taskName, payload })));
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    return { fromMs, untilMs: monotonicMs() };
  },
  run: async ({ databaseUrl, concurrentJobs, pool, localQueueSize }: RunOptions & { databaseUrl: string }) => {
    const batching = { localQueue: { size: localQueueSize ?? -1 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
    runner = await run({
      connectionString: databaseUrl,
      maxPoolSize: pool,
      logger: silent,
      noHandleSignals: true,
      crontab: "",
      taskList: { [taskName]: handle },
      preset: { worker: { concurrentJobs, ...(localQueueSize !== undefined && batching) } },
    });
  },
  /** Resolves when `tasks` more jobs were handled; whether the database knows it, the caller asks the database. */
  untilHandled: ({ tasks }: { tasks: number }): Promise<void> =>
    new Promise((resolve) => {
      goal = { at: tasks, reached: resolve };
      tellGoal();
    }),
  startCounting: async () => {
    handled = 0;
    goal = undefined;
  },
  stop: async () => await runner?.stop(),
};

async function handle(): Promise<void> {
  handled += 1;
  tellGoal();
}

function tellGoal(): void {
  if (goal && handled >= goal.at) goal.reached();
}

export type GraphileOrders = typeof orders;

takeOrders(orders);
