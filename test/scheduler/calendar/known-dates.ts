// Runs on dates that were worked out by hand, from a calendar on the wall.
import type { KnownTimes } from "./run-text.ts";

const berlin = "Europe/Berlin";

export const dates: readonly KnownTimes[] = [
  {
    what: "February 29",
    spec: { cron: ["0 0 29 2 *"] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2028-02-29T00:00:00+00:00", "2032-02-29T00:00:00+00:00"],
  },
  {
    what: "2100 is no leap year",
    spec: { cron: ["0 0 29 2 *"], zone: berlin },
    after: "2096-01-01T00:00:00Z",
    runs: ["2096-02-29T00:00:00+01:00", "2104-02-29T00:00:00+01:00"],
  },
  {
    what: "the 31st of the months that have one",
    spec: { cron: ["0 9 31 * *"] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-01-31T09:00:00+00:00", "2026-03-31T09:00:00+00:00", "2026-05-31T09:00:00+00:00"],
  },
  {
    what: "the last day of the month",
    spec: { cron: ["0 9 L * *"] },
    after: "2028-01-15T00:00:00Z",
    runs: ["2028-01-31T09:00:00+00:00", "2028-02-29T09:00:00+00:00", "2028-03-31T09:00:00+00:00"],
  },
  {
    what: "the day before the last one",
    spec: { calendar: [{ hour: [[9, 9, 1]], day_of_month: [[-2, -2, 1]] }] },
    after: "2026-01-15T00:00:00Z",
    runs: ["2026-01-30T09:00:00+00:00", "2026-02-27T09:00:00+00:00", "2026-03-30T09:00:00+00:00"],
  },
  {
    what: "the last workday of the month",
    spec: { cron: ["0 9 LW * *"] },
    after: "2026-04-01T00:00:00Z",
    runs: ["2026-04-30T09:00:00+00:00", "2026-05-29T09:00:00+00:00", "2026-06-30T09:00:00+00:00"],
  },
  {
    what: "the workday nearest to the 15th",
    spec: { cron: ["0 9 15W 2,8 *"] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-02-16T09:00:00+00:00", "2026-08-14T09:00:00+00:00"],
  },
  {
    what: "the workday nearest to the 1st, in the same month",
    spec: { cron: ["0 9 1W * *"] },
    after: "2026-07-02T00:00:00Z",
    runs: ["2026-08-03T09:00:00+00:00", "2026-09-01T09:00:00+00:00"],
  },
  {
    what: "the second Friday",
    spec: { cron: ["0 9 * * FRI#2"] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-01-09T09:00:00+00:00", "2026-02-13T09:00:00+00:00", "2026-03-13T09:00:00+00:00"],
  },
  {
    what: "the fifth Monday, in months that have one",
    spec: { cron: ["0 9 * * MON#5"] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-03-30T09:00:00+00:00", "2026-06-29T09:00:00+00:00", "2026-08-31T09:00:00+00:00"],
  },
  {
    what: "the last Sunday, which is the day of the change",
    spec: { cron: ["30 2 * * SUNL"], zone: berlin },
    after: "2026-03-01T00:00:00Z",
    runs: ["2026-03-29T03:00:00+02:00 changed moved from 02:30", "2026-04-26T02:30:00+02:00"],
  },
  {
    what: "the 13th or a Friday: in cron, either suffices",
    spec: { cron: ["0 0 13 * FRI"] },
    after: "2026-01-08T00:00:00Z",
    runs: ["2026-01-09T00:00:00+00:00", "2026-01-13T00:00:00+00:00", "2026-01-16T00:00:00+00:00"],
  },
  {
    what: "Friday the 13th: in a calendar, both must hold",
    spec: { calendar: [{ day_of_month: [[13, 13, 1]], day_of_week: [[5, 5, 1]] }] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-02-13T00:00:00+00:00", "2026-03-13T00:00:00+00:00", "2026-11-13T00:00:00+00:00"],
  },
  {
    what: "a range of days that ends on Sunday",
    spec: { cron: ["0 0 * * FRI-SUN"] },
    after: "2026-01-01T12:00:00Z",
    runs: [
      "2026-01-02T00:00:00+00:00",
      "2026-01-03T00:00:00+00:00",
      "2026-01-04T00:00:00+00:00",
      "2026-01-09T00:00:00+00:00",
    ],
  },
  {
    what: "every other year",
    spec: {
      calendar: [{ month: [[1, 1, 1]], day_of_month: [[1, 1, 1]], year: [[2027, 2031, 2]] }],
      zone: "America/New_York",
    },
    after: "2026-06-01T00:00:00Z",
    runs: ["2027-01-01T00:00:00-05:00 changed", "2029-01-01T00:00:00-05:00", "2031-01-01T00:00:00-05:00"],
  },
];

export const together: readonly KnownTimes[] = [
  {
    what: "an interval follows real time across a change",
    spec: { interval: [{ every: 21_600, phase: 0 }], zone: berlin },
    after: "2026-03-28T18:00:00Z",
    runs: ["2026-03-29T01:00:00+01:00", "2026-03-29T08:00:00+02:00 changed", "2026-03-29T14:00:00+02:00"],
  },
  {
    what: "an interval begins at its phase",
    spec: { interval: [{ every: 3_600, phase: 90 }] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-01-01T00:01:30+00:00", "2026-01-01T01:01:30+00:00"],
  },
  {
    what: "all forms together, without doubles",
    spec: { cron: ["0 6 * * *"], interval: [{ every: 43_200, phase: 21_600 }], at: [1_767_250_800] },
    after: "2026-01-01T00:00:00Z",
    runs: ["2026-01-01T06:00:00+00:00", "2026-01-01T07:00:00+00:00", "2026-01-01T18:00:00+00:00"],
  },
  {
    what: "a whole day is excluded",
    spec: {
      cron: ["0 */12 * * *"],
      exclude: { cron: [], interval: [], at: [], calendar: [{ month: [[12, 12, 1]], day_of_month: [[25, 25, 1]] }] },
    },
    after: "2026-12-24T06:00:00Z",
    runs: ["2026-12-24T12:00:00+00:00", "2026-12-26T00:00:00+00:00"],
  },
  {
    what: "what counts for an exclusion is the time at which a run would be, after it was moved",
    spec: {
      cron: ["30 2 * * *"],
      zone: berlin,
      exclude: { cron: ["0 3 29 3 *"], interval: [], at: [], calendar: [] },
    },
    after: "2026-03-28T12:00:00Z",
    runs: ["2026-03-30T02:30:00+02:00 changed"],
  },
  {
    what: "the start is included",
    spec: { cron: ["0 0 * * *"], start: 1_767_225_600 },
    after: "2025-06-01T00:00:00Z",
    runs: ["2026-01-01T00:00:00+00:00"],
  },
  {
    what: "the end is not",
    spec: { cron: ["0 0 * * *"], end: 1_767_312_000 },
    after: "2025-12-31T00:00:00Z",
    runs: ["2026-01-01T00:00:00+00:00", "none"],
  },
];
