// Backoff: every wait within its bounds, for any policy that the contract allows.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Retry, retryDelayMs } from "../../src/core/backoff.ts";
import { times } from "../helpers/random.ts";

const dayMs = 86_400_000;
const policy: fc.Arbitrary<Retry> = fc.record({
  initialMs: fc.integer({ min: 0, max: 30 * dayMs }),
  multiplier: fc.double({ min: 1, max: 100, noNaN: true }),
  maxMs: fc.integer({ min: 0, max: 30 * dayMs }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const attempt = fc.integer({ min: 1, max: 1_000 });
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("a wait is a whole number of milliseconds, never below zero and never beyond the longest and its jitter", () => {
  fc.assert(
    fc.property(policy, attempt, draw, (retry, failed, random) => {
      const delayMs = retryDelayMs(retry, failed, random);
      expect(Number.isSafeInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(Math.ceil(retry.maxMs * (1 + retry.jitter)));
    }),
    { numRuns: times(500) },
  );
});

test("a wait is moved by its jitter and no more, and without jitter it never shrinks from attempt to attempt", () => {
  fc.assert(
    fc.property(policy, attempt, draw, (retry, failed, random) => {
      const exact = retryDelayMs({ ...retry, jitter: 0 }, failed, random);
      const moved = retryDelayMs(retry, failed, random);
      // Each of the two was rounded by up to half a millisecond.
      expect(Math.abs(moved - exact)).toBeLessThanOrEqual((exact + 0.5) * retry.jitter + 1);
      expect(retryDelayMs({ ...retry, jitter: 0 }, failed + 1, random)).toBeGreaterThanOrEqual(exact);
    }),
    { numRuns: times(500) },
  );
});

test("the contract's formula, by example", () => {
  const retry: Retry = { initialMs: 30_000, multiplier: 2, maxMs: 900_000, jitter: 0.1 };
  const exact = [1, 2, 3, 4, 5, 6, 7, 1_000].map((failed) => retryDelayMs(retry, failed, 0.5));
  expect(exact).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000]);
  expect(retryDelayMs(retry, 1, 0)).toBe(27_000);
  expect(retryDelayMs(retry, 1, 1 - 2 ** -53)).toBe(33_000);
  expect(retryDelayMs({ ...retry, initialMs: 0, multiplier: 100 }, 1_000, 0.5)).toBe(0);
});
