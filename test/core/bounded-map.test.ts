// A bounded map forgets its oldest entry.
import { expect, test } from "vitest";
import { setBounded } from "../../src/core/bounded-map.ts";

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
