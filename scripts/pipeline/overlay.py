"""Apply a provider's overlay to its upstream spec, action by action, and refuse what rests on nothing."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import yaml
from jsonpath_ng.ext import parse
from oas_patch.overlay import apply_overlay

from ._errors import PipelineError

Json = dict[str, Any]
_ABSENT = object()


def apply(upstream: Json, overlay_file: Path) -> Json:
    """The spec with every action applied; `upstream` is left as it is.

    Raises PipelineError where an action lacks a reason or evidence, its evidence has changed, its target matches
    nothing, or it changes nothing.
    """
    overlay = yaml.safe_load(overlay_file.read_text("utf-8"))
    spec = copy.deepcopy(upstream)
    for number, action in enumerate(overlay["actions"]):
        where = f"{overlay_file}: /actions/{number} ({action.get('target')})"
        if not action.get("description") or not action.get("x-evidence"):
            raise PipelineError(f"{where}: an action needs a description (its reason) and x-evidence")
        for evidence in action["x-evidence"]:
            _check_evidence(upstream, evidence, where)
        if not parse(action["target"]).find(spec):
            raise PipelineError(f"{where}: the target matches nothing in the upstream spec")
        changed: Json = apply_overlay(copy.deepcopy(spec), {"actions": [copy.deepcopy(action)]})
        if changed == spec:
            raise PipelineError(f"{where}: the action changes nothing; has the upstream spec been corrected?")
        spec = changed
    return spec


def fingerprint(value: object) -> str:
    """sha256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def resolve(document: object, pointer: str) -> object:
    """The value at a JSON pointer (RFC 6901); a private object where there is none."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            return _ABSENT
    return document


def _check_evidence(upstream: Json, evidence: Json, where: str) -> None:
    if "source" in evidence:
        return
    found = resolve(upstream, evidence["pointer"])
    if evidence.get("absent"):
        if found is not _ABSENT:
            raise PipelineError(f"{where}: {evidence['pointer']} is in the upstream spec by now; review the action")
    elif found is _ABSENT:
        raise PipelineError(f"{where}: its evidence {evidence['pointer']} is gone from the upstream spec")
    elif fingerprint(found) != evidence["sha256"]:
        raise PipelineError(
            f"{where}: its evidence {evidence['pointer']} has changed (sha256 is {fingerprint(found)}); "
            "read the new text, then correct or remove the action"
        )
