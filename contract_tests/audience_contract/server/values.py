"""Each property, field or part of a body in turn: its types, lengths, letters and choices."""

import json
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..facts import facts_of
from ..spec import Node
from .cases import Case
from .draft import Draft, File, Names

_WRONG: dict[str, list[Any]] = {
    "string": [None, 0, 1, 7, 1.5, True, False, ["check"], {"check": "check"}, [], {}],
    "integer": [None, "7", 1.5, True, [7], {}],
    "boolean": [None, "true", 1, [True], {}],
}
_FOREIGN = ("\t", "\n", "\r\n", "\0", "é", "ß", "٣", "\uff21", "\u212a", "\u017f", "\u200b", "\U0001f600")
_ODD = ("1e5", "00123", "-1", "0x1F", "null", "true", "undefined", "NaN", "__proto__", "1_000", "--")
_LADDER = (1, 2, 3, 64, 65, 100, 128, 129, 254, 255, 256, 257, 1000, 4096, 65_536)
_ONCE = {2, 65, 100, 129, 254, 256}
"""Lengths that are refused or taken with another one of the ladder, which is sent twice."""
_IN_TARGET = 4096
"""Characters of a query's parameter; a target of 8000 bytes should be read (RFC 9110, 4.1), longer ones need not."""
# Texts on which software has been seen to stumble.
TEXTS = {
    "Latin letters beyond ASCII": "Prénom Straße Łódź",
    "a script written from the right": "שלום عليكم",
    "ideographs": "日本語の名前",
    "a character beyond 16 bits": "\U0001f600 \U00020bb7",
    "combining marks": "e\u0301 a\u0308 z\u0335\u0321",
    "joiners and marks of direction": "\u200d\u200b\u202e\u2066x\u2069",
    "a no-break space": "a\u00a0b\u2003c",
    "line separators": "a\u2028b\u2029c",
    "quotes and backslashes": "\"'`\\ \\n \\u0041",
    "spaces around": "  a  ",
    "markup": "<b>&amp;</b><script>1</script><!--",
    "SQL": "' OR '1'='1'; --",
    "a template": "${7*7} {{7*7}} %{7} #{7}",
    "format marks": "%s %d %n %x {} {0}",
    "a path": "../../etc/passwd",
    "a word that is a value": "null",
    "another word that is a value": "undefined",
    "a number": "00123",
    "a number with an exponent": "1e5",
    "a boolean": "true",
    "plus, ampersand and percent": "a+b&c=d%20e%",
    "a formula": "=1+1",
    "a character that is none": "a\0b",
    "several lines": "one\ntwo\r\nthree\tfour",
    "emoji of several characters": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7",
}


def ladders(least: Draft, names: Names) -> Iterator[Iterator[Case]]:
    """Each property of the body: presence, types and choices; then lengths; then letters."""
    most = replace(least, fields=names.everything(least.operation))
    provider = names.provider
    given = {key: kind for key, kind in least.properties.items() if key in most.fields}
    for key, kind in given.items():
        yield _forms((least, most), (key, kind), names)
    for key, kind in least.properties.items():
        if key in provider.only_in_some_revisions:
            yield _types(least, (key, kind), names)
    for key, kind in given.items():
        free = kind.plain("type") == "string" and not kind.plain("enum") and kind.plain("format") != "binary"
        if free and f"body {key}" not in names.target.settings:
            # Whether a value is taken of which the page says nothing can't be judged: once is enough.
            times = 1 if key in provider.examples or key in facts_of(least.operation).fed else 2
            yield _lengths(most, (key, kind), names, times)
            yield _letters(most, (key, kind), names, times)


def _forms(bases: tuple[Draft, Draft], place: tuple[str, Node], names: Names) -> Iterator[Case]:
    key, kind = place
    for base in (*bases, *bases):
        yield Case("", names.renamed(base).but(**{key: ...}).request(), variant=f"without {key}")
    if f"body {key}" in names.target.settings or kind.plain("format") == "binary":
        return
    wrong = _WRONG.get(str(kind.plain("type")), []) if bases[0].is_json else []
    choices = ["contract_check", *_choices(kind)] if kind.plain("enum") else []
    for value in (*choices[:1], *wrong[:4], *choices[1:], *wrong[4:]):
        for base in bases:
            yield Case("", names.renamed(base).but(**{key: value}).request(), variant=repr(value))


def _types(least: Draft, place: tuple[str, Node], names: Names) -> Iterator[Case]:
    key, kind = place
    for value in _WRONG.get(str(kind.plain("type")), []):
        yield Case("", names.renamed(least).but(**{key: value}).request(), variant=repr(value))


def _choices(kind: Node) -> Iterator[str]:
    listed = [str(choice) for choice in kind.plain("enum")]
    yield from listed
    for choice in listed[:2]:
        yield from (
            choice.upper(),
            choice.title(),
            f"{choice} ",
            f" {choice}",
            choice[:-1],
            choice[:-1].upper(),
            f"{choice}s",
            f"{choice}x",
            "",
        )
        yield from (choice.replace("_", "-"), choice.replace("_", ""), ",".join(listed))
    yield from ("0", "null")


def _lengths(most: Draft, place: tuple[str, Node], names: Names, times: int) -> Iterator[Case]:
    key, kind = place
    limit = kind.plain("maxLength")
    near = (limit - 1, limit, limit + 1) if limit else ()
    steps = sorted({*_LADDER, *near, *((2 * limit, limit + 100) if limit else ())})
    named = key == names.provider.named
    for length in steps:
        # A name without its prefix would stay at a real provider, and nobody would know whose it is.
        if named and length < len(names.new()) and not names.target.is_local:
            continue
        if not most.media and length > _IN_TARGET:
            continue
        for _ in range(1 if length in _ONCE and length not in near else times):
            text = names.new(length) if named else ("check " * length)[:length]
            over = "too long" if limit and length > limit else _spoken(length)
            yield Case(f"body {key}: {over}", names.renamed(most).but(**{key: text}).request())
    wide = [] if kind.plain("pattern") else [("é", 2), ("語", 3), ("\U0001f600", 4)]
    for letter, size in wide:
        for length in (127, 255):
            text = (names.new() if named else "") + letter * length
            label = f"body {key}: {size} bytes a character"
            yield Case(label, names.renamed(most).but(**{key: text[: max(255, length)]}).request())
    yield Case("", names.renamed(most).but(**{key: ""}).request())


def _spoken(length: int) -> str:
    for most in (3, 64, 128, 255, 257):
        if length <= most:
            return f"up to {most} characters"
    return f"{length} characters"


def escaped(fields: object) -> bytes:
    """JSON with every letter of its strings escaped."""
    text = json.dumps(fields, ensure_ascii=False)
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: _escaped(match[0]), text).encode()


def _escaped(quoted: str) -> str:
    units = json.loads(quoted).encode("utf-16-be")
    letters = [units[i : i + 2].hex() for i in range(0, len(units), 2)]
    return '"' + "".join(f"\\u{unit}" for unit in letters) + '"'


def _letters(most: Draft, place: tuple[str, Node], names: Names, times: int) -> Iterator[Case]:
    key, kind = place
    named = key == names.provider.named
    if kind.plain("pattern"):
        allowed = [letter for letter in string.printable[:95] if re.search(str(kind.plain("pattern")), letter)]
        # One letter each, so that each may be refused by itself; at the end too, where `$` is often not the end.
        known = [letter for letter in string.printable[:95] if letter not in allowed and not letter.isalnum()]
        # What is refused least often comes first.
        for letter in sorted((*known, *_FOREIGN), key=lambda letter: " \né./@".find(letter) % 9):
            start = names.new()
            # What is left out at an end is not left out elsewhere.
            twice = not letter.isprintable() or letter.isspace()
            for text in (1 + twice) * (f"{start}{letter}", f"{start}{letter}a"):
                shown = letter if letter.isprintable() and letter.strip() else json.dumps(letter)[1:-1]
                yield Case(f"body {key}: character {shown}", most.but(**{key: text}).request())
        for text in _ODD if named and names.target.is_local else ():
            if re.search(str(kind.plain("pattern")), text):
                # The same again would be a name that was sent before.
                for name in (text, text.replace("1", "2")):
                    yield Case(
                        f"body {key}: a name that reads as another thing",
                        most.but(**{key: name}).request(),
                        variant=text,
                    )
        for text in _allowed(allowed, names) if allowed else ():
            yield Case(f"body {key}: allowed characters", most.but(**{key: text}).request())
            yield Case(f"body {key}: allowed characters", most.but(**{key: f"{text}{allowed[0]}"}).request())
        return
    for _ in range(2 if named else 0):
        yield Case(f"body {key}: quotes around", most.but(**{key: f'"{names.new()}"'}).request())
    for what, text in TEXTS.items():
        for number in range(1, times + 1):
            value = f"{names.new()} {text}" if named else text * number
            draft = names.renamed(most).but(**{key: value})
            if any(isinstance(v, File) for v in draft.fields.values()) and "\0" in text:
                continue
            yield Case(f"body {key}: {what}", draft.request())


def _allowed(letters: list[str], names: Names) -> Iterator[str]:
    """Names with every letter that is allowed, and with letters of each sort at the start and at the end."""
    half = len(letters) // 2
    # Names that differ in case only are two names.
    new = names.new()
    yield from (f"{new}aB", f"{new}Ab", f"{new}AB")
    yield f"{names.new()}{''.join(letters[:half])}"
    yield f"{names.new()}{''.join(letters[half:])}"
    sorts = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation, " ")
    for sort in sorts:
        found = [letter for letter in letters if letter in sort]
        for letter in dict.fromkeys((*found[:2], *found[-1:])):
            # The prefix is inside: what a name starts with is what is tried here.
            yield f"{letter}{names.new()}"
            yield f"{names.new()}{letter}"
            yield f"{names.new()}{letter * 5}"
