"""The driver for Python: does with the kit what the runner tells it. docs/conformance.md has the commands."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from python_values import (
    agent_of,
    error_of,
    hand_off_of,
    match_name,
    mode_name,
    new_task,
    options_of,
    plain,
    plain_signal,
    question_of,
    seconds,
    signal_of,
    state_name,
    state_of,
    summary,
    value_of,
    wait_of,
)

from asyncgate import (
    Artifact,
    AsyncGateError,
    Client,
    Created,
    Done,
    Job,
    NonRetryable,
    QuestionId,
    RetryAfter,
    Route,
    TaskState,
    Worker,
    events,
    named,
)

client: Client
worker: Worker
gates: dict[str, asyncio.Event] = {}
background: set[asyncio.Task[None]] = set()


IS_QUIET = os.environ.get("ASYNCGATE_DRIVER_QUIET") == "1"
"""The benchmark wants answers alone."""


def say(message: dict[str, Any]) -> None:
    if IS_QUIET and "event" in message:
        return
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def gate(name: str) -> asyncio.Event:
    return gates.setdefault(name, asyncio.Event())


def task_of(args: dict[str, Any]) -> str:
    """A name stands wherever the id of a task does."""
    return named(args["named"]) if "named" in args else args["task_id"]


class Commands:
    """One method for each command."""

    async def client(self, endpoint: str, key: str, timeout_ms: float = 30_000, **_: Any) -> None:
        global client
        client = Client(endpoint, key, timeout=timeout_ms / 1000)

    async def create(self, task: dict[str, Any], queue: str, **_: Any) -> Any:
        created = await client.create_task(**options_of(task, queue))
        return {"task_id": created.task_id, "existed": created.existed, "state": state_of(created.task)}

    async def create_many(self, tasks: list[dict[str, Any]], queue: str, **_: Any) -> Any:
        results = await client.create_tasks([new_task(task, queue) for task in tasks])
        return [{"task_id": one.task_id} if isinstance(one, Created) else {"error": error_of(one)} for one in results]

    async def get(self, **args: Any) -> Any:
        return summary(await client.get_task(task_of(args)))

    async def await_(self, timeout_ms: float | None = None, **args: Any) -> Any:
        return summary(await client.await_task(task_of(args), timeout=seconds(timeout_ms)))

    async def result(self, timeout_ms: float | None = None, **args: Any) -> Any:
        return plain(await client.result(task_of(args), timeout=seconds(timeout_ms)))

    async def cancel(self, reason: str = "", grace_ms: float | None = None, **args: Any) -> Any:
        return {"state": state_of(await client.cancel_task(task_of(args), reason, grace_period=seconds(grace_ms)))}

    async def list(self, queue: str, states: tuple[str, ...] = (), **args: Any) -> Any:
        wanted = [TaskState.Value(f"TASK_STATE_{name}") for name in states]
        return [summary(one) async for one in client.list_tasks(queue=queue, type=args.get("type", ""), states=wanted)]

    async def watch(self, **args: Any) -> Any:
        states: list[str] = []
        async for news in client.watch_task(task_of(args)):
            state = state_of(news.task)
            if not states or states[-1] != state:
                states.append(state)
                say({"event": "watched", "state": state})
        return states

    async def obligations(self, **_: Any) -> Any:
        return [one.receipt.task_id async for one in client.obligations()]

    async def questions(self, task_id: str, **_: Any) -> Any:
        return [
            {
                "task_id": task_id,
                "input_id": one.input_id,
                "title": one.title,
                "text": one.text,
                "context": one.context,
                "options": [option.value for option in one.options],
            }
            async for one in client.questions()
            if one.task_id == task_id
        ]

    async def answer(self, task_id: str, input_id: str, answer: Any, **_: Any) -> Any:
        return {"state": state_name(await client.answer(QuestionId(task_id, input_id), answer))}

    async def decline(self, task_id: str, input_id: str, reason: str, **_: Any) -> Any:
        return {"state": state_name(await client.decline(QuestionId(task_id, input_id), reason))}

    async def send_signal(self, **args: Any) -> Any:
        to = {} if "channel" in args else {"task_id": task_of(args)}
        return plain_signal(await client.send_signal(**signal_of({**args, **to})))

    async def output(self, task_id: str, stream: str = "", **args: Any) -> Any:
        begin: dict[str, Any] = {name: args.get(name) for name in ("from_offset", "last_bytes")}
        data, next_offset = bytearray(), 0
        async for part in client.read_output(task_id, stream=stream, follow=args.get("follow", False), **begin):
            data += part.data
            next_offset = part.next_offset
            if part.data:
                say({"event": "printed"})
        return {"text": data.decode(), "next_offset": next_offset}

    async def scopes(self, prefix: str, **_: Any) -> Any:
        return [
            {"resource": one.resource, "mode": mode_name(one.mode), "task_id": one.task_id}
            async for one in client.list_scopes(prefix)
        ]

    async def register_agent(self, agent: dict[str, Any], **_: Any) -> Any:
        registered = await client.agents.register(agent_of(agent))
        return {"version": registered.agent.version, "changed": registered.changed}

    async def get_agent(self, agent_id: str, **_: Any) -> Any:
        agent = await client.agents.get(agent_id)
        return {"agent_id": agent.agent_id, "tools": [one.name for one in agent.tools]}

    async def agents(self, prefix: str, **_: Any) -> Any:
        return [one.agent_id async for one in client.agents.list() if one.agent_id.startswith(prefix)]

    async def agent_tools(self, agent_id: str, **_: Any) -> Any:
        offered = client.agents.tools(agent_id)
        return [f"{one.capability} {one.tool.name} {one.tool.task_type}" async for one in offered]

    async def route(self, by: Route, **_: Any) -> Any:
        found = await client.agents.route(**by)
        return {"agent_id": found.agent.agent_id, "match": match_name(found.match_type)}

    async def delegate(self, queue: str, input: Any = None, **args: Any) -> Any:  # noqa: A002
        to = args["to"] if "to" in args else args["by"]
        options: Any = {name: args[name] for name in ("tool", "idempotency_key") if name in args}
        done = await client.agents.delegate(to, input, queue=queue, **options)
        return {"task_id": done.task_id, "existed": done.existed, "agent_id": done.agent_id}

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
            return await play(script, job, queue)

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
        case events.OverBudget():
            say({"event": "over_budget"})


async def play(steps: list[dict[str, Any]], job: Job, queue: str) -> Any:
    for step in steps:
        if "on" in step and not is_so(step["on"], job):
            continue
        if "do" in step:
            return await play(step["do"], job, queue)
        await pause(step)
        try:
            await report(step, job, queue)
        except AsyncGateError as error:
            if "catch" not in step:
                raise
            say({"event": "caught", "error": error_of(error)})
        fail(step)
        if ENDINGS.isdisjoint(step):
            continue
        return ending_of(step, job, queue)
    return None


async def pause(step: dict[str, Any]) -> None:
    if "wait" in step:
        await gate(step["wait"]).wait()
    if "hold" in step:
        await hold(gate(step["hold"]))
    if "block_ms" in step:
        time.sleep(step["block_ms"] / 1000)  # noqa: ASYNC251


async def report(step: dict[str, Any], job: Job, queue: str) -> None:
    if "start" in step:
        await job.start()
    if "progress" in step:
        await job.progress(**step["progress"])
    if "checkpoint" in step:
        await job.save_checkpoint(step["checkpoint"])
    if "spend" in step:
        await job.spend(step["spend"])
    if "add_scopes" in step:
        await job.add_scopes(*step["add_scopes"])
    if "child" in step:
        say({"event": "created", "task_id": (await job.child(**options_of(step["child"], queue))).task_id})
    if "send_signal" in step:
        say({"event": "sent", **plain_signal(await job.send_signal(**signal_of(step["send_signal"])))})
    if "output" in step:
        given = step["output"]
        log = job.output(given["stream"])
        for _ in range(given.get("times", 1)):
            await log.write(given["text"])
        if given.get("flush", False):
            await log.flush()


ENDINGS = {
    *("artifacts", "suspend", "ask", "hand_on", "hand_off", "verdict", "release"),
    *("sleep_ms", "sized", "return", "return_of"),
}


def ending_of(step: dict[str, Any], job: Job, queue: str) -> Any:
    """What the handler returns at this step."""
    match step:
        case {"artifacts": artifacts}:
            return Done(artifacts=[Artifact(**one) for one in artifacts])
        case {"suspend": given}:
            create: dict[str, Any] = {"child": [], "next": []}
            for task in given.get("create", ()):
                create[task.get("as", "child")].append(new_task(task, queue))
            lists = {"create": create["child"], "next": create["next"]}
            return job.suspend(wait_of(given), **lists, checkpoint=given.get("checkpoint"))
        case {"ask": given}:
            return job.ask(**question_of(given))
        case {"hand_on": given}:
            return job.hand_on(*(new_task(task, queue) for task in given["next"]), result=given.get("result"))
        case {"hand_off": given}:
            return job.hand_off(**hand_off_of(given))
        case {"verdict": given}:
            return job.verdict(**given)
        case {"release": given}:
            return job.release(delay=given["delay_ms"] / 1000, checkpoint=given["checkpoint"])
        case {"sleep_ms": span}:
            return job.sleep(span / 1000)
        case {"sized": size}:
            return "x" * size
        case {"return": value}:
            return value
    return value_of(step, job)


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
    if "answer" in on:
        return job.answer(on["answer"]) is not None
    if "results" in on:
        return bool(job.wait_results)
    found = next(name for name in ("checkpoint", "rejected", "handed_over", "over_budget") if name in on)
    return getattr(job, found) not in (None, False)


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
