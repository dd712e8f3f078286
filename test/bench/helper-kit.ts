// A process with workers of the TypeScript kit and a handler, as users have them, threads included.
import { createWorker } from "../../clients/typescript/src/index.ts";
import { monotonicMs } from "../../src/cli/bench/load.ts";
import { jsonOfBytes, resultBytes } from "../../src/cli/bench/payload.ts";
import { takeOrders } from "./bench-processes.ts";
import type { Span } from "./helper-load.ts";

type Work = {
  readonly url: string;
  readonly key: string;
  readonly queue: string;
  readonly workers: number;
  readonly slots: number;
};

const result = JSON.parse(jsonOfBytes(resultBytes)) as object;

let settled = 0;
let goal: { readonly at: number; readonly reached: () => void } | undefined;

const orders = {
  openWorkers: async ({ url, key, queue, workers, slots }: Work): Promise<void> => {
    const opened = Array.from({ length: workers }, () => {
      const connected = Promise.withResolvers<void>();
      const worker = createWorker({
        endpoint: url,
        key,
        queues: [queue],
        slots,
        drainOn: [],
        handlers: { bench: () => result },
        onEvent({ type }) {
          if (type === "connected") connected.resolve();
          if (type === "settled") count();
        },
      });
      worker.run().catch(connected.reject);
      return connected.promise;
    });
    await Promise.all(opened);
  },
  /** Resolves when `tasks` more tasks are settled. */
  untilSettled: async ({ tasks }: { tasks: number }): Promise<Span> => {
    const fromMs = monotonicMs();
    settled = 0;
    await new Promise<void>((reached) => {
      goal = { at: tasks, reached };
    });
    return { fromMs, untilMs: monotonicMs() };
  },
};

function count(): void {
  settled += 1;
  if (goal?.at === settled) goal.reached();
}

export type KitOrders = typeof orders;

takeOrders(orders);
