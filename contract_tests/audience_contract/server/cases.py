"""Cases: each is a valid request with one change."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from ..messages import Request
from ..mock.provider import facts_of
from ..security import place as place_of
from .draft import Draft
from .names import Names
from .places import Place, places
from .send import PLAIN, Wire

Change = Callable[[Draft], Draft | Request]
RIGHT_AFTER_WRONG = "right credentials after wrong ones"
"""The label of a valid request whose only peculiarity is what was sent before it."""


@dataclass(frozen=True)
class Case:
    """A `change` of a valid request, how it goes on the `wire`, and a `label`: what is special about it.

    `advice` is the rule of a case of advice; "" for others. A case with `absent` is about an audience that never
    existed.
    """

    base: Draft
    change: Change
    wire: Wire = PLAIN
    label: str = ""
    advice: str = ""
    absent: bool = False

    def request(self, draft: Draft) -> Request:
        """The request of this case, made from a valid draft."""
        found = self.change(draft)
        return found if isinstance(found, Request) else found.request()


def as_it_is(draft: Draft) -> Draft:
    """No change."""
    return draft


def puts(place: Place, value: Any) -> Change:
    """The change that puts a value at a place; `...` removes the place."""
    return lambda draft: draft.put(place, value)


def puts_all(values: Iterable[tuple[Place, Any]]) -> Change:
    """The change that puts several values, each at its place; `...` removes the place."""
    pairs = [*values]
    return lambda draft: reduce(lambda changed, pair: changed.put(*pair), pairs, draft)


def asks(method: str, *headers: tuple[str, str], body: bool = True) -> Change:
    """The change to another method, with these headers added; without the body and its type if `body` is false."""

    def change(draft: Draft) -> Request:
        request = draft.request()
        kept = [pair for pair in request.headers if body or pair[0].lower() != "content-type"]
        return replace(request, method=method, headers=(*kept, *headers), body=request.body if body else b"")

    return change


def opening(smallest: Draft, fullest: Draft, names: Names) -> Iterator[Case]:
    """Cases that tell whether a server can be judged: the smallest and the fullest valid request, and invalid ones."""
    secrets = [Place(*place_of(scheme)) for scheme in names.target.schemes_of(smallest.operation)]
    asked = [place for place in places(smallest.operation) if place.kind == "query" and place.required]
    lacking = [*(Place("body", name) for name in smallest.fields), *asked]
    missing = [Case(smallest, puts(place, ...)) for place in lacking]
    yield Case(smallest, as_it_is)
    if secrets:  # right after a success: a server may have kept who it was
        yield Case(smallest, puts_all((place, ...) for place in secrets))
    yield from missing[:1]
    if smallest.media:
        yield Case(smallest, lambda draft: draft.request(b""))
    yield Case(fullest, as_it_is)
    others = [method for method in ("PUT", "POST") if method not in names.target.spec.methods(smallest.operation.path)]
    yield from (Case(smallest, asks(method)) for method in others[:1])
    yield from missing[1:]


def forbidden(smallest: Draft) -> Iterator[Case]:
    """Cases that break a rule which stands only in the page's words."""
    for name, value in facts_of(smallest.operation).forbidden.items():
        yield Case(smallest, puts(Place("body", name), value))


def methods(smallest: Draft, names: Names) -> Iterator[Case]:
    """Every undocumented method on the operation's path, with the body and without; one with an override header."""
    documented = names.target.spec.methods(smallest.operation.path)
    # A server that supports GET supports HEAD (RFC 9110, 9.1).
    known = {*documented, *(("HEAD",) if "GET" in documented else ())}
    others = [method for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "POST") if method not in known]
    yield from (Case(smallest, asks(method)) for method in others)
    override = ("X-HTTP-Method-Override", smallest.operation.method)
    yield from (Case(smallest, asks(method, override)) for method in others[:1])
    if smallest.media:
        yield from (Case(smallest, asks(method, body=False)) for method in others if method != "HEAD")
