"""Requests that are made on purpose: a case is what one changes in a right request."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..facts import facts_of
from ..messages import Request
from ..security import place as place_of
from .draft import Draft
from .names import Names
from .places import Place, places
from .send import PLAIN, Wire

Change = Callable[[Draft], Draft | Request]
AGAIN = "right credentials after wrong ones"
"""A valid request with nothing special about it but what was sent before."""


@dataclass(frozen=True)
class Case:
    """A `change` of a right request, how that is sent, and a few words on it ("" for what the request itself tells).

    With `absent`, it is about an audience that never was there; one that `is_incomplete` lacks what is required.
    """

    base: Draft
    change: Change
    wire: Wire = PLAIN
    label: str = ""
    absent: bool = False
    is_incomplete: bool = False

    def request(self, draft: Draft) -> Request:
        """The request, made of a right one."""
        found = self.change(draft)
        return found if isinstance(found, Request) else found.request()


def as_it_is(draft: Draft) -> Draft:
    """No change."""
    return draft


def puts(place: Place, value: Any) -> Change:
    """The change that puts a value at a place; `...` leaves it out."""
    return lambda draft: draft.put(place, value)


def puts_header(name: str, value: Any) -> Change:
    """The change of a header."""
    return lambda draft: draft.put_header(name, value)


def asks(method: str, *headers: tuple[str, str], body: bool = True) -> Change:
    """The change to another method, maybe with more headers, or without what a body has."""

    def change(draft: Draft) -> Request:
        request = draft.request()
        kept = [pair for pair in request.headers if body or pair[0].lower() != "content-type"]
        return replace(request, method=method, headers=(*kept, *headers), body=request.body if body else b"")

    return change


def opening(least: Draft, most: Draft, names: Names) -> Iterator[Case]:
    """What tells whether a server can be judged: the least that is allowed, and the most; and what must not succeed."""
    secrets = [Place(*place_of(scheme)) for scheme in names.target.schemes_of(least.operation)]
    asked = [place for place in places(least.operation) if place.kind == "query" and place.required]
    lacking = [*(Place("body", name) for name in least.fields), *asked]
    missing = [Case(least, puts(place, ...), is_incomplete=True) for place in lacking]
    for number, draft in enumerate((least, most)):
        yield Case(draft, as_it_is)
        yield from missing[:1] if number == 0 else ()
        if secrets:
            yield Case(draft, _without(secrets))
        if number == 0 and least.media:
            yield Case(least, lambda draft: draft.request(b""))
    others = [method for method in ("PUT", "POST") if method not in names.target.spec.methods(least.operation.path)]
    yield from (Case(least, asks(method)) for method in others[:1])
    yield from missing[1:]
    yield Case(least, lambda draft: replace(draft, values={**draft.values, "header": {}}))


def _without(secrets: list[Place]) -> Change:
    def change(draft: Draft) -> Draft:
        for place in secrets:
            draft = draft.put(place, ...)
        return draft

    return change


def forbidden(least: Draft) -> Iterator[Case]:
    """What breaks a rule in words."""
    for name, value in facts_of(least.operation).forbidden.items():
        yield Case(least, puts(Place("body", name), value))


def methods(least: Draft, names: Names) -> Iterator[Case]:
    """Every other method on the operation's path, with the body, or what stands for it, and without."""
    documented = names.target.spec.methods(least.operation.path)
    # Whoever has GET has HEAD (RFC 9110, 9.1).
    known = {*documented, *(("HEAD",) if "GET" in documented else ())}
    others = [method for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "POST") if method not in known]
    yield from (Case(least, asks(method)) for method in others)
    override = ("X-HTTP-Method-Override", least.operation.method)
    yield from (Case(least, asks(method, override)) for method in others[:1])
    if least.media:
        yield from (Case(least, asks(method, body=False)) for method in others if method != "HEAD")
