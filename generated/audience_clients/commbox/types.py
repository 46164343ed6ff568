"""Types shared by the models, request builders and response parsers."""

from collections.abc import Mapping
from typing import IO, Any, BinaryIO, Literal, Protocol

from attrs import define


class Unset:
    def __bool__(self) -> Literal[False]:
        return False


UNSET: Unset = Unset()


class Answer(Protocol):
    """What a response parser reads; the response classes of httpx2 and requests have it."""

    @property
    def status_code(self) -> int: ...

    @property
    def text(self) -> str: ...

    @property
    def content(self) -> bytes: ...

    def json(self) -> Any: ...


FileContent = IO[bytes] | bytes | str
FileTypes = (
    tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file part. It always has a file name and a media type: a server takes a part without them for a text field."""

    payload: BinaryIO
    file_name: str = "file"
    mime_type: str = "application/octet-stream"

    def to_tuple(self) -> FileTypes:
        """The file name, the content and the media type."""
        return (
            self.file_name or "file",
            self.payload,
            self.mime_type or "application/octet-stream",
        )


__all__ = ["UNSET", "Answer", "File", "FileTypes", "RequestFiles", "Unset"]
