"""A rule overlooked, or read more widely than it says, at each place of a request."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

from ..messages import Request, Response
from ..mock.provider import load
from ..spec import Operation
from .acts import parts_body, renamed_part, takes_as
from .fault import Act, Fault, Turn, When, as_is, json_object, parts
from .places import Place, places

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
"""By keyword: what makes a value that breaks it, of a right value and the value of the keyword."""
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
    ("tail", "with a digit after it", lambda text: f"{text}0", lambda text: text.removesuffix("0")),
    ("array", "as an array of one", lambda text: [text], lambda value: value[0] if len(value) == 1 else value),
    ("object", "by language", lambda text: {"en": text}, lambda value: next(iter(value.values()), value)),
)
"""Word, words, what makes a wrong value of a right one, and how the server reads the wrong one, which it takes."""


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
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


def as_before(filled: Callable[[Request, Request], Request], when: When) -> Act:
    """The server answers a wrong request as it answered the last right one, and does nothing. `when` says which ones;
    they must be right once they are `filled` from that last one.
    """

    def act(turn: Turn) -> Response:
        if "before" in turn.memory and turn.refused() and when(turn):
            request, before = turn.memory["before"]
            if not turn.refused(filled(turn.request, request)):
                return cast("Response", before)
        answer = turn.answer()
        if answer.is_success:
            turn.memory["before"] = turn.request, answer
        return answer

    return act


def _missing(place: Place) -> Fault:
    sentence = f"A request without `{place.name}` is answered as the right one before."
    act = as_before(partial(_filled, place), partial(lacks, place))
    return Fault(f"{place.word}-missing", sentence, (place.rule,), act, show=(as_is, place.put))


def _filled(place: Place, request: Request, before: Request) -> Request:
    if place.kind == "part":
        return parts_body([*parts(request), *(part for part in parts(before) if part.name == place.name)])(request)
    return place.put(request, *place.values(before))


def lacks(place: Place, turn: Turn) -> bool:
    """Whether the place could be read, and nothing is there."""
    is_read = place.kind != "property" or json_object(turn.request) is not None
    return is_read and not place.values(turn.request)


def _rules(place: Place) -> Iterator[Fault]:
    """A fault for each keyword of the place's schema."""
    for keyword, said in place.schema.value.items():
        rule = f"{place.schema.pointer}/{keyword}"
        wrong = _OTHERS[keyword](place.sample, said) if keyword in _OTHERS else place.sample
        if place.broken(wrong) == {rule} and place.holds(wrong):
            sentence = f"A value of `{place.name}` is accepted that breaks its {keyword} and nothing else."
            yield read(place, keyword.lower(), sentence, wrong, partial(_right_for, place, rule))


def _right_for(place: Place, rule: str, value: Any) -> Any:
    return place.sample if place.broken(value) == {rule} else value


def read(place: Place, word: str, sentence: str, wrong: Any, reading: Callable[[Any], Any]) -> Fault:
    """The server reads values that break a rule as values that break none, and leaves all others as they are."""

    def tidy(value: Any) -> Any:
        try:
            other = reading(value)
        except (TypeError, AttributeError, LookupError, ValueError):
            return value
        return other if place.allows(other) and not place.allows(value) else value

    def change(request: Request) -> Request:
        values = place.values(request)
        tidied = [tidy(value) for value in values]
        return place.put(request, *tidied) if tidied != values else request

    evidence = tuple(sorted(place.broken(wrong)))
    return Fault(f"{place.word}-{word}", sentence, evidence, takes_as(change), show=(place.puts(wrong),))


def _readings(place: Place) -> Iterator[Fault]:
    """Faults that take what is near to a right value."""
    for word, said, wrong, reading in _READINGS if isinstance(place.sample, str) else ():
        example = wrong(place.sample)
        # Media types have no case (RFC 9110, 8.3.1).
        if not place.holds(example) or (word == "case" and "/" in place.sample):
            continue
        if place.broken(example) and place.allows(reading(example)):
            yield read(place, word, f"A `{place.name}` is accepted {said}.", example, reading)


def _elsewhere(place: Place, others: list[Place]) -> Iterator[Fault]:
    """Faults that find a value under another name, or in another place."""
    if not place.rule or place.kind == "path" or _is_credential(place):
        return
    above, slash, name = place.name.rpartition("/")
    if place.kind != "header":
        yield moved(place, replace(place, name=f"{above}{slash}{name.upper()}"), "name-case", "by its name in capitals")
    if place.kind == "part":
        yield moved(place, replace(place, name=f"{name}[]"), "brackets", "with brackets after its name")
        yield moved(place, replace(place, name=f"{name} "), "spaces", "with a space after its name")
    has_query = any(other.kind == "query" for other in others)
    if not has_query and isinstance(place.sample, str) and not place.is_file:
        yield moved(place, replace(place, kind="query"), "in-query", "in the query")


def moved(place: Place, other: Place, word: str, said: str) -> Fault:
    """The server finds in another place what is not in its own."""

    def moves(request: Request, source: Place, target: Place) -> Request:
        if place.is_file:
            return renamed_part(source.name, target.name)(request)
        return target.put(source.put(request), *source.values(request)[:1])

    def is_there(turn: Turn) -> bool:
        return not place.values(turn.request) and bool(other.values(turn.request))

    act = takes_as(lambda request: moves(request, other, place), is_there)
    show = (lambda request: moves(request, place, other),)
    return Fault(f"{place.word}-{word}", f"`{place.name}` is found {said}.", (place.rule,), act, show=show)


def _is_credential(place: Place) -> bool:
    return place.name == "Authorization" or f"body {place.name}" in load(place.operation.spec.key).settings
