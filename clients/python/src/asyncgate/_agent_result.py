"""What an agent's task results in, and how the answer of a model's API becomes it.

An API is described by its `ModelApi`; this module has what all of them share. Nothing here raises: an answer that
cannot be read is a result with an error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from asyncgate._answer_headers import headers_of, span_of
from asyncgate._content import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

AgentResult: TypeAlias = "dict[str, Any]"
"""`asyncgate.machine.v1.AgentResult` as JSON: what handlers of agents return."""

Json: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """Per million tokens, in any currency. Without a price of their own, cached tokens cost as much as the others."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says that is no error."""

    model: str
    text: str
    finish_reason: str | None
    usage: Json | None
    tool_calls: Sequence[tuple[str, str, Any]]
    """Their ids, names and arguments."""
    refusal: tuple[str, str] | None
    """The provider's name for the reason why the model or a filter has refused, and what it said."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an answer says went wrong."""

    type: str
    message: str
    code: str | None = None
    """If None, the status decides."""
    status: int | None = None
    retryable: bool | None = None


@dataclass(frozen=True, slots=True)
class ModelApi:
    provider: str
    request_id_header: str
    """The header with the provider's id of the request."""
    read: Callable[[Json], Said | None] = field(repr=False)
    """None if the body is no answer of this API."""
    complain: Callable[[Json], Complaint] = field(repr=False)
    windows: Callable[[Mapping[str, str]], list[Json]] = field(repr=False)
    retry_after_ms: Callable[[Mapping[str, str]], int | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResultOptions:
    provider: str | None
    is_json: bool
    prices: ModelPrices | None


NO_JSON: Final = object()

_RETRY_AFTER_MS_MAX: Final = 86_400_000
_MESSAGE_BYTES_MAX: Final = 4_096
_NAME_BYTES_MAX: Final = 255
_MILLION: Final = 1_000_000
_SAFE_INTEGER_MAX: Final = 2**53 - 1
_RETRYABLE_CODES: Final = frozenset({"RATE_LIMIT", "TIMEOUT", "SERVER_ERROR", "MODEL_UNAVAILABLE"})


def agent_result_of(
    api: ModelApi,
    status: int,
    headers: Mapping[str, str],
    body: str | bytes | Mapping[str, Any],
    options: ResultOptions,
) -> AgentResult:
    headers = headers_of(headers)
    read = object_of(parsed(body) if isinstance(body, str | bytes) else body)
    is_answer = 200 <= status < 300
    said = api.read(read) if is_answer and read.get("error") is None else None
    made = _result_of(said, status, options) if said else _failure(_error_of(api, status, read, headers))
    limit = _rate_limit_of(api, headers, made.get("error"))
    if limit:
        made["rate_limit"] = limit
    made["provider_data"] = {"provider": options.provider or api.provider}
    if said and said.model:
        made["provider_data"]["model"] = clip(said.model, _NAME_BYTES_MAX)
    if request_id := headers.get(api.request_id_header):
        made["provider_data"]["request_id"] = clip(request_id, _NAME_BYTES_MAX)
    return made


def _result_of(said: Said, status: int, options: ResultOptions) -> AgentResult:
    spent: Json = {}
    if said.usage is not None:
        spent["usage"] = said.usage
        if options.prices:
            spent["cost"] = _cost_of(said.usage, options.prices)

    def failed(code: str, kind: str, message: str, retryable: bool) -> AgentResult:
        error = {
            "code": code,
            "type": kind,
            "message": clip(message, _MESSAGE_BYTES_MAX),
            "status_code": status,
            "retryable": retryable,
        }
        return {**_failure(error), **spent}

    if said.refusal:
        return {
            **failed("CONTENT_FILTER", said.refusal[0], said.refusal[1], retryable=False),
            "finish_reason": "CONTENT_FILTER",
        }
    calls: list[Json] = []
    for call_id, name, arguments in said.tool_calls:
        if not name or not isinstance(arguments, dict):
            message = f"the call of {name or 'a tool'} has no name or no JSON object as its arguments"
            return failed("SERVER_ERROR", "invalid_tool_call", message, retryable=True)
        calls.append({"id": call_id, "name": name, "arguments": arguments})
    made: AgentResult = {"content": said.text}
    if options.is_json and not calls and said.finish_reason != "LENGTH":
        made["output"] = parsed(said.text)
        if made["output"] is NO_JSON:
            return failed("SERVER_ERROR", "invalid_json", "the text of the answer is no JSON", retryable=True)
    if said.finish_reason:
        made["finish_reason"] = said.finish_reason
    made.update(spent)
    if calls:
        made["tool_calls"] = calls
    return made


def _failure(error: Json) -> AgentResult:
    return {"finish_reason": "ERROR", "error": error}


def _error_of(api: ModelApi, status: int, body: Json, headers: Mapping[str, str]) -> Json:
    complaint = api.complain(body)
    code = complaint.code or _code_of(status if complaint.status is None else complaint.status)
    is_answer = 200 <= status < 300
    message = complaint.message or ("the answer is none of this API" if is_answer else f"the status is {status}")
    kind = complaint.type or ("invalid_answer" if is_answer else "")
    advised = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    choices = [complaint.retryable, advised, code in _RETRYABLE_CODES]
    error: Json = {"code": code}
    if kind:
        error["type"] = clip(kind, _NAME_BYTES_MAX)
    return {
        **error,
        "message": clip(message, _MESSAGE_BYTES_MAX),
        "status_code": status,
        "retryable": next(choice for choice in choices if choice is not None),
    }


def _code_of(status: int) -> str:
    if status in {401, 402, 403}:
        return "AUTH"
    if status in {408, 504}:
        return "TIMEOUT"
    if status == 413:
        return "CONTEXT_LENGTH"
    if status == 429:
        return "RATE_LIMIT"
    if status in {503, 529}:
        return "MODEL_UNAVAILABLE"
    # The request came at a bad moment, as the providers' own clients read it, and may be sent again.
    if status == 409 or status < 400 or status >= 500:
        return "SERVER_ERROR"
    return "INVALID_REQUEST"


def _rate_limit_of(api: ModelApi, headers: Mapping[str, str], error: Json | None) -> Json | None:
    limited = error is not None and error["code"] == "RATE_LIMIT"
    wait_ms = api.retry_after_ms(headers)
    windows = api.windows(headers)
    if not limited and wait_ms is None and not windows:
        return None
    limit: Json = {"limited": limited}
    if wait_ms is not None:
        limit["retry_after"] = span_of(min(wait_ms, _RETRY_AFTER_MS_MAX))
    if windows:
        limit["windows"] = windows
    return limit


def _cost_of(usage: Json, prices: ModelPrices) -> Json:
    read, written = usage.get("cache_read", 0), usage.get("cache_write", 0)
    read_price = prices.input if prices.cache_read is None else prices.cache_read
    write_price = prices.input if prices.cache_write is None else prices.cache_write
    cost: Json = {
        "input": (max(0, usage["input"] - read - written) * prices.input) / _MILLION,
        "output": (usage["output"] * prices.output) / _MILLION,
    }
    if read > 0:
        cost["cache_read"] = (read * read_price) / _MILLION
    if written > 0:
        cost["cache_write"] = (written * write_price) / _MILLION
    cost["total"] = cost["input"] + cost["output"] + cost.get("cache_read", 0) + cost.get("cache_write", 0)
    return cost


def parsed(text: str | bytes) -> Any:
    """NO_JSON if the text is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NO_JSON


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def object_of(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def count_of(value: object) -> int:
    """A count of tokens; 0 for whatever is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    if isinstance(value, float) and not value.is_integer():
        return 0
    return int(value) if 0 < value <= _SAFE_INTEGER_MAX else 0
