// The file of results holds the latest results of each row, and the docs are generated from it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Speed, speedFigures, speedSvg, speedTable } from "../../src/build/generate-docs-speed.ts";
import { median, ratioOf, type Turn } from "./compare.ts";
import { machineFacts } from "./measure.ts";
import { mergeResults, openResults, type Results } from "./results.ts";

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

test("a run on another machine leaves the file as it is, unless it is to be replaced", async () => {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-results-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "bench.json");
  const one = await openResults(path, machine, false);
  await one.keep(results("memory", 1).rows);
  await (await openResults(path, machine, false)).keep(results("keep_cost", 2).rows);
  const kept = await readFile(path, "utf8");
  expect((JSON.parse(kept) as Results).rows).toHaveLength(2);

  const other = { ...machine, cores: machine.cores + 1 };
  const { warning, keep } = await openResults(path, other, false);
  await keep(results("memory", 3, other).rows);
  expect(warning).toContain(`cores ${machine.cores}, here ${other.cores}`);
  expect(await readFile(path, "utf8")).toBe(kept);

  const replacing = await openResults(path, other, true);
  const rows = [...results("memory", 3, other).rows, ...results("idle_queries", 4, other).rows];
  await replacing.keep(rows.slice(0, 1));
  await replacing.keep(rows);
  const replaced = JSON.parse(await readFile(path, "utf8")) as Results;
  expect(replaced.machine).toEqual(other);
  expect(replaced.rows.map((row) => row.results[0]?.value).sort()).toEqual([3, 4]);
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
