"""Takes secrets out of what a provider said."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.entities import html5
from itertools import groupby

from ._lock import Lock

SHORTEST = 6
"""Characters below which a secret stays: it could not be told from ordinary text."""
_CUT = 3
"""Characters of a secret that are enough at the end of what was cut off."""
_LONGEST = 16
"""Bytes that one character of a secret may take at the end of the data."""
_WIDEST = 64
"""Bytes that one character of a secret may take anywhere."""
_STEP = 16 * 1024
"""Bytes that are searched at once."""
_MANY = 32
STARS = "***"


class Known:
    """The secrets that a provider object has used last: an answer may also hold one of an earlier call."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = dict.fromkeys(secrets)
        self._lock = Lock()

    def add(self, secrets: Iterable[str]) -> tuple[str, ...]:
        """All of them, these included."""
        with self._lock.held:
            for secret in secrets:
                self._secrets.pop(secret, None)
                self._secrets[secret] = None
            while len(self._secrets) > _MANY:
                del self._secrets[next(iter(self._secrets))]
            return tuple(self._secrets)


def redacted(data: bytes, secrets: Iterable[str], *, cut: bool = False) -> bytes:
    """The data with stars for each secret, also as JSON, HTML or a URL writes it; `cut`: its end may be half of one.

    >>> redacted(b'{"message": "no key key-4711"}', ["key-4711"])
    b'{"message": "no key ***"}'
    """
    stars = STARS.encode()
    for secret in sorted((each for each in secrets if len(each) >= SHORTEST), key=len, reverse=True):
        pattern = re.compile(b"".join(_run(character, len([*run])) for character, run in groupby(secret)))
        data = stars.join(_between(pattern, data, _WIDEST * len(secret)))
        begin = _half(data, secret, _CUT if cut else SHORTEST)
        data = data if begin is None else data[:begin] + stars
    return data


def _between(pattern: re.Pattern[bytes], data: bytes, longest: int) -> Iterator[bytes]:
    """What stands between the matches, none of which is longer. It is searched in pieces: during a single search, no
    other thread runs, nor does an event loop.
    """
    step = max(_STEP, longest)
    begin = at = 0
    while at < len(data):
        found = pattern.search(data, at, at + step + longest)
        if found and found.start() < at + step:  # else its end may be cut off
            yield data[begin : found.start()]
            begin = at = found.end()
        else:
            at += step
    yield data[begin:]


def name_without(name: str, secrets: Iterable[str]) -> str:
    """A header's name, which nothing encodes, but which is given in lower case."""
    told = any(len(secret) >= SHORTEST and secret.lower() in name.lower() for secret in secrets)
    return STARS if told else name


def _half(data: bytes, secret: str, least: int) -> int | None:
    """Where the secret begins of which the end of the data is a part."""
    for first in re.compile(b"|".join(_ways(secret[0]))).finditer(data, max(len(data) - _LONGEST * len(secret), 0)):
        begin, places = first.start(), {first.start()}
        for count, character in enumerate(secret):
            if count >= least and any(re.fullmatch(rb"([\\%&][\w#;\\%]{0,12})?", data[at:]) for at in places):
                return begin
            places = {m.end() for at in places for way in _ways(character) if (m := re.compile(way).match(data, at))}
            if not places:
                break
    return None


def _run(character: str, count: int) -> bytes:
    """A pattern for the character, so many times."""
    if character.isalnum():
        return character.encode() * count
    plain, *ways = _ways(character)
    if character == "\\":  # not {count} of {1,8}, which takes long to search
        return rb"(?:\\{%d,%d}|(?:%b){%d})" % (count, 8 * count, b"|".join(ways), count)
    return rb"(?:%b){%d}" % (b"|".join([plain, *ways]), count)


@cache
def _ways(character: str) -> tuple[bytes, ...]:
    """Patterns for how a character is written. All are bounded: a hostile answer must not take long to search."""
    if character.isalnum():
        return (character.encode(),)
    hexadecimal = "".join(f"[{digit}{digit.upper()}]" for digit in f"{ord(character):02x}").encode()
    names = [name.encode() for name, text in html5.items() if text == character and name.endswith(";")]
    entities = b"|".join((rb"#0{0,8}%d;" % ord(character), rb"#[xX]0{0,8}%b;" % hexadecimal, *names))
    return (
        rb"\\{1,8}" if character == "\\" else rb"\\{0,8}" + re.escape(character).encode(),
        rb"\\{1,8}u00" + hexadecimal,
        rb"%(?:25){0,3}" + hexadecimal,
        rb"(?:&|\\{1,8}u0026)(?:amp;){0,3}(?:%b)" % entities,
        *([rb"\+"] if character == " " else []),
    )
