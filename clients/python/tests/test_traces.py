"""Handlers run in spans of their tasks' traces, and what they create is in these spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import OPERATOR, URL, RunningWorker
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from asyncgate import Client, Job, NonRetryable, events
from asyncgate.v1.task_pb2 import TraceContext

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import ReadableSpan

    Start = Callable[..., RunningWorker]

TRACE = "0af7651916cd43dd8448eb211c80319c"
CONTEXT = TraceContext(traceparent=f"00-{TRACE}-b7ad6b7169203331-01", tracestate="vendor=1")

exporter = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def spans_named(name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


async def test_a_handler_runs_in_a_span_of_its_tasks_trace_and_creates_in_it(start_worker: Start, kind: str) -> None:
    async def parent(job: Job) -> str:
        await job.child(f"{kind}-child")
        return "the-result-is-secret"

    start_worker({kind: parent}, key=OPERATOR)
    async with Client(URL, OPERATOR) as client:
        created = await client.create_task(kind, "the-payload-is-secret", trace_context=CONTEXT)
        assert await client.result(created.task_id) == "the-result-is-secret"
        [child] = [one async for one in client.list_tasks(parent=created.task_id)]
    [span] = spans_named(f"process {kind}")
    assert span.context is not None
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, "b7ad6b7169203331")
    assert (span.attributes or {})["messaging.message.id"] == created.task_id
    assert "secret" not in span.to_json()
    assert child.trace_context.traceparent == f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert child.trace_context.tracestate == "vendor=1"


async def test_a_plain_function_that_fails_leaves_the_name_of_its_error(
    client: Client, start_worker: Start, kind: str
) -> None:
    def broken(_: Job) -> None:
        raise NonRetryable("the-error-is-secret")

    worker = start_worker({kind: broken})
    await client.create_task(kind, trace_context=CONTEXT)
    await worker.heard(events.Settled)
    [span] = spans_named(f"process {kind}")
    assert span.status.status_code == trace.StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "NonRetryable"
    assert "secret" not in span.to_json()


async def test_a_task_without_a_trace_begins_one(client: Client, start_worker: Start, kind: str) -> None:
    with trace.get_tracer("own").start_as_current_span("the program"):
        start_worker({kind: lambda _: None})
    created = await client.create_task(kind)
    await client.await_task(created.task_id)
    [span] = spans_named(f"process {kind}")
    assert span.parent is None
