// Lost leases and renewals as rules: when somebody should look.
import { expect, test } from "vitest";
import { isAlarming } from "../../src/core/lose-lease.ts";
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
