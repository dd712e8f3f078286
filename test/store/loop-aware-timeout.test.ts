// Time that counts only while the event loop turns.
import { expect, test, vi } from "vitest";
import { loopAwareTimeout } from "../../src/store/loop-aware-timeout.ts";
import { patience } from "../helpers/patience.ts";

test("who is waited for is called late once, after as long as was said, and never when it came in time", async () => {
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

test("an event loop that stands still has not waited", async () => {
  let isLate = false;
  let hasTurned = 0;
  loopAwareTimeout(300, () => {
    isLate = true;
  });
  const turn = () => {
    hasTurned += 1;
    if (!isLate) setImmediate(turn);
  };
  const untilMs = performance.now() + 600;
  while (performance.now() < untilMs);
  turn();
  // By the clock it is over now; what has come meanwhile is looked at first.
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isLate).toBe(false);
  await vi.waitFor(() => expect(isLate).toBe(true), patience);
  expect(hasTurned).toBeGreaterThan(2);
});
