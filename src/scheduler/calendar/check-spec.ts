// What is wrong with a spec: every field of it, and whether it fires at all. A spec without faults always compiles.
import type { ScheduleInterval, ScheduleSpec } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { calendarFaults } from "./calendar-fields.ts";
import { compiledSpecOf } from "./compile-spec.ts";
import { readCron } from "./cron-text.ts";
import { secondsUp, wholeSecondsMs } from "./rules.ts";
import { firingsAfter } from "./runs-after.ts";
import type { SpecFault } from "./spec-fault.ts";
import { timeZoneOf } from "./time-zone.ts";

/** Times of day can be listed in one expression; who needs more entries has several schedules. */
const entriesMax = 32;
const momentsMax = 1_000;
const cronTextMax = 200;
/** The longest names of zones have half as many characters. */
const zoneNameMax = 64;
const dayMs = 86_400_000;
const jitterMaxMs = dayMs;
/** Ten years. */
const everyMaxMs = 3_660 * dayMs;

/** The parts of a spec that name times, which its exclusions have as well. */
type Entries = Pick<ScheduleSpec, "cron" | "interval" | "calendar" | "at">;

/** The faults of a spec that is to fire after `after`. If there are several, those in single fields come first. */
export function checkSpec(spec: ScheduleSpec, after: Date): readonly SpecFault[] {
  const faults = [
    ...entryFaults(spec, ""),
    ...(spec.exclude === undefined ? [] : entryFaults(spec.exclude, "exclude.")),
    ...settingFaults(spec),
  ];
  return faults.length > 0 ? faults : silenceFaults(spec, after);
}

function entryFaults({ cron, interval, calendar, at }: Entries, path: string): SpecFault[] {
  const counts = [
    ...countFault(`${path}cron`, cron.length, entriesMax),
    ...countFault(`${path}interval`, interval.length, entriesMax),
    ...countFault(`${path}calendar`, calendar.length, entriesMax),
    ...countFault(`${path}at`, at.length, momentsMax),
  ];
  if (counts.length > 0) return counts;
  return [
    ...cron.flatMap((text, index) => cronFaults(text, `${path}cron[${index}]`)),
    ...interval.flatMap((one, index) => intervalFaults(one, `${path}interval[${index}]`)),
    ...calendar.flatMap((one, index) => calendarFaults(one, `${path}calendar[${index}]`)),
  ];
}

function countFault(field: string, count: number, max: number): SpecFault[] {
  return count <= max ? [] : [{ field, description: `has ${count} entries; at most ${max} may be` }];
}

function cronFaults(text: string, field: string): SpecFault[] {
  if (text.length > cronTextMax) {
    return [{ field, description: `has ${text.length} characters; at most ${cronTextMax} may be` }];
  }
  const read = readCron(text);
  if (!("fault" in read)) return [];
  const { column, description } = read.fault;
  return [{ field, column, description: `has ${description}` }];
}

function intervalFaults({ every, phase }: ScheduleInterval, path: string): SpecFault[] {
  const everyMs = wholeSecondsMs(every);
  const phaseMs = wholeSecondsMs(phase);
  const field = `${path}.every`;
  if (every === undefined) return [{ field, description: "is missing" }];
  if (everyMs <= 0) return [{ field, description: "is less than 1 s; a schedule fires at most once a second" }];
  if (everyMs > everyMaxMs) return [{ field, description: `is more than ${everyMaxMs / dayMs} days` }];
  if (every.nanos !== 0) return [{ field, description: "must be whole seconds" }];
  if ((phase?.nanos ?? 0) !== 0) return [{ field: `${path}.phase`, description: "must be whole seconds" }];
  const isWithin = phaseMs >= 0 && phaseMs < everyMs;
  return isWithin ? [] : [{ field: `${path}.phase`, description: "must be 0 or more, and less than `every`" }];
}

function settingFaults({ timeZone, startTime, endTime, jitter }: ScheduleSpec): SpecFault[] {
  const jitterMs = wholeSecondsMs(jitter) + (jitter?.nanos ?? 0) / 1_000_000;
  const isOrdered = startTime === undefined || endTime === undefined || secondsUp(startTime) < secondsUp(endTime);
  return [
    ...zoneFaults(timeZone),
    ...(isOrdered ? [] : [{ field: "end_time", description: "must be after start_time" }]),
    ...(jitterMs >= 0 && jitterMs <= jitterMaxMs ? [] : [{ field: "jitter", description: "must be 0 to 1 day" }]),
  ];
}

function zoneFaults(name: string): SpecFault[] {
  if (name === "" || (name.length <= zoneNameMax && timeZoneOf(name) !== undefined)) return [];
  const shown = JSON.stringify(name.slice(0, zoneNameMax));
  return [{ field: "time_zone", description: `is ${shown}; it must be an IANA name like "Europe/Berlin"` }];
}

/** Of a spec whose fields are right: entries that never fire, and the whole, if nothing is left of it. */
function silenceFaults(spec: ScheduleSpec, after: Date): SpecFault[] {
  const compiled = compiledSpecOf(spec);
  if (compiled.rules.size === 0) {
    return [{ field: "", description: "never fires: it has no cron, interval, calendar or at" }];
  }
  const whenever = Number.POSITIVE_INFINITY;
  const silent = [...compiled.rules].filter(([field, rule]) => field !== "at" && rule.next(0, whenever) === undefined);
  if (silent.length > 0) return silent.map(([field]) => ({ field, description: "never fires: no such date comes" }));
  const [first] = firingsAfter(compiled, after.getTime());
  if (first !== undefined) return [];
  const moment = new Date(after).toISOString();
  const description = `never fires after ${moment}, with start_time, end_time and exclude`;
  return [{ field: "", description }];
}
