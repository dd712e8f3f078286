// `asyncgate agent check|override`: whether agents are well, and an operator's word that one passes nevertheless.
import type { JsonObject } from "@bufbuild/protobuf";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { durationGiven, readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, text } from "../views.ts";

const { method } = AgentService;

const checkOptions = {
  capability: { type: "string", default: "" },
  strict: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

/** As the contract says. */
const agentsMax = 50;

export const agentCheck: Command = {
  usage: "agent check <id>… | --capability <name> [--strict] [--json]",
  about:
    "probes agents, and shows whether they are well; fails unless all pass, with --strict also where nothing is known",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 0, most: agentsMax, what: "" };
    const { values, positionals: agent_ids } = readArguments(context.arguments, checkOptions, words);
    const { capability, strict, json } = values;
    if (agent_ids.length > 0 === (capability !== "")) {
      throw new UsageError("expected the ids of agents, or else --capability");
    }
    const answer = object(await callMethod(context, method.checkAgents, { agent_ids, capability, strict }));
    if (json) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else for (const line of checkTable(items(answer["checks"]).map(object))) context.terminal.print(line);
    return answer["passed"] === true ? 0 : 1;
  },
};

function checkTable(checks: readonly JsonObject[]): string[] {
  if (checks.length === 0) return ["no ACTIVE agent has that capability"];
  const rows = checks.map((check) => {
    const probes = items(check["probes"]).map(object);
    const counted = probes.filter(({ skipped }) => skipped !== true);
    const well = counted.filter(({ ok }) => ok === true);
    const problems = probes.filter(({ ok }) => ok !== true).map(({ url, problem }) => `${text(url)} ${text(problem)}`);
    const { by, until_time } = object(check["override"]);
    const override = by ? [`${principal(by)} lets it pass until ${text(until_time)}`] : [];
    return [
      text(check["agent_id"]),
      text(check["health"]).replace("AGENT_HEALTH_", ""),
      `${well.length} of ${counted.length}`,
      text(check["live_sessions"] ?? 0),
      [...override, ...problems].join("; "),
    ];
  });
  return renderTable(["agent", "health", "probes", "sessions", "about"], rows);
}

const overrideOptions = { for: { type: "string" }, reason: { type: "string", default: "" } } as const;

export const agentOverride: Command = {
  usage: "agent override <id> --for <time> [--reason <text>]",
  about: "lets an agent pass its preflight for a time, whatever its health; --for 0s ends that",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the id of the agent" };
    const { values, positionals } = readArguments(context.arguments, overrideOptions, words);
    if (values.for === undefined) throw new UsageError("for how long? --for 1h, or --for 0s to end it");
    const request = {
      agent_id: positionals[0] ?? "",
      duration: durationGiven("--for", values.for),
      reason: values.reason,
    };
    const { override } = object(await callMethod(context, method.overridePreflight, request));
    const until = override ? `passes until ${text(object(override)["until_time"])}` : "passes by its health alone";
    context.terminal.print(`${positionals[0]} ${until}`);
    return 0;
  },
};
