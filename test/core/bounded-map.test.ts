// A bounded map forgets its oldest entry.
import { expect, test } from "vitest";
import { addBounded, renewBounded, setBounded } from "../../src/core/bounded-map.ts";

test("a full map forgets the entry that was set first, and no other", () => {
  const map = new Map<string, number>();
  for (const [place, key] of ["a", "b", "c"].entries()) setBounded(map, key, place, 3);
  setBounded(map, "b", 9, 3);
  expect([...map]).toEqual([
    ["a", 0],
    ["b", 9],
    ["c", 2],
  ]);
  setBounded(map, "d", 3, 3);
  expect([...map.keys()]).toEqual(["b", "c", "d"]);
});

test("an entry that is renewed becomes the newest", () => {
  const map = new Map([
    ["a", 0],
    ["b", 1],
  ]);
  renewBounded(map, "a", 2, 2);
  renewBounded(map, "c", 3, 2);
  expect([...map]).toEqual([
    ["a", 2],
    ["c", 3],
  ]);
});

test("a full set forgets what was added first, and nothing when it has the value", () => {
  const set = new Set(["a", "b"]);
  addBounded(set, "a", 2);
  expect([...set]).toEqual(["a", "b"]);
  addBounded(set, "c", 2);
  expect([...set]).toEqual(["b", "c"]);
});
