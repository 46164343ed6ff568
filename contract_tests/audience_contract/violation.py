"""What the checker reports, and how it speaks of values without showing them."""

from dataclasses import dataclass
from typing import Any

UNNAMED = "that the spec does not name"
"""How the message ends of a violation by something that the spec does not name."""


@dataclass(frozen=True, order=True)
class Violation:
    """One rule of the effective spec that a message breaks.

    `where` is the place in the message: `query <name>`, `header <name>`, `path <name>`, `body`, `part <name>`,
    `status`, `content-type` or `content-length`. `pointer` is a JSON pointer into the value there ("" is all of it).
    `rule` is a JSON pointer into the effective spec. `message` says what is wrong and the value's shape; it never holds
    the value, which may be personal data or a secret. `missing` is the name of the property that is not there, where
    that is what is wrong.
    """

    where: str
    pointer: str
    rule: str
    message: str
    missing: str = ""

    @property
    def is_undocumented(self) -> bool:
        """Whether the spec allows it, and does not name it."""
        return self.message.endswith(UNNAMED)


class UnreadableError(ValueError):
    """A message, or a part of one, cannot be read at all; says why, without any of its content."""

    def __str__(self) -> str:
        return f"unreadable: {super().__str__()}"


_SCALARS: dict[type, str] = {type(None): "null", bool: "a boolean", int: "an integer", float: "a number"}
_SIZED: dict[type, tuple[str, str]] = {
    str: ("a string", "characters"),
    list: ("an array", "items"),
    dict: ("an object", "properties"),
}


def shape(value: Any, *, sized: bool = True) -> str:
    """A JSON value's type and, if `sized`, its length."""
    if type(value) in _SCALARS:
        return _SCALARS[type(value)]
    name, unit = _SIZED[type(value)]
    return f"{name} ({unit}: {len(value)})" if sized else name
