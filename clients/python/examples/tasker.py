"""Hands over one task and prints its result."""

import asyncio
import os

from asyncgate import Client


async def main() -> None:
    async with Client(os.environ["ASYNCGATE_URL"], os.environ["ASYNCGATE_API_KEY"]) as client:
        created = await client.create_task("greet", {"name": "Ada"}, idempotency_key="greet-ada")
        print(await client.result(created.task_id))


asyncio.run(main())
