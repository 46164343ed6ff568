"""Whether a value is of a schema."""

import json
from typing import Any

import jsonschema_rs

from .._errors import PipelineError
from .plain import Schema


class Judge:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        try:
            self._judge = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        except jsonschema_rs.ValidationError as error:
            raise PipelineError(f"a schema that nothing here judges: {error.message}") from error

    def takes(self, value: Any, *, text: bool = False) -> bool:
        """`text`: the value stands in a URL, a header or a form, where 5 and "5" are the same."""
        return any(self._judge.is_valid(reading) for reading in _readings(value, text))


def _readings(value: Any, text: bool) -> list[Any]:
    return [value, _each(value, _written), _each(value, _read)] if text else [value]


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    if isinstance(value, dict):
        return {name: _each(item, change) for name, item in value.items()}
    return change(value)


def _written(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value)


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return read if isinstance(read, bool | int | float) else value
