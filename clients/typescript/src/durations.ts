// The contract's durations and timestamps as milliseconds and dates.
import { type Duration, type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";

const msPerSecond = 1_000;
const nanosPerMs = 1_000_000;

export type DurationInit = { seconds: bigint; nanos: number };

export function msOf(duration: Duration): number {
  return Number(duration.seconds) * msPerSecond + duration.nanos / nanosPerMs;
}

export function durationOf(ms: number): DurationInit {
  const seconds = Math.floor(ms / msPerSecond);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * msPerSecond) * nanosPerMs) };
}

export function dateOf(timestamp: Timestamp | undefined): Date | undefined {
  return timestamp && timestampDate(timestamp);
}

export const timestampOf = timestampFromDate;

/** Milliseconds of a clock that never goes back and is the same in all threads of a process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / nanosPerMs;
}
