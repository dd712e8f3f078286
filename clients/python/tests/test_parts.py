"""The parts of the kit that need no server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import asyncgate
from asyncgate import AsyncGateError, Payload, Principal, PrincipalKind, QuestionOption, content_of, wait
from asyncgate._backoff import Backoff
from asyncgate._connection import ConnectionOptions
from asyncgate._content import clip, payload_of
from asyncgate._hand_off import handing_off
from asyncgate._lease_clock import LeaseClock
from asyncgate._outbox import ITEM_BYTES_MAX, Item, Outbox
from asyncgate._output import Outputs
from asyncgate._question import asking_of
from asyncgate._reports import Reports
from asyncgate._session.messages import Acknowledged, Unpacker, Written, pack
from asyncgate._signals import signal_request
from asyncgate._times import duration_of, timestamp_of
from asyncgate._verification import verdict_of
from asyncgate._worker_client import WorkerClient
from asyncgate.job import HeldTask, Job, JobCalls
from asyncgate.v1 import error_pb2, question_pb2, task_pb2
from asyncgate.v1.lease_service_pb2 import CompleteTaskRequest, ReportProgressResponse
from asyncgate.v1.worker_service_pb2 import Settled, WorkRequest

if TYPE_CHECKING:
    from asyncgate.v1.output_service_pb2 import AppendOutputRequest


def test_all_public_names_exist() -> None:
    assert all(hasattr(asyncgate, name) for name in asyncgate.__all__)


def item(data: bytes, key: str, part: Any = "completes") -> tuple[Item, list[Settled]]:
    answers: list[Settled] = []
    return Item(part, data, key, answers.append), answers


def complete(key: str, size: int = 0) -> bytes:
    request = CompleteTaskRequest(lease_token="t", request_id=key, result=Payload(data=b"x" * size))
    return request.SerializeToString()


def test_items_leave_in_frames_with_credits_and_are_sent_again_in_order_until_they_are_answered() -> None:
    outbox = Outbox()
    first, answers = item(complete("a"), "a")
    second, _ = item(complete("b"), "b")
    assert outbox.put(first)
    assert outbox.put(second)
    frame = WorkRequest.FromString(outbox.take(300) or b"")
    assert frame.credit.tasks == 300
    assert [one.request_id for one in frame.completes] == ["a", "b"]
    assert outbox.take(0) is None
    between, _ = item(complete("a2"), "a2")
    outbox.put(between)
    assert outbox.take(0)
    third, _ = item(complete("c"), "c")
    outbox.put(third)
    outbox.answer(Settled(request_id="b"))
    outbox.resend()
    again = WorkRequest.FromString(outbox.take(0) or b"")
    assert [one.request_id for one in again.completes] == ["a", "a2", "c"]
    outbox.answer(Settled(request_id="a"))
    outbox.answer(Settled(request_id="a"))
    assert len(answers) == 1
    assert (outbox.waiting, outbox.unanswered) == (0, 2)


def test_a_frame_is_bounded_in_bytes_and_items_and_what_fits_into_none_is_refused() -> None:
    outbox = Outbox()
    outbox.list_items_max = 3
    for key in "abcd":
        outbox.put(item(complete(key), key)[0])
    assert len(WorkRequest.FromString(outbox.take(0) or b"").completes) == 3
    outbox.put(item(complete("e", 200_000), "e")[0])
    outbox.put(item(complete("f", 200_000), "f")[0])
    assert len(WorkRequest.FromString(outbox.take(0) or b"").completes) == 2
    assert outbox.waiting == 1
    assert not outbox.put(item(b"x" * (ITEM_BYTES_MAX + 1), "g")[0])


def held() -> HeldTask:
    return HeldTask(task_pb2.Task(task_id="t"), "token", "lease", ())


def job_of(one: HeldTask, outbox: Outbox) -> Job:
    """Its worker's frames are taken from the outbox, and its client is never called. Needs a running event loop."""
    ids = iter(range(1_000_000))
    parts = (outbox, lambda: f"r{next(ids)}", lambda *_: False, lambda: None)
    client = WorkerClient(["http://127.0.0.1:1"], ConnectionOptions("no key"))
    return Job(one, JobCalls(Reports(*parts), Outputs(*parts, lambda *_: None), client))


async def test_reports_that_wait_are_merged_and_share_their_answer_and_receipted_ones_are_not() -> None:
    outbox = Outbox()
    job = job_of(held(), outbox)
    many = [job.progress(percent / 100) for percent in range(10_001)]
    job.save_checkpoint({"a": 1})
    kept = job.progress(message="kept", receipted=True)
    after = job.progress(message="after")
    assert outbox.waiting == 3
    frame = WorkRequest.FromString(outbox.take(0) or b"")
    assert [one.progress.message for one in frame.progress] == ["", "kept", "after"]
    assert frame.progress[0].progress.percent == 100
    assert frame.progress[0].checkpoint.json == '{"a":1}'
    outbox.answer(Settled(request_id="r0", progressed=ReportProgressResponse()))
    await asyncio.gather(many[0], many[-1])
    detail = error_pb2.ErrorDetail(reason=error_pb2.ERROR_REASON_FENCED)
    outbox.answer(Settled(request_id="r1", error=detail))
    with pytest.raises(AsyncGateError, match="FENCED"):
        await kept
    outbox.answer(Settled(request_id="r2", progressed=ReportProgressResponse()))
    after.result(0)


async def test_reports_for_the_ledger_are_bounded() -> None:
    outbox = Outbox()
    job = job_of(held(), outbox)
    many = [job.progress(receipted=True) for _ in range(10_002)]
    assert outbox.waiting == 10_000
    with pytest.raises(RuntimeError, match="await the reports"):
        many[-1].result(0)


async def test_leases_are_counted_on_until_shortly_before_the_ttl_and_after_a_break_for_the_grace() -> None:
    loop = asyncio.get_running_loop()
    expired = asyncio.Event()
    clock = LeaseClock(expired.set)
    begin = loop.time()
    clock.welcomed(begin, 0.5, 10)
    assert clock._until == pytest.approx(begin + 0.45)
    clock.acknowledged(begin + 0.5)
    assert clock._until == pytest.approx(begin + 0.95)
    clock.acknowledged(begin)
    await expired.wait()
    assert loop.time() - begin >= 0.94
    expired.clear()
    clock.welcomed(loop.time(), 3600, 0.1)
    clock.broken(loop.time())
    await expired.wait()
    assert clock._until - begin < 60


async def test_an_acknowledgement_that_waits_to_be_read_counts_after_a_busy_spell() -> None:
    loop = asyncio.get_running_loop()
    lost: list[bool] = []
    clock = LeaseClock(lambda: lost.append(True))
    clock.welcomed(loop.time() - 10, 10.5, 10)

    def read(messages: int) -> None:
        clock.heard()
        if messages:
            # Some turns of the event loop bring nothing, although there is more to read.
            loop.call_soon(loop.call_soon, read, messages - 1)
        else:
            clock.acknowledged(loop.time() + 60)

    loop.call_soon(read, 50)
    await asyncio.sleep(0.05)
    assert lost == []
    clock.stop()


def test_messages_are_whole_however_their_bytes_come() -> None:
    data = pack(Written(1)) + pack(Acknowledged(2.5)) + pack(Written(3))
    for size in (1, 7, len(data)):
        unpacker = Unpacker()
        got = [one for at in range(0, len(data), size) for one in unpacker.feed(data[at : at + size])]
        assert got == [Written(1), Acknowledged(2.5), Written(3)]


def test_content_goes_and_comes_as_native_values() -> None:
    for value in ({"a": [1, 2.5, None, True, "☃"]}, "text", 7, b"\x00\xff"):
        assert content_of(payload_of(value)) == value
    assert content_of(Payload(uri="s3://a")) == "s3://a"
    assert content_of(Payload()) is None
    for bad in (object(), float("nan"), {1, 2}):
        with pytest.raises((TypeError, ValueError)):
            payload_of(bad)


def test_texts_are_clipped_to_whole_characters() -> None:
    assert clip("aé☃", 3) == "aé"
    assert clip("aé☃", 5) == "aé"
    assert clip("aé☃", 6) == "aé☃"
    assert clip("a\ud800", 9) == "a?"


def test_spans_and_moments() -> None:
    assert duration_of(1.25) == duration_of(timedelta(seconds=1.25))
    assert (duration_of(0.9999999999).seconds, duration_of(0.9999999999).nanos) == (1, 0)
    assert timestamp_of(datetime(2030, 1, 1, tzinfo=UTC)).seconds == 1893456000
    with pytest.raises(ValueError, match="time zone"):
        timestamp_of(datetime(2030, 1, 1))


def test_pauses_grow_and_end_at_the_maximum() -> None:
    backoff = Backoff(initial=1, multiplier=2, maximum=5)
    assert all(0 <= backoff.pause(failures) <= min(5, 2 ** (failures - 1)) for failures in range(1, 2_000))


def test_waits_are_the_contracts_messages() -> None:
    one = wait.all_of(
        wait.task("t", name="sales"),
        wait.any_of(wait.ended(idempotency_key="k"), wait.after(600)),
        on_impossible=task_pb2.ON_IMPOSSIBLE_RUN,
    )
    assert [len(group.any_of) for group in one.all_of] == [1, 2]
    assert one.all_of[0].any_of[0].name == "sales"
    assert not one.all_of[0].any_of[0].task.HasField("discharged")
    assert len(one.all_of[1].any_of[0].task.accept_states) == 3
    assert one.all_of[1].any_of[1].time.after.seconds == 600
    assert wait.wait_of(wait.task(item=0)).all_of[0].any_of[0].task.WhichOneof("of") == "item"
    with pytest.raises(TypeError, match="name one task"):
        wait.task()


async def test_what_is_spent_before_it_is_sent_is_added_up_exactly() -> None:
    outbox = Outbox()
    job = job_of(held(), outbox)
    for _ in range(3):
        job.spend({"usd": Decimal("0.1"), "tokens": 1_800})
    job.progress(50)
    job.spend({"usd": "0.000000001"})
    (request,) = WorkRequest.FromString(outbox.take(0) or b"").progress
    assert dict(request.spend) == {"usd": "0.300000001", "tokens": "5400"}
    assert request.progress.percent == 50


@pytest.mark.parametrize(
    "amount", [0.1, True, None, "1e3", "-1", "01", "0.0000000001", "1" * 19, Decimal("NaN"), "\u0661"]
)
async def test_what_is_no_amount_is_refused_where_it_was_written(amount: Any) -> None:
    job = job_of(held(), Outbox())
    with pytest.raises((TypeError, ValueError), match="usd"):
        job.spend({"usd": amount})


def answer_output(outbox: Outbox, request: AppendOutputRequest, error: error_pb2.ErrorDetail | None = None) -> None:
    settled = Settled(request_id=request.request_id)
    if error is None:
        settled.appended.next_offset = request.offset + len(request.data)
    else:
        settled.error.CopyFrom(error)
    outbox.answer(settled)


def outputs_of(outbox: Outbox) -> list[AppendOutputRequest]:
    return list(WorkRequest.FromString(outbox.take(0) or b"").outputs)


async def test_a_log_has_one_piece_under_way_and_its_offsets_follow_each_other() -> None:
    outbox = Outbox()
    log = job_of(held(), outbox).output("log")
    log.write("x" * 20_000)
    (first,) = outputs_of(outbox)
    assert (first.offset, len(first.data), first.stream) == (0, 20_000, "log")
    log.write(b"yy")
    flushed = log.flush()
    assert outputs_of(outbox) == []
    answer_output(outbox, first)
    (second,) = outputs_of(outbox)
    assert (second.offset, second.data) == (20_000, b"yy")
    assert not flushed.done()
    answer_output(outbox, second)
    await flushed


async def test_a_log_whose_end_was_lost_goes_on_where_it_ends_now() -> None:
    outbox = Outbox()
    log = job_of(held(), outbox).output("log")
    log.write("x" * 20_000)
    answer_output(outbox, outputs_of(outbox)[0])
    log.write("y" * 20_000)
    (second,) = outputs_of(outbox)
    mismatch = error_pb2.ErrorDetail(
        reason=error_pb2.ERROR_REASON_OFFSET_MISMATCH, output=error_pb2.OutputFacts(next_offset=500)
    )
    answer_output(outbox, second, mismatch)
    (moved,) = outputs_of(outbox)
    assert (moved.offset, moved.data) == (500, second.data)
    answer_output(outbox, moved)
    log.write("z")
    flushed = log.flush()
    (third,) = outputs_of(outbox)
    assert third.offset == 500 + 20_000
    answer_output(outbox, third, mismatch)
    # The same piece twice is no accident of a crash: then the log is refused.
    answer_output(outbox, outputs_of(outbox)[0], mismatch)
    with pytest.raises(AsyncGateError, match="OFFSET_MISMATCH"):
        await flushed
    with pytest.raises(AsyncGateError, match="OFFSET_MISMATCH"):
        await log.write("more")


async def test_what_was_not_sent_yet_goes_before_the_settlement() -> None:
    outbox = Outbox()
    one = held()
    job = job_of(one, outbox)
    job.output("a").write("x" * 200_000)
    job.output("b").write("y")
    job._calls.outputs.finish(one)
    pieces = outputs_of(outbox)
    assert "".join(piece.data.decode() for piece in pieces if piece.stream == "a") == "x" * 200_000
    assert all(len(piece.data) <= 65_536 for piece in pieces)
    assert [piece.data for piece in pieces if piece.stream == "b"] == [b"y"]


def test_a_question_says_what_is_wrong_with_it_where_it_was_made() -> None:
    with pytest.raises(TypeError, match="add expires"):
        asking_of("Deploy?", {"default_answer": "no"})
    with pytest.raises(TypeError, match="say who does it next"):
        handing_off(None, None, "", "", (), None)
    with pytest.raises(ValueError, match="accept, reject or unverifiable"):
        verdict_of("maybe", (), None, ())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="name one of them"):
        signal_request(None, None, None, False, None, "")


def test_a_question_has_all_its_options() -> None:
    boss = Principal(kind=PrincipalKind.PRINCIPAL_KIND_HUMAN, id="boss")
    request = asking_of(
        "Deploy?",
        {
            "text": "All is green.",
            "context": {"tests": 212},
            "options": ["yes", QuestionOption(value="no", label="No")],
            "action_digest": b"digest",
            "addressee": boss,
            "also_allowed": ["operator", boss],
            "expires": timedelta(days=1),
            "on_expiry": "decline",
            "escalate": (60, boss),
            "checkpoint": 1,
            "name": "approval",
        },
    ).request
    assert request.question.context == '{"tests":212}'
    assert [one.value for one in request.question.options] == ["yes", "no"]
    assert [one.WhichOneof("answerer") for one in request.also_allowed] == ["role", "principal"]
    assert request.not_the_asker
    assert (request.expires.after.seconds, request.expires.on_expiry) == (86_400, question_pb2.ON_EXPIRY_DECLINE)
    assert (request.escalate.after.seconds, request.escalate.to.id) == (60, "boss")
    assert (request.addressee.id, request.name) == ("boss", "approval")
