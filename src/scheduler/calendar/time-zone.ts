// A time zone as the stretches of time in which its offset stays the same. Temporal finds where they end; they are
// kept, because finding one takes a hundred times as long as everything else.
import { Temporal } from "temporal-polyfill";

/** From `from` on and before `until`, local time is UTC plus `offset`. All in milliseconds. */
export type Stretch = {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
  /** The offset of the stretch before; the same offset if there is none. */
  readonly offsetBefore: number;
  /** The offset of the stretch after; the same offset if there is none. */
  readonly offsetAfter: number;
};

export type TimeZone = {
  stretchAt(ms: number): Stretch;
};

/** There are about 600 names of zones, and some are known in several spellings. */
const zonesMax = 1_000;
/** The years near now, which nearly all questions are about; the oldest is forgotten. */
const stretchesMax = 64;

const zones = new Map<string, TimeZone>();

/** Undefined if there is no zone of this name. Offsets like `+02:00` are not names. */
export function timeZoneOf(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!isZoneName(name)) return undefined;
  const [oldest] = zones.size < zonesMax ? [] : zones.keys();
  if (oldest !== undefined) zones.delete(oldest);
  const zone = createTimeZone(name);
  zones.set(name, zone);
  return zone;
}

function isZoneName(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function createTimeZone(name: string): TimeZone {
  const stretches: Stretch[] = [];
  let last: Stretch | undefined;
  return {
    stretchAt(ms) {
      if (last !== undefined && isIn(last, ms)) return last;
      last = stretches.find((one) => isIn(one, ms));
      if (last !== undefined) return last;
      last = findStretch(name, ms);
      stretches.push(last);
      if (stretches.length > stretchesMax) stretches.shift();
      return last;
    },
  };
}

function isIn({ from, until }: Stretch, ms: number): boolean {
  return ms >= from && ms < until;
}

function findStretch(name: string, ms: number): Stretch {
  const moment = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name);
  const offset = offsetMs(moment);
  // A transition at this very moment begins the stretch, and "previous" looks before the moment that it is asked of.
  const begin = moment.add({ milliseconds: 1 }).getTimeZoneTransition("previous");
  const end = moment.getTimeZoneTransition("next");
  return {
    from: begin?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: end?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset,
    offsetBefore: begin === null ? offset : offsetMs(begin.subtract({ milliseconds: 1 })),
    offsetAfter: end === null ? offset : offsetMs(end),
  };
}

function offsetMs({ offsetNanoseconds }: Temporal.ZonedDateTime): number {
  return offsetNanoseconds / 1_000_000;
}
