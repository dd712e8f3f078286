"""The headers of a model's answer, and the times in them.

Times are relative to the answer's own `date`, so reading an answer needs no clock.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MS_OF_UNIT: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_NUMBER: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SPAN: Final = re.compile(r"(\d+(\.\d+)?(ms|s|m|h))+", re.ASCII)
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,15}", re.ASCII)


def headers_of(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def ms_of_span(text: str | None) -> int | None:
    """`6m0s`, `17ms`, `1.5s`; a number alone is in seconds. None if it is none of these."""
    if text is None or len(text) > 40:
        return None
    if _NUMBER.fullmatch(text):
        return _ms_of(float(text), 1_000)
    if not _SPAN.fullmatch(text):
        return None
    return sum(_ms_of(float(count), _MS_OF_UNIT[unit]) for count, unit in _PART.findall(text))


def _ms_of(count: float, unit: int) -> int:
    """Rounded up, as who comes too early is refused again; but not because a sum of fractions is not exact."""
    return math.ceil(count * unit - 1e-6)


def ms_until(time: str | None, headers: Mapping[str, str]) -> int | None:
    """How long after the answer's date. None if one of the two is no time."""
    until, now = _time_of(time), _time_of(headers.get("date"))
    if until is None or now is None:
        return None
    return max(0, round((until - now).total_seconds() * 1_000))


def _time_of(text: str | None) -> datetime | None:
    """As HTTP writes a time, or as RFC 3339 does."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def retry_after_ms(headers: Mapping[str, str]) -> int | None:
    """`retry-after-ms`, which some send because it is finer, or `retry-after` as seconds or as a date."""
    fine = headers.get("retry-after-ms")
    if fine is not None and _NUMBER.fullmatch(fine):
        return _ms_of(float(fine), 1)
    plain = headers.get("retry-after")
    wait_ms = ms_of_span(plain)
    return ms_until(plain, headers) if wait_ms is None else wait_ms


def number_in(text: str | None) -> int | None:
    """A count in a header. None if it is none."""
    return int(text) if text is not None and _COUNT.fullmatch(text) else None


def span_of(ms: int) -> str:
    """As Protobuf's JSON writes it."""
    whole, rest = divmod(ms, 1_000)
    return f"{whole}s" if rest == 0 else f"{whole}.{rest:03d}s"


def window_of(name: str, limit: int | None, remaining: int | None, reset_ms: int | None) -> list[dict[str, object]]:
    """A window with what is known of it; none if nothing is."""
    reset = None if reset_ms is None else span_of(reset_ms)
    known = {"limit": limit, "remaining": remaining, "reset_after": reset}
    found = {key: value for key, value in known.items() if value is not None}
    return [{"name": name, **found}] if found else []
