// The next runs of a spec, computed by the function that fires.
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ScheduleSpec } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type PreviewedRun,
  PreviewedRunSchema,
  type PreviewScheduleRequest,
  type PreviewScheduleResponse,
  PreviewScheduleResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { dateOfTimestamp } from "../../core/duration.ts";
import { looksAtOnce, type Run, runsAfter } from "../../scheduler/calendar/runs-after.ts";

const countDefault = 10;

export function previewOf(
  spec: ScheduleSpec,
  { scheduleId, count, until }: PreviewScheduleRequest,
  after: Date,
): PreviewScheduleResponse {
  const runs: PreviewedRun[] = [];
  const end = until && dateOfTimestamp(until);
  const work = { looks: 0 };
  for (const run of runsAfter(spec, scheduleId, after, work)) {
    if (end && run.runTime > end) break;
    const isEnough = runs.length === (count || countDefault) || (runs.length > 0 && work.looks > looksAtOnce);
    if (isEnough) return create(PreviewScheduleResponseSchema, { runs, more: true });
    runs.push(shownRun(run));
  }
  return create(PreviewScheduleResponseSchema, { runs, more: false });
}

function shownRun({ runTime, dueTime, localTime, offsetChanged, movedFrom = "", isRepeat }: Run): PreviewedRun {
  return create(PreviewedRunSchema, {
    runTime: timestampFromDate(runTime),
    dueTime: timestampFromDate(dueTime),
    localTime,
    offsetChanged,
    movedFrom,
    isRepeat,
  });
}
