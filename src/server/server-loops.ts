// The loops of a server: it polls for waiting callers, sweeps when the poller says so, drops what has been kept long
// enough, and makes the weeks of the ledger ahead of time.

import type { Operations } from "../engine/index.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../rpc/metrics.ts";
import type { Config } from "./config.ts";
import { type Loop, startLoop } from "./loop.ts";

export type Loops = {
  /** Looks at once for all that is waited for here. */
  readonly lookAtEverything: () => void;
  stop(): Promise<void>;
};

export type LoopsOptions = {
  readonly config: Pick<Config, "waitPollIntervalMs" | "sweepIntervalMs">;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly random: () => number;
  readonly monotonicMs: () => number;
};

const minuteMs = 60_000;
const hourMs = 3_600_000;
export const jitter = 0.1;
/** Calls wait for it, so it is back soon after the database is. */
const waitPollBackoffMaxMs = 5_000;

export function startLoops(operations: Operations, { config, ...common }: LoopsOptions): Loops {
  const all = { ...common, jitter };
  const sweeper: Loop = startLoop({
    ...all,
    name: "sweep",
    // The wait poller wakes it when there is something to do; by itself it only makes sure.
    intervalMs: Math.max(config.sweepIntervalMs, minuteMs),
    runOnce: async (signal) => {
      const { lost, ended, more } = await operations.sweep(signal);
      if (more) sweeper.wake();
      return lost + ended > 0 ? { lost, ended } : undefined;
    },
  });
  const retention: Loop = startLoop({
    ...all,
    name: "retention",
    intervalMs: hourMs,
    runOnce: async (signal) => {
      const { more, ...dropped } = await operations.dropExpired(signal);
      if (more) retention.wake();
      return Object.values(dropped).some((count) => count > 0) ? dropped : undefined;
    },
  });
  const partitions = startLoop({
    ...all,
    name: "partitions",
    intervalMs: hourMs,
    runOnce: async () => {
      const made = await operations.makePartitions();
      return made > 0 ? { made } : undefined;
    },
  });
  const waitPoller = startWaitPoller(operations, { config, ...common }, sweeper);
  return {
    lookAtEverything: waitPoller.lookAtEverything,
    async stop() {
      await Promise.all([sweeper, retention, partitions, waitPoller.loop].map((loop) => loop.stop()));
    },
  };
}

/**
 * How often a pass comes, and whether it must look at what was looked at so long ago. Law 3 counts from the sweep
 * interval: jitter makes a pass come early, never late, and one looks when the next might come too late.
 */
export function waitPollPace({ waitPollIntervalMs, sweepIntervalMs }: LoopsOptions["config"]) {
  const passMs = Math.min(waitPollIntervalMs, sweepIntervalMs);
  const mustLook = (agoMs: number, everyMs: number) => agoMs + passMs > everyMs;
  return { intervalMs: passMs / (1 + jitter), mustLook };
}

/** One pass, one statement, for those who wait and for the sweep. */
function startWaitPoller(operations: Operations, { config, ...common }: LoopsOptions, sweeper: Loop) {
  const { waitPollIntervalMs, sweepIntervalMs } = config;
  const { monotonicMs } = common;
  const { intervalMs, mustLook } = waitPollPace(config);
  let isAsked = false;
  let topicsMs = Number.NEGATIVE_INFINITY;
  let dueMs = Number.NEGATIVE_INFINITY;
  const loop = startLoop({
    ...common,
    jitter,
    name: "wait_poller",
    intervalMs,
    backoffMaxMs: waitPollBackoffMaxMs,
    runOnce: async (signal) => {
      const nowMs = monotonicMs();
      const topics = isAsked || mustLook(nowMs - topicsMs, waitPollIntervalMs);
      const due = mustLook(nowMs - dueMs, sweepIntervalMs);
      isAsked = false;
      const { isDue } = await operations.pollWaits({ topics, due }, signal);
      // Only what was looked at counts: a pass that failed is made up for by the next.
      if (topics) topicsMs = nowMs;
      if (due) dueMs = nowMs;
      if (isDue) sweeper.wake();
      return undefined;
    },
  });
  const lookAtEverything = () => {
    isAsked = true;
    loop.wake();
  };
  return { loop, lookAtEverything };
}
