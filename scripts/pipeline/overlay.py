"""Applies a provider's overlay to its upstream spec, action by action, and refuses actions without valid evidence."""

import copy
import json
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import getitem
from pathlib import Path
from textwrap import shorten
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathError

from audience_contract.reports.places import line_of

from .documents import ABSENT, conform, fingerprint, read, resolve
from .merge import Disputed

Json = dict[str, Any]
Place = tuple[str | int, ...]
_RFC_9535 = JSONPathEnvironment(strict=True)
_LONGEST = 120
_POINTER = {"type": "string", "pattern": "^/"}
# 0: without quotes, YAML reads 64 zeros (a hash to be filled in) as a number.
_SHA256: Json = {"anyOf": [{"type": "string", "pattern": "^[0-9a-f]{64}$"}, {"const": 0}]}
_EVIDENCE: list[Json] = [
    {"pointer": _POINTER, "sha256": _SHA256},
    {"pointer": _POINTER, "absent": {"const": True}},
    # Another page of the provider, which is not compared.
    {"source": {"type": "string", "minLength": 1}},
]
_ACTION = {
    "type": "object",
    "required": ["target", "description", "x-evidence"],
    "properties": {
        "target": {"type": "string", "pattern": "^[$]"},
        "description": {"type": "string", "minLength": 1},
        "x-evidence": {
            "type": "array",
            "minItems": 1,
            "items": {"oneOf": [{"required": [*kind], "additionalProperties": False, "properties": kind}
                                for kind in _EVIDENCE]},
        },
        "update": True,
        "remove": {"const": True},
    },
    "oneOf": [{"required": ["update"]}, {"required": ["remove"]}],
    "additionalProperties": False,
}  # fmt: skip
_SCHEMA = {
    "type": "object",
    "required": ["overlay", "info", "actions"],
    "properties": {
        "overlay": {"const": "1.0.0"},
        "info": {"type": "object"},
        "actions": {"type": "array", "items": _ACTION},
    },
    "additionalProperties": False,
}


def review(upstream: Json, overlay_file: Path) -> tuple[Json, list[str]]:
    """The spec with all actions applied that can be; and for each wrong action, its line, its description, and why.

    `upstream` is left as it is. An action is wrong if its evidence has changed, its target matches nothing, or it
    changes nothing. Raises PipelineError for a file that is no overlay, or an action without a reason or evidence.
    """
    done = list(steps(upstream, overlay_file))
    wrong = [
        f"{overlay_file}:{line_of(overlay_file, f'/actions/{number}')}: action {number}, "
        f"{shorten(action['description'], _LONGEST, placeholder='…')!r}: {said}"
        for number, (action, _, said) in enumerate(done)
        if said
    ]
    return done[-1][1] if done else upstream, wrong


def steps(upstream: Json, overlay_file: Path) -> Iterator[tuple[Json, Json, str]]:
    """Each action, the spec after it, and what is wrong with the action and what to do about it ("" if nothing is)."""
    overlay = read(overlay_file)
    conform(overlay, _SCHEMA, overlay_file)
    spec = upstream
    for action in overlay["actions"]:
        found = [_broken(upstream, given) for given in action["x-evidence"]]
        after, said = _apply(spec, action)
        # What an action puts where nothing was would hide what is there by now.
        if not any(why and "absent" in given for why, given in zip(found, action["x-evidence"], strict=True)):
            spec = after
        yield action, spec, "; ".join(filter(None, [*found, said]))


def _apply(spec: Json, action: Json) -> tuple[Json, str | None]:
    """The spec with the action applied if it can be, and what to do about an action that should not stay as it is."""
    try:
        # Each place once, however often the target selects it.
        matches = {match.parts: match.obj for match in _RFC_9535.finditer(action["target"], spec)}
        changed = _changed(spec, action, matches)
    except (JSONPathError, TypeError, ValueError, LookupError) as error:
        return spec, f"the action cannot be applied: {error.args[0]}"
    if not matches and "remove" in action:
        return spec, "the target matches nothing: it is removed upstream; remove the action"
    if not matches:
        said = "the target matches nothing in the upstream spec; look where it has moved to, then correct the target"
        return spec, f"{said} or remove the action"
    if changed == spec:
        return spec, "the action changes nothing: the upstream spec has been corrected; remove the action"
    return changed, _doubt(action["update"], matches, changed) if "update" in action else None


def _changed(spec: Json, action: Json, places: Iterable[Place]) -> Json:
    """A copy of the spec in which each of the places is updated or removed."""
    whole = {"$": copy.deepcopy(spec)}
    # From the end, so that removing an entry of a list does not move a place that is still to be changed.
    for place in sorted(places, reverse=True):
        *around, last = ("$", *place)
        holder: Any = reduce(getitem, around, whole)
        if "update" in action:
            holder[last] = _updated(holder[last], copy.deepcopy(action["update"]))
        elif place:
            del holder[last]
        else:
            raise ValueError("the whole document cannot be removed")
    return whole["$"]


def _updated(value: Any, update: Any) -> Any:
    if isinstance(value, dict) != isinstance(update, dict) and not isinstance(value, list | Disputed):
        raise ValueError("only an object updates an object")
    return _merged(value, _entries(value, update))


def _entries(value: object, update: Any) -> Any:
    """The update of a list is an entry to append, or several."""
    return [update] if isinstance(value, list) and not isinstance(update, list) else update


def _merged(value: Any, update: Any) -> Any:
    if isinstance(value, dict) and isinstance(update, dict):
        return value | {name: _merged(value.get(name), part) for name, part in update.items()}
    if isinstance(value, list) and isinstance(update, list):
        return value + [part for part in update if part not in value]
    return update


def _doubt(update: Any, matches: dict[Place, Any], changed: Any) -> str | None:
    """What is wrong with an update, though it could be applied; None if nothing is."""
    twice = next((name for value in matches.values() for name in _twice(value, _entries(value, update))), None)
    if twice is not None:
        return f"the upstream spec has {twice!r} by now, of what the action adds; leave only the rest in it"
    gone = next((name for place in matches for name in _unknown(reduce(getitem, place, changed), update)), None)
    if gone is not None:
        return f"it requires {gone!r}, which the upstream spec does not describe; look what it is called now"
    return None


def _unknown(value: object, update: object) -> Iterator[object]:
    """The properties that an update requires, and that the schema there does not have."""
    if isinstance(value, dict) and isinstance(update, dict):
        if isinstance(update.get("required"), list) and "properties" in value:
            yield from (name for name in update["required"] if name not in value["properties"])
        for name in value.keys() & update.keys():
            yield from _unknown(value[name], update[name])


def _twice(value: object, update: object) -> Iterator[object]:
    """The elements that an update would add to lists that have them already."""
    if isinstance(value, dict) and isinstance(update, dict):
        for name in value.keys() & update.keys():
            yield from _twice(value[name], update[name])
    elif isinstance(value, list) and isinstance(update, list):
        yield from (part for part in update if part in value)


def _broken(upstream: Json, evidence: Json) -> str | None:
    """What is wrong with a piece of evidence; None if nothing is."""
    if "source" in evidence:
        return None
    at, found = evidence["pointer"], resolve(upstream, evidence["pointer"])
    if "absent" in evidence:
        return None if found is ABSENT else f"{at} is in the upstream spec by now; review the action"
    if found is ABSENT:
        return f"its evidence {at} is gone from the upstream spec; review the action"
    if fingerprint(found) != evidence["sha256"]:
        told = found if isinstance(found, Disputed) else json.dumps(found, ensure_ascii=False)
        says = told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
        advice = "read the new text, then correct or remove the action"
        return f"its evidence {at} has changed, and says {says} (sha256 is {fingerprint(found)}); {advice}"
    return None
