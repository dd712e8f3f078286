// The judgement of the conformance program's report: nothing fails, passes or goes missing unnoticed.
import { expect, test } from "vitest";
import { type Check, judge } from "./judge.ts";

const good: Check = { id: "good", status: "SUCCESS" };
const bad: Check = { id: "bad", status: "FAILURE", errorMessage: "it is not so" };
const report = (...checks: Check[]) => new Map([["one", checks]]);
const counts = { passed: 0, failedAsExpected: 0, failed: 0, skipped: 0 };
const reason = { "one:bad": "A reason." };

test.each([
  ["what passes", report(good), {}, { passed: 1 }],
  ["what fails", report(good, bad), {}, { failed: 1, faults: ["one:bad: it is not so"] }],
  ["a warning", report({ ...bad, status: "WARNING" }), {}, { failed: 1, faults: ["one:bad: it is not so"] }],
  ["what is expected to fail", report(good, bad), reason, { failedAsExpected: 1, excused: ["one:bad: A reason."] }],
  ["what does not fail", report(good), reason, { passed: 1, faults: ["one:bad: is expected to fail, and does not"] }],
  ["what is not checked", report({ id: "later", status: "SKIPPED" }), {}, { skipped: 1 }],
  ["a scenario that is lost", new Map<string, Check[]>(), {}, { faults: ["0 scenarios ran, and not 1"] }],
])("%s is told", (_what, scenarios, failures, told) => {
  expect(judge(scenarios, { scenarios: 1, failures })).toEqual({ ...counts, faults: [], excused: [], ...told });
});
