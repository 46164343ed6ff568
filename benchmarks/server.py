"""A minimal provider in a separate process, so that its CPU time is not counted: it answers every call with a token."""

import asyncio
import multiprocessing
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import trustme

AUTHORITY = trustme.CA()
_ANSWER = b'HTTP/1.1 202 \r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"indexing_token":"abc"}'
_HEAD = re.compile(rb"(?is)content-length: (\d+).*?\r\n\r\n")


class _Taking(asyncio.Protocol):
    """Answers each request, and keeps the connection open."""

    def connection_made(self, transport: Any) -> None:
        self._transport, self._seen = transport, bytearray()

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head = _HEAD.search(self._seen)
        if head and len(self._seen) == head.end() + int(head[1]):
            self._seen = bytearray()
            self._transport.write(_ANSWER)


def _serve(told: Connection, authority: bytes) -> None:
    async def run() -> None:
        loop, context = asyncio.get_running_loop(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA.from_pem(*authority.split(b"|")).issue_cert("127.0.0.1").configure_cert(context)
        servers = [await loop.create_server(_Taking, "127.0.0.1", 0, backlog=100, ssl=tls) for tls in (None, context)]
        told.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.gather(*(server.serve_forever() for server in servers))

    asyncio.run(run())


@contextmanager
def serving() -> Iterator[tuple[str, str]]:
    """Run the server; yields its base URLs, for plain HTTP and for TLS."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    authority = b"|".join((AUTHORITY.cert_pem.bytes(), AUTHORITY.private_key_pem.bytes()))
    process = context.Process(target=_serve, args=(send, authority), daemon=True)
    process.start()
    plain, secure = receive.recv()
    try:
        yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"
    finally:
        process.terminate()
