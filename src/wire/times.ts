// Timestamps and durations as google/protobuf/timestamp.proto and duration.proto bound them. Protobuf's binary form
// carries any two numbers; its JSON form, and most languages' own types, only these.
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

const timestampSecondsMin = -62_135_596_800n; // 0001-01-01T00:00:00Z
const timestampSecondsMax = 253_402_300_799n; // 9999-12-31T23:59:59Z
const durationSecondsMax = 315_576_000_000n; // 10,000 years
const nanosPerSecond = 1_000_000_000;
const nanosMax = nanosPerSecond - 1;

// Bounds are far below 2^53, and numbers are compared several times as fast as bigints.
const [timestampMin, timestampMax] = [Number(timestampSecondsMin), Number(timestampSecondsMax)];
const durationMax = Number(durationSecondsMax);

export function isTimestamp({ seconds, nanos }: Timestamp): boolean {
  const whole = Number(seconds);
  return nanos >= 0 && nanos <= nanosMax && whole >= timestampMin && whole <= timestampMax;
}

export function isDuration({ seconds, nanos }: Duration): boolean {
  const whole = Number(seconds);
  if (nanos > 0 ? whole < 0 : nanos < 0 && whole > 0) return false;
  return Math.abs(whole) <= durationMax && Math.abs(nanos) <= nanosMax;
}

/** The same moment if it is one, else the first or the last one there is. */
export function nearestTimestamp({ seconds, nanos }: Timestamp): Timestamp {
  const carried = BigInt(Math.floor(nanos / nanosPerSecond));
  const whole = seconds + carried;
  const rest = nanos - Number(carried) * nanosPerSecond;
  if (whole < timestampSecondsMin) return timestamp(timestampSecondsMin, 0);
  if (whole > timestampSecondsMax) return timestamp(timestampSecondsMax, nanosMax);
  return timestamp(whole, rest);
}

/** The same duration if it is one, else the longest one of its sign. */
export function nearestDuration({ seconds, nanos }: Duration): Duration {
  const total = seconds * BigInt(nanosPerSecond) + BigInt(nanos);
  const whole = total / BigInt(nanosPerSecond);
  if (whole > durationSecondsMax) return duration(durationSecondsMax, 0);
  if (whole < -durationSecondsMax) return duration(-durationSecondsMax, 0);
  return duration(whole, Number(total % BigInt(nanosPerSecond)));
}

function timestamp(seconds: bigint, nanos: number): Timestamp {
  return { $typeName: "google.protobuf.Timestamp", seconds, nanos };
}

function duration(seconds: bigint, nanos: number): Duration {
  return { $typeName: "google.protobuf.Duration", seconds, nanos };
}
