// How long a worker may count on its leases, by this machine's monotonic clock: the TTL from when the last acknowledged
// heartbeat was sent, minus a margin; after a break no longer than the grace. Only the database decides when a lease
// expires. This clock is early, so that no handler works on a task that another worker has.
import { monotonicMs } from "./monotonic.ts";

/** For clocks that run at different rates, and for the time that handlers need to stop. */
const marginShare = 0.1;
const marginMsMax = 2_000;

export type LeaseClock = {
  welcomed(helloAtMs: number, ttlMs: number, graceMs: number): void;
  acknowledged(heartbeatAtMs: number): void;
  disconnected(): void;
  /** The leases are lost, as the server says. */
  expire(): void;
  stop(): void;
};

export function createLeaseClock(onExpired: () => void): LeaseClock {
  let ttlMs = 0;
  let graceMs = 0;
  let untilMs = 0;
  let timer: NodeJS.Timeout | undefined;

  function countUntil(atMs: number): void {
    untilMs = atMs;
    clearTimeout(timer);
    timer = setTimeout(check, Math.max(0, untilMs - monotonicMs()));
  }

  function check(): void {
    // Timers run before input: after a busy spell, an acknowledgement may have arrived and not been read yet.
    setImmediate(() =>
      setImmediate(() => {
        if (timer !== undefined && monotonicMs() >= untilMs) expire();
      }),
    );
  }

  function expire(): void {
    stop();
    onExpired();
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  const withoutMargin = (ms: number) => ms - Math.min(ms * marginShare, marginMsMax);

  return {
    welcomed(helloAtMs, ttl, grace) {
      ttlMs = ttl;
      graceMs = grace;
      countUntil(helloAtMs + withoutMargin(ttlMs));
    },
    acknowledged(heartbeatAtMs) {
      countUntil(Math.max(untilMs, heartbeatAtMs + withoutMargin(ttlMs)));
    },
    disconnected() {
      if (timer !== undefined) countUntil(Math.min(untilMs, monotonicMs() + withoutMargin(graceMs)));
    },
    expire,
    stop,
  };
}
