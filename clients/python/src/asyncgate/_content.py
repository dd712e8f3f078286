"""Payloads and native values: values travel as JSON, bytes as bytes, and a Payload as it is."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from asyncgate.v1.payload_pb2 import Payload

Content: TypeAlias = Any
"""A JSON value, bytes, or the contract's Payload: `Payload(uri=…)` refers to content that is stored elsewhere."""


def json_of(value: Any) -> str:
    """Raises a TypeError or ValueError for a value that has no JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def payload_of(content: Content) -> Payload:
    if isinstance(content, Payload):
        return content
    if isinstance(content, bytes | bytearray | memoryview):
        return Payload(data=bytes(content))
    return Payload(json=json_of(content))


def content_of(payload: Payload) -> Any:
    """JSON as a native value, bytes as bytes, a reference as its URI; None if there is no content."""
    which = payload.WhichOneof("content")
    if which == "json":
        return json.loads(payload.json)
    return getattr(payload, which) if which else None


def clip(text: str, bytes_max: int) -> str:
    """As much of a text as fits into `bytes_max` bytes of UTF-8, with `?` for what has no UTF-8."""
    return text.encode("utf-8", "replace")[:bytes_max].decode("utf-8", "ignore")
