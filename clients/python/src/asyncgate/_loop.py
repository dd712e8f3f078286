"""The worker loop: gives credits, takes offers, runs handlers and sends what they report.

It knows nothing about connections; the session has those. Credits are the slots that are neither busy nor already
given. A frame leaves at the end of the turn of the event loop in which an item was put, or when an earlier frame was
written.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from asyncgate import events
from asyncgate._lease_clock import LeaseClock
from asyncgate._outbox import Item, ListName, Outbox
from asyncgate._runner import Handler, TaskRunner
from asyncgate._session.messages import (
    Acknowledged,
    Broken,
    Close,
    Closed,
    FromSession,
    Held,
    HeldWanted,
    Received,
    Reconnect,
    SendFrame,
    ToSession,
    Written,
)
from asyncgate._times import datetime_of, duration_of, seconds_of
from asyncgate.errors import AsyncGateError, StopCause, error_of_failure
from asyncgate.events import WorkerStats
from asyncgate.v1 import lease_pb2
from asyncgate.v1.lease_service_pb2 import ReleaseLeaseRequest
from asyncgate.v1.worker_service_pb2 import Bye, Decline, Directive, Drain, Offer, Settled, Welcome, WorkResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncgate._worker_client import WorkerClient
    from asyncgate.events import WorkerEvent

# One frame is being written and one waits behind it; items that come meanwhile make the next one larger.
_FRAMES_IN_FLIGHT_MAX = 2
# No more tasks are asked for while more items than this, beside one for each slot, are unanswered.
_UNANSWERED_MAX = 2_000
# An offer that waited unread until this long before the end of its window is declined.
_WINDOW_MARGIN = 0.5
# For handlers to end after they were told to stop, for answers to come, for the stream to end.
_STOP_GRACE = 2.0
_ANSWERS_GRACE = 5.0
_BYE_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class LoopOptions:
    handlers: Mapping[str, Handler]
    slots: int
    start: bool
    emit: Callable[[WorkerEvent], None]
    next_request_id: Callable[[], str]
    client: WorkerClient
    on_end: Callable[[AsyncGateError | None], None]
    """The loop has ended: it was drained, or no stream can be opened."""


class Session(Protocol):
    """The way to the session."""

    def post(self, message: ToSession) -> None: ...


@dataclass(slots=True)
class _OpenStream:
    number: int
    accept_window: float
    frames_in_flight: int = 0
    credits: int = 0
    """Credits that the server has and has not used."""
    is_server_draining: bool = False
    frame_interval: float = 0.0
    """The least time between two frames, as the server asked for."""
    last_frame_at: float = 0.0
    is_pausing: bool = False
    """Whether the next frame waits for that time."""


class WorkerLoop:
    """One worker's work, in the event loop that it was made in."""

    def __init__(self, options: LoopOptions) -> None:
        self._options = options
        self._loop = asyncio.get_running_loop()
        self._session: Session | None = None
        self._outbox = Outbox()
        self._runner = TaskRunner(
            options.handlers,
            self._outbox,
            options.emit,
            options.next_request_id,
            self.wake,
            options.client,
            options.start,
        )
        self._clock = LeaseClock(self._lose_all)
        self._timers: set[asyncio.TimerHandle] = set()
        self._stream: _OpenStream | None = None
        self._streams = 0
        self._is_flush_scheduled = False
        self._is_draining = False
        self._is_closing = False
        self._has_ended = False

    def connect(self, session: Session) -> None:
        self._session = session
        self._close_when_done()

    def stats(self) -> WorkerStats:
        counts = dict(self._runner.counts)
        return WorkerStats(
            connected=self._stream is not None,
            credits=self._stream.credits if self._stream else 0,
            unanswered=self._outbox.unanswered,
            streams=self._streams,
            **counts,
        )

    # What the session sends.

    def take(self, message: FromSession) -> None:
        self._clock.heard()
        if isinstance(message, Received):
            self._take_frame(message)
        elif isinstance(message, Written):
            if self._stream and self._stream.number == message.stream:
                self._stream.frames_in_flight -= 1
                self._flush()
        elif isinstance(message, Acknowledged):
            self._clock.acknowledged(message.sent_at)
        elif isinstance(message, HeldWanted):
            held = tuple(one.lease_token for one in self._runner.all() if one.loss is None)
            self._post(Held(message.stream, held))
        elif isinstance(message, Broken):
            self._stream = None
            if message.expired:
                self._clock.expire()
            else:
                self._clock.broken(message.at)
            self._options.emit(events.Disconnected(error_of_failure(message.failure), message.retry_in))
        elif isinstance(message, Closed):
            self._end(error_of_failure(message.failure) if message.failure else None)

    def _take_frame(self, message: Received) -> None:
        frame = WorkResponse.FromString(message.frame)
        for lost in frame.lost:
            held = self._runner.find(lost.lease_id)
            if held is not None:
                self._runner.lose(held, lost.loss)
        if frame.HasField("welcome"):
            self._take_welcome(message, frame.welcome)
        for settled in frame.settled:
            self._outbox.answer(settled)
        if self._stream is not None:
            for directive in frame.directives:
                self._take_directive(self._stream, directive)
            if frame.offers:
                self._take_offers(self._stream, frame.offers, message.received_at)
        self.wake()

    def _take_welcome(self, message: Received, welcome: Welcome) -> None:
        self._clock.welcomed(message.hello_at, seconds_of(welcome.ttl), seconds_of(welcome.resume_grace))
        window = seconds_of(welcome.accept_window) if welcome.HasField("accept_window") else float("inf")
        self._stream = _OpenStream(message.stream, window)
        self._streams += 1
        self._options.client.endpoint = message.endpoint
        if welcome.frame_items_max > 0:
            self._outbox.list_items_max = welcome.frame_items_max
        self._options.emit(events.Connected(message.endpoint, welcome.session_id, welcome.resumed))
        kept = {lease.lease_id for lease in welcome.leases}
        for held in self._runner.all():
            if held.lease_id not in kept:
                self._runner.lose(held, lease_pb2.LEASE_LOSS_EXPIRED)
        self._outbox.resend()
        # If the held leases could not be listed in time, the session kept offers that never arrived here.
        for lease in welcome.leases:
            if self._runner.find(lease.lease_id) is None:
                self._release(lease.token)

    def _release(self, lease_token: str) -> None:
        request_id = self._options.next_request_id()
        request = ReleaseLeaseRequest(lease_token=lease_token, request_id=request_id, reason="not held")

        def on_answer(settled: Settled) -> None:
            self._runner.retry_later(item, settled)

        item = Item("releases", request.SerializeToString(), request_id, on_answer)
        self._outbox.put(item)

    def _take_offers(self, stream: _OpenStream, offers: Sequence[Offer], received_at: float) -> None:
        stream.credits = max(0, stream.credits - len(offers))
        is_stale = time.monotonic() - received_at > stream.accept_window - _WINDOW_MARGIN
        if is_stale or self._is_draining:
            reason = "the worker is draining" if self._is_draining else "the worker was busy for too long"
            for offer in offers:
                decline = Decline(lease_token=offer.leased.lease.token, reason=reason)
                self._put_unanswered("declines", decline.SerializeToString())
            return
        taken = [self._runner.take(offer) for offer in offers]
        # The accepts are sent before a handler can block the event loop for longer than the window.
        while stream.frame_interval == 0 and self._outbox.waiting:
            self._send_frame(stream)
        for held in taken:
            self._runner.begin(held)

    def _take_directive(self, stream: _OpenStream, directive: Directive) -> None:
        which = directive.WhichOneof("directive")
        if which == "cancel":
            cancel = directive.cancel
            held = self._runner.find(cancel.lease_id)
            if held is not None and not held.is_settling:
                deadline = datetime_of(cancel.cancel_deadline) if cancel.HasField("cancel_deadline") else None
                self._runner.stop(held, StopCause("canceled", cancel.reason, deadline))
        elif which == "drain":
            stream.is_server_draining = True
            self._options.emit(events.Draining("server"))
        elif which == "slow_down":
            stream.frame_interval = seconds_of(directive.slow_down.frame_interval)
            stream.is_pausing = False
        elif which == "reconfigure":
            self._post(Reconnect(stream.number))
        elif which == "budget":
            held = self._runner.find(directive.budget.lease_id)
            if held is not None:
                self._runner.exceed_budget(held)
        elif which == "lease_limit":
            self._options.emit(events.LeaseLimit(directive.lease_limit.leases_max))

    def _lose_all(self) -> None:
        for held in self._runner.all():
            self._runner.lose(held, lease_pb2.LEASE_LOSS_EXPIRED)

    # What goes to the session.

    def wake(self) -> None:
        """Sends what has gathered, at the end of the turn: all handlers that end in it share a frame."""
        if self._is_flush_scheduled:
            return
        self._is_flush_scheduled = True
        try:
            # Also called by handlers in threads.
            self._loop.call_soon_threadsafe(self._on_turn)
        except RuntimeError:
            # The worker has stopped, and its event loop is closed; a handler in a thread has not noticed.
            return

    def _on_turn(self) -> None:
        self._is_flush_scheduled = False
        self._close_when_done()
        self._flush()

    def _put_unanswered(self, part: ListName, data: bytes) -> None:
        self._outbox.put(Item(part, data, None, lambda _: None))
        self.wake()

    def _flush(self) -> None:
        stream = self._stream
        while stream and stream.frames_in_flight < _FRAMES_IN_FLIGHT_MAX and self._is_time_to_send(stream):
            if not self._send_frame(stream):
                return

    def _is_time_to_send(self, stream: _OpenStream) -> bool:
        """A frame that may not be sent yet is sent later, with everything that comes until then."""
        wait = stream.last_frame_at + stream.frame_interval - time.monotonic()
        if stream.frame_interval == 0 or wait <= 0:
            return True
        if not stream.is_pausing:
            stream.is_pausing = True
            self._later(wait, self._end_pause, stream)
        return False

    def _end_pause(self, stream: _OpenStream) -> None:
        stream.is_pausing = False
        self._flush()

    def _send_frame(self, stream: _OpenStream) -> bool:
        """Returns False if there was nothing to send."""
        free = self._free_credits(stream)
        frame = self._outbox.take(free)
        if frame is None:
            return False
        stream.credits += free
        stream.frames_in_flight += 1
        stream.last_frame_at = time.monotonic()
        self._post(SendFrame(stream.number, frame))
        return True

    def _free_credits(self, stream: _OpenStream) -> int:
        """The slots that are neither busy nor covered by credits that the server already has."""
        slots = self._options.slots
        if self._is_draining or stream.is_server_draining or self._outbox.unanswered > _UNANSWERED_MAX + slots:
            return 0
        return max(0, slots - self._runner.counts["running"] - stream.credits)

    def _post(self, message: ToSession) -> None:
        if self._session is not None:
            self._session.post(message)

    # How it ends: it takes nothing new, lets running tasks finish for a while, then stops their handlers, releases the
    # tasks that are left, and says bye.

    def drain(self, within: float) -> None:
        if not self._is_draining:
            self._is_draining = True
            self._options.emit(events.Draining("stop"))
            if self._stream is not None:
                self._put_unanswered("drain", Drain(within=duration_of(within)).SerializeToString())
        self._later(within, self._stop_handlers)
        self.wake()

    def _stop_handlers(self) -> None:
        for held in self._runner.all():
            if held.is_running:
                self._runner.stop(held, StopCause("drain"))
        self._later(_STOP_GRACE, self._give_up)

    def _give_up(self) -> None:
        for held in self._runner.all():
            self._runner.give_up(held, "drain")
        self._later(_ANSWERS_GRACE, self._close)

    def _close_when_done(self) -> None:
        """Closes a loop that is draining as soon as nothing is held and everything is answered."""
        if self._is_draining and not len(self._runner) and not self._outbox.unanswered:
            self._close()

    def _close(self) -> None:
        if self._is_closing or self._session is None:
            return
        self._is_closing = True
        if self._stream is not None:
            self._put_unanswered("bye", Bye(reason="drained").SerializeToString())
            # The last frame does not wait.
            self._stream.frame_interval = 0.0
            self._stream.frames_in_flight = 0
        self._flush()
        self._post(Close(_BYE_GRACE if self._stream else 0.0))

    def _end(self, error: AsyncGateError | None) -> None:
        """The session has stopped."""
        if self._has_ended:
            return
        self._has_ended = True
        self._stream = None
        self._clock.stop()
        for timer in self._timers:
            timer.cancel()
        self._lose_all()
        self._runner.close()
        self._options.on_end(error)

    def _later(self, seconds: float, act: Callable[..., None], *args: object) -> None:
        """A timer that ends with the loop."""

        def fire() -> None:
            self._timers.discard(timer)
            act(*args)

        timer = self._loop.call_later(seconds, fire)
        self._timers.add(timer)
