// What an agent's task results in, and how the answer of a model's API becomes it. An API is described by its
// `ModelApi`; this file has what all of them share. Nothing here throws: an answer that cannot be read is a result with
// an error.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { type AnswerHeaders, headersOf } from "./answer-headers.ts";
import { clip } from "./content.ts";
import { costOf, type ModelPrices } from "./model-prices.ts";

export type AgentFinishReason = "STOP" | "LENGTH" | "TOOL_USE" | "ERROR" | "CONTENT_FILTER" | "ABORTED";

export type AgentErrorCode =
  | "RATE_LIMIT"
  | "TIMEOUT"
  | "SERVER_ERROR"
  | "INVALID_REQUEST"
  | "AUTH"
  | "CONTENT_FILTER"
  | "CONTEXT_LENGTH"
  | "MODEL_UNAVAILABLE";

export type AgentError = {
  code: AgentErrorCode;
  /** The provider's own name for it. */
  type?: string;
  message?: string;
  /** The HTTP status of the answer. */
  status_code?: number;
  /** Whether another try may succeed. */
  retryable?: boolean;
};

export type AgentUsage = { input: number; output: number; total: number; cache_read?: number; cache_write?: number };
export type AgentCost = { input: number; output: number; cache_read?: number; cache_write?: number; total: number };
export type AgentToolCall = { id: string; name: string; arguments: JsonObject };
export type AgentRateLimitWindow = { name: string; limit?: number; remaining?: number; reset_after?: string };
export type AgentRateLimit = { limited: boolean; retry_after?: string; windows?: AgentRateLimitWindow[] };

/** `asyncgate.machine.v1.AgentResult` as JSON: what handlers of agents return. */
export type AgentResult = {
  output?: JsonValue;
  content?: string;
  finish_reason?: AgentFinishReason;
  usage?: AgentUsage;
  cost?: AgentCost;
  error?: AgentError;
  rate_limit?: AgentRateLimit;
  provider_data?: { provider: string; model?: string; request_id?: string };
  tool_calls?: AgentToolCall[];
};

export type AgentResultOptions = {
  /** Who answers, as `provider_data.provider`. If absent, the company that has made the API. */
  readonly provider?: string;
  /** Whether the text is JSON and becomes the output. One that is not fails the call, so that a retry asks again. */
  readonly json?: boolean;
  /** In any currency, per million tokens. If absent, the result tells no cost. */
  readonly prices?: ModelPrices;
};

/** What an answer says that is no error. */
export type Said = {
  readonly model: string;
  readonly text: string;
  readonly finishReason: AgentFinishReason | undefined;
  readonly usage: AgentUsage | undefined;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: JsonValue }[];
  /** The provider's name for the reason why the model or a filter has refused. */
  readonly refusal: { readonly type: string; readonly message: string } | undefined;
};

/** What an answer says went wrong. */
export type Complaint = {
  readonly type: string;
  readonly message: string;
  /** If absent, the status decides. */
  readonly code?: AgentErrorCode | undefined;
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
};

export type ModelApi = {
  readonly provider: string;
  /** The header with the provider's id of the request. */
  readonly requestIdHeader: string;
  /** Undefined if the body is no answer of this API. */
  read(body: JsonObject): Said | undefined;
  complain(body: JsonObject): Complaint;
  windows(headers: ReadonlyMap<string, string>): AgentRateLimitWindow[];
  retryAfterMs(headers: ReadonlyMap<string, string>): number | undefined;
};

export type ModelAnswer = {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string | JsonValue;
};

const retryAfterMsMax = 86_400_000;
const messageBytesMax = 4_096;
const nameBytesMax = 255;

export function agentResultOf(api: ModelApi, answer: ModelAnswer, options: AgentResultOptions): AgentResult {
  const { status } = answer;
  const headers = headersOf(answer.headers);
  const body = objectOf(typeof answer.body === "string" ? parsed(answer.body) : answer.body);
  const said = status >= 200 && status < 300 && body["error"] == null ? api.read(body) : undefined;
  const made = said ? resultOf(said, status, options) : failure(errorOf(api, status, body, headers));
  const limit = rateLimitOf(api, headers, made.error);
  const requestId = headers.get(api.requestIdHeader) ?? "";
  return {
    ...made,
    ...(limit && { rate_limit: limit }),
    provider_data: {
      provider: options.provider ?? api.provider,
      ...(said?.model && { model: clip(said.model, nameBytesMax) }),
      ...(requestId && { request_id: clip(requestId, nameBytesMax) }),
    },
  };
}

function resultOf(said: Said, status: number, { json = false, prices }: AgentResultOptions): AgentResult {
  const { text, finishReason, usage, toolCalls, refusal } = said;
  const spent: AgentResult = { ...(usage && { usage }), ...(usage && prices && { cost: costOf(usage, prices) }) };
  const failed = (code: AgentErrorCode, type: string, message: string, retryable: boolean): AgentResult => ({
    ...failure({ code, type, message: clip(message, messageBytesMax), status_code: status, retryable }),
    ...spent,
  });
  if (refusal) {
    const refused = failed("CONTENT_FILTER", refusal.type, refusal.message, false);
    return { ...refused, finish_reason: "CONTENT_FILTER" };
  }
  const calls: AgentToolCall[] = [];
  for (const { id, name, arguments: given } of toolCalls) {
    if (name === "" || !isObject(given)) {
      const message = `the call of ${name || "a tool"} has no name or no JSON object as its arguments`;
      return failed("SERVER_ERROR", "invalid_tool_call", message, true);
    }
    calls.push({ id, name, arguments: given });
  }
  const output = json && calls.length === 0 && finishReason !== "LENGTH" ? parsed(text) : undefined;
  if (json && calls.length === 0 && finishReason !== "LENGTH" && output === undefined) {
    return failed("SERVER_ERROR", "invalid_json", "the text of the answer is no JSON", true);
  }
  return {
    ...(output !== undefined && { output }),
    content: text,
    ...(finishReason && { finish_reason: finishReason }),
    ...spent,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function failure(error: AgentError): AgentResult {
  return { finish_reason: "ERROR", error };
}

const retryableCodes: ReadonlySet<AgentErrorCode> = new Set<AgentErrorCode>([
  "RATE_LIMIT",
  "TIMEOUT",
  "SERVER_ERROR",
  "MODEL_UNAVAILABLE",
]);

function errorOf(api: ModelApi, status: number, body: JsonObject, headers: ReadonlyMap<string, string>): AgentError {
  const complaint = api.complain(body);
  const counted = complaint.status ?? status;
  const code = complaint.code ?? codeOf(counted);
  const advice = headers.get("x-should-retry");
  const advised = advice === "true" ? true : advice === "false" ? false : undefined;
  const isAnswer = status >= 200 && status < 300;
  const message = complaint.message || (isAnswer ? "the answer is none of this API" : `the status is ${status}`);
  const type = complaint.type || (isAnswer ? "invalid_answer" : "");
  return {
    code,
    ...(type && { type: clip(type, nameBytesMax) }),
    message: clip(message, messageBytesMax),
    status_code: status,
    retryable: complaint.retryable ?? advised ?? retryableCodes.has(code),
  };
}

function codeOf(status: number): AgentErrorCode {
  if (status === 401 || status === 402 || status === 403) return "AUTH";
  if (status === 408 || status === 504) return "TIMEOUT";
  if (status === 413) return "CONTEXT_LENGTH";
  if (status === 429) return "RATE_LIMIT";
  if (status === 503 || status === 529) return "MODEL_UNAVAILABLE";
  // The request came at a bad moment, as the providers' own clients read it, and may be sent again.
  if (status === 409 || status < 400 || status >= 500) return "SERVER_ERROR";
  return "INVALID_REQUEST";
}

function rateLimitOf(api: ModelApi, headers: ReadonlyMap<string, string>, error: AgentError | undefined) {
  const limited = error?.code === "RATE_LIMIT";
  const waitMs = api.retryAfterMs(headers);
  const windows = api.windows(headers);
  if (!limited && waitMs === undefined && windows.length === 0) return undefined;
  return {
    limited,
    ...(waitMs !== undefined && { retry_after: spanOf(Math.min(waitMs, retryAfterMsMax)) }),
    ...(windows.length > 0 && { windows }),
  };
}

/** As Protobuf's JSON writes it. */
export function spanOf(ms: number): string {
  const rest = ms % 1_000;
  const whole = (ms - rest) / 1_000;
  return rest === 0 ? `${whole}s` : `${whole}.${String(rest).padStart(3, "0")}s`;
}

/** Undefined if the text is no JSON. */
export function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A count of tokens; 0 for whatever is none. */
export function countOf(value: JsonValue | undefined): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
