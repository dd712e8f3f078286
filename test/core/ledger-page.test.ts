// Which pages are read for receipts. The weeks themselves are in test/engine/runtime/ids.test.ts.
import { expect, test } from "vitest";
import { pagesOf, weekOf } from "../../src/core/ledger-page.ts";

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
