// The pace of a server's polls: law 3 bounds delays by the sweep interval, so no poll may come later than that.
import fc from "fast-check";
import { expect, test } from "vitest";
import { jitter, waitPollPace } from "../../src/server/server-loops.ts";

const intervalMs = fc.integer({ min: 50, max: 100_000 });
const draws = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 200 });

test("law 3: whatever the jitter, no poll comes later than its interval", () => {
  fc.assert(
    fc.property(intervalMs, intervalMs, draws, (waitPollIntervalMs, sweepIntervalMs, drawn) => {
      const pace = waitPollPace({ waitPollIntervalMs, sweepIntervalMs });
      for (const everyMs of [waitPollIntervalMs, sweepIntervalMs]) {
        let agoMs = 0;
        for (const draw of drawn) {
          // As a loop waits that never has to look: test/server/loop.test.ts.
          agoMs += pace.intervalMs * (1 + jitter * (2 * draw - 1));
          expect(agoMs).toBeLessThanOrEqual(everyMs + 1e-6);
          if (pace.mustPoll(agoMs, everyMs)) agoMs = 0;
        }
      }
    }),
  );
});

test("a poll with a long interval is not made at every pass", () => {
  const { mustPoll } = waitPollPace({ waitPollIntervalMs: 1_000, sweepIntervalMs: 10_000 });
  expect([2_000, 8_999, 9_001].map((agoMs) => mustPoll(agoMs, 10_000))).toEqual([false, false, true]);
});
