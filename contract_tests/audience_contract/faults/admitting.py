"""Anybody admitted: at each credential of an operation, which is a place where a single value is right."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from ..messages import Request, Response
from ..mock import credentials
from ..mock.provider import load
from ..security import header as header_of
from ..security import start
from ..spec import Document, Node, Operation
from .acts import header, takes_as
from .fault import Fault, Turn, as_is
from .overlooking import as_before, lacks, moved, read
from .places import Place, credential, places, schemes

_RIGHT = {"client_id": credentials.CLIENT_ID, "client_secret": credentials.CLIENT_SECRET}
_READINGS: tuple[tuple[str, str, Callable[[str], str], Callable[[str, Any], Any]], ...] = (
    ("any", "whatever it is", lambda _: "whatever", lambda right, said: said and right),
    ("empty", "empty", lambda _: "", lambda right, said: said or right),
    ("case", "in any case", str.upper, lambda _, said: said.lower()),
    ("prefix", "without its end", lambda right: right[:-1], lambda r, s: r if r.startswith(s) and s[3:] else s),
    ("longer", "with more after it", lambda right: f"{right}s", lambda right, said: said[: len(right)]),
    ("quoted", "in quotes", lambda right: f'"{right}"', lambda _, said: said.strip('"')),
    ("trimmed", "with white space around it", lambda right: f" {right}", lambda _, said: said.strip()),
    ("web-token", "with two dots in it", lambda _: "eyJh.e30.AAAA", lambda right, s: right if s.count(".") == 2 else s),
)
"""As in `overlooking`, but what reads a value is also given the right one."""


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
    for place in places(operation):
        if f"body {place.name}" in load(operation.spec.key).settings and place.name in _RIGHT:
            yield from _read(replace(place, schema=_only(_RIGHT[place.name])))
    headers = [_place(operation, scheme) for scheme in schemes(operation)]
    for place in headers:
        yield from _read(place)
        missing = takes_as(place.puts(place.sample), partial(lacks, place))
        said = f"A request without {place.name} is admitted."
        yield Fault(f"{place.word}-optional", said, (place.pointer,), missing, show=(place.put,))
        for word, kind, name in (
            ("in-cookie", "cookie", "token"),
            ("in-other-header", "header", "x-auth-token"),
            ("in-query", "query", "access_token"),
        ):
            yield moved(place, replace(place, kind=kind, name=name, start=""), word, f"as `{name}` ({kind})")
        if place.start:
            yield _under_any_scheme(place)
    if headers:
        yield from _after(operation, headers)


def _place(operation: Operation, scheme: Node) -> Place:
    at, right = scheme.pointer, credentials.TOKEN if scheme.value["type"] == "http" else credentials.API_KEY
    return Place(operation, "header", header_of(scheme), _only(right), at, at, start(scheme))


def _only(right: str) -> Node:
    """A schema that allows nothing but the right credential."""
    return Document({"openapi": "3.1.0", "type": "string", "enum": [right]}).node


def _read(place: Place) -> Iterator[Fault]:
    right = place.sample
    for word, said, wrong, reading in _READINGS:
        if place.holds(wrong(right)):
            sentence = f"A `{place.name}` is admitted {said}."
            found = read(place, word, sentence, wrong(right), partial(reading, right))
            yield replace(found, evidence=(place.pointer,))


def _under_any_scheme(place: Place) -> Fault:
    bare, sentence = replace(place, start=""), "The right credential is admitted under another scheme."
    act = takes_as(place.puts(place.sample), lambda turn: turn.header(place.name).endswith(f" {place.sample}"))
    return Fault("auth-any-scheme", sentence, (place.pointer,), act, show=(bare.puts(f"Other {place.sample}"),))


def _after(operation: Operation, headers: list[Place]) -> Iterator[Fault]:
    """Faults that admit a request after the right one, or that repeats it, or that has a single right credential."""
    assert operation.security
    evidence, name = (operation.security.pointer,), credential(operation)
    anonymous = header(name)

    def admit(request: Request) -> Request:
        for place in headers:
            request = place.put(request, place.sample)
        return request

    def after(turn: Turn) -> Response:
        again = turn.memory.pop("known", False) and not turn.header(name)
        answer = turn.answer(admit(turn.request) if again else None)
        turn.memory["known"] = answer.is_success and not again
        return answer

    def same(request: Request, before: Request) -> Request:
        return before if anonymous(before) == anonymous(request) else request

    cached = as_before(same, lambda _: True)
    show = (as_is, anonymous)
    yield Fault("auth-after-success", "Who comes right after the right one is admitted.", evidence, after, show=show)
    yield Fault("auth-cached", "Who asks for the same is answered as the right one.", evidence, cached, show=show)
    if len(headers) > 1:
        one = takes_as(admit, lambda turn: any(place.values(turn.request) == [place.sample] for place in headers))
        other = (header(name, "other"),)
        yield Fault("one-credential", "One right credential is enough.", evidence, one, show=other)
