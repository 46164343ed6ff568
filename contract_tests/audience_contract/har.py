"""Exchanges from an HTTP Archive (HAR 1.2), as browsers, mitmproxy and Schemathesis write them.

Recorders leave things out: a body, a credential. What is not in the file is said to be missing, and never guessed.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from .evidence import MASK
from .messages import Headers, Request, Response

_MASKED = re.compile(r"\W*(redacted|filtered|masked|removed|sanitized|hidden|\*+|x{3,})\W*", re.IGNORECASE)


class HarError(ValueError):
    """The file is no HTTP Archive; says why, without any of its content."""


@dataclass(frozen=True)
class Entry:
    """One exchange: `response` is None where no answer came; the flags say whether the bodies are in the file."""

    url: str
    request: Request
    response: Response | None
    seconds: float
    request_body: bool
    response_body: bool


def read(path: Path) -> tuple[list[Entry], int]:
    """The exchanges of a file in their order, and how many entries cannot be read. Raises HarError, OSError."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise HarError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise HarError(f"it is not JSON at line {error.lineno}") from None
    except (ValueError, RecursionError):
        raise HarError("it is JSON of a kind that nothing here reads") from None
    entries = _get(document, "log", "entries")
    if not isinstance(entries, list):
        raise HarError("it has no log with entries")
    found = [_entry(entry) for entry in entries]
    return [entry for entry in found if entry], found.count(None)


def _get(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _entry(entry: Any) -> Entry | None:
    method, url, status = (
        _get(entry, "request", "method"),
        _get(entry, "request", "url"),
        _get(entry, "response", "status"),
    )
    try:
        parts = urlsplit(url)
    except (ValueError, TypeError, AttributeError):
        return None
    records = _get(entry, "request", "headers")
    if not isinstance(method, str) or not isinstance(url, str) or not parts.hostname or isinstance(records, dict):
        return None
    headers = _headers(records)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request, known = _request(Request(method, target, headers), _get(entry, "request"))
    response, response_known = None, False
    # 0 where the exchange was cut off or blocked.
    if isinstance(status, int) and status >= 100:
        body = _content(_get(entry, "response"), status)
        response_known = body is not None
        response = Response(status, _headers(_get(entry, "response", "headers")), body or b"")
    time = _get(entry, "time")
    seconds = time / 1000 if isinstance(time, int | float) and time > 0 else 0.0
    return Entry(url.partition("#")[0], request, response, seconds, known, response_known)


def _headers(records: Any) -> Headers:
    pairs = [(_get(record, "name"), _get(record, "value")) for record in (records if isinstance(records, list) else ())]
    return tuple(
        # What a recorder has taken out was there: any credential of that form stands for it.
        (name, f"Bearer {MASK}" if name.lower() == "authorization" and _MASKED.fullmatch(value) else value)
        for name, value in pairs
        # HTTP/2 has method, path and the like among its headers, with a colon before their names.
        if isinstance(name, str) and isinstance(value, str) and not name.startswith(":")
    )


def _request(request: Request, recorded: Any) -> tuple[Request, bool]:
    """The request with its body, and whether the body is known."""
    size = _get(recorded, "bodySize")
    lengths = [int(value) for value in request.values("content-length") if value.isascii() and value.isdigit()]
    expected = lengths[0] if lengths else size if isinstance(size, int) and size > 0 else None
    data = _get(recorded, "postData")
    text, params = _get(data, "text"), _get(data, "params")
    if isinstance(text, str) and (text or not params):
        body = _sized(text, expected, _get(data, "encoding"))
        return (request, False) if body is None else (replace(request, body=body), True)
    if isinstance(params, list) and params:
        kind = "".join(request.values("content-type")) or str(_get(data, "mimeType"))
        pairs = [(_get(param, "name"), _get(param, "value")) for param in params]
        if "urlencoded" not in kind or not all(isinstance(part, str) for pair in pairs for part in pair):
            return request, False
        # The bytes may have been written otherwise: their length says nothing.
        kept = tuple(pair for pair in request.headers if pair[0].lower() != "content-length")
        return replace(request, headers=kept, body=urlencode(pairs).encode()), True
    return request, not expected and not request.values("transfer-encoding")


def _sized(text: str, expected: int | None, encoding: Any) -> bytes | None:
    """The bytes that a text stands for: it may be UTF-8, Latin-1, or base64, with or without a word about it."""
    plain = _utf8(text)
    if encoding == "base64":
        return _base64(text)
    if expected is None:
        return plain
    latin = text.encode("latin-1") if all(ord(character) < 256 for character in text) else None
    return next((body for body in (plain, latin, _base64(text)) if body is not None and len(body) == expected), None)


def _content(recorded: Any, status: int) -> bytes | None:
    content = _get(recorded, "content")
    text, size = _get(content, "text"), _get(content, "size")
    if "truncated" in str(_get(content, "comment") or "").lower():
        return None
    if not isinstance(text, str) or not text:
        lengths = {value for name, value in _headers(_get(recorded, "headers")) if name.lower() == "content-length"}
        # Browsers also write size 0 for a body that they did not keep.
        return b"" if status in (204, 304) or lengths == {"0"} or (size == 0 and not lengths) else None
    if _get(content, "encoding") == "base64":
        return _base64(text)
    body = _utf8(text)
    # What was no text has lost its bytes.
    return None if "\ufffd" in text and len(body) != size else body


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
