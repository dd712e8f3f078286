"""A worker when things go wrong around it: its own process, connections, the session's process."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PATIENCE, URL, WORKER, RunningWorker
from proxy import Proxy

from asyncgate import AsyncGateError, Client, ErrorReason, Job, ReceiptType, TaskState, content_of, events
from asyncgate import worker as worker_module
from asyncgate._session.keeper import Keeper

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncgate._session.messages import FromSession, SessionOptions, ToSession

    Start = Callable[..., RunningWorker]


def hold_the_gil(seconds: int) -> None:
    """As a library in C that computes without releasing it: no other thread of this process runs meanwhile."""
    ctypes.PyDLL(None).sleep(seconds)


async def test_a_handler_that_holds_the_gil_for_longer_than_the_ttl_keeps_its_lease(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> str:
        hold_the_gil(11)
        await asyncio.sleep(0)
        return "kept" if job.stop is None else str(job.stop)

    start_worker({kind: work}, lease_ttl=5)
    created = await client.create_task(kind)
    assert await client.result(created.task_id) == "kept"
    task = await client.get_task(created.task_id)
    assert (task.attempt, task.lease_losses) == (1, 0)


class InLoopSession:
    """A session in the event loop of the handlers, as the kit does not have it."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._task = asyncio.create_task(keeper.run())

    @classmethod
    async def start(cls, options: SessionOptions, take: Callable[[FromSession], None]) -> InLoopSession:
        return cls(Keeper(options, take))

    def post(self, message: ToSession) -> None:
        self._keeper.take(message)

    async def end(self) -> None:
        self._task.cancel()


async def test_a_control_a_session_in_the_same_process_loses_the_lease(
    client: Client, start_worker: Start, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "SessionProcess", InLoopSession)

    async def work(job: Job) -> None:
        if job.task.lease_losses == 0:
            hold_the_gil(4)

    start_worker({kind: work}, lease_ttl=1)
    created = await client.create_task(kind)
    await client.await_task(created.task_id)
    assert (await client.get_task(created.task_id)).lease_losses > 0


async def test_a_worker_that_is_cut_off_stops_its_handlers_in_time_and_its_late_result_is_refused(
    client: Client, start_worker: Start, kind: str
) -> None:
    entered, told, go = asyncio.Event(), asyncio.Event(), asyncio.Event()
    frozen_at = told_at = 0.0

    async def work(job: Job) -> str:
        nonlocal told_at
        # An offer that is not accepted would count nothing.
        await job.start()
        entered.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            told_at = time.monotonic()
            assert job.stop is not None
            assert job.stop.why == "lease_lost"
            told.set()
            await go.wait()
        return "late"

    async with Proxy(URL) as proxy:
        worker = start_worker({kind: work}, endpoint=proxy.url, lease_ttl=4, slots=1)
        created = await client.create_task(kind)
        await entered.wait()
        frozen_at = time.monotonic()
        proxy.freeze()
        # By its own clock: the server cannot reach it.
        await told.wait()
        # No acknowledgement came after the freeze, so this is less than the TTL after the last heartbeat was sent.
        assert told_at - frozen_at < 4
        start_worker({kind: lambda job: "in time"})
        assert await client.result(created.task_id) == "in time"
        go.set()
        async with Proxy(URL) as straight:
            proxy._is_frozen = False
            proxy._target = straight._target
            proxy.cut()
            refused = await worker.heard(events.Refused)
    assert isinstance(refused.error, AsyncGateError)
    assert refused.error.reason == ErrorReason.ERROR_REASON_FENCED
    task = await client.get_task(created.task_id)
    assert (task.attempt, task.lease_losses) == (1, 1)


async def test_an_answer_that_was_lost_is_had_again_and_there_is_one_receipt(
    client: Client, start_worker: Start, kind: str
) -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        entered.set()
        await go.wait()

    async with Proxy(URL) as proxy:
        worker = start_worker({kind: work}, endpoint=proxy.url)
        created = await client.create_task(kind)
        await entered.wait()
        proxy.lose_answers()
        go.set()
        await client.await_task(created.task_id)
        assert worker.worker.stats().completed == 0
        proxy.cut()
        settled = await worker.heard(events.Settled)
        types = [ReceiptType.RECEIPT_TYPE_TASK_COMPLETED]
        receipts = [one.receipt_id async for one in client.receipts(created.task_id, types=types)]
        assert receipts == [settled.receipt_id]
        assert [one.resumed for one in worker.events if isinstance(one, events.Connected)] == [False, True]
        assert not any(isinstance(one, events.Stopping) for one in worker.events)


async def test_offers_that_came_while_a_handler_blocked_the_loop_are_done_in_the_end(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> Any:
        time.sleep(job.payload)  # noqa: ASYNC251
        return job.payload

    worker = start_worker({kind: work}, slots=3)
    first = await client.create_task(kind, 3)
    await worker.heard(events.Taken)
    rest = [await client.create_task(kind, 0) for _ in range(2)]
    assert [await client.result(one.task_id) for one in (first, *rest)] == [3, 0, 0]
    tasks = [await client.get_task(one.task_id) for one in rest]
    assert [(one.attempt, one.lease_losses) for one in tasks] == [(1, 0), (1, 0)]


PROGRAM = """
import asyncio, sys
from asyncgate import Worker

async def work(job):
    await job.save_checkpoint({"page": 3})
    print("entered", flush=True)
    await asyncio.sleep(3600)

url, key, kind = sys.argv[1:]
asyncio.run(Worker(url, key, {kind: work}, drain_within=0).run())
print("over", flush=True)
"""


def start_program(kind: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, URL, WORKER, kind],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        # As in a terminal: the whole group gets the signal.
        start_new_session=True,
    )


@pytest.mark.parametrize(("one", "to_group"), [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, True)])
async def test_a_signal_drains_and_what_is_not_done_in_time_is_released_with_its_checkpoint(
    client: Client, kind: str, one: signal.Signals, to_group: bool
) -> None:
    program = start_program(kind)
    try:
        created = await client.create_task(kind)
        assert program.stdout is not None
        assert await asyncio.to_thread(program.stdout.readline) == "entered\n"
        if to_group:
            os.killpg(program.pid, one)
        else:
            program.send_signal(one)
        printed, _ = await asyncio.to_thread(program.communicate, None, PATIENCE)
    finally:
        program.kill()
    if one == signal.SIGTERM:
        assert (program.returncode, printed) == (0, "over\n")
    task = await client.get_task(created.task_id)
    assert (task.state, task.attempt, task.lease_losses) == (TaskState.TASK_STATE_QUEUED, 1, 0)
    assert content_of(task.checkpoint) == {"page": 3}


async def test_when_the_sessions_process_is_killed_handlers_are_told_and_run_raises(
    client: Client, start_worker: Start, kind: str
) -> None:
    entered = asyncio.Event()
    stops: list[Any] = []

    async def work(job: Job) -> None:
        entered.set()
        try:
            await asyncio.sleep(3600)
        finally:
            stops.append(job.stop)

    worker = start_worker({kind: work})
    await client.create_task(kind)
    await entered.wait()
    children = await asyncio.to_thread(
        subprocess.run, ["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    for pid in children.stdout.split():
        try:
            if b"_session.process" in Path(f"/proc/{pid}/cmdline").read_bytes():  # noqa: ASYNC240
                os.kill(int(pid), signal.SIGKILL)
        except OSError:
            continue
    with pytest.raises(AsyncGateError, match="process has ended"):
        await worker.run
    assert [stop.why for stop in stops] == ["lease_lost"]
