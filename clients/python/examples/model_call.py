"""A long model call as a task, as an AI engineer wants it.

Its text is streamed while it grows. It reports progress, saves a checkpoint to go on from, ends at once when it is
canceled, and asks a person before it is published. The model is a script, so that the example runs without a key to
one. The API key must be able to create tasks and to work on them, as that of an operator.

The first worker stops soon, as in a deployment, and the second one goes on where it stopped; a second task is canceled
by its owner.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from asyncgate import Client, Job, TaskState, Worker

ENDPOINT = os.environ["ASYNCGATE_URL"]
KEY = os.environ["ASYNCGATE_API_KEY"]
WORDS = [
    "a",
    "lease",
    "is",
    "the",
    "right",
    "to",
    "work",
    "on",
    "one",
    "task",
    "until",
    "a",
    "point",
    "in",
    "time",
    "and",
]


async def model(prompt: str, written: list[str], words: int) -> AsyncIterator[str]:
    """Streams the words that come after those that were written already."""
    for word in islice(cycle(WORDS), len(written), words):
        await asyncio.sleep(0.02)
        yield word


async def write(job: Job) -> Any:
    written: list[str] = list(job.checkpoint or [])
    decision = job.answer("publish")
    if decision is not None:
        return {"text": " ".join(written), "is_published": decision.answer == "publish"}
    if written:
        print(f"resumed after {len(written)} words")
    try:
        await stream(job, written)
    except asyncio.CancelledError:
        # Here a real call would be ended, so that it costs nothing more. The checkpoint goes with the task.
        print(f"stopped after {len(written)} words: {job.stop}")
        raise
    job.spend({"words": len(written)})
    # The task waits for the person without a worker. This example has one key for all; usually a person has another.
    return job.ask(
        "Publish this text?",
        name="publish",
        text=" ".join(written),
        options=["publish", "discard"],
        expires=timedelta(days=1),
        default_answer="discard",
        checkpoint=written,
        asker_may_answer=True,
    )


async def stream(job: Job, written: list[str]) -> None:
    words: int = job.payload["words"]
    text = job.output("text")
    async for word in model(job.payload["prompt"], written, words):
        written.append(word)
        # None of these is awaited: reports that come faster than they are sent are merged.
        text.write(f"{word} ")
        job.progress(100 * len(written) / words, f"{len(written)} words", detail={"last": word})
        job.save_checkpoint(written)


async def wait_for_progress(client: Client, task_id: str) -> None:
    async for news in client.watch_task(task_id):
        if news.task.progress.percent > 0:
            return


async def follow(client: Client, task_id: str) -> str:
    """The text as it grows, from one worker after the other."""
    pieces = [part.data async for part in client.read_output(task_id, stream="text", follow=True)]
    return b"".join(pieces).decode()


async def decide(client: Client, task_id: str) -> None:
    """What a person does when the question is there."""
    async for news in client.watch_task(task_id):
        if news.task.HasField("question"):
            break
    async for question in client.questions():
        if question.task_id == task_id:
            print(question.title, " or ".join(option.value for option in question.options))
            await client.answer(question, "publish")


async def main() -> None:
    async with Client(ENDPOINT, KEY) as client:
        first = Worker(ENDPOINT, KEY, {"model.write": write})
        running = asyncio.create_task(first.run())
        created = await client.create_task("model.write", {"prompt": "What is a lease?", "words": 200})
        await wait_for_progress(client, created.task_id)
        following = asyncio.create_task(follow(client, created.task_id))
        await first.stop(within=0)
        await running

        second = Worker(ENDPOINT, KEY, {"model.write": write})
        running = asyncio.create_task(second.run())
        await decide(client, created.task_id)
        result = await client.result(created.task_id)
        streamed = (await following).split()
        print(f"published: {result['is_published']}; streamed {len(streamed)} of {len(result['text'].split())} words")

        unwanted = await client.create_task("model.write", {"prompt": "What is a fence?", "words": 3_000})
        await wait_for_progress(client, unwanted.task_id)
        await client.cancel_task(unwanted.task_id, "the user has left", grace_period=30)
        ended = await client.await_task(unwanted.task_id)
        print(f"the second task is {TaskState.Name(ended.state)}")
        await second.stop()
        await running


asyncio.run(main())
