"""Agents by both clients: the conformance scenarios say what they do, and these tests what is Python's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from conftest import OPERATOR, TASKER, URL

from asyncgate import Agent, AgentStatus, AgentTool, AsyncGateError, Client, ErrorReason, SyncClient, wait


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
