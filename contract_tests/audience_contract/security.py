"""Whether a request carries credentials in the form that a spec asks for; not whether they are right."""

from collections.abc import Callable, Iterator

from .messages import Request
from .spec import Node, Operation
from .urlencoded import decode, pairs
from .violation import Violation

Admits = Callable[[Node, list[str]], bool]


def place(scheme: Node) -> tuple[str, str]:
    """Where a security scheme's credentials stand: in a "header", the "query" or a "cookie", and its name."""
    in_header = scheme.value["type"] == "http"
    return ("header", "Authorization") if in_header else (str(scheme.value["in"]), str(scheme.value["name"]))


def header(scheme: Node) -> str:
    """The name of the header, query parameter or cookie that carries a scheme's credentials."""
    return place(scheme)[1]


def where(scheme: Node) -> str:
    """The key of a scheme's setting, such as "header Authorization".

    HTTP Basic has a key of its own, because an API may take either it or a token in that header.
    """
    return " ".join((*place(scheme), *(("Basic",) if start(scheme) == "Basic " else ())))


def values_of(scheme: Node, request: Request) -> list[str]:
    """All values that the request has in the scheme's place."""
    kind, name = place(scheme)
    if kind == "query":
        found = pairs(request.target.partition("?")[2])
        return [decode(value, plus=True) or "" for key, value in found if decode(key, plus=True) == name]
    return request.cookies(name) if kind == "cookie" else request.values(name)


def is_bearer(scheme: Node) -> bool:
    """Whether its credential is a bearer token."""
    return bool(scheme.value["type"] == "http" and scheme.value["scheme"] == "bearer")


def start(scheme: Node) -> str:
    """What stands before the credential in its header; `x-prefix` says so of an API key."""
    if scheme.value["type"] == "http":
        return f"{str(scheme.value['scheme']).title()} "
    return str(scheme.plain("x-prefix", ""))


def credential(scheme: Node, value: str) -> str:
    """The credential in its header's value; "" where that is of another form."""
    if scheme.value["type"] == "http":
        said, _, token = value.partition(" ")
        return token.strip(" ") if said.lower() == scheme.value["scheme"] else ""
    return value.removeprefix(start(scheme)) if value.startswith(start(scheme)) else ""


def well_formed(scheme: Node, values: list[str]) -> bool:
    """Whether a header's values are one credential of the scheme's form."""
    return len(values) == 1 and bool(credential(scheme, values[0]))


def failing(operation: Operation, request: Request, admits: Admits = well_formed) -> list[Node]:
    """The schemes that do not admit the request, in the spec's order: none if one of the alternatives is met.

    Otherwise those of the alternative that lacks least, the first among equals.
    """
    lacking = [
        [scheme for scheme in named if not admits(scheme, values_of(scheme, request))]
        for named in alternatives(operation)
    ]
    return min(lacking, key=len, default=[])


def alternatives(operation: Operation) -> list[list[Node]]:
    """The alternatives of an operation, each a list of schemes: one alternative is met if all of its schemes are."""
    components = operation.spec.node.get("components")
    schemes = components and components.get("securitySchemes")
    return [[schemes[name] for name in each.value] if schemes else [] for each in operation.security or ()]


def check(operation: Operation, request: Request) -> Iterator[Violation]:
    """One violation for each scheme that the request lacks."""
    for scheme in failing(operation, request):
        values = values_of(scheme, request)
        said = f"sent {len(values)} times" if len(values) > 1 else "of another form" if values else "missing"
        name = scheme.pointer.rpartition("/")[2]
        yield Violation(" ".join(place(scheme)), "", scheme.pointer, f"the credential of scheme {name!r} is {said}")
