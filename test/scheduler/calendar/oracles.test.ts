// The calendar against two oracles, which ask for the local time of every minute: one asks Intl, the other Python's
// zoneinfo. RUNS=10 draws ten times as many cases.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { createRandom, seed, times } from "../../helpers/random.ts";
import { drawCase, drawWindow, type WindowOfCases } from "./generate-cases.ts";
import { changesOf, localMinutes, oracleRuns } from "./intl-oracle.ts";
import { calendarRuns, type RunsOf, type SpecCase, type TimeWindow } from "./spec-case.ts";

const windowsCount = times(200);
const casesPerWindow = 12;
const shownMax = 3;
const zoneinfoOracle = fileURLToPath(new URL("zoneinfo_oracle.py", import.meta.url));

type Compared = { readonly one: SpecCase; readonly window: TimeWindow; readonly expected: readonly number[] };

let drawn: readonly WindowOfCases[] = [];
let compared: readonly Compared[] = [];
/** Of each window, as JSON. */
let changes: readonly string[] = [];

beforeAll(() => {
  const random = createRandom(seed);
  const zones = Intl.supportedValuesOf("timeZone");
  drawn = Array.from({ length: windowsCount }, () => {
    const window = drawWindow(random, zones);
    return { window, cases: Array.from({ length: casesPerWindow }, () => drawCase(random, window)) };
  });
  const solved = drawn.map(({ window, cases }) => {
    const table = localMinutes(window);
    const expected = cases.map((one) => ({ one, window, expected: oracleRuns(one, window, table) }));
    return { expected, changes: JSON.stringify(changesOf(table)) };
  });
  compared = solved.flatMap(({ expected }) => expected);
  changes = solved.map((one) => one.changes);
});

/** The first few cases of which the runs are not those expected. */
function differences(runsOf: RunsOf, among: readonly Compared[]): string[] {
  const found: string[] = [];
  for (const { one, window, expected } of among) {
    const runs = runsOf(one, window);
    const surplus = runs.filter((time) => !expected.includes(time)).map(text);
    const missing = expected.filter((time) => !runs.includes(time)).map(text);
    if (surplus.length + missing.length > 0) found.push(JSON.stringify({ one, window, surplus, missing }));
    if (found.length === shownMax) break;
  }
  return found;
}

function text(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

test("the calendar fires at the times that Intl's local time gives, minute by minute", () => {
  expect(compared.length).toBeGreaterThanOrEqual(times(2_000));
  expect(differences(calendarRuns, compared)).toEqual([]);
});

test("most cases have runs", () => {
  const busy = compared.filter(({ expected }) => expected.length > 0);
  expect(busy.length).toBeGreaterThan(compared.length * 0.7);
});

test("the calendar fires at the times that Python's zoneinfo gives, wherever its data know the same changes", () => {
  const cases = drawn.flatMap(({ cases: own }, window) => own.map((spec) => ({ window, spec })));
  const input = JSON.stringify({ windows: drawn.map(({ window }) => window), cases });
  const output = execFileSync("python3", [zoneinfoOracle], { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  const answer: { changes: unknown[]; runs: (number[] | null)[] } = JSON.parse(output);
  // Node and Python have their own copies of the time zone data, of which one may be a release behind the other.
  const isShared = answer.changes.map((one, index) => JSON.stringify(one) === changes[index]);
  const shared = cases.flatMap(({ window: index, spec: one }, number) => {
    const window = drawn[index]?.window;
    const expected = answer.runs[number];
    return isShared[index] && window && expected ? [{ one, window, expected }] : [];
  });
  expect(shared.length).toBeGreaterThan(cases.length * 0.9);
  expect(differences(calendarRuns, shared)).toEqual([]);
});

describe("a control: the comparison finds a calendar", () => {
  const altered =
    (alter: (one: SpecCase) => Partial<SpecCase>): RunsOf =>
    (one, window) =>
      calendarRuns({ ...one, ...alter(one) }, window);
  const isAuto = ({ gap, overlap_hour }: SpecCase) => gap === "AUTO" && overlap_hour === "AUTO";

  test.each<[string, RunsOf]>([
    [
      "that takes wildcards for fixed times",
      altered((one) => (isAuto(one) ? { gap: "FIRST_INSTANT_AFTER", overlap_hour: "FIRST" } : {})),
    ],
    [
      "that takes fixed times for wildcards",
      altered((one) => (isAuto(one) ? { gap: "SKIP", overlap_hour: "BOTH" } : {})),
    ],
    ["that runs twice in the overlap", altered(() => ({ overlap_hour: "BOTH" }))],
    [
      "that takes the second of two for the first",
      altered((one) => (one.overlap_hour === "FIRST" ? { overlap_hour: "SECOND" } : {})),
    ],
    ["that skips every gap", altered(() => ({ gap: "SKIP" }))],
    [
      "that moves by a distance instead of to the first instant",
      altered((one) => (one.gap === "FIRST_INSTANT_AFTER" ? { gap: "SAME_DISTANCE" } : {})),
    ],
    ["that has no zones", altered(() => ({ zone: "UTC" }))],
    ["that forgets what is excluded", altered(() => ({ exclude: { cron: [], calendar: [], interval: [], at: [] } }))],
    ["that forgets where to end", altered(() => ({ end: null }))],
    ["that forgets where to begin", altered(() => ({ start: null }))],
    ["that runs a second late", (one, window) => calendarRuns(one, window).map((time) => time + 1)],
    ["that skips the first run", (one, window) => calendarRuns(one, window).slice(1)],
  ])("%s", (_, wrong) => {
    expect(differences(wrong, compared)).toHaveLength(shownMax);
  });
});
