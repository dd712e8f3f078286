"""Amounts of what is spent: decimal numbers, sent as text, so that no language rounds them.

They are added here exactly, as the server adds them.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Amounts: TypeAlias = "Mapping[str, str | int | Decimal]"
"""By unit: `{"usd": Decimal("0.12"), "tokens": 1_800}`. A text is as good as a Decimal; a float is refused."""

_SHAPE = re.compile(r"(0|[1-9]\d{0,17})(\.\d{1,9})?", re.ASCII)
# Sums of any number of reports fit: 18 digits and 9 behind the point, with room.
_EXACT = Context(prec=60)


def amounts_of(amounts: Amounts) -> dict[str, str]:
    """Raises a TypeError or ValueError for what is no amount, where it was written."""
    return {unit: _text_of(unit, amount) for unit, amount in amounts.items()}


def _text_of(unit: str, amount: object) -> str:
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise TypeError(f'{amount!r} {unit} is not exact: write it as a Decimal or a text, such as "0.12"')
    text = format(amount, "f") if isinstance(amount, Decimal) else str(amount)
    if not _SHAPE.fullmatch(text):
        raise ValueError(f"{text!r} {unit} is no amount: at most 18 digits, and 9 behind a point")
    return text


def add_amount(one: str, other: str) -> str:
    return format(_EXACT.add(Decimal(one), Decimal(other)), "f")
