// Who of several claimers gets which task: dealt like cards, whatever the hands and the deck.
import fc from "fast-check";
import { expect, test } from "vitest";
import { deal } from "../../src/core/claim-tasks.ts";

test("the best go round: each claim gets its share of them, and none more than it wants", () => {
  expect(deal([1, 2, 3, 4, 5, 6, 7], [2, 0, 4, 1])).toEqual([[1, 4], [], [2, 5, 6, 7], [3]]);
  expect(deal([1, 2], [5, 5, 5])).toEqual([[1], [2], []]);
  expect(deal([], [3])).toEqual([[]]);
  expect(deal([1], [])).toEqual([]);
});

test("whatever is dealt: nothing twice, nothing left that is wanted, each hand in order, nobody two ahead", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.array(fc.nat(9), { maxLength: 12 }), (count, wanted) => {
      const hands = deal([...Array(count).keys()], wanted);
      const dealt = hands.flat().sort((one, other) => one - other);
      const all = wanted.reduce((sum, want) => sum + want, 0);
      expect(dealt).toEqual([...Array(Math.min(count, all)).keys()]);
      for (const [place, hand] of hands.entries()) {
        expect(hand).toEqual([...hand].sort((one, other) => one - other));
        expect(hand.length).toBeLessThanOrEqual(wanted[place] ?? 0);
        const isFull = hand.length === wanted[place];
        for (const other of hands) if (!isFull) expect(other.length).toBeLessThanOrEqual(hand.length + 1);
      }
    }),
  );
});
