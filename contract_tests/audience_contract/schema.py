"""Checks a value against a schema of the effective spec, with jsonschema.

The library under test judges with another implementation on purpose: shared code would hide shared faults.
"""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from itertools import islice
from typing import Any

from regress import Regex

from .spec import Document, Node, escape
from .strict_json import CONTAINERS
from .violation import UNNAMED, Violation, shape

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:)(\d\d)(?:\.\d+)?(?:[Zz]|([+-]\d\d:\d\d))", re.ASCII)
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_BYTES = re.compile("(image|audio|video)/|application/(octet-stream|pdf|zip)")
_SEVERAL = ("oneOf", "anyOf")
_WORDS = {"true": True, "false": False}
_OF_TEXTS = {"type", "title", "description", "example", "default"}
"""Keywords to which one text is as good as another."""
_OF_OBJECTS = _OF_TEXTS | {"properties", "required", "additionalProperties", "minProperties", "maxProperties"}
"""Keywords to which two objects are alike if only the texts of their properties differ."""


class _Fitting(threading.local):
    """Results of one check: whether a value fits a schema, by the `id()` of both. Both are kept, because another object
    may get the `id()` of one that is gone.
    """

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], tuple[bool, Any, Any]] = {}


_FITTING = _Fitting()


def check(schema: Node, value: Any, where: str, *, undocumented: bool = False, unsent: str = "") -> Iterator[Violation]:
    """What `value` breaks in `schema`; with `undocumented`, also each property that the schema does not name.

    A required property may be missing if it has the keyword `unsent`: `readOnly` or `writeOnly`.
    """
    _FITTING.found.clear()
    validator = _judge(schema.root, unsent)(schema.value)
    for error in _causes(validator.iter_errors(value)):
        rule = _follow(schema, error.absolute_schema_path)
        if error.validator == "required":
            name = error.message
            yield Violation(where, _pointer(error), rule, f"{shape(error.instance)} lacks {name!r}", name)
        else:
            nearest = _nearest(validator, error)
            said = dict.fromkeys(map(_broken, nearest))
            pointer = _pointer(error) + ("" if nearest[0] is error else _pointer(nearest[0]))
            kind = shape(nearest[0].instance, sized=str(nearest[0].validator).startswith(("min", "max")))
            yield Violation(where, pointer, rule, f"{kind} {' or '.join(said)}")
    if undocumented:
        yield from _undocumented([schema], value, where, "")


def _pointer(error: Any) -> str:
    return "".join(f"/{escape(token)}" for token in error.absolute_path)


def _broken(error: Any) -> str:
    if error.validator in _SEVERAL:
        return str(error.message)
    limit = json.dumps(error.validator_value, ensure_ascii=False)[:200]
    return f"breaks {error.validator} {limit}" if error.validator else "is forbidden"


def _nearest(validator: Any, error: Any) -> list[Any]:
    """For a value that fits no alternative: what it breaks in those that it was probably meant to fit.

    These are the ones that are broken deepest within the value, first of all among those of its type, of which it has
    anything that is required, and whose `enum`s it keeps. If they are not broken at the same place, or the error is
    another one, this is the error itself.
    """
    kinds = error.validator_value if error.validator in _SEVERAL else []
    failed = [next(validator.evolve(schema=kind).iter_errors(error.instance), error) for kind in kinds]
    meant = [each for each in failed if each.validator != "type" or each.absolute_path] or failed
    lacks = (each for each in meant if each.validator == "required" and not each.absolute_path)
    others = [each for each in lacks if {*each.validator_value}.isdisjoint(each.instance)]
    meant = [each for each in meant if each not in others] or meant
    meant = [each for each in meant if each.validator != "enum"] or meant
    deepest = max((len(each.absolute_path) for each in meant), default=0)
    meant = [each for each in meant if len(each.absolute_path) == deepest]
    return meant if len({_pointer(each) for each in meant}) == 1 and error not in failed else [error]


def _causes(errors: Iterable[Any]) -> Iterator[Any]:
    """The errors; of `unevaluatedProperties` and `unevaluatedItems` only the deepest, and only if there are no others:
    nothing counts as evaluated in a part in which anything else is wrong.
    """
    held: list[Any] | None = []
    for error in errors:
        if not str(error.validator).startswith("unevaluated"):
            held = None
            yield error
        elif held is not None:
            held.append(error)
    deepest = max((len(error.absolute_path) for error in held or ()), default=0)
    yield from (error for error in held or () if len(error.absolute_path) == deepest)


def from_text(schema: Node, text: str) -> Any:
    """The value that a text stands for in a query, a header or a form: a number or boolean where the schema wants one.

    Any other text is returned as it is, for the schema to judge.
    """
    kinds = types(schema)
    if "boolean" in kinds and text in _WORDS:
        return _WORDS[text]
    if "integer" in kinds and re.fullmatch(r"-?\d{1,100}", text, re.ASCII):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d{1,100}(\.\d{1,100})?([eE][-+]?\d\d?)?", text, re.ASCII):
        return float(text)
    return text


@lru_cache(maxsize=4096)
def types(schema: Node) -> list[str]:
    """The types that a schema names: one, several or none."""
    found: str | list[str] = next(filter(None, (part.plain("type", []) for part in parts(schema))), [])
    return [found] if isinstance(found, str) else found


def alternatives(schema: Node) -> list[Node]:
    """The schemas of which a value must fit one."""
    return [each for key in _SEVERAL for each in schema.get(key) or ()]


def parts(schema: Node, deep: int = 10) -> Iterator[Node]:
    """The schema, and all others that a value has to fit as well: of alternatives, the first."""
    yield schema
    chosen = [each for key in _SEVERAL for each in list(schema.get(key) or ())[:1]]
    for each in (*(schema.get("allOf") or ()), *chosen) if deep else ():
        yield from parts(each, deep - 1)


@lru_cache(maxsize=4096)
def properties(schema: Node) -> dict[str, Node]:
    """The properties that the schema and its `parts` name."""
    named = (found for part in parts(schema) if (found := part.get("properties")))
    return {name: each for found in named for name in found.value if (each := found.get(name))}


@lru_cache(maxsize=4096)
def required(schema: Node) -> list[str]:
    """The properties that the schema and its `parts` require."""
    return [name for part in parts(schema) for name in part.plain("required", [])]


def is_date_time(value: object) -> bool:
    """Whether a text is a `date-time` of RFC 3339, which has leap seconds and any number of fractional digits."""
    if not isinstance(value, str):
        return True
    match = _DATE_TIME.fullmatch(value)
    if not match:
        return False
    day, time, second, zone = match.groups()
    # Python's years begin with 1; 2000 has the same days as 0.
    day = re.sub("^0000", "2000", day)
    is_leap = second == "60"
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{'59' if is_leap else second}{zone or '+00:00'}")
    except ValueError:
        return False
    ahead = moment.utcoffset() or timedelta()
    return not is_leap or (timedelta(hours=moment.hour, minutes=moment.minute) - ahead) % _DAY == _DAY - _MINUTE


def _undocumented(schemas: list[Node], value: Any, where: str, pointer: str) -> Iterator[Violation]:
    """What none of the schemas and their alternatives names; `additionalProperties` names whatever is left."""
    schemas = every(tuple(schemas))
    if isinstance(value, list):
        items = [kind for schema in schemas if (kind := schema.get("items"))]
        for number, item in enumerate(value):
            yield from _undocumented(items, item, where, f"{pointer}/{number}")
    if isinstance(value, dict):
        listed = [properties for schema in schemas if (properties := schema.get("properties"))]
        others = [other for schema in schemas if (other := schema.get("additionalProperties"))]
        for name, child in value.items():
            known = [found for properties in listed if (found := properties.get(name))]
            if not known and not others and listed:
                yield Violation(where, f"{pointer}/{escape(name)}", listed[0].pointer, f"a property {UNNAMED}")
            if child and isinstance(child, CONTAINERS):
                yield from _undocumented(known or others, child, where, f"{pointer}/{escape(name)}")


def is_file(schema: Node) -> bool:
    """Whether the schema is that of bytes, in the words of OpenAPI 3.0 or of 3.1."""
    said = ((part.plain("format"), str(part.plain("contentMediaType"))) for part in parts(schema))
    return any(kind == "binary" or _BYTES.match(media) for kind, media in said)


def is_object(schema: Node) -> bool:
    """Whether the schema allows an object."""
    return any("object" in types(each) for each in every((schema,)))


@lru_cache(maxsize=4096)
def every(schemas: tuple[Node, ...]) -> list[Node]:
    """The schemas, their alternatives and whatever else is about the same value, each once."""
    found = dict.fromkeys(schemas)
    left = list(found)
    while left:
        schema = left.pop()
        new = [each for each in (*alternatives(schema), *(schema.get("allOf") or ())) if each not in found]
        found |= dict.fromkeys(new)
        left += new
    return list(found)


def _follow(schema: Node, path: Iterable[str | int]) -> str:
    """The pointer of the rule at the end of an error's schema path; neither that path nor a place has a `$ref`."""
    for token in path:
        schema = schema[token]
    return schema.pointer


@cache
def _judge(root: Document, unsent: str) -> Callable[[Any], Any]:
    """Gives the validator of a schema of the document: one each, because making one takes longer than judging does."""
    # Imported here because these take longer to import than the rest of the package together.
    from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    formats = FormatChecker(formats=())
    formats.checks("date-time")(is_date_time)
    formats.checks("date")(lambda day: not isinstance(day, str) or is_date_time(f"{day}T00:00:00Z"))
    plain = {"3.0": Draft4Validator, "3.1": Draft202012Validator}[root.version]
    own = {
        "$ref": partial(_reference, root),
        "items": partial(_items, plain.VALIDATORS["items"]),
        "required": partial(_required, root, unsent),
        "pattern": _pattern,
        "oneOf": partial(_alternatives, 2),
        "anyOf": partial(_alternatives, 1),
    }
    for keyword in ("type", "$ref", "allOf", *_SEVERAL) if root.version == "3.0" else ():
        own[keyword] = partial(_unless_null, own.get(keyword) or plain.VALIDATORS[keyword])
    kind: Any = extend(plain, own)  # type: ignore[no-untyped-call]
    # `unevaluatedProperties` and `unevaluatedItems` look references up by themselves.
    made, resolver = dict[int, Any](), kind(root.value)._resolver

    def validator(schema: Any) -> Any:
        # It keeps the schema, so no other one has its `id()`.
        if id(schema) not in made:
            made[id(schema)] = kind(schema, format_checker=formats, _resolver=resolver)
        return made[id(schema)]

    kind.evolve = lambda _, schema, **__: validator(schema)
    return validator


def _reference(root: Document, validator: Any, reference: str, value: Any, _: Any) -> Iterator[Any]:
    errors: Iterator[Any] = validator.descend(value, root.referred(reference))
    return errors


def _items(plain: Any, validator: Any, kind: Any, value: Any, schema: Any) -> Iterator[Any]:
    """The keyword. Of right items that differ only in texts which may be any, one is judged: a body may have 10,000."""
    if not isinstance(value, list) or not isinstance(kind, dict) or "prefixItems" in schema:
        yield from plain(validator, kind, value, schema)
        return
    named = kind.get("properties", {}) if kind.keys() <= _OF_OBJECTS else {}
    free = {name for name, each in named.items() if isinstance(each, dict) and each.keys() <= _OF_TEXTS}
    right = set[str]()
    for at, item in enumerate(value):
        of = item if isinstance(item, dict) else {}
        text = repr({name: "" if name in free and isinstance(each, str) else each for name, each in of.items()} or item)
        errors = [] if text in right else [*validator.descend(item, kind, path=at)]
        yield from errors
        right |= set() if errors else {text}


def _unless_null(plain: Any, validator: Any, kinds: Any, value: Any, schema: Any) -> Iterator[Any]:
    """A keyword of OpenAPI 3.0, where `nullable` adds null to a type, or, as many read it, to other schemas."""
    if value is not None or schema.get("nullable") is not True:
        yield from plain(validator, kinds, value, schema)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Any]:
    """The keyword, with the regular expressions of JavaScript."""
    from jsonschema import ValidationError  # noqa: PLC0415

    if isinstance(value, str) and not _expression(pattern).find(value):
        yield ValidationError("pattern")


@lru_cache(maxsize=256)
def _expression(pattern: str) -> Regex:
    return Regex(pattern)


def _required(root: Document, unsent: str, _: Any, names: list[str], value: Any, schema: Any) -> Iterator[Any]:
    """The keyword: an error with the name of each property that is missing, unless only the other side sends it."""
    from jsonschema import ValidationError  # noqa: PLC0415

    for name in sorted({*names} - value.keys()) if isinstance(value, dict) else ():
        kind = (kinds := Node(root, "", schema).get("properties")) and kinds.get(name)
        if not kind or not kind.plain(unsent):
            yield ValidationError(name)


def _alternatives(most: int, validator: Any, kinds: list[Any], value: Any, _: Any) -> Iterator[Any]:
    """One error, whatever is wrong in each alternative: nested alternatives would have too many errors to collect.

    That a text fits more than one is no error, because formats such as `email` are not judged.
    """
    from jsonschema import ValidationError  # noqa: PLC0415

    most = 1 if isinstance(value, str) else most
    fitting = len(list(islice((kind for kind in kinds if _fits(validator, kind, value)), most)))
    if fitting != 1:
        yield ValidationError("fits more than one alternative" if fitting else "fits no alternative")


def _fits(validator: Any, kind: Any, value: Any) -> bool:
    """Whether a value fits a schema. Each answer is kept, because nested alternatives ask for it at every level."""
    key = id(kind), id(value)
    if key not in _FITTING.found:
        _FITTING.found[key] = validator.evolve(schema=kind).is_valid(value), kind, value
    return _FITTING.found[key][0]
