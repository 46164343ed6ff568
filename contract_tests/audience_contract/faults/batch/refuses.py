"""Batch refuses what it must take, or fails."""

import re

from ..acts import refuses
from ..fault import Fault, Turn
from . import ACCEPTED, BODY, DISPLAY_NAME, NAME, TYPE


def _name_refused(word: str, said: str, pattern: str) -> Fault:
    return Fault(
        f"batch.name-{word}-refused",
        f"Names {said} are refused.",
        (f"{NAME}/description", f"{NAME}/maxLength"),
        refuses(lambda turn: re.fullmatch(pattern, turn.text("name")) is not None),
    )


def _type_refused(kind: str) -> Fault:
    return Fault(
        f"batch.{kind.replace('_', '-')}-refused",
        f"The type `{kind}` is refused.",
        (f"{TYPE}/enum",),
        refuses(lambda turn: turn.text("type") == kind),
    )


def _cold(turn: Turn) -> bool:
    turn.memory["valid"] = turn.memory.get("valid", 0) + 1
    return bool(turn.memory["valid"] <= 2)


FAULTS = (
    *map(_type_refused, ("custom_ids", "emails", "install_ids")),
    _name_refused("255", "of 255 characters", ".{255}"),
    _name_refused("128", "of more than 128 characters", ".{129,}"),
    _name_refused("short", "of one character", "."),
    _name_refused("digit", "that begin with a digit", "[0-9].*"),
    _name_refused("hyphen-end", "that end with a hyphen", ".*-"),
    _name_refused("capital", "with capitals", ".*[A-Z].*"),
    Fault(
        "batch.display-name-needed",
        "A body without `display_name` is refused.",
        (f"{BODY}/required",),
        refuses(lambda turn: "display_name" not in turn.fields),
    ),
    Fault(
        "batch.display-name-emoji",
        "A display name with a character beyond U+FFFF fails with 500.",
        (f"{DISPLAY_NAME}/type", ACCEPTED),
        refuses(lambda turn: any(ord(letter) > 0xFFFF for letter in turn.text("display_name")), 500),
    ),
    Fault(
        "batch.display-name-rare",
        "A display name beyond ASCII fails with 500, with the type `install_ids` only.",
        (f"{DISPLAY_NAME}/type", ACCEPTED),
        refuses(lambda turn: turn.text("type") == "install_ids" and not turn.text("display_name").isascii(), 500),
    ),
    Fault(
        "batch.json-escapes",
        "JSON with \\u escapes is refused.",
        ("RFC 8259, 7", BODY),
        refuses(lambda turn: b"\\u" in turn.request.body),
    ),
    Fault(
        "batch.cold-start",
        "The first two valid requests fail with 500.",
        (ACCEPTED,),
        refuses(_cold, 500),
    ),
)
