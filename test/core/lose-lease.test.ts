// Lost leases and renewals as rules: when an operator should look.
import fc from "fast-check";
import { expect, test } from "vitest";
import { isAlarming, lossRestMs } from "../../src/core/lose-lease.ts";
import { isExcessive } from "../../src/core/renew-lease.ts";

const upTo = (most: number) => Array.from({ length: most }, (_, place) => place + 1);

test("losses alarm at the third and whenever they have doubled, and never between", () => {
  expect(upTo(400).filter(isAlarming)).toEqual([3, 6, 12, 24, 48, 96, 192, 384]);
  expect(isAlarming(0)).toBe(false);
  expect(isAlarming(3 * 2 ** 20)).toBe(true);
  expect(isAlarming(3 * 2 ** 20 + 1)).toBe(false);
});

test("renewals alarm at the thousandth and whenever they have doubled, and never between", () => {
  expect(upTo(9_000).filter(isExcessive)).toEqual([1_000, 2_000, 4_000, 8_000]);
});

test("law 3: the rest after a lost lease is a small part of the second that the law gives", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const restMs = lossRestMs(random);
      expect(Number.isSafeInteger(restMs) && restMs >= 0 && restMs < 250).toBe(true);
    }),
  );
});
