"""Agents by both clients: the conformance scenarios say what they do, and these tests what is Python's own."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from conftest import OPERATOR, PATIENCE, TASKER, URL, RunningWorker

from asyncgate import (
    Agent,
    AgentRole,
    AgentStatus,
    AgentTool,
    Artifact,
    AsyncGateError,
    Client,
    ErrorReason,
    HandOffContract,
    Job,
    NewTask,
    Preflight,
    ReceiptType,
    RequiredArtifact,
    SyncClient,
    TaskState,
    events,
    wait,
)
from asyncgate.v1.error_pb2 import AgentSessionFacts

if TYPE_CHECKING:
    from collections.abc import Callable


def painter(kind: str) -> Agent:
    schema = json.dumps({"type": "object", "required": ["of"]})
    return Agent(agent_id=kind, domain=kind, tools=[AgentTool(name="render", task_type=kind, input_schema=schema)])


async def test_work_is_delegated_with_all_that_a_task_may_have(kind: str) -> None:
    async with Client(URL, OPERATOR) as client:
        await client.agents.register(painter(kind))
        delegated = await client.agents.delegate(
            {"task_type": kind},
            {"of": "a tree"},
            priority=7,
            labels={"a": "b"},
            wait=wait.after(3600),
            verification={"criteria": ["It is green."]},
            deadline=datetime(2999, 1, 1, tzinfo=UTC),
        )
        assert (delegated.agent_id, delegated.existed, delegated.task.priority) == (kind, False, 7)
        assert kind in delegated.why
        task = await client.get_task(delegated.task_id)
        assert (dict(task.labels)["a"], list(task.verification.criteria)) == ("b", ["It is green."])
        assert task.requirements.capabilities == [f"agent:{kind}"]
        with pytest.raises(AsyncGateError) as refused:
            await client.agents.delegate(kind, {"size": 3})
        assert refused.value.reason == ErrorReason.ERROR_REASON_INVALID_ARGUMENT


def test_the_blocking_client_has_the_same_calls(kind: str) -> None:
    with SyncClient(URL, OPERATOR) as operator:
        assert operator.agents.register(painter(kind)).changed
        assert operator.agents.get(kind, 1).domain == kind
        active = operator.agents.list([AgentStatus.AGENT_STATUS_ACTIVE])
        assert kind in [one.agent_id for one in active]
    with SyncClient(URL, TASKER) as client:
        assert [one.tool.name for one in client.agents.tools(kind)] == ["render"]
        assert client.agents.route(domain=kind).agent.agent_id == kind
        first = client.agents.delegate(kind, {"of": "a tree"}, idempotency_key=kind)
        again = client.agents.delegate(kind, {"of": "a tree"}, idempotency_key=kind)
        assert (again.task_id, again.existed) == (first.task_id, True)


def actor(kind: str, *roles: AgentRole.ValueType) -> Agent:
    tools = [AgentTool(name="act", task_type=kind)]
    return Agent(agent_id=kind, roles=roles or [AgentRole.AGENT_ROLE_EXECUTOR], tools=tools)


async def test_an_agent_is_present_in_a_session_that_is_kept_with_a_worker_in_it(
    start_worker: Callable[..., RunningWorker], kind: str
) -> None:
    async with Client(URL, OPERATOR) as client:
        agents = client.agents
        await agents.register(actor(kind))
        with pytest.raises(AsyncGateError) as unwell:
            await agents.delegate(kind, preflight=Preflight.PREFLIGHT_REQUIRED)
        assert unwell.value.reason == ErrorReason.ERROR_REASON_PREFLIGHT_FAILED
        session = await agents.open_session(kind, f"{kind}-nightly", ttl=2)
        with pytest.raises(AsyncGateError) as collision:
            await agents.open_session(kind, f"{kind}-nightly")
        assert collision.value.reason == ErrorReason.ERROR_REASON_SESSION_COLLISION
        facts = collision.value.facts
        assert isinstance(facts, AgentSessionFacts)
        assert facts.agent_session_id == session.id
        assert facts.holder == session.session.holder
        assert facts.expire_time.ToSeconds() >= session.session.create_time.ToSeconds()
        own = {"agent_session": session.id, "capabilities": [f"agent:{kind}"], "key": OPERATOR}
        worker = start_worker({kind: lambda _: "done"}, **own)
        done = await agents.delegate(kind)
        assert await client.result(done.task_id) == "done"
        accepted_only = [ReceiptType.RECEIPT_TYPE_TASK_ACCEPTED]
        [accepted] = [one async for one in client.receipts(done.task_id, types=accepted_only)]
        assert accepted.body.task_accepted.agent_session.name == f"{kind}-nightly"
        assert [one.name async for one in agents.sessions(kind)] == [f"{kind}-nightly"]
        # The end of the stream is the session's, and it is noticed.
        await worker.end()
        with pytest.raises(AsyncGateError) as lost:
            await asyncio.wait_for(session.wait_ended(), PATIENCE)
        assert lost.value.reason == ErrorReason.ERROR_REASON_AGENT_SESSION_NOT_FOUND
        assert not session.is_open
        await session.close()


async def test_a_session_is_kept_for_longer_than_its_ttl_until_it_is_closed(kind: str) -> None:
    async with Client(URL, OPERATOR) as client:
        await client.agents.register(actor(kind))
        async with await client.agents.open_session(kind, kind, ttl=1) as kept:
            left = await client.agents.open_session(kind, f"{kind}-left", ttl=1, keep=False)
            # The control: a session that is not kept ends by itself.
            async with asyncio.timeout(PATIENCE):
                while [one async for one in client.agents.sessions(name=f"{kind}-left")]:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert [one.name async for one in client.agents.sessions(kind)] == [kind]
            assert kept.is_open
            assert (await kept.keep()).leases == 0
            with pytest.raises(AsyncGateError):
                await left.keep()
        assert [one async for one in client.agents.sessions(kind)] == []
        await kept.wait_ended()


async def test_work_that_is_handed_over_must_fulfill_the_contract_that_it_names(
    start_worker: Callable[..., RunningWorker], kind: str
) -> None:
    sources = Artifact(uri="https://example.org/sources", kind="sources")

    async def research(job: Job) -> object:
        if job.attempt == 1:
            return job.hand_off(queue="elsewhere", contract=kind)
        return job.hand_on(NewTask(f"{kind}-next"), artifacts=[sources], contract=kind)

    async with Client(URL, OPERATOR) as client:
        required = [RequiredArtifact(kind="sources", min=1)]
        put = await client.agents.put_contract(HandOffContract(name=kind, required=required))
        assert (put.contract.version, put.changed) == (1, True)
        assert await client.agents.contract(kind) == put.contract
        assert kind in [one.name async for one in client.agents.contracts()]
        worker = start_worker({kind: research}, key=OPERATOR)
        created = await client.create_task(kind, retry={"initial_interval": 0.01})
        task = await client.await_task(created.task_id, timeout=PATIENCE)
        refused = await worker.heard(events.Refused)
        assert isinstance(refused.error, AsyncGateError)
        assert refused.error.reason == ErrorReason.ERROR_REASON_OUTCOME_INCOMPLETE
        assert (task.state, task.attempt) == (TaskState.TASK_STATE_SUCCEEDED, 2)


def test_the_blocking_client_checks_agents_and_is_present_as_one(kind: str) -> None:
    with SyncClient(URL, OPERATOR) as client:
        client.agents.register(actor(kind))
        client.agents.register(actor(f"{kind}-absent"))
        with client.agents.open_session(kind, kind, scopes=[f"repo:{kind}"]) as session:
            checked = client.agents.check([kind, f"{kind}-absent"], strict=True)
            assert [one.live_sessions for one in checked.checks] == [1, 0]
            assert not checked.passed
            client.agents.override_preflight(f"{kind}-absent", 60, "it is well")
            assert client.agents.check([kind, f"{kind}-absent"], strict=True).passed
            assert session.keep().leases == 0
            assert [one.agent_session_id for one in client.agents.sessions(name=kind)] == [session.id]
        assert not session.is_open
        client.agents.close_session(session.id)
