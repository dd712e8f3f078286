// A client's schedules: tasks that are created at times. Each change is answered when a scheduler has carried it out,
// or as pending.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Schedule,
  ScheduleMisfire,
  ScheduleOverlap,
  type SchedulePoliciesSchema,
  type ScheduleRun,
  type ScheduleSpecSchema,
  type ScheduleStateSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import {
  type PreviewedRun,
  type UpdateScheduleRequest,
  UpdateScheduleRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { durationOf, spanMs, type TimeSpan } from "./durations.ts";
import type { NextTask } from "./job.ts";
import { requestOf } from "./new-task.ts";

export type Overlap = "skip" | "buffer-one" | "buffer-all" | "cancel-other" | "allow-all";
export type Misfire = "skip" | "catch-up-one" | "catch-up-all";

/** When a schedule runs: by one of the first four, or by all of them. */
export type WhenInit = {
  /** Cron expressions: `0 9 * * MON-FRI`. */
  readonly cron?: string | readonly string[];
  /** The distance of runs in real time: `90s`. */
  readonly every?: TimeSpan;
  readonly at?: readonly Date[];
  /** Whatever else a spec can say: calendars, exclusions, jitter, policies for changes of the clocks. */
  readonly spec?: MessageInitShape<typeof ScheduleSpecSchema>;
  /** The IANA zone of cron expressions and calendars. If absent, UTC. */
  readonly timeZone?: string;
};

export type ScheduleInit = WhenInit & {
  /** The task of each run. `{{run_time}}`, `{{schedule_id}}` and `{{count}}` are replaced in strings of its payload. */
  readonly task: Omit<NextTask, "idempotencyKey" | "name">;
  /** What happens to a run that is due while an earlier one lives. If absent, it is skipped. */
  readonly overlap?: Overlap;
  /** What happens to runs that were missed. If absent, the latest is caught up. */
  readonly misfire?: Misfire;
  readonly policies?: MessageInitShape<typeof SchedulePoliciesSchema>;
  readonly paused?: boolean;
  readonly note?: string;
  /** After so many runs it ends. If absent, never. */
  readonly times?: number;
};

export type ChangedSchedule = {
  readonly schedule?: Schedule | undefined;
  /** No scheduler has carried the change out within 5 s. It is kept, and will be. */
  readonly pending: boolean;
  /** No scheduler seems to run. */
  readonly noScheduler: boolean;
};

export type Schedules = {
  create(scheduleId: string, init: ScheduleInit, options?: CallOptions): Promise<ChangedSchedule>;
  get(scheduleId: string, options?: CallOptions): Promise<Schedule | undefined>;
  /** The caller's own, newest first; of callers that may read all, those of the tenant. */
  list(options?: CallOptions): AsyncGenerator<Schedule>;
  /** A spec, a task or policies take the place of the former ones; what is absent stays. */
  update(scheduleId: string, init: Partial<ScheduleInit>, options?: CallOptions): Promise<ChangedSchedule>;
  pause(scheduleId: string, note?: string, options?: CallOptions): Promise<ChangedSchedule>;
  resume(scheduleId: string, note?: string, options?: CallOptions): Promise<ChangedSchedule>;
  /** Ends it; tasks that it has created go on. */
  delete(scheduleId: string, reason?: string, options?: CallOptions): Promise<Schedule | undefined>;
  /** Fires it now. */
  trigger(scheduleId: string, overlap?: Overlap, options?: CallOptions): Promise<ChangedSchedule>;
  /** Fires the runs of a past span of time that were not fired. */
  backfill(
    scheduleId: string,
    from: Date,
    to: Date,
    overlap?: Overlap,
    options?: CallOptions,
  ): Promise<ChangedSchedule>;
  skipNext(scheduleId: string, runs?: number, options?: CallOptions): Promise<ChangedSchedule>;
  /** The last runs, newest first, with the states of their tasks. */
  runs(scheduleId: string, options?: CallOptions): AsyncGenerator<ScheduleRun>;
  /** The next runs of a schedule, by its id, or of one that could be. */
  preview(of: string | WhenInit, bounds?: PreviewBounds, options?: CallOptions): Promise<PreviewedRun[]>;
};

export type PreviewBounds = { readonly after?: Date; readonly until?: Date; readonly count?: number };

const overlaps: Readonly<Record<Overlap, ScheduleOverlap>> = {
  skip: ScheduleOverlap.SKIP,
  "buffer-one": ScheduleOverlap.BUFFER_ONE,
  "buffer-all": ScheduleOverlap.BUFFER_ALL,
  "cancel-other": ScheduleOverlap.CANCEL_OTHER,
  "allow-all": ScheduleOverlap.ALLOW_ALL,
};

const misfires: Readonly<Record<Misfire, ScheduleMisfire>> = {
  skip: ScheduleMisfire.SKIP,
  "catch-up-one": ScheduleMisfire.CATCH_UP_ONE,
  "catch-up-all": ScheduleMisfire.CATCH_UP_ALL,
};

export function schedulesOf({ stubs, call }: Calls): Schedules {
  const { schedules: stub } = stubs;
  /** Each is sent under a request id, so that it may be repeated. */
  const send = async <Answer>(
    options: CallOptions,
    asks: (requestId: string, bounds: Parameters<Parameters<Calls["call"]>[1]>[0]) => Promise<Answer>,
  ): Promise<Answer> => {
    const keyed = withRequestId(options);
    return await call(keyed, (bounds) => asks(keyed.requestId, bounds));
  };
  return {
    create: (scheduleId, init, options = {}) =>
      send(options, (requestId, bounds) => stub.createSchedule({ ...partsOf(init), scheduleId, requestId }, bounds)),
    get: async (scheduleId, options = {}) =>
      (await call(options, (bounds) => stub.getSchedule({ scheduleId }, bounds))).schedule,
    list: (options = {}) =>
      pages(async (pageToken) => {
        const answer = await call(options, (bounds) => stub.listSchedules({ pageToken }, bounds));
        return { items: answer.schedules, next: answer.nextPageToken };
      }),
    update: (scheduleId, init, options = {}) =>
      send(options, (requestId, bounds) => stub.updateSchedule({ ...partsOf(init), scheduleId, requestId }, bounds)),
    pause: (scheduleId, note = "", options = {}) =>
      send(options, (requestId, bounds) => stub.pauseSchedule({ scheduleId, note, requestId }, bounds)),
    resume: (scheduleId, note = "", options = {}) =>
      send(options, (requestId, bounds) => stub.resumeSchedule({ scheduleId, note, requestId }, bounds)),
    delete: async (scheduleId, reason = "", options = {}) =>
      (await send(options, (requestId, bounds) => stub.deleteSchedule({ scheduleId, reason, requestId }, bounds)))
        .schedule,
    trigger: (scheduleId, overlap, options = {}) =>
      send(options, (requestId, bounds) =>
        stub.triggerSchedule({ scheduleId, requestId, ...(overlap && { overlap: overlaps[overlap] }) }, bounds),
      ),
    backfill: (scheduleId, from, to, overlap, options = {}) =>
      send(options, (requestId, bounds) => {
        const span = { startTime: timestampFromDate(from), endTime: timestampFromDate(to) };
        const request = { scheduleId, requestId, ...span, ...(overlap && { overlap: overlaps[overlap] }) };
        return stub.backfillSchedule(request, bounds);
      }),
    skipNext: (scheduleId, runs = 1, options = {}) =>
      send(options, (requestId, bounds) => stub.skipNextRun({ scheduleId, runs, requestId }, bounds)),
    runs: (scheduleId, options = {}) =>
      pages(async (pageToken) => {
        const answer = await call(options, (bounds) => stub.listScheduleRuns({ scheduleId, pageToken }, bounds));
        return { items: answer.runs, next: answer.nextPageToken };
      }),
    preview: async (of, { after, until, count = 10 } = {}, options = {}) => {
      const request = {
        count,
        ...(typeof of === "string" ? { scheduleId: of } : { spec: specOf(of) ?? {} }),
        ...(after && { after: timestampFromDate(after) }),
        ...(until && { until: timestampFromDate(until) }),
      };
      return (await call(options, (bounds) => stub.previewSchedule(request, bounds))).runs;
    },
  };
}

async function* pages<Item>(read: (token: string) => Promise<{ readonly items: Item[]; readonly next: string }>) {
  for (let token = ""; ; ) {
    const { items, next } = await read(token);
    yield* items;
    if (next === "") return;
    token = next;
  }
}

function partsOf(init: Partial<ScheduleInit>): Omit<UpdateScheduleRequest, "$typeName" | "scheduleId" | "requestId"> {
  const { task, overlap, misfire, policies, paused, note, times } = init;
  const spec = specOf(init);
  const hasPolicies = policies !== undefined || overlap !== undefined || misfire !== undefined;
  const said = {
    ...policies,
    ...(overlap && { overlap: overlaps[overlap] }),
    ...(misfire && { misfire: misfires[misfire] }),
  } as MessageInitShape<typeof SchedulePoliciesSchema>;
  const state: MessageInitShape<typeof ScheduleStateSchema> = {
    ...(paused !== undefined && { paused }),
    ...(note !== undefined && { note }),
    ...(times !== undefined && { remainingActions: BigInt(times) }),
  };
  const {
    $typeName: _name,
    scheduleId: _id,
    requestId: _request,
    ...parts
  } = create(UpdateScheduleRequestSchema, {
    ...(spec && { spec }),
    ...(task && { action: requestOf(task) }),
    ...(hasPolicies && { policies: said }),
    ...(Object.keys(state).length > 0 && { state }),
  });
  return parts;
}

function specOf({
  cron,
  every,
  at,
  spec,
  timeZone,
}: WhenInit): MessageInitShape<typeof ScheduleSpecSchema> | undefined {
  if (cron === undefined && every === undefined && !at && !spec && timeZone === undefined) return undefined;
  return {
    ...spec,
    ...(cron !== undefined && { cron: typeof cron === "string" ? [cron] : [...cron] }),
    ...(every !== undefined && { interval: [{ every: durationOf(spanMs(every)) }] }),
    ...(at && { at: at.map(timestampFromDate) }),
    ...(timeZone !== undefined && { timeZone }),
  } as MessageInitShape<typeof ScheduleSpecSchema>;
}
