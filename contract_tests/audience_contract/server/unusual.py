"""Valid requests in which much is unusual at once: one of them refused tells more than a hundred taken."""

import json
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..spec import Node
from .cases import Case
from .draft import Draft, File, Names, multipart
from .send import Wire
from .values import TEXTS, escaped

LABEL = "everything unusual at once"
_LONGEST = 255
_WIRES = (Wire(chunked=True), Wire(absolute=True), Wire(expect=True), Wire())
_ROUNDS = 8
_EMPTY = 3
"""Of four rounds, the one with empty texts."""


def unusual(least: Draft, names: Names) -> Iterator[Case]:
    """Each unusual thing is in two of them at least, in another company each time."""
    for number in range(_ROUNDS):
        about = names.renamed(replace(least, fields=names.everything(least.operation)))
        fields = dict(about.fields)
        for key, kind in least.properties.items():
            if key in fields and not names.is_given(least.operation, key):
                new = fields[key] if key == names.provider.named else ""
                fields[key] = _value(names, (key, kind), fields[key], new, number)
        draft = _headers(names, replace(about, fields=fields), number)
        if number % 2:
            draft = replace(draft, fields=dict(reversed(list(draft.fields.items()))))
        body, content_type = _body(draft, number)
        yield Case(LABEL, draft.request(body, content_type), _WIRES[number % len(_WIRES)])


def _value(names: Names, place: tuple[str, Node], usual: Any, new: str, number: int) -> Any:
    """An unusual value; of a property that is the name, `new` is one."""
    key, kind = place
    provider = names.provider
    choices = kind.plain("enum")
    if choices:
        return choices[number % len(choices)]
    if kind.plain("format") == "binary":
        sound = [File(name, media, data) for _, name, media, data, taken in provider.files() if taken]
        # In the first of them, much is unusual.
        return sound[number % 3 if number < 6 else number * 5 % len(sound)]
    letters = [c for c in string.printable[:95] if re.search(str(kind.plain("pattern", "")), c)]
    if key in provider.examples or kind.plain("type") != "string" or not letters:
        return usual
    longest = min(int(kind.plain("maxLength", _LONGEST)), _LONGEST)
    if new and names.target.is_local and number >= _ROUNDS - 2:
        # Without a prefix: digits only, and one letter only.
        return f"{number}7{len(new)}1" if number % 2 else new[-1]
    if kind.plain("pattern"):
        # Another letter at the end, and before the prefix, each time.
        turned = letters[-1 - number :] + letters[: -1 - number]
        text = f"{turned[-1]}{new}{''.join(turned)}"
        return text + "x" * (longest - len(text)) if number % 3 == 0 else text[:longest]
    several = " ".join(text for text in list(TEXTS.values())[number % 3 :: 3] if text.isprintable())
    empty = not new and number % 4 == _EMPTY and not kind.plain("minLength")
    return "" if empty else f"{new} {several}"[:longest]


def _headers(names: Names, draft: Draft, number: int) -> Draft:
    headers = dict(draft.headers)
    for scheme in names.target.schemes_of(draft.operation):
        if scheme.value["type"] == "http" and number % 2:
            headers["Authorization"] = headers["Authorization"].replace("Bearer", "bearer")
    spelled = {(name.lower(), name.upper(), name)[number % 3]: value for name, value in headers.items()}
    if not any(name.lower() == "accept" for name in headers):
        spelled["Accept"] = ("*/*", "application/json", "application/json;q=0.5, */*;q=0.1")[number % 3]
    return replace(draft, headers={**spelled, "X-Request-Id": "contract-check", "Accept-Language": "de, en;q=0.5"})


def _body(draft: Draft, number: int) -> tuple[bytes | None, str | None]:
    """The body and its media type; None for the usual one."""
    if draft.is_json:
        texts = (escaped(draft.fields), json.dumps(draft.fields, ensure_ascii=False, indent="\t").encode())
        types = (f"{draft.media.title()}; charset=utf-8", f'{draft.media};charset="UTF-8"')
        return texts[number % 2], types[number // 2 % 2]
    if draft.media == "multipart/form-data":
        boundary = ("a" * 70, "----x'()+_,-./:=?", "x")[number % 3]
        head = ("", "Content-Type: text/plain; charset=utf-8\r\n")[number // 2 % 2]
        form = multipart(draft.fields.items(), boundary, head)
        if number % 2:
            form = form.replace(b"Content-Disposition", b"content-disposition", 1)
            form = b"to be ignored\r\n" + form + b"to be ignored\r\n"
        return form, f'Multipart/Form-Data; boundary="{boundary}"'
    return None, None
