"""The contract's durations and timestamps as seconds and datetimes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

TimeSpan: TypeAlias = float | timedelta
"""Seconds, or a timedelta."""

_NANOS = 1_000_000_000


def span_seconds(span: TimeSpan) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)


def duration_of(span: TimeSpan) -> Duration:
    if isinstance(span, timedelta):
        duration = Duration()
        duration.FromTimedelta(span)
        return duration
    seconds = int(span // 1)
    nanos = round((span - seconds) * _NANOS)
    return Duration(seconds=seconds + nanos // _NANOS, nanos=nanos % _NANOS)


def seconds_of(duration: Duration) -> float:
    return duration.seconds + duration.nanos / _NANOS


def timestamp_of(moment: datetime) -> Timestamp:
    """Raises a ValueError for a datetime without a time zone, which means another moment on each machine."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: use datetime.now(UTC) or the like")
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp


def datetime_of(timestamp: Timestamp) -> datetime:
    return timestamp.ToDatetime(UTC)
