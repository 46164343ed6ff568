"""Which lines of ours name what changed: in the wrapper, in the tests, in the mock server and its faults."""

import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any

from ..documents import ABSENT, resolve
from .result import Change, Impact, Symbol, Use
from .symbols import differences, public


def impact(old: Path, new: Path, key: str, changes: Iterable[Change], specs: tuple[Any, Any]) -> Impact:
    """`old` and `new` are trees, `specs` the effective specs of both."""
    package = Path("generated") / "audience_clients" / key
    symbols = differences(public(old / package), public(new / package))
    names, told = _words(changes, specs)
    ours = {part for symbol in symbols if symbol.state != "added" for part in _parts(symbol)}
    ours |= names | {_identifier(name) for name in names}
    adapters = [file for file in _python(new / "wrapper") if f"audience_clients.{key}." in file.read_text("utf-8")]
    tests = [file for file in _python(new / "contract_tests") if key in file.relative_to(new).with_suffix("").parts]
    mock = [file for file in tests if "audience_contract" in file.parts]
    return Impact(
        symbols,
        tuple(_lines(new, adapters, ours)),
        tuple(_lines(new, [file for file in tests if file not in mock], told)),
        tuple(_lines(new, mock, told | {name.lower() for name in told})),
    )


def _python(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py")) if folder.is_dir() else []


def _parts(symbol: Symbol) -> list[str]:
    """As an adapter calls it: a class and its member, or a module that builds a request."""
    parts = symbol.name.split(".")
    return parts[next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 2) :]


def _identifier(name: str) -> str:
    """What the client generator makes of a name on the wire."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).lower()


def _lines(root: Path, files: Iterable[Path], words: Set[str]) -> Iterator[Use]:
    either = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?![\w-])")
    for file in files if words else ():
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            found = dict.fromkeys(either.findall(line))
            yield from (Use(file.relative_to(root).as_posix(), number, word) for word in found)


def _words(changes: Iterable[Change], specs: tuple[Any, Any]) -> tuple[set[str], set[str]]:
    """The names of what changes more than in its documentation; and what of it was so and is not so any more.

    The latter are statuses, names that are gone, the way to those that stay, and values that their schemas had.
    """
    names, told = set[str](), set[str]()
    for at in (at for change in changes if change.kind != "documentation" for at in change.pointers):
        for place, found in _named(at, specs):
            old, new = (resolve(spec, place) for spec in specs)
            *_, kind, last = ["", *place.split("/")]
            names |= found
            told |= found if new is ABSENT or kind == "responses" else {f"{kind}/{last}"}
            told |= _values(old) - _values(new) if new is not ABSENT else set()
    return names, told


def _named(at: str, specs: tuple[Any, Any]) -> Iterator[tuple[str, set[str]]]:
    """The places with a name that a change is at or in: the innermost property, a parameter, a status, credentials."""
    raw = at.split("/")
    around = re.match(r".*/(?:properties|parameters|securitySchemes)/[^/]+|.*/responses/\d+$", at)
    place = around[0] if around else "/components/securitySchemes" if "security" in raw else at
    values = [value for value in (resolve(spec, place) for spec in specs) if isinstance(value, dict)]
    kind, last = place.split("/")[-2:] if around else ("", "")
    if kind in ("properties", "responses"):
        yield place, {last.replace("~1", "/").replace("~0", "~")}
    elif around:
        yield place, {str(value.get("name", "Authorization")) for value in values}
    elif place != at:
        yield place, {str(scheme.get("name", "Authorization")) for value in values for scheme in value.values()}
    elif len(raw) <= 5:
        operations = (resolve(spec, "/".join(raw[:4])) for spec in specs)
        yield at, {str(each["operationId"]) for each in operations if isinstance(each, dict) and "operationId" in each}
    required = [set(value["required"]) if isinstance(value.get("required"), list) else set() for value in values]
    if len(required) == 2 and required[0] != required[1]:
        yield at, required[0] ^ required[1]


def _values(schema: Any) -> set[str]:
    """The values of a schema's keywords that a test is likely to have as well; its type is none of them."""
    if not isinstance(schema, dict):
        return set()
    schema = {**schema, **schema.get("schema", {})}
    listed = [*schema.get("enum", ()), *(schema[name] for name in schema if name not in ("type", "enum", "name", "in"))]
    return {str(value) for value in listed if isinstance(value, str | int) and not isinstance(value, bool)}
