// Results of tools as models read them: one sentence to act on, and the answer as JSON. A failure tells its reason,
// what to do next and the facts in its text, and carries no structured content: hosts hold that against the output
// schema.
import { type DescMessage, type JsonObject, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { ErrorDetailSchema, ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { showJson } from "../facade/json-fields.ts";
import { readable } from "../wire/json-answer.ts";
import { ArgumentFault } from "./arguments.ts";
import { detailOf } from "./line.ts";

export type ToolResult = {
  content: { type: "text"; text: string }[];
  structuredContent?: JsonObject;
  isError?: boolean;
};

/** The answer as JSON: proto names, every field that has no presence, JSON as JSON. */
export function answerJson(schema: DescMessage, message: Message): JsonObject {
  const json = toJson(schema, readable(schema, message) as never, {
    alwaysEmitImplicit: true,
    useProtoFieldName: true,
  });
  return showJson(schema, json) as JsonObject;
}

export function success(sentence: string, answer: JsonObject): ToolResult {
  return { content: [{ type: "text", text: `${sentence}\n${JSON.stringify(answer)}` }], structuredContent: answer };
}

export function failure(thrown: unknown): ToolResult {
  return { content: [{ type: "text", text: failureText(thrown) }], isError: true };
}

function failureText(thrown: unknown): string {
  if (thrown instanceof ArgumentFault) {
    return `INVALID_ARGUMENT: ${thrown.message} Correct the arguments and call again.`;
  }
  const detail = detailOf(thrown);
  if (!detail) return "UNAVAILABLE: The server does not answer. Call again in a few seconds.";
  const reason = ErrorReasonSchema.value[detail.reason]?.name.replace("ERROR_REASON_", "") ?? "UNKNOWN";
  const json = toJson(ErrorDetailSchema, detail, { useProtoFieldName: true });
  return `${reason}: ${[detail.message, detail.advice].filter((one) => one !== "").join(" ")}\n${JSON.stringify(json)}`;
}

/** What an answer says in a sentence, told by its fields, so that a new tool with known nouns needs no line here. */
export function sentenceOf(answer: JsonObject): string {
  for (const [field, say] of Object.entries(sentences)) {
    const value = answer[field];
    if (value !== undefined && value !== null) return say(value, answer);
  }
  return "Done.";
}

type Say = (value: JsonValue, answer: JsonObject) => string;

const sentences: Readonly<Record<string, Say>> = {
  explanation: (value) => String(value),
  task: (value, answer) => taskSentence(objectOf(value), answer),
  tasks: (value, answer) =>
    "next_page_token" in answer ? listSentence(listOf(value).length, "task", answer) : leasedSentence(listOf(value)),
  open_obligations: (value, answer) => obligationsSentence(listOf(value), answer),
  attention: () => "What is open, in the old form. list_open_obligations is the new one.",
  discharged: (value) =>
    value === true
      ? "The task is done and its obligation discharged."
      : "The task is done, but its obligation stays open: append_receipt with where the result can be found.",
  results: (value) => `What became of each of the ${listOf(value).length}.`,
  receipts: (value, answer) => listSentence(listOf(value).length, "receipt", answer),
  receipt: (value) => `Receipt ${text(objectOf(value)["receipt_id"])} is a ${short(objectOf(value)["type"])}.`,
  state: (value, answer) => `Task ${text(answer["task_id"])} is ${short(value)} now.`,
  start_time: () => "The task is running.",
  sequence: () => "The progress is noted.",
  limits: () => "The limits and defaults that hold for you.",
  matched_value: (_value, answer) => text(answer["why"]),
  agents: (value, answer) => listSentence(listOf(value).length, "agent", answer),
  tools: (value, answer) => listSentence(listOf(value).length, "tool", answer),
  agent: (value) => agentSentence(objectOf(value)),
  contracts: (value, answer) => listSentence(listOf(value).length, "hand-off contract", answer),
  checks: (value) =>
    listOf(value)
      .map((one) => healthSentence(objectOf(one)))
      .join(" "),
  session: (value, answer) => sessionSentence(objectOf(value), answer),
  sessions: (value, answer) => listSentence(listOf(value).length, "live session", answer),
  leases_released: (value) => `The session is closed; leases released: ${text(value)}.`,
  expire_time: (value) => `The session is kept until ${text(value)}.`,
};

function taskSentence(task: JsonObject, answer: JsonObject): string {
  const existed = answer["existed"] === true ? " existed already and" : "";
  const progress = objectOf(task["progress"] ?? {});
  const percent = progress["percent"] === undefined ? "" : `, ${text(progress["percent"])} % done`;
  const said = progress["message"] ? `: ${text(progress["message"])}` : "";
  const open = answer["ended"] === false ? " It has not ended: call again to go on waiting." : "";
  const name = `Task ${text(task["task_id"])} (${text(task["type"])})`;
  return `${name}${existed} is ${short(task["state"])}${percent}${said}.${open}`;
}

function agentSentence({ agent_id, status, version }: JsonObject): string {
  return `Agent ${text(agent_id)} is ${text(status).replace("AGENT_STATUS_", "")}, in its version ${text(version)}.`;
}

function healthSentence({ agent_id, health }: JsonObject): string {
  return `${text(agent_id)} is ${text(health).replace("AGENT_HEALTH_", "")}.`;
}

function sessionSentence({ agent_session_id, name, agent_id, expire_time }: JsonObject, answer: JsonObject): string {
  const named = `The session ${text(name)} of the agent ${text(agent_id)}`;
  if ("leases_released" in answer) return `${named} is closed; leases released: ${text(answer["leases_released"])}.`;
  return `${named} is open until ${text(expire_time)}, and ${text(agent_session_id)} is its id: keep it in time.`;
}

function leasedSentence(leased: readonly JsonValue[]): string {
  if (leased.length === 0) return "Nothing is waiting for you now. Call again to wait for more.";
  const types = [...new Set(leased.map((one) => text(objectOf(objectOf(one)["task"] ?? {})["type"])))];
  const held = `You hold ${leased.length} task${plural(leased.length)} now (${types.join(", ")}).`;
  return `${held} Keep each lease_token: every further call about the task needs it.`;
}

function obligationsSentence(open: readonly JsonValue[], answer: JsonObject): string {
  if (open.length === 0) return "Nothing is open.";
  return listSentence(open.length, "open obligation", answer);
}

function listSentence(count: number, noun: string, answer: JsonObject): string {
  const [name, token] = "cursor" in answer ? ["cursor", answer["cursor"]] : ["page_token", answer["next_page_token"]];
  const more = token ? ` There are more: call again with ${name} ${JSON.stringify(token)}.` : "";
  return `${count} ${noun}${plural(count)}.${more}`;
}

function plural(count: number): string {
  return count === 1 ? "" : "s";
}

/** `TASK_STATE_RUNNING` → `RUNNING`. */
function short(value: JsonValue | undefined): string {
  return text(value).replace(/^(TASK_STATE|RECEIPT_TYPE)_/, "");
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: JsonValue): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
