"""What handlers call outside of their worker's stream: a client with the worker's own credential."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from asyncgate._reply import Reply
from asyncgate.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from asyncgate._connection import ConnectionOptions

Value = TypeVar("Value")


class WorkerClient:
    """Opened by the first call, as most workers make none; for the endpoint that the session is at."""

    def __init__(self, endpoints: Sequence[str], options: ConnectionOptions) -> None:
        self.endpoint = endpoints[0]
        self._options = options
        self._clients: dict[str, Client] = {}
        self._loop = asyncio.get_running_loop()

    def call(self, use: Callable[[Client], Coroutine[Any, Any, Value]]) -> Reply[Value]:
        """From coroutines and threads. It goes on if what awaits it is canceled, as it may be done already."""
        return Reply(asyncio.run_coroutine_threadsafe(self._call(use), self._loop))

    async def _call(self, use: Callable[[Client], Coroutine[Any, Any, Value]]) -> Value:
        client = self._clients.get(self.endpoint)
        if client is None:
            client = self._clients[self.endpoint] = Client(self.endpoint, self._options.key, tls=self._options.tls)
        return await use(client)

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self._clients.values()))
