"""The agents of the machines under faults, in Python: machine-agents.ts is the same in TypeScript.

Run as a worker: python machine_agents.py <urls, joined by commas> <key> <folder for what calls there were>
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from asyncgate import Job, Worker

LIMITED_TIMES = 2
RETRY_AFTER = "0.3s"

URLS, KEY, FOLDER = sys.argv[1].split(","), sys.argv[2], Path(sys.argv[3])


def says(output: Any) -> dict[str, Any]:
    return {"output": output, "finish_reason": "STOP"}


def number_of(job: Job) -> int:
    """How many calls of the same state there were before: their files lie in the order of their ids, as their times."""
    place = FOLDER / f"{job.task.parent_task_id}.{job.task.labels['state']}"
    place.mkdir(parents=True, exist_ok=True)
    (place / job.task_id).touch()
    return sorted(path.name for path in place.iterdir()).index(job.task_id)


async def work(job: Job) -> dict[str, Any]:
    asked = job.payload.get("input") or {}
    if asked.get("hangs"):
        await asyncio.Event().wait()
    if asked.get("n", 0) == asked.get("only", asked.get("n", 0)):
        return says({"did": job.payload.get("input")})
    return {"error": {"code": "SERVER_ERROR", "message": "not this one"}}


def limited(job: Job) -> dict[str, Any]:
    if number_of(job) >= LIMITED_TIMES:
        return says({"did": job.payload.get("input")})
    error = {"code": "RATE_LIMIT", "message": "slow down", "status_code": 429}
    return {"error": error, "rate_limit": {"limited": True, "retry_after": RETRY_AFTER}}


def tooler(job: Job) -> dict[str, Any]:
    """Calls two tools at a time, until it may not."""
    turns = job.payload.get("turns", [])
    if not job.payload.get("tools"):
        return says({"turns": turns})
    place = len(turns)
    wanted = [{"id": f"{place}-{at}", "name": "work", "arguments": {"n": place, "at": at}} for at in (0, 1)]
    return {"tool_calls": wanted, "finish_reason": "TOOL_USE"}


def panelist(job: Job) -> dict[str, Any]:
    """Accepts the second candidate."""
    return says({"accept": '"index":1' in json.dumps(job.payload.get("input"), separators=(",", ":"))})


def placed(job: Job) -> dict[str, Any]:
    return says({"did": job.payload.get("input"), "index": job.payload.get("index", 0)})


asyncio.run(
    Worker(
        URLS,
        KEY,
        {
            "m.work": work,
            "m.limited": limited,
            "m.tooler": tooler,
            "m.panelist": panelist,
            "m.placed": placed,
            "tool.work": lambda job: {"worked": job.payload},
            "hook:note": lambda job: {"noted": job.payload.get("output")},
        },
        slots=100,
        capabilities=["python"],
        on_event=lambda _: None,
    ).run()
)
