"""Each credential missing, wrong, elsewhere and in other forms."""

import base64
from collections.abc import Iterator
from dataclasses import replace

from ..messages import Request
from ..security import header, start
from .cases import AGAIN, Case, Change, as_it_is, puts
from .draft import Draft
from .names import Names
from .places import Place


def cases(least: Draft, names: Names) -> Iterator[list[Case]]:
    """Those of each security scheme, and of each credential in a body."""
    target = names.target
    for scheme in target.schemes_of(least.operation):
        place, right = Place("header", header(scheme)), target.settings[f"header {header(scheme)}"]
        is_bearer = scheme.value["type"] == "http"
        values = [f"{start(scheme)}{value}" for value in _wrong(right, target.secrets)]
        values += _of_bearer(right) if is_bearer else []
        changes = [puts(place, ...), *(puts(place, value or " ") for value in values)]
        changes += [*_elsewhere(place, right, start(scheme) + right, least), _broken(place)]
        # After several wrong ones, nothing says that right ones are locked out.
        after = [*(Case(least, puts(place, f"{start(scheme)}nobody")) for _ in range(3)), Case(least, as_it_is)]
        spelled = (f"bearer {right}", f"BEARER {right}", f"Bearer  {right}") if is_bearer else ()
        yield [Case(least, change) for change in changes]
        yield [replace(case, label=AGAIN if case.change is as_it_is else "") for case in after]
        yield [Case(least, puts(place, value)) for value in spelled]
    for name in least.fields:
        if target.is_secret(f"body {name}"):
            place, right = Place("body", name), target.settings[f"body {name}"]
            values = [*_wrong(right, target.secrets), f" {right} "]
            yield [Case(least, puts(place, value)) for value in values]
            yield [Case(least, as_it_is, label=AGAIN)]


def _wrong(right: str, secrets: tuple[str, ...]) -> Iterator[str]:
    yield from ("contract-check-nobody", "", right[:-1], f"{right}x", right.swapcase(), f'"{right}"', right[::-1], "*")
    yield f"{_token('none', '')}"
    yield from (value for value in secrets if value != right)


def _of_bearer(right: str) -> list[str]:
    signed = f"Bearer {_token('HS256', 'c2lnbmF0dXJl')}"
    return [f"Basic {right}", right, f"Token {right}", f"Bearer {right} x", signed]


def _elsewhere(place: Place, right: str, full: str, least: Draft) -> Iterator[Change]:
    """In the query, a cookie, another header, the body."""
    asked = {"access_token": right, "api_key": right, place.name: right}
    for kind, values in (
        ("query", asked),
        ("header", {"Cookie": f"access_token={right}; token={right}"}),
        ("header", {f"X-{place.name.removeprefix('x-')}": full, "X-Auth-Token": right, "X-Token": right}),
        ("body", {"access_token": right} if least.media else {}),
    ):
        if values:
            yield _moved(place, kind, values)


def _moved(place: Place, kind: str, values: dict[str, str]) -> Change:
    def change(draft: Draft) -> Draft:
        draft = draft.put(place, ...)
        return replace(draft, values={**draft.values, kind: {**draft.values[kind], **values}})

    return change


def _broken(place: Place) -> Change:
    """Without credentials, and wrong otherwise."""

    def change(draft: Draft) -> Request:
        draft = draft.put(place, ...)
        return draft.request(b"{" if draft.media else b"")

    return change


def _token(algorithm: str, signature: str) -> str:
    """A JSON Web Token of nobody's."""
    parts = (f'{{"alg": "{algorithm}", "typ": "JWT"}}', '{"sub": "contract-check", "exp": 4102444800}')
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), signature])
