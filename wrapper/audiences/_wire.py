"""A request before it is sent and a response after it was read; neither shows its content by itself."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ._members import Upload
from ._secret import Secret


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body. `content` is bytes, or an upload that is opened when it is sent."""

    name: str
    content: bytes | Upload = field(repr=False)
    media_type: str
    filename: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A prepared call: what would be sent.

    `body` (JSON bytes) and `parts` (a multipart body) exclude each other. Headers of httpx's own (Host, Content-Length,
    User-Agent, and a multipart body's Content-Type with its boundary) are added when it is sent.
    """

    method: str
    url: str
    headers: Mapping[str, str | Secret] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = field(default=(), repr=False)
    left_out: tuple[str, ...] = ()

    def redacted(self) -> dict[str, Any]:
        """The request as JSON values, with every secret as `***` and of a file its name and type only."""
        return {
            "method": self.method,
            "url": self.url,
            "headers": self._shown(),
            "body": None if self.body is None else self.body.decode(),
            "parts": [
                {"name": part.name, "filename": part.filename, "media_type": part.media_type}
                | ({"content": part.content.decode()} if isinstance(part.content, bytes) else {})
                for part in self.parts
            ],
            "left_out": list(self.left_out),
        }

    def text(self) -> str:
        """The request for people, with every secret as `***`."""
        lines = [f"{self.method} {self.url}", *(f"{name}: {value}" for name, value in self._shown().items())]
        lines += ["", self.body.decode()] if self.body is not None else []
        for part in self.parts:
            content = part.content.decode() if isinstance(part.content, bytes) else f"file {part.filename}"
            lines.append(f"part {part.name} ({part.media_type}): {content}")
        return "\n".join(lines)

    def curl(self) -> str:
        """A curl command for the same request, with every secret as `***`. Bytes stand as a file named CONTENT."""
        words = ["curl", "-X", self.method, self.url]
        for name, value in self._shown().items():
            words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            words += ["--data-binary", self.body.decode()]
        for part in self.parts:
            if isinstance(part.content, bytes):
                words += ["--form-string", f"{part.name}={part.content.decode()}"]
            else:
                path, name = (_quoted(str(text)) for text in (part.content.path or "CONTENT", part.filename))
                words += ["-F", f"{part.name}=@{path};filename={name};type={part.media_type}"]
        return shlex.join(words)

    def _shown(self) -> dict[str, str]:
        return {name: v.masked if isinstance(v, Secret) else v for name, v in self.headers.items()}


def _quoted(text: str) -> str:
    """As curl wants it within a form argument."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Headers(Mapping[str, str]):
    """Response headers: a mapping that ignores case. The values of a repeated header are joined with a comma."""

    def __init__(self, items: tuple[tuple[str, str], ...] = ()) -> None:
        self.items_as_sent = items
        self._values: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(self.items_as_sent)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"


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
