"""A rule overlooked, or read more widely than it says, at each place of a request."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ..messages import Request, Response
from ..mock.provider import load
from ..spec import Operation
from ..violation import Violation
from .acts import always, renamed_part, takes_as
from .fault import Act, Fault, Ignored, Turn, When, as_is
from .places import TEXTS, Place, places

_OTHERS: dict[str, Callable[[Any, Any], Any]] = {
    "type": lambda _, said: 1 if said == "string" else "fault",
    "enum": lambda *_: "other",
    "pattern": lambda sample, _: f"{sample}\u00e9~",
    "maxLength": lambda _, most: "a" * (most + 1),
    "minLength": lambda *_: "",
    "format": lambda *_: "yesterday",
    "maximum": lambda _, most: most + 1,
    "minimum": lambda _, least: least - 1,
    "maxItems": lambda sample, most: sample * (most + 1),
}
"""By keyword, from a right value and what the keyword says: a value that breaks it."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_READINGS: tuple[tuple[str, str, Callable[[str], Any], Callable[[Any], Any]], ...] = (
    ("trimmed", "with white space around it", lambda text: f" {text} ", str.strip),
    ("case", "in any case", str.upper, str.lower),
    ("wide", "in full-width letters", lambda text: f"\uff41{text}", partial(unicodedata.normalize, "NFKC")),
    ("invisible", "with characters of no width", lambda text: f"{text}\u200b", lambda text: _INVISIBLE.sub("", text)),
    ("newline", "with a line break at its end", lambda text: f"{text}\n", lambda text: text.removesuffix("\n")),
    ("space", "with a space inside", lambda text: f"a {text}", lambda text: re.sub(r"(?<=\w) (?=\w)", "_", text)),
    ("slash", "with a slash", lambda text: f"{text}/a", lambda text: text.replace("/", "_")),
    ("dot", "with a full stop", lambda text: f"{text}.a", lambda text: text.replace(".", "_")),
    ("letters", "with letters beyond a-z", lambda text: f"{text}\u00e9", lambda t: re.sub(r"[^\W\da-zA-Z_]", "e", t)),
    ("digits", "with digits beyond 0-9", lambda text: f"{text}\u0663", lambda text: re.sub(r"(?![0-9])\d", "3", text)),
    ("array", "as an array of one", lambda text: [text], lambda value: value[0] if len(value) == 1 else value),
    ("object", "by language", lambda text: {"en": text}, lambda value: next(iter(value.values()), value)),
)
"""Word, words, what is taken as well made of a right value, and how such a server reads it."""


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's."""
    found = list(places(operation))
    ours = load(operation.spec.key)
    for place in found:
        if place.name in ours.only_in_some_revisions:
            continue
        if place.rule and place.kind != "path":
            yield _missing(place)
        if not place.is_file:
            yield from _rules(place)
            yield from _readings(place)
        yield from _elsewhere(place, found)


def as_before(ignore: Ignored, when: When = always) -> Act:
    """It answers to a request with no other fault as to the last one that was right."""

    def act(turn: Turn) -> Response:
        if not turn.refused():
            turn.memory["before"] = turn.request
        elif "before" in turn.memory and when(turn) and turn.has_only(ignore):
            return turn.answer(turn.memory["before"])
        return turn.answer()

    return act


def _missing(place: Place) -> Fault:
    def lacks(violation: Violation) -> bool:
        return violation.rule == place.rule and (place.name in (violation.missing, violation.where.partition(" ")[2]))

    sentence = f"A request without `{place.name}` is answered as the right one before."
    show = (as_is, place.put)
    return Fault(f"{place.word}-missing", sentence, (place.rule,), as_before(lacks), show=show)


def _rules(place: Place) -> Iterator[Fault]:
    """Each keyword of its schema."""
    for keyword, said in place.schema.value.items():
        rule = f"{place.schema.pointer}/{keyword}"
        wrong = _OTHERS[keyword](place.sample, said) if keyword in _OTHERS else place.sample
        if place.broken(wrong) == {rule} and (isinstance(wrong, str) or place.kind == "property"):
            yield _overlooked(place, keyword, rule, wrong)
        if keyword == "maxLength":
            sentence = f"A `{place.name}` is refused that is too long, but not one that is much too long."
            yield Fault(
                f"{place.word}-maxlength-far",
                sentence,
                (rule,),
                _taken(place, {rule}, partial(_is_far, said)),
                show=(place.puts("a" * 4 * said),),
            )


def _is_far(most: int, value: str) -> bool:
    return len(value) > 3 * most


def _overlooked(place: Place, keyword: str, rule: str, wrong: Any) -> Fault:
    sentence = f"A `{place.name}` is accepted that breaks its {keyword} and nothing else."
    act = _taken(place, {rule}, lambda _: True)
    return Fault(f"{place.word}-{keyword.lower()}", sentence, (rule,), act, show=(place.puts(wrong),))


def _taken(place: Place, rules: set[str], when: Callable[[Any], bool]) -> Act:
    def read(value: Any) -> Any:
        text = str(value)
        return text if place.allows(text) else place.sample if when(value) else value

    return _reads(place, lambda value: read(value) if place.broken(value) == rules and when(value) else value)


def _reads(place: Place, read: Callable[[Any], Any]) -> Act:
    """It takes values that break a rule as others that break none, and leaves every other one as it is."""

    def tidy(value: Any) -> Any:
        if place.allows(value):
            return value
        try:
            other = read(value)
        except (TypeError, AttributeError, LookupError, ValueError):
            return value
        return other if place.allows(other) else value

    def change(request: Request) -> Request:
        values = place.values(request)
        tidied = [tidy(value) for value in values]
        return place.put(request, *tidied) if tidied != values else request

    return takes_as(change)


def _readings(place: Place) -> Iterator[Fault]:
    """What is near to a right value."""
    for word, said, wrong, read in _READINGS:
        if not isinstance(place.sample, str):
            continue
        example = wrong(place.sample)
        if place.kind in TEXTS and (not isinstance(example, str) or (place.kind == "header" and not example.isascii())):
            continue
        if place.kind == "header" and example != example.strip():
            continue
        # Media types have no case (RFC 9110, 8.3.1).
        if word == "case" and "/" in place.sample:
            continue
        if not place.broken(example) or not place.allows(read(example)):
            continue
        evidence = tuple(sorted(place.broken(example)))
        sentence = f"A `{place.name}` is accepted {said}."
        yield Fault(f"{place.word}-{word}", sentence, evidence, _reads(place, read), show=(place.puts(example),))
    if place.schema.plain("enum") and place.kind not in ("path",):
        sentence = f"A `{place.name}` is accepted that only begins with one of its values."

        def begun(value: str) -> Any:
            return next((each for each in place.schema.plain("enum") if value.startswith(each)), value)

        rule = f"{place.schema.pointer}/enum"
        show_tail = (place.puts(f"{place.sample}0"),)
        yield Fault(f"{place.word}-tail", sentence, (rule,), _reads(place, begun), show=show_tail)
        if place.kind == "property":
            listed = place.schema.plain("enum")
            act = _reads(place, lambda value: listed[value] if type(value) is int and value >= 0 else value)
            sentence = f"A `{place.name}` is accepted as its number in the list."
            yield Fault(f"{place.word}-index", sentence, (rule,), act, show=(place.puts(0),))


def _elsewhere(place: Place, others: list[Place]) -> Iterator[Fault]:
    """What is found under another name, or in another place."""
    if not place.rule or place.kind == "path" or _is_credential(place):
        return
    if place.kind in ("property", "part", "field", "query"):
        capital = Place(place.operation, place.kind, place.name.upper(), place.schema, place.pointer)
        yield _moved(place, capital, "name-case", "by its name in capitals", (place.rule,))
    alone = not any(other.kind == "query" for other in others)
    if place.kind != "query" and alone and isinstance(place.sample, str) and not place.is_file:
        query = Place(place.operation, "query", place.name, place.schema, place.pointer)
        yield _moved(place, query, "in-query", "in the query", (place.rule,))
    if place.kind == "part":
        for suffix, word, said in (("[]", "brackets", "with brackets after its name"), (" ", "spaces", "with a space")):
            other = Place(place.operation, "part", place.name + suffix, place.schema, place.pointer)
            yield _moved(place, other, word, said, (place.rule,))


def _moved(place: Place, other: Place, word: str, said: str, evidence: tuple[str, ...]) -> Fault:
    def moves(request: Request, source: Place, target: Place) -> Request:
        values = source.values(request)
        if place.is_file:
            return renamed_part(source.name, target.name)(request)
        return target.put(source.put(request), *values[:1])

    def is_there(turn: Turn) -> bool:
        return not place.values(turn.request) and bool(other.values(turn.request)) and _can_be_put(place, turn)

    act = takes_as(lambda request: moves(request, other, place), is_there)
    sentence = f"`{place.name}` is found {said}."
    return Fault(f"{place.word}-{word}", sentence, evidence, act, show=(lambda r: moves(r, place, other),))


def _can_be_put(place: Place, turn: Turn) -> bool:
    """Whether a body is such that a value can be put into it."""
    return bool(turn.fields) or turn.object is not None or place.kind in ("header", "query")


def _is_credential(place: Place) -> bool:
    where = "header" if place.kind == "header" else "body"
    return place.name == "Authorization" or (where == "body" and f"{where} {place.name}" in _settings(place.operation))


def _settings(operation: Operation) -> Any:
    return load(operation.spec.key).settings
