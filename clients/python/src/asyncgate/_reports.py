"""Progress, checkpoints, and what was spent.

While a report of a task has not been sent, a later one is merged into it, so a handler may report as often as it likes.
Reports for the ledger are never merged.
"""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from asyncgate._amounts import add_amount
from asyncgate._content import json_of
from asyncgate._outbox import ITEM_BYTES_MAX, Item, ListName, Outbox
from asyncgate._reply import Reply
from asyncgate.errors import error_of_detail
from asyncgate.v1.lease_service_pb2 import ReportProgressRequest, StartTaskRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncgate.job import HeldTask, Note
    from asyncgate.v1.payload_pb2 import Payload
    from asyncgate.v1.worker_service_pb2 import Settled

# A handler that does not await its reports would fill the memory while a server is away: more than these are refused.
_WAITING_MAX = 10_000


class _Pending:
    """The last report of a task, as long as a later one may be merged into it."""

    __slots__ = ("item", "reply", "request")

    def __init__(self, item: Item, request: ReportProgressRequest, reply: Reply[None]) -> None:
        self.item = item
        self.request = request
        self.reply = reply


class Reports:
    """Takes reports from coroutines and threads."""

    def __init__(
        self,
        outbox: Outbox,
        next_request_id: Callable[[], str],
        retry_later: Callable[[Item, Settled], bool],
        wake: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._next_request_id = next_request_id
        self._retry_later = retry_later
        self._wake = wake
        self._pending: WeakKeyDictionary[HeldTask, _Pending] = WeakKeyDictionary()

    def start(self, held: HeldTask) -> Reply[None]:
        request_id = self._next_request_id()
        request = StartTaskRequest(lease_token=held.lease_token, request_id=request_id)
        return self._put("starts", request_id, request.SerializeToString())[1]

    def report(self, held: HeldTask, note: Note | None, checkpoint: Payload | None) -> Reply[None]:
        if checkpoint is not None:
            # Kept here as well: a release carries it, whether or not the report was sent.
            held.checkpoint = checkpoint
        return self._report(held, note, checkpoint, {})

    def spend(self, held: HeldTask, amounts: Mapping[str, str]) -> Reply[None]:
        return self._report(held, None, None, amounts)

    def _report(
        self, held: HeldTask, note: Note | None, checkpoint: Payload | None, spend: Mapping[str, str]
    ) -> Reply[None]:
        with self._outbox.lock:
            earlier = self._pending.get(held)
            if earlier and not earlier.item.is_sent and not (note and note.receipted) and not earlier.request.receipted:
                merged = ReportProgressRequest()
                merged.CopyFrom(earlier.request)
                _fill(merged, note, checkpoint, spend)
                data = merged.SerializeToString()
                if len(data) <= ITEM_BYTES_MAX:
                    earlier.item.data = data
                    earlier.request = merged
                    return earlier.reply
            request = ReportProgressRequest(lease_token=held.lease_token, request_id=self._next_request_id())
            _fill(request, note, checkpoint, spend)
            item, reply = self._put("progress", request.request_id, request.SerializeToString())
            if item is not None:
                self._pending[held] = _Pending(item, request, reply)
            return reply

    def _put(self, part: ListName, key: str, data: bytes) -> tuple[Item | None, Reply[None]]:
        """The item is None if it was not taken; the reply says why."""
        future: concurrent.futures.Future[None] = concurrent.futures.Future()
        # Nothing cancels it: reports that were merged share it.
        future.set_running_or_notify_cancel()

        def on_answer(settled: Settled) -> None:
            if self._retry_later(item, settled):
                return
            if settled.WhichOneof("result") == "error":
                future.set_exception(error_of_detail(settled.error, key))
            else:
                future.set_result(None)

        item = Item(part, data, key, on_answer)
        if self._outbox.waiting >= _WAITING_MAX:
            future.set_exception(RuntimeError("too many items wait to be sent: await the reports"))
            return None, Reply(future)
        if not self._outbox.put(item):
            future.set_exception(ValueError("this is larger than a message may be: store it elsewhere"))
            return None, Reply(future)
        self._wake()
        return item, Reply(future)


def _fill(
    request: ReportProgressRequest, note: Note | None, checkpoint: Payload | None, spend: Mapping[str, str]
) -> None:
    """A part that is absent stays as it was; what was spent is added."""
    for unit, amount in spend.items():
        request.spend[unit] = add_amount(request.spend[unit], amount) if unit in request.spend else amount
    if checkpoint is not None:
        request.checkpoint.CopyFrom(checkpoint)
    if note is None:
        return
    request.receipted = note.receipted
    request.progress.Clear()
    request.progress.SetInParent()
    if note.percent is not None:
        request.progress.percent = note.percent
    request.progress.message = note.message
    request.progress.detail = "" if note.detail is None else json_of(note.detail)
