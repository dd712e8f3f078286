// A timeout that counts only time in which the event loop ran.
import { expect, test, vi } from "vitest";
import { loopAwareTimeout } from "../../src/store/loop-aware-timeout.ts";
import { patience } from "../helpers/patience.ts";

test("a timeout fires once, after its time, and not at all when it was stopped", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    let late = 0;
    loopAwareTimeout(1_000, () => (late += 1));
    const stop = loopAwareTimeout(1_000, () => (late += 100));
    vi.advanceTimersByTime(999);
    expect(late).toBe(0);
    stop();
    vi.advanceTimersByTime(10_000);
    expect(late).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test("time in which the event loop stood still does not count", async () => {
  let isLate = false;
  let turns = 0;
  loopAwareTimeout(300, () => {
    isLate = true;
  });
  const turn = () => {
    turns += 1;
    if (!isLate) setImmediate(turn);
  };
  const untilMs = performance.now() + 600;
  while (performance.now() < untilMs);
  turn();
  // By the clock it is over now; what has arrived meanwhile is read first.
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isLate).toBe(false);
  await vi.waitFor(() => expect(isLate).toBe(true), patience);
  expect(turns).toBeGreaterThan(2);
});
