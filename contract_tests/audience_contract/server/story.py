"""A finding's story: the requests that show it, and how they are sent again."""

import base64
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..evidence import expressions
from ..messages import Request
from ..report import Finding, Step
from .target import Target

_SPELLINGS = ("{:c}", "{:c}\0", "\\u{:04x}", "%{:02X}", "%{:02x}")
"""How cases write each letter of a name, the second in UTF-16."""


class StoryError(Exception):
    """The story cannot be repeated."""


def steps(story: list[dict[str, Any]]) -> list[Step]:
    """The story of a report's JSON; raises ValueError for what is none."""
    return [
        Step(
            each["operation"],
            zlib.decompress(base64.b64decode(each["sent"])),
            each["label"],
            tuple(each["answered"].items()),
        )
        for each in story
    ]


def is_same(found: Finding, rule: str, pointer: str, key: str) -> bool:
    """Whether it is a finding, or one of those that are one in a report."""
    return found.key == key or (found.rule == rule and found.pointer.startswith(f"{pointer}/"))


def request(sent: bytes, target: Target, url: str, marks: Mapping[str, str], ids: Mapping[str, str]) -> Request:
    """A request of a story as it goes out now: to a target in place of `url`, with other marks and ids."""
    head, _, body = sent.decode("latin-1").partition("\r\n\r\n")
    line, *fields = head.split("\r\n")
    method, _, rest = line.partition(" ")
    asked = rest.removesuffix(" HTTP/1.1")
    for before, after in ((url, target.url), (urlsplit(url).path, urlsplit(target.url).path)):
        if before and asked.startswith(before):
            asked = after + asked.removeprefix(before)
            break
    made = expressions(target.variables)
    evaluated = {expression: text.encode().decode("latin-1") for text, expression in made.items()}
    parts = {"": asked, "body": body} | {str(at): field for at, field in enumerate(fields)}
    parts = {
        name: _changed(text, evaluated, marks, ids if name in ("", "body") else {}) for name, text in parts.items()
    }
    headers = []
    for field in list(parts.values())[2:]:
        name, _, value = field.partition(": ")
        if name.lower() == "host" and value == urlsplit(url).netloc:
            value = urlsplit(target.url).netloc
        if name.lower() == "content-length" and parts["body"] != body:
            value = str(len(parts["body"]))
        headers.append((name, value))
    return Request(method, parts[""], tuple(headers), parts["body"].encode("latin-1"))


def _changed(text: str, evaluated: Mapping[str, str], marks: Mapping[str, str], ids: Mapping[str, str]) -> str:
    for before, after in marks.items():
        for spelling in _SPELLINGS:
            old, new = ("".join(spelling.format(ord(letter)) for letter in mark) for mark in (before, after))
            text = text.replace(old, new)
    for before, after in ids.items():
        found = rf"(?<![A-Za-z0-9]){re.escape(before)}(?![A-Za-z0-9])"
        text = re.sub(found, after.replace("\\", r"\\"), text)
    for expression in sorted(evaluated, key=len, reverse=True):
        text = text.replace(expression, evaluated[expression])
    return text
