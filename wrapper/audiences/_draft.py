"""A draft as one provider's create takes it: judged by the spec, with what is left out and what was seen in a file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from . import _spec
from ._audience import Audience
from ._errors import OURS, InvalidError, Problem, Remedy, UnsupportedError, named, shape
from ._members import Look, PhoneFile
from ._upload import Upload

LEAVABLE = frozenset({"description", "members"})
"""The draft's fields that a call can leave out where a provider cannot be told."""


@dataclass(frozen=True, kw_only=True)
class DraftRules:
    """What a provider's create takes of a draft."""

    fields: Mapping[str, str]
    """The properties of the request body, each with the draft's field that it is made of."""
    unsupported: Mapping[str, str]
    """The draft's fields that the call has no place for, each with the reason."""
    within: tuple[str, ...] = ()
    """The path to the object of the request body that has these properties, where that is not the body itself."""
    column: str | None = None
    """The column that a file of members must have, where the call carries one; if not, the audience is empty then."""


@dataclass(frozen=True)
class Draft:
    """What a create sends of an audience."""

    body: Mapping[str, Any]
    """The properties of the request body, but for the file."""
    file: PhoneFile | None
    left_out: tuple[str, ...]
    look: Look
    """What was seen in the file."""


def drafted(rules: DraftRules, key: str, body: _spec.Schema, audience: Audience, leave_out: Collection[str]) -> Draft:
    """`body` is the schema of the request body. Looks into an audience file.

    Raises UnsupportedError and InvalidError as `Provider.prepare` documents.
    """
    if not isinstance(audience, Audience):
        raise InvalidError.ours("audience", "must be an Audience", audience)
    left_out = _left_out(rules, audience, leave_out)
    file, look = (audience.members if rules.column else None), Look()
    if file and rules.column:
        look = looked_into(file, rules.column)
    given: Any = audience.provider_fields.get(key, {})
    problems = [*look.problems]
    for name in given.keys() & rules.fields.keys():
        problems.append(Problem.ours(_door(key, name), "is a field of the draft itself", given[name]))
    own = {wire: getattr(audience, name) for wire, name in rules.fields.items() if name not in left_out}
    sent = {**given, **{wire: value for wire, value in own.items() if value is not None}}
    # A file is not judged by the spec, which says only that it is one.
    problems += _judged(
        rules, key, body, {wire: "" if isinstance(value, PhoneFile) else value for wire, value in sent.items()}
    )
    if problems:
        raise InvalidError.of(problems)
    text = {wire: value for wire, value in sent.items() if not isinstance(value, PhoneFile)}
    return Draft(text, file, left_out, look)


def looked_into(file: PhoneFile, column: str) -> Look:
    from . import _files  # noqa: PLC0415  # file readers are not imported before a file is read

    return _files.look(file, column)


def as_part(file: PhoneFile) -> tuple[Upload, str, str]:
    """The file as it is sent, with its name and media type."""
    from . import _files  # noqa: PLC0415  # see above

    return file.upload, file.name, _files.media_type(file)


def _left_out(rules: DraftRules, audience: Audience, leave_out: Collection[str]) -> tuple[str, ...]:
    names = (
        isinstance(leave_out, Collection)
        and not isinstance(leave_out, str)
        and all(isinstance(each, str) for each in leave_out)
    )
    unknown = sorted(map(named, set(leave_out) - LEAVABLE)) if names else [shape(leave_out)]
    if unknown:
        rule = f"may only name {' and '.join(sorted(LEAVABLE))}, as a collection"
        raise InvalidError.of([Problem("leave_out", rule, ", ".join(unknown), OURS)])
    cannot = {name: why for name, why in rules.unsupported.items() if getattr(audience, name) is not None}
    for name, reason in cannot.items():
        if name not in leave_out:
            remedy = Remedy("leave_out", [name], "sends the rest without it")
            raise UnsupportedError(f"{name} is not supported: {reason}", field=name, reason=reason, remedy=remedy)
    return tuple(cannot)


def _judged(rules: DraftRules, key: str, schema: _spec.Schema, body: Mapping[str, Any]) -> list[Problem]:
    found = []
    for deviation in [*schema.judge(body), *schema.undocumented(body)]:
        wire = _spec.first(deviation.pointer)
        field, values = rules.fields.get(wire, _door(key, wire)), schema.properties.get(wire, {}).get("enum")
        rule = f"{deviation.rule}: one of {', '.join(values)}" if values and wire not in body else deviation.rule
        found.append(Problem(field, rule, shape(body[wire]) if wire in body else "absent", deviation.source))
    return found


def _door(key: str, wire: str) -> str:
    """What the caller knows a property of the body by that is no field of the draft."""
    return f"provider_fields[{key!r}][{named(wire)}]"
