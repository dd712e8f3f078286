"""What a handler gets: its task, the ways to report, to end and to wait, and word of when it must stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from asyncgate._amounts import Amounts, amounts_of
from asyncgate._content import Content, content_of, payload_of
from asyncgate._endings import Done, Release, Suspension, suspension_of
from asyncgate._hand_off import HandedOver, HandingOff, handed_over_of, handing_off
from asyncgate._question import Answer, Asking, QuestionOptions, asking_of
from asyncgate._times import TimeSpan, span_seconds
from asyncgate._verification import Decision, Evidence, RejectedReport, rejected_report_of, verdict_of
from asyncgate._wait_result import WaitResult, wait_result_of
from asyncgate.errors import StopCause, WorkStopped
from asyncgate.wait import WaitInit, after

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from typing_extensions import Unpack

    from asyncgate._new_task import NewTask, TaskOptions
    from asyncgate._output import JobOutput, Log, Outputs
    from asyncgate._reply import Reply
    from asyncgate._reports import Reports
    from asyncgate._scopes import ScopeInit
    from asyncgate._signals import SentSignal
    from asyncgate._worker_client import WorkerClient
    from asyncgate.client import Created
    from asyncgate.v1 import lease_pb2
    from asyncgate.v1.payload_pb2 import Artifact, DeliveryProof, Payload
    from asyncgate.v1.principal_pb2 import Principal
    from asyncgate.v1.task_pb2 import HandOff, Task
    from asyncgate.v1.verification_pb2 import Review

Ending = TypeVar("Ending", Done, Suspension, Asking, HandingOff, Release)


@dataclass(frozen=True, slots=True)
class Note:
    """A progress report."""

    percent: float | None
    message: str
    detail: Any
    receipted: bool


@dataclass(slots=True, eq=False, weakref_slot=True)
class HeldTask:
    """A task that this worker holds, from its offer until its settlement is answered."""

    task: Task
    lease_token: str
    lease_id: str
    wait_results: Sequence[lease_pb2.WaitResult]
    hand_off: HandOff | None = None
    review: Review | None = None
    is_running: bool = True
    is_settling: bool = False
    """Whether its settlement has been put into the outbox."""
    has_ending: bool = False
    """Whether its handler has made a suspension, a question or the like, which it must return."""
    is_over_budget: bool = False
    loss: lease_pb2.LeaseLoss.ValueType | None = None
    stop: StopCause | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    run: asyncio.Task[None] | None = None
    """The coroutine of its handler, to cancel; None for a handler in a thread."""
    checkpoint: Payload | None = None
    """The last one that was saved."""
    logs: dict[str, Log] = field(default_factory=dict)
    """What its handler prints, by stream."""


@dataclass(frozen=True, slots=True)
class JobCalls:
    """What a job needs of its worker."""

    reports: Reports
    outputs: Outputs
    client: WorkerClient


class Job:
    """The task of one handler. All of it may be used in coroutines and in threads."""

    def __init__(self, held: HeldTask, calls: JobCalls) -> None:
        self._held = held
        self._calls = calls

    @property
    def task(self) -> Task:
        return self._held.task

    @property
    def task_id(self) -> str:
        return self._held.task.task_id

    @property
    def type(self) -> str:
        return self._held.task.type

    @property
    def attempt(self) -> int:
        """From 1."""
        return self._held.task.attempt

    @cached_property
    def payload(self) -> Any:
        """The payload as a native value: JSON, bytes, or the URI of a reference."""
        return content_of(self._held.task.payload)

    @cached_property
    def checkpoint(self) -> Any:
        """The last checkpoint of the previous holder; None if there is none."""
        return content_of(self._held.task.checkpoint)

    @cached_property
    def wait_results(self) -> Sequence[WaitResult]:
        """What became of the conditions that the task waited for last, in their order. Empty if it has not waited."""
        return tuple(wait_result_of(result) for result in self._held.wait_results)

    def wait_result(self, name: str) -> WaitResult | None:
        """The first of these results with this name."""
        return next((result for result in self.wait_results if result.name == name), None)

    def answer(self, name: str = "input") -> Answer | None:
        """How the task's last question was settled, by its name. None if it asked none."""
        return next((one.answer for one in self.wait_results if one.name == name and one.answer is not None), None)

    @cached_property
    def handed_over(self) -> HandedOver | None:
        """How the task was handed over last, for this holder to go on. None if it never was."""
        return None if self._held.hand_off is None else handed_over_of(self._held.hand_off)

    @cached_property
    def rejected(self) -> RejectedReport | None:
        """An earlier report on the task, which was rejected, with all findings. None if none was."""
        return None if self._held.review is None else rejected_report_of(self._held.review)

    @property
    def over_budget(self) -> bool:
        """Whether the task has spent more than its budget: the handler should end soon."""
        return self._held.is_over_budget

    @property
    def stop(self) -> StopCause | None:
        """Why the handler must stop; None as long as it need not."""
        return self._held.stop

    def raise_if_stopped(self) -> None:
        """For handlers in threads, which asyncio cannot cancel: call it now and then. Raises WorkStopped."""
        if self._held.stop is not None:
            raise WorkStopped(self._held.stop)

    def pause(self, span: TimeSpan) -> None:
        """For handlers in threads: sleeps, and raises WorkStopped as soon as the handler must stop."""
        self._held.stopped.wait(span_seconds(span))
        self.raise_if_stopped()

    def start(self) -> Reply[None]:
        """Reports that work has begun. Seldom needed: progress implies it, and a task is settled without it."""
        return self._calls.reports.start(self._held)

    def progress(
        self,
        percent: float | None = None,
        message: str = "",
        *,
        detail: Any = None,
        receipted: bool = False,
    ) -> Reply[None]:
        """Reports progress. With `receipted`, it is also written to the ledger; other reports may be merged."""
        return self._calls.reports.report(self._held, Note(percent, message, detail, receipted), None)

    def save_checkpoint(self, checkpoint: Content) -> Reply[None]:
        """State for the next holder, in case this one does not finish. At most 64 KiB."""
        return self._calls.reports.report(self._held, None, payload_of(checkpoint))

    def spend(self, amounts: Amounts) -> Reply[None]:
        """Adds to what the task has spent, exactly: `job.spend({"usd": Decimal("0.12"), "tokens": 1_800})`.

        What comes faster than it is sent is added up, and all of it is counted once, whatever is sent again.
        """
        return self._calls.reports.spend(self._held, amounts_of(amounts))

    def output(self, stream: str = "stdout") -> JobOutput:
        """A log of the task, which others can follow while it grows: `job.output().write("…")`."""
        return self._calls.outputs.of(self._held, stream)

    def child(self, type: str, payload: Content = None, **options: Unpack[TaskOptions]) -> Reply[Created]:  # noqa: A002
        """Creates a task under this one. It is canceled when this one ends, unless `on_parent_end` says KEEP."""
        options["under"] = self._held.lease_token
        return self._calls.client.call(lambda client: client.create_task(type, payload, **options))

    def send_signal(
        self,
        channel: str | None = None,
        payload: Content = None,
        *,
        task_id: str | None = None,
        broadcast: bool = False,
        ttl: TimeSpan | None = None,
    ) -> Reply[SentSignal]:
        """Sends a signal on a channel, or to a task that the worker may send to; see `Client.send_signal`."""
        return self._calls.client.call(
            lambda client: client.send_signal(channel, payload, task_id=task_id, broadcast=broadcast, ttl=ttl)
        )

    def add_scopes(self, *scopes: ScopeInit) -> Reply[None]:
        """Adds write scopes to the lease, before the handler touches what its task's scopes do not cover.

        Gets all of them, or raises an AsyncGateError with the reason SCOPE_HELD, whose facts name the holders.
        """
        return self._calls.client.call(lambda client: client.add_scopes(self._held.lease_token, scopes))

    # What the handler returns. Each says so in its first line.

    def suspend(
        self,
        wait: WaitInit,
        *,
        create: Sequence[NewTask] = (),
        next: Sequence[NewTask] = (),  # noqa: A002
        checkpoint: Content = None,
    ) -> Suspension:
        """Gives the task back until the wait is over: `return job.suspend(…)`.

        The handler ends, and its slot is free; the next holder starts from the beginning, with the checkpoint and the
        results of the wait. Without a checkpoint, the last one that was saved stays. `create` are children that are
        created in the same step, and `next` are tasks that go on beside this one; the wait names one by its place in
        both lists together: `wait.task(item=0)`.
        """
        return self._made(suspension_of(wait, checkpoint, create, next))

    def sleep(self, span: TimeSpan, *, checkpoint: Content = None) -> Suspension:
        """Gives the task back for a while: `return job.sleep(timedelta(days=7))`."""
        return self.suspend(after(span), checkpoint=checkpoint)

    def ask(self, title: str, **options: Unpack[QuestionOptions]) -> Asking:
        """Asks a person or an agent: `return job.ask("Deploy?", options=["yes", "no"])`.

        The task is given back until there is an answer. The handler ends; the next holder starts from the beginning,
        with the checkpoint and the answer.
        """
        return self._made(asking_of(title, options))

    def hand_on(
        self,
        *next: NewTask,  # noqa: A002
        result: Content = None,
        artifacts: Sequence[Artifact] = (),
        delivery_proof: DeliveryProof | None = None,
        contract: str = "",
    ) -> Done:
        """Completes the task and creates what goes on from it, in one step: `return job.hand_on(NewTask("publish"))`.

        The owner of this task owns the next ones. At most 20. All are created, or the completion is refused. If a
        hand-off `contract` is named, `artifacts` must fulfill it.
        """
        return self._made(Done(result, artifacts, delivery_proof, next, contract=contract))

    def hand_off(
        self,
        *,
        principal: Principal | None = None,
        capabilities: Sequence[str] | None = None,
        queue: str = "",
        note: str = "",
        refs: Sequence[Artifact] = (),
        checkpoint: Content = None,
        contract: str = "",
    ) -> HandingOff:
        """Hands the task over to another worker: `return job.hand_off(queue="review", note="check chapter 3")`.

        To a principal, which alone may lease it, or to any worker with these capabilities or of this queue. The handler
        ends; the next holder starts from the beginning, with the note, the references and the checkpoint. If a hand-off
        `contract` is named, `refs` must fulfill it.
        """
        return self._made(handing_off(principal, capabilities, queue, note, refs, checkpoint, contract))

    def verdict(
        self,
        decision: Decision,
        *,
        findings: Sequence[str] = (),
        confidence: float | None = None,
        evidence: Sequence[Evidence] = (),
        result: Content = None,
    ) -> Done:
        """Gives the verdict of a verification task: `return job.verdict("reject", findings=["…"])`.

        The findings are for the worker that does the task next. The confidence is from 0 to 1. Without a result, the
        verdict is the result of the verification task.
        """
        return self._made(Done(result, verdict=verdict_of(decision, findings, confidence, evidence)))

    def release(self, reason: str = "", *, delay: TimeSpan | None = None, checkpoint: Content = None) -> Release:
        """Gives the task back to its queue, and nothing is counted: `return job.release("not my turn", delay=60)`."""
        seconds = None if delay is None else span_seconds(delay)
        return self._made(Release(seconds, reason, None if checkpoint is None else payload_of(checkpoint)))

    def _made(self, ending: Ending) -> Ending:
        """One that is made and not returned is noticed."""
        self._held.has_ending = True
        return ending
