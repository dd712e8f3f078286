"""What became of a condition that a task waited for, in native types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from asyncgate._content import content_of
from asyncgate._question import Answer, answer_of
from asyncgate._signals import TakenSignal, taken_signal_of
from asyncgate._times import datetime_of
from asyncgate.v1 import task_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asyncgate.v1 import lease_pb2
    from asyncgate.v1.payload_pb2 import Artifact
    from asyncgate.v1.task_pb2 import TaskError, TaskState


@dataclass(frozen=True, slots=True)
class WaitResult:
    """What became of one condition."""

    name: str
    """Empty if the condition has none."""
    status: Literal["met", "impossible", "pending"]
    """`pending` if the wait was over without it."""
    task_id: str | None
    """The task that it waited for; None for a time and for signals."""
    task_state: TaskState.ValueType | None
    """How that task ended; None until it has."""
    result: Any
    artifacts: Sequence[Artifact]
    error: TaskError | None
    """Of a task that failed."""
    answer: Answer | None
    """How the question was settled that it waited for; None for all others."""
    signals: Sequence[TakenSignal]
    """The signals that it took, oldest first."""
    omitted: bool
    """Whether result, artifacts and error, or payloads of signals, were too large to come along.

    `client.get_task(task_id)` has those of the task, and `ListSignals` of the stubs those that the task has taken.
    """
    at: datetime | None
    """The time that it waited for; None for a task."""
    receipt_id: str
    """What met it or made it impossible. Empty for a time, and while it is pending."""


def wait_result_of(result: lease_pb2.WaitResult) -> WaitResult:
    return WaitResult(
        name=result.name,
        status=_status_of(result.status),
        task_id=result.task_id or None,
        task_state=result.task_state or None,
        result=content_of(result.result),
        artifacts=tuple(result.artifacts),
        error=result.error if result.HasField("error") else None,
        answer=answer_of(result.input) if result.HasField("input") else None,
        signals=tuple(taken_signal_of(signal) for signal in result.signals),
        omitted=result.omitted,
        at=datetime_of(result.at) if result.HasField("at") else None,
        receipt_id=result.receipt_id,
    )


def _status_of(status: task_pb2.ConditionStatus.ValueType) -> Literal["met", "impossible", "pending"]:
    if status == task_pb2.CONDITION_STATUS_MET:
        return "met"
    return "impossible" if status == task_pb2.CONDITION_STATUS_IMPOSSIBLE else "pending"
