// The window batcher: a lone call runs at once, calls that come close together run as one batch. Time is the test's.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createWindowBatcher } from "../../../src/engine/runtime/window-batcher.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Item = { readonly name: string; readonly windowMs: number };

function gatherer() {
  const runs: string[][] = [];
  const gates: (() => void)[] = [];
  let isGated = false;
  const submit = createWindowBatcher<Item, string>({
    async run(items) {
      runs.push(items.map(({ name }) => name));
      if (isGated) await new Promise<void>((resolve) => gates.push(resolve));
      if (items.some(({ name }) => name === "bad")) throw new Error("a run failed");
      return items.map(({ name }) => `${name}!`);
    },
    windowMs: ({ windowMs }) => windowMs,
  });
  return {
    runs,
    submit: (name: string, windowMs = 1_000) => submit({ name, windowMs }),
    gate: () => {
      isGated = true;
    },
    openGate: () => gates.shift()?.(),
  };
}

test("what comes first goes at once, and what comes within the window after it goes together at its end", async () => {
  const { runs, submit } = gatherer();
  expect(await submit("a")).toBe("a!");
  const later = [submit("b"), submit("c")];
  await vi.advanceTimersByTimeAsync(999);
  expect(runs).toEqual([["a"]]);
  later.push(submit("d"));
  await vi.advanceTimersByTimeAsync(1);
  expect(await Promise.all(later)).toEqual(["b!", "c!", "d!"]);
  expect(runs).toEqual([["a"], ["b", "c", "d"]]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await submit("e")).toBe("e!");
});

test("a thousand that come scattered over 20 s cost about a run a second", async () => {
  const { runs, submit } = gatherer();
  const answers: Promise<string>[] = [];
  for (let place = 0; place < 1_000; place += 1) {
    answers.push(submit(`${place}`));
    await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(answers);
  expect(runs.length).toBeLessThanOrEqual(22);
  expect(runs.flat()).toHaveLength(1_000);
});

test("who may wait for less takes the others along", async () => {
  const { runs, submit } = gatherer();
  await submit("a");
  const both = [submit("patient"), submit("hasty", 100)];
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all(both);
  expect(runs.at(-1)).toEqual(["patient", "hasty"]);
});

test("runs never overlap, and what comes meanwhile is not forgotten", async () => {
  const { runs, submit, gate, openGate } = gatherer();
  gate();
  const first = submit("a", 0);
  const second = submit("b", 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toEqual([["a"]]);
  openGate();
  await first;
  await vi.advanceTimersByTimeAsync(0);
  openGate();
  expect(await second).toBe("b!");
});

test("a run takes a thousand at the most, and a run that failed fails its own alone", async () => {
  const { runs, submit } = gatherer();
  await submit("a");
  const bad = submit("bad").catch((error: Error) => error.message);
  const others = Array.from({ length: 1_500 }, (_, place) => submit(`${place}`).catch(() => "failed"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await bad).toBe("a run failed");
  const answers = await Promise.all(others);
  expect(runs.map(({ length }) => length)).toEqual([1, 1_000, 501]);
  expect(answers.filter((answer) => answer === "failed")).toHaveLength(999);
});
