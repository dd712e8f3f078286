"""Signals: messages for tasks that wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncgate._content import Content, content_of, payload_of
from asyncgate._times import TimeSpan, datetime_of, duration_of
from asyncgate.v1.signal_service_pb2 import SendSignalRequest, SendSignalResponse

if TYPE_CHECKING:
    from datetime import datetime

    from asyncgate.v1.principal_pb2 import Principal
    from asyncgate.v1.signal_pb2 import Signal


@dataclass(frozen=True, slots=True)
class SentSignal:
    """What became of a signal at once."""

    signal_id: str
    taken_by_task_id: str | None
    """The task that took it; None if none has yet, and for a broadcast."""
    keep_until: datetime | None
    """None if it was taken, and for a broadcast."""
    waiting: int
    """How many conditions waited for a broadcast."""


@dataclass(frozen=True, slots=True)
class TakenSignal:
    """A signal that a task's wait took."""

    signal_id: str
    channel: str
    sender: Principal
    """The kind and the id of the principal that sent it."""
    payload: Any
    sent_at: datetime
    broadcast: bool


def signal_request(
    channel: str | None,
    payload: Content,
    task_id: str | None,
    broadcast: bool,
    ttl: TimeSpan | None,
    request_id: str,
) -> SendSignalRequest:
    if (channel is None) == (task_id is None):
        raise TypeError("a signal goes to a channel or to a task: name one of them")
    request = SendSignalRequest(
        broadcast=broadcast,
        payload=None if payload is None else payload_of(payload),
        ttl=None if ttl is None else duration_of(ttl),
        request_id=request_id,
    )
    if channel is not None:
        request.channel = channel
    elif task_id is not None:
        request.task_id = task_id
    return request


def sent_signal_of(answer: SendSignalResponse) -> SentSignal:
    return SentSignal(
        signal_id=answer.signal_id,
        taken_by_task_id=answer.taken_by_task_id or None,
        keep_until=datetime_of(answer.keep_until) if answer.HasField("keep_until") else None,
        waiting=answer.waiting,
    )


def taken_signal_of(signal: Signal) -> TakenSignal:
    return TakenSignal(
        signal_id=signal.signal_id,
        channel=signal.channel,
        sender=getattr(signal, "from"),
        payload=content_of(signal.payload),
        sent_at=datetime_of(signal.create_time),
        broadcast=signal.broadcast,
    )
