"""A client against a real server, and against one that fails as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from conftest import TASKER, URL, WORKER
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import status_pb2

from asyncgate import (
    AsyncGateError,
    Backoff,
    Client,
    Created,
    ErrorReason,
    NewTask,
    SyncClient,
    TaskEndedError,
    TaskState,
    content_of,
)
from asyncgate.v1 import error_pb2, task_pb2, task_service_pb2


async def test_the_same_key_finds_the_same_task_and_another_request_with_it_is_a_conflict(
    client: Client, kind: str
) -> None:
    first = await client.create_task(kind, {"a": 1}, idempotency_key=kind)
    again = await client.create_task(kind, {"a": 1}, idempotency_key=kind)
    assert (first.existed, again.existed, again.task_id) == (False, True, first.task_id)
    with pytest.raises(AsyncGateError, match="IDEMPOTENCY_CONFLICT") as raised:
        await client.create_task(kind, {"a": 2}, idempotency_key=kind)
    assert raised.value.reason == ErrorReason.ERROR_REASON_IDEMPOTENCY_CONFLICT
    assert isinstance(raised.value.facts, error_pb2.ConflictFacts)
    assert raised.value.facts.task_id == first.task_id
    assert not raised.value.retryable
    assert raised.value.advice


async def test_all_options_arrive(client: Client, kind: str) -> None:
    at = datetime(2031, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)
    created = await client.create_task(
        kind,
        [1, "zwei", None, 3.5],
        queue="q",
        labels={"team": "a"},
        capabilities=["gpu"],
        priority=9,
        max_attempts=7,
        retry={"initial_interval": 1.5, "multiplier": 3, "max_interval": timedelta(hours=1), "jitter": 0},
        not_before=at,
        deadline=at + timedelta(days=1),
        attempt_timeout=90,
        lease_ttl=timedelta(seconds=20),
        max_lease_losses=0,
        expected_outcome=task_pb2.ExpectedOutcome(kind="rows"),
    )
    task = await client.get_task(created.task_id)
    assert content_of(task.payload) == [1, "zwei", None, 3.5]
    assert (task.queue, dict(task.labels), list(task.requirements.capabilities)) == ("q", {"team": "a"}, ["gpu"])
    assert (task.priority, task.max_attempts, task.max_lease_losses) == (9, 7, 0)
    assert task.retry.initial_interval.ToTimedelta() == timedelta(seconds=1.5)
    assert task.retry.max_interval.ToTimedelta() == timedelta(hours=1)
    assert task.not_before.ToDatetime(UTC) == at
    assert (task.attempt_timeout.seconds, task.lease_ttl.seconds, task.expected_outcome.kind) == (90, 20, "rows")
    await client.cancel_task(task.task_id)


async def test_a_batch_answers_item_by_item(client: Client, kind: str) -> None:
    good, bad = await client.create_tasks([NewTask(kind), NewTask("")])
    assert isinstance(good, Created)
    assert isinstance(bad, AsyncGateError)
    assert isinstance(bad.facts, error_pb2.ViolationFacts)
    assert [one.field for one in bad.facts.violations] == ["type"]


async def test_a_canceled_task_has_no_result_and_lists_and_obligations_say_so(client: Client, kind: str) -> None:
    created = await client.create_task(kind)
    owed = [one.receipt.receipt_id async for one in client.obligations()]
    assert created.assigned_receipt_id in owed
    canceled = await client.cancel_task(created.task_id, "not needed")
    assert canceled.state == TaskState.TASK_STATE_CANCELED
    with pytest.raises(TaskEndedError, match="is CANCELED"):
        await client.result(created.task_id)
    assert [one.task_id async for one in client.list_tasks(type=kind)] == [created.task_id]
    assert [one async for one in client.list_tasks(type=kind, states=[TaskState.TASK_STATE_QUEUED])] == []


async def test_a_task_that_does_not_end_in_time_is_a_time_out(client: Client, kind: str) -> None:
    created = await client.create_task(kind)
    assert (await client.await_task(created.task_id, timeout=0)).state == TaskState.TASK_STATE_QUEUED
    with pytest.raises(TimeoutError):
        await client.result(created.task_id, timeout=0.01)


async def test_a_watch_ends_with_the_task(client: Client, kind: str) -> None:
    created = await client.create_task(kind)
    states = []
    async for news in client.watch_task(created.task_id):
        states.append(news.task.state)
        if len(states) == 1:
            await client.cancel_task(created.task_id)
    assert states == [TaskState.TASK_STATE_QUEUED, TaskState.TASK_STATE_CANCELED]


async def test_what_a_key_may_not_do_says_the_scope(kind: str) -> None:
    async with Client(URL, WORKER) as client:
        with pytest.raises(AsyncGateError) as raised:
            await client.create_task(kind)
    assert raised.value.reason_name == "PERMISSION_DENIED"
    assert isinstance(raised.value.facts, error_pb2.PermissionFacts)
    assert raised.value.facts.scope == "tasks:create"


def test_the_blocking_client_does_the_same_without_an_event_loop(kind: str) -> None:
    with SyncClient(URL, TASKER) as client:
        created = client.create_task(kind, {"a": 1}, priority=3)
        assert client.get_task(created.task_id).priority == 3
        assert [one.task_id for one in client.list_tasks(type=kind)] == [created.task_id]
        assert client.cancel_task(created.task_id).state == TaskState.TASK_STATE_CANCELED
        assert [news.task.state for news in client.watch_task(created.task_id)] == [TaskState.TASK_STATE_CANCELED]
        with pytest.raises(TaskEndedError):
            client.result(created.task_id)
        with pytest.raises(AsyncGateError, match="TASK_NOT_FOUND"):
            client.get_task("00000000-0000-7000-8000-000000000000")


def test_endpoints_are_urls() -> None:
    for endpoint in ("localhost:7171", "ftp://a", "http://a/b", ""):
        with pytest.raises(ValueError, match="no endpoint"):
            Client(endpoint, "key")


Answer = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]
Serve = Callable[[Answer], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server whose CreateTask is a function of the test, and returns its URL."""
    servers = []

    async def start(answer: Answer) -> str:
        server = grpc.aio.server()
        handler = grpc.unary_unary_rpc_method_handler(
            answer,
            task_service_pb2.CreateTaskRequest.FromString,
            task_service_pb2.CreateTaskResponse.SerializeToString,
        )
        service = grpc.method_handlers_generic_handler("asyncgate.v1.TaskService", {"CreateTask": handler})
        server.add_generic_rpc_handlers((service,))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        servers.append(server)
        return f"http://127.0.0.1:{port}"

    yield start
    for server in servers:
        await server.stop(None)


async def refuse(context: grpc.aio.ServicerContext[Any, Any], code: grpc.StatusCode, **detail: Any) -> None:
    packed = AnyMessage()
    packed.Pack(error_pb2.ErrorDetail(**detail))
    status = status_pb2.Status(code=code.value[0], message="no", details=[packed])
    await context.abort(code, "no", (("grpc-status-details-bin", status.SerializeToString()),))


async def test_a_retryable_error_is_retried_under_the_same_request_id(serve: Serve) -> None:
    seen: list[str] = []

    async def answer(request: Any, context: Any) -> Any:
        seen.append(request.request_id)
        if len(seen) == 1:
            await refuse(context, grpc.StatusCode.UNAVAILABLE, reason=error_pb2.ERROR_REASON_UNAVAILABLE)
        if len(seen) == 2:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "a proxy, without a detail")
        return task_service_pb2.CreateTaskResponse(task=task_pb2.Task(task_id="t"))

    async with Client(await serve(answer), "key") as client:
        assert (await client.create_task("a")).task_id == "t"
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert seen[0]


async def test_an_error_that_is_not_retryable_is_raised_at_once(serve: Serve) -> None:
    seen: list[str] = []

    async def answer(request: Any, context: Any) -> Any:
        seen.append(request.request_id)
        reason = error_pb2.ERROR_REASON_LIMIT_EXCEEDED
        facts = error_pb2.LimitFacts(limit="payload_bytes_max", bound=1, value=2)
        await refuse(context, grpc.StatusCode.RESOURCE_EXHAUSTED, reason=reason, limit=facts, call_id="c1")

    async with Client(await serve(answer), "key") as client:
        with pytest.raises(AsyncGateError) as raised:
            await client.create_task("a")
    assert len(seen) == 1
    assert (raised.value.reason_name, raised.value.call_id) == ("LIMIT_EXCEEDED", "c1")
    assert raised.value.request_id == seen[0]
    assert raised.value.facts == error_pb2.LimitFacts(limit="payload_bytes_max", bound=1, value=2)


async def test_retries_end_at_the_most_attempts(serve: Serve) -> None:
    seen: list[float] = []

    async def answer(request: Any, context: Any) -> Any:
        seen.append(0)
        await context.abort(grpc.StatusCode.UNAVAILABLE, "away")

    url = await serve(answer)
    async with Client(url, "key", attempts_max=3) as client:
        with pytest.raises(AsyncGateError, match="UNAVAILABLE"):
            await client.create_task("a")
        assert len(seen) == 3


async def test_retries_go_on_until_the_time_out_and_end_with_the_error_of_an_attempt(serve: Serve) -> None:
    seen: list[float] = []

    async def answer(request: Any, context: Any) -> Any:
        seen.append(0)
        await context.abort(grpc.StatusCode.UNAVAILABLE, "away")

    async with Client(await serve(answer), "key", backoff=Backoff(initial=0.01, multiplier=1, maximum=0.01)) as client:
        with pytest.raises(AsyncGateError, match="UNAVAILABLE"):
            await client.create_task("a", timeout=2)
    assert len(seen) > 8


async def test_a_time_out_after_a_failed_attempt_says_why_that_failed(serve: Serve) -> None:
    seen: list[float] = []

    async def answer(request: Any, context: Any) -> Any:
        seen.append(0)
        if len(seen) == 1:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        await asyncio.sleep(3600)

    async with Client(await serve(answer), "key") as client:
        with pytest.raises(AsyncGateError, match="UNAVAILABLE"):
            await client.create_task("a", timeout=1.5)
    assert len(seen) == 2


async def test_a_call_that_is_not_answered_ends_at_its_time_out(serve: Serve) -> None:
    async def answer(request: Any, context: Any) -> Any:
        await asyncio.sleep(3600)

    async with Client(await serve(answer), "key") as client:
        with pytest.raises(AsyncGateError, match="DEADLINE_EXCEEDED"):
            await client.create_task("a", timeout=0.2)


async def test_a_call_is_canceled_by_canceling_its_coroutine(serve: Serve) -> None:
    entered = asyncio.Event()

    async def answer(request: Any, context: Any) -> Any:
        entered.set()
        await asyncio.sleep(3600)

    async with Client(await serve(answer), "key") as client:
        call = asyncio.create_task(client.create_task("a"))
        await entered.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
