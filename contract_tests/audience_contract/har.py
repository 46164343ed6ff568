"""Exchanges from an HTTP Archive (HAR 1.2), as browsers, mitmproxy and Schemathesis write them.

Recorders leave things out: a body, a credential, a header's value. What is not in the file is said not to have been
recorded; it is never taken for missing, and never guessed.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from .evidence import REDACTED, carriers
from .media import media_of, parse
from .messages import Headers, Request, Response
from .multipart import read as parts
from .reading import contents
from .violation import UnreadableError

# What stands for a value that was not kept: a word for it, something in brackets, or stars and the like.
_TAKEN_OUT = re.compile(
    r"(.*[\W_])?(redacted|filtered|masked|removed|sanitized|sanitised|hidden|omitted|deleted|stripped|scrubbed|censored"
    r"|anonymized|anonymised|obfuscated)([\W_].*)?|<.*>|\[.*\]|\{.*\}|\$\{?\w+\}?|%\w+%|[*x.•…#_-]{3,}|…|•+",
    re.IGNORECASE | re.DOTALL,
)
_BODILESS = {"GET", "HEAD", "OPTIONS", "DELETE"}
_SCHEME = re.compile(r"(basic|bearer|digest|negotiate) ", re.IGNORECASE)
# The same for a body or a file, as "(binary)" and "[object Blob]" are.
_NO_CONTENT = re.compile(
    r"""[^\w"']+(binary|binary data|object blob|blob|file|data|stream|not recorded)[^\w"']+"""
    r"|\W*(redacted|filtered|removed|omitted|truncated)\W*",
    re.IGNORECASE,
)


class HarError(ValueError):
    """The file is no HTTP Archive; says why, without any of its content."""


@dataclass(frozen=True)
class Entry:
    """One exchange: `response` is None where no answer came; the flags say whether the bodies are in the file.

    `headers` is whether the request's headers are; `taken_out` has the names, in lower case, of those without a value.
    """

    url: str
    request: Request
    response: Response | None
    seconds: float
    request_body: bool
    response_body: bool
    headers: bool
    taken_out: frozenset[str]


def read(path: Path) -> tuple[list[Entry], int]:
    """The exchanges of a file in their order, and how many entries cannot be read. Raises HarError, OSError."""
    try:
        document = json.loads(contents(path).decode("utf-8-sig"))
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
    method, url = (_get(entry, "request", name) for name in ("method", "url"))
    status = _get(entry, "response", "status")
    try:
        split = urlsplit(url)
        # A wrong port raises only when it is asked for.
        _ = split.port
    except (ValueError, TypeError, AttributeError):
        return None
    records = _get(entry, "request", "headers")
    if not isinstance(method, str) or not isinstance(url, str) or not split.hostname or isinstance(records, dict):
        return None
    headers, taken_out = _headers(records, _get(entry, "request", "postData", "mimeType"))
    target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    request, known = _request(Request(method, target, headers), _get(entry, "request"))
    response, response_known = None, False
    # The status is 0 where the exchange was cut off or blocked.
    if isinstance(status, int) and status >= 100:
        content = _get(entry, "response", "content")
        fields, unknown = _headers(_get(entry, "response", "headers"), _get(content, "mimeType"))
        body = _content(_get(entry, "response"), Response(status, fields))
        response_known = body is not None and "content-type" not in unknown
        response = Response(status, fields, body or b"")
    time = _get(entry, "time")
    return Entry(
        url.partition("#")[0],
        request,
        response,
        time / 1000 if isinstance(time, int | float) and time > 0 else 0.0,
        known and "content-type" not in taken_out,
        response_known,
        bool(records),
        taken_out,
    )


def _headers(records: Any, media: Any) -> tuple[Headers, frozenset[str]]:
    """The headers, and the names of those whose values were taken out; `media` is the type recorded beside the body."""
    pairs = [(_get(record, "name"), _get(record, "value")) for record in (records if isinstance(records, list) else ())]
    secret = carriers()
    found, taken_out = [], set() if pairs else {"content-type"}
    for name, value in pairs:
        # HTTP/2 has method, path and the like among its headers, with a colon before their names.
        if not isinstance(name, str) or name.startswith(":"):
            continue
        lower = name.lower()
        if isinstance(value, str) and (value or lower not in secret) and not _is_taken_out(value):
            found.append((name, value))
        elif lower in secret:
            # A credential was sent; any text of its form stands for it.
            found.append((name, f"Bearer {REDACTED}" if lower == "authorization" else REDACTED))
        else:
            taken_out.add(lower)
    if "content-type" in taken_out and isinstance(media, str) and parse(media):
        return (*found, ("content-type", media)), frozenset(taken_out - {"content-type"})
    return tuple(found), frozenset(taken_out)


def _is_taken_out(value: str) -> bool:
    return not _SCHEME.match(value) and _TAKEN_OUT.fullmatch(value.strip()) is not None


def _request(request: Request, recorded: Any) -> tuple[Request, bool]:
    """The request with its body, and whether the body is known."""
    size, data = _get(recorded, "bodySize"), _get(recorded, "postData")
    text, params = _get(data, "text"), _get(data, "params")
    params = params if isinstance(params, list) else []
    lengths = [int(value) for value in request.values("content-length") if value.isascii() and value.isdigit()]
    if isinstance(text, str) and text:
        expected = lengths[0] if lengths else size if isinstance(size, int) and size > 0 else None
        body = _sized(text, expected, _get(data, "encoding"))
        # A length in a header is the client's; where that agrees, nothing was lost.
        if body is None or (not lengths and _is_lossy(request, text, body, params)):
            return request, False
        return replace(request, body=body), True
    if params:
        kind = "".join(request.values("content-type")) or str(_get(data, "mimeType"))
        pairs = [(_get(param, "name"), _get(param, "value")) for param in params]
        if "urlencoded" not in kind or not all(isinstance(part, str) for pair in pairs for part in pair):
            return request, False
        # The client may have encoded the same fields otherwise, so its length says nothing of these bytes.
        kept = tuple(pair for pair in request.headers if pair[0].lower() != "content-length")
        return replace(request, headers=kept, body=urlencode(pairs).encode()), True
    # Recorders also write size 0, or -1, for what they did not keep; a type says that there was something.
    hints = any(request.values(name) for name in ("content-type", "content-length", "transfer-encoding"))
    return request, lengths == [0] or (not hints and (size == 0 or request.method in _BODILESS))


def _is_lossy(request: Request, text: str, body: bytes, params: list[Any]) -> bool:
    """Whether a recorded text has lost what was sent: bytes that are no text, a file's content, line ends."""
    if "\ufffd" in text or _NO_CONTENT.fullmatch(text):
        return True
    media = media_of(request)
    if media is None or media.essence != "multipart/form-data":
        return False
    if b"\r" not in body or any(_NO_CONTENT.fullmatch(str(_get(param, "value"))) for param in params):
        return True
    try:
        found = parts(media, body)
    except UnreadableError:
        return False
    without = any(part.filename and (not part.data or _NO_CONTENT.fullmatch(part.text)) for part in found)
    return without or not {_get(param, "name") for param in params} <= {part.name for part in found}


def _sized(text: str, expected: int | None, encoding: Any) -> bytes | None:
    """The bytes that a text stands for: it may be UTF-8, Latin-1, or base64, with or without a word about it."""
    plain = _utf8(text)
    if encoding == "base64":
        return _base64(text)
    if expected is None:
        return plain
    latin = text.encode("latin-1") if all(ord(character) < 256 for character in text) else None
    return next((body for body in (plain, latin, _base64(text)) if body is not None and len(body) == expected), None)


def _content(recorded: Any, response: Response) -> bytes | None:
    content = _get(recorded, "content")
    text, size, saved = _get(content, "text"), _get(content, "size"), _get(content, "compression")
    if "truncated" in str(_get(content, "comment") or "").lower():
        return None
    if not isinstance(text, str) or not text:
        lengths, coded = set(response.values("content-length")), response.values("transfer-encoding")
        # Recorders also write size 0 for a body that they did not keep, and a null or nothing at all for the text.
        is_empty = text == "" and size == _get(recorded, "bodySize") == 0 and not lengths and not coded
        return b"" if response.status in (204, 304) or lengths == {"0"} or is_empty else None
    if _get(content, "encoding") == "base64":
        return _base64(text)
    body = _utf8(text)
    if _NO_CONTENT.fullmatch(text) or ("\ufffd" in text and len(body) != size):
        return None
    # Some give the size before the content coding was undone, and beside it what that saved.
    least = size + min(saved if isinstance(saved, int) else 0, 0) if isinstance(size, int) else 0
    return body if len(body) >= least else None


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
