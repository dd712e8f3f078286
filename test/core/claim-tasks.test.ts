// Who of several claimers gets which task: dealt like cards, whatever the hands and the deck.
import fc from "fast-check";
import { expect, test } from "vitest";
import { distribute } from "../../src/core/claim-tasks.ts";

const wishesOf = (wanted: readonly number[], bytesMax = 1_000) => wanted.map((tasks) => ({ tasks, bytesMax }));
const cardsOf = (hands: ReturnType<typeof distribute<number>>) => hands.map(({ tasks }) => tasks);
const itself = (card: number) => card;

test("the best go round: each claim gets its share of them, and none more than it wants", () => {
  expect(cardsOf(distribute([1, 2, 3, 4, 5, 6, 7], wishesOf([2, 0, 4, 1])))).toEqual([[1, 4], [], [2, 5, 6, 7], [3]]);
  expect(cardsOf(distribute([1, 2], wishesOf([5, 5, 5])))).toEqual([[1], [2], []]);
  expect(cardsOf(distribute([], wishesOf([3])))).toEqual([[]]);
  expect(distribute([1], [])).toEqual([]);
});

test("who cannot carry the next one has as much as he gets, and the next one gets it", () => {
  // Cards weigh what they say. The third is too much for the first hand, and what is light does not overtake it.
  expect(distribute([4, 5, 9, 1, 1], wishesOf([5, 5], 10), itself)).toEqual([
    { cards: [4], bytes: 4, isCut: true },
    { cards: [5], bytes: 5, isCut: true },
  ]);
  expect(distribute([4, 5, 6, 1], wishesOf([5, 5], 10), itself)).toEqual([
    { cards: [4, 6], bytes: 10, isCut: false },
    { cards: [5, 1], bytes: 6, isCut: false },
  ]);
  // One that is too large for anybody is still had, alone.
  expect(cardsOf(distribute([99, 1], wishesOf([5, 5], 10), itself))).toEqual([[99], [1]]);
});

test("whatever it weighs: each hand weighs what it may, or is one card, and says whether it was cut", () => {
  const cards = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
  fc.assert(
    fc.property(cards, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (deck, wanted) => {
      const hands = distribute(deck, wishesOf(wanted, 30), itself);
      for (const { tasks: hand } of hands) {
        expect(hand.length <= 1 || hand.reduce((sum, one) => sum + one, 0) <= 30).toBe(true);
      }
      const dealt = hands.reduce((sum, { tasks: { length } }) => sum + length, 0);
      const all = wanted.reduce((sum, want) => sum + want, 0);
      expect(dealt < Math.min(deck.length, all)).toBe(
        hands.every(({ isCut, tasks }, at) => isCut || tasks.length === wanted[at]) && hands.some(({ isCut }) => isCut),
      );
    }),
  );
});

test("whatever is dealt: nothing twice, nothing left that is wanted, each hand in order, nobody two ahead", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.array(fc.nat(9), { maxLength: 12 }), (count, wanted) => {
      const hands = cardsOf(distribute([...Array(count).keys()], wishesOf(wanted)));
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
