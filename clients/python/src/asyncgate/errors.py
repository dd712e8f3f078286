"""The errors of this kit.

A refusal of the service is an AsyncGateError, with the contract's reason and facts. An error that a handler raises
decides what becomes of its attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import grpc
from google.rpc import status_pb2

from asyncgate import _contract
from asyncgate._times import TimeSpan, seconds_of, span_seconds
from asyncgate.v1 import error_pb2, task_pb2

if TYPE_CHECKING:
    from datetime import datetime

    from google.protobuf.message import Message

    from asyncgate.v1.lease_pb2 import LeaseLoss
    from asyncgate.v1.task_pb2 import Task

_DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of a call as plain data, which another process can read."""

    message: str
    code: int
    detail: bytes | None = None


class AsyncGateError(Exception):
    """A call that was refused or did not arrive. Decide by `reason`; `facts` has the details."""

    def __init__(
        self,
        message: str,
        code: grpc.StatusCode,
        detail: error_pb2.ErrorDetail | None = None,
        request_id: str | None = None,
    ) -> None:
        reason = detail.reason if detail else _contract.reason_of_code(code)
        self.reason = reason
        """A value of ErrorReason."""
        self.reason_name = _contract.reason_name(reason)
        """The reason's name in the contract, without its prefix: `FENCED`."""
        super().__init__(f"{self.reason_name}: {(detail.message if detail else '') or message}")
        self.code = code
        known = _contract.is_retryable_reason(reason) if detail else _contract.is_retryable_code(code)
        self.retryable: bool = detail.retryable if detail and known is None else bool(known)
        """Whether the same call, unchanged, may succeed later. The kit has retried it already, within its time-out."""
        self.retry_after = seconds_of(detail.retry_after) if detail and detail.HasField("retry_after") else None
        """If set, the seconds to wait before repeating the call."""
        self.advice = detail.advice if detail else ""
        """What to do now, in one sentence."""
        self.facts: Message | None = _facts_of(detail) if detail else None
        """The facts behind the reason: one of the messages of asyncgate.v1.error_pb2, such as LimitFacts."""
        self.call_id = detail.call_id if detail else ""
        """The server's id of the failed call, as in the server's log. Empty if the server was not reached."""
        self.request_id = request_id
        """The id under which the call may be repeated."""


def _facts_of(detail: error_pb2.ErrorDetail) -> Message | None:
    which = detail.WhichOneof("facts")
    facts: Message | None = getattr(detail, which) if which else None
    return facts


def failure_of(error: grpc.aio.AioRpcError) -> Failure:
    code: int = error.code().value[0]
    return Failure(error.details() or error.code().name, code, _detail_of(error))


def _detail_of(error: grpc.aio.AioRpcError) -> bytes | None:
    for key, value in error.trailing_metadata() or ():
        if key != _DETAILS_KEY or not isinstance(value, bytes):
            continue
        for detail in status_pb2.Status.FromString(value).details:
            if detail.Is(error_pb2.ErrorDetail.DESCRIPTOR):
                packed: bytes = detail.value
                return packed
    return None


def error_of_failure(failure: Failure, request_id: str | None = None) -> AsyncGateError:
    detail = None if failure.detail is None else error_pb2.ErrorDetail.FromString(failure.detail)
    code = _contract.CODES.get(failure.code, grpc.StatusCode.UNKNOWN)
    return AsyncGateError(failure.message, code, detail, request_id)


def error_of_detail(detail: error_pb2.ErrorDetail, request_id: str | None = None) -> AsyncGateError:
    """The error of one item of a batch or a frame."""
    return AsyncGateError(detail.message, grpc.StatusCode.UNKNOWN, detail, request_id)


class TaskEndedError(Exception):
    """The task ended without a result: it failed or was canceled."""

    def __init__(self, task: Task) -> None:
        state = task_pb2.TaskState.Name(task.state).removeprefix("TASK_STATE_")
        error = task.outcome.error
        what = f"{error.type}: {error.message}" if task.outcome.HasField("error") else task.cancel_reason
        super().__init__(f"task {task.task_id} is {state}{f': {what}' if what else ''}")
        self.task = task


class NonRetryable(Exception):  # noqa: N818  (it is what becomes of the task, and raised on purpose)
    """Raised by a handler: the task fails, because no other attempt can succeed.

    `type` is the kind of error, for programs; `detail` is a JSON value that says more.
    """

    def __init__(self, message: str = "", *, type: str | None = None, detail: Any = None) -> None:  # noqa: A002
        super().__init__(message)
        self.type = type
        self.detail = detail


class RetryAfter(Exception):  # noqa: N818
    """Raised by a handler: this attempt failed, and the next one starts after this time."""

    def __init__(
        self,
        after: TimeSpan,
        message: str = "",
        *,
        type: str | None = None,  # noqa: A002
        detail: Any = None,
    ) -> None:
        super().__init__(message)
        self.after = span_seconds(after)
        self.type = type
        self.detail = detail


@dataclass(frozen=True, slots=True)
class StopCause:
    """Why a handler must stop."""

    why: Literal["canceled", "lease_lost", "drain"]
    """`canceled`: the owner asked for cancellation. `lease_lost`: another worker may have the task. `drain`: the worker
    stops, and the time for running tasks is over."""
    reason: str = ""
    """Of a cancellation, what the owner said."""
    deadline: datetime | None = None
    """Of a cancellation, when the lease is taken away."""
    loss: LeaseLoss.ValueType | None = None
    """Of a lost lease, how it was lost."""

    def __str__(self) -> str:
        return f"{self.why}: {self.reason}" if self.reason else self.why


class WorkStopped(Exception):  # noqa: N818
    """Raised by `job.raise_if_stopped()` in handlers that run in threads; `stop` says why."""

    def __init__(self, stop: StopCause) -> None:
        super().__init__(f"the work must stop: {stop}")
        self.stop = stop
