"""The agents of examples/machines in Python: what the scripts beside the machines say, as functions.

python example_agents.py <urls, joined by commas> <key> <types of tasks, joined by commas>
With no types, it prints those that it has.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from asyncgate import Job, NonRetryable, Worker

if TYPE_CHECKING:
    from collections.abc import Callable


class Confused(Exception):  # noqa: N818 its name is the error's type
    pass


class ConnectionRefused(Exception):  # noqa: N818
    pass


class ConnectionReset(Exception):  # noqa: N818
    pass


class Overloaded(Exception):  # noqa: N818
    pass


calls: dict[str, int] = {}


def says(output: Any, **more: Any) -> dict[str, Any]:
    return {"output": output, "provider_data": {"provider": "python"}, **more}


def answerer(payload: Any) -> Any:
    if payload["index"] == 0:
        raise Confused("I do not know")
    return says(f"An answer to {payload['input']['text']}")


def judge(payload: Any) -> Any:
    if payload["index"] == 1:
        raise Overloaded
    return says(payload["index"] + 1)


def small(payload: Any) -> Any:
    if payload["input"]["question"] == "down":
        raise ConnectionRefused
    return says({"by": "small", "confidence": 0.5, "guess": payload["index"]})


def summarizer(payload: Any) -> Any:
    call = calls["summarizer"] = calls.get("summarizer", -1) + 1
    if call == 0:
        error = {"code": "RATE_LIMIT", "message": "slow down", "status_code": 429}
        return {"error": error, "rate_limit": {"limited": True, "retry_after": "0.2s"}}
    if call == 1:
        raise ConnectionReset("the provider went away")
    usage = {"input": 10, "output": 3, "total": 13}
    return says(f"{payload['input']['text']}, in short", usage=usage, cost={"total": 0.001})


def researcher(payload: Any) -> Any:
    turns, cost = payload["turns"], {"total": 0.1}
    if not payload["tools"]:
        known = turns[1]["tools"][0]["output"]
        return {"content": f"As far as I know: {known}", "cost": cost, "provider_data": {"provider": "python"}}
    if not turns:
        asked = [
            {"id": "a", "name": "search", "arguments": {"query": payload["input"]["question"]}},
            {"id": "b", "name": "delete", "arguments": {"all": True}},
        ]
    else:
        asked = [
            {"id": f"c{len(turns)}", "name": "search", "arguments": {"query": "more"}},
            {"id": f"d{len(turns)}", "name": "search", "arguments": {"query": "even more"}},
        ]
    return {"finish_reason": "TOOL_USE", "tool_calls": asked, "cost": cost}


def strict(payload: Any) -> Any:
    return says({"accept": payload["input"]["output"].startswith("Version 1"), "confidence": 0.9})


def counter(payload: Any) -> Any:
    index = payload["index"]
    if index == 1:
        return says({"text": "I think there are some"})
    if index == 2:
        return says({"letters": 2})
    if index == 3:
        return says({"letters": 3}, finish_reason="LENGTH")
    return says({"letters": 3, "call": index})


def page_counter(payload: Any) -> Any:
    if payload["input"]["page"] == 13:
        raise NonRetryable("the page is blank", type="Unreadable")
    return says(payload["input"]["page"] * 3 % 7)


def writer(payload: Any) -> Any:
    asked = payload["input"]
    usage = {"input": 100, "output": 20, "total": 120}
    text = f"Draft {asked['draft'] + 1} about {asked['topic']}"
    return says({"text": text}, finish_reason="STOP", usage=usage)


AGENTS: dict[str, Callable[[Any], Any]] = {
    "agent.answerer": answerer,
    "agent.judge": judge,
    "agent.small": small,
    "agent.large": lambda _: says({"by": "large"}, cost={"total": 0.75}),
    "agent.summarizer": summarizer,
    "agent.researcher": researcher,
    "tool.search": lambda payload: f"found {payload['query']}",
    "agent.author": lambda payload: says(f"Version {payload['index']} about {payload['input']['topic']}"),
    "agent.strict": strict,
    "agent.kind": lambda _: says({"accept": True, "confidence": 0.6}),
    "hook:audit": lambda _: {"audited_by": "examples"},
    "hook:count": lambda payload: {"letters": len(payload["output"])},
    "agent.counter": counter,
    "agent.page-counter": page_counter,
    "agent.reducer": lambda payload: says({"long": sum(1 for one in payload["input"]["counts"] if one > 4)}),
    "agent.writer": writer,
    "agent.critic": lambda payload: says({"good": payload["input"]["draft"].startswith("Draft 2")}),
    "deploy.ship": lambda payload: {"version": f"{payload['change']}-1"},
}


def handler_of(agent: Callable[[Any], Any]) -> Callable[[Job], Any]:
    async def handle(job: Job) -> Any:
        return agent(job.payload)

    return handle


if len(sys.argv) == 1:
    print(",".join(AGENTS))
else:
    handlers = {kind: handler_of(AGENTS[kind]) for kind in sys.argv[3].split(",")}
    worker = Worker(sys.argv[1].split(","), sys.argv[2], handlers, slots=50, on_event=lambda _: None)
    asyncio.run(worker.run())
