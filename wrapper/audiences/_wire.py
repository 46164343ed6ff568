"""A request before it is sent and a response after it was read; neither shows its content by itself."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ._secret import Secret
from ._upload import Upload


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

    `body` (JSON bytes, or a form with secrets) and `parts` (a multipart body) exclude each other. httpx's own headers
    (Host, Content-Length, User-Agent, and a multipart body's Content-Type with its boundary) are added when it is sent.
    """

    method: str
    url: str
    headers: Mapping[str, str | Secret] = field(repr=False)
    body: bytes | Secret | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = field(default=(), repr=False)
    left_out: tuple[str, ...] = ()
    hidden: tuple[Secret, ...] = field(default=(), repr=False)
    """Secrets within the body."""
    warnings: tuple[str, ...] = ()
    """What looks wrong in a file near its top; nothing of its content."""
    empty: bool = False
    """Whether a file was seen to have no rows below its first one."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be kept of an answer, but for what is still to be asked for."""
        found = (*self.headers.values(), *self.hidden)
        return tuple(each.value for each in found if isinstance(each, Secret) and each.given)

    @property
    def rewinds(self) -> bool:
        """Whether it can be sent again."""
        return all(isinstance(part.content, bytes) or part.content.rewinds for part in self.parts)

    @property
    def filename(self) -> str | None:
        """The name under which a file is sent."""
        return next((part.filename for part in self.parts if part.filename is not None), None)

    def redacted(self) -> dict[str, Any]:
        """The request as JSON values, with every secret as `***` and of a file its name and type only."""
        return {
            "method": self.method,
            "url": self.url,
            "headers": self._shown(),
            "body": self._shown_body(),
            "parts": [
                {"name": part.name, "filename": part.filename, "media_type": part.media_type}
                | ({"content": part.content.decode()} if isinstance(part.content, bytes) else {})
                for part in self.parts
            ],
            "left_out": list(self.left_out),
            "warnings": list(self.warnings),
        }

    def text(self) -> str:
        """The request for people, with every secret as `***`."""
        lines = [f"{self.method} {self.url}", *(f"{name}: {value}" for name, value in self._shown().items())]
        shown = self._shown_body()
        lines += ["", shown] if shown is not None else []
        for part in self.parts:
            content = part.content.decode() if isinstance(part.content, bytes) else f"file {part.filename}"
            lines.append(f"part {part.name} ({part.media_type}): {content}")
        return "\n".join(lines)

    def curl(self) -> str:
        """A curl command for the same request, with every secret as `***`. Bytes stand as a file named CONTENT."""
        words = ["curl", "-X", self.method, self.url]
        for name, value in self._shown().items():
            words += ["-H", f"{name}: {value}"]
        shown = self._shown_body()
        if shown is not None:
            words += ["--data-binary", shown]
        for part in self.parts:
            if isinstance(part.content, bytes):
                words += ["--form-string", f"{part.name}={part.content.decode()}"]
            else:
                path, name = (_quoted(str(text)) for text in (part.content.path or "CONTENT", part.filename))
                words += ["-F", f"{part.name}=@{path};filename={name};type={part.media_type}"]
        return shlex.join(words)

    def _shown(self) -> dict[str, str]:
        return {name: v.masked if isinstance(v, Secret) else v for name, v in self.headers.items()}

    def _shown_body(self) -> str | None:
        if isinstance(self.body, Secret):
            return self.body.masked
        return None if self.body is None else self.body.decode()


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
