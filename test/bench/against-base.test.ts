// How two commits are compared: by the rounds' ratios, with the direction that each unit has.
import { expect, test } from "vitest";
import { type Measured, readMeasured, tableOf, verdictsOf } from "./against-base-figures.ts";

const figures = (name: string, unit: string, ...values: number[]): Measured[] =>
  values.map((value, round) => ({ round, name, value, unit }));

test("figures are read off what a run prints, and its ratios are not", () => {
  const printed = "figure a_ms 1.5 ms\nratio pipeline_batched 2.1\nfigure queries 3 queries/s\n";
  expect(readMeasured(printed, 2)).toEqual([
    { round: 2, name: "a_ms", value: 1.5, unit: "ms" },
    { round: 2, name: "queries", value: 3, unit: "queries/s" },
  ]);
});

test("a ratio above 1 is slower, whether more or less of the unit is better", () => {
  const base = [...figures("pace", "tasks/s", 100), ...figures("time", "ms", 10), ...figures("asked", "queries/s", 2)];
  const head = [...figures("pace", "tasks/s", 50), ...figures("time", "ms", 20), ...figures("asked", "queries/s", 4)];
  expect(verdictsOf(base, head).map(({ ratio }) => ratio)).toEqual([2, 2, 2]);
});

test("a row is slower when its median is by more than 3 % and the better rounds are slower, too", () => {
  const isSlower = (...head: number[]) => verdictsOf(figures("a", "ms", 100, 100, 100), figures("a", "ms", ...head));
  expect(isSlower(105, 104, 106)[0]).toMatchObject({ isSlower: true, ratio: 1.05 });
  expect(isSlower(102, 102, 103)[0]).toMatchObject({ isSlower: false });
  // Noise: the rounds do not agree.
  expect(isSlower(90, 104, 130)[0]).toMatchObject({ isSlower: false });
});

test("what only one side measures is left out, and the table counts what is slower", () => {
  const base = [...figures("a", "ms", 100, 100), ...figures("gone", "ms", 1, 1)];
  const head = [...figures("a", "ms", 110, 110), ...figures("new", "ms", 1, 1)];
  const table = tableOf(verdictsOf(base, head));
  expect(table).toContain("1.100  1.100–1.100  SLOWER");
  expect(table).not.toContain("gone");
  expect(table).toContain("1 of 1 figures slower than 3 %");
});
