"""A client: creates tasks and follows them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from asyncgate._agents import Agents
from asyncgate._backoff import Backoff
from asyncgate._calls import Calls, Stubs, new_request_id
from asyncgate._connection import ConnectionOptions, Tls
from asyncgate._content import Content, content_of, json_of
from asyncgate._follow import read_output, watch_task
from asyncgate._new_task import NewTask, TaskOptions
from asyncgate._question import OpenQuestion, QuestionRef, open_question_of
from asyncgate._scopes import ScopeInit, scope_of
from asyncgate._signals import SentSignal, sent_signal_of, signal_request
from asyncgate._times import TimeSpan, duration_of, timestamp_of
from asyncgate.errors import AsyncGateError, TaskEndedError, error_of_detail
from asyncgate.v1 import (
    lease_service_pb2,
    obligation_service_pb2,
    output_service_pb2,
    receipt_service_pb2,
    task_pb2,
    task_service_pb2,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
    from datetime import datetime

    from typing_extensions import Unpack

    from asyncgate.v1.explanation_pb2 import Explanation
    from asyncgate.v1.obligation_service_pb2 import OpenObligation
    from asyncgate.v1.output_service_pb2 import Output, OutputPart
    from asyncgate.v1.principal_pb2 import Principal
    from asyncgate.v1.receipt_pb2 import Receipt, ReceiptType
    from asyncgate.v1.scope_pb2 import HeldScope
    from asyncgate.v1.task_pb2 import Task, TaskState
    from asyncgate.v1.task_service_pb2 import WatchTaskResponse

# The longest that one call waits for a task to end, and time for its answer.
_AWAIT = 50.0
_AWAIT_SLACK = 10.0
DEFAULT_TIMEOUT = 30.0
# A server that restarts is away for some seconds: pauses grow until then, and no further.
DEFAULT_BACKOFF = Backoff(initial=0.05, multiplier=2, maximum=2.0)


@dataclass(frozen=True, slots=True)
class Created:
    """The answer to the creation of a task."""

    task: Task
    assigned_receipt_id: str
    existed: bool
    """True if the task existed already and nothing was written."""

    @property
    def task_id(self) -> str:
        return self.task.task_id


class Client:
    """Creates tasks and follows them, over one connection that the first call opens.

    Every call has a time-out in seconds, and is retried within it, with growing pauses and the same request id, after
    errors that the contract calls retryable and after broken connections. `attempts_max` bounds the attempts, too. A
    refusal raises an AsyncGateError. Without a key, the certificate in `tls` says who calls.
    """

    def __init__(
        self,
        endpoint: str,
        key: str = "",
        *,
        tls: Tls | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        attempts_max: int | None = None,
        backoff: Backoff = DEFAULT_BACKOFF,
    ) -> None:
        self._calls = Calls(endpoint, ConnectionOptions(key, tls), timeout, attempts_max, backoff)
        self.agents = Agents(self._calls)
        """Who can do what, which agent a task belongs to, giving work to one."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._calls.close()

    @property
    def stubs(self) -> Stubs:
        """The generated stubs, for everything else."""
        return self._calls.stubs

    async def create_task(
        self,
        type: str,  # noqa: A002
        payload: Content = None,
        *,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> Created:
        """Creates one task. A payload of None is no payload."""
        # With an idempotency key, the call is safe to repeat without a request id.
        if request_id is None and not options.get("idempotency_key"):
            request_id = new_request_id()
        request = NewTask(type, payload, **options).request(request_id or "")
        return _created_of(await self._calls.call(self.stubs.tasks.CreateTask, request, timeout, request_id))

    async def create_tasks(
        self, tasks: Sequence[NewTask], *, timeout: float | None = None, request_id: str | None = None
    ) -> list[Created | AsyncGateError]:
        """Creates up to 500 tasks. Answers in their order; a task that was refused has an error in its place."""
        request_id = request_id or new_request_id()
        requests = [task.request() for task in tasks]
        request = task_service_pb2.CreateTasksRequest(tasks=requests, request_id=request_id)
        answer = await self._calls.call(self.stubs.tasks.CreateTasks, request, timeout, request_id)
        return [
            _created_of(result.created)
            if result.WhichOneof("result") == "created"
            else error_of_detail(result.error, request_id)
            for result in answer.results
        ]

    async def get_task(self, task_id: str, *, timeout: float | None = None) -> Task:
        request = task_service_pb2.GetTaskRequest(task_id=task_id)
        return (await self._calls.call(self.stubs.tasks.GetTask, request, timeout)).task

    async def explain_task(self, task_id: str, *, timeout: float | None = None) -> Explanation:
        """Why a task does not run, or what it is doing."""
        request = task_service_pb2.ExplainTaskRequest(task_id=task_id)
        return (await self._calls.call(self.stubs.tasks.ExplainTask, request, timeout)).explanation

    async def cancel_task(
        self,
        task_id: str,
        reason: str = "",
        *,
        grace_period: TimeSpan | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> Task:
        """Cancels a task at once; with a grace period, its holder may end it until that is over."""
        request_id = request_id or new_request_id()
        grace = None if grace_period is None else duration_of(grace_period)
        request = task_service_pb2.CancelTaskRequest(
            task_id=task_id, reason=reason, grace_period=grace, request_id=request_id
        )
        return (await self._calls.call(self.stubs.tasks.CancelTask, request, timeout, request_id)).task

    async def await_task(self, task_id: str, *, timeout: float | None = None) -> Task:
        """The task when it has ended. Waits as long as that takes; with a time-out, returns the task as it is then."""
        until = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            left = max(0.0, min(_AWAIT, until - time.monotonic()))
            request = task_service_pb2.AwaitTaskRequest(task_id=task_id, wait=duration_of(left))
            answer = await self._calls.call(self.stubs.tasks.AwaitTask, request, left + _AWAIT_SLACK)
            if answer.ended or time.monotonic() >= until:
                return answer.task
            # A name is looked up once: it may pass on to another task.
            task_id = answer.task.task_id

    async def result(self, task_id: str, *, timeout: float | None = None) -> Any:
        """The result of a task, when it has ended. Raises a TaskEndedError if the task failed or was canceled.

        Raises a TimeoutError if it has not ended in time.
        """
        task = await self.await_task(task_id, timeout=timeout)
        if task.state == task_pb2.TASK_STATE_SUCCEEDED:
            return content_of(task.outcome.result)
        if task.HasField("end_time"):
            raise TaskEndedError(task)
        raise TimeoutError(f"task {task_id} has not ended within {timeout} s")

    def watch_task(self, task_id: str, *, after_version: int = 0) -> AsyncIterator[WatchTaskResponse]:
        """A snapshot, then every change until the task has ended. After a break it continues where it was.

        It tries again for as long as a call would.
        """
        request = task_service_pb2.WatchTaskRequest(task_id=task_id, after_version=after_version)
        return watch_task(self._calls, request)

    async def list_tasks(
        self,
        *,
        states: Iterable[TaskState.ValueType] = (),
        type: str = "",  # noqa: A002
        queue: str = "",
        labels: Mapping[str, str] | None = None,
        created_by: Principal | None = None,
        created_from: datetime | None = None,
        created_before: datetime | None = None,
        parent: str = "",
        root: str = "",
        name: str = "",
        ready: bool = False,
        timeout: float | None = None,
    ) -> AsyncIterator[Task]:
        """All tasks that match, newest first, read page after page. The time-out is for each page.

        With `ready`, those that a worker could lease now.
        """
        request = task_service_pb2.ListTasksRequest(
            states=states,
            type=type,
            queue=queue,
            labels=labels,
            created_by=created_by,
            created_from=timestamp_of(created_from) if created_from else None,
            created_before=timestamp_of(created_before) if created_before else None,
            parent=parent,
            root=root,
            name=name,
            ready=ready,
        )
        while True:
            page = await self._calls.call(self.stubs.tasks.ListTasks, request, timeout)
            for task in page.tasks:
                yield task
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def read_output(
        self,
        task_id: str,
        *,
        stream: str = "",
        fence: int = 0,
        from_offset: int | None = None,
        last_bytes: int | None = None,
        follow: bool = False,
    ) -> AsyncIterator[OutputPart]:
        """What a task has printed, and with `follow` what it prints until it has ended. After a break it continues.

        Without a stream, `stdout`; without a fence, the log of the latest lease that has written to it. It begins at
        the beginning, at an offset, or so many bytes before the end.
        """
        request = output_service_pb2.ReadOutputRequest(task_id=task_id, stream=stream, fence=fence, follow=follow)
        if from_offset is not None:
            request.from_offset = from_offset
        if last_bytes is not None:
            request.last_bytes = last_bytes
        return read_output(self._calls, request)

    async def list_outputs(self, task_id: str, *, timeout: float | None = None) -> AsyncIterator[Output]:
        """The logs of a task, those of the latest lease first."""
        request = output_service_pb2.ListOutputsRequest(task_id=task_id)
        while True:
            page = await self._calls.call(self.stubs.outputs.ListOutputs, request, timeout)
            for output in page.outputs:
                yield output
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def send_signal(
        self,
        channel: str | None = None,
        payload: Content = None,
        *,
        task_id: str | None = None,
        broadcast: bool = False,
        ttl: TimeSpan | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> SentSignal:
        """Sends a signal on a channel or to a task: to what has waited longest for it, or to what waits next.

        A payload of None is no payload. With `broadcast`, it meets all that wait now. It is kept for its `ttl`, or for
        7 days.
        """
        request_id = request_id or new_request_id()
        request = signal_request(channel, payload, task_id, broadcast, ttl, request_id)
        return sent_signal_of(await self._calls.call(self.stubs.signals.SendSignal, request, timeout, request_id))

    async def list_scopes(self, prefix: str = "", *, timeout: float | None = None) -> AsyncIterator[HeldScope]:
        """The write scopes that are held, of a resource and below it, of a kind (`repo:`), or all."""
        request = lease_service_pb2.ListScopesRequest(prefix=prefix)
        while True:
            page = await self._calls.call(self.stubs.leases.ListScopes, request, timeout)
            for scope in page.scopes:
                yield scope
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def add_scopes(
        self,
        lease_token: str,
        scopes: Iterable[ScopeInit],
        *,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> None:
        """Adds write scopes to a lease: all, or none. Handlers call `job.add_scopes`."""
        request_id = request_id or new_request_id()
        request = lease_service_pb2.AddScopesRequest(
            lease_token=lease_token, scopes=[scope_of(one) for one in scopes], request_id=request_id
        )
        await self._calls.call(self.stubs.leases.AddScopes, request, timeout, request_id)

    async def questions(self, *, timeout: float | None = None) -> AsyncIterator[OpenQuestion]:
        """The questions that the caller owes answers to, oldest first."""
        async for obligation in self.obligations(timeout=timeout):
            question = open_question_of(obligation)
            if question is not None:
                yield question

    async def answer(
        self,
        question: QuestionRef,
        answer: Any,
        *,
        action_digest: bytes = b"",
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> TaskState.ValueType:
        """Answers a question with a JSON value, once, and returns the state of its task.

        A second answer raises an AsyncGateError that says how it was settled. With an `action_digest`, the answer is
        taken only if the question asks about this action.
        """
        request = task_service_pb2.ProvideInputRequest(answer=json_of(answer), action_digest=action_digest)
        return await self._provide(question, request, timeout, request_id)

    async def decline(
        self,
        question: QuestionRef,
        reason: str = "",
        *,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> TaskState.ValueType:
        """Declines a question, and returns the state of its task: that goes on without an answer."""
        decline = task_service_pb2.DeclineInput(reason=reason)
        return await self._provide(question, task_service_pb2.ProvideInputRequest(decline=decline), timeout, request_id)

    async def _provide(
        self,
        question: QuestionRef,
        request: task_service_pb2.ProvideInputRequest,
        timeout: float | None,
        request_id: str | None,
    ) -> TaskState.ValueType:
        request.task_id = question.task_id
        request.input_id = question.input_id
        request.request_id = request_id or new_request_id()
        return (await self._calls.call(self.stubs.tasks.ProvideInput, request, timeout, request.request_id)).state

    async def obligations(
        self, *, principal: Principal | None = None, timeout: float | None = None
    ) -> AsyncIterator[OpenObligation]:
        """The open obligations, oldest first: the first call to make in a new session."""
        request = obligation_service_pb2.ListOpenObligationsRequest(principal=principal)
        while True:
            page = await self._calls.call(self.stubs.obligations.ListOpenObligations, request, timeout)
            for obligation in page.open_obligations:
                yield obligation
            if not page.cursor:
                return
            request.cursor = page.cursor

    async def receipts(
        self,
        task_id: str = "",
        *,
        types: Iterable[ReceiptType.ValueType] = (),
        timeout: float | None = None,
    ) -> AsyncIterator[Receipt]:
        """The receipts of a task in the order of its chain, or those addressed to the caller, newest first."""
        request = receipt_service_pb2.ListReceiptsRequest(task_id=task_id, types=types)
        while True:
            page = await self._calls.call(self.stubs.receipts.ListReceipts, request, timeout)
            for receipt in page.receipts:
                yield receipt
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token


def _created_of(answer: task_service_pb2.CreateTaskResponse) -> Created:
    return Created(answer.task, answer.assigned_receipt_id, answer.existed)
