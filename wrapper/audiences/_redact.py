"""Takes secrets out of what a provider said."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html.entities import html5

from ._lock import Lock

SHORTEST = 6
"""Characters below which a secret stays: it could not be told from ordinary text."""
_CUT = 3
"""Characters of a secret that are enough at the end of what was cut off."""
_MANY = 32
STARS = "***"
_BEGUN = re.compile(rb"(?:\\{0,3}(?:u[0-9A-Fa-f]{0,3})?|(?:&|\\{1,2}u0026)#?\w{0,31}|%[0-9A-Fa-f]?)?")
"""What an escape begins with, or nothing."""


class RecentSecrets:
    """The secrets that a provider object has used last: an answer may also hold one of an earlier call."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets, self._lock = tuple(secrets), Lock()

    def add(self, secrets: Iterable[str]) -> tuple[str, ...]:
        """All of them, these included."""
        added = dict.fromkeys(secrets)
        with self._lock.held:
            kept = [secret for secret in self._secrets if secret not in added]
            self._secrets = (*kept, *added)[-_MANY:]
            return self._secrets


def redacted(data: bytes, secrets: Iterable[str], *, cut: bool = False) -> bytes:
    r"""The data with stars for each secret, also as JSON, HTML or a URL writes it, and so within JSON; `cut`: its end
    may be half of one.

    >>> redacted(rb'{"message": "no key \u006bey-4711"}', ["key-4711"])
    b'{"message": "no key ***"}'
    """
    stars = STARS.encode()
    for secret in sorted({each for each in secrets if len(each) >= SHORTEST}, key=len, reverse=True):
        (begin, spelled), kept, at, last = _patterns(secret), b"", 0, 0
        while found := begin.search(data, at):
            at = found.start() + 1
            if (end := _end(data, found.start(), spelled, cut=cut)) is not None:
                kept += data[last : found.start()] + stars
                at = last = end
        # What looks like an escape may be the secret's own.
        data = (kept + data[last:]).replace(secret.encode(), stars)
    return data


def name_without(name: str, secrets: Iterable[str]) -> str:
    """A header's name, which nothing encodes, but which is given in lower case."""
    told = any(len(secret) >= SHORTEST and secret.lower() in name.lower() for secret in secrets)
    return STARS if told else name


def _end(data: bytes, at: int, spelled: Sequence[re.Pattern[bytes]], *, cut: bool) -> int | None:
    """Where a secret ends that begins at a place in the data, which may be cut; None for no secret."""
    before = at
    for number, pattern in enumerate(spelled):
        found = pattern.match(data, at)
        if found is None:  # what is taken for a character may be the begin of its own escape
            begun = _BEGUN.fullmatch(data, at) or _BEGUN.fullmatch(data, before)
            return len(data) if cut and begun and number >= _CUT else None
        before, at = at, found.end()
    return at


@lru_cache(_MANY)
def _patterns(secret: str) -> tuple[re.Pattern[bytes], list[re.Pattern[bytes]]]:
    """Those of the secret's first characters, and of each character. Backslashes in a row are one."""
    spelled = [_spelled(each) for each in re.findall(r"\\+|[^\\]", secret)]
    return re.compile(b"".join(each.pattern for each in spelled[:_CUT])), spelled


@cache
def _spelled(text: str) -> re.Pattern[bytes]:
    """The ways in which formats write a character."""
    character, times = text[0], len(text)
    ways = [re.escape(character * number * times) for number in ([4, 2, 1] if character == "\\" else [1])]
    ways += [r"[ +]"] * (character in " +")  # in a URL, either may be meant by a plus sign
    escapes = []
    for each in " +" if character in " +" else character:
        digits = "".join(f"[{digit}{digit.upper()}]" for digit in f"{ord(each):02x}")
        names = [name for name, meaning in html5.items() if meaning == each and name.endswith(";")]
        entities = "|".join([f"#0{{0,7}}{ord(each)};", f"#[xX]0{{0,7}}{digits};", *names])
        escapes += [rf"(?:&|\\{{1,2}}u0026)(?:{entities})", rf"\\{{1,2}}u00{digits}", f"%{digits}"]
        escapes += [rf"\\{{1,3}}{each}"] * (each in '"/')
    return re.compile(f"(?:(?:{'|'.join(escapes)}){{{times}}}|{'|'.join(ways)})".encode())
