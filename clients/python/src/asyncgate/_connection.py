"""Connections to a server. The options are plain data, so that a worker can pass them to the process of its session."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import grpc


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM texts, for endpoints that begin with `https://`."""

    ca: bytes | None = None
    """Certificate authorities to trust. If None, those that gRPC trusts."""
    cert: bytes | None = None
    """The client's certificate, with its `key`."""
    key: bytes | None = None
    server_name: str | None = None
    """The name in the server's certificate, if it differs from the endpoint's."""


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    key: str
    """The API key. If empty, none is sent: then the certificate in `tls` says who calls."""
    tls: Tls | None = None

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.key}"),) if self.key else ()


# The kit retries and reconnects itself; gRPC would wait for up to two minutes. A dead peer is found within 30 s.
_CHANNEL_OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    # Also how long a connection may take to be opened: a distant server needs several round trips.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 3_000),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
)


def check_endpoint(endpoint: str) -> str:
    """Raises a ValueError for anything but `http://host:port` and `https://host:port`."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"{endpoint!r} is no endpoint: write it as http://host:port or https://host:port")
    return endpoint


def open_channel(endpoint: str, options: ConnectionOptions) -> grpc.aio.Channel:
    """Needs a running event loop, to which the channel belongs."""
    parts = urlsplit(endpoint)
    default = 443 if parts.scheme == "https" else 80
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    target = f"{host}:{parts.port or default}"
    if parts.scheme == "http":
        return grpc.aio.insecure_channel(target, options=_CHANNEL_OPTIONS)
    tls = options.tls or Tls()
    credentials = grpc.ssl_channel_credentials(tls.ca, tls.key, tls.cert)
    named = (("grpc.ssl_target_name_override", tls.server_name),) if tls.server_name else ()
    return grpc.aio.secure_channel(target, credentials, options=(*_CHANNEL_OPTIONS, *named))
