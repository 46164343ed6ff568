"""Remembers what exchanges held of members, and finds it where it is quoted: in an error, a header, a path."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from .spec import known_specs

MASKED = "[masked]"
_SHORTEST = 3
_MOST = 2**18
_LARGEST = 2**26
"""Bytes of a packed file that are looked through."""
_WORD = re.compile(r"\w(?:[\w@.+-]*\w)?")
_PIECE = re.compile(r"""[^\s/?=,<>"'(){}|\[\]]+""")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
# 7 to 15 digits (E.164), but for the end of a UUID; with a plus sign, in groups too.
_PHONE = re.compile(r"(?<![\w.-])\d{7,15}(?![\w.]*\w)|\+\d[\d ().-]{5,18}\d(?!\w)")
_GROUPS = re.compile(r"(?<!\w)\(?\d[\d ().-]{5,18}\d(?!\w)")
_NAMES = re.compile(r""""([^"]*)":|(?:(?<="name": )|(?<="const": ))"([^"]*)"|(?<="enum": )\[([^\]]*)\]|`([^`]*)`""")
"""In the text of a spec: keys, names of parameters, values of `enum` and `const`, and code in descriptions."""
_PLACES = "the body part header headers query path status content-type content-length connection and redacted"


class Quotes:
    """Finds what it has learned, by whole words, in the spellings of JSON, HTML and URLs.

    Words of fewer than three characters, and the names that specs have, are not learned: they could not be told from
    ordinary text.
    """

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._numbers: set[str] = set()
        self.incomplete = False
        """Whether something was too large to keep, or could not be read: then any text may quote it."""

    def learn(self, value: Any) -> None:
        """Remember what a JSON value, or content that was uploaded, holds."""
        if isinstance(value, dict):
            value = [*value, *value.values()]
        if isinstance(value, list):
            for each in value:
                self.learn(each)
        elif value is not None and not isinstance(value, bool):
            for text in self._texts(value) if isinstance(value, bytes) else [str(value)]:
                self._add(text)

    def masked(self, text: str) -> str:
        """The text without the words that are known, and without e-mail addresses and telephone numbers."""
        return _GROUPS.sub(self._number, _PHONE.sub(MASKED, _PIECE.sub(self._piece, text)))

    def known(self, text: str) -> str:
        """The same for an id or a name, which may well be a number: a number that was not learned stays."""
        return _PIECE.sub(self._piece, text)

    def _add(self, text: str) -> None:
        for found in _WORD.finditer(text):
            word = found[0].casefold()
            if len(self._words) >= _MOST:
                self.incomplete = True
                return
            if len(word) >= _SHORTEST and word not in self._names:
                self._words.add(word)
        self._numbers.update(_digits(found[0]) for found in _GROUPS.finditer(text))

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names in all specs, in lower case: they say nothing of a member, and reports are about them."""
        specs = (json.dumps(spec.node.value, ensure_ascii=False) for spec in known_specs())
        texts = [_PLACES, *(text for spec in specs for found in _NAMES.findall(spec) for text in found)]
        return frozenset(found[0].casefold() for text in texts for found in _WORD.finditer(text))

    def _texts(self, data: bytes) -> Iterator[str]:
        if data.startswith(b"PK"):
            # A ZIP file, for example an Excel file.
            try:
                with zipfile.ZipFile(io.BytesIO(data)) as packed:
                    self.incomplete |= sum(each.file_size for each in packed.infolist()) > _LARGEST
                    for each in () if self.incomplete else packed.infolist():
                        yield html.unescape(re.sub("<[^>]*>", " ", packed.read(each).decode("utf-8", "replace")))
            except Exception:  # noqa: BLE001 - zipfile raises anything for a file that is none
                self.incomplete = True
            return
        self.incomplete |= data.startswith(b"\x1f\x8b")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        # Without zero bytes, words of UTF-16 are found, too.
        yield text.replace("\0", "")

    def _piece(self, found: re.Match[str]) -> str:
        text = _unescaped(found[0])
        masked = _WORD.sub(self._word, text)
        if text != found[0] and _PHONE.search(text):
            return MASKED
        return found[0] if masked == text else masked if text == found[0] else MASKED

    def _word(self, found: re.Match[str]) -> str:
        word = found[0].casefold()
        return MASKED if word in self._words or word in self._numbers or _EMAIL.fullmatch(word) else found[0]

    def _number(self, found: re.Match[str]) -> str:
        return MASKED if _digits(found[0]) in self._numbers else found[0]


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _unescaped(text: str) -> str:
    for _ in range(3):
        plain = html.unescape(unquote(text))
        plain = re.sub(r"(?<!\\)\\+u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), plain)
        plain = re.sub(r"(?<!\\)\\+[nrt]", " ", plain)
        if plain == text:
            break
        text = plain
    return text
