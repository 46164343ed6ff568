"""Valid requests in which much is unusual at once: what only two or three causes together bring out."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ..messages import Request
from .cases import Case
from .draft import Draft, File
from .expectation import SEVERAL
from .messages import escaped
from .names import Names
from .places import Place, places
from .values import TEXTS

_LONGEST = 255
_EXTRA = {"X-Request-Id": "contract-check", "Accept-Language": "de, en;q=0.5"}


def cases(most: Draft, names: Names, count: int) -> Iterator[Case]:
    """So many of them, each with a value drawn at each place, and a way to write the message."""
    chance = random.Random(names.seed)  # noqa: S311 - the same each time
    values = {place: found for place in places(most.operation) if (found := [*_values(place, most, names)])}
    for number in range(count):
        drawn = {place: chance.choice(found) for place, found in values.items()}
        yield Case(most, _all(drawn, number), label=SEVERAL)


def _values(place: Place, most: Draft, names: Names) -> Iterator[Callable[[Draft], Any]]:
    """What must be taken there, made of the right value."""
    usual = most.value(place)
    if usual is None or place.kind == "header" or names.is_given(most.operation, place):
        return
    named, pattern = names.is_name(place), place.says("pattern")
    longest = min(place.says("maxLength", _LONGEST), _LONGEST)

    def constant(value: Any) -> Callable[[Draft], Any]:
        return lambda _: value

    def after(end: str) -> Callable[[Draft], Any]:
        return lambda draft: f"{draft.value(place) if named else ''}{end}"[:longest]

    if place.says("enum"):
        yield from map(constant, place.says("enum"))
    elif place.is_file:
        sound = [File(name, media, data) for _, name, media, data, taken in names.provider.files() if taken]
        yield from map(constant, sound)
    elif place.is_text and place.name not in names.provider.examples:
        yield from map(
            after,
            ("", "_", "-Z", "x" * _LONGEST) if pattern else ("", *(f" {text}" for text in TEXTS if text.isprintable())),
        )
        yield (lambda draft: names.digits(draft.value(place))) if named else constant("a" if not pattern else usual)
    if not place.required and not named and place.name not in names.provider.examples:
        yield constant(...)


def _all(drawn: dict[Place, Callable[[Draft], Any]], number: int) -> Callable[[Draft], Request]:
    def change(draft: Draft) -> Request:
        for place, value in drawn.items():
            draft = draft.put(place, value(draft))
        draft = draft.turned("header", "body") if number % 2 else draft
        spelled = {(str.lower, str.upper, str)[number % 3](name): v for name, v in draft.values["header"].items()}
        sent = replace(draft, values={**draft.values, "header": {**spelled, **_EXTRA}})
        return sent.request(escaped(draft.fields) if draft.is_json and number % 3 == 1 else None)

    return change
