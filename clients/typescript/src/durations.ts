// The contract's durations and moments as milliseconds and dates, which is what programs here count in.
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

/** One clock for all threads of a process, in milliseconds from some moment on; it never goes back. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / nanosPerMs;
}
