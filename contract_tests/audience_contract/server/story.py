"""A finding's story: the requests that show the finding, in order, and how they are sent again."""

import base64
import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..evidence import expressions
from ..messages import Request
from ..report import Step
from .send import Wire
from .target import Target

_SPELLINGS = ("{:c}", "{:c}\0", "\\u{:04x}", "%{:02X}", "%{:02x}")
"""The ways in which a request may spell a letter of a name: plain, in UTF-16, as a JSON escape, as a percent code."""


class StoryError(Exception):
    """The story cannot be sent again."""


def steps(story: list[dict[str, Any]]) -> list[Step]:
    """The steps of a story as a JSON report has it. Raises TypeError, ValueError or zlib.error if it is malformed."""

    def step(sent: str, answered: dict[str, str], **others: str) -> Step:
        return Step(sent=zlib.decompress(base64.b64decode(sent)), answered=tuple(answered.items()), **others)

    return [step(**each) for each in story]


def request(
    sent: bytes, target: Target, url: str, marks: Mapping[str, str], ids: Mapping[str, str]
) -> tuple[Request, Wire]:
    """A request of a story, rewritten to be sent now, and how it goes on the wire.

    The request goes to the target instead of `url`. `marks` and `ids` give the new text for each old one.
    """
    base, (head, _, before) = urlsplit(url), sent.decode("latin-1").partition("\r\n\r\n")
    made = {expression: text.encode().decode("latin-1") for text, expression in expressions(target.variables).items()}
    line, *fields = (_changed(text, marks, {}, made) for text in head.split("\r\n"))
    body = _changed(before, marks, ids, made)
    method, _, asked = line.removesuffix(" HTTP/1.1").partition(" ")
    asked = _changed(asked, {}, ids, {})
    wire, headers = Wire(absolute=asked.startswith(url)), []
    for field in fields:
        name, _, value = field.partition(": ")
        if (name, value) == ("Transfer-Encoding", "chunked"):
            wire = replace(wire, chunked=True)
        elif name == "Expect":
            wire = replace(wire, expect=True)
        else:
            value = urlsplit(target.url).netloc if (name, value) == ("Host", base.netloc) else value
            is_length = (name, value) == ("Content-Length", str(len(before)))
            headers.append((name, str(len(body)) if is_length else value))
    below = asked.removeprefix(url if wire.absolute else base.path)
    return Request(method, below, tuple(headers), body.encode("latin-1")), wire


def _changed(text: str, marks: Mapping[str, str], ids: Mapping[str, str], made: Mapping[str, str]) -> str:
    for before, after in marks.items():
        for spelling in _SPELLINGS:
            old, new = ("".join(spelling.format(ord(letter)) for letter in mark) for mark in (before, after))
            text = text.replace(old, new)
    for before, after in ids.items():
        found = rf"(?<![A-Za-z0-9]){re.escape(before)}(?![A-Za-z0-9])"
        text = re.sub(found, after.replace("\\", r"\\"), text)
    for expression in sorted(made, key=len, reverse=True):
        text = text.replace(expression, made[expression])
    return text
