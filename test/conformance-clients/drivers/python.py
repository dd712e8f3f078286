"""The driver for Python: does with the kit what the runner tells it. docs/conformance.md has the commands."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncgate import (
    Artifact,
    AsyncGateError,
    Client,
    Created,
    Done,
    Job,
    NewTask,
    NonRetryable,
    OnImpossible,
    RetryAfter,
    Task,
    TaskEndedError,
    TaskState,
    Worker,
    events,
    wait,
)
from asyncgate.v1 import error_pb2

client: Client
worker: Worker
gates: dict[str, asyncio.Event] = {}
background: set[asyncio.Task[None]] = set()


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def gate(name: str) -> asyncio.Event:
    return gates.setdefault(name, asyncio.Event())


def seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


class Commands:
    """One method for each command."""

    async def client(self, endpoint: str, key: str, timeout_ms: float = 30_000, **_: Any) -> None:
        global client
        client = Client(endpoint, key, timeout=timeout_ms / 1000)

    async def create(self, task: dict[str, Any], queue: str, **_: Any) -> Any:
        created = await client.create_task(**options_of(task, queue))
        return {"task_id": created.task_id, "existed": created.existed, "state": state_of(created.task)}

    async def create_many(self, tasks: list[dict[str, Any]], queue: str, **_: Any) -> Any:
        results = await client.create_tasks([NewTask(**options_of(task, queue)) for task in tasks])
        return [{"task_id": one.task_id} if isinstance(one, Created) else {"error": error_of(one)} for one in results]

    async def get(self, task_id: str, **_: Any) -> Any:
        return summary(await client.get_task(task_id))

    async def await_(self, task_id: str, timeout_ms: float | None = None, **_: Any) -> Any:
        return summary(await client.await_task(task_id, timeout=seconds(timeout_ms)))

    async def result(self, task_id: str, timeout_ms: float | None = None, **_: Any) -> Any:
        return plain(await client.result(task_id, timeout=seconds(timeout_ms)))

    async def cancel(self, task_id: str, reason: str = "", grace_ms: float | None = None, **_: Any) -> Any:
        return {"state": state_of(await client.cancel_task(task_id, reason, grace_period=seconds(grace_ms)))}

    async def list(self, queue: str, states: tuple[str, ...] = (), **args: Any) -> Any:
        wanted = [TaskState.Value(f"TASK_STATE_{name}") for name in states]
        return [summary(one) async for one in client.list_tasks(queue=queue, type=args.get("type", ""), states=wanted)]

    async def watch(self, task_id: str, **_: Any) -> Any:
        states: list[str] = []
        async for news in client.watch_task(task_id):
            state = state_of(news.task)
            if not states or states[-1] != state:
                states.append(state)
                say({"event": "watched", "state": state})
        return states

    async def obligations(self, **_: Any) -> Any:
        return [one.receipt.task_id async for one in client.obligations()]

    async def worker(self, **args: Any) -> None:
        start_worker(**args)

    async def stop(self, within_ms: float = 30_000, **_: Any) -> None:
        await worker.stop(within_ms / 1000)

    async def go(self, **args: Any) -> None:
        gate(args["gate"]).set()


def start_worker(endpoint: str, key: str, queue: str, handlers: dict[str, Any], slots: int = 8, **args: Any) -> None:
    global worker

    def handler(script: list[Any]) -> Any:
        async def handle(job: Job) -> Any:
            say({"event": "entered", "type": job.type, "attempt": job.attempt, "checkpoint": plain(job.checkpoint)})
            return await play(script, job)

        return handle

    worker = Worker(
        args.get("endpoints", endpoint),
        key,
        {kind: handler(script) for kind, script in handlers.items()},
        slots=slots,
        queues=[queue],
        capabilities=args.get("capabilities", ()),
        lease_ttl=seconds(args.get("ttl_ms")),
        drain_within=args.get("drain_within_ms", 30_000) / 1000,
        on_event=on_event,
    )
    task = asyncio.get_running_loop().create_task(run_worker(worker))
    background.add(task)


async def run_worker(one: Worker) -> None:
    try:
        await one.run()
    except AsyncGateError as error:
        say({"event": "stopped", "error": error_of(error)})
    else:
        say({"event": "stopped"})


def on_event(event: events.WorkerEvent) -> None:
    match event:
        case events.Connected(resumed=resumed):
            say({"event": "connected", "resumed": resumed})
        case events.Settled(ending=ending):
            say({"event": "settled", "ending": ending})
        case events.Refused(error=error):
            say({"event": "refused", "reason": getattr(error, "reason_name", str(error))})
        case events.Stopping(cause=cause):
            say({"event": "told", "why": cause.why})
        case events.Disconnected() | events.Draining():
            say({"event": type(event).__name__.lower()})


async def play(steps: list[dict[str, Any]], job: Job) -> Any:
    for step in steps:
        if "on" in step and not is_so(step["on"], job):
            continue
        if "do" in step:
            return await play(step["do"], job)
        await report(step, job)
        fail(step)
        if "artifacts" in step:
            return Done(artifacts=[Artifact(**one) for one in step["artifacts"]])
        if "suspend" in step:
            return job.suspend(wait_of(step["suspend"]), checkpoint=step["suspend"].get("checkpoint"))
        if "release" in step:
            given = step["release"]
            return job.release(delay=given["delay_ms"] / 1000, checkpoint=given["checkpoint"])
        if "sleep_ms" in step:
            return job.sleep(step["sleep_ms"] / 1000)
        if "sized" in step:
            return "x" * step["sized"]
        if "return" in step:
            return step["return"]
        if "return_of" in step:
            return value_of(step["return_of"], job)
    return None


async def report(step: dict[str, Any], job: Job) -> None:
    if "wait" in step:
        await gate(step["wait"]).wait()
    if "hold" in step:
        await hold(gate(step["hold"]))
    if "block_ms" in step:
        time.sleep(step["block_ms"] / 1000)  # noqa: ASYNC251
    if "start" in step:
        await job.start()
    if "progress" in step:
        await job.progress(**step["progress"])
    if "checkpoint" in step:
        await job.save_checkpoint(step["checkpoint"])


async def hold(opened: asyncio.Event) -> None:
    """Goes on although it is canceled."""
    while not opened.is_set():
        try:
            await opened.wait()
        except asyncio.CancelledError:
            continue


def fail(step: dict[str, Any]) -> None:
    if "fail" in step:
        raise RuntimeError(step["fail"])
    if "fail_for_good" in step:
        raise NonRetryable(**step["fail_for_good"])
    if "retry_after_ms" in step:
        raise RetryAfter(step["retry_after_ms"] / 1000, "later")


def is_so(on: dict[str, Any], job: Job) -> bool:
    if "attempt" in on:
        return bool(job.attempt == on["attempt"])
    return bool(job.wait_results) if "results" in on else job.checkpoint is not None


def value_of(what: str, job: Job) -> Any:
    if what != "results":
        return getattr(job, what)
    return [{"name": one.name, "status": one.status, "result": plain(one.result)} for one in job.wait_results]


def options_of(task: dict[str, Any], queue: str) -> dict[str, Any]:
    options = {**task, "queue": queue}
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
    return options


def wait_of(given: dict[str, Any]) -> wait.WaitInit:
    groups = [
        wait.any_of(*map(condition_of, group["any_of"])) if "any_of" in group else condition_of(group)
        for group in given["all_of"]
    ]
    return wait.all_of(
        *groups, on_impossible=OnImpossible.Value(f"ON_IMPOSSIBLE_{given.get('on_impossible', 'UNSPECIFIED')}")
    )


def condition_of(given: dict[str, Any]) -> Any:
    name = given.get("name", "")
    if "after_ms" in given:
        return wait.after(given["after_ms"] / 1000, name=name)
    make = wait.ended if given.get("ended") else wait.task
    return make(given.get("task"), idempotency_key=given.get("key"), item=given.get("item"), name=name)


def state_of(task: Task) -> str:
    return TaskState.Name(task.state).removeprefix("TASK_STATE_")


def summary(task: Task) -> dict[str, Any]:
    found = {"task_id": task.task_id, "type": task.type, "state": state_of(task), "attempt": task.attempt}
    if task.outcome.HasField("error"):
        found["error"] = {"type": task.outcome.error.type, "message": task.outcome.error.message}
    return found


def plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def error_of(error: Exception) -> dict[str, Any]:
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
            return TaskState.Name(facts.state).removeprefix("TASK_STATE_")
        case error_pb2.TransitionFacts():
            return TaskState.Name(getattr(facts, "from")).removeprefix("TASK_STATE_")
    return None


async def obey(line: str) -> None:
    message = json.loads(line)
    number, command = message.pop("id"), message.pop("command")
    try:
        answer = await getattr(Commands(), "await_" if command == "await" else command)(**message)
        say({"id": number, "ok": answer})
    except Exception as error:
        say({"id": number, "error": error_of(error)})


async def main() -> None:
    source = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(source), sys.stdin)
    while line := await source.readline():
        task = asyncio.create_task(obey(line.decode()))
        background.add(task)
        task.add_done_callback(background.discard)


asyncio.run(main())
