// Ids: UUIDv7 of the moment given, in the order in which they were made.
import { expect, test } from "vitest";
import { pageOf, weekOf } from "../../../src/core/ledger-page.ts";
import { createIds, createPageIds } from "../../../src/engine/runtime/ids.ts";

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

test("the ids of one transaction share a page, count its places up from 1, and sort as they were made", () => {
  const newId = createPageIds(createIds(), moment);
  const ids = Array.from({ length: 2_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
  expect(ids.slice(0, 1_024).map(pageOf)).toEqual(Array(1_024).fill(pageOf(ids[0] ?? "")));
  expect(ids.slice(0, 3).map((id) => id.slice(-4))).toEqual(["0001", "0002", "0003"]);
  expect(new Set(ids.map(pageOf)).size).toBe(2);
  expect(ids).not.toContain(pageOf(ids[0] ?? ""));
});

test("transactions of one millisecond have pages of their own", () => {
  const ids = createIds();
  const pages = Array.from({ length: 10_000 }, () => pageOf(createPageIds(ids, moment)()));
  expect(new Set(pages).size).toBe(pages.length);
});

test("the week of an id begins on Monday, 0:00 UTC", () => {
  const ids = createIds();
  const mondayOf = (time: string) => weekOf(ids(new Date(time)));
  const floor = (time: string) => `${new Date(time).getTime().toString(16).padStart(12, "0")}${"0".repeat(20)}`;
  for (const time of ["2026-03-02T00:00:00.000Z", "2026-03-04T05:06:07.089Z", "2026-03-08T23:59:59.999Z"]) {
    expect(mondayOf(time).replaceAll("-", "")).toBe(floor("2026-03-02T00:00:00Z"));
  }
  expect(mondayOf("2026-03-09T00:00:00Z").replaceAll("-", "")).toBe(floor("2026-03-09T00:00:00Z"));
});
