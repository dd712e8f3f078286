// Which pages are read for receipts, and that pages and weeks follow from an id alone. Which weeks those are is in
// test/engine/runtime/ids.test.ts.
import fc from "fast-check";
import { expect, test } from "vitest";
import { pageOf, pagesOf, weekOf } from "../../src/core/ledger-page.ts";
import { times } from "../helpers/random.ts";

const [taskId, nextTaskId] = ["01943a00-0000-7000-8000-000000000001", "01945d00-0000-7000-8000-000000000001"];
const pageId = "01945d00-0000-7000-8000-00000abc0000";

test("a page is named once for all its receipts, and once for each week that has a page of this id", () => {
  const receipts = [
    { taskId, receiptId: "01945d00-0000-7000-8000-00000abc0001" },
    { taskId: nextTaskId, receiptId: "01945d00-0000-7000-8000-00000abc0002" },
    { taskId, receiptId: "01945d00-0000-7000-8000-00000abcffff" },
  ];
  expect(pagesOf(receipts)).toEqual({ weeks: [weekOf(taskId), weekOf(nextTaskId)], pageIds: [pageId, pageId] });
  expect(pagesOf([])).toEqual({ weeks: [], pageIds: [] });
});

const weekMs = 7 * 24 * 60 * 60 * 1_000;
const monday = Date.UTC(2026, 0, 5);
/** Times about the ends of a few weeks. */
const timeMs = fc
  .tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }))
  .map(([weeks, ms]) => monday + weeks * weekMs + ms);
const tail = fc.constantFrom("7000-8000-00000000", "7000-8000-00000001");
const id = fc.record({ ms: timeMs, tail, place: fc.integer({ min: 0, max: 0xffff }) });

test("an id belongs to the page of its beginning and to the week of its time, whichever was asked about before", () => {
  fc.assert(
    fc.property(fc.array(id, { minLength: 1, maxLength: 30 }), (ids) => {
      for (const { ms, tail, place } of ids) {
        const beginning = `${timeText(ms)}-${tail}`;
        const text = beginning + place.toString(16).padStart(4, "0");
        expect(pageOf(text)).toBe(`${beginning}0000`);
        const week = monday + Math.floor((ms - monday) / weekMs) * weekMs;
        expect(weekOf(text)).toBe(`${timeText(week)}-0000-0000-000000000000`);
      }
    }),
    { numRuns: times(200) },
  );
});

function timeText(ms: number): string {
  const digits = ms.toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
