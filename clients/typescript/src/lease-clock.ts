// How long the leases of a session can be counted on, by this machine's own clock: until (when the last answered beat
// was sent) + TTL − a margin, and after a break no longer than the grace. Only the database decides when a lease has
// run out; this clock is early, so that nobody works on what another may have by now.
import { monotonicMs } from "./durations.ts";

/** For clocks that do not run alike, and for the time it takes to stop. */
const marginShare = 0.1;
const marginMsMax = 2_000;

export type LeaseClock = {
  welcomed(helloAtMs: number, ttlMs: number, graceMs: number): void;
  beaten(sentAtMs: number): void;
  broken(): void;
  /** The server says that it is over. */
  lapse(): void;
  stop(): void;
};

export function createLeaseClock(onLapse: () => void): LeaseClock {
  let ttlMs = 0;
  let graceMs = 0;
  let untilMs = 0;
  let timer: NodeJS.Timeout | undefined;

  function countUntil(atMs: number): void {
    untilMs = atMs;
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(0, untilMs - monotonicMs()));
  }

  function look(): void {
    // Timers come before what has arrived: after a busy spell, the answer to a beat may lie there unread.
    setImmediate(() =>
      setImmediate(() => {
        if (timer === undefined) return;
        if (monotonicMs() >= untilMs) lapse();
      }),
    );
  }

  function lapse(): void {
    stop();
    onLapse();
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  const lastingMs = (ms: number) => ms - Math.min(ms * marginShare, marginMsMax);

  return {
    welcomed(helloAtMs, ttl, grace) {
      ttlMs = ttl;
      graceMs = grace;
      countUntil(helloAtMs + lastingMs(ttlMs));
    },
    beaten(sentAtMs) {
      countUntil(Math.max(untilMs, sentAtMs + lastingMs(ttlMs)));
    },
    broken() {
      if (timer !== undefined) countUntil(Math.min(untilMs, monotonicMs() + lastingMs(graceMs)));
    },
    lapse,
    stop,
  };
}
