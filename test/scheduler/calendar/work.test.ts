// How much a spec makes a server compute: one with many entries that leaves out nearly all that it names takes bounded
// work for a run, and no call and no pass computes many such runs at once.
import { create, fromJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type ScheduleSpec, ScheduleSpecSchema } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { PreviewScheduleRequestSchema } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { previewOf } from "../../../src/rpc/schedules/preview-schedule.ts";
import { checkSpec } from "../../../src/scheduler/calendar/check-spec.ts";
import { looksAtOnce, runsAfter } from "../../../src/scheduler/calendar/runs-after.ts";

const after = new Date("2026-12-01T00:00:00Z");
/** As much as one run may take, from where a caller stops asking for more. */
const looksMost = looksAtOnce + 40_100;

/** Every second, of which one in 2 to this power is left. */
function oneIn(power: number, entries: number): ScheduleSpec {
  const interval = Array.from({ length: power }, (_, at) => ({ every: `${2 ** (at + 1)}s`, phase: `${2 ** at}s` }));
  return fromJson(ScheduleSpecSchema, { cron: Array(entries).fill("* * * * * *"), exclude: { interval } });
}

function runsOf(spec: ScheduleSpec, most: number) {
  const work = { looks: 0 };
  let runs = 0;
  for (const _ of runsAfter(spec, "s", after, work)) {
    runs += 1;
    if (runs === most || work.looks > looksAtOnce) break;
  }
  return { runs, ...work };
}

test("a usual spec gets all the runs that are asked for", () => {
  const weekdays = fromJson(ScheduleSpecSchema, { cron: ["0 9 * * *"], exclude: { cron: ["* * * * SAT,SUN"] } });
  expect(runsOf(weekdays, 1_000).runs).toBe(1_000);
  expect(runsOf(oneIn(8, 1), 50).runs).toBe(50);
});

test("one that leaves out nearly all is computed a few runs at a time, and a preview says that there are more", () => {
  const spec = oneIn(9, 32);
  expect(checkSpec(spec, after)).toEqual([]);
  const { runs, looks } = runsOf(spec, 1_000);
  expect(runs).toBeLessThan(10);
  expect(looks).toBeLessThan(looksMost);
  const preview = previewOf(spec, create(PreviewScheduleRequestSchema, { count: 1_000 }), after);
  expect(preview.runs.length).toBeGreaterThan(0);
  expect([preview.runs.length < 10, preview.more]).toEqual([true, true]);
});

test("one that takes too much for a single run counts as one without runs, and is refused", () => {
  expect(checkSpec(oneIn(13, 32), after)).toMatchObject([
    { description: expect.stringContaining("never fires after") },
  ]);
  expect(runsOf(oneIn(13, 32), 1).looks).toBeLessThan(looksMost);
});
