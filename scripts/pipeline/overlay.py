"""Apply a provider's overlay to its upstream spec, action by action, and refuse what rests on nothing."""

import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse
from oas_patch.overlay import apply_overlay  # type: ignore[import-untyped]

from ._errors import PipelineError
from .documents import ABSENT, conform, read, resolve

Json = dict[str, Any]
_POINTER = {"type": "string", "pattern": "^/"}
_EVIDENCE: list[Json] = [
    {"pointer": _POINTER, "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
    {"pointer": _POINTER, "absent": {"const": True}},
    # Another page of the provider: nothing that could be compared.
    {"source": {"type": "string", "minLength": 1}},
]
_ACTION = {
    "type": "object",
    "required": ["target", "description", "x-evidence"],
    "properties": {
        "target": {"type": "string"},
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


def apply(upstream: Json, overlay_file: Path) -> Json:
    """The spec with every action applied; `upstream` is left as it is.

    Raises PipelineError where an action lacks a reason or evidence, its evidence has changed, its target matches
    nothing, or it changes nothing.
    """
    return [upstream, *(spec for _, spec in steps(upstream, overlay_file))][-1]


def steps(upstream: Json, overlay_file: Path) -> Iterator[tuple[Json, Json]]:
    """Each action, and the spec as it is after it; raises as `apply` does."""
    overlay = read(overlay_file)
    conform(overlay, _SCHEMA, overlay_file)
    spec = upstream
    for number, action in enumerate(overlay["actions"]):
        where = f"{overlay_file}: /actions/{number} ({action['target']})"
        for evidence in action["x-evidence"]:
            _check_evidence(upstream, evidence, where)
        spec = _apply(spec, action, where)
        yield action, spec


def fingerprint(value: object) -> str:
    """sha256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _apply(spec: Json, action: Json, where: str) -> Json:
    try:
        matches = parse(action["target"]).find(spec)
        changed: Json = apply_overlay(copy.deepcopy(spec), {"actions": [copy.deepcopy(action)]})
    except (JSONPathError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise PipelineError(f"{where}: the action cannot be applied: {error}") from error
    if not matches:
        raise PipelineError(f"{where}: the target matches nothing in the upstream spec")
    if changed == spec:
        raise PipelineError(f"{where}: the action changes nothing; has the upstream spec been corrected?")
    return changed


def _check_evidence(upstream: Json, evidence: Json, where: str) -> None:
    if "source" in evidence:
        return
    at, found = evidence["pointer"], resolve(upstream, evidence["pointer"])
    if "absent" in evidence:
        if found is not ABSENT:
            raise PipelineError(f"{where}: {at} is in the upstream spec by now; review the action")
    elif found is ABSENT:
        raise PipelineError(f"{where}: its evidence {at} is gone from the upstream spec")
    elif fingerprint(found) != evidence["sha256"]:
        raise PipelineError(
            f"{where}: its evidence {at} has changed (sha256 is {fingerprint(found)}); "
            "read the new text, then correct or remove the action"
        )
