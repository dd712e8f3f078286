// A warm-up ends when the pace stands still, or at its bound.
import { expect, test } from "vitest";
import { warmUp, warmUpText } from "./warm-up.ts";

function runs(...paces: number[]) {
  const asked: number[] = [];
  const paceOf = async (tasks: number) => {
    asked.push(tasks);
    return paces[asked.length - 1] ?? Number.NaN;
  };
  return { asked, paceOf };
}

test("it ends with the second of two runs whose paces differ by less than 5 %", async () => {
  const { asked, paceOf } = runs(1_000, 2_000, 1_900, 1_990, 5_000);
  const size = { tasks: 7, runsMax: 9 };
  const warm = await warmUp(size, paceOf);
  expect(warm).toEqual({ paces: [1_000, 2_000, 1_900, 1_990], isSteady: true });
  expect(asked).toEqual([7, 7, 7, 7]);
  expect(warmUpText(size, warm)).toBe("warmed up with 4 × 7 tasks, at 1000, 2000, 1900, 1990 tasks/s");
});

test("it ends at its bound when the pace never stands still, and says so", async () => {
  const { asked, paceOf } = runs(100, 200, 100, 200, 100);
  const size = { tasks: 7, runsMax: 3 };
  const warm = await warmUp(size, paceOf);
  expect(warm.isSteady).toBe(false);
  expect(asked).toHaveLength(3);
  expect(warmUpText(size, warm)).toMatch(/not steady$/);
});

test("a single run is never steady", async () => {
  expect(await warmUp({ tasks: 1, runsMax: 1 }, runs(5).paceOf)).toEqual({ paces: [5], isSteady: false });
});
