"""The draft: an audience described once for every provider, and what one provider's create call takes of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import _json, _spec
from ._errors import OURS, InvalidError, Problem, Remedy, UnsupportedError, named, shape
from ._files import looked_into
from ._members import Look, PhoneFile
from .fields import ProviderFields

_TEXT = "must be a string of Unicode text, without lone surrogates"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Audience:
    """An audience that is to be created.

    `members` says where the members come from. The create calls of Batch and Adobe carry no members: with them, a draft
    that has members raises UnsupportedError, unless the call's `leave_out` names `members`. `provider_fields` has what
    only one provider takes. Its keys are providers (`"batch"`, `"adobe"`, ...); each value has properties of that
    provider's request body, by their names in its spec, e.g. `{"batch": {"type": "custom_ids"}}`.

    Raises InvalidError for what no provider could take, such as an empty name, or text that is not Unicode.

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
        object.__setattr__(self, "provider_fields", plain)

    def __repr__(self) -> str:
        given = [name for name in ("name", "description", "members") if getattr(self, name) is not None]
        return f"Audience(fields={given + [f'provider_fields.{key}' for key in self.provider_fields]})"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _json.is_unicode(value)


def _plain(fields: object) -> Any:
    """A copy of the fields, which does not change when they do; None if they are not JSON values."""
    if not isinstance(fields, Mapping) or not all(isinstance(name, str) for name in fields):
        return None
    try:
        return _json.loads(_json.dumps(dict(fields)))
    except (TypeError, ValueError, RecursionError, _json.UnreadableError):
        return None


LEAVABLE = frozenset({"description", "members"})
"""The fields of a draft that `leave_out` can name: they are not sent where the provider has no place for them."""


@dataclass(frozen=True, kw_only=True)
class DraftRules:
    """What a provider's create call takes of a draft, and under which names."""

    fields: Mapping[str, str]
    """Each property of the body, or parameter of the path, that is made of a field of the draft, with that field."""
    unsupported: Mapping[str, str]
    """Each field of the draft that the call has no place for, with the reason."""
    in_path: tuple[str, ...] = ()
    """The parameters of the call's path that are given as properties are, such as an id of the caller's choice."""
    within: tuple[str, ...] = ()
    """The path within the request body to the object that has these properties; empty for the body itself."""
    column: str | None = None
    """The column that a file of members must have; None if the call takes no file, so that the audience is empty."""


@dataclass(frozen=True)
class Draft:
    """What a create sends of an audience."""

    body: Mapping[str, Any]
    """The properties of the request body, without the file, and the parameters of the path."""
    file: PhoneFile | None
    left_out: tuple[str, ...]
    look: Look
    """What was seen in the file."""


def drafted(
    rules: DraftRules, key: str, call: _spec.Operation, audience: Audience, leave_out: Collection[str]
) -> Draft:
    """What the create call sends of an audience, in its path and body. Checks an audience file.

    Raises UnsupportedError and InvalidError as `Provider.prepare` documents.
    """
    check(audience, leave_out)
    left_out = _left_out(rules, audience, leave_out)
    file = audience.members if rules.column else None
    look = looked_into(file, rules.column) if file and rules.column else Look()
    given: Any = audience.provider_fields.get(key, {})
    problems = [*look.problems]
    for name in given.keys() & rules.fields.keys():
        problems.append(Problem.ours(_door(key, name), "is a field of the draft itself", given[name]))
    own = {wire: getattr(audience, name) for wire, name in rules.fields.items() if name not in left_out}
    sent = {**given, **{wire: value for wire, value in own.items() if value is not None}}
    # The spec says of a file only that it is one, so an empty text stands for it here.
    body = call.body.at(rules.within)
    judged = {wire: "" if isinstance(value, PhoneFile) else value for wire, value in sent.items()}
    of_body = {wire: value for wire, value in judged.items() if wire not in rules.in_path or wire in body.properties}
    problems += _judged(rules, key, body, of_body)
    for wire in rules.in_path:
        field, value = rules.fields.get(wire, _door(key, wire)), judged.get(wire, "")
        broken = call.in_path[wire].judge(value) if value != "" else ()
        problems += [Problem(field, each.rule, shape(value), each.source) for each in broken]
        if value == "":
            problems.append(Problem.ours(field, "is a part of the URL, and must be there", value))
    if problems:
        raise InvalidError.of(problems)
    text = {wire: value for wire, value in sent.items() if not isinstance(value, PhoneFile)}
    return Draft(text, file, left_out, look)


def check(audience: Audience, leave_out: Collection[str]) -> None:
    """Raises InvalidError for what is no draft, or names no fields that can be left out."""
    if not isinstance(audience, Audience):
        raise InvalidError.ours("audience", "must be an Audience", audience)
    several = isinstance(leave_out, Collection) and not isinstance(leave_out, str)
    names = several and all(isinstance(each, str) for each in leave_out)
    unknown = sorted(map(named, set(leave_out) - LEAVABLE)) if names else [shape(leave_out)]
    if unknown:
        rule = f"may only name {' and '.join(sorted(LEAVABLE))}, as a collection"
        raise InvalidError.of([Problem("leave_out", rule, ", ".join(unknown), OURS)])


def _left_out(rules: DraftRules, audience: Audience, leave_out: Collection[str]) -> tuple[str, ...]:
    cannot = {name: why for name, why in rules.unsupported.items() if getattr(audience, name) is not None}
    for name, reason in cannot.items():
        if name not in leave_out:
            remedy = Remedy("leave_out", [name], "sends the rest without it")
            raise UnsupportedError(f"{name} is not supported: {reason}", field=name, reason=reason, remedy=remedy)
    return tuple(cannot)


def _judged(rules: DraftRules, key: str, schema: _spec.Schema, body: Mapping[str, Any]) -> list[Problem]:
    found = []
    for deviation in [*schema.judge(body), *schema.undocumented(body)]:
        wire = next(iter(_spec.tokens(deviation.pointer)), "")
        field, values = rules.fields.get(wire, _door(key, wire)), schema.properties.get(wire, {}).get("enum")
        rule = f"{deviation.rule}: one of {', '.join(values)}" if values and wire not in body else deviation.rule
        found.append(Problem(field, rule, shape(body[wire]) if wire in body else "absent", deviation.source))
    return found


def _door(key: str, wire: str) -> str:
    """How the caller writes a property of the body that is no field of the draft."""
    return f"provider_fields[{key!r}][{named(wire)}]"
