"""How a client calls: every call has a time-out, and is retried when the contract says that this may help.

A retry is the same message with the same request id, so a call whose answer was lost is done once, however often it is
retried.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import grpc

from asyncgate._connection import ConnectionOptions, check_endpoint, open_channel
from asyncgate._traces import trace_metadata
from asyncgate.errors import AsyncGateError, error_of_failure, failure_of
from asyncgate.v1 import error_pb2
from asyncgate.v1.agent_service_pb2_grpc import AgentServiceStub
from asyncgate.v1.lease_service_pb2_grpc import LeaseServiceStub
from asyncgate.v1.obligation_service_pb2_grpc import ObligationServiceStub
from asyncgate.v1.output_service_pb2_grpc import OutputServiceStub
from asyncgate.v1.queue_service_pb2_grpc import QueueServiceStub
from asyncgate.v1.receipt_service_pb2_grpc import ReceiptServiceStub
from asyncgate.v1.signal_service_pb2_grpc import SignalServiceStub
from asyncgate.v1.system_service_pb2_grpc import SystemServiceStub
from asyncgate.v1.task_service_pb2_grpc import TaskServiceStub

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from asyncgate._backoff import Backoff
    from asyncgate.v1.agent_service_pb2_grpc import AgentServiceAsyncStub
    from asyncgate.v1.lease_service_pb2_grpc import LeaseServiceAsyncStub
    from asyncgate.v1.obligation_service_pb2_grpc import ObligationServiceAsyncStub
    from asyncgate.v1.output_service_pb2_grpc import OutputServiceAsyncStub
    from asyncgate.v1.queue_service_pb2_grpc import QueueServiceAsyncStub
    from asyncgate.v1.receipt_service_pb2_grpc import ReceiptServiceAsyncStub
    from asyncgate.v1.signal_service_pb2_grpc import SignalServiceAsyncStub
    from asyncgate.v1.system_service_pb2_grpc import SystemServiceAsyncStub
    from asyncgate.v1.task_service_pb2_grpc import TaskServiceAsyncStub

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Stubs:
    """The generated stubs over the client's connection: no retries, no time-outs, gRPC's errors.

    Calls need `metadata=stubs.metadata`, which has the credential.
    """

    def __init__(self, channel: grpc.aio.Channel, options: ConnectionOptions) -> None:
        self.metadata = options.metadata
        self.tasks: TaskServiceAsyncStub = TaskServiceStub(channel)
        self.leases: LeaseServiceAsyncStub = LeaseServiceStub(channel)
        self.receipts: ReceiptServiceAsyncStub = ReceiptServiceStub(channel)
        self.obligations: ObligationServiceAsyncStub = ObligationServiceStub(channel)
        self.outputs: OutputServiceAsyncStub = OutputServiceStub(channel)
        self.agents: AgentServiceAsyncStub = AgentServiceStub(channel)
        self.queues: QueueServiceAsyncStub = QueueServiceStub(channel)
        self.signals: SignalServiceAsyncStub = SignalServiceStub(channel)
        self.system: SystemServiceAsyncStub = SystemServiceStub(channel)


class Calls:
    """A connection that is opened by the first call, and what every call on it has."""

    def __init__(
        self, endpoint: str, options: ConnectionOptions, timeout: float, attempts_max: int | None, backoff: Backoff
    ) -> None:
        self._endpoint = check_endpoint(endpoint)
        self._options = options
        self.timeout = timeout
        self._attempts_max = attempts_max
        self.backoff = backoff
        self._channel: grpc.aio.Channel | None = None
        self._stubs: Stubs | None = None
        self._background: set[asyncio.Task[None]] = set()

    @property
    def stubs(self) -> Stubs:
        if self._stubs is None:
            # Not before there is an event loop, to which the channel belongs.
            self._channel = open_channel(self._endpoint, self._options)
            self._stubs = Stubs(self._channel, self._options)
        return self._stubs

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that ends with the connection."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        background = list(self._background)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        channel, self._channel, self._stubs = self._channel, None, None
        if channel is not None:
            await channel.close()

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Request, Answer],
        request: Request,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """`timeout` is for the whole call, retries included."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        before: AsyncGateError | None = None
        metadata = (*self._options.metadata, *trace_metadata())
        for attempt in count(1):
            left = max(0.001, deadline - time.monotonic())
            try:
                return await method(request, timeout=left, metadata=metadata)
            except grpc.aio.AioRpcError as failure:
                error = error_of_failure(failure_of(failure), request_id)
                # That the time is over says less than why the attempts before have failed.
                if before is not None and error.reason == error_pb2.ERROR_REASON_DEADLINE_EXCEEDED:
                    raise before from failure
                before = error
                pause = self.retry_pause(attempt, error)
                # A pause that leaves no time for another attempt would only delay the error.
                if not self.may_retry(attempt, error) or time.monotonic() + pause >= deadline:
                    raise error from failure
            await asyncio.sleep(pause)
        raise AssertionError("the loop ends by return or raise")

    def may_retry(self, failures: int, error: AsyncGateError) -> bool:
        return error.retryable and (self._attempts_max is None or failures < self._attempts_max)

    def retry_pause(self, failures: int, error: AsyncGateError) -> float:
        """At least as long as the server asks for."""
        return (error.retry_after or 0.0) + self.backoff.pause(failures)


def new_request_id() -> str:
    return str(uuid.uuid4())


def error_of(thrown: Any) -> AsyncGateError:
    return error_of_failure(failure_of(thrown))
