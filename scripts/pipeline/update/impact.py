"""Which lines of ours have to do with what changed: in the wrapper, in the tests, in the mock server and its faults."""

import ast
import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType
from referencing.exceptions import Unresolvable

from .result import Change, Impact, Symbol, Use
from .symbols import differences, public
from .words import Word, words


def impact(old: Path, new: Path, key: str, changes: Iterable[Change], specs: tuple[Any, Any]) -> Impact:
    """`old` and `new` are trees, `specs` the effective specs of both."""
    package = Path("generated") / "audience_clients" / key
    before, after = public(old / package), public(new / package)
    symbols = differences(before, after)
    changed = words(changes, specs)
    wrapper = _files(new / "wrapper", "")
    tests = _files(new / "contract_tests", key)
    mock = [file for file in tests if "audience_contract" in file.parts]
    return Impact(
        symbols,
        tuple(_in_adapters(new, wrapper, key, _names(symbols, after), changed)),
        tuple(_in_data(new, [file for file in tests if file not in mock], changed)),
        tuple(_in_data(new, mock, changed)),
    )


def _files(folder: Path, key: str) -> list[Path]:
    """Modules of a folder; with a key, those that are named after it or in a folder that is."""
    found = sorted(folder.rglob("*.py")) if folder.is_dir() else []
    return [file for file in found if not key or key in file.relative_to(folder).with_suffix("").parts]


def _names(symbols: Iterable[Symbol], after: Iterable[str]) -> set[str]:
    """Of what is there no more, or is something else now, as an adapter calls it: its class or module, and its name."""
    changed = {symbol.name for symbol in symbols if symbol.state != "added"}
    modules = {name.split(".")[-2] for name in changed if name.startswith("api.")}
    kept = {name.split(".")[-2] for name in after if name.startswith("api.")}
    return {_short(name) for name in changed} | (modules - kept)


def _short(name: str) -> str:
    parts = name.split(".")
    first = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 2)
    return ".".join(parts[first:])


def _in_adapters(root: Path, files: Iterable[Path], key: str, names: Set[str], changed: Set[Word]) -> Iterator[Use]:
    """The lines of who imports the client that have a changed name; the type checker says what is wrong with them."""
    texts = {word.text for word in changed}
    own = {part for name in names for part in name.split(".")} | {_identifier(text) for text in texts}
    for file in files:
        source = file.read_text("utf-8")
        found = {
            (getattr(node, "lineno", 0), name)
            for node in (ast.walk(ast.parse(source)) if f"audience_clients.{key}." in source else ())
            if (name := _name(node)) in (texts if isinstance(node, ast.Constant) else own)
        }
        yield from (Use(file.relative_to(root).as_posix(), line, name) for line, name in sorted(found))


def _name(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(name)) | ast.keyword(arg=str(name)) | ast.alias(name=name):
            return name
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _identifier(text: str) -> str:
    """What the client generator makes of a name on the wire."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)).lower()


def _in_data(root: Path, files: Iterable[Path], changed: Set[Word]) -> Iterator[Use]:
    for file in files:
        nodes = list(ast.walk(ast.parse(file.read_bytes())))
        found = {(getattr(node, "lineno", 0), word.text) for node in nodes for word in changed if _tells(node, word)}
        for line, text in sorted(found):
            yield Use(file.relative_to(root).as_posix(), line, text)


def _tells(node: ast.AST, word: Word) -> bool:
    """Whether a node of a test or of the mock server says something that was so, and is not so any more.

    A name that is still there is none: a pointer to it is, a value that its schema had, and a value that is given for
    it and of which the two schemas judge differently.
    """
    match node:
        case ast.Constant(value=str(text)):
            pointed = bool(word.step) and f"/{word.step}/" in f"{text}/"
            return pointed or text in word.old or (text == word.text and (word.gone or word.side == "status"))
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number in word.old or (word.side == "status" and str(number) == word.text)
        case ast.keyword(arg=str(name), value=value):
            return name == word.text and (word.gone or _turned(value, word))
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return any(
                isinstance(k, ast.Constant) and k.value == word.text and _turned(value, word) for k, value in pairs
            )
        case ast.FunctionDef(name=name) if word.side == "operation":
            return name == word.text.lower()
    return False


def _turned(node: ast.expr, word: Word) -> bool:
    """Whether a constant fits one of the two schemas only."""
    try:
        value = _constant(node)
        verdicts = [Draft202012Validator(schema).is_valid(value) for schema in word.schemas if isinstance(schema, dict)]
    except (ValueError, TypeError, re.error, UnknownType, Unresolvable):
        # What cannot be told here, the contract tests tell.
        return False
    return len(set(verdicts)) > 1


def _constant(node: ast.expr) -> Any:
    """The value of a literal, and of a text that is repeated."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return ast.literal_eval(node.left) * min(ast.literal_eval(node.right), 10_000)
    return ast.literal_eval(node)
