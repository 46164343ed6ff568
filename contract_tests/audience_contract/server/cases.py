"""Requests that are made on purpose, in an order that finds most with the fewest: where Schemathesis is blind."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..facts import Effect, facts_of
from ..messages import Request
from ..security import header
from ..security import start as before
from ..spec import Node
from .draft import Draft, Names
from .send import PLAIN, Wire

AGAIN = "right credentials after wrong ones"
"""A valid request with nothing special about it but what was sent before."""


@dataclass(frozen=True)
class Case:
    """A request, a few words on what is special about it ("" for what the request itself tells), and how it is sent.

    Cases that differ in `variant` differ in more than a repetition.
    """

    label: str
    request: Request
    wire: Wire = PLAIN
    variant: str = ""


def opening(least: Draft, names: Names) -> Iterator[Case]:
    """What tells whether a server can be judged: the least that is allowed, and the most; and what must not succeed."""
    most = replace(least, fields=names.everything(least.operation))
    secrets = {header(scheme) for scheme in names.target.schemes_of(least.operation)}
    missing = [Case("", names.renamed(least).but(**{key: ...}).request()) for key in least.fields]
    for number, draft in enumerate((least, most), 1):
        sent = names.renamed(draft).request()
        yield Case("", sent)
        yield from missing[:1] if number == 1 else ()
        # What was sent before, and by nobody now.
        headers = tuple(pair for pair in sent.headers if pair[0] not in secrets)
        if headers != sent.headers:
            yield Case("", replace(sent, headers=headers), variant=str(number))
        if number == 1 and least.media:
            yield Case("empty body", least.request(b""))
    others = [method for method in ("PUT", "POST") if method not in names.target.spec.methods(least.operation.path)]
    for method in others[:1]:
        yield Case("", replace(names.renamed(least).request(), method=method))
    yield from missing[1:]
    yield Case("no header at all", replace(least, headers={}).request())


def admitted_again(least: Draft, names: Names) -> Iterator[Case]:
    """Right credentials after several wrong ones: nothing says that they are locked out."""
    secrets = {header(scheme) for scheme in names.target.schemes_of(least.operation)}
    for _ in range(2 if secrets else 0):
        sent = names.renamed(least).request()
        nobody = tuple((name, "Bearer nobody" if name in secrets else value) for name, value in sent.headers)
        yield from 3 * (Case("wrong credentials", replace(sent, headers=nobody)),)
        yield Case(AGAIN, sent)


def credentials(least: Draft, names: Names) -> Iterator[Iterator[Case]]:
    """Each credential missing, empty, wrong and in another form; and right ones in every form that is one."""
    for scheme in names.target.schemes_of(least.operation):
        yield _of_scheme(least, names, scheme)
    yield _of_body(least, names)


def _of_scheme(least: Draft, names: Names, scheme: Node) -> Iterator[Case]:
    name = header(scheme)
    right = names.target.settings[f"header {name}"]
    bearer = scheme.value["type"] == "http"
    start = before(scheme)
    wrong = {
        "missing": "",
        "of nobody": f"{start}contract-check-nobody",
        "empty": start or " ",
        "cut short": f"{start}{right[:-1]}",
        "with a letter more": f"{start}{right}x",
        "in the other case": f"{start}{right.swapcase()}",
        "reversed": f"{start}{right[::-1]}",
        "with a wildcard": f"{start}*",
    }
    others = [value for value in names.target.secrets if value != right]
    wrong |= {f"of another scheme {number}": f"{start}{value}" for number, value in enumerate(others)}
    if bearer:
        wrong |= {
            "in quotes": f'Bearer "{right}"',
            "a token without signature": f"Bearer {_token('none', '')}",
            "a token with any signature": f"Bearer {_token('HS256', 'c2lnbmF0dXJl')}",
            "of the scheme Basic": f"Basic {right}",
            "without a scheme": right,
            "of another scheme": f"Token {right}",
            "before another word": f"Bearer {right} x",
        }
    for what, value in wrong.items():
        for _ in range(2):
            draft = names.renamed(least)
            without = replace(draft, headers={k: v for k, v in draft.headers.items() if k != name})
            sent = replace(without, headers={**without.headers, name: value}) if value else without
            if sent.headers.get(name) != draft.headers[name]:
                yield Case(f"{name} {what}", sent.request())
    without = replace(least, headers={k: v for k, v in least.headers.items() if k != name})
    full = f"{start}{right}"
    places: dict[str, dict[str, Any]] = {
        "the query": {"query": {**without.query, "access_token" if bearer else "api_key": right}},
        "a cookie": {"headers": {**without.headers, "Cookie": f"access_token={right}; token={right}"}},
        "another header": {"headers": {**without.headers, f"X-{name.removeprefix('x-')}": full, "X-Token": right}},
        "the body": {"fields": {**without.fields, "access_token": right}} if least.media else {},
    }
    for what, change in places.items():
        for _ in range(2 if change else 0):
            yield Case(f"{name} in {what} instead", names.renamed(replace(without, **change)).request())
    for value in 2 * ((f"bearer {right}", f"BEARER {right}", f"Bearer  {right}") if bearer else ()):
        draft = names.renamed(least)
        spelled = replace(draft, headers={**draft.headers, name: value})
        yield Case("scheme written in another way", spelled.request(), variant=value[:8])


def _of_body(least: Draft, names: Names) -> Iterator[Case]:
    for place, right in names.target.settings.items():
        if place.startswith("body ") and names.target.is_secret(place):
            key = place.removeprefix("body ")
            for value in 2 * (
                "contract-check-nobody",
                right[:-1],
                f"{right}x",
                right.swapcase(),
                right[::-1],
                f" {right} ",
                "*",
                *names.target.secrets,
            ):
                if value == right:
                    continue
                yield Case(f"{key} wrong", least.but(**{key: value}).request(), variant=value)
                yield Case(AGAIN, least.request())


def _token(algorithm: str, signature: str) -> str:
    """A JSON Web Token of nobody's."""
    parts = (f'{{"alg": "{algorithm}", "typ": "JWT"}}', '{"sub": "contract-check", "exp": 4102444800}')
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), signature])


def parameters(least: Draft, names: Names) -> Iterator[Iterator[Case]]:
    """Each required header and query parameter missing, with other values, and among others that nobody knows."""
    for parameter in least.operation.node.get("parameters") or ():
        if parameter.value["in"] != "path":
            yield _of_parameter(least, names, parameter)
    yield _spelled(least, names)


def _of_parameter(least: Draft, names: Names, parameter: Node) -> Iterator[Case]:
    name, place = str(parameter.value["name"]), str(parameter.value["in"])
    right = least.value(place, name)
    others = _others(right) if parameter["schema"].get("enum") else []
    for value in ("", *others, "", *others):
        label = f"{place} {name} missing" if not value else f"{place} {name} with another value"
        sent = names.renamed(least).placing(place, {name: value})
        yield Case(label, sent.request(), variant=value)
    yield from _moved(least, (place, name, right), names)
    for spelling in (name.lower(), name.upper()) if place == "header" else ():
        sent = names.renamed(least).placing(place, {name: "", spelling: right})
        yield Case("header name in another case", sent.request())


def _spelled(least: Draft, names: Names) -> Iterator[Case]:
    for _ in range(2):
        turned = names.renamed(least)
        headers = dict(reversed(list(turned.headers.items())))
        yield Case("headers in another order", replace(turned, headers=headers).request())
    yield Case("", names.renamed(least).placing("query", {"contract_check": "1"}).request())
    for name in least.query if least.media else least.fields:
        right = least.value("query", name)
        coded = "".join(f"%{byte:02x}" for byte in right.encode())
        for query in (f"{name}={coded}", f"%{ord(name[0]):02X}{name[1:]}={right}"):
            yield Case("query percent-encoded", _asked(names.renamed(least), query))
        both = (f"{name}=false&{name}={right}", f"{name}={right}&{name}=false")
        near = (f"{name.lower()}={right}", f"{name.upper()}={right}", f"{name}s={right}", name, f"{name}=")
        for query in 2 * (*both, *near):
            asked = _asked(names.renamed(least), query)
            yield Case(f"query {name} written in another way", asked, variant=query)


def _moved(least: Draft, parameter: tuple[str, str, str], names: Names) -> Iterator[Case]:
    """A required parameter's right value where it does not belong."""
    place, name, right = parameter
    near = f"{name.rpartition('-')[0]}-id"
    away = least.placing(place, {name: ""})
    if not right:
        return
    moved = {
        "query": away.placing("query", {name: right, near: right}),
        "header": away.placing("header", {near: right, f"X-{name}": right}),
        **({"body": away.but(**{name: right})} if least.media else {}),
    }
    for what, draft in moved.items():
        # A header of another name is another place, a query parameter of another name is tried elsewhere.
        for _ in range(2 if what != "query" or place != "query" else 0):
            yield Case(f"{place} {name} in the {what} instead", names.renamed(draft).request())


def _asked(draft: Draft, query: str) -> Request:
    return replace(draft.request(), target=f"{draft.raw_path}?{query}")


def _others(right: str) -> list[str]:
    """Values near a right one: other letters, and for a media type other types, versions and none."""
    if "/" not in right:
        return ["false", right.upper(), f"{right}x", f"{right},{right}", "1", "0", "null"]
    essence = right.partition(";")[0]
    return [
        *("*/*", "application/json", "application/*", essence, f"{essence}x; version=2", f"{right};q=0", f"{right}x"),
        *(f"{essence}; version={version}" for version in ("1", "3", "20", "")),
        *("application/vnd.adobe.contractcheck+json; version=2", right.replace("adobe", "other"), " "),
        right.replace("; ", ";"),
    ]


def absent(least: Draft, names: Names) -> Iterator[Case]:
    """An audience that is not there, where the documents say what the answer is then."""
    if facts_of(least.operation).effect is not Effect.CREATES and least.operation.response(404):
        for _ in range(2):
            yield Case("", names.absent(least).request(), variant="absent")


def methods(least: Draft, names: Names) -> Iterator[Case]:
    """Every other method on the operation's path, with the body, or what stands for it, and without."""
    documented = names.target.spec.methods(least.operation.path)
    # Whoever has GET has HEAD (RFC 9110, 9.1).
    known = {*documented, *(("HEAD",) if "GET" in documented else ())}
    others = [method for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "POST") if method not in known]
    override = ("X-HTTP-Method-Override", least.operation.method)
    for _ in range(2):
        sent = {method: replace(names.renamed(least).request(), method=method) for method in others}
        yield from (Case("", request) for request in sent.values())
        for method, request in sent.items():
            bare = tuple((name, value) for name, value in request.headers if name.lower() != "content-type")
            if method != "HEAD" and least.media:
                yield Case("", replace(request, headers=bare, body=b""))
            yield Case("", replace(request, headers=(*request.headers, override)), variant="override")
