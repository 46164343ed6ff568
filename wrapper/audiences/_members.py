"""What the members of an audience are, or come from."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from ._errors import OURS, InvalidError, Problem, shape


class IdKind(StrEnum):
    """The kinds of identifiers that members can be given by."""

    CUSTOM_IDS = "custom_ids"
    EMAILS = "emails"
    INSTALL_IDS = "install_ids"


@dataclass(frozen=True, slots=True, repr=False)
class Ids:
    """Members as identifiers of one kind. Not shown in a repr: they are personal data.

    Raises InvalidError for another kind, or values that are not strings.
    """

    kind: IdKind
    values: Sequence[str]

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if self.kind not in list(IdKind):
            problems.append(Problem("members.kind", f"must be one of {', '.join(IdKind)}", shape(self.kind), OURS))
        if isinstance(self.values, str) or not all(isinstance(value, str) for value in self.values):
            problems.append(Problem("members.values", "must be a sequence of strings", shape(self.values), OURS))
        if problems:
            raise InvalidError.of(problems)

    def __repr__(self) -> str:
        return f"Ids({self.kind}, {len(self.values)} values)"


@dataclass(frozen=True, slots=True, repr=False)
class PhoneFile:
    """Members as a CSV or Excel file of phone numbers: a path, or the file's bytes with a `filename`.

    The file is opened when it is checked and when it is sent. `checked=False` skips the look into the content, which
    `.xls` files need: nothing here reads them.

    Raises InvalidError for a source that is neither.
    """

    source: str | os.PathLike[str] | bytes
    filename: str | None = None
    checked: bool = True

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if not isinstance(self.source, str | os.PathLike | bytes):
            problems.append(Problem("members.source", "must be a path or bytes", shape(self.source), OURS))
        if not isinstance(self.filename, str | None):
            problems.append(Problem("members.filename", "must be a string", shape(self.filename), OURS))
        if not isinstance(self.checked, bool):
            problems.append(Problem("members.checked", "must be True or False", shape(self.checked), OURS))
        if problems:
            raise InvalidError.of(problems)

    def __repr__(self) -> str:
        return f"PhoneFile({'bytes' if isinstance(self.source, bytes) else 'path'}, checked={self.checked})"

    @property
    def name(self) -> str:
        """The file name that is sent: without its folders."""
        if self.filename is None:
            return "" if isinstance(self.source, bytes) else Path(os.fsdecode(self.source)).name
        return Path(self.filename).name

    def upload(self) -> "Upload":
        content = self.source if isinstance(self.source, bytes) else Path(os.fsdecode(self.source))
        return Upload(content)


Members = Ids | PhoneFile


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """A file part's content, which can be opened again and again."""

    content: bytes | Path

    @property
    def path(self) -> Path | None:
        return self.content if isinstance(self.content, Path) else None

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")
