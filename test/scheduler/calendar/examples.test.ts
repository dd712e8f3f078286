// The examples of docs/schedule-times.md are what happens.
import { readFileSync } from "node:fs";
import { create, fromJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ScheduleGap,
  ScheduleOverlapHour,
  type ScheduleSpec,
  ScheduleSpecSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { checkSpec } from "../../../src/scheduler/calendar/check-spec.ts";
import { type Run, runsAfter } from "../../../src/scheduler/calendar/runs-after.ts";

const page = readFileSync(new URL("../../../docs/schedule-times.md", import.meta.url), "utf8");
const specHeader = "spec|after|next runs";
const cronHeader = "cron|zone|policy|after|next runs";

type Example = { readonly what: string; readonly spec: ScheduleSpec; readonly after: string; readonly runs: string[] };

function tables(header: string): string[][] {
  const rows = page.split("\n").map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const found: string[][] = [];
  let isInside = false;
  for (const cells of rows) {
    isInside = cells.join("|") === header || (isInside && cells.length > 0);
    if (isInside && cells.join("|") !== header && !/^-+$/.test(cells[0] ?? "")) found.push(cells);
  }
  return found;
}

function codes(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

function specExample([json = "", after = "", runs = ""]: string[]): Example {
  const [code = ""] = codes(json);
  return { what: code, spec: fromJson(ScheduleSpecSchema, JSON.parse(code)), after, runs: runs.split("<br>") };
}

function cronExample([cron = "", timeZone = "", policy = "", after = "", runs = ""]: string[]): Example {
  const [name = "AUTO"] = codes(policy);
  const gap = policy.startsWith("gap") ? name : "AUTO";
  const overlap = policy.startsWith("overlap_hour") ? name : "AUTO";
  const spec = create(ScheduleSpecSchema, {
    cron: codes(cron),
    timeZone,
    gap: ScheduleGap[gap as keyof typeof ScheduleGap],
    overlapHour: ScheduleOverlapHour[overlap as keyof typeof ScheduleOverlapHour],
  });
  return { what: [cron, timeZone, policy, after].join(" "), spec, after, runs: runs.split("<br>") };
}

/** `2026-03-29 03:00 +02:00 (changed, moved from 02:30)` */
function written({ localTime, offsetChanged, movedFrom, isRepeat }: Run): string {
  const [date, time, offset] = [localTime.slice(0, 10), localTime.slice(11, 16), localTime.slice(19)];
  const marks = [
    ...(offsetChanged ? ["changed"] : []),
    ...(movedFrom === undefined ? [] : [`moved from ${movedFrom.slice(11, 16)}`]),
    ...(isRepeat ? ["again"] : []),
  ];
  return `${date} ${time} ${offset}${marks.length === 0 ? "" : ` (${marks.join(", ")})`}`;
}

const examples = [...tables(specHeader).map(specExample), ...tables(cronHeader).map(cronExample)];

test("the page has examples", () => {
  expect(examples.length).toBeGreaterThan(25);
});

test.each(examples)("$what", ({ spec, after, runs }) => {
  expect(checkSpec(spec, new Date(after))).toEqual([]);
  const found = runsAfter(spec, "any", new Date(after));
  expect(runs.map(() => written(found.next().value as Run))).toEqual(runs);
});

test("what the page calls refused is refused, and what it says to write instead is not", () => {
  const faultsOf = (cron: string) => checkSpec(create(ScheduleSpecSchema, { cron: [cron] }), new Date(0));
  const rows = tables("refused|because|write").map(([refused = "", , instead = ""]) => [
    codes(refused),
    codes(instead),
  ]);
  expect(rows.length).toBeGreaterThan(3);
  for (const [refused = [], instead = []] of rows) {
    expect(refused.map((cron) => faultsOf(cron).length)).toEqual([1]);
    expect(instead.flatMap(faultsOf)).toEqual([]);
  }
  const [fault] = faultsOf("61 * * * *");
  expect(page).toContain(`\`\`${fault?.field} ${fault?.description}\`\``);
});
