// What a schedule's next run costs, in microseconds of one core: `node test/bench/schedule-times.ts`. "alone" is what a
// firing does: it reads a message and asks for one run. "in a row" is what a preview does.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ScheduleSpec, ScheduleSpecSchema } from "../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { runsAfter } from "../../src/scheduler/calendar/runs-after.ts";
import { duration } from "../scheduler/calendar/spec-case.ts";

const asked = 20_000;
const schedulesCount = 10_000;
const minuteMs = 60_000;
/** The hours around a change of clocks are among those that are asked for. */
const begin = Date.UTC(2026, 2, 28);
const zone = "Europe/Berlin";
const workdays = { hour: [{ start: 9 }], dayOfWeek: [{ start: 1, end: 5 }] };

const specs: Readonly<Record<string, ScheduleSpec>> = {
  "interval, each minute": create(ScheduleSpecSchema, { interval: [{ every: duration(60) }] }),
  "cron, each minute, UTC": create(ScheduleSpecSchema, { cron: ["* * * * *"] }),
  "cron, each minute, Berlin": create(ScheduleSpecSchema, { cron: ["* * * * *"], timeZone: zone }),
  "cron, daily at 02:30, UTC": create(ScheduleSpecSchema, { cron: ["30 2 * * *"] }),
  "cron, daily at 02:30, Berlin": create(ScheduleSpecSchema, { cron: ["30 2 * * *"], timeZone: zone }),
  "cron, last Friday, Berlin": create(ScheduleSpecSchema, { cron: ["0 9 * * FRIL"], timeZone: zone }),
  "calendar, workdays, UTC": create(ScheduleSpecSchema, { calendar: [workdays] }),
  "calendar, workdays, Berlin": create(ScheduleSpecSchema, { calendar: [workdays], timeZone: zone }),
  "cron with jitter, each minute, Berlin": create(ScheduleSpecSchema, {
    cron: ["* * * * *"],
    timeZone: zone,
    jitter: duration(30),
  }),
  "cron without December 25, Berlin": create(ScheduleSpecSchema, {
    cron: ["* * * * *"],
    timeZone: zone,
    exclude: { cron: ["* * 25 12 *"] },
  }),
};

function microsecondsEach(count: number, ask: (index: number) => void): number {
  for (let index = 0; index < count / 10; index += 1) ask(index);
  const start = performance.now();
  for (let index = 0; index < count; index += 1) ask(index);
  return ((performance.now() - start) * 1_000) / count;
}

function alone(spec: ScheduleSpec): number {
  const message = toBinary(ScheduleSpecSchema, spec);
  return microsecondsEach(asked, (index) => {
    runsAfter(fromBinary(ScheduleSpecSchema, message), "any", new Date(begin + index * minuteMs)).next();
  });
}

function inARow(spec: ScheduleSpec): number {
  let runs = runsAfter(spec, "any", new Date(begin));
  // Begins anew before it comes to years whose changes no schedule of today asks for.
  return microsecondsEach(asked, (index) => {
    if (index % 100 === 0) runs = runsAfter(spec, "any", new Date(begin));
    runs.next();
  });
}

function line(what: string, ...figures: readonly number[]): void {
  const columns = figures.map((figure) => figure.toFixed(1).padStart(10));
  process.stdout.write(`${what.padEnd(40)}${columns.join("")}\n`);
}

process.stdout.write(`${"µs per run".padEnd(40)}${"alone".padStart(10)}${"in a row".padStart(10)}\n`);
for (const [what, spec] of Object.entries(specs)) line(what, alone(spec), inARow(spec));

/** More than are kept compiled, each with its own text, so that every one is compiled again. */
const messages = Array.from({ length: schedulesCount }, (_, index) =>
  toBinary(
    ScheduleSpecSchema,
    create(ScheduleSpecSchema, {
      cron: [`* * * * *`, `${index % 60} ${Math.floor(index / 60) % 24} ${(index % 28) + 1} * *`],
      timeZone: zone,
    }),
  ),
);
const each = microsecondsEach(schedulesCount, (index) => {
  const message = messages[index] ?? new Uint8Array();
  runsAfter(fromBinary(ScheduleSpecSchema, message), `schedule-${index}`, new Date(begin)).next();
});
line(`${schedulesCount} different specs of two entries`, each);
