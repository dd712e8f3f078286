"""Threads for handlers that are plain functions.

They are daemons: one that never ends does not keep the program from ending, as the threads of concurrent.futures would.
There are never more than the worker has slots, because the worker starts no more handlers.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Threads:
    """Threads that are started when they are needed, and used again."""

    def __init__(self) -> None:
        self._idle: list[queue.SimpleQueue[Callable[[], None] | None]] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def run(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        context = contextvars.copy_context()

        def work() -> None:
            try:
                value = context.run(call)
            except BaseException as error:
                _post(loop, future, None, error)
            else:
                _post(loop, future, value, None)

        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = queue.SimpleQueue()
            threading.Thread(target=self._serve, args=(inbox,), name="asyncgate-handler", daemon=True).start()
        inbox.put(work)
        return future

    def close(self) -> None:
        """Ends the idle threads, and the others when their handlers end."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for inbox in idle:
            inbox.put(None)

    def _serve(self, inbox: queue.SimpleQueue[Callable[[], None] | None]) -> None:
        while (work := inbox.get()) is not None:
            work()
            del work
            with self._lock:
                if self._is_closed:
                    return
                self._idle.append(inbox)


def _post(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], value: Any, error: BaseException | None
) -> None:
    def finish() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(value)
        elif isinstance(error, Exception):
            future.set_exception(error)
        else:
            # SystemExit and the like end a thread, and would end the event loop: here they fail the attempt.
            future.set_exception(RuntimeError(f"the handler ended by {error!r}"))

    try:
        loop.call_soon_threadsafe(finish)
    except RuntimeError:
        # The worker has stopped, and its event loop is closed: the result has no use any more.
        return
