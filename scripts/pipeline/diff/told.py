"""Compares what two documents say to people (titles, descriptions, examples), at places that both have."""

from collections.abc import Iterator
from typing import Any

from ..documents import places, resolve
from .change import Change, Kind
from .sentence import differing
from .words import SAID


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for at, after in places(new):
        before = resolve(old, at)
        # The keys of "properties" are names of properties, so one called "title" is no text for people.
        if isinstance(before, dict) and isinstance(after, dict) and not at.endswith("/properties"):
            words = [{key: each[key] for key in SAID if key in each} for each in (before, after)]
            if words[0] != words[1]:
                yield Change(Kind.DOCUMENTATION, at, at, f"{at or 'the document'}: {differing(*words)}")
