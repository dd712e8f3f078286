"""How long a worker may count on its leases, by this machine's monotonic clock.

The TTL from when the last acknowledged heartbeat was sent, minus a margin; after a break no longer than the grace. Only
the database decides when a lease expires. This clock is early, so that no handler works on a task that another worker
has.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# For clocks that run at different rates, and for the time that handlers need to stop.
_MARGIN_SHARE = 0.1
_MARGIN_MAX = 2.0
# How many turns of the event loop must pass without news before a lease counts as lost.
_QUIET_TURNS = 3


class LeaseClock:
    """Calls `on_expired` when the leases can no longer be counted on."""

    def __init__(self, on_expired: Callable[[], None]) -> None:
        self._on_expired = on_expired
        self._ttl = 0.0
        self._grace = 0.0
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._news = 0

    def heard(self) -> None:
        """Something came from the session: what comes behind it may be an acknowledgement."""
        self._news += 1

    def welcomed(self, hello_at: float, ttl: float, grace: float) -> None:
        self._ttl = ttl
        self._grace = grace
        self._count_until(hello_at + _without_margin(ttl))

    def acknowledged(self, sent_at: float) -> None:
        if self._timer is not None:
            self._count_until(max(self._until, sent_at + _without_margin(self._ttl)))

    def broken(self, at: float) -> None:
        if self._timer is not None:
            self._count_until(min(self._until, at + _without_margin(self._grace)))

    def expire(self) -> None:
        """The leases are lost."""
        self.stop()
        self._on_expired()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _count_until(self, until: float) -> None:
        self.stop()
        self._until = until
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, until - time.monotonic()), self._check, self._news, _QUIET_TURNS)

    def _check(self, news: int, turns: int) -> None:
        """After a busy spell of the event loop, an acknowledgement may have arrived that has not been read yet."""
        if self._timer is None or time.monotonic() < self._until:
            return
        if news != self._news:
            turns = _QUIET_TURNS
        elif turns == 0:
            self.expire()
            return
        asyncio.get_running_loop().call_soon(self._check, self._news, turns - 1)


def _without_margin(seconds: float) -> float:
    return seconds - min(seconds * _MARGIN_SHARE, _MARGIN_MAX)
