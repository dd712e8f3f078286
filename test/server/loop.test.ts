// A loop: one pass at a time, woken at once, with longer waits after failures, and stopped on request.
import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "../../src/log.ts";
import { type LoopOptions, startLoop } from "../../src/server/loop.ts";

afterEach(() => void vi.useRealTimers());

function optionsOf(runOnce: LoopOptions["runOnce"], more: Partial<LoopOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const passes: [string, boolean][] = [];
  const log = createLog({
    level: "debug",
    now: () => new Date(0),
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const options: LoopOptions = {
    name: "sweeper",
    intervalMs: 1_000,
    jitter: 0,
    runOnce,
    log,
    metrics: { loopPassed: (name, _seconds, failed) => void passes.push([name, failed]) },
    random: () => 0.5,
    monotonicMs: () => performance.now(),
    ...more,
  };
  return { options, lines, passes };
}

test("it runs at its interval, with jitter", async () => {
  vi.useFakeTimers();
  let runs = 0;
  const draws = [0, 1, 0.5];
  const count = async () => {
    runs++;
    return undefined;
  };
  const { options } = optionsOf(count, { jitter: 0.2, random: () => draws.shift() ?? 0.5 });
  const loop = startLoop(options);
  await vi.advanceTimersByTimeAsync(799);
  expect(runs).toBe(0);
  await vi.advanceTimersByTimeAsync(1); // 1,000 − 20 %
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1_199);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1); // 1,000 + 20 %
  expect(runs).toBe(2);
  await loop.stop();
});

test("waking starts a pass now, and waking during a pass starts one more after it, never two at a time", async () => {
  let running = 0;
  let most = 0;
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let runs = 0;
  const { options } = optionsOf(
    async () => {
      most = Math.max(most, ++running);
      const run = runs++;
      begun[run]?.resolve();
      await gates[run]?.promise;
      running--;
      return undefined;
    },
    { intervalMs: 1_000_000 },
  );
  const loop = startLoop(options);
  loop.wake();
  await begun[0]?.promise;
  loop.wake();
  loop.wake();
  gates[0]?.resolve();
  await begun[1]?.promise;
  gates[1]?.resolve();
  await loop.stop();
  expect([runs, most]).toEqual([2, 1]);
});

test("a failed pass is logged and counted, and the waits grow until one succeeds", async () => {
  vi.useFakeTimers();
  let runs = 0;
  const { options, lines, passes } = optionsOf(async () => {
    if (++runs <= 2) throw new Error("no database");
    return undefined;
  });
  const loop = startLoop(options);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(runs).toBe(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toBe(4);
  expect(lines[0]).toMatchObject({ level: "error", loop: "sweeper", error: "no database" });
  expect(passes.map(([, failed]) => failed)).toEqual([true, true, false, false]);
  await loop.stop();
});

test("the waits grow to their bound", async () => {
  vi.useFakeTimers();
  let runs = 0;
  const fail = async () => {
    runs++;
    throw new Error("no");
  };
  const { options } = optionsOf(fail, { backoffMaxMs: 3_000 });
  const loop = startLoop(options);
  await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 3_000 + 3_000);
  expect(runs).toBe(4);
  await loop.stop();
});

test("stopping aborts the running pass, waits for it, and starts no other", async () => {
  const begun = Promise.withResolvers<void>();
  let ended = false;
  let runs = 0;
  const { options, lines } = optionsOf(
    async (signal) => {
      runs++;
      begun.resolve();
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      return undefined;
    },
    { metrics: { loopPassed: () => {} } },
  );
  const loop = startLoop(options);
  loop.wake();
  await begun.promise;
  const stopped = loop.stop().then(() => {
    ended = true;
  });
  expect(ended).toBe(false);
  await stopped;
  loop.wake();
  await loop.stop();
  expect(runs).toBe(1);
  expect(lines).toEqual([]); // an aborted pass is no failure
});

test("a pass that ignores its signal does not delay the stop forever", async () => {
  const begun = Promise.withResolvers<void>();
  const { options, lines } = optionsOf(
    () => {
      begun.resolve();
      return new Promise(() => {});
    },
    { stopMaxMs: 20 },
  );
  const loop = startLoop(options);
  loop.wake();
  await begun.promise;
  await loop.stop();
  expect(lines).toMatchObject([{ level: "warn", message: "loop did not stop in time" }]);
});

test("a pass that did something logs one line; one that did nothing logs none", async () => {
  vi.useFakeTimers();
  const reports = [undefined, { expired: 3 }];
  const { options, lines } = optionsOf(async () => reports.shift());
  const loop = startLoop(options);
  await vi.advanceTimersByTimeAsync(3_000);
  await loop.stop();
  expect(lines).toMatchObject([{ level: "info", message: "loop", loop: "sweeper", expired: 3 }]);
});
