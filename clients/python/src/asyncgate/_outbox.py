"""What a worker has to send, until it is answered.

Items wait in the order in which they were put and leave in frames. Items that were not answered are sent again on the
next stream, in the same order and under the same request ids, so nothing is lost and nothing is done twice. Handlers in
threads put items as well, so there is a lock.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from asyncgate.v1.worker_service_pb2 import Credit, Settled, WorkRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ListName: TypeAlias = Literal[
    "accepts",
    "declines",
    "starts",
    "progress",
    "completes",
    "suspends",
    "questions",
    "hand_offs",
    "outputs",
    "fails",
    "releases",
    "drain",
    "bye",
]
"""The parts of a frame that items go into."""

# Well below the 1 MiB that a server accepts; several small frames are as fast as a large one.
_FRAME_BYTES_WANTED = 256 * 1024
# The size of an item that fills a frame alone.
ITEM_BYTES_MAX = 1024 * 1024 - 1024

_fields = WorkRequest.DESCRIPTOR.fields_by_name


@dataclass(slots=True, eq=False)
class Item:
    """A part of a frame, serialized. Items that are not sent yet may be changed, under the outbox's lock."""

    part: ListName
    data: bytes
    key: str | None
    """The request id or token by which its answer is recognized; None if it has no answer."""
    on_answer: Callable[[Settled], None]
    is_sent: bool = False


class Outbox:
    """The items that wait or are not answered. Their number is bounded by what puts them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._queue: deque[Item] = deque()
        self._sent: dict[str, Item] = {}
        self.list_items_max = 500
        """The most items of one list of a frame, as the server says."""

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @property
    def unanswered(self) -> int:
        return len(self._sent)

    def put(self, item: Item) -> bool:
        """Returns False and takes nothing if the item fits into no frame."""
        if len(item.data) > ITEM_BYTES_MAX:
            return False
        with self.lock:
            item.is_sent = False
            self._queue.append(item)
        return True

    def answer(self, settled: Settled) -> None:
        with self.lock:
            # Only accepts have no request id.
            item = self._sent.pop(settled.request_id or settled.lease_token, None)
        if item is not None:
            item.on_answer(settled)

    def resend(self) -> None:
        """For a new stream: unanswered items go first."""
        with self.lock:
            self._queue.extendleft(reversed(self._sent.values()))
            self._sent.clear()

    def take(self, credits_: int) -> bytes | None:
        """The next frame; None if there is nothing to send."""
        with self.lock:
            items = self._next_items()
            if not items and credits_ == 0:
                return None
            for item in items:
                item.is_sent = True
                if item.key is not None:
                    self._sent[item.key] = item
        return _encode(credits_, items)

    def _next_items(self) -> list[Item]:
        """An item that does not fit waits with all items behind it, so items of a lease keep their order."""
        items: list[Item] = []
        counts: Counter[str] = Counter()
        size = 0
        while self._queue:
            item = self._queue[0]
            counts[item.part] += 1
            if counts[item.part] > self.list_items_max or (size and size + len(item.data) > _FRAME_BYTES_WANTED):
                break
            size += len(item.data)
            items.append(self._queue.popleft())
        return items


def _encode(credits_: int, items: Iterable[Item]) -> bytes:
    """A WorkRequest: on the wire, a message in a message is its field's tag, its length and its bytes."""
    parts = [_field("credit", Credit(tasks=credits_).SerializeToString())] if credits_ else []
    parts += [_field(item.part, item.data) for item in items]
    return b"".join(parts)


def _field(name: str, data: bytes) -> bytes:
    return _varint(_fields[name].number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
