"""The verbs of a job and the calls of a client, in coroutines and in threads, beside what the scenarios show."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from conftest import OPERATOR, PATIENCE, TASKER, URL, RunningWorker

from asyncgate import (
    Artifact,
    AsyncGateError,
    Client,
    Evidence,
    Job,
    NewTask,
    OnParentEnd,
    SyncClient,
    TaskEndedError,
    TaskState,
    events,
    named,
    read_scope,
    wait,
)
from asyncgate.v1 import error_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    Start = Callable[..., RunningWorker]


async def test_a_thread_asks_and_another_thread_answers(start_worker: Start, kind: str) -> None:
    def deploy(job: Job) -> Any:
        approval = job.answer("approval")
        if approval is None:
            return job.ask("Deploy?", name="approval", options=["yes", "no"], expires=timedelta(hours=1))
        return [approval.outcome, approval.answer, approval.by.id if approval.by else None]

    def create_and_answer() -> Any:
        with SyncClient(URL, TASKER) as client:
            created = client.create_task(kind)
            for news in client.watch_task(created.task_id):
                if news.task.HasField("question"):
                    break
            (question,) = (one for one in client.questions() if one.task_id == created.task_id)
            assert question.expire_time is not None
            assert datetime.now(UTC) < question.expire_time
            assert client.answer(question, "yes") == TaskState.TASK_STATE_QUEUED
            with pytest.raises(AsyncGateError, match="INPUT_ANSWERED"):
                client.decline(question, "too late")
            return client.result(created.task_id)

    worker = start_worker({kind: deploy})
    assert await asyncio.to_thread(create_and_answer) == ["answered", "yes", "dev-agent"]
    assert worker.worker.stats().asked == 1


async def test_an_expired_question_is_answered_by_its_default_also_if_that_is_null(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> Any:
        answer = job.answer()
        if answer is None:
            return job.ask("Anything?", answer_schema={"type": ["null", "string"]}, expires=1, default_answer=None)
        return [answer.outcome, answer.answer]

    start_worker({kind: work})
    created = await client.create_task(kind)
    assert await client.result(created.task_id) == ["defaulted", None]


async def test_a_thread_creates_a_child_sends_a_signal_adds_scopes_and_spends(start_worker: Start, kind: str) -> None:
    def work(job: Job) -> list[Any]:
        child = job.child(f"{kind}-child", on_parent_end=OnParentEnd.ON_PARENT_END_KEEP).result(PATIENCE)
        sent = job.send_signal(payload={"from": "above"}, task_id=child.task_id, ttl=60).result(PATIENCE)
        job.add_scopes(f"{kind}:shop", read_scope(f"{kind}:docs")).result(PATIENCE)
        job.spend({"usd": Decimal("0.10"), "tokens": 5}).result(PATIENCE)
        job.spend({"usd": "0.2"}).result(PATIENCE)
        return [child.task_id, sent.signal_id]

    async def listen(job: Job) -> Any:
        if not job.wait_results:
            return job.suspend(wait.signal(name="word"))
        (signal,) = job.wait_results[0].signals
        return [signal.sender.id, signal.payload, signal.broadcast]

    start_worker({kind: work, f"{kind}-child": listen}, key=OPERATOR)
    async with Client(URL, OPERATOR) as client:
        created = await client.create_task(kind)
        child_id, signal_id = await client.result(created.task_id)
        assert signal_id
        assert await client.result(child_id) == ["dev-operator", {"from": "above"}, False]
        task = await client.get_task(created.task_id)
        assert dict(task.spent.amounts) == {"usd": "0.3", "tokens": "5"}
        assert [one.task_id async for one in client.list_tasks(parent=created.task_id)] == [child_id]


async def test_what_a_handler_calls_goes_to_the_endpoint_where_the_session_is(start_worker: Start, kind: str) -> None:
    async def work(job: Job) -> str:
        return (await job.child(f"{kind}-never")).task_id

    start_worker({kind: work}, endpoint=["http://127.0.0.1:9", URL], key=OPERATOR)
    async with Client(URL, OPERATOR) as client:
        created = await client.create_task(kind, max_attempts=1)
        assert await client.result(created.task_id)


async def test_a_call_of_a_handler_that_is_canceled_goes_on(start_worker: Start, kind: str) -> None:
    """Whether it was done could not be told otherwise."""

    async def work(job: Job) -> None:
        asked = job.child(f"{kind}-never", name=f"{kind}/child", on_parent_end=OnParentEnd.ON_PARENT_END_KEEP)
        waiting = asyncio.ensure_future(asyncio.wait_for(asked, 0.0001))
        await asyncio.gather(waiting, return_exceptions=True)
        await asked

    start_worker({kind: work}, key=OPERATOR)
    async with Client(URL, OPERATOR) as client:
        created = await client.create_task(kind)
        await client.result(created.task_id)
        assert (await client.get_task(named(f"{kind}/child"))).parent_task_id == created.task_id


async def read(client: Client, task_id: str, **options: Any) -> str:
    return b"".join([part.data async for part in client.read_output(task_id, **options)]).decode()


async def test_a_thread_prints_into_a_file_and_is_slowed_down_when_it_prints_faster_than_is_sent(
    client: Client, start_worker: Start, kind: str
) -> None:
    line = "0123456789" * 10

    def work(job: Job) -> None:
        file = job.output("stdout").file()
        for number in range(30_000):
            print(number, line, file=file)
        file.buffer.write(b"\xe2\x98\x83")
        job.output("stdout").flush().result(PATIENCE)

    start_worker({kind: work})
    created = await client.create_task(kind)
    text = await read(client, created.task_id, follow=True)
    assert text == "".join(f"{number} {line}\n" for number in range(30_000)) + "☃"
    logs = [one async for one in client.list_outputs(created.task_id)]
    assert [(one.stream, one.next_offset) for one in logs] == [("stdout", len(text.encode()))]


async def test_a_coroutine_that_prints_without_awaiting_is_refused_when_too_much_waits(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> str:
        log = job.output("log")
        replies = [log.write("x" * 300_000) for _ in range(6)]
        with pytest.raises(BufferError, match="await the writes"):
            log.file().write("y")
        results = await asyncio.gather(*replies, return_exceptions=True)
        await log.flush()
        return ",".join(type(one).__name__ for one in results)

    start_worker({kind: work})
    created = await client.create_task(kind)
    assert "NoneType" in (outcome := await client.result(created.task_id))
    assert "BufferError" in outcome


async def test_nothing_is_printed_after_the_end(client: Client, start_worker: Start, kind: str) -> None:
    outputs: list[Any] = []

    async def work(job: Job) -> None:
        outputs.append(job.output("stdout"))
        outputs[0].write("the end")

    start_worker({kind: work})
    created = await client.create_task(kind)
    await client.result(created.task_id)
    with pytest.raises(RuntimeError, match="settled"):
        await outputs[0].write("too late")
    assert await read(client, created.task_id) == "the end"


async def test_output_that_is_refused_is_an_event_and_the_task_goes_on(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def work(job: Job) -> list[str]:
        errors = []
        for number in range(17):
            try:
                log = job.output(f"log-{number}")
                log.write("x")
                await log.flush()
            except AsyncGateError as error:
                errors.append(error.reason_name)
        return errors

    worker = start_worker({kind: work})
    created = await client.create_task(kind)
    assert await client.result(created.task_id) == ["LIMIT_EXCEEDED"]
    refused = await worker.heard(events.OutputRefused)
    assert refused.stream == "log-16"


@pytest.mark.parametrize(
    "make",
    [
        lambda job: job.ask("Anything?"),
        lambda job: job.hand_on(NewTask("next")),
        lambda job: job.hand_off(queue="elsewhere"),
        lambda job: job.verdict("accept"),
        lambda job: job.suspend(wait.signal()),
        lambda job: job.release(),
    ],
    ids=["ask", "hand_on", "hand_off", "verdict", "suspend", "release"],
)
async def test_an_ending_that_is_made_and_not_returned_fails_the_attempt(
    client: Client, start_worker: Start, kind: str, make: Callable[[Job], Any]
) -> None:
    async def work(job: Job) -> None:
        make(job)

    start_worker({kind: work})
    created = await client.create_task(kind, max_attempts=1)
    with pytest.raises(TaskEndedError, match=r"TypeError: return what job\."):
        await client.result(created.task_id)


async def test_a_chain_and_a_suspension_create_tasks_in_the_same_step(start_worker: Start, kind: str) -> None:
    async def plan(job: Job) -> Any:
        if not job.wait_results:
            return job.suspend(
                wait.all_of(wait.task(item=0, name="part")),
                create=[NewTask(f"{kind}-part", 1)],
                next=[NewTask(f"{kind}-beside", 2)],
            )
        part = job.wait_result("part")
        return job.hand_on(NewTask(f"{kind}-last", part and part.result), result="planned")

    async def echo(job: Job) -> Any:
        return job.payload

    start_worker({kind: plan, **dict.fromkeys((f"{kind}-part", f"{kind}-beside", f"{kind}-last"), echo)}, key=OPERATOR)
    async with Client(URL, OPERATOR) as client:
        created = await client.create_task(kind)
        assert await client.result(created.task_id) == "planned"
        (last,) = [one async for one in client.list_tasks(type=f"{kind}-last")]
        assert await client.result(last.task_id) == 1
        (beside,) = [one async for one in client.list_tasks(type=f"{kind}-beside")]
        assert (await client.result(beside.task_id), beside.parent_task_id) == (2, "")


async def test_a_verdict_has_evidence_and_a_rejected_report_comes_with_the_next_attempt(
    client: Client, start_worker: Start, kind: str
) -> None:
    rejected: list[Any] = []

    async def work(job: Job) -> Any:
        rejected.append(job.rejected)
        return {"total": 42 if job.rejected else 30}

    async def verify(job: Job) -> Any:
        is_right = job.payload["report"]["result"]["total"] == 42
        evidence = [Evidence("sum", "https://example.org/sum", datetime.now(UTC), digest="sha256:1")]
        if not is_right:
            return job.verdict("reject", findings=["It is 42."], evidence=evidence)
        return job.verdict("accept", confidence=1, evidence=evidence)

    start_worker({kind: work})
    start_worker({f"{kind}-verify": verify}, key=OPERATOR)
    created = await client.create_task(
        kind,
        verification={
            "verifiers": 1,
            "accept_at": 1,
            "verifier": {"type": f"{kind}-verify"},
            "evidence_required": ["sum"],
            "timeout": timedelta(hours=1),
            "on_timeout": "fail",
            "on_reject": "retry",
            "criteria": ["The total is right."],
        },
    )
    assert await client.result(created.task_id) == {"total": 42}
    assert rejected[0] is None
    report = rejected[1]
    assert (report.findings, report.attempt, report.result) == (("It is 42.",), 1, {"total": 30})
    assert report.executor.id == "dev-worker"


async def test_a_hand_off_by_capabilities_comes_with_its_references(
    client: Client, start_worker: Start, kind: str
) -> None:
    async def begin(job: Job) -> Any:
        return job.hand_off(capabilities=[kind], note="go on", refs=[Artifact(kind="draft", uri="s3://b/d")])

    async def end(job: Job) -> Any:
        handed = job.handed_over
        assert handed is not None
        return [handed.by.id, handed.note, [one.uri for one in handed.refs]]

    first = start_worker({kind: begin})
    created = await client.create_task(kind)
    settled = await first.heard(events.Settled)
    assert settled.ending == "handed_off"
    start_worker({kind: end}, capabilities=[kind])
    assert await client.result(created.task_id) == ["dev-worker", "go on", ["s3://b/d"]]


async def test_names_scopes_and_explanations_are_read(client: Client, start_worker: Start, kind: str) -> None:
    gate = asyncio.Event()

    async def work(job: Job) -> None:
        await job.start()
        await gate.wait()

    worker = start_worker({kind: work})
    first = await client.create_task(kind, name=f"{kind}/n", scopes=[f"{kind}:shop"])
    await worker.heard(events.Taken)
    second = await client.create_task(kind, scopes=[f"{kind}:shop/api"])
    (held,) = [one async for one in client.list_scopes(f"{kind}:shop")]
    assert (held.task_id, held.resource) == (first.task_id, f"{kind}:shop")
    (unmet,) = (await client.explain_task(second.task_id)).unmet
    assert first.task_id in unmet.sentence
    with pytest.raises(AsyncGateError, match="NAME_TAKEN") as raised:
        await client.create_task(kind, name=f"{kind}/n")
    assert isinstance(raised.value.facts, error_pb2.NameFacts)
    gate.set()
    watched = [news.task.task_id async for news in client.watch_task(named(f"{kind}/n"))]
    assert set(watched) == {first.task_id}
    await client.result(second.task_id)
    assert [one.task_id async for one in client.list_tasks(name=f"{kind}/n")] == [first.task_id]


async def test_a_thread_that_waits_for_room_is_told_when_the_worker_stops(start_worker: Start, kind: str) -> None:
    ended = threading.Event()
    errors: list[BaseException] = []

    def work(job: Job) -> None:
        try:
            while True:
                job.output("stdout").write("x" * 100_000).result()
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            ended.set()

    worker = start_worker({kind: work})
    async with Client(URL, TASKER) as client:
        await client.create_task(kind)
    await worker.heard(events.Taken)
    await worker.end()
    assert await asyncio.to_thread(ended.wait, PATIENCE)
    assert errors
