"""The search by Hypothesis, for what the patterns do not tell apart."""

import json
import warnings
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import HypothesisException, HypothesisWarning

from .change import Witness
from .plain import Schema

_SETTINGS = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.generate],
)


def search(schema: Schema, tells: Callable[[Any], bool]) -> Witness | None:
    """A value of `schema` that `tells` agrees to, if a bounded search finds one: the first, not the simplest."""
    # Imported here: it takes longer than most comparisons, and few of them get this far.
    import schemathesis  # noqa: PLC0415
    from schemathesis.errors import SchemathesisError  # noqa: PLC0415

    # The definitions go where references of an OpenAPI document look for them.
    moved = json.loads(json.dumps(schema).replace("#/$defs/", "#/components/schemas/"))
    definitions = moved.pop("$defs", {}) if isinstance(moved, dict) else {}
    body = {"required": True, "content": {"application/json": {"schema": moved}}}
    operation = {"requestBody": body, "responses": {"200": {"description": ""}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "", "version": ""},
        "paths": {"/": {"post": operation}},
        "components": {"schemas": definitions},
    }
    try:
        cases = schemathesis.openapi.from_dict(document)["/"]["POST"].as_strategy()
        bodies = cases.map(lambda case: case.body).filter(_is_json)
        # Of a long text it says that it is long.
        with warnings.catch_warnings(action="ignore", category=HypothesisWarning):
            return Witness(find(bodies, tells, settings=_SETTINGS))
    except (HypothesisException, SchemathesisError):
        return None


def _is_json(value: Any) -> bool:
    """A case may also have no body at all."""
    return value is None or isinstance(value, str | int | float | list | dict)
