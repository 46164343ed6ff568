"""Anybody admitted, or the right one refused: at each credential of an operation."""

from collections.abc import Callable, Iterator
from functools import partial

from ..messages import Request, Response
from ..mock import credentials
from ..mock.provider import load
from ..security import header as header_of
from ..security import start
from ..spec import Operation
from .acts import header, takes_as
from .fault import Change, Fault, Turn
from .places import Place, credential, places, schemes

_RIGHT = {"client_id": credentials.CLIENT_ID, "client_secret": credentials.CLIENT_SECRET}


def _begins(said: str, right: str) -> bool:
    return len(said) > 3 and right.startswith(said)


_WRONG: tuple[tuple[str, str, Callable[[str], str], Callable[[str, str], object]], ...] = (
    ("any", "Any {} is admitted.", lambda _: "whatever", lambda said, _: said),
    ("empty", "An empty {} is admitted.", lambda _: "", lambda said, _: not said),
    ("case", "{} is compared without regard to case.", str.upper, lambda said, right: said.lower() == right),
    ("prefix", "The beginning of {} is admitted.", lambda right: right[:-1], _begins),
    ("longer", "What begins with the right {} is admitted.", lambda r: f"{r}s", str.startswith),
    ("quoted", "{} is admitted in quotes.", lambda right: f'"{right}"', lambda said, right: said.strip('"') == right),
    ("trimmed", "White space around {} is overlooked.", lambda r: f" {r}", lambda said, right: said.strip() == right),
    ("web-token", "Any {} with two dots is admitted.", lambda _: "eyJh.e30.AAAA", lambda said, _: said.count(".") == 2),
)
"""Word, sentence, what makes a wrong credential of the right one, and what says whether a wrong one is taken."""


def faults(operation: Operation) -> Iterator[Fault]:
    """The faults of an operation."""
    right_ones = {
        Place(operation, "header", header_of(scheme), scheme, scheme.pointer): start(scheme)
        + (credentials.TOKEN if scheme.value["type"] == "http" else credentials.API_KEY)
        for scheme in schemes(operation)
    }
    for place, right in right_ones.items():
        yield from _wrong(place, right)
        yield from _elsewhere(place, right)
        before, _, secret = right.rpartition(" ")
        if before:
            sentence = "The right credential is admitted under another scheme."
            act = takes_as(place.puts(right), partial(_ends, place.name, f" {secret}"))
            yield Fault("auth-any-scheme", sentence, (place.pointer,), act, show=(place.puts(f"Other {secret}"),))
    for place in places(operation):
        if f"body {place.name}" in load(operation.spec.key).settings and place.name in _RIGHT:
            yield from _wrong(place, _RIGHT[place.name])
    if right_ones:
        yield from _after(operation, right_ones)


def _ends(name: str, end: str, turn: Turn) -> bool:
    return turn.header(name).endswith(end)


def _word(place: Place) -> str:
    return "auth" if place.name == "Authorization" else place.word


def _wrong(place: Place, right: str) -> Iterator[Fault]:
    start, _, secret = right.rpartition(" ")

    def is_taken(when: Callable[[str, str], object], turn: Turn) -> bool:
        found = place.values(turn.request)
        said = found[0].removeprefix(start).removeprefix(" " if start else "") if len(found) == 1 else secret
        return said != secret and bool(when(said, secret))

    for kind, sentence, wrong, when in _WRONG:
        value = f"{start} {wrong(secret)}".strip() if start else wrong(secret)
        # A header has no white space at its ends and some value, and two spaces after a scheme are one.
        if place.holds(value) and "  " not in value:
            act = takes_as(place.puts(right), partial(is_taken, when))
            said = sentence.format(f"`{place.name}`")
            yield Fault(f"{_word(place)}-{kind}", said, (place.pointer,), act, show=(place.puts(value),))


def _elsewhere(place: Place, right: str) -> Iterator[Fault]:
    name, secret = _word(place), right.rpartition(" ")[2]
    missing = takes_as(place.puts(right), lambda turn: not place.values(turn.request))
    yield Fault(
        f"{name}-optional", f"A request without {place.name} is admitted.", (place.pointer,), missing, show=(place.put,)
    )
    for word, kind, key, value in (
        ("in-cookie", "header", "cookie", f"token={secret}"),
        ("in-other-header", "header", "x-auth-token", secret),
        ("in-query", "query", "access_token", secret),
    ):
        other = Place(place.operation, kind, key, place.schema, place.pointer)

        act = takes_as(place.puts(right), partial(_is_moved, place, other, value))
        show = (partial(_moved, place, other, value),)
        sentence = f"The credential of {place.name} is admitted as `{key}` ({kind})."
        yield Fault(f"{name}-{word}", sentence, (place.pointer,), act, show=show)


def _is_moved(place: Place, other: Place, value: str, turn: Turn) -> bool:
    return not place.values(turn.request) and any(value in each for each in other.values(turn.request))


def _moved(place: Place, other: Place, value: str, request: Request) -> Request:
    return other.put(place.put(request), value)


def _after(operation: Operation, right_ones: dict[Place, str]) -> Iterator[Fault]:
    """Faults that admit a request after the right one, or that repeats it, or that has a single right credential."""
    assert operation.security
    evidence, name = (operation.security.pointer,), credential(operation)
    anonymous = header(name)

    def admit(request: Request) -> Request:
        for place, right in right_ones.items():
            request = place.put(request, right)
        return request

    def after(turn: Turn) -> Response:
        again = turn.memory.pop("known", False) and not turn.header(name)
        answer = turn.answer(admit(turn.request) if again else None)
        turn.memory["known"] = answer.status < 300 and not again
        return answer

    def cached(turn: Turn) -> Response:
        answer, asked = turn.answer(), anonymous(turn.request)
        if answer.status < 300:
            turn.memory["asked"], turn.memory["answer"] = asked, answer
        repeated = answer.status in (401, 403) and turn.memory.get("asked") == asked
        return turn.memory["answer"] if repeated else answer

    show: tuple[Change, ...] = (lambda request: request, anonymous)
    yield Fault("auth-after-success", "Who comes right after the right one is admitted.", evidence, after, show=show)
    yield Fault("auth-cached", "Who asks for the same is answered as the right one.", evidence, cached, show=show)
    if len(right_ones) > 1:
        one = takes_as(admit, lambda turn: any(place.values(turn.request) == [v] for place, v in right_ones.items()))
        other = (header(name, "other"),)
        yield Fault("one-credential", "One right credential is enough.", evidence, one, show=other)
