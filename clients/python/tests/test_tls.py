"""The kit over TLS, against a server that knows clients by their certificates. kit.test.ts makes all of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import OPERATOR, RunningWorker

from asyncgate import AsyncGateError, Client, ErrorReason, Job, Tls, events

if TYPE_CHECKING:
    from collections.abc import Callable

TLS_URL = os.environ["KIT_TLS_URL"]
FOLDER = Path(os.environ["KIT_TLS_FOLDER"])
CA = (FOLDER / "ca.pem").read_bytes()


async def greet(job: Job) -> str:
    child = await job.child(f"{job.type}-child", name=f"child of {job.task_id}")
    return f"Hello, {job.payload}! {child.task.created_by.id}"


async def test_a_task_goes_its_whole_way_by_key(start_worker: Callable[..., RunningWorker], kind: str) -> None:
    tls = Tls(ca=CA)
    start_worker({kind: greet}, TLS_URL, OPERATOR, tls=tls)
    async with Client(TLS_URL, OPERATOR, tls=tls) as client:
        created = await client.create_task(kind, "Ada")
        assert await client.result(created.task_id) == "Hello, Ada! dev-operator"


async def test_a_client_and_a_worker_without_a_key_are_known_by_their_certificate(
    start_worker: Callable[..., RunningWorker], kind: str
) -> None:
    tls = Tls(ca=CA, cert=(FOLDER / "client.pem").read_bytes(), key=(FOLDER / "client.key").read_bytes())
    start_worker({kind: greet}, TLS_URL, "", tls=tls)
    async with Client(TLS_URL, tls=tls) as client:
        created = await client.create_task(kind, "Ada")
        assert created.task.created_by.id == "wanda"
        assert await client.result(created.task_id) == "Hello, Ada! wanda"
    async with Client(TLS_URL, tls=Tls(ca=CA)) as unknown:
        with pytest.raises(AsyncGateError) as raised:
            await unknown.create_task(kind)
    assert raised.value.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED


async def test_nothing_is_sent_to_a_server_whose_certificate_is_of_another_authority(
    start_worker: Callable[..., RunningWorker], kind: str
) -> None:
    tls = Tls(ca=(FOLDER / "stranger.pem").read_bytes())
    async with Client(TLS_URL, OPERATOR, tls=tls, attempts_max=1) as client:
        with pytest.raises(AsyncGateError) as raised:
            await client.create_task(kind)
    assert raised.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE
    worker = start_worker({kind: greet}, TLS_URL, OPERATOR, tls=tls)
    await worker.heard(events.Disconnected)
    assert not any(isinstance(event, events.Connected) for event in worker.events)


async def test_a_certificate_for_another_name_wants_that_name_said(kind: str) -> None:
    url = TLS_URL.replace("127.0.0.1", "localhost")
    async with Client(url, OPERATOR, tls=Tls(ca=CA), attempts_max=1) as client:
        with pytest.raises(AsyncGateError) as raised:
            await client.create_task(kind)
    assert raised.value.reason == ErrorReason.ERROR_REASON_UNAVAILABLE
    async with Client(url, OPERATOR, tls=Tls(ca=CA, server_name="gate.example.org")) as client:
        assert not (await client.create_task(kind)).existed
