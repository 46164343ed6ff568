"""Where the members of an audience come from."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ._errors import InvalidError, Problem
from ._upload import BinaryFile, Upload


@dataclass(frozen=True, slots=True, repr=False)
class PhoneFile:
    """Members as a CSV or Excel file of phone numbers: a path, the file's bytes with a `filename`, or a binary file.

    The file is opened when it is checked, and again when it is sent; if a path's file has changed in between, it is not
    sent. A binary file is sent from its current position, and is left open. It needs a `filename` unless it has a name
    of its own. One that cannot seek can be sent only once.

    Before a file is sent, its first row and the rows near the top are checked, for at most a second and with at most
    64 MiB of memory. A file whose first row is not found by then is sent all the same, and the receipt says so.
    `checked=False` sends a file without this check; `.xls` files need that.

    Raises InvalidError for a source that is none of these.
    """

    source: str | os.PathLike[str] | bytes | BinaryFile
    filename: str | None = None
    checked: bool = True
    upload: Upload = field(init=False, compare=False)
    """The file as it is sent."""

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        if not isinstance(self.filename, str | None):
            problems.append(Problem.ours("members.filename", "must be a string", self.filename))
        if not isinstance(self.checked, bool):
            problems.append(Problem.ours("members.checked", "must be True or False", self.checked))
        try:
            source = self.source
            given = Path(os.fsdecode(source)) if isinstance(source, str | os.PathLike) else source
            object.__setattr__(self, "upload", Upload(given))
            if isinstance(given, Path) and re.search(r"[\r\n]", str(given)):
                rule = "must be a path, and looks like a file's content: give PhoneFile(text.encode(), filename)"
                problems.append(Problem.ours("members.source", rule, source))
        except Exception:  # noqa: BLE001  # a file of the caller's may raise anything
            problems.append(Problem.ours("members.source", "must be a path, bytes or an open binary file", self.source))
        if problems:
            raise InvalidError.of(problems)

    def __repr__(self) -> str:
        source = "path" if self.upload.path else type(self.source).__name__
        return f"PhoneFile({source}, checked={self.checked})"

    @property
    def name(self) -> str:
        """The file name that is sent: without its folders, and without white space around it."""
        names = (self.filename, self.upload.path, getattr(self.source, "name", None), "")
        name = next(each for each in names if each is not None)
        # A binary file's name may be the number of its descriptor.
        base = Path(os.fsdecode(name)).name if isinstance(name, str | bytes | os.PathLike) else ""
        # Some multipart readers take white space off. Control characters stay, to be refused.
        return re.sub(r"^[^\S\x00-\x1f\x85]+|[^\S\x00-\x1f\x85]+$", "", base)


class Look(NamedTuple):
    """What the check of a file saw: what keeps it from being sent, what looks wrong, and whether it has no members."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    empty: bool = False


class Url(str):
    """An attribute's value that is sent as a URL, not as a text."""

    __slots__ = ()


Attribute = str | int | float | bool | datetime | Sequence[str | int | float]
"""The values that an attribute may have. A time must have a zone."""


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A member: its identifier, and its attributes by name. For one without attributes, a plain string will do.

    Raises InvalidError for attributes that are no mapping.

    >>> from datetime import UTC, datetime
    >>> Member("4711", {"city": "Rome", "since": datetime(2026, 1, 31, tzinfo=UTC), "photo": Url("https://a.test/1")})
    Member(3 attributes)
    """

    id: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not isinstance(self.attributes, Mapping):
            raise InvalidError.ours("attributes", "must be a mapping of names to values", self.attributes)

    def __repr__(self) -> str:
        return f"Member({len(self.attributes)} attributes)"
