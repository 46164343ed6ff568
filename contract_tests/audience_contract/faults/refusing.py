"""A legal value refused, or one that makes the server fail, at each place of a request."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from operator import eq

from ..mock.provider import facts_of, load
from ..spec import Operation
from .acts import refuses
from .fault import Fault
from .places import Place, places

_VALUES: tuple[tuple[str, str, str, Callable[[str], object]], ...] = (
    ("accents", "beyond ASCII", "\u00e9t\u00e9", lambda text: not text.isascii()),
    ("emoji", "with a character beyond U+FFFF", "a \U0001f600", lambda text: any(ord(c) > 0xFFFF for c in text)),
    ("apostrophe", "with an apostrophe", "o'clock", lambda text: "'" in text),
    ("quote", "with a quotation mark", 'a "b"', lambda text: '"' in text),
    ("markup", "with a `<` before a letter", "a <b>", lambda text: re.search("<[A-Za-z]", text)),
    ("backslash", "with a backslash", "a\\b", lambda text: "\\" in text),
    ("percent", "with a percent sign that begins no code", "100% a", lambda t: re.search("%(?![0-9A-Fa-f]{2})", t)),
    ("lines", "of several lines", "a\nb", lambda text: "\n" in text),
    ("tab", "with a tab", "a\tb", lambda text: "\t" in text),
    ("nul", "with the character U+0000", "a\0b", lambda text: "\0" in text),
    ("number", "of digits only", "2025", str.isdigit),
    ("exponent", "that reads as a number with an exponent", "1e5", lambda text: re.fullmatch(r"\d+[eE]-?\d+", text)),
    ("hyphens", "with two hyphens in a row", "a--b", lambda text: "--" in text),
    ("underscore", "that begins with an underscore", "_a", lambda text: text.startswith("_")),
    ("digit", "that begins with a digit", "1a", lambda text: text[:1].isdigit()),
    ("hyphen-end", "that ends with a hyphen", "a-", lambda text: text.endswith("-")),
    ("capital", "with a capital letter", "aB", lambda text: re.search("[A-Z]", text)),
    ("short", "of one character", "n", lambda text: len(text) == 1),
    ("long", "of more than 128 characters", "n" * 129, lambda text: len(text) > 128),
)


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
    ours, facts = load(operation.spec.key), facts_of(operation)
    for place in places(operation):
        if place.name in ours.only_in_some_revisions:
            continue
        # Where the page only shows a sample, nobody says what may be left out of it.
        if not place.rule and place.kind != "path" and place.name not in (ours.named, *ours.examples):
            yield _needed(place)
        # Nobody can choose what a caller was given, such as credentials, or what says which audience is meant.
        given = place.kind == "header" or f"body {place.name}" in ours.settings or place.name in facts.linked
        if place.is_file or given:
            continue
        choices = place.schema.plain("enum", [])
        for choice in choices if len(choices) > 1 else ():
            yield _fault(place, str(choice).lower().replace("_", "-"), f"`{choice}`", choice, partial(eq, choice))
        for word, said, value, when in () if choices or place.kind == "path" else _VALUES:
            created = _created(place)
            # An audience with a name of one character may be somebody else's, so a run must not change it.
            is_anybodys = len(value) == 1 and created != place and not facts.reads
            if place.allows(value) and created.allows(value) and not is_anybodys:
                yield _fault(place, word, said, value, when)
        most = place.schema.plain("maxLength")
        if most:
            yield _fault(
                place, "longest", f"of {most} characters", "n" * most, re.compile(f"(?s).{{{most}}}").fullmatch
            )


def _fault(place: Place, word: str, said: str, value: str, when: Callable[[str], object]) -> Fault:
    act = refuses(lambda turn: any(isinstance(each, str) and when(each) for each in place.values(turn.request)), 500)
    sentence, rule, show = f"A `{place.name}` {said} fails with 500.", (place.schema.pointer,), (place.puts(value),)
    return Fault(f"{place.word}-refused-{word}", sentence, rule, act, show=show)


def _created(place: Place) -> Place:
    """The place in the create's request that gives an audience the name by which this operation asks for it.

    The place itself for a create, and where it does not name the audience.
    """
    if place.name != load(place.operation.spec.key).named:
        return place
    creating = (each for each in place.operation.spec.operations if facts_of(each).creates)
    return next((each for each in places(next(creating)) if each.name == place.name), place)


def _needed(place: Place) -> Fault:
    sentence = f"A request without `{place.name}`, which nothing requires, is refused."
    act = refuses(lambda turn: not place.values(turn.request))
    return Fault(f"{place.word}-needed", sentence, (place.pointer,), act, show=(place.put,))
