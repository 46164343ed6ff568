"""What came back: it imports nothing of ours, so that errors can carry it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


class Headers(Mapping[str, str]):
    """Response headers: a mapping that ignores case. The values of a repeated header are joined with a comma."""

    def __init__(self, items: tuple[tuple[str, str], ...] = ()) -> None:
        self.items_as_sent = items
        self._values: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def all(self, name: str) -> list[str]:
        """The values of a header that may be repeated, in the order in which they came."""
        return [value for sent, value in self.items_as_sent if sent.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(self.items_as_sent)

    def __repr__(self) -> str:
        return f"Headers({len(self)} names)"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: the status, the headers and the bytes of the body, decompressed.

    `problem` says why the body is not whole (cut off, too large, not decompressible); None if it is. `elapsed` has the
    seconds from sending to the end of the answer.
    """

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    problem: str | None = None
    elapsed: float = field(default=0.0, compare=False)

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id, if any; no provider documents one."""
        return self.headers.get("x-request-id")
