"""multipart/form-data (RFC 7578) from raw bytes."""

import re
from dataclasses import dataclass, field

from .media import MediaType
from .violation import UnreadableError

_FOREIGN = "not multipart/form-data with the boundary that the content type names"
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")


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


def read(media: MediaType, body: bytes) -> list[Part]:
    """The parts of a body whose Content-Type is `media`, in their order.

    Raises UnreadableError without a boundary, without a delimiter or the closing one, and for a part whose headers are
    malformed or give it no name.
    """
    boundary = media.parameters.get("boundary", "").encode("latin-1", "replace")
    if not boundary:
        raise UnreadableError("the content type names no boundary")
    # RFC 2046, 5.1.1: white space may follow it; the line break belongs to it, and may be that of an empty part, too.
    delimiter = re.compile(rb"\r\n--%b(?:(?P<last>--)|[ \t]*(?=\r\n)|(?P<more>))" % re.escape(boundary))
    body = b"\r\n" + body
    # What stands before the first delimiter and after the last means nothing.
    found: list[Part] = []
    start = -1
    for match in delimiter.finditer(body):
        if match["more"] is not None:
            raise UnreadableError(_FOREIGN)
        if start >= 0:
            found.append(_part(body[start : match.start()]))
        if match["last"]:
            return found
        start = match.end()
    raise UnreadableError("the closing boundary is missing" if start >= 0 else _FOREIGN)


def _headers(head: bytes) -> dict[bytes, list[bytes]]:
    """The values by their names, in lower case; a folded one is one line (RFC 5322, 2.2.3)."""
    found: dict[bytes, list[bytes]] = {}
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head.removeprefix(b"\r\n")).split(b"\r\n")
    for line in filter(None, lines):
        match = _HEADER.fullmatch(line)
        if not match:
            raise UnreadableError("a part has a header that is none")
        found.setdefault(match[1].lower(), []).append(match[2])
    return found


def _part(part: bytes) -> Part:
    from python_multipart.multipart import parse_options_header  # noqa: PLC0415  # of an extra, which the command asks for by name

    head, end, data = part.partition(b"\r\n\r\n")
    if not end:
        raise UnreadableError("a part's headers have no end")
    headers = _headers(head)
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
