"""A session of an agent: opened, kept alive in the background, closed.

What is claimed in it lasts as long as it does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Self, TypedDict

from asyncgate._calls import new_request_id
from asyncgate._scopes import ScopeInit, scope_of
from asyncgate._times import TimeSpan, duration_of, seconds_of
from asyncgate.errors import AsyncGateError
from asyncgate.v1 import agent_service_pb2
from asyncgate.v1.error_pb2 import ErrorReason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncgate._calls import Calls
    from asyncgate.v1.agent_pb2 import AgentRole, AgentSession
    from asyncgate.v1.agent_service_pb2 import KeepAgentSessionResponse, OpenAgentSessionResponse
    from asyncgate.v1.lease_service_pb2 import KeptLease

    OnDirectives = Callable[[list[KeptLease]], None]

_LOGGER = logging.getLogger("asyncgate.agent_session")
# So often within its TTL, if the server does not say how often.
_HEARTBEATS_IN_TTL = 3


class AgentSessionOptions(TypedDict, total=False):
    """Each field has the meaning of the field of that name in OpenAgentSessionRequest."""

    role: AgentRole.ValueType
    """If absent, the only role that the agent has."""
    scopes: Sequence[ScopeInit]
    """What it works on beside the scopes of its tasks, as long as it lives."""
    binds: str
    """A task by id, or `named(…)`: the session is leased only tasks of its tree."""
    ttl: TimeSpan
    """How long it lasts without a heartbeat. If absent, the server's default."""
    instance: str


class OpenedAgentSession:
    """A session that is kept alive in the event loop until it is closed, or its client is.

    A program that blocks its event loop for longer than the TTL loses it, unless a worker works in it: that has a
    process of its own. `async with` closes it at its end.
    """

    def __init__(self, calls: Calls, answer: OpenAgentSessionResponse, on_directives: OnDirectives | None) -> None:
        self._calls = calls
        self.session: AgentSession = answer.session
        """As it was opened."""
        self.id: str = answer.session.agent_session_id
        """For `agent_session` of a worker, and `agent_session_id` of a claim."""
        self._ttl = seconds_of(answer.session.ttl)
        interval = seconds_of(answer.keep_interval) if answer.HasField("keep_interval") else 0.0
        self._interval = interval or self._ttl / _HEARTBEATS_IN_TTL
        self._on_directives = on_directives
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # A program need not wait for the end; an error that no one waits for is no fault of it.
        self._ended.add_done_callback(lambda ended: ended.cancelled() or ended.exception())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        """Whether it is neither closed nor known to be lost."""
        return not self._ended.done()

    async def wait_ended(self) -> None:
        """Returns when it is closed by this program. Raises the error if it has ended otherwise: it is lost."""
        await asyncio.shield(self._ended)

    async def keep(self, *, timeout: float | None = None) -> KeepAgentSessionResponse:
        """A heartbeat by hand. The answer has the leases with a directive for their holder."""
        request = agent_service_pb2.KeepAgentSessionRequest(agent_session_id=self.id)
        return await self._calls.call(self._calls.stubs.agents.KeepAgentSession, request, timeout)

    async def close(self, reason: str = "", *, timeout: float | None = None) -> None:
        """Gives its leases and scopes back. A session that has ended already counts as closed."""
        self._end(None)
        await close_agent_session(self._calls, self.id, reason, timeout)

    def _end(self, error: AsyncGateError | None) -> None:
        if self._ended.done():
            return
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)

    async def keep_alive(self, opened_at: float) -> None:
        """Until the session is closed, has ended, or could not be kept for its TTL."""
        until = opened_at + self._ttl
        try:
            while self.is_open:
                await asyncio.wait({self._ended}, timeout=self._interval)
                if self.is_open:
                    until = await self._beat(until)
        finally:
            # The client has been closed.
            self._end(None)

    async def _beat(self, until: float) -> float:
        """Until when the session lasts after it."""
        sent_at = time.monotonic()
        try:
            kept = await self.keep(timeout=max(0.001, until - sent_at))
        except AsyncGateError as error:
            if _is_gone(error) or time.monotonic() >= until:
                self._end(error)
            return until
        if kept.directives and self._on_directives is not None:
            try:
                self._on_directives(list(kept.directives))
            except Exception:
                _LOGGER.exception("the listener of a session's directives has failed")
        return sent_at + self._ttl


async def open_agent_session(
    calls: Calls,
    agent_id: str,
    name: str,
    *,
    keep: bool,
    on_directives: OnDirectives | None,
    timeout: float | None,
    request_id: str | None,
    options: AgentSessionOptions,
) -> OpenedAgentSession:
    request_id = request_id or new_request_id()
    request = _request_of(agent_id, name, request_id, options)
    opened_at = time.monotonic()
    answer = await calls.call(calls.stubs.agents.OpenAgentSession, request, timeout, request_id)
    session = OpenedAgentSession(calls, answer, on_directives)
    if keep:
        calls.in_background(session.keep_alive(opened_at))
    return session


def _request_of(
    agent_id: str, name: str, request_id: str, options: AgentSessionOptions
) -> agent_service_pb2.OpenAgentSessionRequest:
    fields: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if "scopes" in fields:
        fields["scopes"] = [scope_of(one) for one in options["scopes"]]
    if "ttl" in fields:
        fields["ttl"] = duration_of(options["ttl"])
    return agent_service_pb2.OpenAgentSessionRequest(agent_id=agent_id, name=name, request_id=request_id, **fields)


async def close_agent_session(calls: Calls, agent_session_id: str, reason: str, timeout: float | None) -> None:
    """A session that has ended already counts as closed."""
    request_id = new_request_id()
    request = agent_service_pb2.CloseAgentSessionRequest(
        agent_session_id=agent_session_id, reason=reason, request_id=request_id
    )
    try:
        await calls.call(calls.stubs.agents.CloseAgentSession, request, timeout, request_id)
    except AsyncGateError as error:
        if not _is_gone(error):
            raise


def _is_gone(error: AsyncGateError) -> bool:
    """The server knows of no such session: it was closed, or not heard of in time."""
    return error.reason == ErrorReason.ERROR_REASON_AGENT_SESSION_NOT_FOUND


class SyncOpenedAgentSession:
    """As OpenedAgentSession, for programs without asyncio: it is kept alive in the client's thread."""

    def __init__(self, session: OpenedAgentSession, run: Callable[[Any], Any]) -> None:
        self._session = session
        self._run = run
        self.session = session.session
        self.id = session.id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        return self._session.is_open

    def wait_ended(self) -> None:
        self._run(self._session.wait_ended())

    def keep(self, *, timeout: float | None = None) -> KeepAgentSessionResponse:
        kept: KeepAgentSessionResponse = self._run(self._session.keep(timeout=timeout))
        return kept

    def close(self, reason: str = "", *, timeout: float | None = None) -> None:
        self._run(self._session.close(reason, timeout=timeout))
