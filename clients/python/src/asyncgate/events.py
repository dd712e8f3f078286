"""The events of a worker. By default they go to the logger `asyncgate.worker`."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from asyncgate.errors import WorkStopped
from asyncgate.v1.lease_pb2 import LeaseLoss

if TYPE_CHECKING:
    from asyncgate.errors import AsyncGateError, StopCause
    from asyncgate.v1.task_pb2 import Task

Ending: TypeAlias = Literal["completed", "suspended", "asked", "handed_off", "failed", "released"]


@dataclass(frozen=True, slots=True)
class Connected:
    endpoint: str
    session_id: str
    resumed: bool
    """Whether an earlier session was resumed, with its leases."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    error: AsyncGateError
    retry_in: float


@dataclass(frozen=True, slots=True)
class Taken:
    task: Task


@dataclass(frozen=True, slots=True)
class Stopping:
    """A handler was told to stop."""

    task: Task
    cause: StopCause


@dataclass(frozen=True, slots=True)
class Raised:
    """A handler has raised an exception."""

    task: Task
    error: BaseException


@dataclass(frozen=True, slots=True)
class Settled:
    task: Task
    ending: Ending
    receipt_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused how a lease ended.

    Its lease was lost before and the result has no effect (`FENCED`, `LEASE_EXPIRED`, `INVALID_TRANSITION`), or the
    result breaks a rule and the task is settled in another way.
    """

    task: Task
    ending: Ending
    error: AsyncGateError | ValueError


@dataclass(frozen=True, slots=True)
class OutputRefused:
    """The server took no more of what a handler printed. The task goes on."""

    task: Task
    stream: str
    error: AsyncGateError


@dataclass(frozen=True, slots=True)
class OverBudget:
    """A task has spent more than its budget. `job.over_budget` is true from now on."""

    task: Task


@dataclass(frozen=True, slots=True)
class Lost:
    """A lease was lost while its handler ran."""

    task: Task
    loss: LeaseLoss.ValueType


@dataclass(frozen=True, slots=True)
class LeaseLimit:
    """The session has as many leases as it may: the worker has more slots than the server fills."""

    leases_max: int


@dataclass(frozen=True, slots=True)
class Draining:
    why: Literal["stop", "server"]


@dataclass(frozen=True, slots=True)
class Stopped:
    pass


WorkerEvent: TypeAlias = (
    Connected
    | Disconnected
    | Taken
    | Stopping
    | Raised
    | Settled
    | Refused
    | OutputRefused
    | OverBudget
    | Lost
    | LeaseLimit
    | Draining
    | Stopped
)


@dataclass(frozen=True, slots=True)
class WorkerStats:
    """Counts of a worker."""

    connected: bool = False
    running: int = 0
    credits: int = 0
    """Tasks that the server may still offer."""
    unanswered: int = 0
    """Items that were sent and are not answered yet."""
    taken: int = 0
    completed: int = 0
    suspended: int = 0
    asked: int = 0
    handed_off: int = 0
    failed: int = 0
    released: int = 0
    refused: int = 0
    lost: int = 0
    streams: int = 0


_logger = logging.getLogger("asyncgate.worker")


def log_event(event: WorkerEvent) -> None:
    """What goes wrong is logged as a warning, and everything else for debugging or as information."""
    match event:
        case Raised(task, asyncio.CancelledError() | WorkStopped() as stopped):
            _logger.info("task %s (%s): the handler has stopped: %s", task.task_id, task.type, stopped)
        case Raised(task, error):
            _logger.warning("task %s (%s): the handler raised", task.task_id, task.type, exc_info=error)
        case Refused(task, ending, error):
            _logger.warning("task %s (%s) was not %s: %s", task.task_id, task.type, ending, error)
        case OutputRefused(task, stream, error):
            _logger.warning("task %s (%s): its output %s was refused: %s", task.task_id, task.type, stream, error)
        case OverBudget(task):
            _logger.warning("task %s (%s) has spent more than its budget", task.task_id, task.type)
        case Lost(task, loss):
            name = LeaseLoss.Name(loss).removeprefix("LEASE_LOSS_")
            _logger.warning("task %s (%s): the lease is lost: %s", task.task_id, task.type, name)
        case Disconnected(broken, retry_in):
            _logger.warning("disconnected: %s; connecting again in %.1f s", broken, retry_in)
        case LeaseLimit(leases_max):
            _logger.warning("the session has the most leases that it may have: %d", leases_max)
        case Connected(endpoint, session_id, resumed):
            _logger.info("%s session %s at %s", "resumed" if resumed else "opened", session_id, endpoint)
        case Draining() | Stopped():
            _logger.info("%s", event)
        case _:
            _logger.debug("%s of task %s", type(event).__name__, event.task.task_id)
