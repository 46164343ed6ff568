"""The body of a message: its media type, whether it can be read, and its schema."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from . import multipart, schema, strict_json, urlencoded
from .media import MediaType, entry_of, find, media_of, parse
from .messages import Request, Response
from .spec import Node
from .violation import UNNAMED, UnreadableError, Violation

_TEXT, _BYTES = "text/plain", "application/octet-stream"
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
FORMS = (_PARTS, _FORM)
"""The media types of forms."""
PLAIN = (_TEXT, _BYTES)
"""The media types without a grammar of their own: every body that the schema allows is right."""


def json_of(message: Request | Response) -> Any:
    """The JSON value of a body, cached and so not to be changed; raises UnreadableError, see `strict_json.loads`."""
    return _json(message.body)


def value_of(message: Request | Response | None) -> Any:
    """As `json_of`, but None for no message, or a body that is no JSON."""
    try:
        return json_of(message) if message else None
    except UnreadableError:
        return None


# Cached, because several checks read the same body.
@lru_cache(maxsize=8)
def _json(body: bytes) -> Any:
    return strict_json.loads(body)


@lru_cache(maxsize=1)  # only one, because files are large
def parts_of(request: Request) -> list[multipart.Part]:
    """The parts of a multipart body, cached and so not to be changed; raises UnreadableError, see `multipart.read`."""
    return multipart.read(media_of(request) or MediaType("", {}), request.body)


def fields_of(request: Request) -> dict[str, Any]:
    """The fields of a URL-encoded form; raises UnreadableError, see `urlencoded.read`."""
    return urlencoded.read(request.body)


def is_raw(content: Node, message: Request | Response) -> bool:
    """Whether the media type is that of a text or of bytes, so that an empty body is a body, too."""
    media = media_of(message)
    return bool(media and not media.is_json and media.essence not in FORMS and entry_of(content, message))


def text_of(message: Request | Response) -> str | None:
    """The body as a text; None if it cannot be read in the character set that its media type names."""
    media = media_of(message)
    try:
        return message.body.decode(media.parameters.get("charset", "utf-8") if media else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None


def check(content: Node, message: Request | Response) -> tuple[Violation, ...]:
    """What a body breaks in a content map, and properties and parts that the spec does not name."""
    types = tuple(("content-type", value) for value in message.values("content-type"))
    unsent = "readOnly" if isinstance(message, Request) else "writeOnly"
    return _check(content, Response(0, types, message.body), unsent)


# Cached, because the next request of a run often differs elsewhere.
@lru_cache(maxsize=1)
def _check(content: Node, message: Response, unsent: str) -> tuple[Violation, ...]:
    return tuple(_broken(content, message, unsent))


def _broken(content: Node, message: Response, unsent: str) -> Iterator[Violation]:
    types = message.values("content-type")
    if len(types) != 1:
        said = f"sent {len(types)} times" if types else "missing"
        yield Violation("content-type", "", content.pointer, said)
        return
    media = parse(types[0])
    entry = media and find(content, media)
    if not media or not entry:
        yield Violation("content-type", "", content.pointer, f"not one of {', '.join(sorted(content.value))}")
        return
    kind = entry.get("schema")
    try:
        if kind and media.essence == _PARTS:
            yield from _parts(entry, multipart.read(media, message.body))
        elif media.is_json or media.essence == _FORM:
            if media.parameters.get("charset", "utf-8").lower() != "utf-8":
                yield Violation("content-type", "", entry.pointer, "it has no charset but UTF-8")
            fields = schema.properties(kind) if kind else None
            value = urlencoded.read(message.body, fields) if media.essence == _FORM else json_of(message)
            if kind:
                yield from schema.check(kind, value, "body", undocumented=True, unsent=unsent)
        elif kind and kind.plain("type") == "string":
            written = text_of(message) if not schema.is_file(kind) else None
            yield from schema.check(kind, written, "body") if written is not None else ()
        elif kind and not entry.plain("x-not-judged"):
            yield Violation("content-type", "", entry.pointer, "the spec has a schema for what nothing here reads")
    except UnreadableError as error:
        yield Violation("body", "", entry.pointer, str(error))


def _parts(entry: Node, parts: list[multipart.Part]) -> Iterator[Violation]:
    form = entry["schema"]
    properties = form.get("properties")
    required = form.get("required")
    counts = Counter(part.name for part in parts)
    for name in required.value if required else ():
        if name not in counts:
            yield Violation(f"part {name}", "", f"{form.pointer}/required", "missing")
    for part in parts:
        where, kind = f"part {part.name}", properties and properties.get(part.name)
        if not kind:
            if properties:
                yield Violation(where, "", properties.pointer, f"a part {UNNAMED}")
            continue
        if kind.plain("x-not-judged"):
            continue
        if counts[part.name] > 1 and kind.plain("type") != "array":
            yield Violation(where, "", kind.pointer, f"sent {counts[part.name]} times")
        yield from _part(entry, kind.get("items") or kind, part, where)


def _part(entry: Node, kind: Node, part: multipart.Part, where: str) -> Iterator[Violation]:
    binary = schema.is_file(kind)
    encoding = entry.get("encoding") and entry["encoding"].get(part.name)
    listed = encoding and encoding.get("contentType")
    allowed = [parse(text.strip()) for text in listed.value.split(",")] if listed else [] if binary else [parse(_TEXT)]
    rule = listed.pointer if listed else kind.pointer
    # RFC 7578, 4.4: without one, it is a text.
    media = parse(part.content_type or _TEXT)
    if binary and not part.filename:
        yield Violation(where, "", kind.pointer, "a file without a filename")
    if not binary and part.filename is not None:
        yield Violation(where, "", kind.pointer, "a text with a filename, which makes it a file")
    if not media:
        yield Violation(where, "", rule, "its content type is none")
    elif allowed and not any(choice and media.within(choice) for choice in allowed):
        yield Violation(where, "", rule, "its content type is not one that the spec lists")
    if binary:
        return
    try:
        yield from schema.check(kind, schema.from_text(kind, part.text), where)
    except UnreadableError as error:
        yield Violation(where, "", kind.pointer, str(error))
