"""A new task in native types: JSON values, seconds or timedeltas, datetimes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from asyncgate._content import Content, payload_of
from asyncgate._times import TimeSpan, duration_of, timestamp_of
from asyncgate.v1 import task_pb2
from asyncgate.v1.task_service_pb2 import CreateTaskRequest
from asyncgate.wait import WaitInit, wait_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from typing_extensions import Unpack

    from asyncgate.v1.principal_pb2 import Principal


class RetryPolicy(TypedDict, total=False):
    """When a failed attempt is tried again. Each field has the meaning of the field of that name in RetryPolicy."""

    initial_interval: TimeSpan
    multiplier: float
    max_interval: TimeSpan
    jitter: float
    non_retryable_types: Sequence[str]


class TaskOptions(TypedDict, total=False):
    """Each field has the meaning of the field of that name in CreateTaskRequest."""

    queue: str
    idempotency_key: str
    """Your key for this task: creating it again with the same key returns the task that exists."""
    labels: Mapping[str, str]
    capabilities: Sequence[str]
    """A worker gets the task only if it has all of these."""
    priority: int
    max_attempts: int
    retry: RetryPolicy
    not_before: datetime
    delay: TimeSpan
    start_deadline: datetime
    deadline: datetime
    attempt_timeout: TimeSpan
    lease_ttl: TimeSpan
    max_lease_losses: int
    expected_outcome: task_pb2.ExpectedOutcome
    obligated: Principal
    parent_receipts: Sequence[str]
    trace_context: task_pb2.TraceContext
    redrive_of: str
    wait: WaitInit
    """No worker gets the task before this has happened; `asyncgate.wait` makes it."""


class NewTask:
    """A task for `create_tasks`. Its arguments are those of `create_task`."""

    __slots__ = ("_request",)

    def __init__(self, type: str, payload: Content = None, **options: Unpack[TaskOptions]) -> None:  # noqa: A002
        self._request = _request_of(type, payload, options)

    def request(self, request_id: str = "") -> CreateTaskRequest:
        """The contract's message."""
        request = CreateTaskRequest()
        request.CopyFrom(self._request)
        request.request_id = request_id
        return request


_SPANS = ("delay", "attempt_timeout", "lease_ttl")
_MOMENTS = ("not_before", "start_deadline", "deadline")


def _request_of(type: str, payload: Content, options: TaskOptions) -> CreateTaskRequest:  # noqa: A002
    fields: dict[str, object] = {name: value for name, value in options.items() if value is not None}
    for name in _SPANS:
        if name in fields:
            fields[name] = duration_of(options[name])  # type: ignore[literal-required]
    for name in _MOMENTS:
        if name in fields:
            fields[name] = timestamp_of(options[name])  # type: ignore[literal-required]
    if "capabilities" in fields:
        del fields["capabilities"]
        fields["requirements"] = task_pb2.Requirements(capabilities=options["capabilities"])
    if "retry" in fields:
        fields["retry"] = _retry_of(options["retry"])
    if "wait" in fields:
        fields["wait"] = wait_of(options["wait"])
    if payload is not None:
        fields["payload"] = payload_of(payload)
    return CreateTaskRequest(type=type, **fields)  # type: ignore[arg-type]


def _retry_of(policy: RetryPolicy) -> task_pb2.RetryPolicy:
    fields: dict[str, object] = dict(policy)
    for name in ("initial_interval", "max_interval"):
        if name in fields:
            fields[name] = duration_of(policy[name])
    return task_pb2.RetryPolicy(**fields)  # type: ignore[arg-type]
