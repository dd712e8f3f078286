// The loops of a server: it polls for waiting calls, sweeps when the poller finds work for it, drops weeks whose
// retention is over, and makes partitions ahead of time.

import type { Operations } from "../engine/index.ts";
import type { Log } from "../log.ts";
import type { Config } from "./config.ts";
import { type Loop, type LoopMetrics, startLoop } from "./loop.ts";

export type Loops = {
  /** Polls at once for everything that calls wait for on this server. */
  readonly pollEverything: () => void;
  stop(): Promise<void>;
};

export type LoopsOptions = {
  readonly config: Pick<Config, "waitPollIntervalMs" | "sweepIntervalMs">;
  readonly log: Log;
  readonly metrics?: LoopMetrics;
  readonly random: () => number;
  readonly monotonicMs: () => number;
};

const minuteMs = 60_000;
const hourMs = 3_600_000;
export const jitter = 0.1;
/** Calls wait for it, so it must continue soon after the database is back. */
const waitPollBackoffMaxMs = 5_000;
/** Tasks that sleep until moments close to each other wake together. */
const wakeGapMinMs = 10;

export function startLoops(operations: Operations, { config, ...common }: LoopsOptions): Loops {
  const all = { ...common, jitter };
  const sweeper: Loop = startLoop({
    ...all,
    name: "sweep",
    // The wait poller wakes it when there is work, and what is left to it; the interval is only a safeguard.
    intervalMs: Math.max(config.sweepIntervalMs, minuteMs),
    runOnce: async (signal) => {
      const { more, ...swept } = await operations.sweep(signal);
      if (more) sweeper.wake();
      return Object.values(swept).some((count) => count > 0) ? swept : undefined;
    },
  });
  operations.onLeftover(sweeper.wake);
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
    pollEverything: waitPoller.pollEverything,
    async stop() {
      await Promise.all([sweeper, retention, partitions, waitPoller.loop].map((loop) => loop.stop()));
    },
  };
}

/**
 * The interval of passes, and whether a pass must poll what was polled `agoMs` ago. Law 3 bounds delays by the sweep
 * interval, so jitter only makes passes earlier, and a pass polls when the next one might be too late.
 */
export function waitPollPace({ waitPollIntervalMs, sweepIntervalMs }: LoopsOptions["config"]) {
  const passMs = Math.min(waitPollIntervalMs, sweepIntervalMs);
  const mustPoll = (agoMs: number, everyMs: number) => agoMs + passMs > everyMs;
  return { intervalMs: passMs / (1 + jitter), mustPoll };
}

/** Each pass is one statement, for waiting calls and for the sweep. */
function startWaitPoller(operations: Operations, { config, ...common }: LoopsOptions, sweeper: Loop) {
  const { waitPollIntervalMs, sweepIntervalMs } = config;
  const { monotonicMs } = common;
  const { intervalMs, mustPoll } = waitPollPace(config);
  let isRequested = false;
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
      const topics = isRequested || mustPoll(nowMs - topicsMs, waitPollIntervalMs);
      const due = mustPoll(nowMs - dueMs, sweepIntervalMs);
      isRequested = false;
      const { isDue, dueInMs } = await operations.pollWaits({ topics, due }, signal);
      // Not reached by a pass that failed: the next one polls instead.
      if (topics) topicsMs = nowMs;
      if (due) dueMs = nowMs;
      if (isDue) sweeper.wake();
      if (dueInMs !== undefined) wakeIn(dueInMs);
      return undefined;
    },
  });
  // A task that sleeps wakes at its time, and not at the next pass. The pass that wakes it asks for the next one.
  let timer: NodeJS.Timeout | undefined;
  function wakeIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        dueMs = Number.NEGATIVE_INFINITY;
        loop.wake();
      },
      Math.max(ms, wakeGapMinMs),
    ).unref();
  }
  const pollEverything = () => {
    isRequested = true;
    loop.wake();
  };
  return { loop, pollEverything };
}
