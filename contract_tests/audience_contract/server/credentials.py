"""Cases of credentials: missing, wrong, in another place, and spelled in other ways."""

import base64
from collections.abc import Iterator

from ..security import is_bearer, place, start, where
from .cases import RIGHT_AFTER_WRONG, Case, Change, as_it_is, puts, puts_all
from .draft import Draft
from .names import Names
from .places import Place


def cases(smallest: Draft, names: Names) -> Iterator[list[Case]]:
    """The cases of each security scheme, and of each credential in a body."""
    target = names.target
    for scheme in target.schemes_of(smallest.operation):
        at, right = Place(*place(scheme)), target.settings[where(scheme)]
        # Nothing derived from a right credential may stand in a URL, because logs keep URLs.
        made_up = ("contract-check-nobody", "x" * len(right), "*")
        wrong = _wrong(right, target.secrets) if at.kind == "header" else made_up
        values = [f"{start(scheme)}{value}" for value in wrong]
        signed = f"Bearer {_token('HS256', 'c2lnbmF0dXJl')}"
        values += [f"Basic {right}", right, f"Token {right}", signed] if is_bearer(scheme) else []
        # In Base64, four characters less are the right user, with a password that lacks its end.
        values += [f"Basic {right[:-4]}"] if start(scheme) == "Basic " else []
        changes = [puts(at, ...), *(puts(at, value or " ") for value in values)]
        changes += [*_elsewhere(at, right, start(scheme) + right, smallest), _broken(at)]
        spelled = [f"{start} {right}" for start in ("bearer", "BEARER", "Bearer ")] if is_bearer(scheme) else []
        yield [Case(smallest, change) for change in changes]
        yield _in_turn(at, f"{start(scheme)}nobody", smallest)
        yield [Case(smallest, puts(at, value), advice="http.scheme") for value in spelled]
    for name in smallest.fields:
        if target.is_secret(f"body {name}"):
            at, right = Place("body", name), target.settings[f"body {name}"]
            values = [*_wrong(right, target.secrets), f" {right} "]
            yield [Case(smallest, puts(at, value)) for value in values]
            yield [Case(smallest, as_it_is, label=RIGHT_AFTER_WRONG)]


def _in_turn(at: Place, wrong: str, smallest: Draft) -> list[Case]:
    """Right credentials after several wrong ones, since no page speaks of a lockout; then the same with a wrong one."""
    sent: list[Draft] = []

    def first(draft: Draft) -> Draft:
        sent[:] = [draft]
        return draft

    def again(draft: Draft) -> Draft:
        return (sent or [draft])[0].put(at, wrong)

    before = [Case(smallest, puts(at, wrong)) for _ in range(3)]
    return [*before, Case(smallest, first, label=RIGHT_AFTER_WRONG), Case(smallest, again)]


def _wrong(right: str, secrets: tuple[str, ...]) -> Iterator[str]:
    yield from ("contract-check-nobody", "", right[:-1], f"{right}x", right.swapcase(), f'"{right}"', right[::-1], "*")
    yield _token("none", "")
    yield from (value for value in secrets if value != right)


def _elsewhere(at: Place, right: str, full: str, smallest: Draft) -> Iterator[Change]:
    """Changes that move a credential from its header to the query, a cookie, another header or the body."""
    asked = {"access_token": right, "api_key": right, at.name: right}
    near = at.name[2:] if at.name.lower().startswith("x-") else f"X-{at.name}"
    for kind, values in (
        ("query", asked),
        ("header", {"Cookie": f"access_token={right}; token={right}"}),
        ("header", {near: full, "X-Auth-Token": right, "X-Token": right}),
        ("body", {"access_token": right} if smallest.media else {}),
    ):
        if values and at.kind == "header":
            yield puts_all([(at, ...), *((Place(kind, name), value) for name, value in values.items())])


def _broken(at: Place) -> Change:
    """The change to a request without the credential, and with a malformed body."""
    return lambda draft: draft.put(at, ...).request(b"{" if draft.media else b"")


def _token(algorithm: str, signature: str) -> str:
    """A JSON Web Token that no server has issued."""
    parts = (f'{{"alg": "{algorithm}", "typ": "JWT"}}', '{"sub": "contract-check", "exp": 4102444800}')
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), signature])
