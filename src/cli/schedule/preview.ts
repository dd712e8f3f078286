// `asyncgate schedule preview`: the next runs as a table, with the offsets of their zone and what changes of the clocks
// do to them, and the next five weeks as a picture.
import type { JsonObject } from "@bufbuild/protobuf";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { wholeGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, text } from "../views.ts";
import { type Flags, readFlags, specFlags, specOf } from "./flags.ts";

/** The most that one preview has. */
const runsMax = 1_000;
const weeks = 5;
const dayMs = 86_400_000;

export const schedulePreview: Command = {
  usage: "schedule preview <cron expression> | --schedule <id> [--tz <zone>] [--count <n>] [--after <time>] [--json]",
  about:
    "shows the next runs, what changes of the clocks do to them, and the next five weeks as a picture; also of " +
    "--every <duration>, --at <time>, --jitter <duration> and --spec <json>",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readFlags(context.arguments, [...specFlags, "schedule", "count", "after", "json"]);
    const asked = askedOf(values, positionals);
    const count = wholeGiven("--count", values.count ?? "10");
    const after = values.after ?? (await serverTime(context));
    const answer = await preview(context, { ...asked, after, count });
    if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else {
      for (const line of runTable(items(answer["runs"]).map(object))) context.terminal.print(line);
      const until = new Date(Date.parse(after) + weeks * 7 * dayMs).toISOString();
      const all = await preview(context, { ...asked, after, until, count: runsMax });
      for (const line of picture(all, after)) context.terminal.print(line);
    }
    return 0;
  },
};

function askedOf(values: Flags, positionals: readonly string[]): JsonObject {
  const [cron, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError("put the cron expression in quotes: it is one word");
  const spec = specOf({ ...values, ...(cron !== undefined && { cron: [cron] }) });
  const { schedule } = values;
  if ((spec === undefined) === (schedule === undefined)) {
    throw new UsageError("give a cron expression, --every, --at or --spec; or --schedule and its id");
  }
  return schedule === undefined ? { spec: spec ?? {} } : { schedule_id: schedule };
}

/** What is due is decided by the server's clock, and not by the one of this machine. */
async function serverTime(context: Context): Promise<string> {
  return text(object(await callMethod(context, SystemService.method.getServerInfo, {}))["server_time"]);
}

async function preview(context: Context, request: JsonObject): Promise<JsonObject> {
  return object(await callMethod(context, ScheduleService.method.previewSchedule, request));
}

function runTable(runs: readonly JsonObject[]): string[] {
  if (runs.length === 0) return ["there is no further run"];
  const rows = runs.map((run, place) => {
    const [, day = "", time = "", offset = ""] = /^(.{10})T([\d:.]+)(.*)$/.exec(text(run["local_time"])) ?? [];
    const due = text(run["due_time"]);
    return [
      String(place + 1),
      `${weekdayOf(day)} ${day} ${time}`,
      offset,
      text(run["run_time"]),
      due === text(run["run_time"]) ? "" : due,
      noteOf(run),
    ];
  });
  const hasJitter = rows.some((row) => row[4] !== "");
  const shown = (row: readonly string[]) => row.filter((_cell, column) => column !== 4 || hasJitter);
  return renderTable(shown(["", "local time", "offset", "UTC", "due", ""]), rows.map(shown));
}

function noteOf(run: JsonObject): string {
  const moved = text(run["moved_from"]);
  const notes = [
    run["offset_changed"] === true ? "◄ clocks have changed" : "",
    moved === "" ? "" : `${moved.slice(11, 16)} does not exist`,
    run["is_repeat"] === true ? "the second time" : "",
  ];
  return notes.filter((note) => note !== "").join("; ");
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function weekdayOf(day: string): string {
  return weekdays[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
}

/** Days of the zone of the first run. The number of runs stands under each day; `!` marks a change of the clocks. */
function picture(answer: JsonObject, after: string): string[] {
  const runs = items(answer["runs"]).map(object);
  const days = runs.map((run) => text(run["local_time"]).slice(0, 10));
  const counts = new Map([...Map.groupBy(days, (day) => day)].map(([day, all]) => [day, all.length]));
  const changes = new Set(days.filter((_day, place) => place > 0 && runs[place]?.["offset_changed"] === true));
  const isCut = answer["more"] === true;
  const lastDay = days.at(-1) ?? "";
  const from = Date.parse(`${after.slice(0, 10)}T00:00:00Z`);
  const monday = from - ((new Date(from).getUTCDay() + 6) % 7) * dayMs;
  const lines = [
    "",
    `Mon   Tue   Wed   Thu   Fri   Sat   Sun   runs a day${isCut ? `, counted until ${lastDay}` : ""}`,
  ];
  for (let week = 0; week < weeks; week += 1) {
    const cells = Array.from({ length: 7 }, (_unused, place) => new Date(monday + (week * 7 + place) * dayMs));
    const names = cells.map((date) => `${date.getUTCDate()}${changes.has(isoDay(date)) ? "!" : ""}`);
    const marks = cells.map((date) => markOf(counts.get(isoDay(date)), isCut && isoDay(date) >= lastDay));
    const month = cells.find((date) => date.getUTCDate() === 1) ?? (week === 0 ? cells[0] : undefined);
    const title = month ? `  ${month.toISOString().slice(0, 7)}` : "";
    lines.push(`${names.map((name) => name.padEnd(6)).join("")}${title}`.trimEnd());
    lines.push(
      marks
        .map((mark) => mark.padEnd(6))
        .join("")
        .trimEnd(),
    );
  }
  return lines;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function markOf(count: number | undefined, isUnknown: boolean): string {
  if (isUnknown) return "…";
  return count === undefined ? "·" : `█${count}`;
}
