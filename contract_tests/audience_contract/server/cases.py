"""Requests that are made on purpose, in an order that finds most with the fewest: where Schemathesis is blind."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..messages import Request
from ..security import header
from .draft import Draft, Names, everything
from .send import PLAIN, Wire
from .target import Target


@dataclass(frozen=True)
class Case:
    """A request, a few words on what is special about it ("" for what the request itself tells), and how it is sent.

    Cases that differ in `variant` differ in more than a repetition.
    """

    label: str
    request: Request
    wire: Wire = PLAIN
    variant: str = ""


def opening(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """What must succeed before anything else can be told: the least that is allowed, and the most."""
    most = replace(least, fields=everything(target, least.operation, names.new))
    for draft in (least, most):
        yield Case("", renamed(target, draft, names).request())


def renamed(target: Target, draft: Draft, names: Names) -> Draft:
    """The draft with a new name, where it has one."""
    from ..mock.provider import load as provider_of  # noqa: PLC0415 - a cycle

    key = provider_of(target.spec.key).named
    return draft.but(**{key: names.new()}) if key in draft.fields else draft


def credentials(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """Each credential missing, empty, wrong and in another form; and right ones in every form that is one."""
    components = target.spec.node.get("components")
    for scheme in (components and components.get("securitySchemes")) or ():
        name = header(scheme)
        right = target.settings[f"header {name}"]
        bearer = scheme.value["type"] == "http"
        start = "Bearer " if bearer else ""
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
        if bearer:
            wrong |= {
                "of the scheme Basic": f"Basic {right}",
                "without a scheme": right,
                "of another scheme": f"Token {right}",
                "before another word": f"Bearer {right} x",
            }
        for what, value in wrong.items():
            for _ in range(2):
                draft = renamed(target, least, names)
                without = replace(draft, headers={k: v for k, v in draft.headers.items() if k != name})
                sent = replace(without, headers={**without.headers, name: value}) if value else without
                if sent.headers.get(name) != draft.headers[name]:
                    yield Case(f"{name} {what}", sent.request())
        if bearer:
            without = replace(least, headers={k: v for k, v in least.headers.items() if k != name})
            asked = replace(without, query={**without.query, "access_token": right})
            for _ in range(2):
                yield Case(f"{name} in the query instead", renamed(target, asked, names).request())
            for value in 2 * (f"bearer {right}", f"BEARER {right}"):
                draft = renamed(target, least, names)
                yield Case("scheme in another case", replace(draft, headers={**draft.headers, name: value}).request())
    for place, right in target.settings.items():
        if place.startswith("body ") and target.is_secret(place):
            key = place.removeprefix("body ")
            for value in 2 * ("contract-check-nobody", right[:-1], f"{right}x", right.swapcase(), right[::-1], "*"):
                yield Case(f"{key} wrong", least.but(**{key: value}).request(), variant=value)


def parameters(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """Each required header and query parameter missing, with other values, and among others that nobody knows."""
    for parameter in least.operation.node.get("parameters") or ():
        name, place = str(parameter.value["name"]), parameter.value["in"]
        right = (least.query if place == "query" else least.headers).get(name, "")
        choices = parameter["schema"].plain("enum") or []
        others = [] if not choices else _others(right)
        for value in ("", *others, "", *others):
            draft = renamed(target, least, names)
            values = dict(draft.query if place == "query" else draft.headers)
            values.pop(name, None)
            if value:
                values[name] = value
            sent = replace(draft, query=values) if place == "query" else replace(draft, headers=values)
            label = f"{place} {name} missing" if not value else f"{place} {name} with another value"
            yield Case(label, sent.request(), variant=value)
        if place == "header":
            for spelling in (name.lower(), name.upper()):
                draft = renamed(target, least, names)
                kept = {key: v for key, v in draft.headers.items() if key != name}
                yield Case("header name in another case", replace(draft, headers={**kept, spelling: right}).request())
    unknown = renamed(target, least, names)
    yield Case("", replace(unknown, query={**unknown.query, "contract_check": "1"}).request())
    for name, right in least.query.items():
        coded = "".join(f"%{byte:02x}" for byte in right.encode())
        for query in (f"{name}={coded}", f"%{ord(name[0]):02X}{name[1:]}={right}"):
            yield Case("query percent-encoded", _asked(renamed(target, least, names), query))
        for query in (name, f"{name}=", f"{name.lower()}={right}", f"{name.upper()}={right}", f"{name}s={right}"):
            for _ in range(2):
                asked = _asked(renamed(target, least, names), query)
                yield Case(f"query {name} written in another way", asked, variant=query)


def _asked(draft: Draft, query: str) -> Request:
    return replace(draft.request(), target=f"{draft.operation.path}?{query}")


def _others(right: str) -> list[str]:
    """Values near a right one: other letters, and for a media type other types, versions and none."""
    if "/" not in right:
        return ["false", right.upper(), f"{right}x", f"{right},{right}", "1", "0", "null"]
    essence = right.partition(";")[0]
    return [
        *("*/*", "application/json", "application/*", essence, f"{essence}; version=1", f"{essence}; version=3"),
        *(f"{essence}; version=20", f"{essence};version=", right.replace("adobe", "other"), f"{essence}x; version=2"),
        right.replace("; ", ";"),
    ]


def methods(target: Target, least: Draft, names: Names) -> Iterator[Case]:
    """Every other method on the operation's path, with the body and without."""
    documented = target.spec.methods(least.operation.path)
    for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "POST"):
        if method in documented:
            continue
        request = renamed(target, least, names).request()
        bare = tuple((name, value) for name, value in request.headers if name.lower() != "content-type")
        for _ in range(2):
            yield Case("", replace(request, method=method))
            if method != "HEAD":
                yield Case("", replace(request, method=method, headers=bare, body=b""))
