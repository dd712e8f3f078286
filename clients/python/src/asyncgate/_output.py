"""What handlers print.

Bytes are gathered for a moment and appended to the task's logs, each piece at its offset, so that a piece that is sent
twice is in the log once. A log has one piece under way; what comes meanwhile makes the next. Coroutines and threads
write, so all of it is done under the outbox's lock.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import io
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp

from asyncgate._outbox import Item, Outbox
from asyncgate._reply import Reply
from asyncgate.errors import AsyncGateError, error_of_detail
from asyncgate.v1 import error_pb2
from asyncgate.v1.output_service_pb2 import AppendOutputRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from asyncgate.job import HeldTask
    from asyncgate.v1.worker_service_pb2 import Settled

_GATHER_BYTES = 16_384
_GATHER = 0.2
_PIECE_BYTES_MAX = 65_536
# A write waits while more than this waits to be sent, and is refused beyond the other.
_ROOM_BYTES = 262_144
_ROOM_BYTES_MAX = 1_048_576

Waiter: TypeAlias = "concurrent.futures.Future[None]"


@dataclass(slots=True, eq=False)
class Log:
    """One stream of a held task."""

    held: HeldTask
    stream: str
    waiting: bytearray = field(default_factory=bytearray)
    since: float = 0.0
    """When the first of the waiting bytes was written, in seconds since 1970."""
    offset: int = 0
    """Where the next piece begins."""
    under_way: int = 0
    has_timer: bool = False
    error: Exception | None = None
    is_finished: bool = False
    waiting_for_room: list[Waiter] = field(default_factory=list)
    waiting_for_end: list[Waiter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    data: bytes
    offset: int
    written_at: float
    is_moved: bool = False
    """Whether it was put to where the server says that the log ends."""


class Outputs:
    """The logs of all held tasks."""

    def __init__(
        self,
        outbox: Outbox,
        next_request_id: Callable[[], str],
        retry_later: Callable[[Item, Settled], bool],
        wake: Callable[[], None],
        on_refused: Callable[[HeldTask, str, AsyncGateError], None],
    ) -> None:
        self._outbox = outbox
        self._next_request_id = next_request_id
        self._retry_later = retry_later
        self._wake = wake
        self._on_refused = on_refused
        self._loop = asyncio.get_running_loop()

    def of(self, held: HeldTask, stream: str) -> JobOutput:
        with self._outbox.lock:
            log = held.logs.get(stream)
            if log is None:
                log = held.logs[stream] = Log(held, stream)
        return JobOutput(self, log)

    def write(self, log: Log, data: bytes) -> Reply[None]:
        waiter = _new_waiter()
        with self._outbox.lock:
            if log.error is not None:
                waiter.set_exception(log.error)
            elif log.is_finished:
                waiter.set_exception(RuntimeError("the task is settled: nothing is written any more"))
            elif len(log.waiting) > _ROOM_BYTES_MAX:
                waiter.set_exception(BufferError("too much waits to be sent: await the writes"))
            elif not data:
                waiter.set_result(None)
            else:
                if not log.waiting:
                    log.since = time.time()
                log.waiting += data
                log.waiting_for_room.append(waiter)
                self._schedule(log)
                self._settle_waiters(log)
        return Reply(waiter)

    def flush(self, log: Log) -> Reply[None]:
        waiter = _new_waiter()
        with self._outbox.lock:
            log.waiting_for_end.append(waiter)
            self._send_next(log)
            self._settle_waiters(log)
        return Reply(waiter)

    def finish(self, held: HeldTask) -> None:
        """Sends all that was written, for the settlement to follow it. Nothing can be written any more."""
        with self._outbox.lock:
            for log in held.logs.values():
                log.is_finished = True
                # Those behind the one under way as well: items of a lease are applied in their order.
                while log.waiting:
                    self._send_piece(log)
                self._settle_waiters(log)

    def fail(self, held: HeldTask, error: Exception) -> None:
        """Nothing is sent any more: who waits for it is told."""
        with self._outbox.lock:
            for log in held.logs.values():
                self._end(log, error)

    def is_in_loop(self) -> bool:
        """Whether the caller is in the worker's event loop, which must not block."""
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def _schedule(self, log: Log) -> None:
        """A piece leaves when it is large enough, or after a moment."""
        if len(log.waiting) >= _GATHER_BYTES:
            self._send_next(log)
        elif not log.has_timer and log.under_way == 0:
            log.has_timer = True
            try:
                self._loop.call_soon_threadsafe(self._loop.call_later, _GATHER, self._end_gathering, log)
            except RuntimeError:
                # The worker has stopped, and its event loop is closed; a handler in a thread has not noticed.
                self._end(log, RuntimeError("the worker has stopped"))

    def _end_gathering(self, log: Log) -> None:
        with self._outbox.lock:
            log.has_timer = False
            self._send_next(log)

    def _send_next(self, log: Log) -> None:
        if log.under_way == 0 and log.waiting:
            self._send_piece(log)
            self._wake()

    def _send_piece(self, log: Log) -> None:
        data = bytes(log.waiting[:_PIECE_BYTES_MAX])
        del log.waiting[:_PIECE_BYTES_MAX]
        self._put(log, _Piece(data, log.offset, log.since))
        log.offset += len(data)

    def _put(self, log: Log, piece: _Piece) -> None:
        request_id = self._next_request_id()
        written_at = Timestamp()
        written_at.FromNanoseconds(int(piece.written_at * 1e9))
        request = AppendOutputRequest(
            lease_token=log.held.lease_token,
            stream=log.stream,
            offset=piece.offset,
            data=piece.data,
            time=written_at,
            request_id=request_id,
        )

        def on_answer(settled: Settled) -> None:
            if not self._retry_later(item, settled):
                self._take_answer(log, piece, settled)

        item = Item("outputs", request.SerializeToString(), request_id, on_answer)
        log.under_way += 1
        self._outbox.put(item)

    def _take_answer(self, log: Log, piece: _Piece, settled: Settled) -> None:
        refused: AsyncGateError | None = None
        with self._outbox.lock:
            log.under_way -= 1
            if settled.WhichOneof("result") == "error":
                error = error_of_detail(settled.error, settled.request_id)
                if self._move_to_end(log, piece, error):
                    return
                if log.error is None:
                    refused = error
                self._end(log, error)
            elif log.waiting_for_end:
                self._send_next(log)
            elif log.waiting:
                self._schedule(log)
            self._settle_waiters(log)
        if refused is not None:
            self._on_refused(log.held, log.stream, refused)

    def _move_to_end(self, log: Log, piece: _Piece, error: AsyncGateError) -> bool:
        """A crash of Postgres may have lost the last moment of the log: it goes on where it ends now."""
        facts = error.facts
        if error.reason != error_pb2.ERROR_REASON_OFFSET_MISMATCH or not isinstance(facts, error_pb2.OutputFacts):
            return False
        if facts.closed or piece.is_moved or log.is_finished or facts.next_offset > piece.offset:
            return False
        log.offset = facts.next_offset + len(piece.data)
        self._put(log, _Piece(piece.data, facts.next_offset, piece.written_at, is_moved=True))
        self._wake()
        return True

    def _end(self, log: Log, error: Exception) -> None:
        log.error = log.error or error
        log.waiting.clear()
        self._settle_waiters(log)

    def _settle_waiters(self, log: Log) -> None:
        if log.error is not None or len(log.waiting) <= _ROOM_BYTES:
            _settle(log.waiting_for_room, log.error)
        if log.error is not None or (not log.waiting and log.under_way == 0):
            _settle(log.waiting_for_end, log.error)


def _new_waiter() -> Waiter:
    waiter: Waiter = concurrent.futures.Future()
    waiter.set_running_or_notify_cancel()
    return waiter


def _settle(waiters: list[Waiter], error: Exception | None) -> None:
    for waiter in waiters:
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)
    waiters.clear()


class JobOutput:
    """A log of a task, for its handler to write to. All of it may be used in coroutines and in threads."""

    __slots__ = ("_log", "_outputs")

    def __init__(self, outputs: Outputs, log: Log) -> None:
        self._outputs = outputs
        self._log = log

    def write(self, chunk: str | bytes) -> Reply[None]:
        """Appends. Text is written as UTF-8.

        The reply is there at once while little waits to be sent, else when there is room again; a handler that prints
        much waits for it. Beyond 1 MiB that waits, it is a BufferError. What was written is sent before the task is
        settled.
        """
        return self._outputs.write(self._log, chunk.encode() if isinstance(chunk, str) else bytes(chunk))

    def flush(self) -> Reply[None]:
        """The reply is there when the server has all that was written."""
        return self._outputs.flush(self._log)

    def file(self) -> io.TextIOWrapper:
        """A text file, for `print(…, file=…)`, `redirect_stdout` and logging; its `buffer` takes bytes.

        In a thread, it waits for room as `write` does. In a coroutine it cannot wait, so one that prints more than
        1 MiB faster than it is sent gets a BufferError.
        """
        return io.TextIOWrapper(_OutputFile(self, self._log.stream), encoding="utf-8", newline="\n", write_through=True)


class _OutputFile(io.BufferedIOBase):
    def __init__(self, output: JobOutput, name: str) -> None:
        self._output = output
        self.name = name

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        chunk = bytes(data)
        reply = self._output.write(chunk)
        # An error is raised in any case; room is waited for where that is possible.
        if reply.done() or not self._output._outputs.is_in_loop():
            reply.result()
        return len(chunk)
