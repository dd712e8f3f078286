"""A worker: handlers by type of task, and how many tasks run at once. It works until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from itertools import count
from typing import TYPE_CHECKING

from asyncgate._backoff import Backoff
from asyncgate._connection import ConnectionOptions, Tls, check_endpoint
from asyncgate._loop import LoopOptions, WorkerLoop
from asyncgate._runner import Handler
from asyncgate._session.messages import SessionOptions
from asyncgate._session.process import SessionProcess
from asyncgate._times import TimeSpan, duration_of, span_seconds
from asyncgate._worker_client import WorkerClient
from asyncgate.events import Stopped, WorkerEvent, WorkerStats, log_event
from asyncgate.v1.worker_service_pb2 import Hello

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from asyncgate.errors import AsyncGateError

__all__ = ["Handler", "Worker"]

_DRAIN_WITHIN = 30.0
# Several attempts within the grace of a session, and few when a server is away for long.
_RECONNECT = Backoff(initial=0.1, multiplier=2, maximum=3.0)


class Worker:
    """Does tasks until it is stopped: `asyncio.run(worker.run())`.

    `handlers` has a function for each type of task, and no other types are taken. Coroutine functions run in the event
    loop of `run`, plain functions in threads. `slots` is how many tasks run at once. With an empty `key`, the
    certificate in `tls` says who works. `agent_session` is the id of an agent's session, which the worker keeps alive
    and works in; it ends with the worker.

    The session with the server has a process of its own, so a handler may block the event loop or hold the GIL for as
    long as it needs: the leases are renewed meanwhile. If there are several endpoints, the next one is used after a
    break. `drain_on` are the signals that drain the worker, if it runs in the main thread.
    """

    def __init__(
        self,
        endpoint: str | Sequence[str],
        key: str,
        handlers: Mapping[str, Handler],
        *,
        slots: int = 10,
        queues: Sequence[str] = (),
        capabilities: Sequence[str] = (),
        name: str = "",
        instance: str = "",
        version: str = "",
        lease_ttl: TimeSpan | None = None,
        agent_session: str = "",
        start: bool = False,
        tls: Tls | None = None,
        drain_on: Sequence[signal.Signals] = (signal.SIGTERM,),
        drain_within: TimeSpan = _DRAIN_WITHIN,
        reconnect: Backoff = _RECONNECT,
        on_event: Callable[[WorkerEvent], None] = log_event,
    ) -> None:
        endpoints = [endpoint] if isinstance(endpoint, str) else endpoint
        hello = Hello(
            worker_name=name,
            instance=instance or f"{socket.gethostname()}:{os.getpid()}",
            version=version,
            capabilities=capabilities,
            accept_types=handlers,
            queues=queues,
            slots=slots,
            lease_ttl=None if lease_ttl is None else duration_of(lease_ttl),
            omit_holder=True,
            agent_session_id=agent_session,
        )
        self._session_options = SessionOptions(
            ConnectionOptions(key, tls),
            tuple(check_endpoint(one) for one in endpoints),
            hello.SerializeToString(),
            reconnect,
        )
        self._handlers = dict(handlers)
        self._slots = slots
        self._start = start
        self._drain_on = drain_on
        self._drain_within = span_seconds(drain_within)
        self._on_event = on_event
        self._loop: WorkerLoop | None = None
        self._finished: asyncio.Future[None] | None = None
        self._is_stopped = False

    async def run(self) -> None:
        """Returns when the worker has stopped. Raises an AsyncGateError if no stream can be opened.

        If it is canceled, handlers are canceled, and their tasks are released, before it ends.
        """
        if self._finished is not None:
            raise RuntimeError("a worker runs once")
        running = asyncio.get_running_loop()
        self._finished = running.create_future()
        if self._is_stopped:
            return
        client = WorkerClient(self._session_options.endpoints, self._session_options.connection)
        self._loop = loop = WorkerLoop(
            LoopOptions(self._handlers, self._slots, self._start, self._on_event, _request_ids(), client, self._end)
        )
        session = await SessionProcess.start(self._session_options, loop.take)
        loop.connect(session)
        with self._signals(running):
            try:
                await _finish(self._finished, lambda: loop.drain(0))
            finally:
                await client.close()
                await session.end()
                self._on_event(Stopped())

    async def stop(self, within: TimeSpan | None = None) -> None:
        """Takes nothing new; running tasks have this long to finish, or `drain_within`. Returns when `run` does."""
        self._is_stopped = True
        if self._loop is None or self._finished is None:
            return
        self._loop.drain(self._drain_within if within is None else span_seconds(within))
        # The error, if there is one, is raised by `run`.
        await asyncio.wait({self._finished})

    def stats(self) -> WorkerStats:
        return WorkerStats() if self._loop is None else self._loop.stats()

    def _end(self, error: AsyncGateError | None) -> None:
        if self._finished is None or self._finished.done():
            return
        if error is None:
            self._finished.set_result(None)
        else:
            self._finished.set_exception(error)

    @contextlib.contextmanager
    def _signals(self, running: asyncio.AbstractEventLoop) -> Iterator[None]:
        handled = []
        for one in self._drain_on:
            # Not in a thread other than the main one, and not on Windows.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                running.add_signal_handler(one, self._on_signal, running, one)
                handled.append(one)
        try:
            yield
        finally:
            for one in handled:
                running.remove_signal_handler(one)

    def _on_signal(self, running: asyncio.AbstractEventLoop, one: signal.Signals) -> None:
        """A second signal finds no handler and ends the process."""
        running.remove_signal_handler(one)
        self._is_stopped = True
        if self._loop is not None:
            self._loop.drain(self._drain_within)


async def _finish(finished: asyncio.Future[None], drain: Callable[[], None]) -> None:
    """Waits for the end. Cancellation drains at once, which takes some seconds at most, and is raised afterwards."""
    try:
        await asyncio.shield(finished)
    except asyncio.CancelledError:
        if not finished.done():
            drain()
            await asyncio.wait({finished})
        raise


def _request_ids() -> Callable[[], str]:
    """Ids that are unique across processes: a random prefix and a counter."""
    prefix = secrets.token_urlsafe(12)
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers):x}"
