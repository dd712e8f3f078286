// Durations and times of the contract as milliseconds and dates.
import fc from "fast-check";
import { expect, test } from "vitest";
import { addMs, dateOfTimestamp, durationOfMs, msOfDuration, timestampOfDate } from "../../src/core/duration.ts";
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

const first = "0001-01-01T00:00:00.000Z";
const last = "9999-12-31T23:59:59.999Z";

test("a sum beyond the last or before the first time is that time", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  expect(addMs(now, 1).toISOString()).toBe("2026-01-01T00:00:00.001Z");
  for (const ms of [1e15, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
    expect(addMs(now, ms).toISOString()).toBe(last);
    expect(addMs(now, -ms).toISOString()).toBe(first);
  }
});

test("a timestamp that no calendar has is the nearest time there is", () => {
  const dateOf = (seconds: bigint, nanos: number) =>
    dateOfTimestamp({ $typeName: "google.protobuf.Timestamp", seconds, nanos }).toISOString();
  expect(dateOf(253_402_300_799n, 999_999_999)).toBe(last);
  expect(dateOf(2n ** 63n - 1n, 2 ** 31 - 1)).toBe(last);
  expect(dateOf(-(2n ** 63n), -(2 ** 31))).toBe(first);
});
