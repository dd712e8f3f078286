"""What the contract says about errors, read from its descriptors: which reasons are retryable, and the code of each."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from asyncgate.options.v1 import options_pb2
from asyncgate.v1 import error_pb2

_PREFIX = "ERROR_REASON_"
# Reasons from this number on are faults of the server; below it, the caller has to change something.
_SERVER_REASONS_FROM = 80

INTERNAL: int = grpc.StatusCode.INTERNAL.value[0]
UNAVAILABLE: int = grpc.StatusCode.UNAVAILABLE.value[0]
CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class _Reason:
    name: str
    code: int
    retryable: bool


def _read_reasons() -> dict[int, _Reason]:
    reasons = {}
    for value in error_pb2.ErrorReason.DESCRIPTOR.values:
        if value.number == 0:
            continue
        failure = value.GetOptions().Extensions[options_pb2.failure]
        reasons[value.number] = _Reason(value.name.removeprefix(_PREFIX), failure.grpc_code, failure.retryable)
    return reasons


_reasons = _read_reasons()
_final_codes = {reason.code for reason in _reasons.values() if not reason.retryable}
_number_of_name = {reason.name: number for number, reason in _reasons.items()}


def reason_name(reason: int) -> str:
    known = _reasons.get(reason)
    return known.name if known else f"REASON_{reason}"


def is_retryable_reason(reason: int) -> bool | None:
    """None for a reason that is newer than this kit."""
    known = _reasons.get(reason)
    return known.retryable if known else None


def is_server_reason(reason: int) -> bool:
    return reason >= _SERVER_REASONS_FROM


def is_retryable_code(code: grpc.StatusCode) -> bool:
    """Whether an error without a reason is retryable.

    Every error of the service has a reason, so an error without one comes from the way to it: a broken connection, a
    proxy. It is retryable unless the service uses its code for errors that are not.
    """
    return code.value[0] not in _final_codes


def reason_of_code(code: grpc.StatusCode) -> int:
    """The reason that means the same as a code without a reason."""
    if code in (grpc.StatusCode.ABORTED, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN):
        return error_pb2.ERROR_REASON_UNAVAILABLE
    return _number_of_name.get(code.name, 0)
