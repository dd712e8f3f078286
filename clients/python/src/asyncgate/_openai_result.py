"""Chat completions of OpenAI, and of all who offer the same API, as results of agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asyncgate._agent_result import (
    NO_JSON,
    Complaint,
    Json,
    ModelApi,
    ModelPrices,
    ResultOptions,
    Said,
    agent_result_of,
    count_of,
    list_of,
    object_of,
    parsed,
    text_of,
)
from asyncgate._answer_headers import ms_of_span, number_in, retry_after_ms, window_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncgate._agent_result import AgentResult

_FINISH_REASONS: Final = {
    "stop": "STOP",
    "length": "LENGTH",
    "tool_calls": "TOOL_USE",
    "content_filter": "CONTENT_FILTER",
}

# By the error's code or type. What stands nowhere here goes by the status.
_CODES: Final = {
    "context_length_exceeded": "CONTEXT_LENGTH",
    "content_filter": "CONTENT_FILTER",
    "content_policy_violation": "CONTENT_FILTER",
    "model_not_found": "MODEL_UNAVAILABLE",
    "invalid_api_key": "AUTH",
}
# Errors that stay, although their codes are of a kind that passes.
_LASTING: Final = frozenset({"insufficient_quota", "model_not_found"})


def openai_result(
    status: int,
    headers: Mapping[str, str],
    body: str | bytes | Mapping[str, Any],
    *,
    provider: str | None = None,
    is_json: bool = False,
    prices: ModelPrices | None = None,
) -> AgentResult:
    """What a handler returns for an answer of the chat completions API, whatever its status.

    `provider` is `provider_data.provider`, `openai` if absent. With `is_json`, the text is JSON and becomes the output;
    one that is not fails the call, so that a retry asks again. Without `prices`, the result tells no cost.
    """
    return agent_result_of(_API, status, headers, body, ResultOptions(provider, is_json, prices))


def _read(body: Json) -> Said | None:
    choice = object_of(next(iter(list_of(body.get("choices"))), None))
    message = choice.get("message")
    if not isinstance(message, dict):
        return None
    reason = text_of(choice.get("finish_reason"))
    return Said(
        model=text_of(body.get("model")),
        text=_content_of(message.get("content")),
        finish_reason=_FINISH_REASONS.get(reason),
        usage=_usage_of(body.get("usage")),
        tool_calls=[_tool_call_of(object_of(call)) for call in list_of(message.get("tool_calls"))],
        refusal=_refusal_of(message, reason),
    )


def _tool_call_of(call: Json) -> tuple[str, str, Any]:
    called = object_of(call.get("function"))
    text = text_of(called.get("arguments"))
    arguments = {} if text == "" else parsed(text)
    return text_of(call.get("id")), text_of(called.get("name")), None if arguments is NO_JSON else arguments


def _content_of(content: object) -> str:
    """Some who offer this API answer with parts."""
    if not isinstance(content, list):
        return text_of(content)
    return "".join(text_of(object_of(part).get("text")) for part in content)


def _refusal_of(message: Json, reason: str) -> tuple[str, str] | None:
    if refusal := text_of(message.get("refusal")):
        return "refusal", refusal
    return (reason, "a filter has stopped the answer") if reason == "content_filter" else None


def _usage_of(value: object) -> Json | None:
    if not isinstance(value, dict):
        return None
    taken, made = count_of(value.get("prompt_tokens")), count_of(value.get("completion_tokens"))
    usage: Json = {"input": taken, "output": made, "total": count_of(value.get("total_tokens")) or taken + made}
    if cached := count_of(object_of(value.get("prompt_tokens_details")).get("cached_tokens")):
        usage["cache_read"] = cached
    return usage


def _complain(body: Json) -> Complaint:
    given = body.get("error")
    if isinstance(given, str):
        return Complaint(type="", message=given)
    error = object_of(given)
    code = error.get("code")
    kind = text_of(code) or text_of(error.get("type"))
    return Complaint(
        type=kind,
        message=text_of(error.get("message")),
        code=_CODES.get(text_of(code)) or _CODES.get(text_of(error.get("type"))),
        # A router that has begun to answer with 200 says the status of the provider behind it here.
        status=code if isinstance(code, int) and not isinstance(code, bool) else None,
        retryable=False if kind in _LASTING else None,
    )


def _windows(headers: Mapping[str, str]) -> list[Json]:
    found: list[Json] = []
    for name in ("requests", "tokens"):
        limit = number_in(headers.get(f"x-ratelimit-limit-{name}"))
        remaining = number_in(headers.get(f"x-ratelimit-remaining-{name}"))
        found += window_of(name, limit, remaining, ms_of_span(headers.get(f"x-ratelimit-reset-{name}")))
    return found


_API: Final = ModelApi(
    provider="openai",
    request_id_header="x-request-id",
    read=_read,
    complain=_complain,
    windows=_windows,
    retry_after_ms=retry_after_ms,
)
