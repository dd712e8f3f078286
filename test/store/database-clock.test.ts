// What the database's clock shows, between readings: never ahead of it, close behind it, and given up when it is set.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createDatabaseClock } from "../../src/store/database-clock.ts";

const start = Date.parse("2026-03-04T05:06:07.089Z");

/** A database whose clock is `aheadMs` before this process's own. */
function openClock() {
  const world = { monotonicMs: 1_000, aheadMs: start };
  const clock = createDatabaseClock(() => world.monotonicMs);
  const truth = () => world.monotonicMs + world.aheadMs;
  const read = (thereMs: number, backMs: number): boolean => {
    const sentMs = world.monotonicMs;
    world.monotonicMs += thereMs;
    const reading = new Date(Math.floor(truth()));
    world.monotonicMs += backMs;
    return clock.observe(reading, sentMs, world.monotonicMs);
  };
  return { world, clock, truth, read };
}

test("there is no estimate before the first reading, nor when the last one is long ago", () => {
  const { clock, read, world } = openClock();
  expect(clock.estimate()).toBeUndefined();
  expect(read(1, 1)).toBe(true);
  expect(clock.estimate()).toBeInstanceOf(Date);
  world.monotonicMs += 3_000;
  expect(clock.estimate()).toBeInstanceOf(Date);
  world.monotonicMs += 2_000;
  expect(clock.estimate()).toBeUndefined();
});

test("an estimate is never ahead, and no further behind than the last reading took to come back", () => {
  const trips = fc.array(
    fc.tuple(fc.double({ min: 0, max: 300, noNaN: true }), fc.double({ min: 0, max: 300, noNaN: true })),
    {
      minLength: 1,
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(trips, fc.double({ min: 0, max: 1_500, noNaN: true }), (all, laterMs) => {
      const { clock, truth, read, world } = openClock();
      for (const [thereMs, backMs] of all) {
        expect(read(thereMs, backMs)).toBe(true);
        const estimate = clock.estimate();
        expect(estimate?.getTime()).toBeLessThanOrEqual(truth());
      }
      const [, backMs] = all.at(-1) ?? [0, 0];
      world.monotonicMs += laterMs;
      const behindMs = truth() - (clock.estimate()?.getTime() ?? 0);
      expect(behindMs).toBeGreaterThanOrEqual(0);
      // The last reading counts in any case; rounding takes up to a millisecond twice.
      expect(behindMs).toBeLessThanOrEqual(backMs + 2);
    }),
  );
});

test.each([-5_000, -100, 100, 5_000])(
  "a clock that is set by %d ms is noticed, once, and the estimate follows it",
  (byMs) => {
    const { clock, truth, read, world } = openClock();
    expect(read(1, 1)).toBe(true);
    world.aheadMs += byMs;
    expect(read(1, 1)).toBe(false);
    expect(read(1, 1)).toBe(true);
    const behindMs = truth() - (clock.estimate()?.getTime() ?? 0);
    expect(behindMs).toBeGreaterThanOrEqual(0);
    expect(behindMs).toBeLessThanOrEqual(3);
  },
);

test("a clock that drifts as hardware clocks do is followed without a notice", () => {
  const { clock, truth, read, world } = openClock();
  for (let count = 0; count < 200; count += 1) {
    expect(read(1, 1)).toBe(true);
    world.monotonicMs += 500;
    world.aheadMs += count % 2 === 0 ? 0.1 : 0.4;
    expect(truth() - (clock.estimate()?.getTime() ?? 0)).toBeGreaterThanOrEqual(0);
  }
});

test("time does not go back when quick readings give way to slow ones, nor behind a reading", () => {
  const { clock, read, truth, world } = openClock();
  read(0, 0);
  let last = 0;
  for (let count = 0; count < 100; count += 1) {
    world.monotonicMs += 50;
    // Taken half a second ago, and only received now.
    clock.observe(new Date(Math.floor(truth() - 500)), world.monotonicMs - 500, world.monotonicMs);
    const estimate = clock.estimate()?.getTime() ?? 0;
    expect(estimate).toBeGreaterThanOrEqual(last);
    last = estimate;
  }
});

test("a clock that was set back while no reading was fresh is followed at once", () => {
  const { clock, truth, read, world } = openClock();
  read(1, 1);
  world.monotonicMs += 10_000;
  world.aheadMs -= 3_600_000;
  expect(read(1, 1)).toBe(true);
  expect(clock.estimate()?.getTime()).toBeLessThanOrEqual(truth());
});
