// What the commands about schedules take from their command line: a spec from a few flags, or whole parts as JSON.
import { parseArgs } from "node:util";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { durationGiven, parseJson, wholeGiven } from "../arguments.ts";
import { UsageError } from "../command.ts";
import { object } from "../views.ts";

const options = {
  cron: { type: "string", multiple: true },
  every: { type: "string" },
  at: { type: "string", multiple: true },
  tz: { type: "string" },
  jitter: { type: "string" },
  spec: { type: "string" },
  type: { type: "string" },
  queue: { type: "string" },
  payload: { type: "string" },
  action: { type: "string" },
  overlap: { type: "string" },
  misfire: { type: "string" },
  policies: { type: "string" },
  paused: { type: "boolean" },
  note: { type: "string" },
  reason: { type: "string" },
  times: { type: "string" },
  runs: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  after: { type: "string" },
  count: { type: "string" },
  schedule: { type: "string" },
  json: { type: "boolean" },
} as const;

export type Flag = keyof typeof options;
export type Flags = ReturnType<typeof readFlags>["values"];

/** A flag that the command does not know is a mistake, and so is another number of words than it takes. */
export function readFlags(args: readonly string[], known: readonly Flag[]) {
  const own = Object.fromEntries(known.map((name) => [name, options[name]]));
  try {
    const read = parseArgs({ args: [...args], options: own as typeof options, allowPositionals: true });
    return { values: read.values, positionals: read.positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export const specFlags = ["cron", "every", "at", "tz", "jitter", "spec"] as const;
export const actionFlags = ["type", "queue", "payload", "action"] as const;
export const policyFlags = ["overlap", "misfire", "policies"] as const;

/** Undefined if no flag says when. Flags complete what `--spec` has. */
export function specOf({ spec, cron, every, at, tz, jitter }: Flags): JsonObject | undefined {
  const said: JsonObject = {
    ...objectOf("--spec", spec),
    ...(cron && { cron }),
    ...(every !== undefined && { interval: [{ every: durationGiven("--every", every) }] }),
    ...(at && { at }),
    ...(tz !== undefined && { time_zone: tz }),
    ...(jitter !== undefined && { jitter: durationGiven("--jitter", jitter) }),
  };
  return Object.keys(said).length > 0 ? said : undefined;
}

export function actionOf({ type, queue, payload, action }: Flags): JsonObject | undefined {
  const said: JsonObject = {
    ...objectOf("--action", action),
    ...(type !== undefined && { type }),
    ...(queue !== undefined && { queue }),
    ...(payload !== undefined && { payload: { json: parseJson(payload) } }),
  };
  return Object.keys(said).length > 0 ? said : undefined;
}

export function policiesOf({ overlap, misfire, policies }: Flags): JsonObject | undefined {
  const said: JsonObject = {
    ...objectOf("--policies", policies),
    ...(overlap !== undefined && { overlap: enumOf("SCHEDULE_OVERLAP", overlap) }),
    ...(misfire !== undefined && { misfire: enumOf("SCHEDULE_MISFIRE", misfire) }),
  };
  return Object.keys(said).length > 0 ? said : undefined;
}

export function stateOf({ paused, note, times }: Flags): JsonObject | undefined {
  const said: JsonObject = {
    ...(paused !== undefined && { paused }),
    ...(note !== undefined && { note }),
    ...(times !== undefined && { remaining_actions: wholeGiven("--times", times) }),
  };
  return Object.keys(said).length > 0 ? said : undefined;
}

function objectOf(flag: string, text: string | undefined): JsonObject {
  if (text === undefined) return {};
  const value: JsonValue = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${flag} takes a JSON object`);
  }
  return object(value);
}

/** `allow-all` for `SCHEDULE_OVERLAP_ALLOW_ALL`. */
export function enumOf(prefix: string, text: string): string {
  const name = text.toUpperCase().replaceAll("-", "_");
  return name.startsWith(prefix) ? name : `${prefix}_${name}`;
}

/** The one word that a command takes beside its flags. */
export function oneWord(positionals: readonly string[], what: string): string {
  const [word, ...rest] = positionals;
  if (word === undefined || rest.length > 0)
    throw new UsageError(`expected ${what}, and got ${positionals.length} words`);
  return word;
}
