"""The ways in which a server goes wrong: what most faults are made of. And how messages are changed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from ..messages import Request, Response
from ..multipart import Part
from .fault import Act, Turn, When

Message = TypeVar("Message", Request, Response)
_BOUNDARY = "fault-boundary"


def always(_: Turn) -> bool:
    return True


def every(count: int) -> When:
    """Every third turn, say."""
    return lambda turn: turn.number % count == 0


def pardons(*rules: str, when: When = always) -> Act:
    """It overlooks violations of these rules: pointers into the effective spec."""
    return lambda turn: turn.answer(pardon=lambda violation: violation.rule in rules and when(turn))


def takes_as(change: Callable[[Request], Request], when: When = always) -> Act:
    """It takes some requests as though they were others."""
    return lambda turn: turn.answer(change(turn.request) if when(turn) else None)


def refuses(when: When, status: int = 400) -> Act:
    """It answers with an error to some requests that break nothing, and does not act."""
    return lambda turn: turn.error(status) if not turn.refused() and when(turn) else turn.answer()


def instead(answer: Response, when: When) -> Act:
    """It answers so to some requests that break nothing, and does not act."""
    return lambda turn: answer if not turn.refused() and when(turn) else turn.answer()


def reads(clean: Callable[[bytes], bytes]) -> Act:
    """It reads a body that is no JSON object as though it were another; whatever else is wrong is refused."""
    return takes_as(body(clean), lambda turn: not turn.fields)


def on_success(change: Callable[[Response], Response], when: When = always) -> Act:
    """Its successes are wrong, or some of them."""

    def act(turn: Turn) -> Response:
        answer = turn.answer()
        return change(answer) if answer.status < 300 and when(turn) else answer

    return act


def on_error(change: Callable[[Response], Response], status: int | None = None) -> Act:
    """Its errors are wrong, or those with a status."""

    def act(turn: Turn) -> Response:
        answer = turn.answer()
        return change(answer) if answer.status >= 400 and status in (None, answer.status) else answer

    return act


def status(number: int) -> Callable[[Response], Response]:
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


def drops(*names: str) -> Callable[[Message], Message]:
    """Properties left out of a JSON object."""
    return as_json(lambda value: {key: found for key, found in value.items() if key not in names})


def page(status: int, text: str = "<h1>Error</h1>") -> Response:
    """A page of HTML."""
    return Response(status, (("content-type", "text/html"),), text.encode())


def json_request(value: Any) -> Callable[[Request], Request]:
    """A JSON body, whatever the body was."""
    data = json.dumps(value).encode()
    return lambda request: header("content-type", "application/json")(replace(request, body=data))


def form_request(value: Mapping[str, str]) -> Callable[[Request], Request]:
    """A form's body, whatever the body was."""
    media = header("content-type", "application/x-www-form-urlencoded")
    return lambda request: media(replace(request, body=urlencode(value).encode()))


def upload(parts: Mapping[str, Part]) -> Callable[[Request], Request]:
    """A multipart body, whatever the body was."""
    data = b"".join(_written(name, part) for name, part in parts.items()) + f"--{_BOUNDARY}--\r\n".encode()
    media = header("content-type", f"multipart/form-data; boundary={_BOUNDARY}")
    return lambda request: media(replace(request, body=data))


def _written(name: str, part: Part) -> bytes:
    filename = "" if part.filename is None else f'; filename="{part.filename}"'
    media = f"\r\nContent-Type: {part.content_type}" if part.content_type else ""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}{media}\r\n\r\n'
    return head.encode() + part.data + b"\r\n"
