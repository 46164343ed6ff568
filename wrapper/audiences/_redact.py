"""Takes secrets out of what a provider said."""

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from ._lock import Lock

SHORTEST = 6
"""The fewest characters of a secret that is masked: a shorter one could not be told from ordinary text."""
_CUT = 3
"""The fewest characters of a secret that are masked at the end of a text that was cut off."""
_MANY = 32
STARS = "***"


class RecentSecrets:
    """The secrets that a provider object has used last: an answer may also hold one of an earlier call."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets, self._lock = tuple(secrets), Lock()

    def add(self, secrets: Iterable[str]) -> tuple[str, ...]:
        """Add secrets. Returns all that are kept, the new ones included."""
        added = dict.fromkeys(secrets)
        with self._lock.held:
            kept = [secret for secret in self._secrets if secret not in added]
            self._secrets = (*kept, *added)[-_MANY:]
            return self._secrets


def redacted(data: bytes, secrets: Iterable[str], *, cut: bool = False) -> bytes:
    r"""The data with stars in place of each secret, also where JSON, HTML or a URL escapes it, or where a later one of
    these stands in an earlier one, or JSON in JSON. `cut` says that the data may end in the middle of a secret. The
    time that this takes is linear in the data.

    >>> redacted(rb'{"message": "no key \u006bey-4711"}', ["key-4711"])
    b'{"message": "no key ***"}'
    """
    sought = {_spaced(each.encode()) for each in secrets if len(each) >= SHORTEST}
    text, least = _spaced(data), _CUT if cut else SHORTEST
    formats = _FORMATS if any(mark in data for mark in b"\\&%") else ()
    if not formats and not any(each[:least] in text for each in sought):
        return data
    hidden = bytearray(len(data))
    for view in _View(text).views(formats) if sought else ():
        for secret in sought:
            for first, last in view.places(secret, least):
                begin, end = view.origin(first), view.origin(last)
                hidden[begin:end] = b"\1" * (end - begin)
    kept, at = bytearray(), 0
    for run in re.finditer(b"\1+", hidden):
        kept += data[at : run.start()] + STARS.encode()
        at = run.end()
    return bytes(kept + data[at:])


def _spaced(text: bytes) -> bytes:
    """The text with spaces in place of plus signs: in a URL, a plus sign may mean a space."""
    return text.replace(b"+", b" ")


# How characters are escaped: an escape, or, at the end of the data, the beginning of one (which has no group 1).
_JSON = re.compile(rb'(\\(?:u00[2-7][0-9A-Fa-f]|["\\/]))|\\u?0{0,2}[2-7]?\Z')
_HTML = re.compile(rb"(&(?:#\d{1,10}|#[xX][0-9A-Fa-f]{1,10}|\w{2,31});)|&#?\w{0,31}\Z")
_URL = re.compile(rb"(%[2-7][0-9A-Fa-f])|%[2-7]?\Z")
# From the outside to the inside: JSON twice, because what stands in JSON may be written as JSON itself.
_FORMATS = (_JSON, _JSON, _HTML, _URL)


@lru_cache(4096)
def _plain(escape: bytes | None) -> bytes | None:
    """The character of an escape if it is visible ASCII, as secrets are, else None; b"" for the beginning of one."""
    text = escape.decode() if escape else ""
    found = str(json.loads(f'"{text}"')) if text.startswith("\\") else unquote(unescape(text))
    return _spaced(found.encode()) if not found or (len(found) == 1 and " " <= found <= "~") else None


class _View:
    """A text, or the text that it becomes when the escapes of a format are decoded."""

    def __init__(self, text: bytes | bytearray, source: "_View | None" = None) -> None:
        self._text, self._source = text, source
        # The ends of the decoded escapes, and where those are in the source.
        kind = "I" if source and len(source._text) < 2**32 else "Q"
        self._here, self._there = array(kind), array(kind)

    def views(self, formats: Sequence[re.Pattern[bytes]]) -> Iterator["_View"]:
        """The view itself, and each that decoding some of the formats, one after the other, leads to."""
        yield self
        for number, each in enumerate(formats):
            if each not in formats[:number] and (decoded := self._decoded(each)):
                yield from decoded.views(formats[number + 1 :])

    def _decoded(self, escapes: re.Pattern[bytes]) -> "_View | None":
        """None if there is nothing to decode."""
        text, at = bytearray(), 0
        view = _View(text, self)
        for escape in escapes.finditer(self._text):
            plain = _plain(escape[1])
            if plain is not None:
                text += self._text[at : escape.start()]
                text += plain
                at = escape.end()
                view._here.append(len(text))
                view._there.append(at)
        text += self._text[at:]
        return view if view._here else None

    def places(self, secret: bytes, least: int) -> Iterator[tuple[int, int]]:
        """Where the secret begins and ends; and where the text ends with at least `least` characters of its start."""
        at = self._text.find(secret)
        while at >= 0:
            yield at, at + len(secret)
            at = self._text.find(secret, at + len(secret))
        end = len(self._text)
        for size in range(min(len(secret) - 1, end), least - 1, -1):
            if self._text.endswith(secret[:size]):
                yield end - size, end
                break

    def origin(self, at: int) -> int:
        """The place in the original text of a place in this one."""
        if self._source is None:
            return at
        number = bisect_right(self._here, at)
        return self._source.origin(at + self._there[number - 1] - self._here[number - 1] if number else at)
