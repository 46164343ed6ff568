"""Which lines of ours have to do with what changed: in the wrapper, in the tests, in the mock server and its faults."""

import ast
from collections.abc import Iterable, Iterator, Set
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..documents import ABSENT, resolve
from .result import Change, Impact, Symbol, Use
from .symbols import differences, public

_NAMED_AFTER = {"properties", "schemas", "securitySchemes"}


def impact(old: Path, new: Path, key: str, changes: Iterable[Change], specs: tuple[Any, Any]) -> Impact:
    """`old` and `new` are trees, `specs` the effective specs of both."""
    package = Path("generated") / "audience_clients" / key
    symbols = differences(public(old / package), public(new / package))
    names, words = _names(symbols), _words(changes, specs)
    wrapper = [file for file in _files(new / "wrapper", "") if f"audience_clients.{key}." in file.read_text("utf-8")]
    tests = _files(new / "contract_tests", key)
    mock = [file for file in tests if "audience_contract" in file.parts]
    return Impact(
        symbols,
        tuple(_uses(new, wrapper, names | words)),
        tuple(_uses(new, [file for file in tests if file not in mock], names | words)),
        tuple(_uses(new, mock, words)),
    )


def _files(folder: Path, key: str) -> list[Path]:
    """Modules of a folder; with a key, those that are named after it or in a folder that is."""
    found = sorted(folder.rglob("*.py")) if folder.is_dir() else []
    return [file for file in found if not key or key in file.relative_to(folder).with_suffix("").parts]


def _names(symbols: Iterable[Symbol]) -> set[str]:
    """Of what is there no more, or is something else now."""
    return {symbol.name.rpartition(".")[2] for symbol in symbols if symbol.state != "added"}


def _words(changes: Iterable[Change], specs: tuple[Any, Any]) -> set[str]:
    """What the changes' pointers lead to: properties, statuses, components, parameters, operations."""
    words: set[str] = set()
    for change in changes:
        for at in change.pointers if change.kind != "documentation" else ():
            tokens = at.split("/")
            named = [token for before, token in pairwise(tokens) if before in _NAMED_AFTER]
            # What is around a change is not touched: of names within each other the last, a status if it ends there.
            words |= {*named[-1:], *(tokens[-1:] if tokens[-2:-1] == ["responses"] else ())}
            for spec in specs:
                for end in range(2, len(tokens) + 1):
                    place = resolve(spec, "/".join(tokens[:end]))
                    near = end >= len(tokens) - 1
                    words |= _named(place, tokens[end - 2], near=near) if place is not ABSENT else set()
    return {word.replace("~1", "/").replace("~0", "~") for word in words}


def _named(place: Any, kind: str, *, near: bool) -> set[str]:
    """What a place is called by. The name of an operation, which has all else in it, counts only `near` it."""
    if not isinstance(place, dict):
        return set()
    names = [place.get("name") if kind == "parameters" else None, place.get("operationId") if near else None]
    return {name for name in names if isinstance(name, str)}


def _uses(root: Path, files: Iterable[Path], words: Set[str]) -> Iterator[Use]:
    for file in files:
        nodes = ast.walk(ast.parse(file.read_bytes()))
        found = {(getattr(node, "lineno", 0), word) for node in nodes for word in _said(node) & words}
        for line, word in sorted(found):
            yield Use(file.relative_to(root).as_posix(), line, word)


def _said(node: ast.AST) -> set[str]:
    """The names in one node. A text counts as a name, and so do the steps of one that is a JSON pointer."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.FunctionDef(name=name):
            return {name}
        case ast.keyword(arg=str(name)):
            return {name}
        case ast.Constant(value=str(text)):
            return {text, *(text.split("/") if text.startswith("/") else ())}
        case ast.Constant(value=int(number)):
            return {str(number)}
    return set()
