// Who of several claimers gets which task: dealt like tasks, whatever the allocations and the deck.
import fc from "fast-check";
import { expect, test } from "vitest";
import { distribute } from "../../src/core/claim-tasks.ts";

const wishesOf = (wanted: readonly number[], bytesMax = 1_000) => wanted.map((tasks) => ({ tasks, bytesMax }));
const cardsOf = (allocations: ReturnType<typeof distribute<number>>) => allocations.map(({ tasks }) => tasks);
const itself = (card: number) => card;

test("the best go round: each claim gets its share of them, and none more than it wants", () => {
  expect(cardsOf(distribute([1, 2, 3, 4, 5, 6, 7], wishesOf([2, 0, 4, 1])))).toEqual([[1, 4], [], [2, 5, 6, 7], [3]]);
  expect(cardsOf(distribute([1, 2], wishesOf([5, 5, 5])))).toEqual([[1], [2], []]);
  expect(cardsOf(distribute([], wishesOf([3])))).toEqual([[]]);
  expect(distribute([1], [])).toEqual([]);
});

test("who cannot carry the next one has as much as he gets, and the next one gets it", () => {
  // Cards weigh what they say. The third is too much for the first allocation, and what is light does not overtake it.
  expect(distribute([4, 5, 9, 1, 1], wishesOf([5, 5], 10), itself)).toEqual([
    { tasks: [4], bytes: 4, isCut: true },
    { tasks: [5], bytes: 5, isCut: true },
  ]);
  expect(distribute([4, 5, 6, 1], wishesOf([5, 5], 10), itself)).toEqual([
    { tasks: [4, 6], bytes: 10, isCut: false },
    { tasks: [5, 1], bytes: 6, isCut: false },
  ]);
  // One that is too large for anybody is still had, alone.
  expect(cardsOf(distribute([99, 1], wishesOf([5, 5], 10), itself))).toEqual([[99], [1]]);
});

test("whatever it weighs: each allocation weighs what it may, or is one card, and says whether it was cut", () => {
  const tasks = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
  fc.assert(
    fc.property(tasks, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (deck, wanted) => {
      const allocations = distribute(deck, wishesOf(wanted, 30), itself);
      for (const { tasks: allocation } of allocations) {
        expect(allocation.length <= 1 || allocation.reduce((sum, one) => sum + one, 0) <= 30).toBe(true);
      }
      const dealt = allocations.reduce((sum, { tasks: { length } }) => sum + length, 0);
      const all = wanted.reduce((sum, want) => sum + want, 0);
      expect(dealt < Math.min(deck.length, all)).toBe(
        allocations.every(({ isCut, tasks }, at) => isCut || tasks.length === wanted[at]) &&
          allocations.some(({ isCut }) => isCut),
      );
    }),
  );
});

test("nothing is given twice, nothing wanted is left, each allocation is in order, none is two tasks ahead", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.array(fc.nat(9), { maxLength: 12 }), (count, wanted) => {
      const allocations = cardsOf(distribute([...Array(count).keys()], wishesOf(wanted)));
      const dealt = allocations.flat().sort((one, other) => one - other);
      const all = wanted.reduce((sum, want) => sum + want, 0);
      expect(dealt).toEqual([...Array(Math.min(count, all)).keys()]);
      for (const [place, allocation] of allocations.entries()) {
        expect(allocation).toEqual([...allocation].sort((one, other) => one - other));
        expect(allocation.length).toBeLessThanOrEqual(wanted[place] ?? 0);
        const isFull = allocation.length === wanted[place];
        for (const other of allocations) if (!isFull) expect(other.length).toBeLessThanOrEqual(allocation.length + 1);
      }
    }),
  );
});
