"""How a server that takes too much reads a JSON body as another one; whatever else is wrong stays wrong."""

import json
import re
from collections.abc import Callable
from typing import Any

from .. import strict_json
from ..violation import UnreadableError
from .acts import json_body, takes_as
from .fault import Act, json_object


def rewrites(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Act:
    """It takes an object as another one."""
    return takes_as(
        lambda request: json_body(change(json_object(request) or {}))(request), lambda turn: bool(turn.object)
    )


def changes(name: str, change: Callable[[Any], Any]) -> Act:
    """It takes the value of a property as another one."""
    return rewrites(lambda value: {**value, name: change(value[name])} if name in value else value)


def outside(pattern: bytes, replacement: bytes) -> Callable[[bytes], bytes]:
    """Replaces a pattern, but not inside of a text."""
    parts = re.compile(rb'(?P<text>"(?:\\.|[^"\\])*")|' + pattern, re.DOTALL)
    return lambda data: parts.sub(lambda found: found["text"] or found.expand(replacement), data)


def unpacked(kind: type, change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """Changes JSON whose value is of a type; `change` gives an object, or None for what it leaves as it is."""

    def clean(data: bytes) -> bytes:
        try:
            value = strict_json.loads(data)
        except UnreadableError:
            return data
        made = change(value) if isinstance(value, kind) else None
        return data if made is None else json.dumps(made).encode()

    return clean


def only_item(value: list[Any]) -> Any:
    """The object that is alone in an array, or None."""
    return value[0] if len(value) == 1 and isinstance(value[0], dict) else None
