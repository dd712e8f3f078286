// Chat completions of OpenAI, and of all who offer the same API, as AgentResults.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import {
  type AgentErrorCode,
  type AgentFinishReason,
  type AgentRateLimitWindow,
  type AgentResult,
  type AgentResultOptions,
  type AgentUsage,
  agentResultOf,
  type Complaint,
  countOf,
  isObject,
  listOf,
  type ModelAnswer,
  type ModelApi,
  objectOf,
  parsed,
  type Said,
  spanOf,
  textOf,
} from "./agent-result.ts";
import { type AnswerHeaders, msOfSpan, numberIn, retryAfterMs } from "./answer-headers.ts";

const finishReasons: Readonly<Record<string, AgentFinishReason>> = {
  stop: "STOP",
  length: "LENGTH",
  tool_calls: "TOOL_USE",
  content_filter: "CONTENT_FILTER",
};

/** By the error's code or type. What stands nowhere here goes by the status. */
const codes: Readonly<Record<string, AgentErrorCode>> = {
  context_length_exceeded: "CONTEXT_LENGTH",
  content_filter: "CONTENT_FILTER",
  content_policy_violation: "CONTENT_FILTER",
  model_not_found: "MODEL_UNAVAILABLE",
  invalid_api_key: "AUTH",
};
/** Errors that stay, although their codes are of a kind that passes. */
const lasting: ReadonlySet<string> = new Set(["insufficient_quota", "model_not_found"]);

const api: ModelApi = { provider: "openai", requestIdHeader: "x-request-id", read, complain, windows, retryAfterMs };

/**
 * What a handler returns for an answer of the chat completions API, whatever its status:
 * `openAiResult(response.status, response.headers, await response.text())`.
 */
export function openAiResult(
  status: number,
  headers: AnswerHeaders,
  body: ModelAnswer["body"],
  options: AgentResultOptions = {},
): AgentResult {
  return agentResultOf(api, { status, headers, body }, options);
}

function read(body: JsonObject): Said | undefined {
  const [choice] = listOf(body["choices"]);
  if (!isObject(choice) || !isObject(choice["message"])) return undefined;
  const { message } = choice;
  const reason = textOf(choice["finish_reason"]);
  return {
    model: textOf(body["model"]),
    text: contentOf(message["content"]),
    finishReason: finishReasons[reason],
    usage: usageOf(body["usage"]),
    toolCalls: listOf(message["tool_calls"]).map((given) => {
      const call = objectOf(given);
      const called = objectOf(call["function"]);
      const text = textOf(called["arguments"]);
      return {
        id: textOf(call["id"]),
        name: textOf(called["name"]),
        arguments: text === "" ? {} : (parsed(text) ?? null),
      };
    }),
    refusal: refusalOf(message, reason),
  };
}

/** Some who offer this API answer with parts. */
function contentOf(content: JsonValue | undefined): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => textOf(objectOf(part)["text"])).join("");
}

function refusalOf(message: JsonObject, reason: string): Said["refusal"] {
  const refusal = textOf(message["refusal"]);
  if (refusal !== "") return { type: "refusal", message: refusal };
  return reason === "content_filter" ? { type: reason, message: "a filter has stopped the answer" } : undefined;
}

function usageOf(value: JsonValue | undefined): AgentUsage | undefined {
  if (!isObject(value)) return undefined;
  const input = countOf(value["prompt_tokens"]);
  const output = countOf(value["completion_tokens"]);
  const cached = countOf(objectOf(value["prompt_tokens_details"])["cached_tokens"]);
  const total = countOf(value["total_tokens"]) || input + output;
  return { input, output, total, ...(cached > 0 && { cache_read: cached }) };
}

function complain(body: JsonObject): Complaint {
  const given = body["error"];
  if (typeof given === "string") return { type: "", message: given };
  const error = objectOf(given);
  const code = error["code"];
  const type = textOf(code) || textOf(error["type"]);
  // A router that has begun to answer with 200 says the status of the provider behind it here.
  const status = typeof code === "number" && Number.isSafeInteger(code) ? code : undefined;
  const known = codes[textOf(code)] ?? codes[textOf(error["type"])];
  return {
    type,
    message: textOf(error["message"]),
    code: known,
    status,
    ...(lasting.has(type) && { retryable: false }),
  };
}

function windows(headers: ReadonlyMap<string, string>): AgentRateLimitWindow[] {
  return ["requests", "tokens"].flatMap((name) => {
    const limit = numberIn(headers.get(`x-ratelimit-limit-${name}`));
    const remaining = numberIn(headers.get(`x-ratelimit-remaining-${name}`));
    const resetMs = msOfSpan(headers.get(`x-ratelimit-reset-${name}`));
    if (limit === undefined && remaining === undefined && resetMs === undefined) return [];
    return [
      {
        name,
        ...(limit !== undefined && { limit }),
        ...(remaining !== undefined && { remaining }),
        ...(resetMs !== undefined && { reset_after: spanOf(resetMs) }),
      },
    ];
  });
}
