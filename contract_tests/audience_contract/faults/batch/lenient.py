"""Batch reads more into a request than it says."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ... import strict_json
from ...messages import Request
from ...mock.credentials import TOKEN
from ...security import bearer
from ...violation import UnreadableError
from ..acts import body, calls, header, reads, takes_as
from ..fault import Fault, Turn
from ..rewriting import changes, outside, rewrites
from . import BODY, CONTENT, DISPLAY_NAME, KEY, MALFORMED, NAME, POST, PROJECT, TYPE

_TYPES = ("custom_ids", "emails", "install_ids")
_VALID = b'{"name": "fault", "type": "emails"}'
_PROJECT_ASKED = re.compile(r"[?&][\w-]*project=[^&]", re.IGNORECASE)
_NO_BREAK = "\u00a0".encode()
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def _name(word: str, said: str, clean: Callable[[str], str]) -> Fault:
    return Fault(
        f"batch.name-{word}",
        f"Names {said} are accepted.",
        (f"{NAME}/description", f"{NAME}/pattern"),
        changes("name", lambda name: clean(name) if isinstance(name, str) else name),
    )


def _json(word: str, said: str, rule: str, clean: Callable[[bytes], bytes]) -> Fault:
    return Fault(f"batch.json-{word}", f"{said} accepted.", (MALFORMED, rule), reads(clean))


def _bared(data: bytes) -> bytes:
    """Without what `strip` of many a language takes for white space."""
    before = None
    while data != before:
        before, data = data, data.strip(b" \t\r\n\f").removeprefix(_NO_BREAK).removesuffix(_NO_BREAK)
    return data


def _from_utf_16(data: bytes) -> bytes:
    try:
        return data.decode("utf-16").encode() if b"\0" in data else data
    except UnicodeError:
        return data


def _unpacked(data: bytes) -> bytes:
    try:
        value = strict_json.loads(data)
    except UnreadableError:
        return data
    return value.encode() if isinstance(value, str) else data


def _unwrapped(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _text_of(value: Any) -> Any:
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def _numbered(value: Any) -> Any:
    return _TYPES[value] if type(value) is int and value in range(len(_TYPES)) else value


def _as_viewed(value: Any) -> Any:
    return value.lower() + "s" if value == "CUSTOM_ID" else value


def _as_utf_8(request: Request) -> Request:
    media = header("content-type", "application/json")
    return media(body(lambda data: data.decode("latin-1").encode())(request))


def _in_latin_1(turn: Turn) -> bool:
    pattern = r'application/json; *charset="?iso-8859-1"?'
    return re.fullmatch(pattern, turn.header("content-type"), re.IGNORECASE) is not None


def _as_key(request: Request) -> Request:
    return header("Authorization", f"Bearer {TOKEN}")(request)


def _legacy(turn: Turn) -> bool:
    return not turn.header("authorization") and turn.header("x-authorization") in (TOKEN, f"Bearer {TOKEN}")


FAULTS = (
    _json("comments", "Comments in JSON are", "RFC 8259, 2", outside(rb"/\*.*?\*/|//[^\n]*", b"")),
    _json("quotes", "Texts in single quotes are", "RFC 8259, 7", lambda data: data.replace(b"'", b'"')),
    _json(
        "bare-keys",
        "Properties without quotes around their names are",
        "RFC 8259, 4",
        lambda data: re.sub(rb"([{,]\s*)(\w+)(\s*:)", rb'\1"\2"\3', data),
    ),
    _json(
        "space",
        "JSON with a no-break space or a form feed around it is",
        "RFC 8259, 2",
        _bared,
    ),
    _json("control", "Line breaks and tabs inside a text are", "RFC 8259, 7", lambda d: re.sub(rb"[\t\r\n]", b" ", d)),
    _json("utf-16", "JSON in UTF-16 is", "RFC 8259, 8.1", _from_utf_16),
    _json("in-text", "A text that has the JSON object in it is", f"{BODY}/type", _unpacked),
    Fault(
        "batch.json-latin-1",
        "JSON in Latin-1 is accepted where the media type's charset says so.",
        (MALFORMED, "RFC 8259, 8.1", "RFC 8259, 11"),
        takes_as(_as_utf_8, _in_latin_1),
    ),
    Fault(
        "batch.body-blank",
        "A body of nothing but white space is accepted.",
        (f"{POST}/requestBody/required", MALFORMED, "RFC 8259, 2"),
        reads(lambda data: _VALID if data and not data.strip() else data),
    ),
    Fault(
        "batch.keys-case",
        "Properties are found in any case: `Name`, `TYPE`.",
        (f"{BODY}/required", "RFC 8259, 8.3"),
        rewrites(lambda value: {name.lower(): found for name, found in value.items()}),
    ),
    Fault(
        "batch.array-of-one",
        "An array of one text is accepted for the text, in each property.",
        (f"{NAME}/type", f"{TYPE}/enum", f"{DISPLAY_NAME}/type"),
        rewrites(lambda value: {name: _unwrapped(found) for name, found in value.items()}),
    ),
    Fault(
        "batch.display-name-object",
        'A display name by language is accepted: `{"en": "Spring"}`.',
        (f"{DISPLAY_NAME}/type",),
        changes("display_name", _text_of),
    ),
    Fault(
        "batch.type-trimmed",
        "White space around the type is overlooked.",
        (f"{TYPE}/enum",),
        changes("type", lambda value: value.strip() if isinstance(value, str) else value),
    ),
    Fault(
        "batch.type-index",
        "The type is accepted as its place in the list: 0.",
        (f"{TYPE}/enum",),
        changes("type", _numbered),
    ),
    Fault(
        "batch.type-as-viewed",
        "The type is accepted as the route that shows audiences writes it: `CUSTOM_ID`.",
        (f"{TYPE}/enum",),
        changes("type", _as_viewed),
    ),
    _name("trimmed", "with spaces around them", lambda name: name.strip(" ")),
    _name("wide", "in full-width letters", lambda name: unicodedata.normalize("NFKC", name)),
    _name("invisible", "with characters of no width", lambda name: _INVISIBLE.sub("", name)),
    _name("dot", "with a full stop", lambda name: name.replace(".", "_")),
    Fault(
        "batch.media-prefix",
        "Media types are accepted that only begin with `application/json`.",
        (CONTENT,),
        calls("content-type", "application/json", lambda said: re.match(r"application/json[^;\s]", said) is not None),
    ),
    Fault(
        "batch.auth-legacy",
        "The key is admitted in `X-Authorization`, the header of the API before this one.",
        (KEY, f"{KEY}/description"),
        takes_as(_as_key, _legacy),
    ),
    Fault(
        "batch.auth-quoted",
        "The key is admitted in quotes.",
        (KEY, "RFC 6750, 2.1"),
        takes_as(_as_key, lambda turn: bearer(turn.header("authorization")) == f'"{TOKEN}"'),
    ),
    Fault(
        "batch.project-in-query",
        "The project is taken from the query where its header is missing.",
        (f"{PROJECT}/in", f"{PROJECT}/required"),
        takes_as(
            header("X-Batch-Project", "fault"),
            lambda turn: not turn.header("x-batch-project") and _PROJECT_ASKED.search(turn.request.target) is not None,
        ),
    ),
    Fault(
        "batch.method-override",
        "GET creates an audience where `X-HTTP-Method-Override` says POST.",
        (POST, "RFC 9110, 9.2.1"),
        takes_as(
            lambda request: replace(request, method="POST"),
            lambda turn: turn.request.method == "GET" and turn.header("x-http-method-override") == "POST",
        ),
    ),
)
