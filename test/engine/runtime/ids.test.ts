// Ids: UUIDv7 of the moment given, in the order in which they were made.
import { expect, test } from "vitest";
import { createIds } from "../../../src/engine/runtime/ids.ts";

const moment = new Date("2026-03-04T05:06:07.089Z");

test("an id is a UUIDv7 that carries its moment", () => {
  const id = createIds()(moment);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(moment.getTime());
});

test("a hundred thousand ids of one millisecond are all different and sort as they were made", () => {
  const newId = createIds();
  const ids = Array.from({ length: 100_000 }, () => newId(moment));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test("two servers do not make the same ids in the same millisecond", () => {
  const [one, other] = [createIds(), createIds()];
  const ids = Array.from({ length: 10_000 }, () => [one(moment), other(moment)]).flat();
  expect(new Set(ids).size).toBe(ids.length);
});
