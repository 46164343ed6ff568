"""Reads JSON, YAML and TOML files, and finds places in them. An error names the file, the JSON pointer and the rule."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match

from . import safe_yaml
from ._errors import PipelineError

ABSENT = object()


def read(file: Path) -> Any:
    """The JSON value that a .json, .yaml or .toml file holds."""
    data = content(file)
    try:
        text = data.decode("utf-8")
        if file.suffix not in _READERS:
            raise PipelineError(f"{file}: not readable: its name ends in none of {', '.join(_READERS)}")
        value = _READERS[file.suffix](text)
        plain = json.loads(json.dumps(value, allow_nan=False, default=str if file.suffix == ".toml" else None))
        # Text without a UTF-8 form, such as a lone surrogate, could be read, but not be written again.
        json.dumps(plain, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise PipelineError(f"{file}: not readable: {' '.join(str(error).split())}") from error
    return plain


def content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PipelineError(f"{file}: {error.strerror}") from error


def dump(value: object) -> bytes:
    """A JSON value as bytes, in the format of our files."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def conform(value: Any, schema: dict[str, Any], file: Path) -> None:
    """Raises PipelineError for the first place of `file` that breaks `schema`."""
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error is not None:
        raise PipelineError(f"{file}: {describe(error)}")


def describe(error: ValidationError | SchemaError, below: str = "") -> str:
    """The JSON pointer of a broken place, and the rule that it breaks."""
    said = " ".join(str(error.message).split())
    return f"{pointer(error.absolute_path, below) or '(root)'}: {said[:300]} (rule: {error.validator})"


def pointer(tokens: Iterable[object], below: str = "") -> str:
    """The JSON pointer (RFC 6901) of the place to which the tokens lead from the place `below`."""
    return below + "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def tokens(at: str) -> list[str]:
    """The names and numbers that a JSON pointer consists of."""
    return [token.replace("~1", "/").replace("~0", "~") for token in at.split("/")[1:]]


def resolve(document: Any, at: str) -> Any:
    """The value at a JSON pointer; ABSENT where there is none."""
    for key in tokens(at):
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            return ABSENT
    return document


def referred(document: Any, reference: str) -> Any:
    """The value that a `$ref` within the document leads to; its pointer is encoded as in a URL."""
    return resolve(document, unquote(reference.removeprefix("#")))


def members(node: Any) -> Iterable[tuple[str | int, Any]]:
    """The members of an object, or the entries of a list, with their names or numbers."""
    return node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()


def places(document: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a document, itself among them, with its JSON pointer."""
    yield at, document
    for token, child in members(document):
        yield from places(child, pointer([token], at))


def fingerprint(value: object) -> str:
    """sha256 of a JSON value, whatever the order of its keys."""
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"an object has a key twice: {', '.join(twice)}")
    return dict(pairs)


_READERS: dict[str, Callable[[str], Any]] = {
    ".json": partial(json.loads, object_pairs_hook=_unique), ".yaml": safe_yaml.load, ".toml": tomllib.loads,
}  # fmt: skip
