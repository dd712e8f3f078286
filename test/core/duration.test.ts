// Durations and times of the contract as milliseconds and dates.
import fc from "fast-check";
import { expect, test } from "vitest";
import { dateOfTimestamp, durationOfMs, msOfDuration, timestampOfDate } from "../../src/core/duration.ts";
import { times } from "../helpers/random.ts";

const nanosPerMs = 1_000_000;
const seconds = fc.bigInt({ min: -60_000_000_000n, max: 60_000_000_000n });
const nanos = fc.integer({ min: 0, max: 999_999_999 });

test("law 7: parts of a millisecond are rounded up, so that nothing is due before the time that was asked for", () => {
  fc.assert(
    fc.property(seconds, nanos, (wholeSeconds, rest) => {
      const exactNanos = wholeSeconds * 1_000_000_000n + BigInt(rest);
      const timestamp = { $typeName: "google.protobuf.Timestamp", seconds: wholeSeconds, nanos: rest } as const;
      const duration = { $typeName: "google.protobuf.Duration", seconds: wholeSeconds, nanos: rest } as const;
      for (const inMs of [dateOfTimestamp(timestamp).getTime(), msOfDuration(duration)]) {
        const lateNanos = BigInt(inMs) * BigInt(nanosPerMs) - exactNanos;
        expect(lateNanos >= 0n && lateNanos < nanosPerMs).toBe(true);
      }
    }),
    { numRuns: times(500) },
  );
});

test("whole milliseconds come back as they went", () => {
  for (const inMs of [0, 1, 999, 1_000, 1_001, 1_700_000_000_123, -1, -1_001]) {
    expect(dateOfTimestamp(timestampOfDate(new Date(inMs))).getTime()).toBe(inMs);
    expect(msOfDuration(durationOfMs(inMs))).toBe(inMs);
  }
});
