"""Where a rule stands: the file of its effective spec in the repository, and the line in it."""

import json
from functools import cache
from typing import Any

from ..spec import load, provider_keys

_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


def path_of(provider: str) -> str:
    """The file of the effective spec, from the repository's root."""
    return f"generated/audience_clients/{provider}/openapi.json"


@cache
def line_of(provider: str, pointer: str) -> int | None:
    """The line of a JSON pointer, from 1; None where there is no such place."""
    if provider not in provider_keys() or not pointer.startswith("/"):
        return None
    marked = _marked(load(provider).node.value, pointer.split("/")[1:])
    # As the pipeline writes it: two spaces deep.
    text = json.dumps(marked, indent=2, ensure_ascii=False)
    before, mark, _ = text.partition(f'"{_MARK}"')
    return before.count("\n") + 1 if mark else None


def _marked(value: Any, tokens: list[str]) -> Any:
    """A copy with the mark in the place of what the pointer names."""
    if not tokens:
        return _MARK
    token = tokens[0].replace("~1", "/").replace("~0", "~")
    if isinstance(value, dict) and token in value:
        return {**value, token: _marked(value[token], tokens[1:])}
    if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
        return [*value[: int(token)], _marked(value[int(token)], tokens[1:]), *value[int(token) + 1 :]]
    return value
