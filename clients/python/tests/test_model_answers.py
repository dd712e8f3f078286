"""Answers of the two APIs that most models are behind, as they were recorded, and what agents make of them.

The TypeScript kit's tests read the same files, so an agent results in the same in both languages.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asyncgate import ModelPrices, anthropic_result, openai_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncgate import AgentResult

FOLDER = Path(__file__).parents[3] / "test" / "clients" / "model-answers"
ADAPTERS: dict[str, Callable[..., AgentResult]] = {"openai": openai_result, "anthropic": anthropic_result}


def recorded() -> list[Any]:
    answers = [(api, answer) for api in ADAPTERS for answer in json.loads((FOLDER / f"{api}.json").read_text("utf-8"))]
    return [pytest.param(api, answer, id=f"{api}: {answer['name']}") for api, answer in answers]


@pytest.mark.parametrize(("api", "answer"), recorded())
def test_an_answer_becomes_the_result_that_it_should(api: str, answer: dict[str, Any]) -> None:
    given = answer.get("options", {})
    prices = given.get("prices")
    options = {
        "provider": given.get("provider"),
        "is_json": given.get("json", False),
        "prices": ModelPrices(**prices) if prices else None,
    }
    body = answer["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    for form in (text, text.encode(), body):
        assert ADAPTERS[api](answer["status"], answer["headers"], form, **options) == answer["result"]


@pytest.mark.parametrize("api", list(ADAPTERS))
def test_names_and_messages_keep_within_their_bounds(api: str) -> None:
    long = "ö" * 5_000
    error = {"error": {"type": long, "message": long}}
    made = ADAPTERS[api](418, {"request-id": long, "x-request-id": long}, error)
    assert made["error"]["message"] == "ö" * 2_048
    assert made["error"]["type"] == "ö" * 127
    assert made["provider_data"]["request_id"] == "ö" * 127


@pytest.mark.parametrize("api", list(ADAPTERS))
@pytest.mark.parametrize(
    "body", ["", "null", "[]", "7", '{"choices":[null],"content":[null]}', {"choices": {}, "content": 7}]
)
def test_what_cannot_be_read_is_a_result_too(api: str, body: Any) -> None:
    made = ADAPTERS[api](200, {}, body)
    assert made["provider_data"] == {"provider": api}
