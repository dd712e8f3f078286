// The pace of a server's looks: law 3 counts from the sweep interval, so no look may come later than that.
import fc from "fast-check";
import { expect, test } from "vitest";
import { jitter, waitPollPace } from "../../src/server/server-loops.ts";

const intervalMs = fc.integer({ min: 50, max: 100_000 });
const draws = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 20, maxLength: 200 });

test("law 3: whatever jitter does, no look comes later than its interval", () => {
  fc.assert(
    fc.property(intervalMs, intervalMs, draws, (waitPollIntervalMs, sweepIntervalMs, drawn) => {
      const pace = waitPollPace({ waitPollIntervalMs, sweepIntervalMs });
      for (const everyMs of [waitPollIntervalMs, sweepIntervalMs]) {
        let agoMs = 0;
        for (const draw of drawn) {
          // As a loop waits that never has to look: test/server/loop.test.ts.
          agoMs += pace.intervalMs * (1 + jitter * (2 * draw - 1));
          expect(agoMs).toBeLessThanOrEqual(everyMs + 1e-6);
          if (pace.mustLook(agoMs, everyMs)) agoMs = 0;
        }
      }
    }),
  );
});

test("a look that is asked for seldom is not taken at every pass", () => {
  const { mustLook } = waitPollPace({ waitPollIntervalMs: 1_000, sweepIntervalMs: 10_000 });
  expect([2_000, 8_999, 9_001].map((agoMs) => mustLook(agoMs, 10_000))).toEqual([false, false, true]);
});
