// The contract's durations and timestamps as milliseconds and dates.
import { type Duration, type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";

const msPerSecond = 1_000;
const nanosPerMs = 1_000_000;

const msPerUnit = { ms: 1, s: msPerSecond, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds, or a number with its unit: `90s`, `10m`, `1.5h`, `7d`. */
export type TimeSpan = number | `${number}${keyof typeof msPerUnit}`;

export type DurationInit = { seconds: bigint; nanos: number };

export function msOf(duration: Duration): number {
  return Number(duration.seconds) * msPerSecond + duration.nanos / nanosPerMs;
}

/** Throws a RangeError for a text that is no span, which only a program without types can pass. */
export function spanMs(span: TimeSpan): number {
  if (typeof span === "number") return span;
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(span) ?? [];
  if (unit === undefined)
    throw new RangeError(`"${span}" is no span of time: write it as "90s", "10m", "1.5h" or "7d"`);
  return Number(count) * msPerUnit[unit as keyof typeof msPerUnit];
}

export function durationOf(ms: number): DurationInit {
  const seconds = Math.floor(ms / msPerSecond);
  return { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * msPerSecond) * nanosPerMs) };
}

export function dateOf(timestamp: Timestamp | undefined): Date | undefined {
  return timestamp && timestampDate(timestamp);
}

export const timestampOf = timestampFromDate;
