"""The draft: one description of an audience for every provider."""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from . import _json, providers
from ._errors import OURS, InvalidError, Problem, named, shape
from ._members import PhoneFile


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Audience:
    """What is to be created.

    `members` says where the members come from. A provider whose create call carries no members (Batch, Adobe)
    refuses the draft as unsupported unless `members` is left out by the call. `provider_fields` is the door for what
    only one provider has: by provider (`"batch"`, `"adobe"`, ...) the properties of its request body, by the names
    that its spec gives them, e.g. `{"batch": {"type": "custom_ids"}}`.

    Raises InvalidError for what no provider could take: a name that is empty, or text that is not Unicode.

    >>> Audience(name="VIP_2026", provider_fields={"batch": {"type": "emails"}})
    Audience(fields=['name', 'provider_fields.batch'])
    """

    name: str
    description: str | None = None
    members: PhoneFile | None = None
    provider_fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [
            *_text("name", self.name),
            *([] if self.description is None else _text("description", self.description)),
        ]
        if self.name == "":
            problems.append(Problem("name", "must not be empty", "empty string", OURS))
        if not isinstance(self.members, PhoneFile | None):
            problems.append(Problem("members", "must be a PhoneFile", shape(self.members), OURS))
        if not isinstance(self.provider_fields, Mapping):
            problems.append(Problem("provider_fields", "must be a mapping", shape(self.provider_fields), OURS))
        else:
            for key, fields in self.provider_fields.items():
                problems += _fields(key, fields)
        if problems:
            raise InvalidError.of(problems)
        # A copy of plain JSON values, so that nobody changes what was checked.
        copied = {key: _json.loads(_json.dumps(dict(fields))) for key, fields in self.provider_fields.items()}
        object.__setattr__(self, "provider_fields", MappingProxyType(copied))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {key: dict(given) for key, given in self.provider_fields.items()}
        return _unpickled, (self.name, self.description, self.members, fields)

    def __repr__(self) -> str:
        given = [name for name in ("name", "description", "members") if getattr(self, name) is not None]
        return f"Audience(fields={given + [f'provider_fields.{key}' for key in self.provider_fields]})"


def _unpickled(name: str, description: str | None, members: PhoneFile | None, fields: dict[str, Any]) -> Audience:
    return Audience(name=name, description=description, members=members, provider_fields=fields)


@cache
def provider_keys() -> frozenset[str]:
    """The providers' keys: the names of the adapters, which are not imported."""
    return frozenset(module.name for module in pkgutil.iter_modules(providers.__path__))


def _text(name: str, value: object) -> list[Problem]:
    if not isinstance(value, str):
        return [Problem(name, "must be a string", shape(value), OURS)]
    if not _json.is_unicode(value):
        return [Problem(name, "must be Unicode text, without lone surrogates", shape(value), OURS)]
    return []


def _fields(key: str, fields: object) -> list[Problem]:
    where = f"provider_fields[{named(key)}]"
    if key not in provider_keys():
        return [
            Problem(where, f"is not a provider; there are {', '.join(sorted(provider_keys()))}", shape(fields), OURS)
        ]
    if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
        return [Problem(where, "must be a mapping of property names", shape(fields), OURS)]
    try:
        _json.loads(_json.dumps(dict(fields)))
    except (TypeError, ValueError, RecursionError, _json.UnreadableError):
        return [Problem(where, "must be made of JSON values", shape(fields), OURS)]
    return []
