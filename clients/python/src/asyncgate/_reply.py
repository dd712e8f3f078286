"""Answers that come later, for coroutines and for threads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Generator

Value = TypeVar("Value")


class Reply(Generic[Value]):
    """The answer to something that a handler has asked for: await it in a coroutine, or call `result()` in a thread.

    Both raise an AsyncGateError if the server has refused it. Neither is needed: it is done all the same.
    """

    __slots__ = ("_future",)

    def __init__(self, future: concurrent.futures.Future[Value]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, Value]:
        # Shielded, because it is done all the same, and because reports that were merged share their answer.
        return asyncio.shield(asyncio.wrap_future(self._future)).__await__()

    def result(self, timeout: float | None = None) -> Value:
        """Blocks until the server has answered. In a coroutine, await the reply instead."""
        return self._future.result(timeout)

    def done(self) -> bool:
        """Whether the answer is there."""
        return self._future.done()
