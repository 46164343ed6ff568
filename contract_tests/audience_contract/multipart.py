"""multipart/form-data (RFC 7578) from raw bytes."""

import logging
from dataclasses import dataclass, field

from .media import MediaType
from .violation import UnreadableError

# The parser's own warnings quote the bytes that it stumbles on.
_SILENT = logging.Logger("audience_contract.multipart", logging.CRITICAL + 1)


@dataclass(frozen=True)
class Part:
    """One part: its `name`, its `filename` if it has one, its Content-Type ("" if it has none) and its `data`."""

    name: str
    filename: str | None
    content_type: str
    data: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The data as text; raises UnreadableError if it is not UTF-8."""
        return _utf8(self.data)


class _Reader:
    """Gathers what the parser calls back with."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[bytes, list[bytes]], bytearray]] = []
        self.name, self.value = b"", b""
        self.ended = False

    def on_part_begin(self) -> None:
        self.parts.append(({}, bytearray()))

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def on_header_end(self) -> None:
        self.parts[-1][0].setdefault(self.name.lower(), []).append(self.value)
        self.name, self.value = b"", b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1][1].extend(data[start:end])

    def on_end(self) -> None:
        self.ended = True


def read(media: MediaType, body: bytes) -> list[Part]:
    """The parts of a body whose Content-Type is `media`, in their order.

    Raises UnreadableError without a boundary, where the parser finds a fault or no end, and for a part whose headers
    give it no name.
    """
    from python_multipart import MultipartParser  # noqa: PLC0415  # of an extra, which the command asks for by name
    from python_multipart.exceptions import FormParserError  # noqa: PLC0415  # of an extra, which the command asks for by name

    boundary = media.parameters.get("boundary", "")
    if not boundary:
        raise UnreadableError("the content type names no boundary")
    reader = _Reader()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.on_part_begin,
                "on_header_field": reader.on_header_field,
                "on_header_value": reader.on_header_value,
                "on_header_end": reader.on_header_end,
                "on_part_data": reader.on_part_data,
                "on_end": reader.on_end,
            },
        )
        parser.logger = _SILENT
        parser.write(_from_first_delimiter(body, boundary.encode("latin-1", "replace")))
    except FormParserError:
        raise UnreadableError("not multipart/form-data with the boundary that the content type names") from None
    if not reader.ended:
        raise UnreadableError("the closing boundary is missing")
    return [_part(headers, bytes(data)) for headers, data in reader.parts]


def _from_first_delimiter(body: bytes, boundary: bytes) -> bytes:
    """The body without its preamble, which means nothing (RFC 2046, 5.1.1), and which the parser does not know."""
    start = body.find(b"\r\n--" + boundary)
    return body[start + 2 :] if start >= 0 and not body.startswith(b"--" + boundary) else body


def _part(headers: dict[bytes, list[bytes]], data: bytes) -> Part:
    from python_multipart.multipart import parse_options_header  # noqa: PLC0415  # of an extra, which the command asks for by name

    disposition, content_type = (headers.get(name, [b""]) for name in (b"content-disposition", b"content-type"))
    kind, options = parse_options_header(disposition[0])
    if len(disposition) > 1 or len(content_type) > 1:
        raise UnreadableError("a part has the same header twice")
    if kind.lower() != b"form-data" or b"name" not in options:
        raise UnreadableError("a part has no Content-Disposition: form-data with a name")
    filename = options.get(b"filename")
    return Part(
        name=_utf8(options[b"name"]),
        filename=None if filename is None else _utf8(filename),
        content_type=content_type[0].decode("latin-1").strip(" \t"),
        data=data,
    )


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8 at byte {error.start}") from None
