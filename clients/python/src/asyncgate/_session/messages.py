"""Messages between the session's process, which keeps the stream, and the worker's, which runs the handlers.

Plain data, which is pickled. Moments are of the monotonic clock, which all processes of a machine share. Streams are
numbered from 1: a message for a stream that has ended is not sent on the next one.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from asyncgate._backoff import Backoff
    from asyncgate._connection import ConnectionOptions
    from asyncgate.errors import Failure


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What the session's process begins with."""

    connection: ConnectionOptions
    endpoints: tuple[str, ...]
    """Tried in turn."""
    hello: bytes
    """The Hello, without the fields that differ from stream to stream."""
    reconnect: Backoff


@dataclass(frozen=True, slots=True)
class SendFrame:
    """To the session: a WorkRequest."""

    stream: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """To the session: the answer to `HeldWanted`."""

    stream: int
    lease_tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconnect:
    """To the session: begin a new stream."""

    stream: int


@dataclass(frozen=True, slots=True)
class Close:
    """To the session: the bye is sent. No stream follows this one, which is cut if it has not ended in this time."""

    within: float


ToSession: TypeAlias = SendFrame | Held | Reconnect | Close


@dataclass(frozen=True, slots=True)
class HeldWanted:
    """From the session: it is about to be resumed. Which leases are still held?"""

    stream: int


@dataclass(frozen=True, slots=True)
class Received:
    """From the session: a WorkResponse."""

    stream: int
    frame: bytes
    received_at: float
    endpoint: str
    hello_at: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """From the session: the server has taken the heartbeat that was sent then."""

    sent_at: float


@dataclass(frozen=True, slots=True)
class Written:
    """From the session: a frame of the worker has been written."""

    stream: int


@dataclass(frozen=True, slots=True)
class Broken:
    """From the session: a stream has ended, and another one follows."""

    stream: int
    failure: Failure
    retry_in: float
    at: float
    expired: bool
    """Whether the server has ended the session, too: all its leases are lost."""


@dataclass(frozen=True, slots=True)
class Closed:
    """From the session: it has stopped, as it was told to or because of a failure that no further stream avoids."""

    failure: Failure | None = None


FromSession: TypeAlias = HeldWanted | Received | Acknowledged | Written | Broken | Closed

_LENGTH = struct.Struct(">I")


def pack(message: object) -> bytes:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(data)) + data


class Unpacker:
    """Takes bytes as they come and returns the messages that are complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[object]:
        self._buffer += data
        messages = []
        at = 0
        while len(self._buffer) - at >= _LENGTH.size:
            end = at + _LENGTH.size + _LENGTH.unpack_from(self._buffer, at)[0]
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as whole, whole[at + _LENGTH.size : end] as one:
                messages.append(pickle.loads(one))
            at = end
        del self._buffer[:at]
        return messages
