"""How the library is led to the server: the URL that it is given, and the options that go with it."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from faults import certificates
from faults.server import Stage, Wire

TUNNELLED = "https://provider.test"
"""Only a proxy can lead there."""


class UnplayableError(Exception):
    """The network of this machine cannot be made to go wrong in that way."""


@dataclass(frozen=True)
class Door:
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: Stage | None = None
    """Another host, which must see nothing."""


@contextmanager
def plain(stage: Stage) -> Iterator[Door]:
    yield Door(f"http://127.0.0.1:{stage.port}")


@contextmanager
def tls(stage: Stage) -> Iterator[Door]:
    yield Door(f"https://127.0.0.1:{stage.port}", {"verify": certificates.trust()})


@contextmanager
def proxied(stage: Stage) -> Iterator[Door]:
    """The server plays a proxy, and the provider behind it."""
    yield Door(TUNNELLED, {"proxy": f"http://127.0.0.1:{stage.port}", "verify": certificates.trust()})


@contextmanager
def one_connection(stage: Stage) -> Iterator[Door]:
    yield Door(f"http://127.0.0.1:{stage.port}", {"connections": 1})


@contextmanager
def refused(_: Stage) -> Iterator[Door]:
    with _bound() as closed:
        yield Door(f"http://127.0.0.1:{_port(closed)}")


@contextmanager
def refused_proxy(_: Stage) -> Iterator[Door]:
    with _bound() as closed:
        yield Door(TUNNELLED, {"proxy": f"http://127.0.0.1:{_port(closed)}"})


@contextmanager
def no_such_host(_: Stage) -> Iterator[Door]:
    yield Door("https://provider.invalid")  # RFC 6761: never resolves


@contextmanager
def full(_: Stage) -> Iterator[Door]:
    """A listener that accepts nothing, with its queue full: the kernel drops each further SYN."""
    with ExitStack() as opened:
        listener = opened.enter_context(_bound())
        listener.listen(0)
        for _attempt in range(16):
            filler = opened.enter_context(socket.socket())
            filler.settimeout(0.1)
            try:
                filler.connect(listener.getsockname())
            except TimeoutError:
                break
        else:
            raise UnplayableError("the queue of a listener does not fill up")
        yield Door(f"http://127.0.0.1:{_port(listener)}")


@contextmanager
def beside_another_host(stage: Stage) -> Iterator[Door]:
    """`stage.location` leads to a second server; `localhost` is another host than 127.0.0.1."""
    with Stage(_take, stage.status, stage.body, stage.headers) as other:
        stage.location = f"http://localhost:{other.port}/audiences"
        yield Door(f"http://127.0.0.1:{stage.port}", elsewhere=other)


def _take(wire: Wire) -> None:
    wire.request()
    wire.finish()


def _bound() -> socket.socket:
    """A port that nobody listens on, and that nobody else gets."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    return made


def _port(made: socket.socket) -> int:
    return int(made.getsockname()[1])
