"""Anybody admitted, or the right one refused: at each credential of an operation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from ..messages import Request, Response
from ..mock import credentials
from ..mock.provider import load
from ..security import bearer
from ..security import header as header_of
from ..spec import Operation
from .acts import header, refuses, takes_as
from .fault import Fault, Turn
from .places import Place, places

_RIGHT = {"client_id": credentials.CLIENT_ID, "client_secret": credentials.CLIENT_SECRET}
_WRONG: tuple[tuple[str, str, Callable[[str], str], Callable[[str, str], object]], ...] = (
    ("any", "Any {} is admitted.", lambda _: "whatever", lambda said, _: bool(said)),
    ("empty", "An empty {} is admitted.", lambda _: "", lambda said, _: not said),
    ("case", "{} is compared without regard to case.", str.upper, lambda said, right: said.lower() == right),
    (
        "prefix",
        "A {} is admitted that begins the right one.",
        lambda r: r[:-1],
        lambda s, r: len(s) > 3 and r.startswith(s),
    ),
    ("longer", "A {} is admitted that begins with the right one.", lambda r: f"{r}s", lambda s, r: s.startswith(r)),
    ("quoted", "{} is admitted in quotes.", lambda r: f'"{r}"', lambda s, r: s.strip('"') == r),
    (
        "web-token",
        "Any JSON Web Token is admitted as {}.",
        lambda _: "eyJhbGciOiJub25lIn0.e30.AAAA",
        lambda said, _: said.count(".") == 2 and said.startswith("eyJ"),
    ),
)
"""Word, sentence, a wrong credential made of the right one, and when one is taken that is not the right one."""


def faults(operation: Operation) -> Iterator[Fault]:
    """An operation's."""
    components = operation.spec.node.get("components")
    schemes = list((operation.security and components and components.get("securitySchemes")) or ())
    for scheme in schemes:
        is_bearer = scheme.value["type"] == "http"
        right = credentials.TOKEN if is_bearer else credentials.API_KEY
        yield from _header(header_of(scheme), right, scheme.pointer, "Bearer " if is_bearer else "")
        if is_bearer:
            yield from _bearer(scheme.pointer)
    if len(schemes) > 1 and operation.security:
        right_ones = {header_of(scheme): scheme for scheme in schemes}
        yield _one_is_enough(operation.security.pointer, list(right_ones))
    settings = load(operation.spec.key).settings
    for place in places(operation):
        if f"body {place.name}" in settings and place.name in _RIGHT:
            yield from _field(place, _RIGHT[place.name])
    yield from _after(operation)


def _header(name: str, right: str, rule: str, start: str) -> Iterator[Fault]:
    admit = header(name, start + right)
    word = "auth" if start else name.lower()

    def said(turn: Turn) -> str:
        return bearer(turn.header(name)) if start else turn.header(name)

    yield Fault(
        f"{word}-optional",
        f"A request without {name} is admitted.",
        (rule,),
        takes_as(admit, lambda turn: not turn.header(name)),
        show=(header(name),),
    )
    for kind, sentence, wrong, when in _WRONG:
        values = (f"{start}{wrong(right)}".strip(" "),)

        def is_taken(turn: Turn, when: Any = when) -> bool:
            return bool(turn.header(name)) and said(turn) != right and bool(when(said(turn), right))

        # A header without a value is one that is not there.
        if start or wrong(right):
            yield Fault(
                f"{word}-{kind}",
                sentence.format(f"`{name}`"),
                (rule,),
                takes_as(admit, is_taken),
                show=(header(name, *values),),
            )
    for kind, other, value in (("in-cookie", "cookie", f"token={right}"), ("in-other-header", "x-auth-token", right)):
        yield Fault(
            f"{word}-{kind}",
            f"The credential of {name} is admitted in the header `{other}`.",
            (rule,),
            takes_as(admit, partial(_is_elsewhere, name, other, value)),
            show=(partial(_elsewhere, name, other, value),),
        )
    asked = f"access_token={right}"

    def without(request: Request) -> Request:
        path, _, query = request.target.partition("?")
        kept = "&".join(pair for pair in query.split("&") if pair and pair != asked)
        return admit(replace(request, target=f"{path}?{kept}" if kept else path))

    def with_query(request: Request) -> Request:
        mark = "&" if "?" in request.target else "?"
        return header(name)(replace(request, target=f"{request.target}{mark}{asked}"))

    yield Fault(
        f"{word}-in-query",
        f"The credential of {name} is admitted as the query parameter `access_token`.",
        (rule, "RFC 6750, 5.3"),
        takes_as(without, lambda turn: not turn.header(name) and asked in turn.request.target),
        show=(with_query,),
    )


def _is_elsewhere(name: str, other: str, value: str, turn: Turn) -> bool:
    return not turn.header(name) and value in turn.header(other)


def _elsewhere(name: str, other: str, value: str, request: Request) -> Request:
    return header(other, value)(header(name)(request))


def _bearer(rule: str) -> Iterator[Fault]:
    right, admit = credentials.TOKEN, header("Authorization", f"Bearer {credentials.TOKEN}")
    yield Fault(
        "auth-any-scheme",
        "The right token is admitted under another scheme, such as Basic.",
        (f"{rule}/scheme", "RFC 9110, 11.4"),
        takes_as(admit, lambda turn: turn.header("authorization").partition(" ")[2] == right),
        show=(header("Authorization", f"Basic {right}"),),
    )
    for word, said, value, when in (
        ("scheme-case", "The scheme is refused in lower case.", f"bearer {right}", lambda v: v.startswith("bearer")),
        ("scheme-capitals", "The scheme is refused in capitals.", f"BEARER {right}", lambda v: v.startswith("BEARER")),
        ("spaces", "A token is refused after two spaces.", f"Bearer  {right}", lambda value: "  " in value),
    ):
        yield Fault(
            f"auth-{word}",
            said,
            ("RFC 9110, 11.4",),
            refuses(partial(_is_said, when), 401),
            show=(header("Authorization", value),),
        )


def _is_said(when: Callable[[str], object], turn: Turn) -> object:
    return when(turn.header("authorization"))


def _one_is_enough(rule: str, names: list[str]) -> Fault:
    values = {name: f"Bearer {credentials.TOKEN}" if name == "Authorization" else credentials.API_KEY for name in names}

    def admit(request: Request) -> Request:
        for name, value in values.items():
            request = header(name, value)(request)
        return request

    return Fault(
        "one-credential",
        "One right credential is enough.",
        (rule,),
        takes_as(admit, lambda turn: any(turn.header(name) == value for name, value in values.items())),
        show=(header(names[0], "other"),),
    )


def _field(place: Place, right: str) -> Iterator[Fault]:
    for kind, sentence, wrong, when in (
        *_WRONG,
        ("trimmed", "White space around {} is overlooked.", lambda r: f" {r}", lambda said, r: said.strip() == r),
    ):

        def is_taken(turn: Turn, when: Any = when) -> bool:
            values = place.values(turn.request)
            return len(values) == 1 and values[0] != right and bool(when(values[0], right))

        yield Fault(
            f"{place.word}-{kind}",
            sentence.format(f"`{place.name}`"),
            (place.pointer, "RFC 6749, 3.2.1"),
            takes_as(place.puts(right), is_taken),
            show=(place.puts(wrong(right)),),
        )


def _after(operation: Operation) -> Iterator[Fault]:
    """Whoever comes after the right one is admitted, or whoever asks for the same."""
    if not operation.security:
        return
    evidence = (operation.security.pointer,)
    anonymous = header("Authorization")

    def after(turn: Turn) -> Response:
        again = turn.memory.pop("known", False) and not turn.header("authorization")
        answer = turn.answer(header("Authorization", f"Bearer {credentials.TOKEN}")(turn.request) if again else None)
        turn.memory["known"] = answer.status < 300 and not again
        return answer

    def cached(turn: Turn) -> Response:
        answer, asked = turn.answer(), anonymous(turn.request)
        if answer.status < 300:
            turn.memory["asked"], turn.memory["answer"] = asked, answer
        repeated = answer.status in (401, 403) and turn.memory.get("asked") == asked
        return turn.memory["answer"] if repeated else answer

    show = (lambda request: request, anonymous)
    yield Fault("auth-after-success", "Who comes right after the right one is admitted.", evidence, after, show=show)
    yield Fault("auth-cached", "Who asks for the same is answered as the right one.", evidence, cached, show=show)
