"""A request before it is sent; it does not show its content by itself."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ._errors import ConfigurationError
from ._secret import Secret
from ._terminal import visible
from ._upload import Upload

_ADDED = frozenset(
    {"host", "content-length", "content-type", "connection", "accept-encoding", "user-agent", "transfer-encoding"}
)


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

    `body` (JSON bytes, or a form with secrets) and `parts` (a multipart body) exclude each other. These headers are
    added when the request is sent: Host, Content-Length, Connection, Accept-Encoding, the library's User-Agent, and a
    multipart body's Content-Type with its boundary.
    """

    method: str
    url: str
    headers: Mapping[str, str | Secret] = field(repr=False)
    body: bytes | Secret | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()
    """What looks wrong near the top of a file, without its content."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that are masked in an answer. A secret whose text is not known yet is not among them."""
        return tuple(each.value for each in self.headers.values() if isinstance(each, Secret) and each.given)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variable for each header that is a secret."""
        return {name: v.variable for name, v in self.headers.items() if isinstance(v, Secret) and v.variable}

    @property
    def rewinds(self) -> bool:
        """Whether it can be sent again."""
        return all(isinstance(part.content, bytes) or part.content.rewinds for part in self.parts)

    def with_more(self, headers: Mapping[str, str]) -> "Request":
        """The same request with more headers. Raises ConfigurationError for a header that the library sets."""
        taken = {name.lower() for name in self.headers} | _ADDED
        for name in headers:
            if name.lower() in taken:
                raise ConfigurationError(f"extra_headers may not name {name}, which the library sets")
        return replace(self, headers={**self.headers, **headers}) if headers else self

    def redacted(self) -> dict[str, Any]:
        """The request as JSON values, with every secret as `***`, and only the name and the type of a file."""
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
            "warnings": list(self.warnings),
        }

    def text(self) -> str:
        """The request for people, with every secret as `***`, and symbols for what would act on their terminal."""
        lines = [f"{self.method} {self.url}", *(f"{name}: {value}" for name, value in self._shown().items())]
        shown = self._shown_body()
        lines += ["", shown] if shown is not None else []
        for part in self.parts:
            content = part.content.decode() if isinstance(part.content, bytes) else f"file {part.filename}"
            lines.append(f"part {part.name} ({part.media_type}): {content}")
        return "\n".join(map(visible, lines))

    def curl(self) -> str:
        """A curl command for the same request, to be pasted into bash, zsh or ksh.

        In place of each secret, it has the environment variable that can give the secret, such as `$BATCH_API_KEY`; the
        variable has to be set in that shell. For bytes, it names a file CONTENT.
        """
        words = ["curl", "-X", self.method, _word(self.url)]
        for name, value in self._shown().items():
            if name in self.variables:
                # Double quotes are safe here: only the variable in this value means anything to a shell.
                words += ["-H", f'"{name}: {value.replace("***", f"${self.variables[name]}")}"']
            else:
                words += ["-H", _word(f"{name}: {value}")]
        shown = self._shown_body()
        if shown is not None:
            words += ["--data-binary", _word(shown)]
        for part in self.parts:
            if isinstance(part.content, bytes):
                words += ["--form-string", _word(f"{part.name}={part.content.decode()}")]
            else:
                path = os.path.abspath(part.content.path) if part.content.path else "CONTENT"
                form = f"{part.name}=@{_quoted(path)};filename={_quoted(part.filename or '')};type={part.media_type}"
                words += ["-F", _word(form)]
        return " ".join(words)

    def _shown(self) -> dict[str, str]:
        return {name: v.masked if isinstance(v, Secret) else v for name, v in self.headers.items()}

    def _shown_body(self) -> str | None:
        if isinstance(self.body, Secret):
            return self.body.masked
        return None if self.body is None else self.body.decode()


def _word(text: str) -> str:
    """A text as a word of a shell. What would act on a terminal is written byte by byte, the same in every locale."""
    if visible(text) == text:
        return shlex.quote(text)
    shown = [c if visible(c) == c and c not in "\\'" else _bytewise(c) for c in text]
    return f"$'{''.join(shown)}'"


def _bytewise(character: str) -> str:
    # In octal, which ends after three digits; zsh and bash differ in how many hexadecimal digits they take.
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(character))


def _quoted(text: str) -> str:
    """A text in quotes, as curl wants it within a form argument."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
