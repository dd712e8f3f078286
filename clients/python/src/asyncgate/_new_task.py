"""A new task in native types: JSON values, seconds or timedeltas, datetimes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from asyncgate._amounts import Amounts, amounts_of
from asyncgate._content import Content, payload_of
from asyncgate._scopes import ScopeInit, scope_of
from asyncgate._times import TimeSpan, duration_of, timestamp_of
from asyncgate._verification import Verification, verification_of
from asyncgate.v1 import task_pb2, task_service_pb2
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
    addressee: Principal
    """The only principal that may lease it."""
    obligated: Principal
    parent_receipts: Sequence[str]
    trace_context: task_pb2.TraceContext
    redrive_of: str
    wait: WaitInit
    """No worker gets the task before this has happened; `asyncgate.wait` makes it."""
    under: str
    """The token of a lease: the task becomes a child of that one. `job.child` fills it in."""
    on_parent_end: task_pb2.OnParentEnd.ValueType
    """What happens to a child when its parent ends. If absent, it is canceled."""
    name: str
    """A name, which at most one live task of the tenant bears; `named(name)` finds it."""
    on_name_taken: task_service_pb2.OnNameTaken.ValueType
    """What happens if a live task bears the name. If absent, the creation is refused with NAME_TAKEN."""
    verification: Verification
    """How its work is checked before it counts as done. If absent, a completion is the end."""
    scopes: Sequence[ScopeInit]
    """What the task works on: `"repo:shop/api"` to write, `read_scope("repo:shop")` to read.

    While it is leased, no task is leased whose scopes overlap these, unless both read."""
    budget: Budget
    """What the task may spend."""
    preflight: task_pb2.Preflight.ValueType
    """Whether the agents that it is for must be well before it is leased. If absent, they need not be."""


class Budget(TypedDict):
    """What a task and the tasks under it may spend."""

    amounts: Amounts
    on_exceeded: NotRequired[task_pb2.OnExceeded.ValueType]
    """What happens beyond. If absent, the holder is told."""


def named(name: str) -> str:
    """The live task that bears a name, wherever a call takes the id of a task but those that read output."""
    return f"name:{name}"


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
    if "verification" in fields:
        fields["verification"] = verification_of(options["verification"])
    if "scopes" in fields:
        fields["scopes"] = [scope_of(one) for one in options["scopes"]]
    if "budget" in fields:
        budget = options["budget"]
        fields["budget"] = task_pb2.Budget(
            amounts=amounts_of(budget["amounts"]),
            on_exceeded=budget.get("on_exceeded", task_pb2.ON_EXCEEDED_UNSPECIFIED),
        )
    if payload is not None:
        fields["payload"] = payload_of(payload)
    return CreateTaskRequest(type=type, **fields)  # type: ignore[arg-type]


def _retry_of(policy: RetryPolicy) -> task_pb2.RetryPolicy:
    fields: dict[str, object] = dict(policy)
    for name in ("initial_interval", "max_interval"):
        if name in fields:
            fields[name] = duration_of(policy[name])
    return task_pb2.RetryPolicy(**fields)  # type: ignore[arg-type]
