// `asyncgate schedule …`: schedules from the command line, one command a verb. A change says what holds now, and
// whether a scheduler has carried it out.
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { wholeGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, text } from "../views.ts";
import {
  actionFlags,
  actionOf,
  enumOf,
  type Flag,
  type Flags,
  oneWord,
  policiesOf,
  policyFlags,
  readFlags,
  specFlags,
  specOf,
  stateOf,
} from "./flags.ts";

const { method } = ScheduleService;
const when = "--cron <expression>… | --every <duration> | --at <time>… | --spec <json>";

/** A command whose answer is a schedule. */
function change(
  verb: string,
  {
    usage,
    about,
    flags,
    asks,
  }: Pick<Command, "usage" | "about"> & { readonly flags: readonly Flag[]; readonly asks: DescMethod },
  requestOf: (flags: Flags) => JsonObject,
): Command {
  return {
    usage: `schedule ${verb} ${usage} [--json]`,
    about,
    takesServerFlags: false,
    async run(context) {
      const { values, positionals } = readFlags(context.arguments, [...flags, "json"]);
      const schedule_id = oneWord(positionals, "the id of a schedule");
      const answer = object(await callMethod(context, asks, { schedule_id, ...requestOf(values) }));
      if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
      else for (const line of describe(object(answer["schedule"]))) context.terminal.print(line);
      if (answer["pending"] === true) {
        const why = answer["no_scheduler"] === true ? "no scheduler seems to run" : "the scheduler is busy";
        context.terminal.say(`not carried out yet (${why}): it is kept, and will be`);
      }
      return 0;
    },
  };
}

export const scheduleCreate = change(
  "create",
  {
    usage: `<id> ${when} [--tz <zone>] --type <type> [--payload <json>] [--overlap <policy>] …`,
    about:
      "creates a schedule: a task of the type at each of its times; also --jitter, --queue, --action <json>, " +
      "--misfire <policy>, --policies <json>, --paused, --note <text>, --times <n>",
    flags: [...specFlags, ...actionFlags, ...policyFlags, "paused", "note", "times"],
    asks: method.createSchedule,
  },
  (flags) => {
    const parts = partsOf(flags);
    if (!parts["spec"]) throw new UsageError(`when? give ${when}`);
    if (!parts["action"]) throw new UsageError("what? give --type <type> or --action <json>");
    return parts;
  },
);

export const scheduleUpdate = change(
  "update",
  {
    usage: "<id> [the flags of schedule create]",
    about: "changes what a schedule says; a spec, an action or policies take the place of the former ones",
    flags: [...specFlags, ...actionFlags, ...policyFlags, "paused", "note", "times"],
    asks: method.updateSchedule,
  },
  partsOf,
);

function partsOf(flags: Flags): JsonObject {
  const [spec, action, policies, state] = [specOf(flags), actionOf(flags), policiesOf(flags), stateOf(flags)];
  return { ...(spec && { spec }), ...(action && { action }), ...(policies && { policies }), ...(state && { state }) };
}

const noted = ({ note = "" }: Flags) => ({ note });

export const scheduleGet = change(
  "get",
  {
    usage: "<id>",
    about: "shows a schedule: its next run, its counts, its last runs",
    flags: [],
    asks: method.getSchedule,
  },
  () => ({}),
);

export const schedulePause = change(
  "pause",
  { usage: "<id> [--note <text>]", about: "pauses a schedule", flags: ["note"], asks: method.pauseSchedule },
  noted,
);

export const scheduleResume = change(
  "resume",
  {
    usage: "<id> [--note <text>]",
    about: "resumes a schedule, from now on",
    flags: ["note"],
    asks: method.resumeSchedule,
  },
  noted,
);

export const scheduleDelete = change(
  "delete",
  {
    usage: "<id> [--reason <text>]",
    about: "ends a schedule; its tasks go on",
    flags: ["reason"],
    asks: method.deleteSchedule,
  },
  ({ reason = "" }) => ({ reason }),
);

export const scheduleTrigger = change(
  "trigger",
  {
    usage: "<id> [--overlap <policy>]",
    about: "fires a schedule now",
    flags: ["overlap"],
    asks: method.triggerSchedule,
  },
  ({ overlap }) => (overlap === undefined ? {} : { overlap: enumOf("SCHEDULE_OVERLAP", overlap) }),
);

export const scheduleSkip = change(
  "skip",
  {
    usage: "<id> [--runs <n>]",
    about: "skips the next runs of a schedule, 1 if no number is given",
    flags: ["runs"],
    asks: method.skipNextRun,
  },
  ({ runs }) => (runs === undefined ? {} : { runs: wholeGiven("--runs", runs) }),
);

export const scheduleBackfill = change(
  "backfill",
  {
    usage: "<id> --from <time> --to <time> [--overlap <policy>]",
    about: "fires the runs of a past span of time that were not fired",
    flags: ["from", "to", "overlap"],
    asks: method.backfillSchedule,
  },
  ({ from, to, overlap }) => {
    if (from === undefined || to === undefined) throw new UsageError("give --from <time> and --to <time>");
    const policy = overlap === undefined ? {} : { overlap: enumOf("SCHEDULE_OVERLAP", overlap) };
    return { start_time: from, end_time: to, ...policy };
  },
);

export const scheduleList: Command = {
  usage: "schedule list [--json]",
  about: "shows your live schedules as a table; operators see those of all",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readFlags(context.arguments, ["json"]);
    if (positionals.length > 0) throw new UsageError("schedule list takes no further words");
    const schedules = await readAll(context, method.listSchedules, {}, "schedules");
    if (values.json) context.terminal.print(JSON.stringify({ schedules }, undefined, 2));
    else for (const line of table(schedules)) context.terminal.print(line);
    return 0;
  },
};

export const scheduleRuns: Command = {
  usage: "schedule runs <id> [--json]",
  about: "shows the last runs of a schedule, with the states of their tasks",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readFlags(context.arguments, ["json"]);
    const schedule_id = oneWord(positionals, "the id of a schedule");
    const runs = await readAll(context, method.listScheduleRuns, { schedule_id }, "runs");
    if (values.json) context.terminal.print(JSON.stringify({ runs }, undefined, 2));
    else for (const line of runTable(runs)) context.terminal.print(line);
    return 0;
  },
};

async function readAll(context: Context, asks: DescMethod, request: JsonObject, list: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let token = ""; ; ) {
    const answer = object(await callMethod(context, asks, { ...request, page_token: token }));
    all.push(...items(answer[list]).map(object));
    token = text(answer["next_page_token"]);
    if (token === "") return all;
  }
}

function table(schedules: readonly JsonObject[]): string[] {
  if (schedules.length === 0) return ["there are no schedules"];
  const rows = schedules.map((schedule) => [
    text(schedule["schedule_id"]),
    whenOf(schedule),
    nextOf(schedule),
    text(object(schedule["counts"])["fired"]) || "0",
    text(object(schedule["action"])["type"]),
    principal(schedule["created_by"]),
  ]);
  return renderTable(["schedule", "when", "next run", "fired", "type", "owner"], rows);
}

function whenOf(schedule: JsonObject): string {
  const spec = object(schedule["spec"]);
  const parts = [
    ...items(spec["cron"]).map(text),
    ...items(spec["interval"]).map((one) => `every ${text(object(one)["every"])}`),
    ...items(spec["calendar"]).map(() => "a calendar"),
    ...items(spec["at"]).map(text),
  ];
  const [first = "", ...rest] = parts;
  const more = rest.length > 0 ? ` and ${rest.length} more` : "";
  const zone = text(spec["time_zone"]);
  return `${first}${more}${zone === "" ? "" : ` ${zone}`}`;
}

function nextOf(schedule: JsonObject): string {
  if (text(schedule["ended"]) !== "") return text(schedule["ended"]).replace("TASK_STATE_", "").toLowerCase();
  if (object(schedule["state"])["paused"] === true) return "paused";
  return text(schedule["next_run_time"]) || "not known yet";
}

function describe(schedule: JsonObject): string[] {
  const counts = object(schedule["counts"]);
  const said = ["fired", "skipped_overlap", "missed", "skipped_by_call", "refused"].flatMap((name) =>
    name === "fired" || text(counts[name]) !== "" ? [`${name.replaceAll("_", " ")} ${text(counts[name]) || "0"}`] : [],
  );
  const note = text(object(schedule["state"])["note"]);
  const waiting = items(schedule["waiting_runs"]);
  return [
    `${text(schedule["schedule_id"])}: ${whenOf(schedule)}`,
    `  next run   ${nextOf(schedule)}${note === "" ? "" : ` (${note})`}`,
    `  runs       ${said.join(", ")}`,
    `  task       ${text(schedule["task_id"])}, generation ${text(schedule["generation"])}`,
    ...(waiting.length > 0 ? [`  waiting    ${waiting.map(text).join(", ")}`] : []),
    ...(text(schedule["last_error"]) === "" ? [] : [`  error      ${text(schedule["last_error"])}`]),
    ...lastRuns(items(schedule["recent_runs"])),
  ];
}

function lastRuns(runs: readonly JsonValue[]): string[] {
  return runs.length === 0 ? [] : ["", ...runTable(runs.map(object))];
}

function runTable(runs: readonly JsonObject[]): string[] {
  if (runs.length === 0) return ["there was no run yet"];
  const rows = runs.map((run) => [
    text(run["count"]),
    text(run["run_time"]),
    text(run["fire_time"]),
    text(run["cause"]).replace("SCHEDULE_CAUSE_", "").toLowerCase().replace("_", " "),
    text(run["state"]).replace("TASK_STATE_", ""),
    text(run["task_id"]),
  ]);
  return renderTable(["no", "run time", "fired", "why", "state", "task"], rows);
}
