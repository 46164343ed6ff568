"""Finds our lines that name what changed: in the library, in the tests, in the mock server."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from ..documents import ABSENT, places, resolve, tokens
from .result import Change, Use


def impact(root: Path, key: str, changes: Iterable[Change], specs: tuple[Any, Any]) -> tuple[Use, ...]:
    """The lines of adapters and tests that name what changed. `specs` are the effective ones, before and after.

    What is new is not named by any line yet, and what is only said in other words needs no new line.
    """
    told = (at for change in changes if change.kind != "documentation" for at in change.pointers)
    touched = (at for at in told if [resolve(spec, at) is ABSENT for spec in specs] != [True, False])
    names = {name for at in touched for name in _names(at, specs)}
    words = sorted(names | {str(PythonIdentifier(name, "")) for name in names}, key=len, reverse=True)
    either = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})(?![\w-])")
    adapters = [file for file in _python(root / "wrapper") if f"audience_clients.{key}." in file.read_text("utf-8")]
    tests = [file for file in _python(root / "contract_tests") if key in file.relative_to(root).with_suffix("").parts]
    return tuple(
        Use(file.relative_to(root).as_posix(), number, word)
        for file in ([*adapters, *tests] if words else ())
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        for word in dict.fromkeys(either.findall(line))
    )


def _python(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _names(at: str, specs: tuple[Any, Any]) -> Iterator[str]:
    """The names of the innermost thing that a change is in: a property, a parameter, a status, credentials or an
    operation.
    """
    around = re.match(r".*/(?:properties|parameters|securitySchemes)/[^/]+|.*/responses/\d+$", at)
    place = around[0] if around else "/components/securitySchemes" if "security" in at.split("/") else at
    values = [value for value in (resolve(spec, place) for spec in specs) if isinstance(value, dict)]
    kind, last = tokens(place)[-2:] if around else ("", "")
    if kind in ("properties", "responses"):
        yield last
    elif around:
        yield from (str(value.get("name", "Authorization")) for value in values)
    elif place != at:
        yield from (str(scheme.get("name", "Authorization")) for value in values for scheme in value.values())
    elif len(at.split("/")) <= 5:
        path, method = tokens(at)[1:3] if at.count("/") > 2 else ("", "")
        operations = (resolve(spec, "/".join(at.split("/")[:4])) for spec in specs)
        called = f"{method.upper()} {path}"
        yield from (str(each.get("operationId", called)) for each in operations if method and isinstance(each, dict))
    named = [_named(value) for value in values]
    if len(named) == 2:
        yield from named[0] ^ named[1]


def _named(value: Any) -> set[str]:
    """The properties that a schema, or one within it, has or requires."""
    lists = (held for at, held in places(value) if at.endswith(("/properties", "/required")))
    return {str(name) for held in lists if isinstance(held, dict | list) for name in held}
