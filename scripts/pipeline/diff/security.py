"""Compares the credentials that a caller needs, and the servers."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from .change import Change, Kind
from .node import Node, whole
from .words import SAID

_Way = frozenset[tuple[str, frozenset[str]]]
_MOST = 200
_PORTS = {"https": "443", "http": "80", "wss": "443", "ws": "80"}


def security(old: Node, new: Node, where: str) -> Iterator[Change]:
    """The changes between the security of two operations. Each alternative may need several schemes, and each scheme
    several scopes.
    """
    (place_old, before), (place_new, after) = _ways(old), _ways(new)
    lost = [way for way in before if not any(_asks_no_more(other, way) for other in after)]
    if lost:
        text = f"{where}: {_told(lost[0])} is no longer enough; now: {' or '.join(map(_told, after))}"
        yield Change(Kind.BREAKING_CALLER, place_old, place_new, text, "request")
    elif set(before) != set(after):
        yield Change(Kind.COMPATIBLE, place_old, place_new, f"{where}: there are more ways to be let in", "request")


def servers(old: list[Node], new: list[Node], where: str) -> Iterator[Change]:
    """The changes between the servers. `old` and `new` have operation, path and document; the first that names servers
    counts.
    """
    (place_old, before), (place_new, after) = _servers(old), _servers(new)
    gone = [url for urls in before for url in urls if not any(url in others for others in after)]
    left = ", ".join(urls[0] for urls in after)
    for url in gone:
        text = f"{where}: the server {url} is gone; now: {left}"
        yield Change(Kind.BREAKING_CALLER, place_old, place_new, text, "request")
    if not gone and {(urls[0], frozenset(urls)) for urls in before} != {(urls[0], frozenset(urls)) for urls in after}:
        text = f"{where}: there are other servers too, or another default: {left}"
        yield Change(Kind.COMPATIBLE, place_old, place_new, text, "request")


def _ways(operation: Node) -> tuple[str, list[_Way]]:
    own = "security" in operation.value
    holder: dict[str, Any] = operation.value if own else operation.root
    listed: list[dict[str, list[str]]] = holder.get("security", []) or [{}]
    components = whole(operation.root).get("components")
    known = components.members("securitySchemes") if components else {}
    ways: list[_Way] = [
        frozenset((_identity(known.get(name), name), frozenset(scopes)) for name, scopes in way.items())
        for way in listed
    ]
    return (f"{operation.pointer}/security" if own else "/security"), ways


def _identity(scheme: Node | None, name: str) -> str:
    """What tells a scheme from others, as text, whatever its name in the document is."""
    if scheme is None:
        return name
    told = {key: value for key, value in scheme.value.items() if key not in SAID and not key.startswith("x-")}
    told.pop("bearerFormat", None)
    if "scheme" in told:
        told["scheme"] = told["scheme"].lower()
    if told.get("in") == "header":
        told["name"] = told["name"].lower()
    if "flows" in told:
        told["flows"] = {name: {**flow, "scopes": None} for name, flow in told["flows"].items()}
    return json.dumps(told, sort_keys=True)


def _asks_no_more(new: _Way, old: _Way) -> bool:
    shown = dict(old)
    return all(scheme in shown and scopes <= shown[scheme] for scheme, scopes in new)


def _told(way: _Way) -> str:
    """An alternative in words: for each scheme, its type, the place of the credential, and the scopes."""
    return " and ".join(sorted(" ".join([*_words(scheme), *sorted(scopes)]) for scheme, scopes in way)) or "nothing"


def _words(scheme: str) -> list[str]:
    told = json.loads(scheme) if scheme.startswith("{") else {"type": scheme}
    return [str(told[key]) for key in ("type", "scheme", "in", "name", "openIdConnectUrl") if key in told]


def _servers(holders: list[Node]) -> tuple[str, list[list[str]]]:
    holder = next((node for node in holders if node.value.get("servers")), holders[-1])
    listed: list[dict[str, Any]] = holder.value.get("servers") or [{"url": "/"}]
    return f"{holder.pointer}/servers", [list(urls_of(server)) for server in listed]


def urls_of(server: dict[str, Any]) -> Iterator[str]:
    """Each URL that the variables of a server allow, the default first; a variable without a list has its default."""
    variables = server.get("variables", {})
    choices = [
        [(name, value) for value in dict.fromkeys([item["default"], *item.get("enum", ())])]
        for name, item in variables.items()
    ]
    for chosen in itertools.islice(itertools.product(*choices), _MOST):
        url = server["url"]
        for name, value in chosen:
            url = url.replace(f"{{{name}}}", str(value))
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        netloc = re.sub(rf":(0*{_PORTS.get(scheme, '')})?$", "", parts.netloc.lower())
        yield parts._replace(scheme=scheme, netloc=netloc, path=parts.path.rstrip("/")).geturl()
