"""Work that is checked before it counts as done.

How a new task asks for it, the verdict that a verifier's handler returns, and what a later holder is told of a report
that was rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from asyncgate._content import content_of
from asyncgate._times import TimeSpan, datetime_of, duration_of, timestamp_of
from asyncgate.v1 import task_pb2, verification_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from asyncgate.v1.payload_pb2 import Artifact
    from asyncgate.v1.principal_pb2 import Principal

Decision: TypeAlias = Literal["accept", "reject", "unverifiable"]


class Verifier(TypedDict, total=False):
    """Which workers get the verification tasks."""

    capabilities: Sequence[str]
    queue: str
    """If absent, the queue of the task."""
    type: str
    """If absent, `verify`."""


class Verification(TypedDict, total=False):
    """Each field has the meaning of the field of that name in the contract's Verification."""

    verifiers: int
    accept_at: int
    verifier: Verifier
    evidence_required: Sequence[str]
    timeout: TimeSpan
    on_timeout: Literal["fail", "accept", "ask_owner"]
    on_reject: Literal["retry", "fail"]
    criteria: Sequence[str]
    """What to check."""


_TIMEOUTS: Mapping[str, task_pb2.OnVerificationTimeout.ValueType] = {
    "fail": task_pb2.ON_VERIFICATION_TIMEOUT_FAIL,
    "accept": task_pb2.ON_VERIFICATION_TIMEOUT_ACCEPT,
    "ask_owner": task_pb2.ON_VERIFICATION_TIMEOUT_ASK_OWNER,
}
_REJECTIONS: Mapping[str, task_pb2.OnReject.ValueType] = {
    "retry": task_pb2.ON_REJECT_RETRY,
    "fail": task_pb2.ON_REJECT_FAIL,
}
_DECISIONS: Mapping[str, verification_pb2.VerdictDecision.ValueType] = {
    "accept": verification_pb2.VERDICT_DECISION_ACCEPT,
    "reject": verification_pb2.VERDICT_DECISION_REJECT,
    "unverifiable": verification_pb2.VERDICT_DECISION_UNVERIFIABLE,
}


def verification_of(init: Verification) -> task_pb2.Verification:
    verification = task_pb2.Verification(
        verifiers=init.get("verifiers"),
        accept_at=init.get("accept_at"),
        evidence_required=init.get("evidence_required", ()),
        timeout=duration_of(init["timeout"]) if "timeout" in init else None,
        criteria=init.get("criteria", ()),
    )
    if "on_timeout" in init:
        verification.on_timeout = _TIMEOUTS[init["on_timeout"]]
    if "on_reject" in init:
        verification.on_reject = _REJECTIONS[init["on_reject"]]
    if "verifier" in init:
        verifier = init["verifier"]
        verification.verifier.SetInParent()
        verification.verifier.queue = verifier.get("queue", "")
        verification.verifier.type = verifier.get("type", "")
        if "capabilities" in verifier:
            verification.verifier.requirements.capabilities.extend(verifier["capabilities"])
    return verification


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict is based on."""

    kind: str
    uri: str
    time: datetime
    """When it was made: not before the report."""
    digest: str = ""


def verdict_of(
    decision: Decision, findings: Sequence[str], confidence: float | None, evidence: Sequence[Evidence]
) -> verification_pb2.Verdict:
    if decision not in _DECISIONS:
        raise ValueError(f"a verdict cannot {decision!r}: it is accept, reject or unverifiable")
    return verification_pb2.Verdict(
        decision=_DECISIONS[decision],
        findings=findings,
        confidence=confidence,
        evidence=[
            verification_pb2.Evidence(kind=one.kind, uri=one.uri, digest=one.digest, time=timestamp_of(one.time))
            for one in evidence
        ],
    )


@dataclass(frozen=True, slots=True)
class RejectedReport:
    """A report on the task that was rejected, for its next holder."""

    findings: Sequence[str]
    """All that verifiers have found, in the order of their verdicts."""
    executor: Principal
    attempt: int
    result: Any
    artifacts: Sequence[Artifact]
    time: datetime
    receipt_id: str


def rejected_report_of(review: verification_pb2.Review) -> RejectedReport | None:
    if not review.HasField("report"):
        return None
    report = review.report
    return RejectedReport(
        findings=tuple(finding for one in review.verdicts for finding in one.verdict.findings),
        executor=report.executor,
        attempt=report.attempt,
        result=content_of(report.result),
        artifacts=tuple(report.artifacts),
        time=datetime_of(report.time),
        receipt_id=report.receipt_id,
    )
