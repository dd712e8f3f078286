"""Messages of Anthropic's API, and of all who offer the same, as results of agents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from asyncgate._agent_result import (
    Complaint,
    Json,
    ModelApi,
    ModelPrices,
    ResultOptions,
    Said,
    agent_result_of,
    count_of,
    object_of,
    text_of,
)
from asyncgate._answer_headers import ms_until, number_in, retry_after_ms, window_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncgate._agent_result import AgentResult

_FINISH_REASONS: Final = {
    "end_turn": "STOP",
    "stop_sequence": "STOP",
    "max_tokens": "LENGTH",
    "model_context_window_exceeded": "LENGTH",
    "tool_use": "TOOL_USE",
    "pause_turn": "ABORTED",
    "refusal": "CONTENT_FILTER",
}

# By the error's type. What stands nowhere here goes by the status.
_CODES: Final = {
    "authentication_error": "AUTH",
    "permission_error": "AUTH",
    "billing_error": "AUTH",
    "request_too_large": "CONTEXT_LENGTH",
    "rate_limit_error": "RATE_LIMIT",
    "timeout_error": "TIMEOUT",
    "api_error": "SERVER_ERROR",
    "overloaded_error": "MODEL_UNAVAILABLE",
}
_TOO_LONG: Final = re.compile(r"prompt is too long|exceed context limit")


def anthropic_result(
    status: int,
    headers: Mapping[str, str],
    body: str | bytes | Mapping[str, Any],
    *,
    provider: str | None = None,
    is_json: bool = False,
    prices: ModelPrices | None = None,
) -> AgentResult:
    """What a handler returns for an answer of the messages API, whatever its status.

    `provider` is `provider_data.provider`, `anthropic` if absent. With `is_json`, the text is JSON and becomes the
    output; one that is not fails the call, so that a retry asks again. Without `prices`, the result tells no cost.
    """
    return agent_result_of(_API, status, headers, body, ResultOptions(provider, is_json, prices))


def _read(body: Json) -> Said | None:
    content = body.get("content")
    if not isinstance(content, list):
        return None
    blocks = [object_of(block) for block in content]
    reason = text_of(body.get("stop_reason"))
    text = "".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text")
    return Said(
        model=text_of(body.get("model")),
        text=text,
        finish_reason=_FINISH_REASONS.get(reason),
        usage=_usage_of(body.get("usage")),
        tool_calls=[
            (text_of(block.get("id")), text_of(block.get("name")), block.get("input", {}))
            for block in blocks
            if block.get("type") == "tool_use"
        ],
        refusal=(reason, text or "the model has refused") if reason == "refusal" else None,
    )


def _usage_of(value: object) -> Json | None:
    """This API counts cached tokens beside those of the input."""
    if not isinstance(value, dict):
        return None
    read = count_of(value.get("cache_read_input_tokens"))
    written = count_of(value.get("cache_creation_input_tokens"))
    taken = count_of(value.get("input_tokens")) + read + written
    made = count_of(value.get("output_tokens"))
    usage: Json = {"input": taken, "output": made, "total": taken + made}
    if read:
        usage["cache_read"] = read
    if written:
        usage["cache_write"] = written
    return usage


def _complain(body: Json) -> Complaint:
    error = object_of(body.get("error"))
    kind, message = text_of(error.get("type")), text_of(error.get("message"))
    if kind == "invalid_request_error" and _TOO_LONG.search(message):
        return Complaint(kind, message, code="CONTEXT_LENGTH")
    if kind == "not_found_error" and message.startswith("model"):
        return Complaint(kind, message, code="MODEL_UNAVAILABLE", retryable=False)
    return Complaint(kind, message, code=_CODES.get(kind))


def _windows(headers: Mapping[str, str]) -> list[Json]:
    found: list[Json] = []
    for name in ("requests", "tokens", "input-tokens", "output-tokens"):
        prefix = f"anthropic-ratelimit-{name}"
        limit, remaining = number_in(headers.get(f"{prefix}-limit")), number_in(headers.get(f"{prefix}-remaining"))
        found += window_of(name.replace("-", "_"), limit, remaining, ms_until(headers.get(f"{prefix}-reset"), headers))
    return found


_API: Final = ModelApi(
    provider="anthropic",
    request_id_header="request-id",
    read=_read,
    complain=_complain,
    windows=_windows,
    retry_after_ms=retry_after_ms,
)
