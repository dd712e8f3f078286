"""Traces, where the program has OpenTelemetry.

Handlers run in spans of their tasks' traces, and calls carry the trace that they are made in. A program that has set
an SDK up has imported its API; in all others nothing of it is imported.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncgate.v1.task_pb2 import Task

_TRACEPARENT = re.compile("[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def _api() -> Any:
    """The module `opentelemetry.trace`, or None."""
    return sys.modules.get("opentelemetry.trace")


@contextmanager
def span_of(task: Task) -> Iterator[None]:
    """A span of the task's trace, or of a new one. It has no payload, no result and no error's text."""
    api = _api()
    if api is None:
        yield
        return
    attributes = {
        "messaging.system": "asyncgate",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": task.queue,
        "messaging.message.id": task.task_id,
        "asyncgate.task.type": task.type,
        "asyncgate.task.attempt": task.attempt,
    }
    span = api.get_tracer("asyncgate").start_as_current_span(
        f"process {task.type}",
        context=_context_of(api, task),
        kind=api.SpanKind.CONSUMER,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )
    with span as current:
        try:
            yield
        except BaseException as raised:
            current.set_attribute("error.type", type(raised).__name__)
            current.set_status(api.StatusCode.ERROR)
            raise


def _context_of(api: Any, task: Task) -> Any:
    """Of a task without a trace, the root: what was active when the worker was started is no parent of its tasks."""
    root = sys.modules["opentelemetry.context"].Context()
    parts = _TRACEPARENT.match(task.trace_context.traceparent)
    if parts is None:
        return root
    trace_id, span_id, flags = (int(part, 16) for part in parts.groups())
    state = task.trace_context.tracestate
    parent = api.SpanContext(
        trace_id,
        span_id,
        is_remote=True,
        trace_flags=api.TraceFlags(flags),
        trace_state=api.TraceState.from_header([state]) if state else None,
    )
    return api.set_span_in_context(api.NonRecordingSpan(parent), root)


def trace_metadata() -> tuple[tuple[str, str], ...]:
    """The trace that a call is made in, if there is one."""
    api = _api()
    if api is None:
        return ()
    span = api.get_current_span().get_span_context()
    if not span.is_valid:
        return ()
    traceparent = f"00-{span.trace_id:032x}-{span.span_id:016x}-{int(span.trace_flags):02x}"
    state = span.trace_state.to_header() if span.trace_state else ""
    return (("traceparent", traceparent), *((("tracestate", state),) if state else ()))
