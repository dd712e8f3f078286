// Runs work repeatedly: at an interval with jitter, and at once when woken, one pass at a time. A failed pass is logged
// and the next one waits longer; stopping aborts the running pass and waits for it.
import { errorFields, type Log } from "../log.ts";

export type LoopOptions = {
  readonly name: string;
  readonly intervalMs: number;
  /** The random part of each wait, so that servers that were started together do not sweep together. */
  readonly jitter: number;
  /** One pass. Its report is logged; undefined if it did nothing worth a line. */
  readonly runOnce: (signal: AbortSignal) => Promise<LoopReport | undefined>;
  readonly log: Log;
  readonly metrics?: LoopMetrics;
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly monotonicMs: () => number;
  /** The longest wait after failures. */
  readonly backoffMaxMs?: number;
  /** How long `stop` waits for a pass that ignores its signal. */
  readonly stopMaxMs?: number;
};

export type LoopReport = Readonly<Record<string, string | number | boolean>>;
export type LoopMetrics = { loopPassed(name: string, seconds: number, failed: boolean): void };
export type Loop = {
  /** Starts the next pass now, or right after the running one. Several calls start one pass. */
  wake(): void;
  /** Resolves when no pass runs and none will follow. May be called twice. */
  stop(): Promise<void>;
};

const backoffFactor = 2;
const backoffMaxDefaultMs = 60_000;
const stopMaxDefaultMs = 10_000;

export function startLoop(options: LoopOptions): Loop {
  const { intervalMs, backoffMaxMs = backoffMaxDefaultMs, stopMaxMs = stopMaxDefaultMs, log, name } = options;
  const stopping = new AbortController();
  let failures = 0;
  let woken = false;
  let endWait: (() => void) | undefined;

  function wake(): void {
    woken = true;
    endWait?.();
  }

  async function wait(ms: number): Promise<void> {
    if (woken || stopping.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    endWait = resolve;
    await promise;
    endWait = undefined;
    clearTimeout(timer);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await wait(waitMs(options, intervalMs, failures, backoffMaxMs));
      if (stopping.signal.aborted) return;
      woken = false;
      failures = (await pass(options, stopping.signal)) ? 0 : failures + 1;
      // A failing pass must back off even if it is woken all the time.
      if (failures > 0) woken = false;
    }
  }

  const ended = run();
  async function stop(): Promise<void> {
    stopping.abort();
    endWait?.();
    const { promise, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), stopMaxMs);
    const late = (await Promise.race([ended, promise])) === "late";
    clearTimeout(timer);
    if (late) log.warn("loop did not stop in time", { loop: name, waited_ms: stopMaxMs });
  }
  return { wake, stop };
}

/** Runs one pass and returns whether it succeeded. Never rejects. */
async function pass(options: LoopOptions, signal: AbortSignal): Promise<boolean> {
  const { name, log, metrics, monotonicMs } = options;
  const startedMs = monotonicMs();
  const took = () => Math.round((monotonicMs() - startedMs) * 1_000) / 1_000;
  try {
    const report = await options.runOnce(signal);
    metrics?.loopPassed(name, took() / 1_000, false);
    if (report !== undefined) log.info("loop", { loop: name, duration_ms: took(), ...report });
    return true;
  } catch (error) {
    if (signal.aborted) return true; // it was aborted by stop()
    metrics?.loopPassed(name, took() / 1_000, true);
    log.error("loop pass failed", { loop: name, duration_ms: took(), ...errorFields(error) });
    return false;
  }
}

function waitMs(options: LoopOptions, intervalMs: number, failures: number, backoffMaxMs: number): number {
  const longest = Math.max(intervalMs, backoffMaxMs);
  const base = Math.min(intervalMs * backoffFactor ** failures, longest);
  return base * (1 + options.jitter * (2 * options.random() - 1));
}
