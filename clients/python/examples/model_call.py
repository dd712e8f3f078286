"""A long model call as a task: progress, a checkpoint to go on from, and cancellation that ends the call at once.

The model is a script, so that the example runs without a key to one. The API key must be able to create tasks and to
work on them, as that of an operator. The first worker stops soon, as in a deployment, and the second one goes on where
it stopped; a second task is canceled by its owner.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from itertools import cycle, islice

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


async def write(job: Job) -> dict[str, object]:
    words: int = job.payload["words"]
    written: list[str] = list(job.checkpoint or [])
    resumed_at = len(written)
    try:
        async for word in model(job.payload["prompt"], written, words):
            written.append(word)
            # Neither is awaited: reports that come faster than they are sent are merged.
            job.progress(100 * len(written) / words, f"{len(written)} words", detail={"last": word})
            job.save_checkpoint(written)
    except asyncio.CancelledError:
        # Here a real call would be ended, so that it costs nothing more. The checkpoint goes with the task.
        print(f"stopped after {len(written)} words: {job.stop}")
        raise
    return {"text": " ".join(written), "resumed_at": resumed_at}


async def wait_for_progress(client: Client, task_id: str) -> None:
    async for news in client.watch_task(task_id):
        if news.task.progress.percent > 0:
            return


async def main() -> None:
    async with Client(ENDPOINT, KEY) as client:
        first = Worker(ENDPOINT, KEY, {"model.write": write})
        running = asyncio.create_task(first.run())
        created = await client.create_task("model.write", {"prompt": "What is a lease?", "words": 200})
        await wait_for_progress(client, created.task_id)
        await first.stop(within=0)
        await running

        second = Worker(ENDPOINT, KEY, {"model.write": write})
        running = asyncio.create_task(second.run())
        result = await client.result(created.task_id)
        print(f"resumed after {result['resumed_at']} words, and wrote {len(result['text'].split())}")

        unwanted = await client.create_task("model.write", {"prompt": "What is a fence?", "words": 3_000})
        await wait_for_progress(client, unwanted.task_id)
        await client.cancel_task(unwanted.task_id, "the user has left", grace_period=30)
        ended = await client.await_task(unwanted.task_id)
        print(f"the second task is {TaskState.Name(ended.state)}")
        await second.stop()
        await running


asyncio.run(main())
