"""What a task waits for: functions that make the contract's conditions, groups and waits.

`wait.task(id)` is met when that task has succeeded, `wait.ended(id)` when it has ended in whatever way,
`wait.after(90)` and `wait.at(moment)` when that time has come, `wait.signal("channel")` when a signal has come.
`wait.any_of(…)` needs one of its conditions, `wait.all_of(…)` all of its conditions and groups. A condition or a group
alone is a wait as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from asyncgate._times import TimeSpan, duration_of, timestamp_of
from asyncgate.v1 import task_pb2
from asyncgate.v1.task_pb2 import (
    Condition,
    ConditionGroup,
    OnImpossible,
    SignalCondition,
    TaskCondition,
    TaskState,
    TimeCondition,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

WaitInit: TypeAlias = Wait | ConditionGroup | Condition


class HasTaskId(Protocol):
    """For example a task, or what `create_task` returned."""

    @property
    def task_id(self) -> str: ...


_END_STATES = (task_pb2.TASK_STATE_SUCCEEDED, task_pb2.TASK_STATE_FAILED, task_pb2.TASK_STATE_CANCELED)


def task(
    of: str | HasTaskId | None = None,
    *,
    idempotency_key: str | None = None,
    item: int | None = None,
    name: str = "",
    accept_states: Iterable[TaskState.ValueType] = (),
    discharged: bool | None = None,
) -> Condition:
    """Met when the task has succeeded, or has ended in another one of `accept_states`.

    Which task: by its id or anything that has it; by the key that the caller created it with; or, in `create_tasks`, by
    the place of an earlier item of the same batch, from 0. By `name`, a handler finds the result of the condition.
    """
    if (of is not None) + (idempotency_key is not None) + (item is not None) != 1:
        raise TypeError("name one task: by its id, by its idempotency_key, or by its item")
    condition = TaskCondition(accept_states=accept_states, discharged=discharged)
    if of is not None:
        condition.task_id = of if isinstance(of, str) else of.task_id
    elif idempotency_key is not None:
        condition.idempotency_key = idempotency_key
    elif item is not None:
        condition.item = item
    return Condition(name=name, task=condition)


def ended(
    of: str | HasTaskId | None = None,
    *,
    idempotency_key: str | None = None,
    item: int | None = None,
    name: str = "",
) -> Condition:
    """Met when the task has ended, in whatever way: the result says how."""
    return task(of, idempotency_key=idempotency_key, item=item, name=name, accept_states=_END_STATES, discharged=False)


def after(span: TimeSpan, *, name: str = "") -> Condition:
    """Met this long after the wait begins: seconds, or a timedelta."""
    return Condition(name=name, time=TimeCondition(after=duration_of(span)))


def at(moment: datetime, *, name: str = "") -> Condition:
    """Met at this moment, which must have a time zone."""
    return Condition(name=name, time=TimeCondition(at=timestamp_of(moment)))


def signal(channel: str = "", *, count: int | None = None, name: str = "") -> Condition:
    """Met by a signal on a channel; without one, by a signal to the task itself. What was sent before counts.

    `count` is how many signals it takes, all at once: 1 if None.
    """
    return Condition(name=name, signal=SignalCondition(channel=channel, count=count))


def any_of(*conditions: Condition) -> ConditionGroup:
    """With a time among its conditions, a group has a time-out."""
    return ConditionGroup(any_of=conditions)


def all_of(
    *groups: Condition | ConditionGroup, on_impossible: OnImpossible.ValueType = task_pb2.ON_IMPOSSIBLE_UNSPECIFIED
) -> Wait:
    """`on_impossible` says what happens to the task if a group can no longer hold. If unspecified, it fails."""
    return Wait(all_of=[_group_of(group) for group in groups], on_impossible=on_impossible)


def _group_of(group: Condition | ConditionGroup) -> ConditionGroup:
    return group if isinstance(group, ConditionGroup) else any_of(group)


def wait_of(init: WaitInit) -> Wait:
    return init if isinstance(init, Wait) else all_of(init)
