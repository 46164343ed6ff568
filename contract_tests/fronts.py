"""A relay before a server, which changes what it answers, or keeps it back."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


@contextmanager
def front(url: str, answered: Callable[[bytes], bytes]) -> Iterator[str]:
    """The URL of a relay; each final answer's beginning goes through `answered`, and b"" ends the connection."""
    base = urlsplit(url)
    listener = socket.create_server(("127.0.0.1", 0))

    def relay(client: socket.socket) -> None:
        with client, socket.create_connection((str(base.hostname), base.port or 80)) as server:
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            with suppress(OSError):
                while told := server.recv(65536):
                    begins = told.startswith(b"HTTP/1.1 ") and not told.startswith(b"HTTP/1.1 1")
                    changed = answered(told) if begins else told
                    if not changed:
                        break
                    client.sendall(changed)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)  # wakes who reads from it

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=relay, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{base.path}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while asked := client.recv(65536):
            server.sendall(asked)
        server.shutdown(socket.SHUT_WR)
