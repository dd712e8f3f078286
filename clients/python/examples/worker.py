"""A worker with a coroutine, and with a plain function that runs in a thread. Ends on SIGTERM or Ctrl-C."""

import asyncio
import hashlib
import logging
import os

from asyncgate import Job, NonRetryable, Worker


async def greet(job: Job) -> dict[str, str]:
    if not isinstance(job.payload, dict) or "name" not in job.payload:
        raise NonRetryable("the payload has no name")
    return {"greeting": f"Hello, {job.payload['name']}!"}


def digest(job: Job) -> str:
    """Computes for a while: nothing else in this process has to wait for it, and its lease is kept."""
    data = job.payload if isinstance(job.payload, bytes) else str(job.payload).encode()
    for step in range(100):
        job.raise_if_stopped()
        data = hashlib.pbkdf2_hmac("sha256", data, b"salt", 1_000)
        job.progress(step + 1)
    return data.hex()


logging.basicConfig(level=logging.INFO)
worker = Worker(
    os.environ["ASYNCGATE_URL"],
    os.environ["ASYNCGATE_API_KEY"],
    {"greet": greet, "digest": digest},
    slots=8,
)
asyncio.run(worker.run())
