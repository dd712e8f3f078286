import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ScheduleSpecSchema } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { checkSpec } from "../../../src/scheduler/calendar/check-spec.ts";
import { duration, timestamp } from "./spec-case.ts";

type Init = MessageInitShape<typeof ScheduleSpecSchema>;

const now = new Date("2026-11-30T12:00:00Z");
const inTime = now.getTime() / 1_000;

function faults(spec: Init): string[] {
  return checkSpec(create(ScheduleSpecSchema, spec), now).map(({ field, description }) =>
    `${field} ${description}`.trim(),
  );
}

const nicknames = "@yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly";

describe("a cron expression is refused with its column", () => {
  test.each([
    ["61 * * * *", 1, "minute 61 in `61 * * * *`, column 1: 0 to 59"],
    ["0 24 * * *", 3, "hour 24 in `0 24 * * *`, column 3: 0 to 23"],
    ["  0   24 * * *", 7, "hour 24 in `  0   24 * * *`, column 7: 0 to 23"],
    ["60 0 0 * * *", 1, "second 60 in `60 0 0 * * *`, column 1: 0 to 59"],
    ["0 0 0 * *", 5, "day of month 0 in `0 0 0 * *`, column 5: 1 to 31"],
    ["0 0 * 13 *", 7, "month 13 in `0 0 * 13 *`, column 7: 1 to 12, or JAN to DEC"],
    ["0 0 * JANUARY *", 7, "month JANUARY in `0 0 * JANUARY *`, column 7: 1 to 12, or JAN to DEC"],
    ["0 0 * * 8", 9, "day of week 8 in `0 0 * * 8`, column 9: 0 to 7, or SUN to SAT"],
    ["0 0 * * MON,TUX", 13, "day of week TUX in `0 0 * * MON,TUX`, column 13: 0 to 7, or SUN to SAT"],
    ["1,2,63 * * * *", 5, "minute 63 in `1,2,63 * * * *`, column 5: 0 to 59"],
    ["1,,3 * * * *", 3, "empty minute in `1,,3 * * * *`, column 3: 0 to 59"],
    ["5-61 * * * *", 3, "minute 61 in `5-61 * * * *`, column 3: 0 to 59"],
    ["0 22-2 * * *", 3, "hour 22-2 in `0 22-2 * * *`, column 3: the range ends before it begins; write 22-23,0-2"],
    [
      "0 0 * * FRI-MON",
      9,
      "day of week FRI-MON in `0 0 * * FRI-MON`, column 9: the range ends before it begins; write 5-6,0-1",
    ],
    ["7/20 * * * *", 1, "minute 7/20 in `7/20 * * * *`, column 1: write 7-59/20"],
    ["*/0 * * * *", 3, "step 0 in `*/0 * * * *`, column 3: steps of minutes are 1 to 60"],
    ["*/61 * * * *", 3, "step 61 in `*/61 * * * *`, column 3: steps of minutes are 1 to 60"],
    ["*-5 * * * *", 1, "minute *-5 in `*-5 * * * *`, column 1: * stands alone, or with a step: */5"],
    ["1,* * * * *", 3, "minute * in `1,* * * * *`, column 3: * stands alone, or with a step: */5"],
    ["? * * * *", 1, "minute ? in `? * * * *`, column 1: 0 to 59"],
    ["0 0 15W-20 * *", 5, "day of month 15W in `0 0 15W-20 * *`, column 5: 1 to 31"],
    [
      "0 0 * * FRI#6",
      12,
      "day of week FRI#6 in `0 0 * * FRI#6`, column 12: after the day, #1 to #5 count it, L is the last",
    ],
    ["0 0 * * L", 9, "day of week L in `0 0 * * L`, column 9: 0 to 7, or SUN to SAT"],
    ["0 0 * * +FRI", 9, "day of week +FRI in `0 0 * * +FRI`, column 9: 0 to 7, or SUN to SAT"],
    ["* * * *", 1, "4 fields in `* * * *`, column 1: there are 5, or 6 with seconds first"],
    ["0 0 0 1 1 * 2026", 1, "7 fields in `0 0 0 1 1 * 2026`, column 1: there are 5, or 6 with seconds first"],
    ["", 1, "0 fields in ``, column 1: there are 5, or 6 with seconds first"],
    ["@reboot", 1, `@reboot in \`@reboot\`, column 1: one of ${nicknames} may stand alone`],
    ["0 0 1 1 ✗", 9, "a character that no cron expression has, column 9"],
    ["0 0 1 1\n*", 8, "a character that no cron expression has, column 8"],
  ])("%j", (text, column, description) => {
    const found = checkSpec(create(ScheduleSpecSchema, { cron: ["@daily", text] }), now);
    expect(found).toEqual([{ field: "cron[1]", column, description: `has ${description}` }]);
  });

  test("in an exclusion as well", () => {
    expect(faults({ cron: ["@daily"], exclude: { cron: ["61 * * * *"] } })).toEqual([
      "exclude.cron[0] has minute 61 in `61 * * * *`, column 1: 0 to 59",
    ]);
  });
});

test.each([
  "@DAILY",
  "0 0 ? * MON",
  "0 0 L,15 * *",
  "0\t9 * jan-mar,dec mon-fri",
  "*/20 0-30/10 0 1W,15W * 5L",
  "0 0 * * 0#1,7#2",
  "0 0 LW * 7",
  "0 0 * * 7-3",
  "0 0 * * 7-7",
  "59 59 23 31 12 SAT",
])("%j is no fault", (text) => {
  expect(faults({ cron: [text] })).toEqual([]);
});

describe("a spec is refused", () => {
  const range = (start: number, end?: number, step = 0) => [{ start, step, ...(end !== undefined && { end }) }];
  const many = (count: number) => Array.from({ length: count }, () => timestamp(inTime + 60));

  test.each<[string, Init, string[]]>([
    ["that says nothing", {}, ["never fires: it has no cron, interval, calendar or at"]],
    ["with an interval without a length", { interval: [{}] }, ["interval[0].every is missing"]],
    [
      "that fires more than once a second",
      { interval: [{ every: { nanos: 999_999_999 } }] },
      ["interval[0].every is less than 1 s; a schedule fires at most once a second"],
    ],
    [
      "with parts of seconds",
      { interval: [{ every: { seconds: 1n, nanos: 1 } }] },
      ["interval[0].every must be whole seconds"],
    ],
    [
      "with parts of seconds in a phase",
      { interval: [{ every: duration(5), phase: { seconds: 0n, nanos: 1 } }] },
      ["interval[0].phase must be whole seconds"],
    ],
    [
      "with a phase as long as the interval",
      { interval: [{ every: duration(5), phase: duration(5) }] },
      ["interval[0].phase must be 0 or more, and less than `every`"],
    ],
    [
      "with a phase before nothing",
      { interval: [{ every: duration(5), phase: duration(-1) }] },
      ["interval[0].phase must be 0 or more, and less than `every`"],
    ],
    [
      "with an interval of decades",
      { interval: [{ every: duration(86_400 * 3_661) }] },
      ["interval[0].every is more than 3660 days"],
    ],
    ["with an hour 24", { calendar: [{ hour: range(24) }] }, ["calendar[0].hour[0] is 24; it must be 0 to 23"]],
    [
      "with a range to hour 24",
      { calendar: [{ hour: range(20, 24) }] },
      ["calendar[0].hour[0] is 24; it must be 0 to 23"],
    ],
    [
      "with a range that wraps",
      { calendar: [{ hour: range(22, 2) }] },
      ["calendar[0].hour[0] ends at 2, before it begins at 22"],
    ],
    [
      "with a step back",
      { calendar: [{ minute: range(0, 5, -1) }] },
      ["calendar[0].minute[0] has the step -1; it must be 1 or more"],
    ],
    [
      "with a day 0",
      { calendar: [{ dayOfMonth: range(0) }] },
      ["calendar[0].day_of_month[0] is 0; it must be 1 to 31, or -31 to -1 from the last day on"],
    ],
    [
      "with a range from the end of the month to its begin",
      { calendar: [{ dayOfMonth: range(-3, 3) }] },
      ["calendar[0].day_of_month[0] is 3; it must be 1 to 31, or -31 to -1 from the last day on"],
    ],
    [
      "with faults in several fields",
      {
        cron: ["@daily", "x"],
        timeZone: "Mars/Olympus",
        jitter: duration(-1),
        startTime: timestamp(5),
        endTime: timestamp(5),
      },
      [
        "cron[1] has 1 field in `x`, column 1: there are 5, or 6 with seconds first",
        'time_zone is "Mars/Olympus"; it must be an IANA name like "Europe/Berlin"',
        "end_time must be after start_time",
        "jitter must be 0 to 1 day",
      ],
    ],
    [
      "with a jitter above a day",
      { cron: ["@daily"], jitter: { seconds: 86_400n, nanos: 1 } },
      ["jitter must be 0 to 1 day"],
    ],
    [
      "with a zone of many characters",
      { cron: ["@daily"], timeZone: `A${"a".repeat(64)}` },
      [`time_zone is "A${"a".repeat(63)}"; it must be an IANA name like "Europe/Berlin"`],
    ],
    [
      "with 33 expressions",
      { cron: Array.from({ length: 33 }, () => "@daily") },
      ["cron has 33 entries; at most 32 may be"],
    ],
    ["with 1,001 moments", { at: many(1_001) }, ["at has 1001 entries; at most 1000 may be"]],
    [
      "with 1,001 excluded moments",
      { cron: ["@daily"], exclude: { at: many(1_001) } },
      ["exclude.at has 1001 entries; at most 1000 may be"],
    ],
    [
      "with 33 ranges",
      { calendar: [{ hour: Array.from({ length: 33 }, () => ({ start: 1 })) }] },
      ["calendar[0].hour has 33 ranges; at most 32 may be"],
    ],
    [
      "with a long expression",
      { cron: [`${"0,".repeat(100)}0 * * * *`] },
      ["cron[0] has 209 characters; at most 200 may be"],
    ],
  ])("%s", (_, spec, expected) => {
    expect(faults(spec)).toEqual(expected);
  });

  test.each<[string, Init, string]>([
    ["on February 30", { cron: ["@daily", "0 0 30 2 *"] }, "cron[1] never fires: no such date comes"],
    ["on the 31st of short months", { cron: ["0 0 31 4,6,9,11 *"] }, "cron[0] never fires: no such date comes"],
    [
      "31 days before the end of April",
      { calendar: [{ month: range(4), dayOfMonth: range(-31) }] },
      "calendar[0] never fires: no such date comes",
    ],
    [
      "a year after the calendar's end",
      { calendar: [{ year: range(3_000, 9_999) }] },
      "calendar[0] never fires: no such date comes",
    ],
    [
      "in the past alone",
      { at: [timestamp(inTime)] },
      "never fires after 2026-11-30T12:00:00.000Z, with start_time, end_time and exclude",
    ],
    [
      "before 1970",
      { at: [timestamp(-5)] },
      "never fires after 2026-11-30T12:00:00.000Z, with start_time, end_time and exclude",
    ],
    [
      "when all of it is excluded",
      { cron: ["0 12 * * *"], exclude: { calendar: [{ hour: range(12) }] } },
      "never fires after 2026-11-30T12:00:00.000Z, with start_time, end_time and exclude",
    ],
    [
      "when every interval is excluded",
      { interval: [{ every: duration(60) }], exclude: { interval: [{ every: duration(30) }] } },
      "never fires after 2026-11-30T12:00:00.000Z, with start_time, end_time and exclude",
    ],
    [
      "between its start and its end",
      { cron: ["0 12 * * *"], startTime: timestamp(inTime + 1), endTime: timestamp(inTime + 86_400) },
      "never fires after 2026-11-30T12:00:00.000Z, with start_time, end_time and exclude",
    ],
  ])("that never fires: %s", (_, spec, expected) => {
    expect(faults(spec)).toEqual([expected]);
  });

  test("but not for having many years", () => {
    const year = Array.from({ length: 32 }, () => ({ start: 1_971, end: 9_999, step: 2 }));
    expect(faults({ calendar: [{ year }] })).toEqual([]);
  });

  test("a control: with a second more, there is a run before the end", () => {
    const [startTime, endTime] = [timestamp(inTime + 1), timestamp(inTime + 86_401)];
    expect(faults({ cron: ["0 12 * * *"], startTime, endTime })).toEqual([]);
  });
});
