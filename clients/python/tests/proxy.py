"""A TCP proxy that breaks what goes through it, when a test says so."""

from __future__ import annotations

import asyncio
from typing import Self
from urllib.parse import urlsplit


class Proxy:
    """Between a worker and the server at `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_frozen = False
        self._loses_answers = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()

    def freeze(self) -> None:
        """Nothing passes any more in either direction."""
        self._is_frozen = True

    def lose_answers(self) -> None:
        """What the server sends is lost, on the connections that are open, until they are cut."""
        self._loses_answers = True

    def cut(self) -> None:
        """Ends all connections at once."""
        self._loses_answers = False
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, behind_writer}
        for up, source, into in ((True, reader, behind_writer), (False, behind_reader, writer)):
            task = asyncio.create_task(self._forward(up, source, into))
            self._tasks.add(task)

    async def _forward(self, up: bool, source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                if self._is_frozen or (self._loses_answers and not up):
                    continue
                into.write(data)
                await into.drain()
        except OSError:
            pass
        finally:
            into.close()
