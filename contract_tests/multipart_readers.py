"""Three readers of multipart/form-data that have nothing in common."""

import email
import email.policy
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header
from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder


class Part(NamedTuple):
    name: str | None
    filename: str | None
    media_type: str | None
    content: bytes


def by_email(content_type: str, body: bytes) -> list[Part]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    assert message.defects == []
    return [
        Part(
            cast("str", part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part["content-type"],
            cast("bytes", part.get_payload(decode=True)),
        )
        for part in cast("Any", message).iter_parts()
    ]


def by_werkzeug(content_type: str, body: bytes) -> list[Part]:
    decoder = MultipartDecoder(content_type.partition("boundary=")[2].encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    found: list[Part] = []
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, Field | File):
            headers: Headers = event.headers
            found.append(Part(event.name, getattr(event, "filename", None), headers["content-type"], b""))
        elif isinstance(event, Data):
            found[-1] = found[-1]._replace(content=found[-1].content + event.data)
    return found


def by_python_multipart(content_type: str, body: bytes) -> list[Part]:
    found: list[Part] = []
    headers: dict[bytes, bytes] = {}
    name, value, content = bytearray(), bytearray(), bytearray()

    def header() -> None:
        headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def end() -> None:
        options = parse_options_header(headers[b"content-disposition"])[1]
        filename = options[b"filename"].decode() if b"filename" in options else None
        found.append(Part(options[b"name"].decode(), filename, headers[b"content-type"].decode(), bytes(content)))
        headers.clear()
        content.clear()

    parser = MultipartParser(
        content_type.partition("boundary=")[2],
        {
            "on_header_field": lambda data, start, stop: name.extend(data[start:stop]),
            "on_header_value": lambda data, start, stop: value.extend(data[start:stop]),
            "on_header_end": header,
            "on_part_data": lambda data, start, stop: content.extend(data[start:stop]),
            "on_part_end": end,
        },
    )
    parser.write(body)
    parser.finalize()
    return found


READERS: list[Callable[[str, bytes], list[Part]]] = [by_email, by_werkzeug, by_python_multipart]
