// Amounts are exact: what is added is what is shown, whatever the order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addAmounts, amountsOf, formatAmount, parseAmount, unitsBeyond } from "../../src/core/amounts.ts";

/** As the contract's rule has it. */
const text = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.option(fc.stringMatching(/^[0-9]{1,9}$/)))
  .map(([whole, fraction]) => (fraction === null ? String(whole) : `${whole}.${fraction}`));

describe("an amount", () => {
  test.each([
    ["0", "0"],
    ["0.10", "0.1"],
    ["12.000000001", "12.000000001"],
    ["999999999999999999.999999999", "999999999999999999.999999999"],
    ["7.000", "7"],
  ])("%s is written as %s", (given, written) => {
    expect(formatAmount(parseAmount(given))).toBe(written);
  });

  test("is the same after it was written and read", () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(parseAmount(formatAmount(parseAmount(one)))).toBe(parseAmount(one));
      }),
    );
  });
});

test("sums do not depend on the order, and ten times 0.1 is 1", () => {
  const tenth = amountsOf({ usd: "0.1" });
  const sum = Array.from({ length: 10 }).reduce<ReturnType<typeof amountsOf>>(
    (all) => addAmounts(all, tenth),
    new Map(),
  );
  expect(formatAmount(sum.get("usd") ?? 0n)).toBe("1");
  // The control: floating-point numbers say something else.
  expect(Array.from({ length: 10 }).reduce<number>((all) => all + 0.1, 0)).not.toBe(1);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
      const forth = texts.reduce((all, one) => all + parseAmount(one), 0n);
      const back = texts.toReversed().reduce((all, one) => all + parseAmount(one), 0n);
      expect(forth).toBe(back);
    }),
  );
});

test("only units of the budget can go beyond it", () => {
  const spent = amountsOf({ usd: "5.000000001", tokens: "10", calls: "3" });
  expect(unitsBeyond(spent, amountsOf({ usd: "5", tokens: "10" }))).toEqual(["usd"]);
  expect(unitsBeyond(spent, new Map())).toEqual([]);
});
