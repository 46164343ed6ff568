"""The draft: one description of an audience for every provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from . import _json
from ._errors import InvalidError, Problem, named
from ._members import PhoneFile
from .fields import ProviderFields

_TEXT = "must be a string of Unicode text, without lone surrogates"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Audience:
    """What is to be created.

    `members` says where the members come from. A provider whose create call carries no members (Batch, Adobe)
    refuses the draft as unsupported unless the call leaves `members` out. `provider_fields` has what only one provider
    takes: for each (`"batch"`, `"adobe"`, ...) properties of its request body, by their names in its spec, e.g.
    `{"batch": {"type": "custom_ids"}}`.

    Raises InvalidError for what no provider could take: a name that is empty, or text that is not Unicode.

    >>> Audience(name="VIP_2026", provider_fields={"batch": {"type": "emails"}})
    Audience(fields=['name', 'provider_fields.batch'])
    """

    name: str
    description: str | None = None
    members: PhoneFile | None = None
    provider_fields: ProviderFields = field(default_factory=ProviderFields)

    def __post_init__(self) -> None:
        given: Any = self.provider_fields
        plain, known = dict[str, Any](), ProviderFields.__annotations__
        rules = [
            ("name", _is_text(self.name), _TEXT),
            ("name", self.name != "", "must not be empty"),
            ("description", self.description is None or _is_text(self.description), _TEXT),
            ("members", isinstance(self.members, PhoneFile | None), "must be a PhoneFile"),
            ("provider_fields", isinstance(given, Mapping), "must be a mapping"),
        ]
        problems = [Problem.ours(name, rule, getattr(self, name)) for name, kept, rule in rules if not kept]
        for key, fields in given.items() if isinstance(given, Mapping) else ():
            plain[key], rule = _plain(fields), "must be a mapping of property names to JSON values"
            if key not in known:
                rule = f"is not a provider; there are {', '.join(known)}"
            if key not in known or plain[key] is None:
                problems.append(Problem.ours(f"provider_fields[{named(key)}]", rule, fields))
        if problems:
            raise InvalidError.of(problems)
        object.__setattr__(self, "provider_fields", MappingProxyType(plain))

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {key: dict(given) for key, given in cast("Mapping[str, Any]", self.provider_fields).items()}
        return _unpickled, (self.name, self.description, self.members, fields)

    def __repr__(self) -> str:
        given = [name for name in ("name", "description", "members") if getattr(self, name) is not None]
        return f"Audience(fields={given + [f'provider_fields.{key}' for key in self.provider_fields]})"


def _unpickled(name: str, description: str | None, members: PhoneFile | None, fields: Any) -> Audience:
    return Audience(name=name, description=description, members=members, provider_fields=fields)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _json.is_unicode(value)


def _plain(fields: object) -> Any:
    """A copy of JSON values, so that nobody changes what was checked; None if they are none."""
    if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
        return None
    try:
        return _json.loads(_json.dumps(dict(fields)))
    except (TypeError, ValueError, RecursionError, _json.UnreadableError):
        return None
