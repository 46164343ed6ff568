"""Finds our OpenAPI document among the blocks of a page, or says what is there instead."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Set
from typing import Any

from . import safe_yaml
from ._errors import PipelineError

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
# The key at the start of a line of YAML, or after a brace or comma in JSON or a flow mapping.
NAMED = re.compile(r"""(?:^|[{,]\s*)["']?(openapi|swagger)["']?\s*:""", re.M)


def as_spec(text: str) -> Json | None:
    """The OpenAPI document that the text is, in JSON or YAML. None if it is something else or cannot be read."""
    try:
        value = _value(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and "openapi" in value else None


def unescaped(text: str) -> str:
    """The text; with its HTML entities decoded if only that makes it an OpenAPI document."""
    if "&quot;" not in text and "&#" not in text:
        return text
    plain = html.unescape(text)
    return plain if as_spec(text) is None and as_spec(plain) is not None else text


def version_of(text: str) -> str:
    """The version of an OpenAPI document. Raises PipelineError if the version is no text."""
    version = _object(as_spec(text), "info").get("version")
    if not isinstance(version, str) or not version:
        raise PipelineError(f"/info/version: the spec's version is {version!r}, and no text")
    return version


def licence_of(text: str) -> str:
    """The name of an OpenAPI document's licence, or "none stated"."""
    return str(_object(_object(as_spec(text), "info"), "license").get("name") or "none stated")


def suffix(text: str) -> str:
    """The suffix of a file with this document: .json if it can be read as JSON, else .yaml."""
    try:
        json.loads(text)
    except ValueError:
        return ".yaml"
    return ".json"


def each_operation(spec: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of each operation; for an invalid document, of what looks like one."""
    for path, item in _object(spec, "paths").items():
        yield from ((method, path, item[method]) for method in METHODS if isinstance(item, dict) and method in item)


def operations(spec: Json) -> frozenset[str]:
    """The method and path of each operation, such as `POST /lists`."""
    return frozenset(f"{method.upper()} {path}" for method, path, _ in each_operation(spec))


def choose(texts: Iterable[str], wanted: Set[str] = frozenset()) -> str:
    """The text that is an OpenAPI document; of several that differ, the one that has the operations `wanted`.

    Raises PipelineError if there is none, or not exactly one fits.
    """
    texts = list(texts)
    found: list[tuple[str, Json]] = []
    for text in texts:
        spec = as_spec(text)
        if spec is not None and spec not in (other for _, other in found):
            found.append((text, spec))
    ours = [text for text, spec in found if wanted and wanted <= operations(spec)]
    if len(found) == 1 or len(ours) == 1:
        return ours[0] if len(ours) == 1 else found[0][0]
    said = [f"expected one OpenAPI document in a fenced block, found {len(found)}"]
    said += [_name(spec) for _, spec in found]
    if found and wanted:
        said.append(f"of these {len(found)}, {len(ours)} have {', '.join(sorted(wanted))}, and there must be one")
    raise PipelineError("; ".join([*said, *_unreadable(texts)]))


def _unreadable(texts: Iterable[str]) -> Iterator[str]:
    """What the texts are that look like an OpenAPI document and are none."""
    for text in texts:
        named = NAMED.search(text)
        if not named or as_spec(text) is not None:
            continue
        try:
            _value(text)
            yield f"one block is a {named[1]} document of another kind"
        except (ValueError, RecursionError) as error:
            yield f"one block names {named[1]!r} but cannot be read: {' '.join(str(error).split())[:200]}"


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        if not NAMED.search(text) or re.match(r"\s*[{\[]\s*[\"}\]]", text):
            raise
        return safe_yaml.load(text)
    # One of two surrogates alone could be read, but not be written again.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _object(around: Json | None, key: str) -> Json:
    """An object in another, or an empty one where there is none."""
    found = around.get(key) if isinstance(around, dict) else None
    return found if isinstance(found, dict) else {}


def _name(spec: Json) -> str:
    info = _object(spec, "info")
    return f"{info.get('title')!r} {info.get('version')} with {', '.join(sorted(operations(spec))) or 'no operation'}"
