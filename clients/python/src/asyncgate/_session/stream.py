"""One stream of a session, from its hello to its end: frames in both directions, and the heartbeats.

A stream whose heartbeats are not acknowledged is dead and ends itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import grpc

from asyncgate import _contract
from asyncgate._connection import ConnectionOptions, open_channel
from asyncgate._times import seconds_of
from asyncgate.errors import Failure, failure_of
from asyncgate.v1.worker_service_pb2 import Heartbeat, StreamEndReason, Welcome, WorkRequest, WorkResponse

if TYPE_CHECKING:
    from collections.abc import Coroutine

_METHOD = "/asyncgate.v1.WorkerService/Work"
# A server that accepts the connection and does not answer the hello is given up after this.
_WELCOME_TIMEOUT = 15.0
# This many unacknowledged heartbeats end the stream, with time left to reconnect before the TTL is over.
_UNACKNOWLEDGED_MAX = 2


class Listener(Protocol):
    """Gets what a stream receives."""

    def on_welcome(self, welcome: Welcome) -> None: ...

    def on_ack(self, sent_at: float) -> None: ...

    def on_frame(self, frame: bytes, hello_at: float) -> None:
        """Every frame of the server that has more than an acknowledgement."""

    def on_written(self) -> None:
        """A frame given to `send` has been written."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stream ended."""

    failure: Failure
    reason: StreamEndReason.ValueType | None
    """The reason of the server's `stream_end`, if there was one."""


class Stream:
    """A stream that is opened by `run` and used until that returns."""

    def __init__(self, endpoint: str, connection: ConnectionOptions, hello: bytes, listener: Listener) -> None:
        self._endpoint = endpoint
        self._connection = connection
        self._listener = listener
        self._outgoing: deque[tuple[bytes, bool]] = deque([(hello, True)])
        self._wake_writer = asyncio.Event()
        self._cut: asyncio.Future[Failure] = asyncio.get_running_loop().create_future()
        self._hello_at = 0.0
        self._is_welcome = asyncio.Event()
        self._heartbeat_interval = 1.0
        self._unacknowledged: dict[int, float] = {}
        self._reason: StreamEndReason.ValueType | None = None

    def send(self, frame: bytes) -> None:
        """The worker has at most two frames on the way, so this queue stays short."""
        self._outgoing.append((frame, False))
        self._wake_writer.set()

    def cut(self, why: str) -> None:
        if not self._cut.done():
            self._cut.set_result(Failure(why, _contract.UNAVAILABLE))

    async def run(self) -> Ending:
        channel = open_channel(self._endpoint, self._connection)
        call: grpc.aio.StreamStreamCall[bytes, bytes] = channel.stream_stream(_METHOD)(
            metadata=self._connection.metadata
        )
        self._hello_at = time.monotonic()
        parts: list[asyncio.Task[None]] = [
            asyncio.create_task(part) for part in (self._read(call), self._write(call), self._keep_alive())
        ]
        try:
            ends: list[asyncio.Future[Any]] = [self._cut, *parts]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return Ending(await self._failure(parts), self._reason)
        finally:
            for part in parts:
                part.cancel()
            call.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await channel.close()

    async def _failure(self, parts: list[asyncio.Task[None]]) -> Failure:
        if self._cut.done():
            return self._cut.result()
        reader = parts[0]
        # The reader knows the status of a call that the writer found ended.
        await asyncio.wait({reader}, timeout=1.0)
        for part in parts:
            error = part.exception() if part.done() and not part.cancelled() else None
            if isinstance(error, grpc.aio.AioRpcError):
                return failure_of(error)
            if error is not None and not isinstance(error, asyncio.InvalidStateError):
                raise error
        return Failure("the server ended the stream", _contract.UNAVAILABLE)

    async def _read(self, call: grpc.aio.StreamStreamCall[bytes, bytes]) -> None:
        async for data in call:
            self._take(data)

    def _take(self, data: bytes) -> None:
        frame = WorkResponse.FromString(data)
        if frame.HasField("welcome"):
            self._heartbeat_interval = _heartbeat_interval(frame.welcome)
            self._is_welcome.set()
            self._listener.on_welcome(frame.welcome)
        if frame.HasField("heartbeat_ack"):
            self._take_ack(frame.heartbeat_ack.sequence)
        if frame.HasField("stream_end"):
            self._reason = frame.stream_end.reason
        if frame.HasField("welcome") or frame.offers or frame.settled or frame.directives or frame.lost:
            self._listener.on_frame(data, self._hello_at)

    def _take_ack(self, sequence: int) -> None:
        """An acknowledgement stands for all earlier heartbeats too."""
        sent_at = self._unacknowledged.get(sequence)
        self._unacknowledged = {late: at for late, at in self._unacknowledged.items() if late > sequence}
        if sent_at is not None:
            self._listener.on_ack(sent_at)

    async def _write(self, call: grpc.aio.StreamStreamCall[bytes, bytes]) -> None:
        while True:
            while self._outgoing:
                frame, is_own = self._outgoing.popleft()
                await call.write(frame)
                if not is_own:
                    self._listener.on_written()
            self._wake_writer.clear()
            await self._wake_writer.wait()

    async def _keep_alive(self) -> None:
        if not await _within(_WELCOME_TIMEOUT, self._is_welcome.wait()):
            return self.cut("no welcome came")
        for sequence in range(1, 1 << 62):
            # Counted from the one before, also if that was late: each has two intervals to be acknowledged.
            await asyncio.sleep(self._heartbeat_interval)
            if len(self._unacknowledged) >= _UNACKNOWLEDGED_MAX:
                return self.cut("heartbeats were not acknowledged")
            self._unacknowledged[sequence] = time.monotonic()
            frame = WorkRequest(heartbeat=Heartbeat(sequence=sequence)).SerializeToString()
            # Ahead of the frames that wait: a late heartbeat loses all leases.
            self._outgoing.appendleft((frame, True))
            self._wake_writer.set()
        return None


async def _within(seconds: float, what: Coroutine[object, object, object]) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await what
    except TimeoutError:
        return False
    return True


def _heartbeat_interval(welcome: Welcome) -> float:
    if welcome.HasField("heartbeat_interval"):
        return seconds_of(welcome.heartbeat_interval)
    return seconds_of(welcome.ttl) / 3 if welcome.HasField("ttl") else 1.0
