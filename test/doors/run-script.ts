// Runs the script through one door, and says where two doors differ. What must differ between runs (ids, times, tokens,
// hashes) is replaced by when it was first seen, so that even which id stands where is compared.
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { services } from "../../src/mcp/line.ts";
import type { As, Step } from "./script.ts";

/** What came of a call: its answer as people read it, or the reason for which it was refused. */
export type Outcome = { readonly answer: JsonObject } | { readonly refused: string };

export type Door = {
  readonly name: string;
  call(as: As, method: DescMethod, request: JsonObject): Promise<Outcome>;
  close(): Promise<void>;
};

export type Transcript = readonly { readonly step: string; readonly outcome: JsonValue }[];

const methods = new Map(
  services.flatMap((service) => service.methods).map((method) => [`${method.parent.name}.${method.name}`, method]),
);

export async function runScript(door: Door, script: readonly Step[]): Promise<Transcript> {
  const answers = new Map<string, JsonValue>();
  const seen = new Map<string, string>();
  const transcript: { step: string; outcome: JsonValue }[] = [];
  for (const step of script) {
    const method = methods.get(step.method);
    if (method === undefined) throw new Error(`there is no ${step.method}`);
    const outcome = await door.call(step.as, method, resolved(step.request, answers) as JsonObject);
    if ("answer" in outcome) answers.set(step.name, outcome.answer);
    transcript.push({ step: step.name, outcome: "answer" in outcome ? plain(outcome.answer, seen) : outcome.refused });
  }
  return transcript;
}

/** What differs, a line a step; nothing where the doors are the same. */
export function differences(one: Transcript, other: Transcript): string[] {
  return one.flatMap(({ step, outcome }, index) => {
    const [expected, found] = [JSON.stringify(outcome), JSON.stringify(other[index]?.outcome)];
    return expected === found ? [] : [`${step}:\n  ${expected}\n  ${found}`];
  });
}

/** Steps that were not refused as the script says, or were though they should not be. */
export function surprises(transcript: Transcript, script: readonly Step[]): string[] {
  return script.flatMap(({ name, refused }, index) => {
    const outcome = transcript[index]?.outcome;
    const was = typeof outcome === "string" ? outcome : undefined;
    return was === refused ? [] : [`${name}: ${was ?? "answered"}, and not ${refused ?? "answered"}`];
  });
}

function resolved(value: JsonValue, answers: ReadonlyMap<string, JsonValue>): JsonValue {
  if (typeof value === "string" && value.startsWith("$")) return lookUp(value.slice(1).split("."), answers);
  if (Array.isArray(value)) return value.map((item) => resolved(item, answers));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner, answers)]));
}

function lookUp([step = "", ...path]: readonly string[], answers: ReadonlyMap<string, JsonValue>): JsonValue {
  let value = answers.get(step);
  for (const name of path) value = (value as Readonly<Record<string, JsonValue>> | undefined)?.[name];
  if (value === undefined) throw new Error(`the script names ${[step, ...path].join(".")}, which was not answered`);
  return value;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const duration = /^\d+(\.\d+)?s$/;
/** Fields that are another value in each run: what they are is compared nowhere else. */
const changing: ReadonlySet<string> = new Set([
  ..."token lease_token prev_hash hash content_digest digest request_digest".split(" "),
  ..."age uptime cursor sessions next_page_token".split(" "),
]);

function plain(value: JsonValue, seen: Map<string, string>, name = ""): JsonValue {
  if (changing.has(name)) return value === "" || value === 0 ? value : `<${name}>`;
  if (typeof value === "string") {
    if (time.test(value)) return "<time>";
    if (name.endsWith("age") && duration.test(value)) return "<duration>";
    return value.replaceAll(uuid, (id) => {
      if (!seen.has(id)) seen.set(id, `<id ${seen.size + 1}>`);
      return seen.get(id) ?? id;
    });
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, seen, name));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([one, inner]) => [one, plain(inner, seen, one)]));
}
