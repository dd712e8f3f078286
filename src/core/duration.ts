// Durations and times of the contract as milliseconds and dates. The ledger counts in milliseconds, so finer parts are
// rounded up: nothing becomes eligible, expires or fails before the time that was asked for.
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

const msPerSecond = 1_000;
const nanosPerMs = 1_000_000;

export function msOfDuration(duration: Duration): number {
  return Number(duration.seconds) * msPerSecond + Math.ceil(duration.nanos / nanosPerMs);
}

export function durationOfMs(ms: number): Duration {
  const seconds = Math.trunc(ms / msPerSecond);
  const nanos = (ms - seconds * msPerSecond) * nanosPerMs;
  return { $typeName: "google.protobuf.Duration", seconds: BigInt(seconds), nanos };
}

export function dateOfTimestamp(timestamp: Timestamp): Date {
  return saturated(Number(timestamp.seconds) * msPerSecond + Math.ceil(timestamp.nanos / nanosPerMs));
}

export function timestampOfDate(date: Date): Timestamp {
  const ms = date.getTime();
  const seconds = Math.floor(ms / msPerSecond);
  const nanos = (ms - seconds * msPerSecond) * nanosPerMs;
  return { $typeName: "google.protobuf.Timestamp", seconds: BigInt(seconds), nanos };
}

const timeMinMs = Date.parse("0001-01-01T00:00:00.000Z");
const timeMaxMs = Date.parse("9999-12-31T23:59:59.999Z");

/** The sum, or the first or last time that the contract knows where there is none. */
export function addMs(date: Date, ms: number): Date {
  return saturated(date.getTime() + ms);
}

function saturated(ms: number): Date {
  return new Date(Math.min(Math.max(ms, timeMinMs), timeMaxMs));
}

/** The earliest of several times; null if there is none. */
export function earliest(...dates: readonly (Date | null | undefined)[]): Date | null {
  let first: Date | null = null;
  for (const date of dates) if (date && (first === null || date < first)) first = date;
  return first;
}
