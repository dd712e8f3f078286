"""How long to wait before a retry.

Exponentially longer each time, and a random part of that, so that many callers that failed together do not come back
together.
"""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds."""

    initial: float
    """The longest pause before the first retry."""
    multiplier: float
    maximum: float

    def pause(self, failures: int) -> float:
        """`failures` counts from 1. Between zero and the whole pause."""
        # The power is bounded, because failures of days would overflow it.
        return random.random() * min(self.maximum, self.initial * self.multiplier ** min(failures - 1, 64))
