"""What a handler gets: its task, the ways to report, to end and to wait, and word of when it must stop."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from asyncgate._content import Content, content_of, payload_of
from asyncgate._times import TimeSpan, span_seconds
from asyncgate._wait_result import WaitResult, wait_result_of
from asyncgate.errors import StopCause, WorkStopped
from asyncgate.wait import WaitInit, after, wait_of

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Generator, Sequence

    from asyncgate.v1 import lease_pb2
    from asyncgate.v1.payload_pb2 import Artifact, DeliveryProof, Payload
    from asyncgate.v1.task_pb2 import Task, Wait


@dataclass(frozen=True, slots=True)
class Done:
    """For handlers to return: a result with more than JSON."""

    result: Content = None
    """Stored by the server. If None, none is stored."""
    artifacts: Sequence[Artifact] = ()
    """Where the results are."""
    delivery_proof: DeliveryProof | None = None
    """Evidence that the result arrived elsewhere."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A task that waits, made by `job.suspend` and `job.sleep`, for handlers to return.

    It is returned because a handler ends by it: no `except` in the handler takes it for an error, and the `finally`
    blocks have run before the task can be elsewhere. One that is made and not returned fails the attempt.
    """

    wait: Wait
    checkpoint: Payload | None


@dataclass(frozen=True, slots=True)
class Release:
    """A task that goes back to its queue, made by `job.release`, for handlers to return."""

    delay: float | None
    reason: str
    checkpoint: Payload | None


class Report:
    """What became of a report: await it in a coroutine, or call `result()` in a thread. Neither is needed.

    Both raise an AsyncGateError if the server has refused it.
    """

    __slots__ = ("_future",)

    def __init__(self, future: concurrent.futures.Future[None]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, None]:
        # Shielded, because reports that were merged share their answer.
        return asyncio.shield(asyncio.wrap_future(self._future)).__await__()

    def result(self, timeout: float | None = None) -> None:
        """Blocks until the server has answered. In a coroutine, await the report instead."""
        self._future.result(timeout)


@dataclass(frozen=True, slots=True)
class Note:
    """A progress report."""

    percent: float | None
    message: str
    detail: Any
    receipted: bool


@dataclass(slots=True, eq=False, weakref_slot=True)
class HeldTask:
    """A task that this worker holds, from its offer until its settlement is answered."""

    task: Task
    lease_token: str
    lease_id: str
    wait_results: Sequence[lease_pb2.WaitResult]
    is_running: bool = True
    is_settling: bool = False
    """Whether its settlement has been put into the outbox."""
    has_ending: bool = False
    """Whether its handler has made a suspension or a release, which it must return."""
    loss: lease_pb2.LeaseLoss.ValueType | None = None
    stop: StopCause | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    run: asyncio.Task[None] | None = None
    """The coroutine of its handler, to cancel; None for a handler in a thread."""
    checkpoint: Payload | None = None
    """The last one that was saved."""


class JobCalls(Protocol):
    """What a job needs of its worker."""

    def start(self, held: HeldTask) -> Report: ...

    def report(self, held: HeldTask, note: Note | None, checkpoint: Payload | None) -> Report: ...


class Job:
    """The task of one handler. All of it may be used in coroutines and in threads."""

    def __init__(self, held: HeldTask, calls: JobCalls) -> None:
        self._held = held
        self._calls = calls

    @property
    def task(self) -> Task:
        return self._held.task

    @property
    def task_id(self) -> str:
        return self._held.task.task_id

    @property
    def type(self) -> str:
        return self._held.task.type

    @property
    def attempt(self) -> int:
        """From 1."""
        return self._held.task.attempt

    @cached_property
    def payload(self) -> Any:
        """The payload as a native value: JSON, bytes, or the URI of a reference."""
        return content_of(self._held.task.payload)

    @cached_property
    def checkpoint(self) -> Any:
        """The last checkpoint of the previous holder; None if there is none."""
        return content_of(self._held.task.checkpoint)

    @cached_property
    def wait_results(self) -> Sequence[WaitResult]:
        """What became of the conditions that the task waited for last, in their order. Empty if it has not waited."""
        return tuple(wait_result_of(result) for result in self._held.wait_results)

    def wait_result(self, name: str) -> WaitResult | None:
        """The first of these results with this name."""
        return next((result for result in self.wait_results if result.name == name), None)

    @property
    def stop(self) -> StopCause | None:
        """Why the handler must stop; None as long as it need not."""
        return self._held.stop

    def raise_if_stopped(self) -> None:
        """For handlers in threads, which asyncio cannot cancel: call it now and then. Raises WorkStopped."""
        if self._held.stop is not None:
            raise WorkStopped(self._held.stop)

    def pause(self, span: TimeSpan) -> None:
        """For handlers in threads: sleeps, and raises WorkStopped as soon as the handler must stop."""
        self._held.stopped.wait(span_seconds(span))
        self.raise_if_stopped()

    def start(self) -> Report:
        """Reports that work has begun. Seldom needed: progress implies it, and a task is settled without it."""
        return self._calls.start(self._held)

    def progress(
        self,
        percent: float | None = None,
        message: str = "",
        *,
        detail: Any = None,
        receipted: bool = False,
    ) -> Report:
        """Reports progress. With `receipted`, it is also written to the ledger; other reports may be merged."""
        return self._calls.report(self._held, Note(percent, message, detail, receipted), None)

    def save_checkpoint(self, checkpoint: Content) -> Report:
        """State for the next holder, in case this one does not finish. At most 64 KiB."""
        return self._calls.report(self._held, None, payload_of(checkpoint))

    def suspend(self, wait: WaitInit, *, checkpoint: Content = None) -> Suspension:
        """Gives the task back until the wait is over: `return job.suspend(…)`.

        The handler ends, and its slot is free; the next holder starts from the beginning, with the checkpoint and the
        results of the wait. Without a checkpoint, the last one that was saved stays.
        """
        suspension = Suspension(wait_of(wait), None if checkpoint is None else payload_of(checkpoint))
        self._held.has_ending = True
        return suspension

    def sleep(self, span: TimeSpan, *, checkpoint: Content = None) -> Suspension:
        """Gives the task back for a while: `return job.sleep(timedelta(days=7))`."""
        return self.suspend(after(span), checkpoint=checkpoint)

    def release(self, reason: str = "", *, delay: TimeSpan | None = None, checkpoint: Content = None) -> Release:
        """Gives the task back to its queue, and nothing is counted: `return job.release("not my turn", delay=60)`."""
        release = Release(
            None if delay is None else span_seconds(delay),
            reason,
            None if checkpoint is None else payload_of(checkpoint),
        )
        self._held.has_ending = True
        return release
