"""Finds our lines that name what changed: in the library, in the tests, in the mock server."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from ..diff import Change, Kind
from ..documents import places, pointer, resolve, tokens
from .result import Use


def impact(root: Path, key: str, changes: Iterable[Change], specs: tuple[Any, Any]) -> tuple[Use, ...]:
    """The lines of adapters and tests that name what changed. `specs` are the effective ones, before and after.

    What is new is not named by any line yet, and what is only said in other words needs no new line.
    """
    touched = (change for change in changes if change.kind != Kind.DOCUMENTATION and change.pointer_old is not None)
    names = {name for change in touched for name in _names(change, specs)}
    words = sorted(names | {str(PythonIdentifier(name, "")) for name in names}, key=len, reverse=True)
    either = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})(?![\w-])")
    ours, others = (sorted((root / folder).rglob("*.py")) for folder in ("wrapper", "contract_tests"))
    adapters = [file for file in ours if f"audience_clients.{key}." in file.read_text("utf-8")]
    tests = [file for file in others if key in file.relative_to(root).with_suffix("").parts]
    return tuple(
        Use(file.relative_to(root).as_posix(), number, word)
        for file in ([*adapters, *tests] if words else ())
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        for word in dict.fromkeys(either.findall(line))
    )


def _names(change: Change, specs: tuple[Any, Any]) -> Iterator[str]:
    """The names of what a change is in. A pointer leads into one of the specs only: in the other one, the same number
    in a list may be another's.
    """
    pairs = zip(specs, (change.pointer_old, change.pointer_new), strict=True)
    found = [(at, resolve(spec, _around(at)), spec) for spec, at in pairs if at is not None]
    for at, value, spec in found:
        yield from map(str, _of(at, value, spec))
    if len(found) == 2:
        yield from _named(found[0][1]) ^ _named(found[1][1])


def _around(at: str) -> str:
    """The place of the innermost thing that a place is in: a property, a parameter, a status or credentials."""
    found = re.match(r".*/(?:properties|parameters|securitySchemes)/[^/]+|.*/responses/\d+$", at)
    return found[0] if found else "/components/securitySchemes" if "security" in at.split("/") else at


def _of(at: str, value: Any, spec: Any) -> Iterator[str]:
    """The names of the thing with that value around a place; of an operation, if it is none of these."""
    *_, kind, last = ["", "", *tokens(_around(at))]
    if kind == "properties" or (kind == "responses" and last.isdecimal()):
        yield last
    elif not isinstance(value, dict):
        return  # a place in a document of ours, which the overlay has moved
    elif "securitySchemes" in (kind, last) or kind == "parameters":
        yield from (each.get("name", "Authorization") for each in (value.values() if kind == "components" else [value]))
    elif at.startswith("/paths/") and 3 <= at.count("/") <= 4:
        path, method = tokens(at)[1:3]
        yield resolve(spec, pointer(["paths", path, method])).get("operationId", f"{method.upper()} {path}")


def _named(value: Any) -> set[str]:
    """The properties that a schema, or one within it, has or requires."""
    lists = (held for at, held in places(value) if at.endswith(("/properties", "/required")))
    return {str(name) for held in lists if isinstance(held, dict | list) for name in held}
