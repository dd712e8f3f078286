"""The client for programs without asyncio: the same calls, which block. An event loop in a thread makes them."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

from asyncgate._agents import SyncAgents
from asyncgate.client import DEFAULT_BACKOFF, DEFAULT_TIMEOUT, Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence

    from typing_extensions import Unpack

    from asyncgate._backoff import Backoff
    from asyncgate._connection import Tls
    from asyncgate._content import Content
    from asyncgate._new_task import NewTask, TaskOptions
    from asyncgate._question import OpenQuestion, QuestionRef
    from asyncgate._signals import SentSignal
    from asyncgate._times import TimeSpan
    from asyncgate.client import Created
    from asyncgate.errors import AsyncGateError
    from asyncgate.v1.explanation_pb2 import Explanation
    from asyncgate.v1.obligation_service_pb2 import OpenObligation
    from asyncgate.v1.output_service_pb2 import Output, OutputPart
    from asyncgate.v1.receipt_pb2 import Receipt, ReceiptType
    from asyncgate.v1.scope_pb2 import HeldScope
    from asyncgate.v1.task_pb2 import Task, TaskState
    from asyncgate.v1.task_service_pb2 import WatchTaskResponse

Value = TypeVar("Value")


class SyncClient:
    """As Client, whose methods say more. Not for coroutines: its calls block. Safe for use by several threads."""

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
        self._client = Client(endpoint, key, tls=tls, timeout=timeout, attempts_max=attempts_max, backoff=backoff)
        self.agents = SyncAgents(self._client.agents, self._run, self._iterate)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asyncgate-client", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._run(self._client.close())
        self._run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def create_task(
        self,
        type: str,  # noqa: A002
        payload: Content = None,
        *,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> Created:
        return self._run(self._client.create_task(type, payload, timeout=timeout, request_id=request_id, **options))

    def create_tasks(
        self, tasks: Sequence[NewTask], *, timeout: float | None = None, request_id: str | None = None
    ) -> list[Created | AsyncGateError]:
        return self._run(self._client.create_tasks(tasks, timeout=timeout, request_id=request_id))

    def get_task(self, task_id: str, *, timeout: float | None = None) -> Task:
        return self._run(self._client.get_task(task_id, timeout=timeout))

    def cancel_task(
        self,
        task_id: str,
        reason: str = "",
        *,
        grace_period: TimeSpan | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> Task:
        return self._run(
            self._client.cancel_task(task_id, reason, grace_period=grace_period, timeout=timeout, request_id=request_id)
        )

    def await_task(self, task_id: str, *, timeout: float | None = None) -> Task:
        return self._run(self._client.await_task(task_id, timeout=timeout))

    def result(self, task_id: str, *, timeout: float | None = None) -> Any:
        return self._run(self._client.result(task_id, timeout=timeout))

    def watch_task(self, task_id: str, *, after_version: int = 0) -> Iterator[WatchTaskResponse]:
        return self._iterate(self._client.watch_task(task_id, after_version=after_version))

    def list_tasks(
        self,
        *,
        states: Sequence[TaskState.ValueType] = (),
        type: str = "",  # noqa: A002
        queue: str = "",
        labels: dict[str, str] | None = None,
        parent: str = "",
        root: str = "",
        name: str = "",
        ready: bool = False,
    ) -> Iterator[Task]:
        tasks = self._client.list_tasks(
            states=states,
            type=type,
            queue=queue,
            labels=labels,
            parent=parent,
            root=root,
            name=name,
            ready=ready,
        )
        return self._iterate(tasks)

    def explain_task(self, task_id: str, *, timeout: float | None = None) -> Explanation:
        return self._run(self._client.explain_task(task_id, timeout=timeout))

    def read_output(
        self,
        task_id: str,
        *,
        stream: str = "",
        fence: int = 0,
        from_offset: int | None = None,
        last_bytes: int | None = None,
        follow: bool = False,
    ) -> Iterator[OutputPart]:
        parts = self._client.read_output(
            task_id, stream=stream, fence=fence, from_offset=from_offset, last_bytes=last_bytes, follow=follow
        )
        return self._iterate(parts)

    def list_outputs(self, task_id: str) -> Iterator[Output]:
        return self._iterate(self._client.list_outputs(task_id))

    def send_signal(
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
        sent = self._client.send_signal(
            channel,
            payload,
            task_id=task_id,
            broadcast=broadcast,
            ttl=ttl,
            timeout=timeout,
            request_id=request_id,
        )
        return self._run(sent)

    def list_scopes(self, prefix: str = "") -> Iterator[HeldScope]:
        return self._iterate(self._client.list_scopes(prefix))

    def questions(self) -> Iterator[OpenQuestion]:
        return self._iterate(self._client.questions())

    def answer(
        self,
        question: QuestionRef,
        answer: Any,
        *,
        action_digest: bytes = b"",
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> TaskState.ValueType:
        given = self._client.answer(
            question, answer, action_digest=action_digest, timeout=timeout, request_id=request_id
        )
        return self._run(given)

    def decline(
        self, question: QuestionRef, reason: str = "", *, timeout: float | None = None, request_id: str | None = None
    ) -> TaskState.ValueType:
        return self._run(self._client.decline(question, reason, timeout=timeout, request_id=request_id))

    def obligations(self) -> Iterator[OpenObligation]:
        return self._iterate(self._client.obligations())

    def receipts(self, task_id: str = "", *, types: Sequence[ReceiptType.ValueType] = ()) -> Iterator[Receipt]:
        return self._iterate(self._client.receipts(task_id, types=types))

    def _run(self, call: Coroutine[Any, Any, Value]) -> Value:
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result()
        except BaseException:
            # A KeyboardInterrupt ends the wait, and must end the call too.
            future.cancel()
            raise

    def _iterate(self, items: AsyncIterator[Value]) -> Iterator[Value]:
        try:
            while (item := self._run(_next(items))) is not None:
                yield item
        finally:
            if not self._loop.is_closed():
                self._run(_close(items))


async def _next(items: AsyncIterator[Value]) -> Value | None:
    return await anext(items, None)


async def _close(items: AsyncIterator[Any]) -> None:
    close = getattr(items, "aclose", None)
    if close is not None:
        await close()
