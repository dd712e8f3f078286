"""A client's agents: who can do what, which of them a task belongs to, giving work to one, and being present as one.

A worker that does the tasks of an agent offers the capability `agent:` followed by the agent's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from asyncgate._agent_session import (
    AgentSessionOptions,
    OpenedAgentSession,
    SyncOpenedAgentSession,
    close_agent_session,
    open_agent_session,
)
from asyncgate._calls import new_request_id
from asyncgate._content import json_of
from asyncgate._times import TimeSpan, duration_of, timestamp_of
from asyncgate._verification import Verification, verification_of
from asyncgate.v1 import agent_service_pb2
from asyncgate.v1.agent_service_pb2 import RouteQuery
from asyncgate.wait import WaitInit, wait_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from typing_extensions import Unpack

    from asyncgate._agent_session import OnDirectives
    from asyncgate._calls import Calls
    from asyncgate.v1.agent_pb2 import Agent, AgentHealth, AgentSession, AgentStatus, HandOffContract
    from asyncgate.v1.agent_service_pb2 import (
        CheckAgentsResponse,
        OfferedTool,
        PutHandOffContractResponse,
        RegisterAgentResponse,
        RouteTaskResponse,
    )
    from asyncgate.v1.task_pb2 import Preflight, Task


class Route(TypedDict, total=False):
    """By what an agent is looked for: one of these."""

    text: str
    domain: str
    capability: str
    task_type: str


class DelegationOptions(TypedDict, total=False):
    """Each field has the meaning of the field of that name in DelegateToAgentRequest."""

    tool: str
    """If absent, the tool of the route's task type, or the only one."""
    queue: str
    priority: int
    labels: Mapping[str, str]
    wait: WaitInit
    verification: Verification
    deadline: datetime
    under: str
    """The token of a lease: the task becomes a child of that one."""
    idempotency_key: str
    preflight: Preflight.ValueType
    """Whether the agent must be well. If absent, it need not be, and the answer says how it is."""


@dataclass(frozen=True, slots=True)
class Delegated:
    """The answer to a delegation: the task that it became, the agent, and why it is that one."""

    task: Task
    assigned_receipt_id: str
    existed: bool
    """True if the task existed already and nothing was written."""
    agent_id: str
    why: str
    health: AgentHealth.ValueType
    """How the agent is. Unspecified if it was not looked at."""

    @property
    def task_id(self) -> str:
        return self.task.task_id


class Agents:
    """The registry of agents. A refusal raises an AsyncGateError."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def register(
        self, agent: Agent, *, timeout: float | None = None, request_id: str | None = None
    ) -> RegisterAgentResponse:
        """Registers an agent, or changes it. The answer has the agent, and whether anything has changed."""
        request_id = request_id or new_request_id()
        request = agent_service_pb2.RegisterAgentRequest(agent=agent, request_id=request_id)
        return await self._calls.call(self._calls.stubs.agents.RegisterAgent, request, timeout, request_id)

    async def get(self, agent_id: str, version: int = 0, *, timeout: float | None = None) -> Agent:
        """An agent as it is, or as it was in a version."""
        request = agent_service_pb2.GetAgentRequest(agent_id=agent_id, version=version)
        return (await self._calls.call(self._calls.stubs.agents.GetAgent, request, timeout)).agent

    async def list(
        self, statuses: Iterable[AgentStatus.ValueType] = (), *, timeout: float | None = None
    ) -> AsyncIterator[Agent]:
        """All agents by id, or those with one of the statuses, read page after page."""
        request = agent_service_pb2.ListAgentsRequest(statuses=statuses)
        while True:
            page = await self._calls.call(self._calls.stubs.agents.ListAgents, request, timeout)
            for agent in page.agents:
                yield agent
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def tools(self, agent_id: str = "", *, timeout: float | None = None) -> AsyncIterator[OfferedTool]:
        """What can be delegated to an agent, or to all."""
        request = agent_service_pb2.ListAgentToolsRequest(agent_id=agent_id)
        while True:
            page = await self._calls.call(self._calls.stubs.agents.ListAgentTools, request, timeout)
            for tool in page.tools:
                yield tool
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def route(self, *, timeout: float | None = None, **by: Unpack[Route]) -> RouteTaskResponse:
        """Which agent a task belongs to, and why: `route(text="…")`."""
        request = agent_service_pb2.RouteTaskRequest(query=RouteQuery(**by))
        return await self._calls.call(self._calls.stubs.agents.RouteTask, request, timeout)

    async def delegate(
        self,
        to: str | Route,
        input: Any = None,  # noqa: A002
        *,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[DelegationOptions],
    ) -> Delegated:
        """Gives work to an agent: by its id, or to the one that a route finds. An input of None is no input."""
        # With an idempotency key, the call is safe to repeat without a request id.
        if request_id is None and not options.get("idempotency_key"):
            request_id = new_request_id()
        request = _delegation_of(to, input, options, request_id or "")
        stub = self._calls.stubs.agents.DelegateToAgent
        answer = await self._calls.call(stub, request, timeout, request_id)
        return Delegated(
            answer.task, answer.assigned_receipt_id, answer.existed, answer.agent_id, answer.why, answer.health
        )

    async def check(
        self,
        agent_ids: Iterable[str] = (),
        *,
        capability: str = "",
        strict: bool = False,
        timeout: float | None = None,
    ) -> CheckAgentsResponse:
        """Whether agents are well, by their endpoints and their live sessions: these, or those with a capability.

        Strictly, an agent of which nothing is known does not pass.
        """
        request = agent_service_pb2.CheckAgentsRequest(agent_ids=agent_ids, capability=capability, strict=strict)
        return await self._calls.call(self._calls.stubs.agents.CheckAgents, request, timeout)

    async def override_preflight(
        self,
        agent_id: str,
        duration: TimeSpan,
        reason: str = "",
        *,
        timeout: float | None = None,
        request_id: str | None = None,
    ) -> None:
        """Lets an agent pass its preflight for some time, whatever its health; with 0, no longer. For operators."""
        request_id = request_id or new_request_id()
        request = agent_service_pb2.OverridePreflightRequest(
            agent_id=agent_id, duration=duration_of(duration), reason=reason, request_id=request_id
        )
        await self._calls.call(self._calls.stubs.agents.OverridePreflight, request, timeout, request_id)

    async def put_contract(
        self, contract: HandOffContract, *, timeout: float | None = None, request_id: str | None = None
    ) -> PutHandOffContractResponse:
        """Keeps a contract by which work is handed over, or changes it. For operators."""
        request_id = request_id or new_request_id()
        request = agent_service_pb2.PutHandOffContractRequest(contract=contract, request_id=request_id)
        return await self._calls.call(self._calls.stubs.agents.PutHandOffContract, request, timeout, request_id)

    async def contract(self, name: str, *, timeout: float | None = None) -> HandOffContract:
        request = agent_service_pb2.GetHandOffContractRequest(name=name)
        return (await self._calls.call(self._calls.stubs.agents.GetHandOffContract, request, timeout)).contract

    async def contracts(self, *, timeout: float | None = None) -> AsyncIterator[HandOffContract]:
        """All contracts by name, read page after page."""
        request = agent_service_pb2.ListHandOffContractsRequest()
        while True:
            page = await self._calls.call(self._calls.stubs.agents.ListHandOffContracts, request, timeout)
            for contract in page.contracts:
                yield contract
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def open_session(
        self,
        agent_id: str,
        name: str,
        *,
        keep: bool = True,
        on_directives: OnDirectives | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[AgentSessionOptions],
    ) -> OpenedAgentSession:
        """Is present as an agent, in one role, until the session is closed. At most one live session has the name.

        With `keep`, it is kept alive in the background. `on_directives` is called with leases whose owners want them
        canceled, or whose budgets are used up.
        """
        return await open_agent_session(
            self._calls,
            agent_id,
            name,
            keep=keep,
            on_directives=on_directives,
            timeout=timeout,
            request_id=request_id,
            options=options,
        )

    async def sessions(
        self, agent_id: str = "", name: str = "", *, timeout: float | None = None
    ) -> AsyncIterator[AgentSession]:
        """The live sessions, of one agent or with one name, or all, read page after page."""
        request = agent_service_pb2.ListAgentSessionsRequest(agent_id=agent_id, name=name)
        while True:
            page = await self._calls.call(self._calls.stubs.agents.ListAgentSessions, request, timeout)
            for session in page.sessions:
                yield session
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    async def close_session(self, agent_session_id: str, reason: str = "", *, timeout: float | None = None) -> None:
        """Ends a session by its id: one's own, or, for an operator, any."""
        await close_agent_session(self._calls, agent_session_id, reason, timeout)


def _delegation_of(
    to: str | Route, given: Any, options: DelegationOptions, request_id: str
) -> agent_service_pb2.DelegateToAgentRequest:
    fields: dict[str, Any] = dict(options)
    if "wait" in options:
        fields["wait"] = wait_of(options["wait"])
    if "verification" in options:
        fields["verification"] = verification_of(options["verification"])
    if "deadline" in options:
        fields["deadline"] = timestamp_of(options["deadline"])
    if isinstance(to, str):
        fields["agent_id"] = to
    else:
        fields["route"] = RouteQuery(**to)
    if given is not None:
        fields["input"] = json_of(given)
    return agent_service_pb2.DelegateToAgentRequest(request_id=request_id, **fields)


class SyncAgents:
    """As Agents, for programs without asyncio: the calls block."""

    def __init__(self, agents: Agents, run: Callable[[Any], Any], iterate: Callable[[Any], Any]) -> None:
        self._agents = agents
        self._run = run
        self._iterate = iterate

    def register(
        self, agent: Agent, *, timeout: float | None = None, request_id: str | None = None
    ) -> RegisterAgentResponse:
        registered: RegisterAgentResponse = self._run(
            self._agents.register(agent, timeout=timeout, request_id=request_id)
        )
        return registered

    def get(self, agent_id: str, version: int = 0, *, timeout: float | None = None) -> Agent:
        agent: Agent = self._run(self._agents.get(agent_id, version, timeout=timeout))
        return agent

    def list(self, statuses: Iterable[AgentStatus.ValueType] = ()) -> Iterator[Agent]:
        agents: Iterator[Agent] = self._iterate(self._agents.list(statuses))
        return agents

    def tools(self, agent_id: str = "") -> Iterator[OfferedTool]:
        tools: Iterator[OfferedTool] = self._iterate(self._agents.tools(agent_id))
        return tools

    def route(self, *, timeout: float | None = None, **by: Unpack[Route]) -> RouteTaskResponse:
        found: RouteTaskResponse = self._run(self._agents.route(timeout=timeout, **by))
        return found

    def delegate(
        self,
        to: str | Route,
        input: Any = None,  # noqa: A002
        *,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[DelegationOptions],
    ) -> Delegated:
        delegated: Delegated = self._run(
            self._agents.delegate(to, input, timeout=timeout, request_id=request_id, **options)
        )
        return delegated

    def check(
        self,
        agent_ids: Iterable[str] = (),
        *,
        capability: str = "",
        strict: bool = False,
        timeout: float | None = None,
    ) -> CheckAgentsResponse:
        checked: CheckAgentsResponse = self._run(
            self._agents.check(agent_ids, capability=capability, strict=strict, timeout=timeout)
        )
        return checked

    def override_preflight(
        self, agent_id: str, duration: TimeSpan, reason: str = "", *, timeout: float | None = None
    ) -> None:
        self._run(self._agents.override_preflight(agent_id, duration, reason, timeout=timeout))

    def put_contract(
        self, contract: HandOffContract, *, timeout: float | None = None, request_id: str | None = None
    ) -> PutHandOffContractResponse:
        put: PutHandOffContractResponse = self._run(
            self._agents.put_contract(contract, timeout=timeout, request_id=request_id)
        )
        return put

    def contract(self, name: str, *, timeout: float | None = None) -> HandOffContract:
        contract: HandOffContract = self._run(self._agents.contract(name, timeout=timeout))
        return contract

    def contracts(self) -> Iterator[HandOffContract]:
        contracts: Iterator[HandOffContract] = self._iterate(self._agents.contracts())
        return contracts

    def open_session(
        self,
        agent_id: str,
        name: str,
        *,
        keep: bool = True,
        on_directives: OnDirectives | None = None,
        timeout: float | None = None,
        request_id: str | None = None,
        **options: Unpack[AgentSessionOptions],
    ) -> SyncOpenedAgentSession:
        opening = self._agents.open_session(
            agent_id,
            name,
            keep=keep,
            on_directives=on_directives,
            timeout=timeout,
            request_id=request_id,
            **options,
        )
        return SyncOpenedAgentSession(self._run(opening), self._run)

    def sessions(self, agent_id: str = "", name: str = "") -> Iterator[AgentSession]:
        sessions: Iterator[AgentSession] = self._iterate(self._agents.sessions(agent_id, name))
        return sessions

    def close_session(self, agent_session_id: str, reason: str = "", *, timeout: float | None = None) -> None:
        self._run(self._agents.close_session(agent_session_id, reason, timeout=timeout))
