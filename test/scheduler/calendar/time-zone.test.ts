import { describe, expect, test } from "vitest";
import { timeZoneOf } from "../../../src/scheduler/calendar/time-zone.ts";
import { createRandom, seed, times } from "../../helpers/random.ts";

const [begin, end] = [Date.UTC(1973, 0, 1), Date.UTC(2038, 0, 1)];
const sixDaysMs = 6 * 86_400_000;
const allZones = Intl.supportedValuesOf("timeZone");

/** The offset in minutes as Intl prints it: `GMT+05:45`. */
function printedOffset(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset", hour: "numeric" });
  return (ms) => {
    const [, sign = "+", hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format(ms)) ?? [];
    return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  };
}

describe("the stretches of a zone", () => {
  const random = createRandom(seed);
  const zones = Array.from({ length: times(40) }, () => allZones[Math.floor(random() * allZones.length)] ?? "UTC");

  test.each([...new Set(zones)])("of %s follow each other, with the offsets that Intl prints", (name) => {
    const offset = printedOffset(name);
    const zone = timeZoneOf(name);
    const wrong: string[] = [];
    for (let at = begin; at < end; ) {
      const stretch = zone?.stretchAt(at);
      if (stretch === undefined) throw new Error(`there is no zone ${name}`);
      const until = Math.min(stretch.until, end);
      const samples = [at, until - 1_000];
      for (let sample = at; sample < until; sample += sixDaysMs) samples.push(sample);
      for (const sample of samples) {
        if (offset(sample) !== stretch.offset / 60_000) wrong.push(new Date(sample).toISOString());
      }
      if (until < end) {
        const next = zone?.stretchAt(until);
        expect([next?.from, next?.offset, next?.offsetBefore]).toEqual([until, stretch.offsetAfter, stretch.offset]);
        expect(stretch.offsetAfter).not.toBe(stretch.offset);
      }
      at = until;
    }
    expect(wrong).toEqual([]);
  });

  test("of a zone that never changes are one", () => {
    const stretch = timeZoneOf("UTC")?.stretchAt(0);
    expect(stretch).toEqual({
      from: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
      offset: 0,
      offsetBefore: 0,
      offsetAfter: 0,
    });
  });
});

test.each(["Europe/Berlin", "europe/berlin", "US/Eastern", "Etc/GMT+5", "UTC"])("%s is the name of a zone", (name) => {
  expect(timeZoneOf(name)?.stretchAt(0).offset).toBeTypeOf("number");
});

test.each([
  "",
  "Berlin",
  "Europe/Bielefeld",
  "+02:00",
  "Z",
  "Europe/Berlin ",
  "UTC+1",
  "../../etc/passwd",
  "__proto__",
])("%j is not", (name) => {
  expect(timeZoneOf(name)).toBeUndefined();
});
