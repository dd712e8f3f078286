"""Tasks that go from one worker to another: what a handler returns to hand its task over, and what it was handed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncgate._content import Content, payload_of
from asyncgate._times import datetime_of
from asyncgate.v1.lease_service_pb2 import HandOffRequest, HandOffTarget
from asyncgate.v1.task_pb2 import Requirements

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asyncgate.v1.payload_pb2 import Artifact, Payload
    from asyncgate.v1.principal_pb2 import Principal
    from asyncgate.v1.task_pb2 import HandOff


@dataclass(frozen=True, slots=True)
class HandingOff:
    """A task that goes to another worker, made by `job.hand_off`, for handlers to return."""

    request: HandOffRequest
    checkpoint: Payload | None


def handing_off(
    principal: Principal | None,
    capabilities: Sequence[str] | None,
    queue: str,
    note: str,
    refs: Sequence[Artifact],
    checkpoint: Content,
    contract: str = "",
) -> HandingOff:
    if principal is None and capabilities is None and not queue:
        raise TypeError("say who does it next: a principal, capabilities or a queue")
    to = HandOffTarget(
        principal=principal,
        requirements=None if capabilities is None else Requirements(capabilities=capabilities),
        queue=queue,
    )
    request = HandOffRequest(to=to, note=note, refs=refs, contract=contract)
    return HandingOff(request, None if checkpoint is None else payload_of(checkpoint))


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How the task of a job was handed over last."""

    by: Principal
    note: str
    refs: Sequence[Artifact]
    time: datetime
    receipt_id: str


def handed_over_of(hand_off: HandOff) -> HandedOver:
    return HandedOver(
        by=getattr(hand_off, "from"),
        note=hand_off.note,
        refs=tuple(hand_off.refs),
        time=datetime_of(hand_off.time),
        receipt_id=hand_off.receipt_id,
    )
