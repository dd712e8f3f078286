// `asyncgate task explain <task-id>`: why a task does not run, or what it is doing, as lines for people.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command } from "../command.ts";
import { items, object, principal, text } from "../views.ts";

export const taskExplain: Command = {
  usage: "task explain <task-id> [--json]",
  about: "explains why a task does not run, or what it is doing",
  takesServerFlags: false,
  async run(context) {
    const one = { least: 1, most: 1, what: "the id of the task" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, one);
    const [taskId = ""] = positionals;
    const answer = object(await callMethod(context, TaskService.method.explainTask, { task_id: taskId }));
    const lines = values.json
      ? [JSON.stringify(answer, undefined, 2)]
      : explanationLines(object(answer["explanation"]));
    for (const line of lines) context.terminal.print(line);
    return 0;
  },
};

/** `explanation` as ExplainTask gives it, in JSON. */
export function explanationLines(explanation: JsonObject): string[] {
  const obstacles = [
    ...items(explanation["unmet"]).map((one) => obstacleLines("holds it", object(one))),
    ...items(explanation["delays"]).map((one) => obstacleLines("slows it", object(one))),
  ];
  const facts = factsOf(explanation).filter(([, value]) => value !== "");
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    text(explanation["summary"]),
    ...obstacles.flatMap((lines) => ["", ...lines]),
    "",
    ...facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
  ];
}

function obstacleLines(what: string, obstacle: JsonObject): string[] {
  const kind = text(obstacle["kind"]).replace("OBSTACLE_KIND_", "");
  const conditions = items(obstacle["conditions"]).map(object);
  const more = Number(obstacle["conditions_count"] ?? 0) - conditions.length;
  return [
    `${what}: ${kind}`,
    `  ${text(obstacle["sentence"])}`,
    ...(conditions.length > 1 ? conditions.map(conditionLine) : []),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...(obstacle["until"] === undefined ? [] : [`  until ${text(obstacle["until"])}`]),
    ...(text(obstacle["advice"]) === "" ? [] : [`  → ${text(obstacle["advice"])}`]),
  ];
}

function conditionLine(condition: JsonObject): string {
  const name = text(condition["name"]);
  return `  - group ${text(condition["group"] ?? 0)}${name === "" ? "" : `, ${name}`}: ${text(condition["sentence"])}`;
}

type Fact = readonly [name: string, value: string];

function factsOf(explanation: JsonObject): Fact[] {
  return [
    ["task", text(explanation["task_id"])],
    ["as of", text(explanation["time"])],
    ["fits", fitOf(explanation["fit"])],
    ["lane", laneOf(explanation["lane"])],
    ["eligible", text(explanation["eligible_time"])],
    ["fails", text(explanation["fail_time"])],
    ["holder", holderOf(explanation["holder"])],
    ["progress", progressOf(explanation["progress"])],
    ["tries", triesOf(object(explanation["tries"]))],
    ["last failure", text(object(explanation["last_failure"])["sentence"])],
  ];
}

function fitOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  const { queue, type, addressee, capabilities, workers = 0, workers_looked_at: among = 0 } = object(value);
  const offers = items(capabilities).map((one) => {
    const { capability, workers: offering = 0 } = object(one);
    return `${text(capability)} (${text(offering)})`;
  });
  const needs = offers.length > 0 ? `, that offers ${offers.join(", ")}` : "";
  const only = addressee === undefined ? "a worker" : principal(addressee);
  return `${only} that takes ${text(type)} from ${text(queue)}${needs}; ${text(workers)} of ${text(among)} connected`;
}

function laneOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  const { priority = 0, ahead = 0, more = false } = object(value);
  return `priority ${text(priority)}, ${more === true ? "more than " : ""}${text(ahead)} before it`;
}

function holderOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  const { holder, ttl, last_heartbeat_time: heard, missed = 0, on_stream: onStream = false } = object(value);
  const { worker, expire_time: until } = object(holder);
  const { instance, principal: who } = object(worker);
  const where = text(instance) === "" ? "" : ` (${text(instance)})`;
  const how = onStream === true ? "on a stream" : "by renewals";
  const lease = `lease of ${text(ttl)} until ${text(until)}, kept ${how}`;
  return `${principal(who)}${where}; ${lease}; last heartbeat ${text(heard)}, ${text(missed)} missing`;
}

function progressOf(value: JsonValue | undefined): string {
  const { percent, message } = object(value);
  return [percent === undefined ? "" : `${text(percent)} %`, text(message)].filter((word) => word !== "").join(", ");
}

function triesOf(tries: JsonObject): string {
  const number = (name: string) => text(tries[name] ?? 0);
  const [attempt, attemptsMax, left] = ["attempt", "max_attempts", "attempts_left"].map(number);
  const attempts = `attempt ${attempt} of ${attemptsMax}, ${left} left after it`;
  const cap = Number(tries["max_lease_losses"] ?? 0) > 0 ? ` of ${number("max_lease_losses")}` : "";
  return `${attempts}; ${number("lease_losses")}${cap} leases lost; ${number("deliveries")} leases so far`;
}
