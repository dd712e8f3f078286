"""What handlers return to end in another way than with a plain result. Each checks its arguments where it is made.

They are returned because a handler ends by them: no `except` in the handler takes one for an error, and the `finally`
blocks have run before the task can be elsewhere. One that is made and not returned fails the attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncgate._content import Content, payload_of
from asyncgate.v1 import lease_service_pb2
from asyncgate.v1.lease_service_pb2 import TaskToCreate
from asyncgate.wait import WaitInit, wait_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncgate._new_task import NewTask
    from asyncgate.v1.payload_pb2 import Artifact, DeliveryProof, Payload
    from asyncgate.v1.task_pb2 import Wait
    from asyncgate.v1.verification_pb2 import Verdict


@dataclass(frozen=True, slots=True)
class Done:
    """A result with more than JSON."""

    result: Content = None
    """Stored by the server. If None, none is stored."""
    artifacts: Sequence[Artifact] = ()
    """Where the results are."""
    delivery_proof: DeliveryProof | None = None
    """Evidence that the result arrived elsewhere."""
    next: Sequence[NewTask] = ()
    """Tasks that go on from this one: its owner owns them. All are created, or the completion is refused."""
    verdict: Verdict | None = None
    """Of a verification task; `job.verdict` makes it."""
    contract: str = ""
    """The hand-off contract by which the next ones take over: `artifacts` must fulfill it. Only with `next`."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A task that waits, made by `job.suspend` and `job.sleep`."""

    wait: Wait
    checkpoint: Payload | None
    create: Sequence[TaskToCreate] = ()


def suspension_of(
    wait: WaitInit, checkpoint: Content, create: Sequence[NewTask], next_: Sequence[NewTask]
) -> Suspension:
    kinds = [(lease_service_pb2.CREATE_AS_CHILD, one) for one in create]
    kinds += [(lease_service_pb2.CREATE_AS_NEXT, one) for one in next_]
    to_create = []
    for kind, task in kinds:
        # `as` is a keyword of Python.
        one = TaskToCreate(task=task.request())
        setattr(one, "as", kind)
        to_create.append(one)
    return Suspension(wait_of(wait), None if checkpoint is None else payload_of(checkpoint), tuple(to_create))


@dataclass(frozen=True, slots=True)
class Release:
    """A task that goes back to its queue, made by `job.release`."""

    delay: float | None
    reason: str
    checkpoint: Payload | None
