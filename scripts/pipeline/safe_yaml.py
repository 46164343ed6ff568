"""Reads YAML 1.2 that is only data: no objects, no key twice, and no aliases that expand to very many values."""

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Set
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

MOST = 100_000
"""The most values of a document, once its aliases are written out. The largest spec here has a few hundred."""
_DEEPEST = 100
_TAG = "tag:yaml.org,2002:"
# The core schema (YAML 1.2.2, 10.3.2): what a plain scalar of each tag looks like, and what it stands for.
# A scalar that fits no other tag is text: NO, 12:30:00, 1_000, a date.
_CORE: dict[str, tuple[str, Callable[[str], str | float | None]]] = {
    "null": (r"|~|null|Null|NULL", lambda _: None),
    "bool": (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", lambda text: int(text, 0 if text[1:2] in ("o", "x") else 10)),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        lambda text: float(re.sub(r"\.(?=[in])", "", text.lower())),
    ),
    "str": (r"[\s\S]*", str),
}


def load(text: str) -> Any:
    """The JSON value of a YAML document. Raises ValueError, with the place, for a document that is refused."""
    return json.loads(_as_json(text))


# The same document is read at each step that needs it.
@lru_cache(32)
def _as_json(text: str) -> str:
    root = compose(text)
    return json.dumps(None if root is None else _data(root, set(), itertools.count(1)))


def compose(text: str) -> Node | None:
    """The root node of a YAML document, whose nodes have their places; None if it is empty.

    Raises ValueError for what is not YAML.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Resolver = _Core
    yaml.max_depth = _DEEPEST
    yaml.composer.warn_double_anchors = False
    try:
        found: Node | None = yaml.compose(text)
    except YAMLError as error:
        raise ValueError(_said(error)) from error
    return found


class _Core(VersionedResolver):
    """A resolver of the core schema. The library's own read a date as a date, 1_000 as a number and << as a merge."""

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> Tag:
        if kind is ScalarNode and implicit[0]:
            return Tag(suffix=_TAG + next(name for name, (fits, _) in _CORE.items() if re.fullmatch(fits, value)))
        tag: Tag = super().resolve(kind, value, implicit)
        return tag


def _data(node: Node, around: Set[Node], values: Iterator[int]) -> Any:
    """The JSON value of a node, with each alias in it written out; `around` has the nodes that it is in."""
    if next(values) > MOST:
        raise _refused(node, f"its aliases come to more than {MOST} values")
    if node in around:
        raise _refused(node, "an alias stands for what it is in")
    inside = {*around, node}
    if isinstance(node, SequenceNode):
        _tagged(node, "seq")
        return [_data(item, inside, values) for item in node.value]
    if not isinstance(node, MappingNode):
        return _scalar(node)
    _tagged(node, "map")
    members: dict[str, Any] = {}
    for key, value in node.value:
        # OpenAPI's keys are those of the failsafe schema: texts, whatever they look like.
        if not isinstance(key, ScalarNode):
            raise _refused(key, "a key must be text")
        _tagged(key, *_CORE)
        name = _text(key)
        if name == "<<" and key.style is None:
            raise _refused(key, "YAML 1.2 has no merge key <<: write out what it stands for, or put it in quotes")
        if name in members:
            raise _refused(key, f"a mapping has a key twice: {name}")
        members[name] = _data(value, inside, values)
    return members


def _scalar(node: Node) -> str | float | None:
    name, text = _tagged(node, *_CORE), _text(node)
    fits, meant = _CORE[name]
    if not re.fullmatch(fits, text):
        raise _refused(node, f"{text!r} is no {name}")
    value = meant(text)
    if isinstance(value, float) and not math.isfinite(value):
        raise _refused(node, f"{text} is a number that JSON cannot say")
    return value


def _text(node: Node) -> str:
    try:
        # JSON, which is YAML 1.2 as well, writes a character beyond 16 bits as two escapes: they become one character.
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        raise _refused(node, "one of two surrogates stands alone") from None


def _tagged(node: Node, *names: str) -> str:
    """The name of a node's tag, which must be one of these."""
    name = str(node.tag).removeprefix(_TAG)
    if name not in names:
        raise _refused(node, f"the tag {node.tag} is not one of plain data")
    return name


def _said(error: YAMLError) -> str:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return str(error)
    said = ": ".join(part for part in (error.context, error.problem) if part)
    return f"{said}, {_place(error.problem_mark)}"


def _refused(node: Node, why: str) -> ValueError:
    return ValueError(f"{why}, {_place(node.start_mark)}")


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
