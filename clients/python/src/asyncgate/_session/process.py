"""The session's process: its program, and the worker's end of the pipes to it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO, cast

from asyncgate import _contract
from asyncgate._session.keeper import Keeper
from asyncgate._session.messages import Closed, FromSession, SessionOptions, ToSession, Unpacker, pack
from asyncgate.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

_READ_BYTES = 1 << 20
# For the system to end a process that was killed.
_END_TIMEOUT = 5.0
# The program has the import path of the worker's, which may have been changed since that was started.
_PROGRAM = "import sys; sys.path[:] = {path!r}; from asyncgate._session.process import main; main()"


class SessionProcess(asyncio.SubprocessProtocol):
    """The worker's end. Messages are handled as soon as their bytes are read, in the worker's event loop."""

    def __init__(self, take: Callable[[FromSession], None]) -> None:
        self._take = take
        self._unpacker = Unpacker()
        self._transport: asyncio.SubprocessTransport | None = None
        self._is_closed = False
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def start(cls, options: SessionOptions, take: Callable[[FromSession], None]) -> SessionProcess:
        loop = asyncio.get_running_loop()
        program = _PROGRAM.format(path=sys.path)
        transport, session = await loop.subprocess_exec(
            lambda: cls(take), sys.executable, "-c", program, stdin=-1, stdout=-1, stderr=None
        )
        session._transport = transport
        session._write(options)
        return session

    def post(self, message: ToSession) -> None:
        self._write(message)

    async def end(self) -> None:
        """Ends the process, if it has not ended by itself."""
        self._is_closed = True
        if self._transport is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._transport.kill()
        await asyncio.wait({self._ended}, timeout=_END_TIMEOUT)
        self._transport.close()

    def _write(self, message: object) -> None:
        pipe = self._transport.get_pipe_transport(0) if self._transport else None
        # A pipe that is closing belongs to a process that has ended, which connection_lost reports.
        if isinstance(pipe, asyncio.WriteTransport) and not pipe.is_closing():
            pipe.write(pack(message))

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        for message in self._unpacker.feed(cast("bytes", data)):
            self._deliver(cast("FromSession", message))

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended, and all that it wrote has been read."""
        if not self._ended.done():
            self._ended.set_result(None)
        self._deliver(Closed(Failure("the session's process has ended", _contract.INTERNAL)))

    def _deliver(self, message: FromSession) -> None:
        if self._is_closed:
            return
        self._is_closed = isinstance(message, Closed)
        self._take(message)


def main() -> None:
    """The program. It ends when the keeper has closed, or when the worker's process has ended."""
    # Ctrl-C and service managers signal the whole group: the worker drains then, and needs its session for that.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    # What a library prints must not come between the messages.
    into = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asyncio.run(_serve(sys.stdin.buffer, into))


async def _serve(source: BinaryIO, into: BinaryIO) -> None:
    loop = asyncio.get_running_loop()
    unpacker = Unpacker()
    started: asyncio.Future[Keeper] = loop.create_future()
    # As long as the worker does not read it gets what it has asked for: offers for its credits, answers to its items.
    outgoing: queue.SimpleQueue[FromSession | None] = queue.SimpleQueue()

    def take(message: object) -> None:
        if isinstance(message, SessionOptions):
            started.set_result(Keeper(message, outgoing.put))
        else:
            started.result().take(cast("ToSession", message))

    def read() -> None:
        while data := os.read(source.fileno(), _READ_BYTES):
            for message in unpacker.feed(data):
                loop.call_soon_threadsafe(take, message)
        # The worker's process has ended. The stream breaks with this one, and the leases last for the grace.
        os._exit(0)

    def write() -> None:
        with contextlib.suppress(BrokenPipeError):
            while (message := outgoing.get()) is not None:
                into.write(pack(message))
                if outgoing.empty():
                    into.flush()
            into.flush()

    threading.Thread(target=read, daemon=True).start()
    writer = threading.Thread(target=write)
    writer.start()
    await (await started).run()
    outgoing.put(None)
