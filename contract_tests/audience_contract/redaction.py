"""Takes secrets out of texts, as they are and as JSON, HTML and URLs write them."""

import json
import re
from array import array
from collections.abc import Callable, Collection
from html import unescape
from urllib.parse import unquote

_Text = tuple[str, "array[int]"]
"""A text, and the place in the original text of each of its characters and of its end."""
_FORMATS: list[tuple[re.Pattern[str], Callable[[str], str]]] = [
    (re.compile(r'\\(?:u00[2-7][0-9A-Fa-f]|["\\/])'), lambda escape: str(json.loads(f'"{escape}"'))),
    (re.compile(r"&(?:#\d{1,10}|#[xX][0-9A-Fa-f]{1,10}|\w{2,31});"), unescape),
    (re.compile(r"%[2-7][0-9A-Fa-f]"), unquote),
]
# What stands in JSON may be written as JSON once more; the HTML or the URL is in it.
_LAYERS = (_FORMATS[0], *_FORMATS)


def without(text: str, secrets: Collection[str], mask: str) -> str:
    """The text with `mask` in place of each secret; takes time in proportion to the text."""
    hidden = bytearray(len(text))
    # A plus sign is what a form writes for a space.
    texts: list[_Text] = [(text.replace("+", " "), array("L", range(len(text) + 1)))]
    for pattern, meaning in _LAYERS:
        texts += [found for each in texts if (found := _decoded(each, pattern, meaning))]
    for written, places in texts:
        for secret in secrets:
            sought = secret.replace("+", " ")
            at = written.find(sought)
            while at >= 0:
                begin, end = places[at], places[at + len(sought)]
                hidden[begin:end] = b"\1" * (end - begin)
                at = written.find(sought, at + len(sought))
    kept, at = [], 0
    for run in re.finditer(b"\1+", hidden):
        kept += [text[at : run.start()], mask]
        at = run.end()
    return "".join([*kept, text[at:]])


def _decoded(text: _Text, pattern: re.Pattern[str], meaning: Callable[[str], str]) -> _Text | None:
    """The text with its escapes decoded; None if nothing in it is escaped."""
    written, places = text
    kept, found, at = [], array("L"), 0
    for escape in pattern.finditer(written):
        character = meaning(escape[0])
        if len(character) == 1:
            kept += [written[at : escape.start()], character.replace("+", " ")]
            found += places[at : escape.start() + 1]
            at = escape.end()
    return ("".join([*kept, written[at:]]), found + places[at:]) if at else None
