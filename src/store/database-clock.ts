// What time it is in the database, without asking it. Each transaction reads the database's clock when it begins; taken
// between sending and receiving, a reading bounds how far the clock is from this process's own. Decision 0018 says what
// for.

export type DatabaseClock = {
  /**
   * Never ahead of the database's clock, and never before an earlier estimate or reading. Undefined while no reading is
   * fresh enough to tell.
   */
  estimate(): Date | undefined;
  /** Takes a reading. False if the database's clock has been set since the readings before it. */
  observe(reading: Date, sentMs: number, receivedMs: number): boolean;
};

/** Readings are whole milliseconds. */
const grainMs = 1;
/** How far two clocks drift apart in a window, and how much a reading may be late in ways that its times hide. */
const slackMs = 20;
/**
 * A transaction that is committed without waiting for the reading lets Postgres compare: the estimate may be ahead of
 * the clock by the slack, and behind it by what a busy machine takes to begin: less than a lock may be waited for.
 */
export const clockAheadMaxMs = slackMs;
export const clockBehindMaxMs = 2_000;
/** Bounds of this window and the one before count. Without a reading in either, there is no estimate. */
const windowMs = 2_000;

type Bounds = { readonly sinceMs: number; least: number; most: number };

export function createDatabaseClock(monotonicMs: () => number = () => performance.now()): DatabaseClock {
  let before: Bounds | undefined;
  let current: Bounds | undefined;
  /** The latest time that is known to have passed: what was created then must not seem to lie ahead. */
  let passedMs = Number.NEGATIVE_INFINITY;

  function turn(nowMs: number): void {
    if (current !== undefined && nowMs - current.sinceMs < windowMs) return;
    before = current !== undefined && nowMs - current.sinceMs < 2 * windowMs ? current : undefined;
    current = undefined;
  }

  return {
    estimate() {
      const nowMs = monotonicMs();
      turn(nowMs);
      const best = Math.max(before?.least ?? Number.NEGATIVE_INFINITY, current?.least ?? Number.NEGATIVE_INFINITY);
      if (!Number.isFinite(best)) return undefined;
      passedMs = Math.max(passedMs, Math.floor(nowMs + best));
      return new Date(passedMs);
    },
    observe(reading, sentMs, receivedMs) {
      turn(receivedMs);
      // The clock was read after sending and before receiving, so its distance from our own is between these.
      const least = reading.getTime() - receivedMs;
      const most = reading.getTime() + grainMs - sentMs;
      const wasSet = [before, current].some(
        (known) => known !== undefined && (least > known.most + slackMs || most < known.least - slackMs),
      );
      if (wasSet) before = current = undefined;
      // Nothing is known any more, and the clock may have been set back.
      if (before === undefined && current === undefined) passedMs = Number.NEGATIVE_INFINITY;
      passedMs = Math.max(passedMs, reading.getTime());
      if (current === undefined) current = { sinceMs: receivedMs, least, most };
      current.least = Math.max(current.least, least);
      current.most = Math.min(current.most, most);
      return !wasSet;
    },
  };
}
