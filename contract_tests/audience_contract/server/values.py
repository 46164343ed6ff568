"""Cases for each place of a request: left out, of another type, at its limits, with odd letters, or moved elsewhere."""

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from .. import schema
from ..mock.provider import chosen, facts_of
from ..samples import sample, without_read_only
from .cases import Case, Change, as_it_is, puts
from .draft import PARTS, Draft, File
from .names import Names
from .places import Place, places
from .target import is_header

TEXTS = (
    # Texts that are known to make software fail.
    *("Prénom Straße Łódź", "\U0001f600 \U00020bb7", "\"'`\\ \\n \\u0041", "  a  "),
    *("<b>&amp;</b><script>1</script><!--", "a+b&c=d%20e%41%", "one\ntwo\r\nthree\tfour", "0", "00123", "1e5"),
    *("true", "null", "e\u0301 a\u0308 z\u0335\u0321"),
    *("a\0b", "שלום عليكم", "日本語の名前", "' OR '1'='1'; --", "${7*7} {{7*7}} %{7} #{7}", "%s %d %n %x {} {0}"),
    *("_a--b-", "1aB-", "--", "=1+1", "../../etc/passwd", "undefined", "\u200d\u200b\u202e\u2066x\u2069"),
    *("a\u00a0b\u2003c\u2028d\u2029e", "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7"),
)
_FOREIGN = ("\n", "é", "\u200b", "\uff21", "٣", "\t", "\0", "\r\n", "ß", "\u212a", "\u017f", "\U0001f600")
# A server that refuses some length refuses longer ones as well, so a few lengths are enough.
_LENGTHS = (1, 2, 255, 256, 4096, 65_536)
_MANY = 1000
"""A limit of so many properties of an object, or of more, is not tried."""
_AROUND: tuple[Callable[[Any], Any], ...] = (lambda value: [value], lambda value: {"en": value})
"""What makes an array or an object of a value that should be neither, such as the name of an audience that exists."""
_IN_TARGET = 2048
"""The most characters of a query parameter, so that the request line has less than 4 KiB: some servers take no more."""


def cases(smallest: Draft, fullest: Draft, names: Names) -> Iterator[list[Case]]:
    """The cases for each place, those of one kind of change in one list."""
    full = fullest
    for place in places(smallest.operation):
        # No valid value is known for a parameter that was left out of the full draft, but none may make a server fail.
        is_left_out = full.value(place) is None and place.kind == "query"
        fullest = full.put(place, names.usual(place, smallest=False)) if is_left_out else full
        right = fullest.value(place)
        if right is None:
            continue
        # Another parameter may have a value of which nobody knows whether it is right.
        alone = smallest.put(place, right) if place.kind == "query" else fullest
        sent = smallest if smallest.value(place) is not None else alone
        secret = names.target.is_secret(f"{place.kind} {place.name}")
        fixed = names.is_given(smallest.operation, place)
        if place.kind != "path":
            yield [Case(base, puts(place, ...)) for base in (smallest, fullest) if base.value(place) is not None]
        if not secret and not (fixed and place.kind in ("path", "body")):
            values = list(_wrong(place, right, fullest))
            if place.kind in ("header", "cookie"):
                # No header can carry other texts.
                values = [text for text in map(str, values) if is_header(text)]
            yield [Case(sent, puts(place, value), advice=spelling(place, value)) for value in values]
            inside = [change for change in _AROUND if _breaks(place, change(right)) and fullest.is_json]
            yield [Case(sent, _named(place, change)) for change in inside if place.kind == "body"]
        # An id that the caller chooses keeps the run's mark in it, so that it is nobody's.
        is_chosen = place.kind == "path" and place.name == chosen(smallest.operation)
        ends = (*_FOREIGN, *" .@", "x" * (1 + place.says("maxLength", 0))) if is_chosen else ()
        yield [Case(sent, _framed(place, "", end)) for end in ends if _breaks(place, f"{right}{end}")]
        if fixed and place.kind == "header" and not secret:
            yield [Case(smallest, puts(place, "contract-check-nobody"))]
        if isinstance(right, list) and right:
            name = place.name or "the body"
            sizes = _sizes(place, right)
            sized = [Case(sent, puts(place, each), label=f"{len(each)} items in {name}") for each in sizes]
            yield [Case(sent, puts(place, right[:1] * 2), label=f"the same item twice in {name}"), *sized]
            yield [Case(sent, change) for change in _of_items(place, right, fullest)]
        yield [*_others(sent, place)] if place.kind == "body" else []
        if place.is_file:
            yield [
                Case(sent, puts(place, File(*file[1:4])), label=file[0], advice="form.part" if ";" in file[2] else "")
                for file in names.provider.files()
            ]
        if place.is_file and not place.name:
            yield [Case(sent, puts(place, File("", "", bytes(range(256)))), label="every byte")]
        if place.is_text and not fixed and place.kind not in ("header", "cookie"):
            yield [Case(fullest, _stretched(place, length)) for length in _lengths(place, names, fullest)]
            yield [Case(fullest, change) for change in _letters(place, names)]
        if place.required and place.name and not secret:
            kinds = (_elsewhere(place, smallest), _renamed(place, smallest), _respelled(place, smallest))
            yield from ([Case(smallest, change, advice=rule) for change, rule in moves] for moves in kinds)
    yield _of_page(smallest, names)
    yield [*_others(smallest, Place("body", "", smallest.operation.body))] if smallest.is_json else []
    facts = facts_of(smallest.operation)
    if (not facts.creates or facts.source) and smallest.operation.response(404):
        yield [Case(smallest, as_it_is, absent=True)]


def _others(draft: Draft, place: Place) -> Iterator[Case]:
    """Each alternative of a place but the first; of an object also without each required property, and with wrong
    values of each. The place without a name is the whole body.
    """
    kinds = schema.alternatives(place.schema)[1:] if place.schema else ()
    for kind in (each for each in kinds if not each.plain("x-not-sent")):
        made, known = without_read_only(kind, sample(kind)), schema.properties(kind)
        if isinstance(made, dict):
            made = {name: each for name, each in made.items() if name in known}
        base = draft.put(place, made) if place.name else replace(draft, values={**draft.values, "body": made})
        yield Case(base, as_it_is)
        for name, right in made.items() if isinstance(made, dict) else ():
            below = Place("body", f"{place.name}/{name}".removeprefix("/"), known[name])
            if name in schema.required(kind):
                yield Case(base, puts(below, ...))
            yield from (Case(base, puts(below, each)) for each in _misfits(below, right, base) if _breaks(below, each))


def _of_page(smallest: Draft, names: Names) -> list[Case]:
    """The page's own sample, with an audience of the run in it.

    Only for a provider that identifies audiences by name: another one's sample may be about somebody's audience.
    """
    if not names.provider.is_by_name or not smallest.is_json:
        return []
    if not (said := smallest.operation.node["requestBody"]["content"][smallest.media].get("example")):
        return []
    draft = names.about(replace(smallest, values={**smallest.values, "body": said.value}))
    return [Case(draft, as_it_is, label="the page's sample")]


def _wrong(place: Place, right: Any, draft: Draft) -> Iterator[Any]:
    """Values of other types, at and beyond limits, and values that are nearly those of an enum."""
    assert place.schema
    choices = [str(choice) for choice in place.says("enum", [])]
    if "/" in str(right) and choices:
        yield from _media_types(str(right))
    elif choices:
        near = dict.fromkeys(text for choice in (choices[0], choices[-1]) for text in _near(choice))
        yield from ("contract_check", *choices, ",".join(choices), "0", "1", "null")
        # How else a number may be spelt, such as 00, OpenAPI leaves open.
        yield from (text for text in near if _breaks(place, schema.from_text(place.schema, text)))
    if place.kind == "body" and draft.is_json:
        others: list[Any] = [None, 7, True, 0, 1.5, "7", "true", [], {}, str(right)]
        others += [[None]] if isinstance(right, list) else []
        yield from (value for value in others if _breaks(place, value))
        yield from [None] if place.says("nullable") or "null" in schema.types(place.schema) else []
        # An object with an undocumented property, if the schema forbids those.
        extra = place.schema.get("additionalProperties")
        each = sample(extra) if extra and isinstance(extra.value, dict) else 1
        more = {"contract_check": each if place.says("propertyNames") else 1}
        known = {**right, **more} if isinstance(right, dict) else right
        yield from [known] if _breaks(place, known) else []
        most_keys = place.says("maxProperties", _MANY)
        if isinstance(right, dict) and most_keys < _MANY:
            yield from ({f"check{'x' * number}": each for number in range(size)} for size in (most_keys, most_keys + 1))
    elif not place.is_text and not choices and not place.is_file:
        # How else a number may be spelt, such as 1e2, OpenAPI leaves open.
        yield from ("x", "1.5", "-1", "", "true", "false")
        if "integer" in schema.types(place.schema):
            yield from ("1", "1\n", " 1 ", "1\u200b", "\u0661")
    for minimum, maximum in (("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum")):
        limits = [limit for limit in (place.says(minimum), place.says(maximum)) if isinstance(limit, int | float)]
        yield from (limit + step for limit in limits for step in (-1, 0, 1))
    if step := place.says("multipleOf"):
        yield from (step, step * 1.5, step + 1)


def _of_items(place: Place, right: list[Any], draft: Draft) -> Iterator[Change]:
    """Arrays of which one item, which is no object, has another type or is beyond a limit."""
    assert place.schema
    for at, kind in enumerate(place.schema.get("prefixItems") or [place.schema.get("items")]):
        if kind and not isinstance(right[at], dict):
            item = replace(place, schema=kind)
            for value in _misfits(item, right[at], draft):
                # A server may decode a query before it looks for what is between the items.
                if place.kind == "body" or not re.search("[, |]", str(value)):
                    yield puts(place, [*right[:at], value, *right[at + 1 :]])


def _misfits(place: Place, right: Any, draft: Draft) -> Iterator[Any]:
    """Values of other types, and at and beyond limits, texts and arrays among them."""
    yield from _wrong(place, right, draft)
    yield from _sizes(place, right) if isinstance(right, list) and right else ()
    sizes = place.says("minLength", 0) - 1, place.says("maxLength", -2) + 1
    yield from ("x" * size for size in sizes if size >= 0)


def _sizes(place: Place, right: list[Any]) -> Iterator[list[Any]]:
    """Arrays with the fewest and the most items allowed, and one item less or more; all different if possible."""
    # The items of a tuple that allows no more are counted by `prefixItems`.
    tuple_of = len(place.says("prefixItems", ())) if place.says("items") is False else 0
    least, most = place.says("minItems", 0), place.says("maxItems", tuple_of)
    sizes = {least - 1, least, most, most + 1 if most else 2}
    items = place.schema.get("items") if place.schema else None
    kinds, choices = (schema.properties(items), items.plain("enum", [])) if items else ({}, [])
    free = [name for name, kind in kinds.items() if "string" in schema.types(kind) and not kind.get("enum")]
    for size in sorted(size for size in sizes if 0 <= size <= 20_000):
        if isinstance(right[0], dict) and free:
            yield [{**right[0], free[0]: f"{right[0].get(free[0], '')}{number}"} for number in range(size)]
        else:
            yield [*choices, *right * size][:size]


def _breaks(place: Place, value: Any) -> bool:
    return any(schema.check(place.schema, value, "")) if place.schema else False


def _near(choice: str) -> list[str]:
    ends = ("\n", "\u200b", " ", "s", "x", "0")
    cut = [choice[:-1], choice.upper(), choice.title(), f" {choice}", choice.replace("_", "-"), choice.replace("_", "")]
    return [text for text in (*(f"{choice}{end}" for end in ends), *cut, "") if text != choice]


def _media_types(right: str) -> list[str]:
    essence, kind = right.partition(";")[0], right.partition("/")[0]
    return [
        *("*/*", f"{kind}/json", f"{kind}/*", essence, f"{essence}x; version=2", f"{right}x", ""),
        *(f"{essence}; version={version}" for version in ("1", "3", "20", "")),
        *(re.sub(r"vnd\.\w+", "vnd.contractcheck", right), "text/html"),
    ]


def _lengths(place: Place, names: Names, draft: Draft) -> Iterator[int]:
    most, least = place.says("maxLength"), place.says("minLength")
    limits = [most + 1, most, most - 1, 2 * most, 4 * most] if most else []
    limits += [least - 1, least] if least else []
    shortest = len(str(draft.value(place))) if names.is_name(place) else 0
    facts = facts_of(draft.operation)
    # A name of that length would need an audience of its own.
    usual = () if names.is_name(place) else (64,)
    for length in dict.fromkeys((*limits, 0, *usual, *_LENGTHS)):
        # An audience whose name is too short for the mark would stay at a real provider, with no sign of its origin.
        is_free = facts.reads or (facts.creates and (names.target.is_local or not length))
        marked = length >= shortest or is_free
        if marked and (place.kind == "body" or length <= _IN_TARGET):
            yield length


def _stretched(place: Place, length: int) -> Change:
    """The change of a text to so many characters: the text with x after it, or, if that is shorter, a piece of it."""

    def stretched(name: str) -> str:
        return name.ljust(length, "x") if length > len(name) else re.sub(r"\W", "", name)[::-1][:length]

    return _named(place, stretched)


def _letters(place: Place, names: Names) -> Iterator[Change]:
    """Changes to letters that are allowed, and to others; the audience's name stays in the text at its own place."""
    pattern = place.says("pattern")
    if not names.is_name(place):
        found = [f"check{end}" for end in (*_FOREIGN, *" /.@")] if pattern else TEXTS
        yield from (puts(place, text) for text in found)
        yield from (puts(place, letter * 255) for letter in "語\U0001f600" if not pattern)
        return
    yield _named(place, names.digits)
    yield from (_framed(place, "", f"{letter}a") for letter in "./@+: " if pattern and not re.search(pattern, letter))
    yield _named(place, lambda name: f"1e{names.digits(name)}")
    # Names that differ only in case are two names.
    name = names.new()
    yield from (puts(place, f"{name}{end}") for end in ("aB", "Ab"))
    if not pattern:
        yield from (_framed(place, start, end) for start, end in (("  ", "  "), ('"', '"'), ("_", "-")))
        yield from (_framed(place, "", f" {text}") for text in TEXTS)
        return
    allowed = [letter for letter in string.printable[:95] if re.search(str(pattern), letter)]
    forbidden = sorted({*string.printable[:95]} - {*allowed}, key=lambda letter: (" /.@".find(letter) % 9, letter))
    sorts = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)
    for found in ([letter for letter in allowed if letter in sort] for sort in sorts):
        for letter in dict.fromkeys((*found[:1], *found[-1:])):
            yield _framed(place, letter, "")
            yield _framed(place, "", letter * 2)
    yield _framed(place, "", "".join(allowed))
    yield from (_framed(place, "", f"{letter}{end}") for letter in _FOREIGN for end in ("", "a"))
    yield from (_framed(place, "", f"{letter}{'a' * (number % 2)}") for number, letter in enumerate(forbidden))


def _named(place: Place, change: Callable[[Any], Any]) -> Change:
    """The change that applies a function to the value of a place."""
    return lambda draft: draft.put(place, change(draft.value(place)))


def _framed(place: Place, start: str, end: str) -> Change:
    """The change that puts a text before the value of a place, and another one after it."""
    return _named(place, lambda name: f"{start}{name}{end}")


def _elsewhere(place: Place, draft: Draft) -> Iterator[tuple[Change, str]]:
    """Changes that move a required value to where it does not belong."""
    if place.kind == "path" or place.is_file or "/" in place.name:
        return
    other = f"X-{re.sub(r'[^-0-9A-Za-z_]', '', place.name)}"
    near = f"{place.name.rpartition('-')[0]}-id" if place.kind == "header" else other
    for kind, found in (
        ("query", [place.name, near] if place.kind != "query" else []),
        ("header", [near, other]),
        ("body", [place.name] if draft.media and place.kind != "body" else []),
    ):
        if found:
            yield _moved(place, [Place(kind, name) for name in dict.fromkeys(found)]), ""


def _moved(place: Place, others: list[Place]) -> Change:
    def change(draft: Draft) -> Draft:
        value, moved = draft.value(place), draft.put(place, ...)
        for other in others:
            moved = moved.put(other, value if isinstance(value, str) or other.kind == "body" else str(value))
        return moved

    return change


def spelling(place: Place, value: Any) -> str:
    """The rule of advice that is broken by a server which takes a wrong value for a right one of another spelling."""
    if place.kind != "query" or not place.schema or not isinstance(value, str):
        return ""
    plain = str(int(value)) if value.strip().isdecimal() else value.strip().lower()
    is_right = plain != value and not _breaks(place, schema.from_text(place.schema, plain))
    return ("http.number" if plain.isdecimal() else "http.query") if is_right else ""


def _renamed(place: Place, draft: Draft) -> Iterator[tuple[Change, str]]:
    """Changes that move a right value to a similar name; only a header's name may be written in another case.

    Of a name that differs only in case or white space, the rule of advice is told that makes it another one.
    """
    if place.kind == "path":
        return
    if place.kind == "header":
        yield from ((_moved(place, [Place("header", name)]), "") for name in (place.name.lower(), place.name.upper()))
        return
    above, slash, own = place.name.rpartition("/")
    rule = "json.names" if draft.is_json else "form.part" if draft.media == PARTS else ""
    near = dict.fromkeys((own.upper(), own.title(), f"{own} "), "http.query" if place.kind == "query" else rule)
    others = (f"{own}s", f"{own}[]", own.rpartition("_")[2], *(["file"] if place.is_file else []))
    for name, advice in (near | dict.fromkeys(others, "")).items():
        if name != own:
            yield _moved(place, [Place(place.kind, f"{above}{slash}{name}")]), advice


def _respelled(place: Place, draft: Draft) -> Iterator[tuple[Change, str]]:
    """Changes of spelling: percent codes in a query, a parameter without a value, a part that is not UTF-8."""

    def query(of: Callable[[str], str]) -> Change:
        def change(draft: Draft) -> Any:
            others = draft.put(place, ...).request().target.partition("?")[2]
            return draft.request(query="&".join(filter(None, (others, of(str(draft.value(place)))))))

        return change

    if place.kind == "query":
        name = place.name
        yield query(lambda value: f"{name}={''.join(f'%{byte:02x}' for byte in value.encode())}"), "http.query"
        yield query(lambda value: f"%{ord(name[0]):02X}{name[1:]}={quote(value)}"), "http.query"
        yield query(lambda _: name), ""
        yield query(lambda _: f"{name}="), ""
    if place.kind == "body" and draft.media == PARTS and not place.is_file:
        yield puts(place, b"caf\xe9"), ""
