"""Streams that follow a task: after a break they continue where they were, for as long as a call would try."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

import grpc

from asyncgate._calls import error_of
from asyncgate.errors import AsyncGateError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from asyncgate._calls import Calls
    from asyncgate.v1.output_service_pb2 import OutputPart, ReadOutputRequest, ReadOutputResponse
    from asyncgate.v1.task_service_pb2 import WatchTaskRequest, WatchTaskResponse

Answer = TypeVar("Answer")


async def watch_task(calls: Calls, request: WatchTaskRequest) -> AsyncIterator[WatchTaskResponse]:
    def watch() -> grpc.aio.UnaryStreamCall[WatchTaskRequest, WatchTaskResponse]:
        return calls.stubs.tasks.WatchTask(request, metadata=calls.stubs.metadata)

    async with aclosing(_answers(calls, watch, ends_by_itself=False)) as answers:
        async for news in answers:
            request.after_version = news.task.version or request.after_version
            # A name is looked up once: it may pass on to another task.
            request.task_id = news.task.task_id or request.task_id
            yield news
            if news.task.HasField("end_time"):
                return


async def read_output(calls: Calls, request: ReadOutputRequest) -> AsyncIterator[OutputPart]:
    def read() -> grpc.aio.UnaryStreamCall[ReadOutputRequest, ReadOutputResponse]:
        return calls.stubs.outputs.ReadOutput(request, metadata=calls.stubs.metadata)

    async with aclosing(_answers(calls, read, ends_by_itself=True)) as answers:
        async for answer in answers:
            part = answer.part
            request.fence = part.fence
            request.from_offset = part.next_offset
            yield part


async def _answers(
    calls: Calls, open_stream: Callable[[], grpc.aio.UnaryStreamCall[Any, Answer]], ends_by_itself: bool
) -> AsyncGenerator[Answer, None]:
    """Opens the stream again after each break; what takes the answers says where it begins."""
    failures = 0
    broken_at = 0.0
    while True:
        stream = open_stream()
        try:
            async for answer in stream:
                failures = 0
                yield answer
            if ends_by_itself:
                return
            # Servers that shut down may end it, too.
            error = AsyncGateError("the server has ended the stream too soon", grpc.StatusCode.UNAVAILABLE)
        except grpc.aio.AioRpcError as failure:
            error = error_of(failure)
        finally:
            stream.cancel()
        broken_at = broken_at if failures else time.monotonic()
        failures += 1
        if time.monotonic() - broken_at >= calls.timeout or not calls.may_retry(failures, error):
            raise error
        await asyncio.sleep(calls.retry_pause(failures, error))
