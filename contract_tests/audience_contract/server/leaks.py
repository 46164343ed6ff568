"""What no answer should hold: credentials, members of the request, stack traces and paths of the server."""

import base64
import contextlib
import json
import re
from collections.abc import Iterator
from functools import cached_property
from http import HTTPStatus

from ..judging import Observation
from ..messages import Response
from ..mock.provider import load as provider_of
from ..redaction import without
from ..spec import Operation
from .target import Target

_TRACES = re.compile(
    rb"Traceback \(most recent call last\)"
    rb"|\bat [\w$.<>]+\([\w$]+\.(java|kt|scala):\d+\)"
    rb"|\bat .{1,80}\(?/[\w./-]+\.[jt]s:\d+"
    rb'|File "[^"]{1,200}", line \d+'
    rb"|goroutine \d+ \[|panic: |\bSystem\.\w+Exception\b|ORA-\d{5}|SQLSTATE"
    rb"|\bin /[\w./-]+\.(php|rb|py):\d+|(?<![\w/])/(usr|var|srv|home|opt|etc)/[\w.-]+/"
)
_FEWEST = 6
"""The least number of characters of a credential that is looked for."""
_LARGEST = 2**20
"""The most bytes of an answer that are searched for credentials in other spellings."""
_WORDS = "authorization bearer basic password secret credential apikey api-key api_key token username client tenant"
"""Words that answers use when they speak of credentials."""


class Leaks:
    """Finds leaks in the answers of a target."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def find(self, operation: Operation, seen: Observation, response: Response) -> str:
        """What an answer gives away, in a few words; "" for nothing."""
        text = b"".join(value.encode("latin-1", "replace") + b"\n" for _, value in response.headers) + response.body
        plain = text + b"".join(_unpacked(text))
        if any(secret.encode() in plain for secret in self._looked_for) or self._is_escaped(plain[:_LARGEST]):
            return "a credential comes back"
        private = set(provider_of(operation.spec.key).private(seen.request))
        if private & {number.decode() for number in re.findall(rb"(?<![\d.])\d+(?![\d])", text)}:
            return "personal data of the request comes back"
        # A text that the request itself had is no leak.
        is_inside = any(match[0] not in seen.request.body for match in _TRACES.finditer(text))
        return "a stack trace, or a path of the server" if is_inside else ""

    def _is_escaped(self, text: bytes) -> bool:
        """Whether a text has a credential in an escaped spelling."""
        if not re.search(rb"[%&\\+]", text):
            # Nothing in it is escaped.
            return False
        plain = text.decode("latin-1")
        return without(plain, [secret.encode().decode("latin-1") for secret in self._looked_for], "") != plain

    @property
    def unseen(self) -> int:
        """How many credentials are not looked for: those so short or so ordinary that any answer may have them."""
        return len(self._target.hidden) - len(self._looked_for)

    @cached_property
    def _looked_for(self) -> list[str]:
        # Any answer may have the words of the documents, of HTTP, and of credentials.
        phrases = (f"{status.phrase} {status.description}" for status in HTTPStatus)
        words = " ".join([json.dumps(self._target.spec.node.value), *phrases, _WORDS]).lower()
        return [each for each in self._target.hidden if len(each) >= _FEWEST and each.lower() not in words]


def _unpacked(text: bytes) -> Iterator[bytes]:
    """The decoded form of everything in a text that may be Base64."""
    for found in re.findall(rb"[A-Za-z0-9+/_-]{16,}", text):
        with contextlib.suppress(ValueError):
            yield base64.urlsafe_b64decode(found.replace(b"+", b"-").replace(b"/", b"_") + b"===")
