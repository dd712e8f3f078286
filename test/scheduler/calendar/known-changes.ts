// Runs around changes of clocks that were worked out by hand, from the rules of the zones.
import type { KnownTimes } from "./run-text.ts";

const berlin = "Europe/Berlin";
const newYork = "America/New_York";
const sydney = "Australia/Sydney";
const lordHowe = "Australia/Lord_Howe";
const santiago = "America/Santiago";

export const gaps: readonly KnownTimes[] = [
  {
    what: "a fixed time in the gap moves to the first instant after it",
    spec: { cron: ["30 2 * * *"], zone: berlin },
    after: "2026-03-28T00:00:00Z",
    runs: [
      "2026-03-28T02:30:00+01:00",
      "2026-03-29T03:00:00+02:00 changed moved from 02:30",
      "2026-03-30T02:30:00+02:00",
    ],
  },
  {
    what: "a fixed time in the gap, moved by the gap's length",
    spec: { cron: ["30 2 * * *"], zone: berlin, gap: "SAME_DISTANCE" },
    after: "2026-03-28T02:00:00Z",
    runs: ["2026-03-29T03:30:00+02:00 changed moved from 02:30", "2026-03-30T02:30:00+02:00"],
  },
  {
    what: "a fixed time in the gap, skipped",
    spec: { cron: ["30 2 * * *"], zone: berlin, gap: "SKIP" },
    after: "2026-03-28T00:00:00Z",
    runs: ["2026-03-28T02:30:00+01:00", "2026-03-30T02:30:00+02:00 changed"],
  },
  {
    what: "an hourly schedule runs every hour across the gap",
    spec: { cron: ["0 * * * *"], zone: berlin },
    after: "2026-03-28T23:00:00Z",
    runs: ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00 changed", "2026-03-29T04:00:00+02:00"],
  },
  {
    what: "many times in the gap run once after it",
    spec: { cron: ["10,40 2 * * *"], zone: berlin, gap: "FIRST_INSTANT_AFTER" },
    after: "2026-03-28T12:00:00Z",
    runs: [
      "2026-03-29T03:00:00+02:00 changed moved from 02:10",
      "2026-03-30T02:10:00+02:00",
      "2026-03-30T02:40:00+02:00",
    ],
  },
  {
    what: "two fixed times a day are more often than daily, and skip the gap",
    spec: { cron: ["30 2,14 * * *"], zone: berlin },
    after: "2026-03-28T12:00:00Z",
    runs: ["2026-03-28T14:30:00+01:00", "2026-03-29T14:30:00+02:00 changed", "2026-03-30T02:30:00+02:00"],
  },
  {
    what: "two expressions with a fixed time each are both moved",
    spec: { cron: ["30 2 * * *", "30 14 * * *"], zone: berlin },
    after: "2026-03-28T12:00:00Z",
    runs: [
      "2026-03-28T14:30:00+01:00",
      "2026-03-29T03:00:00+02:00 changed moved from 02:30",
      "2026-03-29T14:30:00+02:00",
    ],
  },
  {
    what: "a time that is moved to where another one runs makes no double",
    spec: { cron: ["0 2 * * *", "0 3 * * *"], zone: berlin },
    after: "2026-03-28T12:00:00Z",
    runs: ["2026-03-29T03:00:00+02:00 changed", "2026-03-30T02:00:00+02:00", "2026-03-30T03:00:00+02:00"],
  },
  {
    what: "the gap of America is in March",
    spec: { cron: ["0 2 * * SUN"], zone: newYork },
    after: "2026-03-01T12:00:00Z",
    runs: ["2026-03-08T03:00:00-04:00 changed moved from 02:00", "2026-03-15T02:00:00-04:00"],
  },
  {
    what: "the gap of the south is in October",
    spec: { cron: ["30 2 * * *"], zone: sydney },
    after: "2026-10-03T00:00:00Z",
    runs: ["2026-10-04T03:00:00+11:00 changed moved from 02:30", "2026-10-05T02:30:00+11:00"],
  },
  {
    what: "a gap of half an hour",
    spec: { cron: ["15 2 * * *"], zone: lordHowe },
    after: "2026-10-03T00:00:00Z",
    runs: ["2026-10-04T02:30:00+11:00 changed moved from 02:15", "2026-10-05T02:15:00+11:00"],
  },
  {
    what: "a gap of half an hour, moved by its length",
    spec: { cron: ["15 2 * * *"], zone: lordHowe, gap: "SAME_DISTANCE" },
    after: "2026-10-03T00:00:00Z",
    runs: ["2026-10-04T02:45:00+11:00 changed moved from 02:15"],
  },
  {
    what: "a gap at a quarter to three",
    spec: { cron: ["0 3 * * *"], zone: "Pacific/Chatham" },
    after: "2026-09-26T00:00:00Z",
    runs: ["2026-09-27T03:45:00+13:45 changed moved from 03:00"],
  },
  {
    what: "a gap of two hours",
    spec: { cron: ["30 1 * * *"], zone: "Antarctica/Troll" },
    after: "2026-03-28T12:00:00Z",
    runs: ["2026-03-29T03:00:00+02:00 changed moved from 01:30", "2026-03-30T01:30:00+02:00"],
  },
  {
    what: "the gap of Ireland, whose winter is the exception",
    spec: { cron: ["30 1 * * *"], zone: "Europe/Dublin" },
    after: "2026-03-28T12:00:00Z",
    runs: ["2026-03-29T02:00:00+01:00 changed moved from 01:30"],
  },
  {
    what: "a day that begins at one o'clock",
    spec: { cron: ["@daily"], zone: santiago },
    after: "2026-09-05T12:00:00Z",
    runs: ["2026-09-06T01:00:00-03:00 changed moved from 00:00", "2026-09-07T00:00:00-03:00"],
  },
  {
    what: "another day that begins at one o'clock",
    spec: { cron: ["0 0 29 3 *"], zone: "Asia/Beirut" },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-03-29T01:00:00+03:00 changed moved from 00:00", "2027-03-29T00:00:00+03:00"],
  },
  {
    what: "a gap that ends at midnight moves a time to the next day",
    spec: { cron: ["59 23 * * *"], zone: "America/Nuuk" },
    after: "2026-03-28T12:00:00Z",
    runs: ["2026-03-29T00:00:00-01:00 changed moved from 23:59", "2026-03-29T23:59:00-01:00"],
  },
  {
    what: "the day that Samoa skipped",
    spec: { cron: ["0 12 * * *"], zone: "Pacific/Apia" },
    after: "2011-12-29T00:00:00Z",
    runs: [
      "2011-12-29T12:00:00-10:00",
      "2011-12-31T00:00:00+14:00 changed moved from 12:00",
      "2011-12-31T12:00:00+14:00",
    ],
  },
  {
    what: "the day that Samoa skipped, moved by a day onto the next one",
    spec: { cron: ["0 12 * * *"], zone: "Pacific/Apia", gap: "SAME_DISTANCE" },
    after: "2011-12-29T00:00:00Z",
    runs: ["2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00 changed", "2012-01-01T12:00:00+14:00"],
  },
  {
    what: "the day that Kwajalein skipped",
    spec: { cron: ["0 8 21 8 *"], zone: "Pacific/Kwajalein" },
    after: "1993-01-01T00:00:00Z",
    runs: ["1993-08-22T00:00:00+12:00 changed moved from 08:00", "1994-08-21T08:00:00+12:00"],
  },
];

export const overlaps: readonly KnownTimes[] = [
  {
    what: "a fixed time that comes twice runs the first time",
    spec: { cron: ["30 2 * * *"], zone: berlin },
    after: "2026-10-24T12:00:00Z",
    runs: ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00 changed"],
  },
  {
    what: "a fixed time that comes twice, the second time",
    spec: { cron: ["30 2 * * *"], zone: berlin, overlap_hour: "SECOND" },
    after: "2026-10-24T12:00:00Z",
    runs: ["2026-10-25T02:30:00+01:00 changed", "2026-10-26T02:30:00+01:00"],
  },
  {
    what: "a fixed time that comes twice, both times",
    spec: { cron: ["30 2 * * *"], zone: berlin, overlap_hour: "BOTH" },
    after: "2026-10-24T12:00:00Z",
    runs: ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00 changed again", "2026-10-26T02:30:00+01:00"],
  },
  {
    what: "an hourly schedule runs every hour across the overlap",
    spec: { cron: ["0 * * * *"], zone: berlin },
    after: "2026-10-24T23:00:00Z",
    runs: [
      "2026-10-25T02:00:00+02:00",
      "2026-10-25T02:00:00+01:00 changed again",
      "2026-10-25T03:00:00+01:00",
      "2026-10-25T04:00:00+01:00",
    ],
  },
  {
    what: "an hourly schedule that runs the first time is silent for two hours, as it says",
    spec: { cron: ["0 * * * *"], zone: berlin, overlap_hour: "FIRST" },
    after: "2026-10-24T23:00:00Z",
    runs: ["2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00 changed"],
  },
  {
    what: "the first instant of the overlap",
    spec: { cron: ["0 2 * * *"], zone: berlin },
    after: "2026-10-24T12:00:00Z",
    runs: ["2026-10-25T02:00:00+02:00", "2026-10-26T02:00:00+01:00 changed"],
  },
  {
    what: "the end of the overlap comes once",
    spec: { cron: ["0 3 * * *"], zone: berlin, overlap_hour: "BOTH" },
    after: "2026-10-24T12:00:00Z",
    runs: ["2026-10-25T03:00:00+01:00 changed", "2026-10-26T03:00:00+01:00"],
  },
  {
    what: "the overlap of America is from one to two",
    spec: { cron: ["30 1 * * *"], zone: newYork },
    after: "2026-10-31T12:00:00Z",
    runs: ["2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00 changed"],
  },
  {
    what: "the overlap of the south is in April",
    spec: { cron: ["30 2 * * *"], zone: sydney, overlap_hour: "BOTH" },
    after: "2026-04-04T00:00:00Z",
    runs: ["2026-04-05T02:30:00+11:00", "2026-04-05T02:30:00+10:00 changed again", "2026-04-06T02:30:00+10:00"],
  },
  {
    what: "an overlap of half an hour follows real time",
    spec: { cron: ["*/15 * * * *"], zone: lordHowe },
    after: "2026-04-04T14:30:00Z",
    runs: [
      "2026-04-05T01:45:00+11:00",
      "2026-04-05T01:30:00+10:30 changed again",
      "2026-04-05T01:45:00+10:30 again",
      "2026-04-05T02:00:00+10:30",
    ],
  },
  {
    what: "a fixed time in an overlap of half an hour runs once",
    spec: { cron: ["45 1 * * *"], zone: lordHowe },
    after: "2026-04-04T00:00:00Z",
    runs: ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30 changed"],
  },
  {
    what: "clocks that go back at midnight repeat the hour before it",
    spec: { cron: ["30 23 * * *"], zone: santiago },
    after: "2026-04-04T12:00:00Z",
    runs: ["2026-04-04T23:30:00-03:00", "2026-04-05T23:30:00-04:00 changed"],
  },
  {
    what: "clocks that go back at midnight reach the next day once",
    spec: { cron: ["@daily"], zone: santiago, overlap_hour: "BOTH" },
    after: "2026-04-04T12:00:00Z",
    runs: ["2026-04-05T00:00:00-04:00 changed", "2026-04-06T00:00:00-04:00"],
  },
  {
    what: "clocks that go back to midnight repeat it",
    spec: { cron: ["@daily"], zone: "America/Havana", overlap_hour: "BOTH" },
    after: "2026-10-31T12:00:00Z",
    runs: ["2026-11-01T00:00:00-04:00", "2026-11-01T00:00:00-05:00 changed again", "2026-11-02T00:00:00-05:00"],
  },
];

export const changedRules: readonly KnownTimes[] = [
  {
    what: "in 2006, America changed in April",
    spec: { cron: ["30 2 12 3 *", "30 2 2 4 *"], zone: newYork },
    after: "2006-01-01T00:00:00Z",
    runs: ["2006-03-12T02:30:00-05:00", "2006-04-02T03:00:00-04:00 changed moved from 02:30"],
  },
  {
    what: "since 2007, America has changed in March",
    spec: { cron: ["30 2 11 3 *", "30 2 1 4 *"], zone: newYork },
    after: "2007-01-01T00:00:00Z",
    runs: ["2007-03-11T03:00:00-04:00 changed moved from 02:30", "2007-04-01T02:30:00-04:00"],
  },
  {
    what: "Morocco goes back for Ramadan, and forward after it",
    spec: { cron: ["30 2 23 2 *", "30 2 6 4 *"], zone: "Africa/Casablanca" },
    after: "2025-01-01T00:00:00Z",
    runs: ["2025-02-23T02:30:00+01:00", "2025-04-06T03:00:00+01:00 moved from 02:30"],
  },
  {
    what: "Egypt took daylight saving up again in 2023",
    spec: { cron: ["0 0 28 4 *"], zone: "Africa/Cairo" },
    after: "2022-01-01T00:00:00Z",
    runs: ["2022-04-28T00:00:00+02:00", "2023-04-28T01:00:00+03:00 changed moved from 00:00"],
  },
  {
    what: "Brazil gave daylight saving up in 2019",
    spec: { cron: ["0 0 * 11 SUN#1"], zone: "America/Sao_Paulo", gap: "FIRST_INSTANT_AFTER" },
    after: "2018-11-03T12:00:00Z",
    runs: ["2018-11-04T01:00:00-02:00 changed moved from 00:00", "2019-11-03T00:00:00-03:00 changed"],
  },
  {
    what: "Iran gave daylight saving up in 2022",
    spec: { cron: ["0 0 22 3 *"], zone: "Asia/Tehran" },
    after: "2022-01-01T00:00:00Z",
    runs: ["2022-03-22T01:00:00+04:30 changed moved from 00:00", "2023-03-22T00:00:00+03:30 changed"],
  },
  {
    what: "Moscow went back for good in 2014",
    spec: { cron: ["30 1 * * *"], zone: "Europe/Moscow" },
    after: "2014-10-25T12:00:00Z",
    runs: ["2014-10-26T01:30:00+04:00", "2014-10-27T01:30:00+03:00 changed"],
  },
  {
    what: "Pyongyang went forward by half an hour before midnight",
    spec: { cron: ["45 23 * * *"], zone: "Asia/Pyongyang" },
    after: "2018-05-04T00:00:00Z",
    runs: ["2018-05-05T00:00:00+09:00 changed moved from 23:45", "2018-05-05T23:45:00+09:00"],
  },
  {
    what: "Caracas went forward by half an hour",
    spec: { cron: ["45 2 * * *"], zone: "America/Caracas" },
    after: "2016-04-30T12:00:00Z",
    runs: ["2016-05-01T03:00:00-04:00 changed moved from 02:45", "2016-05-02T02:45:00-04:00"],
  },
  {
    what: "Nepal is a quarter of an hour beside the others, and never changes",
    spec: { cron: ["0 6 29 3 *", "0 6 25 10 *"], zone: "Asia/Kathmandu" },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-03-29T06:00:00+05:45", "2026-10-25T06:00:00+05:45"],
  },
];
