"""Combinations: faults that only two or three causes together bring out."""

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..spec import Node
from .cases import Case
from .draft import Draft, File, Names
from .send import PLAIN, Wire
from .values import TEXTS

LABEL = "combination"
_TEXTS = (
    "Latin letters beyond ASCII",
    "a character beyond 16 bits",
    "quotes and backslashes",
    "spaces around",
)


def _as_it_is(fields: Mapping[str, Any]) -> dict[str, Any]:
    return dict(fields)


@dataclass(frozen=True)
class Way:
    """A way to write a message: the order of its fields, how they become text, and how it is sent."""

    order: Callable[[Mapping[str, Any]], dict[str, Any]] = _as_it_is
    encode: Callable[[Any], str] | None = None
    wire: Wire = PLAIN


Change = Callable[[Draft], Draft] | Way


def combinations(least: Draft, names: Names, seed: int, most: int) -> Iterator[Case]:
    """Valid requests in which all values of any three places meet, as far as `most` requests can have them."""
    places = dict(_places(least, names))
    for row in covering({place: len(values) for place, values in places.items()}, random.Random(seed), most):  # noqa: S311
        draft, way = names.renamed(least), Way()
        for place, number in row.items():
            change = places[place][number]
            if isinstance(change, Way):
                way = change
            else:
                draft = change(draft)
        body = way.encode(draft.fields).encode() if way.encode else None
        yield Case(LABEL, replace(draft, fields=way.order(draft.fields)).request(body), way.wire)


def covering(sizes: dict[str, int], chance: random.Random, most: int) -> Iterator[dict[str, int]]:
    """Rows that have every three values of three places together, greedily; at most `most` of them."""
    width = min(3, len(sizes))
    triples = {
        tuple(zip(three, numbers, strict=True))
        for three in itertools.combinations(sorted(sizes), width)
        for numbers in itertools.product(*(range(sizes[place]) for place in three))
    }

    def of(row: dict[str, int]) -> set[tuple[tuple[str, int], ...]]:
        return triples.intersection(itertools.combinations(sorted(row.items()), width))

    for _ in range(most):
        if not triples:
            return
        candidates = []
        for _ in range(30):
            row = {place: chance.randrange(size) for place, size in sizes.items()}
            candidates.append((len(of(row)), sorted(row.items())))
        best = dict(max(candidates)[1])
        # One that is left is met for sure, so that rows never add nothing.
        best.update(min(triples))
        triples -= of(best)
        yield best


def _reversed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return dict(reversed(list(fields.items())))


def _places(least: Draft, names: Names) -> Iterator[tuple[str, list[Change]]]:
    provider = names.provider
    full = names.everything(least.operation)
    for key, kind in least.properties.items():
        if key in provider.only_in_some_revisions or names.is_given(least.operation, key):
            continue
        values: list[Change] = [partial(_with, key, value) for value in _values(key, kind, full.get(key), names)]
        if key not in least.fields:
            values.append(partial(_with, key, ...))
        if len(values) > 1:
            yield key, values
    if least.is_json:
        indented = Way(encode=partial(json.dumps, indent=1))
        yield "encoding", [Way(), Way(encode=json.dumps), Way(order=_reversed), indented, Way(wire=Wire(chunked=True))]
    elif least.media == "multipart/form-data":
        yield "encoding", [Way(), Way(order=_reversed), Way(wire=Wire(chunked=True))]


def _with(key: str, value: Any, draft: Draft) -> Draft:
    return draft.but(**{key: value() if callable(value) else value})


def _values(key: str, kind: Node, usual: Any, names: Names) -> Iterator[Any]:
    """Values that must be taken, or functions that make a new one each time."""
    provider = names.provider
    named = key == provider.named
    if kind.plain("enum"):
        yield from kind.plain("enum")
    elif kind.plain("format") == "binary":
        sound = [File(name, media, data) for _, name, media, data, taken in provider.files() if taken]
        by_type = {file.content_type: file for file in reversed(sound)}
        yield from (*by_type.values(), sound[len(sound) // 2])
    elif key in provider.examples:
        yield usual
    elif kind.plain("type") == "string":
        longest = min(int(kind.plain("maxLength", 255)), 255)
        yield names.new if named else "a"
        yield partial(names.new, longest) if named else "b" * longest
        if kind.plain("pattern"):
            yield from (partial(_around, names, *ends) for ends in (("", "_"), ("", "-Z"), ("7", "")))
        else:
            for text in _TEXTS:
                yield partial(_around, names, "", f" {TEXTS[text]}") if named else TEXTS[text]


def _around(names: Names, start: str, end: str) -> str:
    return f"{start}{names.new()}{end}"
