"""Values that must not come up where they do not belong, each with a word that no encoding changes; and who looks."""

import gc
import html
import json
import logging
import traceback
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, FunctionType, ModuleType, TracebackType
from typing import Any
from urllib.parse import quote, quote_plus

import audiences
from audiences import Audience, PhoneFile
from audiences._settings import Setting
from cases import case

SECRET, MEMBER, NAME, WORDS = "Kryptos", "Mnemosyne", "Onoma", "Rhesis"
NUMBER = "442079832100"
FILE = f"phone1,name\r\n{NUMBER},{MEMBER}\r\n".encode()


def secret(name: str) -> str:
    """With the characters that encodings change; `name` makes it differ from the others."""
    return f"{SECRET}-{name}/+=\"'<&>% 41\\z"


def credentials(key: str, *, oauth: bool = False) -> dict[str, Any]:
    """The arguments, by the provider's settings; Adobe's with an access token, or with what one is asked for with."""
    instead = {"client_id", "client_secret", "scopes"}
    without = {"token_url", *({"access_token"} if oauth else instead)}

    def value(setting: Setting) -> str:
        if setting.whole:
            return str(case(key).ARGUMENTS[setting.argument])
        return secret(setting.argument) if setting.secret else f"{NAME}-{setting.argument}"

    settings = [each for each in class_of(key).settings if each.required or each.argument in instead]
    return {each.argument: value(each) for each in settings if each.argument not in without}


def class_of(key: str, module: Any = audiences) -> Any:
    """A provider's class."""
    (found,) = (each for each in map(vars(module).get, module.__all__) if getattr(each, "key", None) == key)
    return found


def draft(key: str, **changes: Any) -> Audience:
    """One that says all that can be said; what the provider cannot be told is to be left out."""
    own = {**case(key).FIELDS, **dict.fromkeys(case(key).OWN_TEXT, NAME)}
    fields = {"name": NAME, "description": NAME, "members": PhoneFile(FILE, f"{NAME}.csv")}
    return Audience(**{**fields, "provider_fields": {key: own} if own else {}, **changes})


def forms(text: str) -> list[str]:
    """A text as it is, and as JSON, URLs and HTML write it, and so within JSON."""
    in_json = json.dumps(text)[1:-1]
    in_dotnet = "".join(c if c.isalnum() else f"\\u{ord(c):04X}" for c in text)
    one_letter = f"\\u{ord(text[0]):04x}{json.dumps(text[1:])[1:-1]}"
    in_url = [quote(text), quote(text, safe=""), quote_plus(text)]
    lower = [quote(c, safe="").lower() if not c.isalnum() else c for c in text]
    every = ["".join(f"%{ord(c):02x}" for c in text), "".join(f"&#x{ord(c):X};" for c in text)]
    numbered = "".join(c if c.isalnum() else f"&#{ord(c)};" for c in text)
    both = [in_json.replace("/", "\\/"), json.dumps(html.escape(text))[1:-1]]
    go = json.dumps(html.escape(text))[1:-1].replace("&", "\\u0026")
    first = [text, in_json, in_dotnet, one_letter, *in_url, "".join(lower), *every, html.escape(text)]
    return [*first, numbered, *both, go, f"Bearer {text}"]


def words(secrets: Collection[str]) -> str:
    """What a provider says: everything back that it was told."""
    return f"{WORDS} {MEMBER} {NUMBER} {NAME} " + " , ".join(form for each in secrets for form in forms(each))


def body(key: str, told: str) -> dict[str, Any]:
    """A success and an error at once, with the provider's words wherever it has some."""
    return {**case(key).BODY, **_with_words(case(key).ERROR, told), "extra": {told: [told]}}


def _with_words(value: Any, told: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_words(child, told) for name, child in value.items()}
    if isinstance(value, list):
        return [_with_words(child, told) for child in value]
    return told if isinstance(value, str) else value


@contextmanager
def witness() -> Iterator[list[str]]:
    """Everything that any logger records, with all that hangs on it, and every warning."""
    seen: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raised = traceback.format_exception(record.exc_info[1]) if record.exc_info else []
            seen.append(f"{record.name}: {record.getMessage()} {vars(record)!r} {raised}")

    root, handler = logging.getLogger(), Handler(1)
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield seen
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    seen += [str(warning) for warning in warned]


def shown(value: object) -> str:
    """What is printed of a value, with the chain of what caused it."""
    if isinstance(value, BaseException):
        return "".join(traceback.format_exception(value)) + repr(value) + str(value)
    return f"{value!r}{value}"


def frames(error: BaseException) -> str:
    """What a crash reporter shows of the library's own frames, with their local variables."""
    report = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return "".join(part for part in report.split("  File ") if "/wrapper/audiences/" in part.partition(",")[0])


def reachable(value: object) -> str:
    """All text that hangs on a value, in whatever depth; but for frames, which hold the provider object itself."""
    skipped = (type, ModuleType, FunctionType, BuiltinFunctionType, TracebackType)
    found, seen, stack = [], set(), [value]
    while stack:
        node = stack.pop()
        if id(node) in seen or isinstance(node, skipped):
            continue
        seen.add(id(node))
        if isinstance(node, str | bytes | bytearray):
            found.append(repr(node))
        stack += gc.get_referents(node)
    return "\n".join(found)


def found_in(text: str | bytes, *marks: str) -> set[str]:
    """The marks that a text has, in whatever case."""
    lower = text.lower() if isinstance(text, bytes) else text.lower().encode("utf-8", "surrogateescape")
    return {mark for mark in marks if mark.lower().encode() in lower}
