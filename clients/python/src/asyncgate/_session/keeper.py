"""Keeps a session alive: connects, says hello, and after a break resumes it, at the same or the next endpoint.

It knows nothing about tasks and does not need the process of the handlers.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from asyncgate import _contract
from asyncgate._session.messages import (
    Acknowledged,
    Broken,
    Close,
    Closed,
    FromSession,
    Held,
    HeldWanted,
    Received,
    Reconnect,
    SendFrame,
    SessionOptions,
    ToSession,
    Written,
)
from asyncgate._session.stream import Ending, Stream
from asyncgate.errors import Failure, error_of_failure
from asyncgate.v1 import worker_service_pb2
from asyncgate.v1.worker_service_pb2 import HeldLeases, Hello, Welcome, WorkRequest

if TYPE_CHECKING:
    from collections.abc import Callable

# How long a busy worker has to list its held leases. After that the session is resumed with all its leases.
_HELD_TIMEOUT = 0.5


class Keeper:
    """Posts to the worker through `post`, and takes its messages through `take`, in its own event loop."""

    def __init__(self, options: SessionOptions, post: Callable[[FromSession], None]) -> None:
        self._options = options
        self._post = post
        self._closing = asyncio.Event()
        self._number = 0
        self._stream: Stream | None = None
        self._resume_token = ""
        # Streams that failed since the last acknowledged heartbeat.
        self._failures = 0
        self._held: asyncio.Future[tuple[str, ...]] | None = None

    def take(self, message: ToSession) -> None:
        stream = self._stream
        if isinstance(message, Close):
            self._closing.set()
            if stream is not None:
                asyncio.get_running_loop().call_later(message.within, stream.cut, "closed")
        elif isinstance(message, Held):
            if self._held is not None and not self._held.done() and message.stream == self._number:
                self._held.set_result(message.lease_tokens)
        elif stream is None or message.stream != self._number:
            return
        elif isinstance(message, Reconnect):
            stream.cut("the server asked for a new hello")
        elif isinstance(message, SendFrame):
            stream.send(message.frame)

    async def run(self) -> None:
        """Stream after stream, until the worker closes or a failure is final."""
        failure: Failure | None = None
        try:
            failure = await self._keep()
        except Exception as error:
            # A bug of the kit, which must not leave the worker waiting.
            failure = Failure(f"the session ended by {error!r}", _contract.INTERNAL)
        self._post(Closed(failure))

    async def _keep(self) -> Failure | None:
        while not self._closing.is_set():
            self._number += 1
            endpoint = self._options.endpoints[(self._number - 1) % len(self._options.endpoints)]
            hello = await self._hello()
            # Closed meanwhile: a stream that is opened now would not be ended by anything.
            if self._closing.is_set():
                break
            self._stream = Stream(endpoint, self._options.connection, hello, _Listener(self, self._number, endpoint))
            ending = await self._stream.run()
            self._stream = None
            if self._closing.is_set():
                break
            if _is_final(ending):
                return ending.failure
            await self._pause(ending)
        return None

    async def _pause(self, ending: Ending) -> None:
        self._failures += 1
        asked = error_of_failure(ending.failure).retry_after or 0.0
        retry_in = asked + self._options.reconnect.pause(self._failures)
        expired = ending.reason == worker_service_pb2.STREAM_END_REASON_EXPIRED
        self._post(Broken(self._number, ending.failure, retry_in, time.monotonic(), expired))
        try:
            async with asyncio.timeout(retry_in):
                await self._closing.wait()
        except TimeoutError:
            pass

    async def _hello(self) -> bytes:
        hello = Hello.FromString(self._options.hello)
        if self._resume_token:
            hello.resume_token = self._resume_token
            tokens = await self._ask_held()
            if tokens is not None:
                hello.held.CopyFrom(HeldLeases(lease_tokens=tokens))
        return WorkRequest(hello=hello).SerializeToString()

    async def _ask_held(self) -> tuple[str, ...] | None:
        self._held = asyncio.get_running_loop().create_future()
        self._post(HeldWanted(self._number))
        try:
            async with asyncio.timeout(_HELD_TIMEOUT):
                return await self._held
        except TimeoutError:
            return None

    def welcomed(self, welcome: Welcome) -> None:
        self._resume_token = welcome.resume_token

    def acknowledged(self, sent_at: float) -> None:
        self._failures = 0
        self._post(Acknowledged(sent_at))

    def received(self, message: Received | Written) -> None:
        self._post(message)


class _Listener:
    """The listener of one stream, which knows its number."""

    def __init__(self, keeper: Keeper, number: int, endpoint: str) -> None:
        self._keeper = keeper
        self._number = number
        self._endpoint = endpoint

    def on_welcome(self, welcome: Welcome) -> None:
        self._keeper.welcomed(welcome)

    def on_ack(self, sent_at: float) -> None:
        self._keeper.acknowledged(sent_at)

    def on_frame(self, frame: bytes, hello_at: float) -> None:
        self._keeper.received(Received(self._number, frame, time.monotonic(), self._endpoint, hello_at))

    def on_written(self) -> None:
        self._keeper.received(Written(self._number))


def _is_final(ending: Ending) -> bool:
    """Whether a further stream would end in the same way."""
    if ending.reason == worker_service_pb2.STREAM_END_REASON_BYE:
        return True
    if ending.failure.detail is None:
        return False
    error = error_of_failure(ending.failure)
    # An internal error of the server may be gone at the next attempt.
    return not error.retryable and not _contract.is_server_reason(error.reason)
