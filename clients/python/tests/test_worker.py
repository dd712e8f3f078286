"""A worker against a real server: the ways in which a task ends."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from conftest import OPERATOR, PATIENCE, RunningWorker

from asyncgate import (
    Artifact,
    AsyncGateError,
    Client,
    Done,
    ErrorReason,
    Job,
    NewTask,
    NonRetryable,
    Payload,
    ReceiptType,
    RetryAfter,
    StopCause,
    TaskEndedError,
    TaskState,
    WorkStopped,
    content_of,
    events,
    wait,
)
from asyncgate.v1 import task_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    Start = Callable[..., RunningWorker]


async def receipts_of(client: Client, task_id: str) -> list[str]:
    return [ReceiptType.Name(one.type).removeprefix("RECEIPT_TYPE_") async for one in client.receipts(task_id)]


async def test_a_coroutine_gets_json_and_returns_json_with_all_receipts(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def greet(job: Job) -> dict[str, str]:
        return {"greeting": f"Hello, {job.payload['name']}!"}

    start_worker({kind: greet})
    created = await client.create_task(kind, {"name": "Ada ☃ 😀"})
    assert await client.result(created.task_id) == {"greeting": "Hello, Ada ☃ 😀!"}
    assert await receipts_of(client, created.task_id) == [
        "TASK_ASSIGNED",
        "TASK_ACCEPTED",
        "TASK_COMPLETED",
        "TASK_RESULT_READY",
    ]
    assert [one async for one in client.obligations() if one.receipt.task_id == created.task_id] == []


async def test_a_plain_function_runs_in_a_thread_and_several_run_at_once(
    client: Client, start_worker: Start, kind: str
) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def work(job: Job) -> bool:
        both.wait()
        return threading.current_thread() is not threading.main_thread()

    start_worker({kind: work}, slots=2)
    created = [await client.create_task(kind) for _ in range(2)]
    assert [await client.result(one.task_id) for one in created] == [True, True]


async def test_an_exception_fails_the_attempt_and_the_next_one_may_succeed(
    client: Client, start_worker: Start, kind: str
) -> None:
    def flaky(job: Job) -> int:
        if job.attempt == 1:
            raise ValueError("not yet")
        return job.attempt

    start_worker({kind: flaky})
    created = await client.create_task(kind, retry={"initial_interval": 0})
    assert await client.result(created.task_id) == 2
    assert "TASK_RETRY_SCHEDULED" in await receipts_of(client, created.task_id)


async def test_non_retryable_ends_the_task_with_attempts_left(client: Client, start_worker: Start, kind: str) -> None:
    def broken(job: Job) -> None:
        raise NonRetryable("no such file", type="NotThere", detail={"path": "/a"})

    start_worker({kind: broken})
    created = await client.create_task(kind)
    with pytest.raises(TaskEndedError, match="NotThere: no such file") as raised:
        await client.result(created.task_id)
    task = raised.value.task
    assert (task.state, task.attempt) == (TaskState.TASK_STATE_FAILED, 1)
    assert task.outcome.terminal_reason == task_pb2.TERMINAL_REASON_NON_RETRYABLE
    assert task.outcome.error.detail == '{"path":"/a"}'


async def test_retry_after_is_obeyed_whatever_the_policy_of_the_task(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def busy(job: Job) -> str:
        if job.attempt == 1:
            raise RetryAfter(0, "too many requests")
        return "done"

    start_worker({kind: busy})
    created = await client.create_task(kind, retry={"initial_interval": 3600, "max_interval": 3600})
    assert await client.result(created.task_id) == "done"


async def test_done_carries_artifacts_and_bytes_travel_as_bytes(client: Client, start_worker: Start, kind: str) -> None:
    async def store(job: Job) -> Done:
        return Done(bytes(reversed(job.payload)), artifacts=[Artifact(kind="file", uri="file:///a", size=3)])

    start_worker({kind: store})
    created = await client.create_task(kind, b"\x00\x01\xff")
    task = await client.await_task(created.task_id)
    assert content_of(task.outcome.result) == b"\xff\x01\x00"
    assert [one.uri for one in task.outcome.artifacts] == ["file:///a"]


async def test_a_reference_arrives_as_its_uri(client: Client, start_worker: Start, kind: str) -> None:
    start_worker({kind: lambda job: Payload(uri=job.payload + "/result")})
    created = await client.create_task(kind, Payload(uri="s3://a"))
    assert await client.result(created.task_id) == "s3://a/result"


async def test_progress_and_checkpoints_reach_the_owner_and_the_next_holder(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> Any:
        if job.attempt == 1:
            await job.start()
            await job.progress(40, "reading", detail={"page": 3}, receipted=True)
            await job.save_checkpoint({"page": 3})
            raise ValueError("again")
        return job.checkpoint

    start_worker({kind: work})
    created = await client.create_task(kind, retry={"initial_interval": 0})
    assert await client.result(created.task_id) == {"page": 3}
    task = await client.get_task(created.task_id)
    assert (task.progress.percent, task.progress.message) == (40, "reading")
    receipts = await receipts_of(client, created.task_id)
    assert "TASK_STARTED" in receipts
    assert "TASK_PROGRESS" in receipts


async def test_reports_of_a_thread_are_merged_while_they_wait_and_all_are_answered(
    client: Client, start_worker: Start, kind: str
) -> None:
    def work(job: Job) -> int:
        reports = [job.progress(percent / 100) for percent in range(10_001)]
        reports[-1].result(PATIENCE)
        reports[0].result(PATIENCE)
        return len({id(report) for report in reports})

    start_worker({kind: work})
    created = await client.create_task(kind)
    # Each sent report is answered with all that were merged into it.
    assert await client.result(created.task_id) < 10_001
    assert (await client.get_task(created.task_id)).progress.percent == 100


async def test_a_release_counts_nothing_and_hands_over_the_checkpoint(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> Any:
        if job.checkpoint is None:
            return job.release("not here", delay=0.1, checkpoint={"seen": 1})
        return job.checkpoint

    start_worker({kind: work})
    created = await client.create_task(kind, max_attempts=1)
    assert await client.result(created.task_id) == {"seen": 1}
    task = await client.get_task(created.task_id)
    assert (task.attempt, task.lease_losses) == (1, 0)


async def test_a_suspended_task_comes_back_with_the_results_of_its_wait(
    client: Client, start_worker: Start, kind: str
) -> None:
    child = await client.create_task(f"{kind}-child", 20)

    async def parent(job: Job) -> Any:
        if not job.wait_results:
            waits = wait.all_of(wait.ended(child, name="child"), wait.after(0.05, name="pause"))
            return job.suspend(waits, checkpoint={"asked": True})
        child_result = job.wait_result("child")
        assert child_result is not None
        return [job.checkpoint, child_result.status, child_result.result, [one.name for one in job.wait_results]]

    # A worker waits for tasks that it may read, and the operator may read all.
    start_worker({kind: parent, f"{kind}-child": lambda job: job.payload + 1}, key=OPERATOR)
    created = await client.create_task(kind)
    assert await client.result(child.task_id) == 21
    assert await client.result(created.task_id) == [{"asked": True}, "met", 21, ["child", "pause"]]


async def test_a_task_sleeps_and_a_task_with_a_wait_is_blocked_until_that_is_over(
    client: Client, start_worker: Start, kind: str
) -> None:
    start_worker({kind: lambda job: "awake" if job.wait_results else job.sleep(0.05)})
    first, second = await client.create_tasks([NewTask(kind), NewTask(kind, wait=wait.task(item=0))])
    assert not isinstance(first, AsyncGateError)
    assert not isinstance(second, AsyncGateError)
    assert second.task.state == TaskState.TASK_STATE_BLOCKED
    assert await client.result(second.task_id) == "awake"


async def test_a_suspension_that_is_not_returned_fails_the_attempt(
    client: Client, start_worker: Start, kind: str
) -> None:
    def work(job: Job) -> None:
        job.sleep(3600)

    start_worker({kind: work})
    created = await client.create_task(kind, max_attempts=1)
    with pytest.raises(TaskEndedError, match="return what job"):
        await client.result(created.task_id)


async def test_a_cancellation_reaches_a_coroutine_as_cancelled_error(
    client: Client, start_worker: Start, kind: str
) -> None:
    seen: list[StopCause | None] = []

    async def work(job: Job) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            seen.append(job.stop)
            raise

    worker = start_worker({kind: work})
    created = await client.create_task(kind)
    await worker.heard(events.Taken)
    await client.cancel_task(created.task_id, "not needed", grace_period=600)
    task = await client.await_task(created.task_id)
    assert task.state == TaskState.TASK_STATE_CANCELED
    [stop] = seen
    assert stop is not None
    assert (stop.why, stop.reason) == ("canceled", "not needed")
    assert stop.deadline is not None


async def test_a_cancellation_reaches_a_thread_as_work_stopped(client: Client, start_worker: Start, kind: str) -> None:
    seen: list[str] = []

    def work(job: Job) -> None:
        try:
            job.pause(3600)
        except WorkStopped as stopped:
            seen.append(stopped.stop.why)
            raise

    worker = start_worker({kind: work})
    created = await client.create_task(kind)
    await worker.heard(events.Taken)
    await client.cancel_task(created.task_id, grace_period=600)
    assert (await client.await_task(created.task_id)).state == TaskState.TASK_STATE_CANCELED
    assert seen == ["canceled"]


async def test_a_cancellation_at_once_takes_the_lease_and_the_handler_is_told(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> str:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return "late"
        return ""

    worker = start_worker({kind: work})
    created = await client.create_task(kind)
    await worker.heard(events.Taken)
    await client.cancel_task(created.task_id)
    await worker.heard(events.Stopping)
    refused = await worker.heard(events.Refused)
    assert isinstance(refused.error, AsyncGateError)
    assert refused.error.reason in (ErrorReason.ERROR_REASON_FENCED, ErrorReason.ERROR_REASON_INVALID_TRANSITION)
    assert refused.error.facts is not None


async def test_a_result_that_is_too_large_fails_the_attempt_with_the_limit(
    client: Client, start_worker: Start, kind: str
) -> None:
    start_worker({kind: lambda job: "x" * job.payload})
    for size in (300 * 1024, 2 * 1024 * 1024):
        created = await client.create_task(kind, size, max_attempts=1)
        with pytest.raises(TaskEndedError, match=r"LIMIT_EXCEEDED|larger than"):
            await client.result(created.task_id)


async def test_a_result_without_json_fails_the_attempt(client: Client, start_worker: Start, kind: str) -> None:
    start_worker({kind: lambda job: object()})
    created = await client.create_task(kind, max_attempts=1)
    with pytest.raises(TaskEndedError, match="TypeError"):
        await client.result(created.task_id)


async def test_a_worker_that_is_stopped_lets_running_work_end_and_takes_nothing_new(
    client: Client, start_worker: Start, kind: str
) -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> str:
        entered.set()
        await go.wait()
        return "done"

    worker = start_worker({kind: work}, slots=1)
    first = await client.create_task(kind)
    await entered.wait()
    second = await client.create_task(kind)
    stopping = asyncio.create_task(worker.worker.stop(600))
    await worker.heard(events.Draining)
    go.set()
    await stopping
    await worker.run
    assert (await client.get_task(first.task_id)).state == TaskState.TASK_STATE_SUCCEEDED
    assert (await client.get_task(second.task_id)).state == TaskState.TASK_STATE_QUEUED
    assert isinstance(worker.events[-1], events.Stopped)


async def test_when_run_is_canceled_handlers_are_canceled_and_their_tasks_are_released(
    client: Client, start_worker: Start, kind: str
) -> None:
    entered = asyncio.Event()

    async def work(job: Job) -> None:
        await job.save_checkpoint({"page": 3})
        entered.set()
        await asyncio.sleep(3600)

    worker = start_worker({kind: work})
    created = await client.create_task(kind)
    await entered.wait()
    worker.run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker.run
    task = await client.get_task(created.task_id)
    assert (task.state, task.attempt, task.lease_losses) == (TaskState.TASK_STATE_QUEUED, 1, 0)
    assert content_of(task.checkpoint) == {"page": 3}


async def test_a_worker_that_is_stopped_before_its_first_stream_ends(start_worker: Start, kind: str) -> None:
    worker = start_worker({kind: lambda job: None})
    await worker.worker.stop()
    await worker.run


async def test_a_worker_without_a_good_key_ends_with_the_reason(start_worker: Start, kind: str) -> None:
    worker = start_worker({kind: lambda job: None}, key="ag_dev_unknown")
    with pytest.raises(AsyncGateError) as raised:
        await worker.run
    assert raised.value.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED
    assert [type(event) for event in worker.events] == [events.Stopped]
