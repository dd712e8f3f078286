"""A real server for all tests, which test/clients/python/kit.test.ts starts, and a client and workers that use it.

Its leases may last 1 s, so that tests can lose them. Each test uses types of tasks of its own.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from asyncgate import Client, Worker, WorkerEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

Event = TypeVar("Event")
URL = os.environ["KIT_URL"]
TASKER, WORKER, OPERATOR = (os.environ[f"KIT_{name}_KEY"] for name in ("TASKER", "WORKER", "OPERATOR"))
PATIENCE = 60.0


class RunningWorker:
    """A worker whose events are kept."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.events: list[WorkerEvent] = []
        self._changed = asyncio.Event()
        self.worker = Worker(*args, on_event=self._on_event, **options)
        self.run = asyncio.create_task(self.worker.run())

    def _on_event(self, event: WorkerEvent) -> None:
        self.events.append(event)
        self._changed.set()

    async def heard(self, kind: type[Event]) -> Event:
        """The first event of this type, as soon as there is one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for event in self.events:
                    if isinstance(event, kind):
                        return event
                self._changed.clear()
                await self._changed.wait()

    async def end(self) -> None:
        await self.worker.stop(0)
        await asyncio.gather(self.run, return_exceptions=True)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(URL, TASKER) as one:
        yield one


@pytest.fixture
async def start_worker() -> AsyncIterator[Callable[..., RunningWorker]]:
    """Starts a worker with these handlers, and ends it with the test."""
    workers: list[RunningWorker] = []

    def start(handlers: dict[str, Any], endpoint: str = URL, key: str = WORKER, **options: Any) -> RunningWorker:
        workers.append(RunningWorker(endpoint, key, handlers, drain_on=(), **options))
        return workers[-1]

    yield start
    for worker in workers:
        await worker.end()


@pytest.fixture
def kind() -> str:
    """A type of task that no other test has."""
    return f"t-{uuid.uuid4().hex[:12]}"
