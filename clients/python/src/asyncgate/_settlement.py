"""How a lease ends, as an item of a frame.

What the handler returned or raised becomes a completion, a suspension, a question, a hand-off, a failure or a release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asyncgate._content import clip, json_of, payload_of
from asyncgate._endings import Done, Release, Suspension
from asyncgate._hand_off import HandingOff
from asyncgate._question import Asking
from asyncgate._times import duration_of
from asyncgate.errors import AsyncGateError, NonRetryable, RetryAfter
from asyncgate.v1.lease_service_pb2 import (
    CompleteTaskRequest,
    FailTaskRequest,
    HandOffRequest,
    ReleaseLeaseRequest,
    RequestInputRequest,
    SuspendTaskRequest,
)
from asyncgate.v1.task_pb2 import TaskError

if TYPE_CHECKING:
    from asyncgate.job import HeldTask

SettlementList: TypeAlias = Literal["completes", "suspends", "questions", "hand_offs", "fails", "releases"]

_ERROR_TYPE_BYTES_MAX = 255
_ERROR_MESSAGE_BYTES_MAX = 4_096
_REASON_BYTES_MAX = 1_024


@dataclass(frozen=True, slots=True)
class Settlement:
    """A part of a frame that ends a lease."""

    part: SettlementList
    request_id: str
    data: bytes


def returned(held: HeldTask, request_id: str, output: Any) -> Settlement:
    """How a task ends whose handler has returned."""
    if isinstance(output, Suspension):
        return _suspension(held, request_id, output)
    if isinstance(output, Asking):
        return _asking(held, request_id, output)
    if isinstance(output, HandingOff):
        return _hand_off(held, request_id, output)
    if isinstance(output, Release):
        return release(held, request_id, output)
    # Without the `return`, the task would be completed with None and its wait forgotten.
    if held.has_ending and not isinstance(output, Done):
        makers = "suspend(), sleep(), ask(), hand_on(), hand_off(), verdict() and release()"
        raise TypeError(f"return what job.{makers} return: they do nothing else")
    return _completion(held, request_id, output)


def _suspension(held: HeldTask, request_id: str, output: Suspension) -> Settlement:
    request = SuspendTaskRequest(
        lease_token=held.lease_token,
        request_id=request_id,
        wait=output.wait,
        checkpoint=output.checkpoint or held.checkpoint,
        create=output.create,
    )
    return Settlement("suspends", request_id, request.SerializeToString())


def _asking(held: HeldTask, request_id: str, output: Asking) -> Settlement:
    request = RequestInputRequest(
        lease_token=held.lease_token, request_id=request_id, checkpoint=output.checkpoint or held.checkpoint
    )
    request.MergeFrom(output.request)
    return Settlement("questions", request_id, request.SerializeToString())


def _hand_off(held: HeldTask, request_id: str, output: HandingOff) -> Settlement:
    request = HandOffRequest(
        lease_token=held.lease_token, request_id=request_id, checkpoint=output.checkpoint or held.checkpoint
    )
    request.MergeFrom(output.request)
    return Settlement("hand_offs", request_id, request.SerializeToString())


def _completion(held: HeldTask, request_id: str, output: Any) -> Settlement:
    request = CompleteTaskRequest(lease_token=held.lease_token, request_id=request_id)
    if isinstance(output, Done):
        request.artifacts.extend(output.artifacts)
        if output.result is not None:
            request.result.CopyFrom(payload_of(output.result))
        if output.delivery_proof is not None:
            request.delivery_proof.CopyFrom(output.delivery_proof)
        if output.verdict is not None:
            request.verdict.CopyFrom(output.verdict)
        request.next.extend(task.request() for task in output.next)
        request.contract = output.contract
    else:
        request.result.CopyFrom(payload_of(output))
    return Settlement("completes", request_id, request.SerializeToString())


def failure(held: HeldTask, request_id: str, raised: BaseException) -> Settlement:
    request = FailTaskRequest(
        lease_token=held.lease_token,
        request_id=request_id,
        error=_task_error_of(raised),
        checkpoint=held.checkpoint,
        retry_after=duration_of(raised.after) if isinstance(raised, RetryAfter) else None,
    )
    return Settlement("fails", request_id, request.SerializeToString())


def _task_error_of(raised: BaseException) -> TaskError:
    kind, detail = _name_of(raised), None
    if isinstance(raised, NonRetryable | RetryAfter):
        kind, detail = raised.type or kind, raised.detail
    return TaskError(
        type=clip(kind, _ERROR_TYPE_BYTES_MAX),
        message=clip(str(raised), _ERROR_MESSAGE_BYTES_MAX),
        detail="" if detail is None else json_of(detail),
        retryable=False if isinstance(raised, NonRetryable) else None,
    )


def _name_of(raised: BaseException) -> str:
    return raised.reason_name if isinstance(raised, AsyncGateError) else type(raised).__name__


def release(held: HeldTask, request_id: str, why: Release | str) -> Settlement:
    given = why if isinstance(why, Release) else Release(None, why, None)
    request = ReleaseLeaseRequest(
        lease_token=held.lease_token,
        request_id=request_id,
        reason=clip(given.reason, _REASON_BYTES_MAX),
        checkpoint=given.checkpoint or held.checkpoint,
        delay=None if given.delay is None else duration_of(given.delay),
    )
    return Settlement("releases", request_id, request.SerializeToString())
