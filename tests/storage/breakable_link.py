"""A connection to PostgreSQL over TCP that a test can cut, hold up, or cut at a certain statement."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.postgres import Server


@dataclass(slots=True)
class BreakableLink:
    """Passes everything on between the product and the server until it is told otherwise."""

    server: Server
    port: int = 0
    is_down: bool = False
    """New connections are closed at once."""
    speaks: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, nothing is passed on, and nothing is closed."""
    cut_after: bytes = b""
    """Once a client has sent this, the server gets it, and the client loses the connection before the answer."""
    connections: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def url(self, name: str) -> str:
        """The address of one of the server's databases through this link."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}?sslmode=disable"

    def cut(self) -> None:
        """Every connection breaks."""
        for writer in list(self._writers):
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        self.connections += 1
        if self.is_down:
            writer.close()
            return
        server_reader, server_writer = await asyncio.open_unix_connection(self.server.folder / ".s.PGSQL.5432")
        self._writers |= {writer, server_writer}
        try:
            await asyncio.gather(
                self._pass_on(reader, server_writer, writer), self._pass_on(server_reader, writer, None)
            )
        finally:
            for each in (writer, server_writer):
                each.close()
                self._writers.discard(each)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: asyncio.StreamWriter | None
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.speaks.wait()
                if client is not None and self.cut_after and self.cut_after in data:
                    self.cut_after = b""
                    client.close()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def open_link(server: Server) -> AsyncIterator[BreakableLink]:
    """An open link to the server."""
    link = BreakableLink(server)
    link.speaks.set()
    listener = await asyncio.start_server(link.serve, "127.0.0.1", 0)
    link.port = listener.sockets[0].getsockname()[1]
    try:
        yield link
    finally:
        link.speaks.set()
        listener.close()
        link.cut()
        await asyncio.sleep(0.05)
