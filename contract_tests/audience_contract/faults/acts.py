"""What most faults are made of: acts, the ways in which a server goes wrong, and changes of messages."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from ..media import media_of
from ..messages import Request, Response
from ..multipart import Part
from .fault import Act, Turn, When
from .fault import parts as found_parts

Message = TypeVar("Message", Request, Response)
_BOUNDARY = "fault-boundary"


def always(_: Turn) -> bool:
    return True


def every(count: int) -> When:
    """True in every turn whose number is a multiple of `count`."""
    return lambda turn: turn.number % count == 0


def takes_as(change: Callable[[Request], Request], when: When = always) -> Act:
    """The server takes some requests for others: it answers what `change` makes of them."""
    return lambda turn: turn.answer(change(turn.request) if when(turn) else None)


def refuses(when: When, status: int = 400) -> Act:
    """The server answers some requests that break nothing with an error, and does nothing."""
    return lambda turn: turn.error(status) if not turn.refused() and when(turn) else turn.answer()


def on_success(change: Callable[[Response], Response], when: When = always) -> Act:
    """The server's successes are wrong, or some of them."""
    return lambda turn: _changed(turn.answer(), change, lambda answer: answer.is_success and when(turn))


def on_error(change: Callable[[Response], Response], status: int | None = None) -> Act:
    """The server's errors are wrong, or only those with `status`."""
    statuses = range(400, 600) if status is None else (status,)
    return lambda turn: _changed(turn.answer(), change, lambda answer: answer.status in statuses)


def _changed(answer: Response, change: Callable[[Response], Response], when: Callable[[Response], object]) -> Response:
    return change(answer) if when(answer) else answer


def with_status(number: int) -> Callable[[Response], Response]:
    """Another status."""
    return lambda answer: replace(answer, status=number)


def header(name: str, *values: str) -> Callable[[Message], Message]:
    """Set a header, repeat it, or without values leave it out."""

    def change(message: Message) -> Message:
        kept = tuple(pair for pair in message.headers if pair[0].lower() != name.lower())
        return replace(message, headers=kept + tuple((name, value) for value in values))

    return change


def body(data: bytes | Callable[[bytes], bytes]) -> Callable[[Message], Message]:
    """Another body, or one made of the body that there is."""
    return lambda message: replace(message, body=data if isinstance(data, bytes) else data(message.body))


def as_json(change: Callable[[Any], Any]) -> Callable[[Message], Message]:
    """A JSON body made of the value that there is."""
    return lambda message: body(json.dumps(change(json.loads(message.body)), ensure_ascii=False).encode())(message)


def puts(**properties: Any) -> Callable[[Message], Message]:
    """Properties added to a JSON object, or replaced in it."""
    return as_json(lambda value: {**value, **properties})


def renamed_part(old: str, new: str) -> Callable[[Request], Request]:
    """A part under another name."""
    return lambda request: parts_body(
        replace(part, name=new) if part.name == old else part for part in found_parts(request)
    )(request)


def json_body(value: Any) -> Callable[[Request], Request]:
    """A JSON body, under the media type that there is: a wrong one stays wrong."""
    return body(json.dumps(value).encode())


def parts_body(parts: Iterable[Part]) -> Callable[[Request], Request]:
    """A multipart body, under the media type that there is and with its boundary."""

    def change(request: Request) -> Request:
        media = media_of(request)
        boundary = media.parameters.get("boundary", "") if media else ""
        limit = (boundary or _BOUNDARY).encode("latin-1")
        data = b"".join(_written(limit, part) for part in parts) + b"--" + limit + b"--\r\n"
        return replace(request, body=data)

    return change


def _written(limit: bytes, part: Part) -> bytes:
    filename = "" if part.filename is None else f'; filename="{_quotable(part.filename)}"'
    media = f"\r\nContent-Type: {part.content_type}" if part.content_type else ""
    head = f'\r\nContent-Disposition: form-data; name="{_quotable(part.name)}"{filename}{media}\r\n\r\n'
    return b"--" + limit + head.encode() + part.data + b"\r\n"


def _quotable(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
