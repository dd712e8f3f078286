// The file of results holds the latest results of each row, and the docs are generated from it.
import { expect, test } from "vitest";
import { type Speed, speedFigures, speedSvg, speedTable } from "../../src/build/generate-docs-speed.ts";
import { median, ratioOf, type Turn } from "./compare.ts";
import { machineFacts } from "./measure.ts";
import { mergeResults, type Results } from "./results.ts";

const machine = machineFacts("18.4");

function results(name: string, value: number, on = machine): Results {
  const kind = "figure";
  const row = { prints: { [name]: `what ${name} is` }, time: "2026-11-21T00:00:00.000Z", settings: {} };
  return { machine: on, rows: [{ ...row, results: [{ kind, name, value, unit: "ms" }] }] };
}

test("a row that runs again replaces its own results and keeps those of others", () => {
  const both = mergeResults(results("memory", 1), results("keep_cost", 2));
  const again = mergeResults(both, results("memory", 3));
  expect(again.rows.map((row) => row.results[0]?.value)).toEqual([2, 3]);
});

test("results of another machine are dropped", () => {
  const other = results("memory", 1, { ...machine, cores: machine.cores + 1 });
  expect(mergeResults(other, results("keep_cost", 2)).rows).toHaveLength(1);
});

test("the docs show what was measured, and say so where nothing was", () => {
  const none: Speed = { machine: {}, rows: [] };
  expect(speedTable(none)).toContain("Nothing has been measured yet");
  expect(speedFigures(none)).toContain("Nothing has been measured yet");
  expect(speedSvg(none)).toContain("not measured yet");
  const { rows } = results("stream_batched_per_second", 12_345);
  const speed: Speed = { machine, rows };
  expect(speedTable(speed)).toContain(
    "| `stream_batched_per_second` | what stream_batched_per_second is | 12,345 ms |",
  );
  expect(speedSvg(speed)).toContain(">12,345</text>");
});

test("a ratio is the median of the rounds' ratios, not the ratio of medians", () => {
  const turns = (...paces: number[]): Turn[] =>
    paces.map((perSecond) => ({ perSecond, parts: {}, cpuUs: {}, warmUpTasks: 0 }));
  const all = new Map([
    ["one", turns(10, 100, 1_000)],
    ["other", turns(10, 50, 4_000)],
  ]);
  expect(ratioOf(all, "one", "other")).toBe(1);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
