"""A server made of a socket: it reads one request, keeps its bytes, and answers with any bytes at all."""

import re
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from audience_contract import Request


@dataclass(repr=False)
class RawServer:
    """Answers every connection with the next of `answers`, or else with `answer`, then closes it. `requests` has what
    came, as it came.
    """

    answer: bytes = b""
    answers: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    patience: float = 0.5
    """Seconds for which it waits until the client has closed."""
    threads: bool = False
    """Whether connections are served at the same time."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.threads:
                threading.Thread(target=self._answer, args=[connection], daemon=True).start()
            else:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.requests.append(_read(connection))
            connection.sendall(self.reply(self.requests[-1]))
            connection.shutdown(socket.SHUT_WR)
            # Until the client has closed, a close here could reset what it has not read yet.
            connection.settimeout(self.patience)
            while connection.recv(65536):
                pass

    def reply(self, request: bytes) -> bytes:  # noqa: ARG002  # for servers that look at it
        return self.answers.pop(0) if self.answers else self.answer

    def last(self) -> Request:
        """The last request, as the checker takes it."""
        return self.read(self.requests[-1])

    @staticmethod
    def read(request: bytes) -> Request:
        head, _, body = request.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ")
        headers = tuple((name, value.strip()) for name, _, value in (header.partition(":") for header in lines))
        return Request(method=method, target=target, headers=headers, body=body)


def _read(connection: socket.socket) -> bytes:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head = data.index(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", data[:head])
    while length and len(data) < head + 4 + int(length[1]):
        data += _more(connection)
    return bytes(data)


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("closed before the request was whole")
    return data


def http(status: int | str, body: bytes = b"", content_type: str | None = "application/json", **headers: str) -> bytes:
    """An answer with a right Content-Length, after which the connection is closed."""
    fields = {"Connection": "close", "Content-Length": str(len(body))}
    fields |= {"Content-Type": content_type} if content_type else {}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + body


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
