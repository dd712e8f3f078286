"""Values of the Python kit and the JSON of scenarios: each way that the driver needs."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncgate import (
    Agent,
    AgentTool,
    Artifact,
    AsyncGateError,
    Job,
    NewTask,
    OnExceeded,
    OnImpossible,
    OnNameTaken,
    OnParentEnd,
    Principal,
    PrincipalKind,
    ScopeInit,
    ScopeMode,
    SentSignal,
    Task,
    TaskEndedError,
    TaskState,
    read_scope,
    wait,
)
from asyncgate.v1 import agent_service_pb2, error_pb2, question_pb2

Data = dict[str, Any]


def seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def options_of(task: Data, queue: str) -> Data:
    options = {"queue": queue, **task}
    if "payload_base64" in task:
        options["payload"] = base64.b64decode(options.pop("payload_base64"))
    if "retry_ms" in task:
        options["retry"] = {"initial_interval": options.pop("retry_ms") / 1000, "max_interval": 3600}
    if "delay_ms" in task:
        options["delay"] = options.pop("delay_ms") / 1000
    if "deadline_ms" in task:
        options["deadline"] = datetime.now(UTC) + timedelta(milliseconds=options.pop("deadline_ms"))
    if "wait" in task:
        options["wait"] = wait_of(task["wait"])
    if "scopes" in task:
        options["scopes"] = [scope_of(one) for one in task["scopes"]]
    if "budget" in task:
        on_exceeded = OnExceeded.Value(f"ON_EXCEEDED_{task['budget'].get('on_exceeded', 'UNSPECIFIED')}")
        options["budget"] = {**task["budget"], "on_exceeded": on_exceeded}
    if "on_name_taken" in task:
        options["on_name_taken"] = OnNameTaken.Value(f"ON_NAME_TAKEN_{task['on_name_taken']}")
    if "addressee" in task:
        options["addressee"] = principal_of(task["addressee"])
    options.pop("as", None)
    if options.pop("keep", False):
        options["on_parent_end"] = OnParentEnd.ON_PARENT_END_KEEP
    return options


def new_task(task: Data, queue: str) -> NewTask:
    return NewTask(**options_of(task, queue))


def scope_of(given: str | Data) -> ScopeInit:
    return given if isinstance(given, str) else read_scope(given["read"])


def principal_of(given: Data) -> Principal:
    return Principal(kind=PrincipalKind.Value(f"PRINCIPAL_KIND_{given['kind']}"), id=given["id"])


def plain_principal(principal: Principal | None) -> Data | None:
    if principal is None:
        return None
    return {"kind": PrincipalKind.Name(principal.kind).removeprefix("PRINCIPAL_KIND_"), "id": principal.id}


def question_of(given: Data) -> Data:
    """The arguments of `job.ask`."""
    options = dict(given)
    if "addressee" in given:
        options["addressee"] = principal_of(given["addressee"])
    if "expires" in given:
        options["expires"] = given["expires"]["after_ms"] / 1000
        otherwise = given["expires"].get("otherwise", "fail")
        if isinstance(otherwise, dict):
            options["default_answer"] = otherwise["answer"]
        else:
            options["on_expiry"] = otherwise
    return options


def hand_off_of(given: Data) -> Data:
    """The arguments of `job.hand_off`."""
    options = {**given, **given["to"]}
    del options["to"]
    if "principal" in options:
        options["principal"] = principal_of(options["principal"])
    options["refs"] = [Artifact(**one) for one in given.get("refs", ())]
    return options


def signal_of(given: Data) -> Data:
    """The arguments of `send_signal`."""
    options: Data = {name: given[name] for name in ("channel", "task_id", "payload", "broadcast") if name in given}
    if "ttl_ms" in given:
        options["ttl"] = given["ttl_ms"] / 1000
    return options


def plain_signal(sent: SentSignal) -> Data:
    return {"taken_by": sent.taken_by_task_id, "kept": sent.keep_until is not None, "waiting": sent.waiting}


def wait_of(given: Data) -> wait.WaitInit:
    groups = [
        wait.any_of(*map(condition_of, group["any_of"])) if "any_of" in group else condition_of(group)
        for group in given["all_of"]
    ]
    return wait.all_of(
        *groups, on_impossible=OnImpossible.Value(f"ON_IMPOSSIBLE_{given.get('on_impossible', 'UNSPECIFIED')}")
    )


def condition_of(given: Data) -> Any:
    name = given.get("name", "")
    if "channel" in given:
        return wait.signal(given["channel"], count=given.get("count"), name=name)
    if "after_ms" in given:
        return wait.after(given["after_ms"] / 1000, name=name)
    make = wait.ended if given.get("ended") else wait.task
    return make(given.get("task"), idempotency_key=given.get("key"), item=given.get("item"), name=name)


def value_of(step: Data, job: Job) -> Any:
    """What `return_of` says."""
    what = step["return_of"]
    if what == "results":
        return [
            {
                "name": one.name,
                "status": one.status,
                "result": plain(one.result),
                "signals": [plain(signal.payload) for signal in one.signals],
            }
            for one in job.wait_results
        ]
    if what == "answer":
        answer = job.answer(step["name"]) if "name" in step else job.answer()
        return answer and {
            "outcome": answer.outcome,
            "answer": answer.answer,
            "reason": answer.reason,
            "by": plain_principal(answer.by),
        }
    if what == "rejected":
        report = job.rejected
        return report and {"findings": report.findings, "attempt": report.attempt, "result": plain(report.result)}
    if what == "handed_over":
        handed = job.handed_over
        return handed and {
            "note": handed.note,
            "refs": [{"kind": one.kind, "uri": one.uri} for one in handed.refs],
            "from": plain_principal(handed.by),
        }
    return getattr(job, what)


def state_of(task: Task) -> str:
    return state_name(task.state)


def state_name(state: TaskState.ValueType) -> str:
    return TaskState.Name(state).removeprefix("TASK_STATE_")


def mode_name(mode: ScopeMode.ValueType) -> str:
    return ScopeMode.Name(mode).removeprefix("SCOPE_MODE_")


def summary(task: Task) -> Data:
    found = {"task_id": task.task_id, "type": task.type, "state": state_of(task), "attempt": task.attempt}
    if task.outcome.HasField("error"):
        found["error"] = {"type": task.outcome.error.type, "message": task.outcome.error.message}
    return found


def plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def error_of(error: Exception) -> Data:
    if isinstance(error, TaskEndedError):
        return {"reason": "TASK_ENDED", "state": state_of(error.task), **summary(error.task).get("error", {})}
    if isinstance(error, TimeoutError):
        return {"reason": "TIMEOUT"}
    if not isinstance(error, AsyncGateError):
        return {"reason": "OTHER", "message": repr(error)}
    return {"reason": error.reason_name, "retryable": error.retryable, "fact": fact_of(error.facts)}


def fact_of(facts: object) -> str | None:
    """The fact by which a program would decide."""
    match facts:
        case error_pb2.LimitFacts():
            return facts.limit
        case error_pb2.PermissionFacts():
            return facts.scope
        case error_pb2.ViolationFacts():
            return facts.violations[0].field
        case error_pb2.ConflictFacts():
            return facts.task_id
        case error_pb2.ResourceFacts():
            return facts.id
        case error_pb2.LeaseFacts():
            return state_name(facts.state)
        case error_pb2.TransitionFacts():
            return state_name(getattr(facts, "from"))
        case error_pb2.NameFacts() | error_pb2.BudgetFacts():
            return facts.task_id
        case error_pb2.ScopeFacts():
            return facts.held[0].task_id
        case question_pb2.InputResult():
            return question_pb2.InputOutcome.Name(facts.outcome).removeprefix("INPUT_OUTCOME_").lower()
        case error_pb2.OutcomeFacts():
            return facts.missing[0].required.kind
    return None


def agent_of(given: Data) -> Agent:
    tools = [AgentTool(**one) for one in given.get("tools", ())]
    return Agent(agent_id=given["agent_id"], domain=given.get("domain", ""), tools=tools)


def match_name(match: agent_service_pb2.RouteMatch.ValueType) -> str:
    return agent_service_pb2.RouteMatch.Name(match).removeprefix("ROUTE_MATCH_")
