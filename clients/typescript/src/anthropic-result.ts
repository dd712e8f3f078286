// Messages of Anthropic's API, and of all who offer the same, as AgentResults.
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
  type ModelAnswer,
  type ModelApi,
  objectOf,
  type Said,
  spanOf,
  textOf,
} from "./agent-result.ts";
import { type AnswerHeaders, msUntil, numberIn, retryAfterMs } from "./answer-headers.ts";

const finishReasons: Readonly<Record<string, AgentFinishReason>> = {
  end_turn: "STOP",
  stop_sequence: "STOP",
  max_tokens: "LENGTH",
  model_context_window_exceeded: "LENGTH",
  tool_use: "TOOL_USE",
  pause_turn: "ABORTED",
  refusal: "CONTENT_FILTER",
};

/** By the error's type. What stands nowhere here goes by the status. */
const codes: Readonly<Record<string, AgentErrorCode>> = {
  authentication_error: "AUTH",
  permission_error: "AUTH",
  billing_error: "AUTH",
  request_too_large: "CONTEXT_LENGTH",
  rate_limit_error: "RATE_LIMIT",
  timeout_error: "TIMEOUT",
  api_error: "SERVER_ERROR",
  overloaded_error: "MODEL_UNAVAILABLE",
};

const api: ModelApi = { provider: "anthropic", requestIdHeader: "request-id", read, complain, windows, retryAfterMs };

/**
 * What a handler returns for an answer of the messages API, whatever its status:
 * `anthropicResult(response.status, response.headers, await response.text())`.
 */
export function anthropicResult(
  status: number,
  headers: AnswerHeaders,
  body: ModelAnswer["body"],
  options: AgentResultOptions = {},
): AgentResult {
  return agentResultOf(api, { status, headers, body }, options);
}

function read(body: JsonObject): Said | undefined {
  if (!Array.isArray(body["content"])) return undefined;
  const blocks = body["content"].map(objectOf);
  const reason = textOf(body["stop_reason"]);
  const text = blocks.filter(({ type }) => type === "text").map((block) => textOf(block["text"]));
  return {
    model: textOf(body["model"]),
    text: text.join(""),
    finishReason: finishReasons[reason],
    usage: usageOf(body["usage"]),
    toolCalls: blocks
      .filter(({ type }) => type === "tool_use")
      .map(({ id, name, input = {} }) => ({ id: textOf(id), name: textOf(name), arguments: input })),
    refusal: reason === "refusal" ? { type: reason, message: text.join("") || "the model has refused" } : undefined,
  };
}

/** This API counts cached tokens beside those of the input. */
function usageOf(value: JsonValue | undefined): AgentUsage | undefined {
  if (!isObject(value)) return undefined;
  const read = countOf(value["cache_read_input_tokens"]);
  const written = countOf(value["cache_creation_input_tokens"]);
  const input = countOf(value["input_tokens"]) + read + written;
  const output = countOf(value["output_tokens"]);
  return {
    input,
    output,
    total: input + output,
    ...(read > 0 && { cache_read: read }),
    ...(written > 0 && { cache_write: written }),
  };
}

function complain(body: JsonObject): Complaint {
  const error = objectOf(body["error"]);
  const type = textOf(error["type"]);
  const message = textOf(error["message"]);
  if (type === "invalid_request_error" && /prompt is too long|exceed context limit/.test(message)) {
    return { type, message, code: "CONTEXT_LENGTH" };
  }
  if (type === "not_found_error" && message.startsWith("model")) {
    return { type, message, code: "MODEL_UNAVAILABLE", retryable: false };
  }
  return { type, message, code: codes[type] };
}

function windows(headers: ReadonlyMap<string, string>): AgentRateLimitWindow[] {
  return ["requests", "tokens", "input-tokens", "output-tokens"].flatMap((name) => {
    const limit = numberIn(headers.get(`anthropic-ratelimit-${name}-limit`));
    const remaining = numberIn(headers.get(`anthropic-ratelimit-${name}-remaining`));
    const resetMs = msUntil(headers.get(`anthropic-ratelimit-${name}-reset`), headers);
    if (limit === undefined && remaining === undefined && resetMs === undefined) return [];
    return [
      {
        name: name.replace("-", "_"),
        ...(limit !== undefined && { limit }),
        ...(remaining !== undefined && { remaining }),
        ...(resetMs !== undefined && { reset_after: spanOf(resetMs) }),
      },
    ];
  });
}
